"""Jobs, or runs, that share a value of an attribute: groups that were there before anybody looked at how they fared.

Of any choice among forty jobs there are a million millions; of values of attributes a few dozen. So much less does it
take for a group with a name to convince, and its name says which jobs belong to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from forensics.evidence.paired import Ints
from forensics.investigate.change_parts import Parts
from forensics.investigate.change_weight import weights

# What is known of no run.
UNKNOWN = -1
# A group of one is a job alone.
LEAST_JOBS = 2
# By so many standard deviations bad runs lie after an instant, over all jobs, before groups of jobs are looked at, and
# before attributes of runs are even read.
WORTH_A_LOOK, WORTH_READING = 2.0, 4.0
# So many groups, those that changed most, are looked at closely.
CLOSELY = 3


@dataclass(frozen=True)
class Trait:
    """An attribute: ``codes`` number its ``values``, one a run in the order of the parts, UNKNOWN for none."""

    name: str
    values: tuple[str, ...]
    codes: Ints


@dataclass(frozen=True)
class Traits:
    """Attributes of jobs, and those of runs, which are read only where they may matter."""

    of_jobs: Sequence[Trait] = ()
    read: Callable[[], Sequence[Trait]] = tuple

    @cached_property
    def of_runs(self) -> Sequence[Trait]:
        """Return the attributes of runs."""
        return self.read()


@dataclass(frozen=True)
class Group:
    """Runs that share a value: parts of ``seen``, which are jobs or the runs with that value of each.

    ``rows`` are the numbers that the runs of ``seen`` have among all; ``place`` is the instant after which most of
    the group's bad runs lie, by ``weight`` standard deviations more than chance lets expect. ``among``: so many groups
    were tried.
    """

    seen: Parts
    members: Ints
    rows: Ints
    place: int
    weight: float
    name: str
    is_of_runs: bool
    among: int = 1

    @cached_property
    def key(self) -> bytes:
        """Return what is the same for groups of the same runs."""
        return self.rows[self.seen.runs_of(self.members)].tobytes() if self.is_of_runs else self.members.tobytes()


def job_groups(parts: Parts, traits: Traits) -> list[Group]:
    """Return the groups of jobs that changed most."""
    if weights(parts).max(initial=0.0) < WORTH_A_LOOK:
        return []
    rows = np.arange(len(parts.part))
    return most([each for trait in traits.of_jobs for each in groups_of(parts, rows, trait, is_of_runs=False)])


def run_groups(parts: Parts, traits: Traits) -> list[Group]:
    """Return the groups of runs that changed most."""
    if weights(parts).max(initial=0.0) < WORTH_READING:
        return []
    return most(
        [each for trait in traits.of_runs for each in groups_of(*within_jobs(parts, trait), trait, is_of_runs=True)]
    )


def most(found: Sequence[Group]) -> list[Group]:
    """Return of groups those that changed most, each with how many there are; those of the same runs are one."""
    different = sorted({each.key: each for each in found}.values(), key=lambda each: -each.weight)
    return [replace(each, among=len(different)) for each in different[:CLOSELY]]


def within_jobs(parts: Parts, trait: Trait) -> tuple[Parts, Ints]:
    """Return parts of which each holds the runs of one job that share a value, and the row of each run among all."""
    rows = np.flatnonzero(trait.codes != UNKNOWN)
    rows = rows[np.lexsort((rows, trait.codes[rows], parts.part[rows]))]
    key = parts.part[rows] * len(trait.values) + trait.codes[rows]
    part = np.unique(key, return_inverse=True)[1].astype(np.int64)
    return replace(parts, place=parts.place[rows], bad=parts.bad[rows], part=part), rows


def groups_of(seen: Parts, rows: Ints, trait: Trait, is_of_runs: bool) -> Iterator[Group]:
    """Yield the groups that values of an attribute make."""
    codes = trait.codes[rows]
    of_part = codes[seen.starts[:-1]]
    open_parts, jobs = seen.is_open & (of_part != UNKNOWN), np.bincount(of_part[of_part != UNKNOWN])
    if not open_parts.any():
        return
    told = np.where(codes == UNKNOWN, len(trait.values), codes)
    weight = weights(seen, told, len(trait.values) + 1)
    for code in np.unique(of_part[open_parts]).tolist():
        if LEAST_JOBS <= jobs[code] < len(of_part):
            place = int(np.argmax(weight[code]))
            name, heavy = f"{trait.name} = {trait.values[code]}", float(weight[code, place])
            yield Group(seen, np.flatnonzero(of_part == code), rows, place, heavy, name, is_of_runs)
