"""Places events among the runs of their job: first by their own time, then by the usual delay."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from forensics.evidence.paired import Flags, Ints
from forensics.match.alignment import Candidates, Delays, Floats, Prices, align
from forensics.match.delays import nearest, usual_delays
from forensics.match.spans import FAR, SECOND, first_after, keys, latest_before

UNKNOWN, UNSETTLED = 0.6, 0.1
LEAST_SHARE = 0.02
UNSTARTED, UNPROVEN, IN_SPITE = 1.5, 0.7, 1.0
CLOSE, APART, PLENTY = 2.5, 6.0, 0.2
AT_ONCE = 90 * SECOND
NEARLY = 0.98
MANY_EACH = 1.3


@dataclass(frozen=True)
class Track:
    """The runs as events see them, sorted by (job, start).

    ``start`` is where delays are counted from; ``opens``..``closes`` is when an event of the run may
    come; ``is_started`` is +1, -1 (a lane covers it and shows no start) or 0 (nobody can tell);
    ``must_end`` is the instant after which a silent run is settled;
    ``proof`` is +1 for a run that a file speaks for, -1 where one should and does not, 0 where none is asked.
    """

    job: Ints
    start: Ints
    opens: Ints
    closes: Ints
    is_started: Ints
    must_end: Ints
    proof: Ints

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
    tolerance = track.start - track.opens
    limits = ((track.closes - track.start - tolerance) * NEARLY).astype(np.int64) - tolerance
    delays = usual_delays(torn, track.start, track.is_started, track.must_end, limits, int(numbered.max()) + 1)
    delays = replace(delays, may_straggle=may_straggle)
    prices = _prices(track, torn, delays.middle)
    torn = _settled_where_clear(torn, track.start, delays, prices)
    chosen = torn.last.copy()
    doubtful = _doubtful(torn)
    chosen[doubtful] = align(*_in_pieces(torn, doubtful, delays, prices, track.start))
    placed[rows] = chosen
    return placed


def _ill_fits(track: Track) -> Floats:
    """Return for each tone what it costs a run to get an event of it: success without proof, failure in spite of it."""
    unstarted = np.where(track.is_started < 0, UNSTARTED, 0.0)
    return np.stack(
        [
            unstarted,
            unstarted + np.where(track.proof < 0, UNPROVEN, 0.0),
            unstarted + np.where(track.proof > 0, IN_SPITE, 0.0),
        ]
    )


def _settled_where_clear(torn: Candidates, starts: Ints, delays: Delays, prices: Prices) -> Candidates:
    """Return the events with one run left for those that no alignment could put elsewhere.

    That is where the best run of an event is no neighbour's best, and better than its second best by more than
    moving it could ever gain: the price of one silent run and of one that nothing started.
    """
    width = np.arange(int((torn.last - torn.first).max(initial=0)) + 1)
    runs = torn.first[:, None] + width
    is_open = runs <= torn.last[:, None]
    runs = np.minimum(runs, len(starts) - 1)
    cost = (
        delays.cost(torn.group, (torn.at[:, None] - starts[runs]).astype(np.float64))
        + prices.taken[torn.tone[:, None], runs]
    )
    cost = np.where(is_open, cost, np.inf)
    order = np.argmin(cost, axis=1)
    every = np.arange(len(order))
    best, least = torn.first + order, cost[every, order]
    cost[every, order] = np.inf
    is_clear = cost.min(axis=1) - least > prices.silent[torn.group] + UNSTARTED
    same = (torn.group[1:] == torn.group[:-1]) & (best[1:] == best[:-1])
    is_clear[1:] &= ~same
    is_clear[:-1] &= ~same
    return replace(torn, first=np.where(is_clear, best, torn.first), last=np.where(is_clear, best, torn.last))


def _doubtful(torn: Candidates) -> Flags:
    """Return the events that could belong to several runs, and their neighbours, which hold them in place."""
    open_ended = torn.first < torn.last
    alike = torn.group[1:] == torn.group[:-1]
    doubtful = open_ended.copy()
    doubtful[1:] |= open_ended[:-1] & alike
    doubtful[:-1] |= open_ended[1:] & alike
    return doubtful


def _in_pieces(
    torn: Candidates, doubtful: Flags, delays: Delays, prices: Prices, starts: Ints
) -> tuple[Candidates, Ints, Delays, Prices]:
    """Return what to align, each unbroken stretch of doubtful events of a group as a group of its own."""
    rows = np.flatnonzero(doubtful)
    group = torn.group[rows]
    opens = np.ones(len(rows), dtype=np.bool_)
    opens[1:] = (np.diff(rows) > 1) | (group[1:] != group[:-1])
    owner = group[opens]
    pieces = Candidates(np.cumsum(opens) - 1, torn.at[rows], torn.first[rows], torn.last[rows], torn.tone[rows])
    by_piece = Delays(delays.middle[owner], delays.early[owner], delays.late[owner], delays.may_straggle)
    return pieces, starts, by_piece, replace(prices, shared=prices.shared[rows], silent=prices.silent[owner])


def _in_order(group: Ints, first: Ints, last: Ints) -> tuple[Ints, Ints]:
    """Return bounds that never fall back within a group, as order in time demands; named runs may differ from it."""
    lift = group.astype(np.int64) * (1 << 40)
    rising = np.maximum.accumulate(first + lift) - lift
    return np.minimum(rising, last), last


def _prices(track: Track, torn: Candidates, middle: np.typing.NDArray[np.float64]) -> Prices:
    """Return what an alignment pays, as rare as each thing is among these events at their usual delay."""
    guess = nearest(torn, track.start, middle[torn.group])
    groups = len(middle)
    met = np.bincount(np.unique(torn.group * (1 << 40) + guess) >> 40, minlength=groups)
    job = np.full(groups, -1, dtype=np.int64)
    job[torn.group] = track.job[torn.first]
    runs = np.bincount(track.job[track.is_started >= 0], minlength=int(track.job.max()) + 1)[job]
    silence = np.clip(1.0 - met / np.maximum(1, runs), LEAST_SHARE, 1.0)
    has_many = np.bincount(torn.group, minlength=groups) / np.maximum(1, met) > MANY_EACH
    settled = track.start + int(np.median(middle)) <= track.must_end
    return Prices(
        skipped=np.where(
            track.is_started < 0, 0.0, np.where(settled, 1.0, UNSETTLED) * np.where(track.is_started == 0, UNKNOWN, 1.0)
        ),
        taken=_ill_fits(track),
        shared=np.where(has_many[torn.group], PLENTY, np.where(follows_closely(torn), CLOSE, APART)),
        silent=-np.log(silence),
    )


def follows_closely(torn: Candidates) -> Flags:
    """Return which events come right after another of their group, as a repeat or a second try does."""
    close = np.zeros(len(torn.at), dtype=np.bool_)
    close[1:] = (torn.group[1:] == torn.group[:-1]) & (np.diff(torn.at) <= AT_ONCE)
    return close
