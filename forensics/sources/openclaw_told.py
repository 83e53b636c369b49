"""One run as one of OpenClaw's stores tells of it: the run log, the state of a job, a receipt, the task ledger.

All tell the same in other words. What they tell is the scheduler's word; what of it the runner recorded itself is
decided in ``openclaw_runs``. Of a status ``failed`` in the task ledger the detail decides, for that also stands for a
run that went well and whose report did not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import Any

from forensics.sources.openclaw_book import Page
from forensics.sources.openclaw_values import (
    SECOND,
    Object,
    Strange,
    an_object,
    excerpt,
    inner,
    moment,
    required_moment,
    span,
    text,
)


class Origin(IntEnum):
    """Who tells of a run, best witness first."""

    HISTORY = 0
    RECEIPT = 1
    STATE = 2
    MARKER = 3
    LEDGER = 4


TELLERS = {
    Origin.HISTORY: "the run log",
    Origin.RECEIPT: "its receipt",
    Origin.STATE: "the job's own state",
    Origin.MARKER: "the gateway's log",
    Origin.LEDGER: "the task ledger",
}
BOOT_FAILED = ("isolated agent setup timed out", "isolated agent run stalled before execution start")
CUT_OFF = "job interrupted by gateway restart"
TIMED_OUT = "timed out"
MAIN_KEY = re.compile(r"agent:[^:]{1,128}:main")
RUN_OF_KEY = re.compile(r":run:([0-9a-fA-F-]{8,64})$")
# What a ledger's or a receipt's own word is in the words of a run log.
STATUSES = {
    "succeeded": "ok",
    "failed": "error",
    "timed_out": "error",
    "cancelled": "error",
    "lost": "lost",
    "interrupted": "interrupted",
}
KEPT = {
    "errorReason": "errorReason",
    "model": "model",
    "provider": "provider",
    "deliveryStatus": "deliveryStatus",
    "deliverySuppressionReason": "deliverySuppressionReason",
    "triggerFired": "triggerFired",
}


@dataclass(frozen=True, slots=True)
class Told:
    """What one record tells of a run: ``start`` and ``written`` in ns, ``duration`` in seconds.

    ``is_main``: it was carried out in the main session. ``sent`` says that a message went out, by the sender's own
    word, ``sent_failure`` that one on its failure did.
    """

    page: Page
    record: int
    origin: Origin
    job: str
    start: int
    time_text: str
    status: str = ""
    error: str = ""
    written: int | None = None
    duration: float | None = None
    session: str = ""
    run_id: str = ""
    has_usage: bool = False
    is_main: bool = False
    sent: bool = False
    sent_failure: bool = False
    summary: str = ""
    attributes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def end(self) -> int | None:
        """Return when the run ended, as far as is told."""
        return None if self.duration is None else self.start + round(self.duration * SECOND)

    @property
    def never_booted(self) -> bool:
        """Return whether the runner gave up before it was up: by the fixed head of the error, and without a session."""
        return not self.session and any(head in self.error for head in BOOT_FAILED)

    @property
    def was_cut_off(self) -> bool:
        """Return whether a restart of the gateway ended the run."""
        return CUT_OFF in self.error or self.status == "interrupted"


def finished(page: Page, record: int, line: Object, job: str = "") -> Told:
    """Return the run of an object of the run log.

    Raises:
        Strange: it is none that OpenClaw writes.
    """
    written = required_moment(line.get("ts"), "ts")
    started = line.get("runAtMs")
    lasted = span(line.get("durationMs"))
    start = required_moment(started, "runAtMs") if started is not None else written - round((lasted or 0) * SECOND)
    called = text(line.get("jobId")) or job
    if not called:
        raise Strange("it names no job")
    return replace(
        detailed(page, record, Origin.HISTORY, called, start, line),
        time_text=str(started if started is not None else line["ts"]),
        written=written,
    )


def detailed(page: Page, record: int, origin: Origin, job: str, start: int, line: Object) -> Told:
    """Return a run with what an object of the run log tells of it beside its times."""
    usage = an_object(line.get("usage"))
    return Told(
        page=page,
        record=record,
        origin=origin,
        job=job,
        start=start,
        time_text=str(start // 1_000_000),
        status=text(line.get("status")),
        error=excerpt(line.get("error")),
        duration=span(line.get("durationMs")),
        session=session_of(line),
        run_id=text(line.get("runId")),
        has_usage=any(isinstance(value, int | float) and value > 0 for value in usage.values()),
        is_main=MAIN_KEY.fullmatch(text(line.get("sessionKey"))) is not None,
        sent=is_sent(line),
        sent_failure=text(an_object(line.get("failureNotificationDelivery")).get("status")) == "delivered",
        summary=excerpt(line.get("summary")),
        attributes=kept(line),
    )


def session_of(line: Object) -> str:
    """Return the session in which a run was carried out, empty where none was."""
    of_run = RUN_OF_KEY.search(text(line.get("sessionKey")))
    return text(line.get("sessionId")) or (of_run[1] if of_run else "")


def is_sent(line: Object) -> bool:
    """Return whether the sender says that the result was delivered, or the agent sent a message itself."""
    told = text(line.get("deliveryStatus"))
    sent_itself = an_object(line.get("delivery")).get("messageToolSentTo")
    return line.get("delivered") is True or told == "delivered" or (isinstance(sent_itself, list) and bool(sent_itself))


def kept(line: Object) -> dict[str, Any]:
    """Return what else is told of a run, as attributes."""
    found: dict[str, Any] = {ours: excerpt(line.get(theirs)) for ours, theirs in KEPT.items()}
    found |= {"error": excerpt(line.get("error")), "deliveryError": excerpt(line.get("deliveryError"))}
    phase = re.search(r"\(last phase: ([\w-]{1,40})\)", found["error"])
    found["lastPhase"] = phase[1] if phase else ""
    return {name: value for name, value in found.items() if value}


def from_log_row(page: Page, record: int, row: Object) -> Told:
    """Return the run of a row of ``cron_run_logs``; its columns outrank the object that stands in it.

    Raises:
        Strange: it is none that OpenClaw writes.
    """
    names = {
        "ts": "ts", "status": "status", "error": "error", "summary": "summary", "deliveryStatus": "delivery_status",
        "deliveryError": "delivery_error", "sessionId": "session_id", "sessionKey": "session_key", "runId": "run_id",
        "runAtMs": "run_at_ms", "durationMs": "duration_ms", "nextRunAtMs": "next_run_at_ms", "model": "model",
        "provider": "provider", "jobId": "job_id",
    }  # fmt: skip
    line = dict(inner(row.get("entry_json")))
    line |= {ours: row[theirs] for ours, theirs in names.items() if row.get(theirs) is not None}
    if row.get("delivered") is not None:
        line["delivered"] = bool(row["delivered"])
    if row.get("total_tokens") and not an_object(line.get("usage")):
        line["usage"] = {"total_tokens": row["total_tokens"]}
    return finished(page, record, line)


def from_task(page: Page, record: int, row: Object) -> Told:
    """Return the run of a row of ``task_runs``: with a detail it is the run log's own, without it the ledger's.

    Raises:
        Strange: it is none that OpenClaw writes.
    """
    job, detail = text(row.get("source_id")), inner(row.get("detail_json"))
    if not job:
        raise Strange("it names no job")
    started = next((row[key] for key in ("started_at", "created_at") if row.get(key) is not None), None)
    start = required_moment(detail.get("runAtMs", started), "start")
    ended = moment(row.get("ended_at"))
    origin = Origin.HISTORY if detail.get("kind") == "cron-run" else Origin.LEDGER
    told = detailed(page, record, origin, job, start, detail)
    word, lasted = text(row.get("status")), None if ended is None or ended < start else (ended - start) / SECOND
    return replace(
        told,
        status=told.status or STATUSES.get(word, word),
        error=told.error or excerpt(row.get("error")),
        written=ended,
        duration=told.duration if told.duration is not None else lasted,
        run_id=told.run_id or text(row.get("run_id")),
        attributes={**told.attributes, "taskStatus": word},
    )


def from_receipt(page: Page, record: int, row: Object) -> Told:
    """Return the run of a row of ``cron_run_receipts``.

    Raises:
        Strange: it is none that OpenClaw writes.
    """
    job, word = text(row.get("job_id")), text(row.get("status"))
    if not job:
        raise Strange("it names no job")
    start, ended = required_moment(row.get("started_at_ms"), "started_at_ms"), moment(row.get("finished_at_ms"))
    return Told(
        page=page,
        record=record,
        origin=Origin.RECEIPT,
        job=job,
        start=start,
        time_text=str(row["started_at_ms"]),
        status=STATUSES.get(word, word),
        error=excerpt(row.get("error_text")),
        written=ended,
        duration=None if ended is None or ended < start else (ended - start) / SECOND,
        run_id=text(row.get("request_run_id")),
        attributes={"receipt": text(row.get("receipt_id")), "receiptStatus": word},
    )
