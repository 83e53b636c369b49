"""Runs of which nothing could tell whether the work was done: what to add, so that next time something can."""

from __future__ import annotations

from forensics.evidence.investigation import Cause
from forensics.evidence.paired import Ints
from forensics.investigate import steps
from forensics.investigate.cause_case import Case
from forensics.investigate.cause_scheduler import observed
from forensics.investigate.words import counted, subject


def unseen(case: Case, rows: Ints) -> Cause:
    """Return what is known of runs that nothing could prove."""
    jobs = case.jobs(rows)
    return Cause(
        kind="unseen",
        title=f"Nothing could tell whether {subject(jobs)} did {'its' if len(jobs) == 1 else 'their'} work:"
        f" {counted(len(rows), 'run')}",
        supports=tuple(observed(case, case.newest(rows))),
        inferred="No cause of what went wrong, but a blind spot beside it.",
        unknown="Whether the work was done.",
        jobs=jobs,
        steps=tuple(steps.lanes(case, rows)),
        detail={"runs": len(rows)},
    )
