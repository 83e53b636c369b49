"""Whether planted change points are found, and none where nothing changed: ``python -m benchmarks.changes [SEEDS]``.

Fleets are those of ``benchmarks.changes_fleet``; nothing is written to disk.

``oracle`` is what anybody could know at best: told which runs the change touches and both rates, it takes the likeliest
instant; it counts where that is within one run (of the most frequent job) of the first run after the change. ``found``
asks the same of a reported point: the true instant lies in its interval, widened by one run on each side. ``sharp``:
so does the first bad run that it tells, by the oracle's own measure. ``right``: at least nine in ten of the jobs that
the point names did change. ``named`` is the share of the changed jobs that it names, ``no other`` counts the fleets in
which no other point is told.

A fleet in which nothing changed is ``quiet`` where no point is told, and no attribute is said to tell bad runs from
good. A bad night of all jobs has a beginning and an end: points that tell of these are true where a night is several
runs, or the first or last one.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.causes import differing
from benchmarks.causes_fleet import DAYS, FIRST_DAY, HOUR
from benchmarks.changes_fleet import (
    DAY,
    PLANTS,
    QUIET,
    SCHEDULES,
    USUAL,
    Changed,
    Plant,
    Quiet,
    Schedule,
    planted,
    quiet,
)
from forensics.evidence.investigation import ChangePoint
from forensics.investigate.change_points import change_points
from forensics.investigate.contrasts import contrasts

SEEDS = 100
# Runs begin up to so long after they are due.
LATE = 60 * 10**9
RIGHT = 0.9


def slack(truth: Changed) -> int:
    """Return one run of the most frequent of the jobs that changed (ns)."""
    touched = np.unique(truth.fleet.job[truth.touched])
    return int(truth.every[touched].min()) + LATE


def told_by_oracle(truth: Changed) -> int:
    """Return the likeliest first run after the change (ns), knowing which runs it touches, and both rates."""
    rows = np.flatnonzero(truth.touched)
    rows = rows[np.argsort(truth.fleet.at[rows], kind="stable")]
    surely = np.clip(truth.broken, 0.0, 1 - 1e-9)
    speaks = np.where(truth.fleet.bad[rows], np.log(surely / USUAL), np.log((1 - surely) / (1 - USUAL)))
    tail = np.cumsum(speaks[::-1])[::-1]
    return int(truth.fleet.at[rows[np.argmax(tail)]])


def first_after(truth: Changed) -> int:
    """Return the first run that the change touches (ns)."""
    after = truth.fleet.at[truth.touched & truth.is_after]
    return int(after.min()) if len(after) else FIRST_DAY + DAYS * DAY


def is_found(truth: Changed, point: ChangePoint) -> bool:
    """Return whether a reported point is the planted one, within one run."""
    if truth.since is None or point.is_better or point.about != "work" or not truth.jobs & set(point.jobs):
        return False
    return point.last_good - slack(truth) <= truth.since <= point.until + slack(truth)


@dataclass(frozen=True)
class Score:
    """What came of one fleet with a change."""

    oracle: bool
    found: bool
    sharp: bool
    right: bool
    named: float
    alone: bool
    hours: float


def scored(truth: Changed) -> Score:
    """Return what came of a fleet."""
    points, first = change_points(truth.studied), first_after(truth)
    hits = [each for each in points if is_found(truth, each)]
    named = [len(truth.jobs & set(each.jobs)) for each in hits]
    right = [count >= RIGHT * len(each.jobs) for count, each in zip(named, hits, strict=True)]
    return Score(
        oracle=abs(told_by_oracle(truth) - first) <= slack(truth),
        found=bool(hits),
        sharp=any(abs(each.first_bad - first) <= slack(truth) for each in hits),
        right=any(right),
        named=max(named, default=0) / len(truth.jobs),
        alone=len(points) == len(hits[:1]),
        hours=(hits[0].until - hits[0].last_good) / HOUR if hits else np.nan,
    )


def score(plant: Plant, schedule: Schedule, seeds: Iterable[int]) -> list[Score]:
    """Return what came of the fleets of some seeds."""
    return [scored(planted(seed, plant, schedule)) for seed in seeds]


def is_quiet(truth: Changed) -> bool:
    """Return whether nothing untrue is told of a fleet in which nothing changed."""
    points = [each for each in change_points(truth.studied) if not any(ends(truth, each))]
    return not points and not differing(contrasts(truth.studied))


def ends(truth: Changed, point: ChangePoint) -> Iterable[bool]:
    """Yield for each end of a bad night whether a point tells of it."""
    run = int(truth.every.max()) + LATE
    for at in truth.night:
        yield point.last_good - run <= at <= point.first_bad + run


def count_quiet(kind: Quiet, schedule: Schedule, seeds: Iterable[int]) -> int:
    """Return in how many fleets nothing untrue is told."""
    return sum(is_quiet(quiet(seed, kind, schedule)) for seed in seeds)


def line(found: Sequence[Score]) -> str:
    """Return what came of some fleets in a line."""
    counts = [sum(getattr(each, name) for each in found) for name in ("oracle", "found", "sharp", "right", "alone")]
    hours = [each.hours for each in found if each.found]
    told = f"{np.mean([each.named for each in found]):7.2f} {np.median(hours) if hours else np.nan:7.1f} h"
    return " ".join(f"{count:8}" for count in counts) + told


def main() -> None:
    """Print the scores."""
    seeds, begun = range(int(sys.argv[1]) if len(sys.argv) > 1 else SEEDS), time.perf_counter()
    print(f"{'of ' + str(len(seeds)):8} {'runs':7}   oracle    found    sharp    right no other  named  interval")
    for plant in PLANTS:
        for schedule in SCHEDULES:
            print(f"{plant:8} {schedule:7} {line(score(plant, schedule, seeds))}")
    for kind in QUIET:
        counts = [f"{schedule} {count_quiet(kind, schedule, seeds)}" for schedule in SCHEDULES]
        print(f"{kind:8} quiet: {', '.join(counts)}")
    print(f"{time.perf_counter() - begun:.0f} s")


if __name__ == "__main__":
    main()
