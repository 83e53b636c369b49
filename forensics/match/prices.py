"""What it costs to leave a run silent, to give it an event, and to give it another: as rare as each is here.

All prices are negative logarithms of shares that are counted in a first, rough placing and again in
a better one: over all jobs, and leaning towards each job's own as far as it has enough runs to tell.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from forensics.match.alignment import Candidates, Floats
from forensics.match.delays import FALL_SHORT, Delays, spreads
from forensics.match.spans import MINUTE, SECOND, Flags, Ints, group_bounds

SORTS, TONES, FAILURE = 16, 3, 2
USUAL_SILENCE = 0.05
UNPROVEN_SILENCE, UNSTARTED_SILENCE, IDLE_SILENCE = 0.5, 0.8, 0.97
LEAST_SHARE = 0.005
OWN_RUNS, PRIOR_RUNS = 10.0, 3.0
UNSETTLED = 0.1
OCTAVES = 20
MANY_EACH, PLENTY, STEADY = 1.3, 0.2, 0.5
FAR_OUT = 4.0
SHORT_SHARES = (0.02, 0.8)
STRAY_SHARES, STRAY_BY = (0.02, 0.3), (MINUTE, 360 * MINUTE)
AGAIN_SHARES, AGAIN_BY = (0.002, 0.5), (2 * SECOND, 15 * MINUTE)


def sorts_of(is_started: Ints, proof: Ints) -> Ints:
    """Return of which sort runs are: by what is known of their start (-2 to 1), then of their proof (-2 to 1)."""
    return (is_started + 2) * 4 + proof + 2


def usual_silence() -> Floats:
    """Return how many runs of each sort say nothing, where nothing better is known."""
    started, proof = np.divmod(np.arange(SORTS), 4)
    return np.select(
        [started == 0, started == 1, proof < 2], [IDLE_SILENCE, UNSTARTED_SILENCE, UNPROVEN_SILENCE], USUAL_SILENCE
    )


@dataclass(frozen=True)
class Grid:
    """The runs that the events of each group could belong to, group after group.

    ``run`` and ``group`` of every cell; ``base`` of a group plus a run's row is the run's cell; ``sort`` of its run.
    ``is_settled``: the run's event should have been seen.
    """

    run: Ints
    group: Ints
    base: Ints
    sort: Ints
    is_settled: Flags


def grid_of(events: Candidates, groups: int, sort: Ints, is_settled: Flags) -> Grid:
    """Return the grid of some events, whose groups have runs of a ``sort`` each."""
    begins, _ = group_bounds(events.group)
    lows, highs = np.zeros(groups, dtype=np.int64), np.zeros(groups, dtype=np.int64)
    present = events.group[begins]
    lows[present] = np.minimum.reduceat(events.first, begins)
    highs[present] = np.maximum.reduceat(events.last, begins) + 1
    sizes = highs - lows
    offsets = np.cumsum(sizes) - sizes
    group = np.repeat(np.arange(groups), sizes)
    run = np.arange(len(group)) - (offsets - lows)[group]
    return Grid(run, group, offsets - lows, sort[run], is_settled[run])


@dataclass(frozen=True)
class Habits:
    """What was learnt from a placing: shares of runs by (group, sort) that are silent or get an event of each tone.

    ``again`` are the shares of events that another one of the same run follows, by (sort of run, tone), and
    ``gaps`` how dense such are after so many powers of two of seconds; ``talkative`` is by how much a group
    does so more often than others. ``has_many``: several events a run are the rule.
    """

    delays: Delays
    silent: Floats
    spoken: Floats
    again: Floats
    talkative: Floats
    gaps: Floats
    has_many: Flags

    @property
    def persistence(self) -> Floats:
        """Return how much of what it costs to be the first of a run a further event pays as well, by group."""
        return np.where(self.has_many, 1.0, 0.0 if self.delays.stray else STEADY)

    def silences(self, grid: Grid) -> Floats:
        """Return what it costs each cell's run to be silent."""
        price = -np.log(self.silent[grid.group, grid.sort])
        return np.where(grid.is_settled, price, UNSETTLED * price)

    def repeats(self, events: Candidates, sort: Ints) -> Floats:
        """Return what it costs each event to follow the one before it in a run of one of the sorts of its row."""
        gap = np.diff(events.at, prepend=0)
        density = self.gaps[_octave(gap)] * self.delays.area(events.group)
        share = self.again[sort, np.roll(events.tone, 1)[:, None]] * self.talkative[events.group, None]
        price = -np.log(np.minimum(share, AGAIN_SHARES[1]) * density[:, None])
        return np.where(self.has_many[events.group, None], PLENTY, np.maximum(0.0, price))


def learnt(
    events: Candidates, run: Ints, starts: Ints, proof: Ints, grid: Grid, delays: Delays, may_straggle: bool
) -> Habits:
    """Return the habits of events that were placed on runs, which have a start and some ``proof`` each."""
    groups = len(delays.middle)
    opens = np.ones(len(run), dtype=np.bool_)
    opens[1:] = (events.group[1:] != events.group[:-1]) | (run[1:] != run[:-1])
    delay = (events.at - starts[run]).astype(np.float64)
    delays = spreads(events.group[opens], delay[opens], groups)
    if may_straggle:
        delays = _with_strays(delays, events.group[opens], delay[opens])
        fails = opens & (events.tone == FAILURE) & (proof[run] <= 0)
        delays = _with_shortfalls(delays, events.group[fails], delay[fails])
    silent, spoken = _shares(events, opens, grid.base[events.group] + run, grid, groups)
    met, more = (np.bincount(events.group[each], minlength=groups) for each in (opens, ~opens))
    has_many = more > (MANY_EACH - 1.0) * np.maximum(1, met)
    few = ~has_many[events.group]
    again, talkative = _repeats(events, opens, grid.sort[grid.base[events.group] + run], few, met, more)
    gaps = _gap_density(np.diff(events.at, prepend=0)[~opens & few])
    return Habits(delays, silent, spoken, again, talkative, gaps, has_many)


def _octave(gap: Ints) -> Ints:
    """Return the power of two of half seconds up to which gaps reach, from 0 to the last that is told apart."""
    halves = np.maximum(gap, 1) / (SECOND / 2)
    return np.clip(np.ceil(np.log2(halves)), 0, OCTAVES - 1).astype(np.int64)


def _gap_density(gaps: Ints) -> Floats:
    """Return how dense (a ns) events follow others of the same run, by octave: as seen, on top of a smooth guess."""
    edges = np.concatenate([[0.0], 2.0 ** np.arange(OCTAVES) * (SECOND / 2)])
    by = float(np.clip(np.median(gaps) if len(gaps) else AGAIN_BY[0], *AGAIN_BY))
    guessed = edges[1:] / (edges[1:] + by) - edges[:-1] / (edges[:-1] + by)
    seen = np.bincount(_octave(gaps), minlength=OCTAVES)
    return np.asarray((seen + OWN_RUNS * guessed) / (seen.sum() + OWN_RUNS) / np.diff(edges), dtype=np.float64)


def _repeats(events: Candidates, opens: Flags, sort: Ints, few: Flags, met: Ints, more: Ints) -> tuple[Floats, Floats]:
    """Return the share of events that another of the same run follows, by (sort, tone), and how groups differ."""
    follows = ~opens & few
    before = np.flatnonzero(follows) - 1
    index, cells = sort * TONES + events.tone, SORTS * TONES
    count, followed = np.bincount(index[few], minlength=cells), np.bincount(index[before], minlength=cells)
    overall = np.clip(follows.sum() / max(1, few.sum()), *AGAIN_SHARES)
    again = (followed + OWN_RUNS * overall) / (count + OWN_RUNS)
    talkative = (more + OWN_RUNS * overall) / (met + OWN_RUNS) / overall
    return np.clip(again, *AGAIN_SHARES).reshape(SORTS, TONES), np.clip(talkative, 0.2, 5.0)


def _with_strays(delays: Delays, group: Ints, delay: Floats) -> Delays:
    """Return delays with the share of events that come far too late, and by how much."""
    beyond = delay - delays.middle[group]
    strays = beyond[beyond > np.maximum(FAR_OUT * delays.late[group], STRAY_BY[0] / 2)]
    share = float(np.clip(len(strays) / max(1, len(delay)), *STRAY_SHARES))
    by = float(np.clip(np.median(strays) if len(strays) else 10 * MINUTE, *STRAY_BY))
    return replace(delays, stray=share, stray_by=by)


def _with_shortfalls(delays: Delays, group: Ints, delay: Floats) -> Delays:
    """Return delays with the share of failures that come far too early, by group, of these failures."""
    groups = len(delays.middle)
    is_short = delays.middle[group] - delay > FAR_OUT * delays.early[group]
    count, short = np.bincount(group, minlength=groups), np.bincount(group, is_short, groups)
    usual = (short.sum() + PRIOR_RUNS * FALL_SHORT) / (count.sum() + PRIOR_RUNS)
    return replace(delays, short=np.clip((short + PRIOR_RUNS * usual) / (count + PRIOR_RUNS), *SHORT_SHARES))


def _shares(events: Candidates, opens: Flags, cell: Ints, grid: Grid, groups: int) -> tuple[Floats, Floats]:
    """Return the share of silent runs by (group, sort), and of those with an event of each tone."""
    counted = grid.is_settled
    heard = np.zeros(len(grid.run), dtype=np.int64)
    heard[cell[opens]] = events.tone[opens] + 1
    index = (grid.group * SORTS + grid.sort) * (TONES + 1) + heard
    counts = np.bincount(index[counted], minlength=groups * SORTS * (TONES + 1)).reshape(groups, SORTS, TONES + 1)
    tones = np.bincount(events.tone, minlength=TONES) > 0
    usual = np.empty((SORTS, TONES + 1))
    usual[:, 0] = usual_silence()
    usual[:, 1:] = np.where(tones, (1.0 - usual[:, :1]) / max(1, tones.sum()), 0.0)
    pooled = counts.sum(axis=0)
    pooled = (pooled + PRIOR_RUNS * usual) / (pooled.sum(axis=1, keepdims=True) + PRIOR_RUNS)
    shares = (counts + OWN_RUNS * pooled) / (counts.sum(axis=2, keepdims=True) + OWN_RUNS)
    shares = np.maximum(shares, LEAST_SHARE)
    return shares[:, :, 0], shares[:, :, 1:]
