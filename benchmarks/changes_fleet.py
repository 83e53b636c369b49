"""Fleets in which something changed at a known instant, and fleets in which nothing did: 40 jobs, 14 days.

All is drawn from one seed. Jobs have the twelve attributes of ``causes_fleet``; they run daily, hourly, every four
hours, or daily and hourly mixed. Runs fail at 2 %, those that are touched by the change at 60 % from the instant on (a
single job: at 100 %). Touched are

- ``value``: the jobs (4 to 20 of the 40) that have one value of one attribute of jobs,
- ``third``, ``quarter``: so many of the jobs, whichever,
- ``runs``: in all jobs the runs that have one value of an attribute of runs, a fifth to a third of each job's,
- ``one``: a single job.

Quiet are: ``even`` (all at 2 %), ``own`` (each job at its own 1 to 40 %), ``flaky`` (every fifth job at 10 to 40 %),
``night`` (one bad night for all).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Literal, cast

import numpy as np

from benchmarks.causes_fleet import (
    DAYS,
    FIRST_DAY,
    HOUR,
    JOBS,
    OF_JOBS,
    Fleet,
    FleetJob,
    day,
    drawn,
    drawn_job,
    having,
)
from benchmarks.causes_frames import studied
from forensics.evidence.paired import Flags, Floats, Ints
from forensics.evidence.result import Result

DAY = 24 * HOUR
USUAL, BROKEN, BAD_NIGHT = 0.02, 0.6, 0.8
LEAST_JOBS, MOST_JOBS = 4, 20
FIRST, LAST = 2, 12  # days
# One job can be told where some nights lie on both sides.
ALONE = 5
OF_RUNS: Mapping[str, tuple[str, ...]] = {
    "node": ("n1", "n2", "n3", "n4", "n5"),
    "load": ("over",),
    "author of the message": ("bot", "relay", "gateway"),
}
Schedule = Literal["daily", "mixed", "4 h", "hourly"]
SCHEDULES: tuple[Schedule, ...] = ("daily", "mixed", "4 h", "hourly")
Plant = Literal["value", "third", "quarter", "runs", "one"]
PLANTS: tuple[Plant, ...] = ("value", "third", "quarter", "runs", "one")
Quiet = Literal["even", "own", "flaky", "night"]
QUIET: tuple[Quiet, ...] = ("even", "own", "flaky", "night")
HOURLY_SHARE = 0.3


@dataclass(frozen=True)
class Changed:
    """A fleet of which the truth is known: the ``touched`` runs fail at ``broken`` from ``since`` (ns) on.

    ``every`` is how often each job runs (ns); ``night`` are the ends of a bad night whose beginning or end can be told.
    """

    fleet: Fleet
    every: Ints
    touched: Flags
    broken: float
    since: int | None
    night: tuple[int, ...] = ()

    @property
    def studied(self) -> Result:
        """Return the judged runs, as a report hands them over."""
        return cast(Result, SimpleNamespace(**vars(studied(self.fleet)), events=()))

    @property
    def jobs(self) -> frozenset[str]:
        """Return the jobs of which runs are touched."""
        return frozenset(self.fleet.jobs[job].name for job in np.unique(self.fleet.job[self.touched]).tolist())

    @property
    def is_after(self) -> Flags:
        """Return the runs since the change."""
        return np.asarray(self.since is not None and self.fleet.at >= self.since, dtype=np.bool_)


def planted(seed: int, plant: Plant, schedule: Schedule) -> Changed:
    """Return a fleet that changed."""
    chance = np.random.default_rng([seed, 3, PLANTS.index(plant), SCHEDULES.index(schedule)])
    fleet, every = scheduled(chance, schedule)
    margin = ALONE if plant == "one" else FIRST
    since = FIRST_DAY + int(chance.uniform(margin, DAYS - margin) * DAY)
    touched, broken = touching(chance, fleet, plant), 1.0 if plant == "one" else BROKEN
    rate = np.where(touched & (fleet.at >= since), broken, USUAL)
    return Changed(failed(chance, fleet, rate), every, touched, broken, since)


def quiet(seed: int, kind: Quiet, schedule: Schedule) -> Changed:
    """Return a fleet in which nothing changed."""
    chance = np.random.default_rng([seed, 4, QUIET.index(kind), SCHEDULES.index(schedule)])
    fleet, every = scheduled(chance, schedule)
    rate, night = np.full(len(fleet.at), USUAL), tuple[int, ...]()
    if kind == "own":
        rate = chance.uniform(0.01, 0.4, JOBS)[fleet.job]
    elif kind == "flaky":
        rate = np.where(np.arange(JOBS) % 5, USUAL, chance.uniform(0.1, 0.4, JOBS))[fleet.job]
    elif kind == "night":
        bad = int(chance.integers(DAYS))
        rate = np.where(day(fleet) == bad, BAD_NIGHT, USUAL)
        if schedule != "daily" or bad in {0, DAYS - 1}:
            night = (FIRST_DAY + bad * DAY, FIRST_DAY + (bad + 1) * DAY)
    return Changed(failed(chance, fleet, rate), every, np.zeros(len(rate), dtype=np.bool_), USUAL, None, night)


def scheduled(chance: np.random.Generator, schedule: Schedule) -> tuple[Fleet, Ints]:
    """Return jobs and their runs, none of which has failed yet, and how often each job runs (ns)."""

    def job(number: int, chance: np.random.Generator) -> FleetJob:
        told = drawn_job(number, chance)
        hours = {"daily": 24, "4 h": 4, "hourly": 1, "mixed": 1 if chance.random() < HOURLY_SHARE else 24}[schedule]
        return replace(told, hours=tuple(range(int(chance.integers(hours)), 24, hours)))

    fleet = drawn(chance, job)
    return fleet, np.array([DAY // len(each.hours) for each in fleet.jobs])


def touching(chance: np.random.Generator, fleet: Fleet, plant: Plant) -> Flags:
    """Return the runs that a change touches."""
    match plant:
        case "value":
            return chosen(chance, fleet, OF_JOBS)
        case "runs":
            return chosen(chance, fleet, OF_RUNS)
    order = chance.permutation(JOBS)
    if plant == "one":  # in a mixed fleet a daily one
        order = order[np.argsort([len(fleet.jobs[job].hours) for job in order], kind="stable")]
    return np.isin(fleet.job, order[: {"third": JOBS // 3, "quarter": JOBS // 4, "one": 1}[plant]])


def chosen(chance: np.random.Generator, fleet: Fleet, attributes: Mapping[str, tuple[str, ...]]) -> Flags:
    """Return the runs that have some value of some attribute; of jobs, that of 4 to 20 of them."""
    while True:
        name = str(chance.choice(list(attributes)))
        has = having(fleet, name, str(chance.choice(attributes[name])))
        if attributes is OF_RUNS or LEAST_JOBS <= len(np.unique(fleet.job[has])) <= MOST_JOBS:
            return has


def failed(chance: np.random.Generator, fleet: Fleet, rate: Floats) -> Fleet:
    """Return a fleet whose runs fail at some rates; half of these say so."""
    bad = chance.random(len(rate)) < rate
    return replace(fleet, bad=bad, said_failure=bad & (chance.random(len(rate)) < 0.5))
