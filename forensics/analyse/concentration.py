"""Failures, or wrong messages, that are mostly one job's: then it is that job, and not what all of them share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forensics.analyse.baseline import lower_tail
from forensics.analyse.wording import counted, share
from forensics.evidence.columns import Columns
from forensics.evidence.paired import Flags
from forensics.evidence.result import Finding
from forensics.verdicts import Verdict

SETTLED = (Verdict.SKIPPED, Verdict.PENDING)
LEAST_FAILURES, LEAST_JOBS = 5, 3
MOST = 0.5
RARE = 0.01


@dataclass(frozen=True)
class Trouble:
    """What runs can have in common that went wrong: their verdicts, and how that is said."""

    verdicts: tuple[Verdict, ...]
    made: str
    had: str
    inferred: str


FAILURES = Trouble(
    (Verdict.FALSE_SUCCESS, Verdict.SILENT_FAILURE, Verdict.MISSED, Verdict.INTERRUPTED, Verdict.FAILED),
    "of all failures",
    "failed",
    "So it is likely a matter of this job, and not of what it shares with others.",
)
MESSAGES = Trouble(
    (Verdict.FALSE_ALARM, Verdict.UNREPORTED),
    "of all wrong or missing messages",
    "were told wrongly or not at all",
    "So it is likely a matter of how this job's messages are made or sent, or of a channel that it has to itself.",
)


def concentration(columns: Columns) -> list[Finding]:
    """Return that one job makes most failures, or most wrong messages, more than its runs would let one expect."""
    counts = columns.told & ~columns.among("verdict", *SETTLED)
    return [found for trouble in (FAILURES, MESSAGES) if (found := concentrated(columns, counts, trouble))]


def concentrated(columns: Columns, counts: Flags, trouble: Trouble) -> Finding | None:
    """Return that one job makes most of a trouble, None where it is spread or rare."""
    failed = counts & columns.among("verdict", *trouble.verdicts)
    failures, runs = int(failed.sum()), int(counts.sum())
    if failures < LEAST_FAILURES or len(np.unique(columns.job[counts])) < LEAST_JOBS:
        return None
    of_job = np.bincount(columns.job[failed])
    worst = int(np.argmax(of_job))
    own, own_runs = int(of_job[worst]), int((counts & (columns.job == worst)).sum())
    # The chance that so many of all fall on it, were every run as likely to.
    p_value = lower_tail(failures - own, failures, 1 - own_runs / runs)
    if own <= MOST * failures or p_value >= RARE:
        return None
    row = int(np.flatnonzero(failed & (columns.job == worst))[0])
    return told(trouble, columns, row, (own, failures), (own_runs, runs), p_value)


def told(
    trouble: Trouble, columns: Columns, row: int, own: tuple[int, int], of_runs: tuple[int, int], p_value: float
) -> Finding:
    """Return the finding on the job of a row: how many failures of all are its own, and how many runs."""
    name, host = columns.texts["job"][row], columns.texts["host"][row]
    others, failed = of_runs[1] - of_runs[0], own[1] - own[0]
    return Finding(
        kind="concentration",
        text=f"{name}{f' on {host}' if host else ''} makes {share(*own)} {trouble.made}, "
        f"with {share(*of_runs)} of the runs.",
        observed=(f"Of the {counted(others, 'run')} of all other jobs {failed:,} {trouble.had}.",),
        inferred=trouble.inferred,
        todo="Look at this job first; judge the others by their rate without it.",
        p_value=p_value,
        detail={
            "job": name,
            "host": host,
            "failures": own[0],
            "of": own[1],
            "runs": of_runs[0],
            "of_runs": of_runs[1],
        },
    )
