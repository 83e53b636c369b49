"""Files that were most likely cleaned up: dated paths of which none is older than some instant, though the job ran.

A tree shows what lies there now. Where a clean-up takes old files away, the lack of a file proves nothing of the
runs before the oldest one. It is told from a job that did nothing by its shape: no file at all before a run, nearly
one for each run from there on, and the break lies a day back or more. A job that began to work at that very run looks
the same; what earlier reports saw (the ledger) tells them apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from forensics.config import Job
from forensics.evidence.intake import Evidence
from forensics.evidence.paired import NAT, Ints
from forensics.evidence.schema import nanoseconds
from forensics.match.jobtable import JobTable
from forensics.match.patterns import DAY, written
from forensics.match.proofs import Filed
from forensics.match.resolve import texts
from forensics.match.spans import at
from forensics.match.spine import Spine
from forensics.match.witnesses import Wanted

LEAST_MISSING = 2
STEADY_SHARE = 0.8


def cleaned_before(
    filed: Filed, run: Ints, spine: Spine, table: JobTable, evidence: Evidence, now: int
) -> Mapping[int, int]:
    """Return for each pattern whose old files were most likely deleted the start (ns) of the first run that has one.

    ``run`` is the run of each file.
    """
    found = {
        each.number: first
        for each in filed.patterns
        if each.role != "state" and not each.pattern.is_fixed
        if (first := _first_kept(each, filed, run, spine, table, now)) is not None
    }
    older = _with_older_files([each for each in filed.patterns if each.number in found], found, evidence)
    return {number: first for number, first in found.items() if number not in older}


def _first_kept(each: Wanted, filed: Filed, run: Ints, spine: Spine, table: JobTable, now: int) -> int | None:
    """Return the start of the first run with a file, where all before it miss theirs and nearly all after it do not.

    Runs that write one path count as one.
    """
    files = np.flatnonzero((filed.wanted == each.number) & (run >= 0))
    ran = np.flatnonzero((spine.job == each.job) & (spine.triggered != NAT))
    if not len(files) or not len(ran) or run[files].min() <= ran[0]:
        return None
    path = _paths(each, table.jobs[each.job], spine, ran)
    owner = np.searchsorted(ran, run[files])
    has_file = np.zeros(path.max() + 1, dtype=np.bool_)
    has_file[path[owner[(owner < len(ran)) & (at(ran, np.minimum(owner, len(ran) - 1)) == run[files])]]] = True
    if not has_file.any():
        return None
    first = int(np.argmax(has_file))
    start = int(spine.start[ran[path == first]].min())
    settled = path[(path >= first) & (spine.start[ran] + table.longest[each.job] < now)]
    is_steady = len(settled) > 0 and has_file[np.unique(settled)].mean() >= STEADY_SHARE
    if first < LEAST_MISSING or start > now - DAY or not is_steady:
        return None
    strays = filed.mtime[(filed.wanted == each.number) & (run < 0)]
    is_oldest = not np.any((strays != NAT) & (strays < start - table.tolerance[each.job]))
    return start if is_oldest else None


def _paths(each: Wanted, job: Job, spine: Spine, rows: Ints) -> Ints:
    """Return for each run the number of the path that it writes, in order of time: runs may share one."""
    form = each.pattern.date_format
    if form is None:
        return np.arange(len(rows))
    moments = np.where(spine.due[rows] != NAT, spine.due[rows], spine.triggered[rows])
    known: dict[str, int] = {}
    texts_written = (written(form, job.timezone, moment) for moment in moments.tolist())
    return np.array([known.setdefault(text, len(known)) for text in texts_written], dtype=np.int64)


def _with_older_files(patterns: Sequence[Wanted], first: Mapping[int, int], evidence: Evidence) -> set[int]:
    """Return the patterns that a file fits from long before: then nothing is cleaned up."""
    if not patterns:
        return set()
    mtime = nanoseconds(evidence.artifacts["at"])
    rows = np.flatnonzero((mtime != NAT) & (mtime < max(first.values()) - DAY))
    paths = texts(evidence.artifacts["path"].iloc[rows])
    return {
        each.number
        for each in patterns
        if any(
            at < first[each.number] - DAY and each.pattern.fitted(path or "")
            for path, at in zip(paths, mtime[rows].tolist(), strict=True)
        )
    }
