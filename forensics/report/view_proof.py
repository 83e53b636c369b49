"""What the table of runs says of a run's proof: when, or where it was looked for in vain and until when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from forensics.evidence.coverage import ALWAYS
from forensics.evidence.paired import NAT
from forensics.evidence.result import Result
from forensics.report.columns import RunColumns
from forensics.report.view_pen import Pen
from forensics.timeline import NANOS
from forensics.verdicts import Evidence, Flag, Verdict


@dataclass(frozen=True)
class Proof:
    """What is said of a proof: ``state`` is proven, untimed, undeclared, unseen, early or none.

    ``at`` is the time of the proof, or the end of the search for it.
    """

    state: str
    at: str | None = None


def proofs_of(chosen: Sequence[int], result: Result, runs: RunColumns, pen: Pen) -> Iterator[Proof]:
    """Yield what is to be said of the proof of each chosen run."""
    declaring = {pattern.job for pattern in result.paired.patterns if pattern.role != "state"}
    for at in chosen:
        yield proof(at, result, runs, pen, declaring)


def proof(at: int, result: Result, runs: RunColumns, pen: Pen, declaring: set[int]) -> Proof:
    """Return what is to be said of the proof of a run; ``declaring`` are the jobs that declare files."""
    if runs.executed_at[at] != NAT:
        return Proof("proven", pen.time(runs.executed_at[at], seconds=True))
    if runs.evidence[at] in (Evidence.BOTH, Evidence.EXECUTED):
        return Proof("untimed")
    if runs.verdict[at] == Verdict.PENDING:
        return Proof("early")
    job = int(result.paired.runs.job[runs.row[at]])
    is_beyond = runs.verdict[at] == Verdict.UNVERIFIABLE or Flag.UNPROVEN in runs.flags[at].split()
    if is_beyond:
        return Proof("unseen" if job in declaring else "undeclared")
    end = searched_to(result, runs.row[at], job)
    return Proof("none", None if end is None else pen.time(end))


def searched_to(result: Result, run: int, job: int) -> int | None:
    """Return until when a run's proof was looked for: to the end of its own time, or of what was read before it."""
    own_end = int(result.paired.runs.own_end[run])
    if own_end == NAT:
        return None
    tolerance = round(result.paired.jobs[job].clock_tolerance.total_seconds()) * NANOS
    covered = [end for lane in ("artifacts", "lifecycle") if (end := result.coverage.end(lane, job)) is not None]
    return min(own_end + tolerance, max(covered, default=ALWAYS), result.window.now)
