"""Runs of GitHub's workflows, as its REST API, its webhooks and ``gh run list --json`` give them.

Only what a schedule started is a run of a job; a run's id stays the same when it is tried again, and its status is then
that of the last try. GitHub starts a schedule minutes to hours late, and tells not for which slot.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any
from zoneinfo import ZoneInfo

from forensics.sources.presets_records import NoRun, Record, Row, first, kept
from forensics.timeline import NANOS, instant, shown

ENDS = {
    "success": "completed",
    "neutral": "completed",
    "failure": "failed",
    "startup_failure": "failed",
    "timed_out": "timed_out",
    "cancelled": "interrupted",
    "stale": "interrupted",
}
BEGUN = frozenset({"in_progress", "completed"})
KEPT = ("event", "run_number", "number", "run_attempt", "attempt", "head_branch", "headBranch", "html_url", "url")
UTC = ZoneInfo("UTC")


def triggers(run: Record) -> Iterator[Row]:
    """Yield that a run was made.

    Raises:
        NoRun: no schedule made it.
        ValueError: it is no run.
    """
    check_scheduled(run)
    conclusion = first(run, "conclusion")
    yield {
        **named(run),
        "time": first(run, "created_at", "createdAt"),
        "event": "skipped" if conclusion == "skipped" else "accepted",
        "status": first(run, "conclusion", "status"),
        **kept(run, *KEPT[1:]),
    }


def job_steps(run: Record) -> Iterator[Row]:
    """Yield that a run began and how it ended; of one job of a run that it failed, for only a run's end tells the rest.

    Raises:
        NoRun: no schedule made it, or it has not begun.
        ValueError: it is no run.
    """
    is_part = "run_id" in run and "workflow_id" not in run
    if not is_part:
        check_scheduled(run)
    status, conclusion = first(run, "status"), first(run, "conclusion")
    if conclusion == "skipped":
        raise NoRun("a run that GitHub skipped")
    if str(status) not in BEGUN and conclusion is None:
        raise NoRun("a run that has not begun")
    made, begun = first(run, "created_at", "createdAt"), first(run, "run_started_at", "startedAt", "started_at")
    over = first(run, "completed_at", "updated_at", "updatedAt")
    if over is not None or conclusion is None:
        yield {**named(run), "time": begun or made, "event": "started", **kept(run, *KEPT[1:])}
    event = ENDS.get(str(conclusion))
    if event is not None and not (is_part and event == "completed"):
        took = seconds_between(begun or made, over)
        yield {
            **named(run),
            "time": over or made,
            "event": event,
            "duration_seconds": took,
            "conclusion": conclusion,
            **kept(run, *KEPT[1:]),
        }


def check_scheduled(run: Record) -> None:
    """Refuse a run that no schedule made.

    Raises:
        NoRun: another event made it.
        ValueError: it is no run.
    """
    if first(run, "created_at", "createdAt") is None or first(run, "id", "databaseId") is None:
        raise ValueError("no run of a workflow: it has no id, or does not say when it was created")
    event = first(run, "event")
    if event is not None and event != "schedule":
        raise NoRun(f"a run that was not scheduled: its event is {shown(str(event))}")


def named(run: Record) -> Row:
    """Return of which job a run is, and its id."""
    name = first(run, "workflowName", "workflow_name", "name")
    path = first(run, "path")
    if name is None and isinstance(path, str):
        name = PurePosixPath(path.partition("@")[0]).stem
    number = first(run, "run_id", "databaseId", "id")
    return {"job": name, "run_id": None if number is None else str(number)}


def seconds_between(begun: Any, over: Any) -> float | None:
    """Return how long a run took, None where that is not told."""
    try:
        took = instant(over, UTC) - instant(begun, UTC) if isinstance(begun, str) and isinstance(over, str) else -1
    except ValueError:
        return None
    return took / NANOS if took >= 0 else None
