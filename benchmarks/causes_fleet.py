"""Fleets whose runs go wrong for one planted cause, or for none: forty jobs, fourteen days, twelve attributes.

All is drawn from one seed. A cause has a share that can be told: of a job's attributes it is a value of 4 to 20 of the
40 jobs; of a run's it is the value of a fifth to a third of the runs (a weekend: two days in seven), as these come.
Where there is a cause, runs that have it fail at 60 %, all others at 2 %.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

JOBS, DAYS = 40, 14
HOUR, MINUTE = 3_600 * 10**9, 60 * 10**9
FIRST_DAY = np.datetime64("2026-03-02T00:00:00", "ns").astype(np.int64).item()  # a Monday
USUAL, PLANTED = 0.02, 0.6
LEAST_JOBS, MOST_JOBS = 4, 20

OF_JOBS: Mapping[str, tuple[str, ...]] = {
    "session": ("main", "isolated"),
    "delivery": ("announce", "webhook", "none"),
    "model": ("small", "large", "local"),
    "team": ("growth", "platform", "data", "mobile", "research"),
    "runtime": ("node", "python", "shell"),
    "host": ("mac1", "mac2", "box1", "box2"),
    "name begins with": ("app", "blog", "larry", "seo"),
}
OF_RUNS: Mapping[str, tuple[str, ...]] = {
    "node": ("n1", "n2", "n3", "n4", "n5"),
    "load": (),
    "author of the message": ("bot", "relay", "gateway"),
    "part of the day": ("0 to 6 h", "6 to 12 h", "12 to 18 h", "18 to 24 h"),
    "day": ("a weekend",),
}
ATTRIBUTES = (*OF_JOBS, *OF_RUNS)
Quiet = Literal["even", "varied", "flaky", "bad day", "outage", "dead jobs"]
QUIET: tuple[Quiet, ...] = ("even", "varied", "flaky", "bad day", "outage", "dead jobs")

Texts = np.typing.NDArray[np.str_]
Ints = np.typing.NDArray[np.int64]
Floats = np.typing.NDArray[np.float64]
Flags = np.typing.NDArray[np.bool_]


@dataclass(frozen=True)
class FleetJob:
    """A job: its name, its attributes, its host, and the hours at which it runs, ``minute`` minutes past."""

    name: str
    host: str
    attributes: Mapping[str, str]
    hours: tuple[int, ...]
    minute: int


@dataclass(frozen=True)
class Fleet:
    """The jobs and their runs, by column, in order of job and time; ``planted`` is (attribute, value) or None."""

    jobs: tuple[FleetJob, ...]
    job: Ints
    at: Ints
    node: Texts
    load: Floats
    author: Texts
    bad: Flags
    said_failure: Flags
    planted: tuple[str, str] | None


def planted_fleet(seed: int) -> Fleet:
    """Return a fleet with a cause: each attribute in its turn."""
    chance = np.random.default_rng([seed, 1])
    fleet = drawn(chance)
    name = ATTRIBUTES[seed % len(ATTRIBUTES)]
    shares = {value: having(fleet, name, value) for value in OF_JOBS.get(name) or OF_RUNS[name] or ("over",)}
    tellable = [value for value, has in shares.items() if is_tellable(fleet, name, has)]
    if not tellable:
        return planted_fleet(seed + 12_000)
    value = tellable[int(chance.integers(len(tellable)))]
    rate = np.where(shares[value], PLANTED, USUAL)
    return failing(fleet, rate, chance, (name, value))


def quiet_fleet(seed: int) -> Fleet:
    """Return a fleet without a cause among its attributes.

    Rates are even, or each job has its own; one job is flaky; a day was bad for all, or eight hours were; or six jobs,
    whichever, have been dead for the last days.
    """
    chance = np.random.default_rng([seed, 2])
    fleet = drawn(chance)
    kind, rate = QUIET[seed % len(QUIET)], np.full(len(fleet.at), USUAL)
    if kind == "varied":
        rate = chance.beta(0.4, 6.0, JOBS)[fleet.job]
    elif kind == "flaky":
        rate = np.where(fleet.job == chance.integers(JOBS), PLANTED, USUAL)
    elif kind == "bad day":
        rate = np.where(day(fleet) == chance.integers(DAYS), 0.8, USUAL)
    elif kind == "outage":
        begin = FIRST_DAY + chance.integers(DAYS * 24) * HOUR
        rate = np.where((fleet.at >= begin) & (fleet.at < begin + 8 * HOUR), 0.9, USUAL)
    elif kind == "dead jobs":
        is_dead = np.isin(fleet.job, chance.choice(JOBS, 6, replace=False)) & (day(fleet) >= DAYS - 4)
        rate = np.where(is_dead, 1.0, USUAL)
    return failing(fleet, rate, chance, None)


def drawn(chance: np.random.Generator, job_of: Callable[[int, np.random.Generator], FleetJob] | None = None) -> Fleet:
    """Return jobs, their attributes and their runs, none of which has gone wrong yet."""
    jobs = tuple((job_of or drawn_job)(number, chance) for number in range(JOBS))
    job = np.concatenate([np.full(DAYS * len(each.hours), number) for number, each in enumerate(jobs)])
    at = np.concatenate([starts(each) for each in jobs])
    runs = len(at)
    return Fleet(
        jobs=jobs,
        job=job,
        at=at + chance.integers(0, 20 * 10**9, runs),
        node=chance.choice(np.array(OF_RUNS["node"]), runs),
        load=chance.gamma(4.0, 0.5, runs).round(2),
        author=chance.choice(np.array(OF_RUNS["author of the message"]), runs),
        bad=np.zeros(runs, dtype=np.bool_),
        said_failure=np.zeros(runs, dtype=np.bool_),
        planted=None,
    )


def drawn_job(number: int, chance: np.random.Generator) -> FleetJob:
    """Return a job: two in three run once a day, the others every four hours."""
    told = {name: str(chance.choice(values)) for name, values in OF_JOBS.items()}
    begin, host = told.pop("name begins with"), told.pop("host")
    hours = (int(chance.integers(24)),) if number % 3 else tuple(range(int(chance.integers(4)), 24, 4))
    return FleetJob(f"{begin}-task-{number:02d}", host, told, hours, int(chance.integers(60)))


def starts(job: FleetJob) -> Ints:
    """Return when a job runs, in order."""
    days = FIRST_DAY + 24 * HOUR * np.arange(DAYS)
    return (days[:, None] + np.array(job.hours) * HOUR + job.minute * MINUTE).ravel()


def day(fleet: Fleet) -> Ints:
    """Return the number of the day of each run."""
    return (fleet.at - FIRST_DAY) // (24 * HOUR)


def having(fleet: Fleet, name: str, value: str) -> Flags:
    """Return the runs that have a value of an attribute."""
    if name in OF_JOBS:
        told = [(each.host, each.name.split("-")[0], each.attributes.get(name)) for each in fleet.jobs]
        return np.array([value in each for each in told])[fleet.job]
    part = (fleet.at - FIRST_DAY) // HOUR % 24 // 6
    found: Mapping[str, Flags] = {
        "node": fleet.node == value,
        "load": fleet.load > np.quantile(fleet.load, 2 / 3),
        "author of the message": fleet.author == value,
        "part of the day": np.array(OF_RUNS["part of the day"])[part] == value,
        "day": day(fleet) % 7 >= 5,
    }
    return found[name]


def is_tellable(fleet: Fleet, name: str, has: Flags) -> bool:
    """Return whether enough jobs have a value, or enough runs."""
    return LEAST_JOBS <= len(np.unique(fleet.job[has])) <= MOST_JOBS if name in OF_JOBS else bool(has.any())


def failing(fleet: Fleet, rate: Floats, chance: np.random.Generator, planted: tuple[str, str] | None) -> Fleet:
    """Return the fleet with runs gone wrong at a rate; half of these say so, the others say all is well."""
    bad = chance.random(len(rate)) < rate
    said = bad & (chance.random(len(rate)) < 0.5)
    return Fleet(fleet.jobs, fleet.job, fleet.at, fleet.node, fleet.load, fleet.author, bad, said, planted)
