"""Which file speaks for which job: paths fitted to the patterns of all jobs, each file to one pattern."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
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


def find_witnesses(paths: Sequence[str], wanted: Sequence[Wanted]) -> Witnesses:
    """Return the files that fit a pattern; one that fits several goes to the most specific."""
    best: dict[int, tuple[int, int, re.Match[str]]] = {}
    index = PathIndex(paths)
    for each in wanted:
        for row in index.rows_for(each.pattern):
            found = each.pattern.regex.fullmatch(paths[row])
            if found is None:
                continue
            rank = each.pattern.weight * 2 - (found["under"] is not None)
            if row not in best or rank > best[row][0]:
                best[row] = rank, each.number, found
    return _without_full_folders(paths, best)


def _without_full_folders(paths: Sequence[str], best: Mapping[int, tuple[int, int, re.Match[str]]]) -> Witnesses:
    """Leave out a folder's own row where a file under it was found: its mtime tells of the last name only."""
    filled = {(number, found["base"]) for _, number, found in best.values() if found["under"] is not None}
    rows = [
        row for row in sorted(best) if best[row][2]["under"] is not None or (best[row][1], paths[row]) not in filled
    ]
    return Witnesses(
        row=np.array(rows, dtype=np.int64),
        wanted=np.array([best[row][1] for row in rows], dtype=np.int64),
        dated=[dated_text(best[row][2]) for row in rows],
        base=[best[row][2]["base"] for row in rows],
    )


class PathIndex:
    """Finds the few paths that can fit a pattern: by shape where it has no glob, by its literal ends otherwise."""

    def __init__(self, paths: Sequence[str]) -> None:
        self._order = sorted(range(len(paths)), key=paths.__getitem__)
        self._sorted = [paths[row] for row in self._order]
        self._by_shape: dict[str, list[int]] = {}
        for row, path in enumerate(paths):
            for shape in shapes(path):
                self._by_shape.setdefault(shape, []).append(row)

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
