"""Streaks that messages count, held against the runs that they count."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forensics.analyse.wording import counted, listed, share
from forensics.evidence.columns import Columns
from forensics.evidence.paired import CLAIM_CODES, Flags, Ints, Paired
from forensics.evidence.result import Finding
from forensics.verdicts import Claim

FAILURE = CLAIM_CODES.index(Claim.FAILURE)
LISTED_JOBS = 100


@dataclass(frozen=True)
class Streaks:
    """The last streak of each job: its run, its length by the message's word, and what is known of its runs."""

    run: Ints
    claimed: Ints
    known: Ints
    proven: Ints


def claimed_streaks(columns: Columns, paired: Paired) -> list[Finding]:
    """Return that streaks of failure messages run over runs whose work is proven; rows are those of ``paired.runs``."""
    found = last_streaks(columns, paired)
    known, proven = int(found.known.sum()), int(found.proven.sum())
    if not proven:
        return []
    wrong = found.run[found.proven > 0]
    jobs = columns.texts["job"]
    told = [
        {"job": jobs[run], "claimed": int(claimed), "known": int(runs), "proven": int(done)}
        for run, claimed, runs, done in zip(found.run, found.claimed, found.known, found.proven, strict=True)
    ]
    return [
        Finding(
            kind="streak",
            text=f"{len(wrong):,} of {counted(len(found.run), 'job')} that counted failures in a row, up to "
            f"{int(found.claimed.max())}, counted runs whose work is proven: {share(proven, known)} known here.",
            observed=(f"Proven although counted as failed: {listed([jobs[run] for run in wrong])}.",),
            inferred="So the streak is of reports, not of runs.",
            todo="Read the length of a streak as how long its message has been wrong, not its job.",
            detail={"known": known, "proven": proven, "jobs": told[:LISTED_JOBS]},
        )
    ]


def last_streaks(columns: Columns, paired: Paired) -> Streaks:
    """Return of each job the last failure message in the window that counts a streak, and what is known of its runs."""
    claims, job = paired.claims, paired.runs.job
    rows = np.flatnonzero((claims.claim == FAILURE) & (claims.streak > 1) & columns.told[claims.run])
    last = {int(job[claims.run[row]]): int(row) for row in rows[np.argsort(claims.run[rows], kind="stable")]}
    chosen = np.array(list(last.values()), dtype=np.int64)
    run, claimed = claims.run[chosen], claims.streak[chosen]
    first = np.maximum(run - claimed + 1, np.searchsorted(job, job[run]))
    return Streaks(run, claimed, run - first + 1, between(columns.is_executed, first, run))


def between(holds: Flags, first: Ints, last: Ints) -> Ints:
    """Return how many are true from each first row to each last one."""
    total = np.concatenate([[0], np.cumsum(holds)])
    return np.asarray(total[last + 1] - total[first], dtype=np.int64)
