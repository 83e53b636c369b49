"""Gives events to runs where several runs could have them: in order, at the job's usual delay, no run twice.

A monotone alignment of least cost, by dynamic programming over the few runs that each event could
belong to. All jobs are walked side by side: one step is the next event of every job, as arrays.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from forensics.match.spans import Ints, group_bounds

Floats = npt.NDArray[np.float64]

EARLY_CAP = 12.0
LATE_CAP = 6.2
KNEE = 2.0
STEEP_CAP = 10.0
CELLS = 1 << 22


@dataclass(frozen=True)
class Delays:
    """The usual delay of each group of events: its middle and its spread to either side, in ns.

    ``may_straggle``: single events come any time late, as messages do; others follow their spread.
    """

    middle: Floats
    early: Floats
    late: Floats
    may_straggle: bool = True

    def cost(self, group: Ints, delay: npt.NDArray[np.float64]) -> Floats:
        """Return how unusual delays are: steep where too early, and where too late flat for events that straggle."""
        shape = (-1,) + (1,) * (delay.ndim - 1)
        offset = delay - self.middle[group].reshape(shape)
        early = 0.5 * np.square(offset / self.early[group].reshape(shape))
        beyond = np.abs(offset / self.late[group].reshape(shape))
        if self.may_straggle:
            late = np.minimum(1.2 * np.log1p(np.square(beyond)), LATE_CAP)
        else:
            late = np.minimum(
                np.where(beyond < KNEE, 0.5 * np.square(beyond), KNEE * beyond - 0.5 * KNEE**2), STEEP_CAP
            )
        return np.where(offset < 0, np.minimum(early, EARLY_CAP), late)


@dataclass(frozen=True)
class Candidates:
    """Events sorted by (group, time), and the runs ``first..last`` (rows, inclusive) that each could belong to.

    ``tone`` is the row of the prices that an event pays for a run: what it says fits some runs better than others.
    """

    group: Ints
    at: Ints
    first: Ints
    last: Ints
    tone: Ints

    def taken(self, rows: slice) -> Candidates:
        """Return some of them."""
        return Candidates(*(getattr(self, name)[rows] for name in ("group", "at", "first", "last", "tone")))


@dataclass(frozen=True)
class Prices:
    """What an alignment pays beside unusual delays.

    ``skipped`` (one a run) times ``silent`` (one a group): the run is left without an event; ``taken``
    (a row for each tone, one a run): it gets an event that fits it ill; ``shared`` (one an event): the event
    joins a run that has one already.
    """

    skipped: Floats
    taken: Floats
    shared: Floats
    silent: Floats


def align(events: Candidates, starts: Ints, delays: Delays, prices: Prices) -> Ints:
    """Return the run (row) of every event; ``starts`` are the runs' starts in ns, sorted within a job."""
    chosen = np.empty(len(events.at), dtype=np.int64)
    begins, ends = group_bounds(events.group)
    order = np.argsort(ends - begins, kind="stable")
    width = int((events.last - events.first).max(initial=0)) + 1
    done = 0
    while done < len(order):
        batch = order[done : done + _batch_size(ends - begins, order, done, width)]
        _align_batch(events, starts, delays, prices, begins[batch], ends[batch], chosen)
        done += len(batch)
    return chosen


def _batch_size(lengths: Ints, order: Ints, done: int, width: int) -> int:
    """Return how many groups to walk side by side: of like length, and within bounds of memory."""
    ahead = lengths[order[done:]]
    alike = int(np.searchsorted(ahead, max(16, 2 * int(ahead[0])), side="right"))
    fitting = max(1, CELLS // max(1, int(ahead[alike - 1]) * width))
    return min(alike, fitting)


def _align_batch(
    events: Candidates, starts: Ints, delays: Delays, prices: Prices, begins: Ints, ends: Ints, chosen: Ints
) -> None:
    lengths = ends - begins
    steps, groups = int(lengths.max()), events.group[begins]
    reach = np.arange(
        int(max((events.last[b:e] - events.first[b:e]).max() for b, e in zip(begins, ends, strict=True))) + 1
    )
    paid = np.concatenate([[0.0], np.cumsum(prices.skipped)])
    silent = prices.silent[groups][:, None]
    came_from = np.zeros((steps, len(begins), len(reach)), dtype=np.int32)
    firsts = np.zeros((steps, len(begins)), dtype=np.int64)
    total = np.zeros((len(begins), len(reach)))
    final = np.zeros((len(begins), len(reach)))
    for step in range(steps):
        rows = np.minimum(begins + step, ends - 1)
        runs = events.first[rows][:, None] + reach
        firsts[step] = events.first[rows]
        is_open = runs <= events.last[rows][:, None]
        runs = np.minimum(runs, len(starts) - 1)
        delay = (events.at[rows][:, None] - starts[runs]).astype(np.float64)
        cost = np.where(is_open, delays.cost(groups, delay) + prices.taken[events.tone[rows][:, None], runs], np.inf)
        if step == 0:
            total = cost + silent * (paid[runs] - paid[runs[:, :1]])
        else:
            arriving, came_from[step] = _arrivals(total, firsts[step - 1], runs, silent, paid, prices.shared[rows])
            total = cost + arriving
        ending = lengths == step + 1
        final[ending] = total[ending] - (silent * paid[runs + 1])[ending]
    _walk_back(final, came_from, firsts, begins, lengths, chosen)


def _arrivals(
    total: Floats, before: Ints, runs: Ints, silent: Floats, paid: Floats, shared: Floats
) -> tuple[Floats, npt.NDArray[np.int32]]:
    """Return the least cost of reaching each run from the event before, and the offset from which it was reached."""
    size = total.shape[1]
    leaving = total - silent * paid[np.minimum(before[:, None] + np.arange(size) + 1, len(paid) - 1)]
    best = np.minimum.accumulate(leaving, axis=1)
    where = np.maximum.accumulate(np.where(leaving == best, np.arange(size), 0), axis=1)
    offset = runs - before[:, None]
    earlier = np.clip(offset - 1, 0, size - 1)
    moving = np.where(offset >= 1, np.take_along_axis(best, earlier, 1) + silent * paid[runs], np.inf)
    same = np.clip(offset, 0, size - 1)
    staying = np.where((offset >= 0) & (offset < size), np.take_along_axis(total, same, 1) + shared[:, None], np.inf)
    origin = np.where(staying < moving, same, np.take_along_axis(where, earlier, 1))
    return np.minimum(staying, moving), origin.astype(np.int32)


def _walk_back(
    final: Floats, came_from: npt.NDArray[np.int32], firsts: Ints, begins: Ints, lengths: Ints, chosen: Ints
) -> None:
    offset = np.argmin(final, axis=1)
    every = np.arange(len(begins))
    for step in range(len(came_from) - 1, -1, -1):
        walking = step < lengths
        chosen[(begins + step)[walking]] = (firsts[step] + offset)[walking]
        onward = walking & (step > 0)
        offset = np.where(onward, came_from[step, every, offset], offset)
