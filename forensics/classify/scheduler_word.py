"""Why runs came to nothing, where a scheduler's own records show it: a restart ended one, or one blocks the next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from forensics.evidence.intake import Evidence
from forensics.evidence.paired import NAT, Flags, Ints, Links, Paired
from forensics.verdicts import Cause

SECOND = 1_000_000_000
ALONE = frozenset({"openclaw"})
# What a row of the scheduler's calls the length of its run, in seconds; nobody believes one of more than a day.
LENGTH, LONGEST = "durationSeconds", 86_400.0
# How many seconds OpenClaw holds a job back after the first error in a row, the second, and so on.
HOLDS = (30, 60, 300, 900, 3600)


def scheduler_causes(
    paired: Paired, evidence: Evidence, is_missed: Flags, is_cut_off: Flags, is_done: Flags
) -> Iterator[tuple[int, Cause]]:
    """Yield (run, cause): a cut-off run that a restart ended, a missed one while the one before it was still on.

    It was where it is marked as running to this day, or by how long it took, for a scheduler that starts none twice.
    """
    restarted, marked = flagged(paired, evidence, "interruptedBy"), flagged(paired, evidence, "marked")
    yield from ((int(run), Cause.SCHEDULER_RESTART) for run in np.flatnonzero(is_cut_off & restarted))
    blocking, ends = last_before(paired.runs.job, ~is_missed), ends_told(paired, evidence)
    for run in np.flatnonzero(is_missed):
        before = int(blocking[run])
        is_stuck = before >= 0 and bool(marked[before]) and not is_done[before]
        if is_stuck or (before >= 0 and ends[before] > paired.runs.due[run] != NAT):
            yield int(run), Cause.PREVIOUS_STILL_RUNNING


def ends_told(paired: Paired, evidence: Evidence) -> Ints:
    """Return until when runs were on by the word of a scheduler that starts no job twice at once, NAT where unknown."""
    found, frame = np.full(len(paired.runs), NAT), evidence.triggers
    is_alone = np.array([job.scheduler in ALONE for job in paired.jobs], dtype=np.bool_)
    if not is_alone.any() or frame["attributes"].isna().all():
        return found
    column, links = frame["attributes"].to_numpy(), paired.triggers
    own = np.flatnonzero(is_alone[paired.runs.job[links.run]])
    for run, row in zip(links.run[own].tolist(), links.row[own].tolist(), strict=True):
        seconds = attributes_of(column[row]).get(LENGTH)
        if isinstance(seconds, int | float) and 0 < seconds < LONGEST:
            found[run] = max(int(found[run]), int(paired.runs.start[run]) + round(seconds * SECOND))
    return found


def last_before(job: Ints, chosen: Flags) -> Ints:
    """Return for each run the last chosen one of its job before it, -1 for none; runs are sorted by job and start."""
    rows = np.where(chosen, np.arange(len(job)), -1)
    before = np.append(np.array([-1], dtype=np.int64), np.maximum.accumulate(rows)[:-1]) if len(job) else rows
    return np.where((before >= 0) & (np.append(job, -1)[before] == job), before, -1)


def flagged(paired: Paired, evidence: Evidence, name: str) -> Flags:
    """Return the runs of which some row carries an attribute."""
    found = np.zeros(len(paired.runs), dtype=np.bool_)
    steps = Links(paired.steps.run, paired.steps.row)
    for links, frame in ((paired.triggers, evidence.triggers), (steps, evidence.lifecycle)):
        if frame["attributes"].isna().all():
            continue
        column = frame["attributes"].to_numpy()
        has: list[bool] = [name in attributes_of(column[row]) for row in links.row.tolist()]
        found[links.run[np.array(has, dtype=np.bool_)]] = True
    return found


def attributes_of(value: Any) -> Mapping[str, Any]:
    """Return the attributes of a row, none where it has none."""
    return value if isinstance(value, dict) else {}
