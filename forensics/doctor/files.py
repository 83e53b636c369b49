"""The files of the evidence, the patterns that jobs declare, and which fits which."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np

from forensics.analyse.wording import listed
from forensics.config import Job
from forensics.doctor.lint import Lint
from forensics.doctor.observed import Observed
from forensics.evidence.paired import NAT, Ints
from forensics.evidence.schema import nanoseconds
from forensics.match.jobtable import nanos
from forensics.match.resolve import texts
from forensics.match.witnesses import NUMBER, Wanted, Witnesses, find_witnesses, wanted_patterns

LEAST_RUNS = 3
MADE_UP = re.compile(r"(?<![A-Za-z\d])(?=[A-Za-z]{0,40}\d)[A-Za-z\d]{6,}")


@dataclass(frozen=True)
class Declared:
    """A pattern of a configured job, and the runs that should have left a file of it.

    ``starts`` are those of its triggered runs that an artifacts source covers, ``due`` when they were due (their start
    where that is not known), ``ends`` the ends of their own time, ns.
    """

    wanted: Wanted
    job: Job
    starts: Ints
    due: Ints
    ends: Ints

    @property
    def text(self) -> str:
        """Return the pattern as it is written in the config."""
        return self.wanted.pattern.text


class Files:
    """The files of the evidence, and which patterns they fit."""

    def __init__(self, observed: Observed) -> None:
        frame = observed.evidence.artifacts
        is_file = ~frame["is_folder"].to_numpy(dtype=np.bool_)
        at = nanoseconds(frame["at"])
        self.rows = np.flatnonzero(is_file & (at != NAT) & (at >= observed.window.since))
        self.every = [path or "" for path in texts(frame["path"])]
        self.paths = [self.every[row] for row in self.rows.tolist()]
        self.at = at[self.rows]
        jobs = [job for job in observed.jobs[: observed.configured] if not job.is_learnt]
        self.wanted = wanted_patterns(jobs)
        self.jobs = jobs

    @cached_property
    def fits(self) -> Witnesses:
        """Return which path fits which pattern best, whenever it was written."""
        return find_witnesses(self.every, self.wanted)

    @cached_property
    def met(self) -> set[int]:
        """Return the numbers of the patterns that some path fits."""
        return set(self.fits.wanted.tolist())

    @cached_property
    def by_pattern(self) -> Mapping[int, list[int]]:
        """Return for each pattern the files that fit it best."""
        place = {row: place for place, row in enumerate(self.rows.tolist())}
        found: dict[int, list[int]] = defaultdict(list)
        for row, number in zip(self.fits.row.tolist(), self.fits.wanted.tolist(), strict=True):
            if row in place:
                found[number].append(place[row])
        return found

    @cached_property
    def shapes(self) -> Mapping[str, list[int]]:
        """Return the files that fit no pattern, by the shape of their path and of each folder above: numbers as 0."""
        taken = {place for places in self.by_pattern.values() for place in places}
        found: dict[str, list[int]] = defaultdict(list)
        for place, path in enumerate(self.paths):
            if place not in taken:
                parts = shape_of(path).split("/")
                for depth in range(1, len(parts) + 1):
                    found["/".join(parts[:depth])].append(place)
        return found

    def path(self, place: int, shape: str) -> str:
        """Return a file's path, or that of the folder above it which has a shape."""
        return "/".join(self.paths[place].split("/")[: shape.count("/") + 1])


def shape_of(path: str) -> str:
    """Return a path with 0 for every number, and for every long word with a digit in it."""
    return NUMBER.sub("0", MADE_UP.sub("0", path))


def declared(observed: Observed, files: Files) -> Iterator[Declared]:
    """Yield the patterns with at least three triggered runs that a source of files covers."""
    runs, coverage = observed.paired.runs, observed.result.coverage
    codes = {(job.name, job.host): code for code, job in enumerate(observed.jobs[: observed.configured])}
    begun = ((runs.triggered != NAT) | (runs.begun != NAT)) & observed.in_window
    tolerance = nanos([job.clock_tolerance for job in observed.jobs])
    covered = coverage.covers(
        "artifacts", runs.job, runs.start - tolerance[runs.job], np.minimum(runs.own_end, observed.window.now)
    )
    for each in files.wanted:
        job = files.jobs[each.job]
        mine = begun & covered & (runs.job == codes[job.name, job.host]) & (runs.own_end < observed.window.now)
        if int(mine.sum()) >= LEAST_RUNS:
            start, due = runs.start[mine], runs.due[mine]
            yield Declared(each, job, start, np.where(due != NAT, due, start), runs.own_end[mine])


def shared(files: Files) -> Iterator[Lint]:
    """Yield the pairs of jobs whose patterns fit the same files equally well, so that one of them goes without."""
    owners: dict[tuple[int, int], list[str]] = defaultdict(list)
    by_head: dict[str, list[Wanted]] = defaultdict(list)
    for each in files.wanted:
        if each.role != "state":
            head, slash, _ = each.pattern.prefix.partition("/")
            by_head[head if slash else ""].append(each)
    for path in {shape_of(path): path for path in files.paths}.values():
        near = [*by_head.get(path.partition("/")[0], ()), *by_head.get("", ())]
        ranks: dict[int, int] = {}
        for each in near:
            if each.pattern.fitted(path):
                ranks[each.job] = max(ranks.get(each.job, 0), each.pattern.weight)
        for one, other in combinations(sorted(ranks), 2):
            if ranks[one] == ranks[other]:
                owners[one, other].append(path)
    for (one, other), paths in sorted(owners.items()):
        names = [files.jobs[code].name for code in (one, other)]
        yield Lint(
            kind="shared_files",
            text=f"{names[0]} and {names[1]} claim the same files: {listed([f'`{path}`' for path in paths], 2)}.",
            jobs=tuple(names),
            observed=("Their patterns fit these paths equally well.",),
            inferred="So one job's files prove the other's runs.",
            todo="Make one of the patterns narrower, with what only its own files have in their names.",
            detail={"jobs": names, "paths": paths},
        )
