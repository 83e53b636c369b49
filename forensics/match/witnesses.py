"""Which file speaks for which job: paths fitted to the patterns of all jobs, each file to one pattern."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from forensics.config import Job
from forensics.match.names import short_host
from forensics.match.patterns import Pattern, compiled, dated_text
from forensics.match.spans import Flags, Ints

Role = Literal["artifact", "marker", "state"]
ROLES: tuple[Role, ...] = ("artifact", "marker", "state")
NUMBER = re.compile(r"\d+")
NO_FIT = -2


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
    the pattern itself stands for; ``is_under``: the file lies in a folder at that path.
    """

    row: Ints
    wanted: Ints
    dated: list[str]
    base: list[str]
    is_under: Flags


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

    def shared(self, rows: Sequence[int], job: int) -> Sequence[int]:
        """Return those of some files that are not known to be of another host than a job."""
        home = self.jobs[job]
        return rows if home is None else [row for row in rows if self.files[row] in (None, home)]


def homes_of(files: Sequence[str | None], jobs: Sequence[Job]) -> Homes:
    """Return the homes of files and jobs by their hosts' first labels."""
    return Homes([short_host(host) for host in files], [short_host(job.host) for job in jobs])


def find_witnesses(paths: Sequence[str], wanted: Sequence[Wanted], homes: Homes | None = None) -> Witnesses:
    """Return the files that fit a pattern; one that fits several goes to the most specific."""
    return without_full_folders(every_witness(paths, wanted, homes))


def every_witness(paths: Sequence[str], wanted: Sequence[Wanted], homes: Homes | None = None) -> Witnesses:
    """Return the same, the folders of which a file was found among them."""
    rank, number = [NO_FIT] * len(paths), [0] * len(paths)
    dated, base = [""] * len(paths), list(paths)
    index = PathIndex(paths)
    for each in wanted:
        pattern = each.pattern
        rows, fitted, start = index.rows_for(pattern), pattern.tail.fullmatch, len(pattern.prefix)
        for row in rows if homes is None else homes.shared(rows, each.job):
            found = fitted(paths[row], start)
            if found is not None and (known := rank_of(found, pattern)) > rank[row]:
                rank[row], number[row], dated[row] = known, each.number, dated_text(found, pattern.dates)
                base[row] = found.string[: found.end("base")]
    ranks = np.array(rank, dtype=np.int64)
    places = np.flatnonzero(ranks != NO_FIT)
    numbers, chosen = np.array(number, dtype=np.int64)[places], places.tolist()
    dated, base = ([column[row] for row in chosen] for column in (dated, base))
    return Witnesses(places, numbers, dated, base, ranks[places] % 2 == 1)


def fit_of(path: str, each: Wanted) -> Fit | None:
    """Return how a path fits a pattern, None where it does not."""
    pattern = each.pattern
    found = pattern.fitted(path)
    if found is None:
        return None
    return Fit(rank_of(found, pattern), each.number, dated_text(found, pattern.dates), path[: found.end("base")])


def rank_of(found: re.Match[str], pattern: Pattern) -> int:
    """Return how well a path fits: the better the more literal text the pattern holds, a bit less under a folder."""
    return pattern.weight * 2 - (found["under"] is not None)


def without_full_folders(found: Witnesses) -> Witnesses:
    """Leave out a folder's own row where a file under it was found: its mtime tells of the last name only."""
    if not found.is_under.any():
        return found
    wanted, under = found.wanted, np.flatnonzero(found.is_under)
    filled = {(number, found.base[place]) for number, place in zip(wanted[under].tolist(), under.tolist(), strict=True)}
    alone = np.flatnonzero(~found.is_under & np.isin(wanted, wanted[under]))
    full = [place for place in alone.tolist() if (wanted[place], found.base[place]) in filled]
    if not full:
        return found
    places = np.delete(np.arange(len(wanted)), full)
    dated, base = ([texts[place] for place in places.tolist()] for texts in (found.dated, found.base))
    return Witnesses(found.row[places], wanted[places], dated, base, found.is_under[places])


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
