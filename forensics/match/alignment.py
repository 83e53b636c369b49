"""Gives events to runs where several runs could have them: in order, at least cost, no run twice without need.

A monotone alignment of least cost, by dynamic programming over the few runs that each event could
belong to. All jobs are walked side by side: one step is the next event of every job, as arrays.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from forensics.match.spans import Flags, Ints, group_bounds

Floats = npt.NDArray[np.float64]

CELLS = 1 << 22


@dataclass(frozen=True)
class Candidates:
    """Events sorted by (group, time), and the runs ``first..last`` (rows, inclusive) that each could belong to.

    ``tone`` is what an event says: it fits some runs better than others.
    """

    group: Ints
    at: Ints
    first: Ints
    last: Ints
    tone: Ints

    def taken(self, rows: slice | Ints | Flags) -> Candidates:
        """Return some of them."""
        return Candidates(*(getattr(self, name)[rows] for name in ("group", "at", "first", "last", "tone")))


@dataclass(frozen=True)
class Prices:
    """What an alignment pays. ``opening`` and ``joining`` have a row an event, a column a candidate from its first on.

    ``opening``: the event is the first of that run; ``joining``: it is a further one of a run that has one;
    both are infinite where there is no candidate. ``silence`` are running sums of what silent runs cost,
    where ``base`` (one an event) plus a run's row is the sum before that run.
    """

    opening: Floats
    joining: Floats
    silence: Floats
    base: Ints

    def taken(self, rows: Ints | Flags) -> Prices:
        """Return those of some events."""
        return Prices(self.opening[rows], self.joining[rows], self.silence, self.base[rows])


def align(events: Candidates, prices: Prices) -> Ints:
    """Return the run (row) of every event."""
    chosen = np.empty(len(events.at), dtype=np.int64)
    begins, ends = group_bounds(events.group)
    order = np.argsort(ends - begins, kind="stable")
    width = int((events.last - events.first).max(initial=0)) + 1
    done = 0
    while done < len(order):
        batch = order[done : done + _batch_size(ends - begins, order, done, width)]
        _align_batch(events, prices, begins[batch], ends[batch], chosen)
        done += len(batch)
    return chosen


def _batch_size(lengths: Ints, order: Ints, done: int, width: int) -> int:
    """Return how many groups to walk side by side: of like length, and within bounds of memory."""
    ahead = lengths[order[done:]]
    alike = int(np.searchsorted(ahead, max(16, 2 * int(ahead[0])), side="right"))
    fitting = max(1, CELLS // max(1, int(ahead[alike - 1]) * width))
    return min(alike, fitting)


def _align_batch(events: Candidates, prices: Prices, begins: Ints, ends: Ints, chosen: Ints) -> None:
    lengths = ends - begins
    steps, size = int(lengths.max()), prices.opening.shape[1]
    reach, base = np.arange(size), prices.base[begins][:, None]
    came_from = np.zeros((steps, len(begins), size), dtype=np.int32)
    firsts = np.zeros((steps, len(begins)), dtype=np.int64)
    total = final = np.zeros((len(begins), size))
    beyond = total
    for step in range(steps):
        rows = np.minimum(begins + step, ends - 1)
        firsts[step] = events.first[rows]
        runs = base + np.minimum(firsts[step][:, None] + reach, events.last[rows][:, None])
        silence = prices.silence[runs]
        if step == 0:
            total = prices.opening[rows] + silence - silence[:, :1]
        else:
            offset = (firsts[step] - firsts[step - 1])[:, None] + reach
            moving, mover = _moving(total - beyond, offset)
            staying, stayer = _staying(total, offset)
            moving, staying = moving + silence + prices.opening[rows], staying + prices.joining[rows]
            came_from[step] = np.where(staying < moving, stayer, mover)
            total = np.minimum(moving, staying)
        beyond = prices.silence[runs + 1]
        ending = (lengths == step + 1)[:, None]
        final = np.where(ending, total - beyond, final)
    _walk_back(final, came_from, firsts, begins, lengths, chosen)


def _moving(leaving: Floats, offset: Ints) -> tuple[Floats, Ints]:
    """Return the least cost of having left an earlier run than each, and the offset of that run."""
    size = leaving.shape[1]
    best = np.minimum.accumulate(leaving, axis=1)
    where = np.maximum.accumulate(np.where(leaving == best, np.arange(size), 0), axis=1)
    earlier = np.clip(offset - 1, 0, size - 1)
    least = np.where(offset >= 1, np.take_along_axis(best, earlier, 1), np.inf)
    return least, np.take_along_axis(where, earlier, 1)


def _staying(total: Floats, offset: Ints) -> tuple[Floats, Ints]:
    """Return the cost at which the event before came to each run, and that run's offset."""
    size = total.shape[1]
    same = np.clip(offset, 0, size - 1)
    return np.where((offset >= 0) & (offset < size), np.take_along_axis(total, same, 1), np.inf), same


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
