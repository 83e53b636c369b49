"""Which file speaks for which job: paths fitted to the patterns of all jobs, each file to one pattern."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from forensics.config import Job
from forensics.match.names import short_host
from forensics.match.patterns import Pattern, compiled, dated_text
from forensics.match.spans import Ints

Role = Literal["artifact", "marker", "state"]
ROLES: tuple[Role, ...] = ("artifact", "marker", "state")
NUMBER = re.compile(r"\d+")


@dataclass(frozen=True)
class Wanted:
    """A pattern that a job declares: ``number`` is its place among all patterns, ``role`` what a file proves."""

    number: int
    job: int
    role: Role
    pattern: Pattern


@dataclass(frozen=True)
class Witnesses:
    """Files that fit a pattern: their row among the artifacts, the pattern's number, and what they name.

    ``dated`` is the text of the dates in the path ("" where the pattern has none), ``base`` the path that
    the pattern itself stands for.
    """

    row: Ints
    wanted: Ints
    dated: list[str]
    base: list[str]


def wanted_patterns(jobs: Sequence[Job]) -> list[Wanted]:
    """Return all patterns of all jobs, numbered."""
    declared = (
        (code, role, text)
        for code, job in enumerate(jobs)
        for role, texts in zip(ROLES, (job.artifacts, job.markers, job.state_files), strict=True)
        for text in texts
    )
    return [Wanted(number, code, role, compiled(text)) for number, (code, role, text) in enumerate(declared)]


class Fit(NamedTuple):
    """A file that fits a pattern, the better the more literal text the pattern holds: what ``Witnesses`` say of it."""

    rank: int
    wanted: int
    dated: str
    base: str


@dataclass(frozen=True)
class Homes:
    """On which host each file lies and each job runs, None where that is not known: what lies elsewhere is not its."""

    files: Sequence[str | None]
    jobs: Sequence[str | None]

    def part(self, row: int, job: int) -> bool:
        """Return whether a file and a job are known to be of two hosts."""
        at, home = self.files[row], self.jobs[job]
        return at is not None and home is not None and at != home


def homes_of(files: Sequence[str | None], jobs: Sequence[Job]) -> Homes:
    """Return the homes of files and jobs by their hosts' first labels."""
    return Homes([short_host(host) for host in files], [short_host(job.host) for job in jobs])


def find_witnesses(paths: Sequence[str], wanted: Sequence[Wanted], homes: Homes | None = None) -> Witnesses:
    """Return the files that fit a pattern; one that fits several goes to the most specific."""
    best: dict[int, Fit] = {}
    index = PathIndex(paths)
    for each in wanted:
        for row in index.rows_for(each.pattern):
            fit = None if homes is not None and homes.part(row, each.job) else fit_of(paths[row], each)
            if fit is not None and (row not in best or fit.rank > best[row].rank):
                best[row] = fit
    return _without_full_folders(paths, best)


def fit_of(path: str, each: Wanted) -> Fit | None:
    """Return how a path fits a pattern, None where it does not."""
    pattern = each.pattern
    found = pattern.fitted(path)
    if found is None:
        return None
    dated = dated_text(found, pattern.dates)
    if found["under"] is None:
        return Fit(pattern.weight * 2, each.number, dated, path)
    return Fit(pattern.weight * 2 - 1, each.number, dated, path[: found.end("base")])


def _without_full_folders(paths: Sequence[str], best: Mapping[int, Fit]) -> Witnesses:
    """Leave out a folder's own row where a file under it was found: its mtime tells of the last name only."""
    filled = {(fit.wanted, fit.base) for row, fit in best.items() if fit.base != paths[row]}
    rows = [
        row
        for row in sorted(best)
        if not filled or best[row].base != paths[row] or (best[row].wanted, paths[row]) not in filled
    ]
    fits = [best[row] for row in rows]
    return Witnesses(
        row=np.array(rows, dtype=np.int64),
        wanted=np.array([fit.wanted for fit in fits], dtype=np.int64),
        dated=[fit.dated for fit in fits],
        base=[fit.base for fit in fits],
    )


class PathIndex:
    """Finds the few paths that can fit a pattern: by its literal head, and by shape where several share that head."""

    def __init__(self, paths: Sequence[str]) -> None:
        self._paths = paths
        self._order = sorted(range(len(paths)), key=paths.__getitem__)
        self._sorted = [paths[row] for row in self._order]
        self._asked: set[str] = set()
        self._by_shape: dict[str, dict[str, list[int]]] = {}

    def rows_for(self, pattern: Pattern) -> Sequence[int]:
        """Return the rows whose paths could fit."""
        rows, shape = self._with_prefix(pattern.prefix), shape_of(pattern)
        if shape is None:
            return rows
        if pattern.prefix not in self._asked:  # most heads are one pattern's own: then shapes would tell nothing
            self._asked.add(pattern.prefix)
            return rows
        if pattern.prefix not in self._by_shape:
            self._by_shape[pattern.prefix] = by_shape(self._paths, rows)
        return self._by_shape[pattern.prefix].get(shape, ())

    def _with_prefix(self, prefix: str) -> Sequence[int]:
        first = bisect_left(self._sorted, prefix)
        last = bisect_left(self._sorted, f"{prefix}\U0010ffff") if prefix else len(self._sorted)
        return self._order[first:last]


def by_shape(paths: Sequence[str], rows: Iterable[int]) -> dict[str, list[int]]:
    """Return rows by the shape of their paths, and of each folder above them."""
    found: dict[str, list[int]] = defaultdict(list)
    folders: dict[str, list[list[int]]] = {}
    for row in rows:
        folder = paths[row].rpartition("/")[0]
        if folder not in folders:
            folders[folder] = [found[shape] for shape in shapes(folder)] if folder else []
        found[NUMBER.sub("0", paths[row])].append(row)
        for above in folders[folder]:
            above.append(row)
    return found


def shapes(path: str) -> Iterator[str]:
    """Yield a path and each folder above it with every number replaced by 0."""
    shape = NUMBER.sub("0", path)
    yield shape
    while "/" in shape:
        shape = shape.rpartition("/")[0]
        yield shape


def shape_of(pattern: Pattern) -> str | None:
    """Return the shape of the paths that a pattern fits, None where it has globs, or dates that hold words."""
    if any(sign in pattern.text for sign in "*?["):
        return None
    if pattern.date_format is None:
        return NUMBER.sub("0", pattern.text)
    if re.search(r"%[^YymdHIMSjsfGVUWuw]", pattern.date_format):
        return None
    filled = re.sub(r"\{date:([^{}]+)\}", lambda found: re.sub(r"%.", "0", found.group(1)), pattern.text)
    return NUMBER.sub("0", filled)
