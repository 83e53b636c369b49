"""Files that were most likely cleaned up: dated paths of which none is older than some instant, though the job ran.

A tree shows what lies there now. Where a clean-up takes old files away, the lack of a file proves nothing of the
runs before the oldest one. It is told from a job that did nothing by its shape: no file at all before a run, nearly
one for each run from there on, and the break lies a day back or more. A job that began to work at that very run looks
the same, unless messages or its runner tell of it: no clean-up changes what was said. What earlier reports saw (the
ledger) tells them apart, too.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from forensics.config import Job
from forensics.evidence.coverage import Coverage
from forensics.evidence.intake import Evidence
from forensics.evidence.paired import CLAIM_CODES, EVENT_CODES, NAT, Flags, Ints, Paired, Pattern
from forensics.evidence.schema import nanoseconds
from forensics.match.jobfiles import JobFiles
from forensics.match.jobtable import JobTable
from forensics.match.patterns import DAY, written
from forensics.match.proofs import Filed
from forensics.match.spans import at, rows_of
from forensics.match.spine import Spine
from forensics.match.witnesses import Wanted

LEAST_MISSING = 2
STEADY_SHARE = 0.8
MOSTLY = 0.5
SUCCESS, FAILURE = CLAIM_CODES.index("success"), CLAIM_CODES.index("failure")
COMPLETED = EVENT_CODES.index("completed")
BROKEN = [EVENT_CODES.index(event) for event in ("failed", "timed_out", "interrupted")]


def first_kept(filed: Filed, run: Ints, spine: Spine, table: JobTable, now: int) -> Mapping[int, int]:
    """Return for each pattern whose old files seem to be deleted the start (ns) of the first run that has one.

    ``run`` is the run of each file. They are not where one from long before is there (``still_there``).
    """
    return {
        each.number: first
        for each in filed.patterns
        if each.role != "state" and not each.pattern.is_fixed
        if (first := _first_kept(each, filed, run, spine, table, now)) is not None
    }


def _first_kept(each: Wanted, filed: Filed, run: Ints, spine: Spine, table: JobTable, now: int) -> int | None:
    """Return the start of the first run with a file, where all before it miss theirs and nearly all after it do not.

    Runs that write one path count as one.
    """
    mine, part = filed.by_pattern[each.number], rows_of(spine.job, each.job)
    files = mine[run[mine] >= 0]
    ran = part.start + np.flatnonzero(spine.triggered[part] != NAT)
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
    strays = filed.mtime[mine[run[mine] < 0]]
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


def still_there(first: Mapping[int, int], files: JobFiles, evidence: Evidence) -> set[int]:
    """Return the patterns of which a file is there from long before their first run that has one."""
    if not first:
        return set()
    mtime = nanoseconds(evidence.artifacts["at"])
    found = files.among(np.flatnonzero((mtime != NAT) & (mtime < max(first.values()) - DAY)))
    return {number for number, kept in first.items() if np.any(mtime[found.row[found.wanted == number]] < kept - DAY)}


def changed(paired: Paired, coverage: Coverage) -> set[int]:
    """Return the patterns whose job itself changed at the first run that has a file, as was said of its runs."""
    found = [each for each in paired.patterns if each.cleaned_before is not None]
    if not found:
        return set()
    runs, told = paired.runs, words_of(paired)
    heard = coverage.covers("notifications", runs.job, runs.start, runs.own_end)
    heard |= coverage.covers("lifecycle", runs.job, runs.start, runs.own_end)
    return {each.number for each in found if is_changed(each, paired, told, heard)}


def words_of(paired: Paired) -> Ints:
    """Return of each run 1 where the last word on it was good, -1 where it was bad, 0 where there is none.

    A message's word counts before that of the runner.
    """
    told, steps, claims = np.zeros(len(paired.runs), dtype=np.int64), paired.steps, paired.claims
    is_bad = np.isin(steps.event, BROKEN) | (steps.exit_code != 0) & ~np.isnan(steps.exit_code)
    ended = np.flatnonzero(is_bad | (steps.event == COMPLETED))
    told[steps.run[ended]] = np.where(is_bad[ended], -1, 1)
    said = np.flatnonzero(np.isin(claims.claim, (SUCCESS, FAILURE)))
    told[claims.run[said]] = np.where(claims.claim[said] == SUCCESS, 1, -1)
    return told


def is_changed(each: Pattern, paired: Paired, told: Ints, heard: Flags) -> bool:
    """Return whether far fewer runs were said to be well before a pattern's first file than after, or most were ill.

    ``told`` as in ``words_of``; silence tells only of ``heard`` runs, and of a job whose good runs are told of.
    """
    runs = paired.runs
    ran = (runs.job == each.job) & (runs.triggered != NAT)
    is_early = ran & (runs.start < (each.cleaned_before or NAT))
    well_early, well_later = (share(told == 1, some & heard) for some in (is_early, ran & ~is_early))
    if well_later >= MOSTLY and (is_early & heard).any():
        return well_early < MOSTLY * well_later
    return share(told == -1, is_early & (told != 0)) > MOSTLY


def share(of: Flags, some: Flags) -> float:
    """Return the share of some runs of which something holds, 0 of none."""
    return float(of[some].mean()) if some.any() else 0.0
