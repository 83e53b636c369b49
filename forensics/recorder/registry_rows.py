"""Runs as they are read from the registry."""

from __future__ import annotations

import json

from forensics.database.opening import Database
from forensics.recorder.run_record import INTERRUPTED, RUNNING, SKIPPED, Attempt, Facts, Run, options_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Row = tuple[Any, ...]
COLUMNS = (
    *("id", "job", "host", "started_at", "command", "folder", "options", "boot_id", "pid", "status", "completed_at"),
    *("duration", "exit_code", "signal", "retries_left"),
)
STAGES = ("number", "started_at", "booted_at", "ended_at", "boot", "duration", "outcome", "exit_code", "signal")
FACTS_FROM = 10  # the column of an attempt with which the host's facts begin


def run_of(database: Database, run: str) -> Run | None:
    """Return a run, None where there is no such one."""
    return first(runs_where(database, "id = ?", run))


def last_of(database: Database, job: str, but: str = "") -> Run | None:
    """Return the last run of a job that was not skipped, and is not the one that asks."""
    where = f"job = ? AND id != ? AND status != '{SKIPPED}' ORDER BY started_at DESC, rowid DESC LIMIT 1"
    return first(runs_where(database, where, job, but))


def latest_runs(database: Database, glob: str, limit: int) -> list[Run]:
    """Return the latest runs of all jobs that fit a glob, the newest first."""
    return runs_where(database, "job GLOB ? ORDER BY started_at DESC, rowid DESC LIMIT ?", glob, limit)


def running_runs(database: Database) -> list[Run]:
    """Return the runs of which no end is recorded."""
    return runs_where(database, f"status = '{RUNNING}' ORDER BY started_at, rowid")


def left_to_retry(database: Database) -> list[Run]:
    """Return the interrupted runs that may be tried again, the oldest first."""
    where = f"status = '{INTERRUPTED}' AND retries_left > 0 ORDER BY started_at, rowid"
    return [run for run in runs_where(database, where) if may_be_retried(run)]


def may_be_retried(run: Run) -> bool:
    """Return whether a dead run's last attempt surely did none of its work, or ended with a code that asks for more."""
    if not run.attempts:
        return False
    last = run.attempts[-1]
    if last.outcome is None:
        return run.options.boot_timeout is not None and last.booted_at is None
    return last.outcome == "boot_timeout" or last.exit_code in run.options.retry_on


def transitions_of(database: Database, run: str) -> list[tuple[int, str, str, str]]:
    """Return the changes of a run's status: instant, old, new, why."""
    return database.rows("SELECT at, old, new, why FROM transitions WHERE run = ? ORDER BY at, rowid", run)


def runs_where(database: Database, condition: str, *values: int | str) -> list[Run]:
    """Return the runs for which a condition of ours holds."""
    query = f"SELECT {', '.join(COLUMNS)} FROM runs WHERE {condition}"
    return [run_in(database, row) for row in database.rows(query, *values)]


def run_in(database: Database, row: Row) -> Run:
    """Return the run that a row of its table tells of, with its attempts."""
    found = dict(zip(COLUMNS, row, strict=True))
    attempts = database.rows("SELECT * FROM attempts WHERE run = ? ORDER BY number", found["id"])
    found["command"] = tuple(json.loads(found["command"]))
    found["options"] = options_of(json.loads(found["options"]))
    return Run(**found, attempts=tuple(map(attempt_in, attempts)))


def attempt_in(row: Row) -> Attempt:
    """Return the attempt that a row of its table tells of."""
    stages = dict(zip(STAGES, row[1:FACTS_FROM], strict=True))
    return Attempt(**stages, facts=Facts(*row[FACTS_FROM:]))


def first(runs: list[Run]) -> Run | None:
    """Return the first of some runs."""
    return runs[0] if runs else None
