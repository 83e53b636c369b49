"""The runs that the last report left pending, judged again: told first, whatever they came to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from forensics.evidence.result import Result
from forensics.report.columns import RunColumns
from forensics.report.view_pen import Pen
from forensics.report.wording import listed
from forensics.verdicts import Verdict

SHOWN_NAMES = 6


@dataclass(frozen=True)
class Again:
    """Runs of one verdict that were left pending: how many, and of which jobs."""

    verdict: str
    count: int
    names: str


def judged_again(result: Result, runs: RunColumns, pen: Pen) -> Iterator[Again]:
    """Yield what the runs came to that were left pending, worst first."""
    mine = [at for at, key in enumerate(runs.key) if key in result.memory.pending]
    for verdict in Verdict:
        alike = [at for at in mine if runs.verdict[at] == verdict]
        jobs = list(dict.fromkeys((runs.job[at], runs.host[at]) for at in alike))
        if alike:
            names = listed([pen.job_code(*job) for job in jobs[:SHOWN_NAMES]], len(jobs))
            yield Again(verdict.value.replace("_", " "), len(alike), names)
