"""What OpenClaw's runner recorded itself of a run, as far as its files show that.

It is its transcript, with the end that its trajectory records where that ends well; else its trajectory; else its
receipt; else an ``ok`` with both a session and the usage of a model, for a job with a
session of its own; else the fixed words of a runner that never was up. A status alone is the scheduler's word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from forensics.sources.openclaw_book import Page
from forensics.sources.openclaw_jobs import StoredJob
from forensics.sources.openclaw_runs import Run
from forensics.sources.openclaw_told import TIMED_OUT, Origin, Told
from forensics.sources.openclaw_trajectories import Attempt
from forensics.sources.openclaw_transcripts import Turn
from forensics.sources.openclaw_values import SECOND

LONGEST, SLACK = 3600.0, 120 * SECOND
# Ends of a turn of its own: whether work was done in it, the transcript tells best.
OVER = frozenset({"completed", "ended"})
GAVE_UP = re.compile(
    r"\b(?:failed|failure|error|unable|could ?n[o']t|could not|cannot|can't|blocked|timed out)\b", re.IGNORECASE
)


def is_cut_off(run: Run, job: StoredJob | None, restarts: Sequence[int]) -> bool:
    """Return whether a restart of the gateway ended a run: it is said, or one fell into a run without an end."""
    if any(told.was_cut_off for told in run.told):
        return True
    lead = run.told[0]
    if lead.end is not None or lead.status not in ("", "running", "lost"):
        return False
    limit = round((job.limit if job and job.limit else LONGEST) * SECOND)
    return any(run.start < at <= run.start + limit + SLACK for at in restarts)


@dataclass(frozen=True)
class Step:
    """One thing that the runner recorded; ``at`` in ns, ``duration`` in seconds.

    ``status`` is the scheduler's own word for the run. ``is_a_step``: the record lies within a transcript.
    """

    page: Page
    record: int
    at: int
    time_text: str
    event: str
    duration: float | None = None
    told: Mapping[str, Any] = field(default_factory=dict)
    status: str | None = None
    is_a_step: bool = False


def steps_of(run: Run, job: StoredJob | None, is_cut: bool) -> Iterator[Step]:
    """Yield what the runner recorded of a run; one that a restart cut off was begun, as its mark shows."""
    lead, receipt = run.told[0], run.by(Origin.RECEIPT)
    is_main = job.is_main if job is not None else lead.is_main
    attempts = [] if is_main else run.attempts
    end = next((each for each in reversed(attempts) if not each.is_start), None)
    if run.turn is not None:
        steps = list(turn_steps(run.turn, lead))
        yield from steps
        last = attempted(end, attempts) if end is not None else None
        yield from end_beside(steps, last, ended(lead, "completed") if is_proven(lead) and not is_main else None)
    elif attempts and (is_good(end) or not (lead.never_booted or receipt is not None or is_proven(lead))):
        yield from attempt_steps(attempts, lead)
    elif lead.never_booted:
        yield begun(lead, "boot_started")
        yield ended(lead, "timed_out")
    elif receipt is not None and lead.status != "skipped" and not is_main:
        yield from receipt_steps(receipt, lead)
    elif is_proven(lead) and not is_main:
        yield begun(lead, "started")
        yield ended(lead, "completed")
    elif is_cut and not is_main:
        yield begun(next((told for told in run.told if told.was_cut_off), lead), "started")


def end_beside(steps: Sequence[Step], last: Step | None, proven: Step | None) -> Iterator[Step]:
    """Yield the end of a run whose transcript tells none, or none of its own, by its trajectory or its proven end."""
    if last is not None and last.event == "completed" and steps[-1].event not in OVER:
        yield last
    elif len(steps) == 1:
        yield from [each for each in (proven, last) if each is not None][:1]


def is_good(end: Attempt | None) -> bool:
    """Return whether an attempt ended well."""
    return end is not None and end.word == "completed"


def attempt_steps(attempts: Sequence[Attempt], lead: Told) -> Iterator[Step]:
    """Yield what a trajectory tells of a run: when its first attempt began, and how its last one ended."""
    first, last = attempts[0], attempts[-1]
    yield attempted(first, attempts) if first.is_start else begun(lead, "started")
    if not last.is_start:
        yield attempted(last, attempts)


def attempted(each: Attempt, attempts: Sequence[Attempt]) -> Step:
    """Return the start or the end of an attempt as its record tells it; an end with what all attempts took."""
    took = None if each.is_start else (each.at - attempts[0].at) / SECOND
    told = {"session": each.session, "trajectory": each.word}
    return Step(each.page, each.record, each.at, each.time_text, each.word, took, told, is_a_step=True)


def is_proven(told: Told) -> bool:
    """Return whether a line of the run log is the runner's own record of a completion."""
    is_log = told.origin is Origin.HISTORY
    return is_log and told.status == "ok" and bool(told.session) and told.has_usage and told.end is not None


def begun(told: Told, event: str) -> Step:
    """Return the start of a run as a record tells it."""
    return Step(told.page, told.record, told.start, told.time_text, event)


def ended(told: Told, event: str, at: int | None = None) -> Step:
    """Return the end of a run as a record tells it."""
    moment = at if at is not None else told.end if told.end is not None else told.start
    return Step(told.page, told.record, moment, str(moment // 1_000_000), event, told.duration)


def receipt_steps(receipt: Told, lead: Told) -> Iterator[Step]:
    """Yield what a receipt tells, which is written before the work begins and closed when it ends."""
    yield begun(receipt, "started")
    match receipt.status:
        case "ok":
            yield ended(receipt, "completed")
        case "interrupted" if receipt.end is not None:
            yield ended(receipt, "interrupted")
        case "running" | "":
            if is_proven(lead):
                yield ended(lead, "completed")
        case _:
            yield ended(receipt, "ended")


def turn_steps(turn: Turn, lead: Told | None) -> Iterator[Step]:
    """Yield what a transcript tells of a run: its start, and its end where it came to one."""
    first = turn.first or 0
    counts = {"toolCalls": turn.calls, "toolsWorked": turn.worked, "session": turn.session}
    yield Step(turn.page, turn.record, first, turn.time_text, "started", told=counts)
    event, last = end_of(turn, lead), turn.last or first
    if event:
        lasted = (last - first) / SECOND if last >= first else None
        told = counts | ({"stopReason": turn.stop} if turn.stop else {})
        is_a_step = turn.last_record != turn.record
        yield Step(
            turn.page, turn.last_record, last, turn.last_text, event, lasted, told, is_a_step=is_a_step
        )  # fmt: skip


def end_of(turn: Turn, lead: Told | None) -> str:
    """Return how a turn ended, empty where it was cut off: work, or nothing done, or the model's own failure.

    A text without any tool is the work where a model's usage is on record for it, unless it says that it failed.
    """
    if turn.is_over:
        if turn.worked:
            return "completed"
        is_text = not turn.calls and lead is not None and is_proven(lead) and not GAVE_UP.search(turn.said)
        return "completed" if is_text and not turn.is_main else "ended"
    if turn.ends == "assistant" and turn.stop == "error":
        return "failed"
    if turn.ends == "assistant" and turn.stop == "aborted":
        return "timed_out" if lead is not None and TIMED_OUT in lead.error else "interrupted"
    return ""
