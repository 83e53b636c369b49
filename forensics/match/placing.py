"""Places events among the runs of their job: first by their own time, then by the usual delay."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from forensics.evidence.paired import Flags, Ints
from forensics.match.alignment import Candidates, Floats, Prices, align
from forensics.match.delays import nearest, usual_delays
from forensics.match.prices import FAILURE, Grid, Habits, grid_of, learnt, sorts_of
from forensics.match.spans import FAR, SECOND, first_after, keys, latest_before

PASSES = 2
SLACK = 1.5
NEARLY = 0.98
HANDICAP = 30.0 * SECOND


@dataclass(frozen=True)
class Track:
    """The runs as events see them, sorted by (job, start).

    ``start`` is where delays are counted from (the end, where that is known better); ``opens``..``closes`` is
    when an event of the run may come; ``is_started`` is +1, -1 (a lane covers it and shows no start), -2 (it was
    said to be left out) or 0 (nobody can tell); ``must_end`` is the instant after which a silent run is settled;
    ``proof`` is +1 for a run that files speak for, -2 where not all do that should, -1 where none does, 0 where
    none is asked;
    ``blur`` is how uncertain ``start`` is, and ``lead`` how long after the run's begin it lies, in ns.
    """

    job: Ints
    start: Ints
    opens: Ints
    closes: Ints
    is_started: Ints
    must_end: Ints
    proof: Ints
    blur: Ints | int = 0
    lead: Ints | int = 0

    @property
    def origin(self) -> int:
        """Return the instant that look-up keys count from."""
        return int(self.start[0]) if len(self.start) else 0


@dataclass(frozen=True)
class Events:
    """Things that happened: job code, instant in ns, and a kind, by which the usual delay is learnt.

    ``first`` and ``last`` bound the runs that an event names, where it names some: 0 and FAR otherwise.
    ``tone`` is what it says: 0 nothing, 1 success, 2 failure.
    """

    job: Ints
    at: Ints
    kind: Ints
    first: Ints
    last: Ints
    tone: Ints

    def __len__(self) -> int:
        return len(self.at)


def events(job: Ints, at: Ints, kind: Ints) -> Events:
    """Return events that name no run."""
    return Events(
        job, at, kind, np.zeros(len(at), dtype=np.int64), np.full(len(at), FAR), np.zeros(len(at), dtype=np.int64)
    )


def candidates(track: Track, happened: Events) -> tuple[Ints, Ints]:
    """Return the first and last run that each event could belong to; first > last where there is none."""
    origin = track.origin
    event_keys = keys(happened.job, happened.at, origin)
    last = latest_before(keys(track.job, track.opens, origin), track.job, event_keys, happened.job)
    first = first_after(keys(track.job, track.closes, origin), track.job, event_keys, happened.job)
    first = np.where(first < 0, FAR, first)
    return np.maximum(first, happened.first), np.minimum(last, happened.last)


def place(track: Track, happened: Events, first: Ints, last: Ints, may_straggle: bool = False) -> Ints:
    """Return the run (row) of each event among its candidates, -1 where it has none; messages may straggle."""
    placed = np.where(first <= last, last, -1)
    kinds = np.unique(happened.kind)
    group = happened.job * max(1, len(kinds)) + np.searchsorted(kinds, happened.kind)
    is_torn = np.isin(group, np.unique(group[(first < last) & (last >= 0)])) & (first <= last)
    rows = np.flatnonzero(is_torn)
    if not len(rows):
        return placed
    rows = rows[np.lexsort((rows, happened.at[rows], group[rows]))]
    _, numbered = np.unique(group[rows], return_inverse=True)
    ordered = _in_order(numbered, first[rows], last[rows])
    torn = Candidates(numbered.astype(np.int64), happened.at[rows], *ordered, happened.tone[rows])
    placed[rows] = _run_by_run(track, torn, int(numbered.max()) + 1, may_straggle)
    return placed


def _run_by_run(track: Track, torn: Candidates, groups: int, may_straggle: bool) -> Ints:
    """Return the run of each event: first by the usual delay alone, then at the prices that were learnt from that."""
    begin = track.start - track.lead
    tolerance = begin - track.opens
    limits = ((track.closes - begin - tolerance) * NEARLY).astype(np.int64) - tolerance - track.lead
    delays = usual_delays(torn, track.start, track.is_started, track.must_end, limits, groups)
    is_settled = track.start + int(np.median(delays.middle)) <= track.must_end
    grid = grid_of(torn, groups, sorts_of(track.is_started, track.proof), is_settled)
    # Of two runs that fit about as well it is rather the one with its work done that spoke.
    handicap = np.maximum(HANDICAP, delays.early + delays.late)[torn.group]
    chosen = nearest(torn, track.start, delays.middle[torn.group], handicap, track.proof == -1)
    for _ in range(PASSES):
        habits = learnt(torn, chosen, track.start, track.proof, grid, delays, may_straggle)
        chosen = _aligned(track, torn, grid, habits)
    return chosen


def _aligned(track: Track, torn: Candidates, grid: Grid, habits: Habits) -> Ints:
    """Return the run of each event at the prices of some habits."""
    runs = torn.first[:, None] + np.arange(int((torn.last - torn.first).max()) + 1)
    is_open = runs <= torn.last[:, None]
    runs = np.minimum(runs, torn.last[:, None])
    opening = np.where(is_open, _openings(track, torn, runs, habits), np.inf)
    silences, base = habits.silences(grid), grid.base[torn.group]
    best, is_clear = _clear(torn, opening, base[:, None] + runs, silences)
    rows = np.flatnonzero(_with_neighbours(torn.group, ~is_clear))
    if not len(rows):
        return torn.first + best
    held = is_clear[rows, None] & (np.arange(opening.shape[1]) != best[rows, None])
    opening = np.where(held, np.inf, opening[rows])
    joining = np.where(np.isinf(opening), np.inf, np.nan_to_num(opening) * habits.persistence[torn.group[rows], None])
    joining += habits.repeats(torn, sorts_of(track.is_started, track.proof)[runs])[rows]
    prices = Prices(opening, joining, np.concatenate([[0.0], np.cumsum(silences)]), base[rows])
    chosen = torn.first + best
    chosen[rows] = align(_in_pieces(torn, rows), prices)
    return chosen


def _openings(track: Track, torn: Candidates, runs: Ints, habits: Habits) -> Floats:
    """Return what it costs each event to be the first of each run: by its delay, and by how well it fits the run."""
    delay = (torn.at[:, None] - track.start[runs]).astype(np.float64)
    blur, lead = (np.broadcast_to(each, len(track.job))[runs] for each in (track.blur, track.lead))
    falls_short = (torn.tone[:, None] == FAILURE) & (track.proof[runs] <= 0)
    sort = sorts_of(track.is_started, track.proof)[runs]
    fitting = habits.spoken[torn.group[:, None], sort, torn.tone[:, None]]
    return np.asarray(
        habits.delays.cost(torn.group, delay, blur, lead, falls_short) - np.log(fitting), dtype=np.float64
    )


def _clear(torn: Candidates, opening: Floats, cells: Ints, silences: Floats) -> tuple[Ints, Flags]:
    """Return the best candidate of each event, and whether no alignment could put it elsewhere.

    That is where the best run of an event is no neighbour's best, and better than every other by more than moving
    it could ever gain: the price of a silent run, less what moving that other run's own event would cost.
    """
    best = np.argmin(opening, axis=1)
    every = np.arange(len(best))
    excess = opening - opening[every, best][:, None]
    excess[every, best] = np.inf
    own = cells[every, best]
    relief = np.zeros(len(silences))
    relief[own] = np.inf
    np.minimum.at(relief, own, excess.min(axis=1))
    gain = np.maximum(silences[cells].max(axis=1)[:, None] - relief[cells], 0.0) + SLACK
    is_clear = (excess > gain).all(axis=1)
    same = own[1:] == own[:-1]
    is_clear[1:] &= ~same
    is_clear[:-1] &= ~same
    return best, is_clear


def _with_neighbours(group: Ints, doubtful: Flags) -> Flags:
    """Return the doubtful events and their neighbours, which hold them in place."""
    alike = group[1:] == group[:-1]
    held = doubtful.copy()
    held[1:] |= doubtful[:-1] & alike
    held[:-1] |= doubtful[1:] & alike
    return held


def _in_pieces(torn: Candidates, rows: Ints) -> Candidates:
    """Return some of the events, each unbroken stretch of a group as a group of its own."""
    group = torn.group[rows]
    opens = np.ones(len(rows), dtype=np.bool_)
    opens[1:] = (np.diff(rows) > 1) | (group[1:] != group[:-1])
    return replace(torn.taken(rows), group=np.cumsum(opens) - 1)


def _in_order(group: Ints, first: Ints, last: Ints) -> tuple[Ints, Ints]:
    """Return bounds that never fall back within a group, as order in time demands; named runs may differ from it."""
    lift = group.astype(np.int64) * (1 << 40)
    rising = np.maximum.accumulate(first + lift) - lift
    return np.minimum(rising, last), last
