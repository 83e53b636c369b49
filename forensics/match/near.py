"""Patterns that fit nothing although a file of nearly that name stands in every run's own time: most likely a typo."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches

import numpy as np

from forensics.evidence.paired import NAT, Flags, Ints, Runs
from forensics.match.jobtable import JobTable
from forensics.match.patterns import DIRECTIVE, PLACEHOLDER
from forensics.match.witnesses import NUMBER, Wanted

LEAST_RUNS = 3
ALIKE = 0.75
CANDIDATES = 3


def near_paths(
    patterns: Sequence[Wanted],
    met: set[int],
    paths: Sequence[str],
    mtime: Ints,
    runs: Runs,
    table: JobTable,
) -> Mapping[int, str]:
    """Return for each pattern that met no file a path like it that has a file in each triggered run's own time.

    ``paths`` and ``mtime`` (ns) are the files that fit no pattern of any job.
    """
    lonely = [each for each in patterns if each.number not in met and each.role != "state"]
    if not lonely or not paths:
        return {}
    shapes: dict[str, list[int]] = {}
    for row, path in enumerate(paths):
        shapes.setdefault(NUMBER.sub("0", path), []).append(row)
    found = {each.number: _near(each, shapes, mtime, runs, table) for each in lonely}
    return {number: paths[row] for number, row in found.items() if row is not None}


def _near(each: Wanted, shapes: Mapping[str, list[int]], mtime: Ints, runs: Runs, table: JobTable) -> int | None:
    mine = np.flatnonzero((runs.job == each.job) & (runs.triggered != NAT))
    if len(mine) < LEAST_RUNS:
        return None
    tolerance = table.tolerance[each.job]
    for shape in get_close_matches(shape_text(each), shapes, CANDIDATES, ALIKE):
        times = np.sort(mtime[shapes[shape]])
        if _all_met(times, runs.start[mine] - tolerance, runs.own_end[mine] + tolerance).all():
            return max(shapes[shape], key=lambda row: int(mtime[row]))
    return None


def _all_met(times: Ints, opens: Ints, closes: Ints) -> Flags:
    return np.asarray(np.searchsorted(times, closes, side="right") > np.searchsorted(times, opens), dtype=np.bool_)


def shape_text(each: Wanted) -> str:
    """Return a pattern's text as its paths would look with every number 0."""
    return NUMBER.sub("0", PLACEHOLDER.sub(lambda found: DIRECTIVE.sub("0", found.group(1)), each.pattern.text))
