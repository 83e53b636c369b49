"""Which file speaks for which job: paths fitted to the patterns of all jobs, each file to one pattern."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from forensics.config import Job
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


@dataclass(frozen=True, slots=True)
class Fit:
    """A file that fits a pattern, the better the more literal text the pattern holds."""

    rank: int
    wanted: Wanted
    found: re.Match[str]


def find_witnesses(paths: Sequence[str], wanted: Sequence[Wanted]) -> Witnesses:
    """Return the files that fit a pattern; one that fits several goes to the most specific."""
    best: dict[int, Fit] = {}
    index = PathIndex(paths)
    for each in wanted:
        fullmatch, weight = each.pattern.regex.fullmatch, each.pattern.weight * 2
        for row in index.rows_for(each.pattern):
            found = fullmatch(paths[row])
            if found is None:
                continue
            rank = weight - (found["under"] is not None)
            if row not in best or rank > best[row].rank:
                best[row] = Fit(rank, each, found)
    return _without_full_folders(paths, best)


def _without_full_folders(paths: Sequence[str], best: Mapping[int, Fit]) -> Witnesses:
    """Leave out a folder's own row where a file under it was found: its mtime tells of the last name only."""
    under = {row for row, fit in best.items() if fit.found["under"] is not None}
    filled = {(best[row].wanted.number, best[row].found["base"]) for row in under}
    rows = [
        row for row in sorted(best) if row in under or not filled or (best[row].wanted.number, paths[row]) not in filled
    ]
    fits = [best[row] for row in rows]
    return Witnesses(
        row=np.array(rows, dtype=np.int64),
        wanted=np.array([fit.wanted.number for fit in fits], dtype=np.int64),
        dated=[dated_text(fit.found, fit.wanted.pattern.dates) for fit in fits],
        base=[fit.found["base"] if row in under else paths[row] for row, fit in zip(rows, fits, strict=True)],
    )


class PathIndex:
    """Finds the few paths that can fit a pattern: by shape where it has no glob, by its literal ends otherwise."""

    def __init__(self, paths: Sequence[str]) -> None:
        self._paths = paths
        self._by_shape: dict[str, list[int]] = defaultdict(list)
        folders: dict[str, list[list[int]]] = {}
        for row, path in enumerate(paths):
            folder = path.rpartition("/")[0]
            if folder not in folders:
                folders[folder] = [self._by_shape[shape] for shape in shapes(folder)] if folder else []
            self._by_shape[NUMBER.sub("0", path)].append(row)
            for rows in folders[folder]:
                rows.append(row)

    @cached_property
    def _order(self) -> list[int]:
        return sorted(range(len(self._paths)), key=self._paths.__getitem__)

    @cached_property
    def _sorted(self) -> list[str]:
        return [self._paths[row] for row in self._order]

    def rows_for(self, pattern: Pattern) -> Iterable[int]:
        """Return the rows whose paths could fit."""
        if not any(sign in pattern.text for sign in "*?["):
            shape = shape_of(pattern)
            if shape is not None:
                return self._by_shape.get(shape, ())
        return self._with_prefix(pattern.prefix)

    def _with_prefix(self, prefix: str) -> Sequence[int]:
        first = bisect_left(self._sorted, prefix)
        last = bisect_left(self._sorted, f"{prefix}\U0010ffff") if prefix else len(self._sorted)
        return self._order[first:last]


def shapes(path: str) -> Iterator[str]:
    """Yield a path and each folder above it with every number replaced by 0."""
    shape = NUMBER.sub("0", path)
    yield shape
    while "/" in shape:
        shape = shape.rpartition("/")[0]
        yield shape


def shape_of(pattern: Pattern) -> str | None:
    """Return the shape of the paths that a pattern without globs fits, None where dates hold words."""
    if pattern.date_format is None:
        return NUMBER.sub("0", pattern.text)
    if re.search(r"%[^YymdHIMSjsfGVUWuw]", pattern.date_format):
        return None
    filled = re.sub(r"\{date:([^{}]+)\}", lambda found: re.sub(r"%.", "0", found.group(1)), pattern.text)
    return NUMBER.sub("0", filled)
