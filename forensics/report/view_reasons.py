"""Why the worst runs were judged as they were: their reasons and the rows behind them, folded below the table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from forensics.evidence.paired import NAT
from forensics.evidence.result import Result
from forensics.report.columns import RunColumns
from forensics.report.view_pen import Pen

SHOWN_RUNS = 4
SHOWN_REASONS = 6


@dataclass(frozen=True)
class Why:
    """The reasons of one run; ``left`` of them are not shown."""

    marks: str
    job: str
    due: str | None
    reasons: tuple[str, ...]
    left: int


def reasons_of(
    chosen: Sequence[int], result: Result, runs: RunColumns, unproven: Sequence[bool], pen: Pen
) -> Iterator[Why]:
    """Yield the reasons of some runs."""
    for at in chosen:
        told = [reason for reason in result.explain(runs.row[at]) if reason.strip()]
        shown = len(told) if len(told) <= SHOWN_REASONS else SHOWN_REASONS - 1
        yield Why(
            marks=pen.marks(runs.verdict[at], runs.claim[at], unproven[at]),
            job=pen.job_code(runs.job[at], runs.host[at]),
            due=None if runs.due_at[at] == NAT else pen.time(runs.due_at[at]),
            reasons=tuple(pen.sentence(reason) for reason in told[:shown]),
            left=len(told) - shown,
        )
