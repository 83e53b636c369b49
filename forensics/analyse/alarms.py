"""Messages of failure, all at once: one cause that they share, or many."""

from __future__ import annotations

import numpy as np

from forensics.analyse.wording import counted, listed, share
from forensics.evidence.columns import Columns, names
from forensics.evidence.result import Finding
from forensics.verdicts import Claim

LEAST_JOBS = 3
MOST = 0.5


def mass_failure(columns: Columns) -> list[Finding]:
    """Return that most of what was said is failure, while the work of most of these runs is proven."""
    said = columns.told & columns.among("claim", Claim.SUCCESS, Claim.FAILURE)
    failure = said & columns.among("claim", Claim.FAILURE)
    proven = failure & columns.is_executed
    speaking, failing = (len(np.unique(columns.job[rows])) for rows in (said, failure))
    if failing < LEAST_JOBS or failure.sum() <= MOST * said.sum() or proven.sum() <= MOST * failure.sum():
        return []
    good = names(columns.runs, np.flatnonzero(said & ~failure))
    alarms, proofs = int(failure.sum()), int(proven.sum())
    return [
        Finding(
            kind="mass_failure",
            text=f"{failing:,} of {speaking:,} jobs said failure, and the work of {share(proofs, alarms)} is proven.",
            observed=(
                f"{counted(alarms, 'failure message')}, {counted(int(said.sum()) - alarms, 'success message')}.",
                f"Said success: {listed(good) or 'none'}.",
            ),
            inferred="So one shared cause after the work is done is likely, where messages are made or sent; "
            "a cause in each job is not.",
            todo="Compare the jobs that said success with the others, and replay one failure message by hand.",
            detail={"jobs": speaking, "said_failure": failing, "failure_messages": alarms, "proven": proofs},
        )
    ]
