"""Runs of many jobs laid out so that every split of every job is looked at in one go.

A *part* is a stretch of one job's runs between two changes, at first all of them; a *split* is the place before one of
its runs, named by that run's position.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from forensics.evidence.paired import Flags, Floats, Ints
from forensics.investigate.change_chance import gains

# The least by which the share of bad runs changes.
LEAST_EFFECT = 0.1


@dataclass(frozen=True)
class Sides:
    """What lies on both sides of one split of each of some parts: how many runs, and how many of them are bad."""

    bad_before: Ints
    before: Ints
    bad_after: Ints
    after: Ints

    @property
    def bad(self) -> Ints:
        """Return how many runs of each part are bad."""
        return self.bad_before + self.bad_after

    @property
    def runs(self) -> Ints:
        """Return how many runs each part has."""
        return self.before + self.after

    @property
    def drift(self) -> tuple[Floats, Floats]:
        """Return by how many more bad runs lie after each split than chance lets expect, and the variance of that."""
        share, runs = self.bad / self.runs, self.runs
        spread = self.before * self.after / runs * share * (1 - share) * runs / np.maximum(runs - 1, 1)
        return self.bad_after - self.after * share, spread


@dataclass(frozen=True)
class Parts:
    """Runs in order of (job, time), one value a run.

    ``part`` is the number of its part, ascending. ``times`` are all moments of runs in ns, each once, ascending;
    ``place`` is that of the run's own among them. ``bad`` are the runs that get more where a change is: where the end
    of trouble is looked for, the good ones.
    """

    times: Ints
    place: Ints
    bad: Flags
    part: Ints

    @cached_property
    def starts(self) -> Ints:
        """Return where each part begins, and where the last one ends."""
        return np.searchsorted(self.part, np.arange(int(self.part.max(initial=-1)) + 2))

    @cached_property
    def summed(self) -> Ints:
        """Return how many runs before each, and in all, are bad."""
        return np.concatenate([[0], np.cumsum(self.bad)])

    @cached_property
    def gain(self) -> Floats:
        """Return by how much a change just before each run explains its part better than none; 0 of too small a one."""
        sides = self.sides(self.part, np.arange(len(self.part)))
        before = np.maximum(sides.before, 1)
        grows = sides.bad_after / sides.after - sides.bad_before / before >= LEAST_EFFECT
        return np.where(grows & (sides.before > 0), gains(sides.bad_before, before, sides.bad_after, sides.after), 0.0)

    @cached_property
    def is_open(self) -> Flags:
        """Return which parts hold both, bad runs and others: of any other no order could tell anything."""
        bad = np.diff(self.summed[self.starts])
        return (bad > 0) & (bad < np.diff(self.starts))

    @cached_property
    def best(self) -> Ints:
        """Return for each part the split with the highest gain, the newest of several."""
        highest = np.maximum.reduceat(self.gain, self.starts[:-1])
        found = np.zeros(len(highest), dtype=np.int64)
        runs = np.flatnonzero(self.gain == highest[self.part])
        found[self.part[runs]] = runs
        return found

    @cached_property
    def drift(self) -> tuple[Floats, Floats]:
        """Return the drift of the part of each run at the split before it."""
        return self.sides(self.part, np.arange(len(self.part))).drift

    def sides(self, parts: Ints, splits: Ints) -> Sides:
        """Return what lies on both sides of some splits of some parts."""
        first, last = self.starts[parts], self.starts[parts + 1]
        until, split, total = (self.summed[each] for each in (first, splits, last))
        return Sides(split - until, splits - first, total - split, last - splits)

    def splits(self, place: int) -> Ints:
        """Return for each part its first run at a moment or later, the end of the part where there is none."""
        return self.starts[:-1] + np.bincount(self.part[self.place < place], minlength=len(self.starts) - 1)

    def runs_of(self, parts: Ints) -> Ints:
        """Return the runs of some parts, in order."""
        chosen = np.zeros(len(self.starts) - 1, dtype=np.bool_)
        chosen[parts] = True
        return np.flatnonzero(chosen[self.part])

    def divided(self, splits: Ints) -> Parts:
        """Return the same runs with the parts divided at some splits."""
        begins = np.zeros(len(self.part), dtype=np.int64)
        begins[self.starts[1:-1]] = 1
        begins[splits] = 1
        return replace(self, part=np.cumsum(begins))

    def inverted(self) -> Parts:
        """Return the same runs with good and bad swapped."""
        return replace(self, bad=~self.bad)


def laid_out(job: Ints, at: Ints, bad: Flags) -> tuple[Parts, Ints]:
    """Return runs as parts, one a job, and the row of each among those given."""
    order = np.lexsort((at, job))
    times, place = np.unique(at[order], return_inverse=True)
    part = np.unique(job[order], return_inverse=True)[1]
    return Parts(times, place.astype(np.int64), bad[order], part.astype(np.int64)), order
