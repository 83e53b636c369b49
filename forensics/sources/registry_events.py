"""What the runner recorded of each run in a registry, told as lifecycle events: one row for each."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from forensics.evidence.records import clipped
from forensics.sources.heartbeat_text import NS_LIMIT
from forensics.timeline import NANOS

# In order of the runs, so that what comes before a damaged page is read; without views, for they are the file's own.
QUERY = """
    SELECT runs.rowid AS record, runs.id AS run, job, host, status, options,
        runs.started_at AS run_started_at, runs.completed_at AS run_ended_at, runs.duration AS run_duration,
        runs.exit_code AS run_code, runs.signal AS run_signal,
        (SELECT max(at) FROM transitions WHERE run = runs.id AND new = 'interrupted') AS noticed_at,
        (SELECT max(number) FROM attempts WHERE run = runs.id) AS attempts,
        number, attempts.started_at, booted_at, ended_at, boot, attempts.duration, outcome,
        attempts.exit_code, attempts.signal, memory_total, memory_available, load, processors, uptime
    FROM runs LEFT JOIN attempts ON attempts.run = runs.id
    ORDER BY runs.rowid, number
    LIMIT ?
    """
FACTS = ("memory_total", "memory_available", "load", "processors", "uptime")
OUTCOMES = {"completed": "completed", "failed": "failed", "timeout": "timed_out", "boot_timeout": "timed_out"}
STATUSES = frozenset({"running", "completed", "failed", "timeout", "interrupted", "skipped"})
ENDED = ("completed", "failed", "timeout")
KILLED = 128

Columns = dict[str, Sequence[Any]]
Who = tuple[int, str, str, str | None]  # record, run, job, host


class Strange(Exception):
    """A row that no wrapper writes: its record number, why, and how it begins."""

    def __init__(self, record: int, why: str, text: str) -> None:
        super().__init__(why)
        self.record = record
        self.text = text


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that the runner recorded. ``at`` in ns since the epoch."""

    table: str
    record: int
    run: str
    job: str
    host: str | None
    event: str
    at: int
    exit_code: int | None = None
    duration_seconds: float | None = None
    attributes: Mapping[str, Any] | None = None


def events_of(row: sqlite3.Row, host: str | None) -> list[Event]:
    """Return what one attempt of a run came to, and with its last one how the run itself ended.

    Raises:
        Strange: the row holds what no wrapper writes.
    """
    try:
        return list(told(row, host))
    except ValueError as error:
        text = " ".join(str(row[name]) for name in ("run", "job", "status", "run_started_at"))
        raise Strange(row["record"], str(error), clipped(text)) from error


def told(row: sqlite3.Row, host: str | None) -> Iterator[Event]:
    """Yield the events of one row.

    Raises:
        ValueError: it holds what no wrapper writes.
    """
    who: Who = (row["record"], text(row, "run"), text(row, "job"), text(row, "host") or host)
    status, asked = one_of(row, "status", STATUSES), asked_for(text(row, "options"))
    if status == "skipped":
        yield Event("triggers", *who, "skipped", instant(row, "run_started_at"))
        return
    if row["number"] is None:
        yield from without_attempt(row, who, status, asked)
    else:
        yield from attempt(row, who, asked)
    if status == "interrupted" and row["noticed_at"] is not None and row["number"] == row["attempts"]:
        yield Event("lifecycle", *who, "interrupted", instant(row, "noticed_at"), attributes=asked.attributes)


@dataclass(frozen=True)
class Asked:
    """What a run was started with, as far as it matters here; ``boot_limit`` in seconds, None where nobody waits."""

    boot_limit: float | None
    attributes: Mapping[str, Any]


@lru_cache(maxsize=1024)
def asked_for(options: str) -> Asked:
    """Return what was asked for with a run; most runs of a job are asked the same.

    Raises:
        ValueError: that cannot be read.
    """
    try:
        found = json.loads(options)
        attributes = {str(name): str(value) for name, value in found.get("attributes") or ()}
        limit = found.get("boot_timeout")
        return Asked(None if limit is None else limit / NANOS, attributes)
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError("its options cannot be read") from error


def attempt(row: sqlite3.Row, who: Who, asked: Asked) -> Iterator[Event]:
    """Yield what one attempt came to. Where nobody waits for it to be up, it has no boot: it starts at once.

    Raises:
        ValueError: its row holds what no wrapper writes.
    """
    outcome = None if row["outcome"] is None else one_of(row, "outcome", OUTCOMES)
    boots = asked.boot_limit is not None or outcome == "boot_timeout"
    common = {**asked.attributes, "attempt": row["number"]}
    facts = {name: row[name] for name in FACTS if isinstance(row[name], int | float)}
    facts |= {} if asked.boot_limit is None else {"boot_limit_seconds": asked.boot_limit}
    begun = "boot_started" if boots else "started"
    yield Event("lifecycle", *who, begun, instant(row, "started_at"), attributes={**common, **facts})
    if row["booted_at"] is not None:
        boot = seconds(row, "boot")
        up = common if boot is None else {**common, "boot_seconds": boot}
        yield Event("lifecycle", *who, "booted", instant(row, "booted_at"), attributes=up)
    if outcome is not None:
        code, signal = exit_code(row, "exit_code", "signal")
        ended = common if signal is None else {**common, "signal": signal}
        moment, took = instant(row, "ended_at"), seconds(row, "duration")
        yield Event("lifecycle", *who, OUTCOMES[outcome], moment, code, took, ended)


def without_attempt(row: sqlite3.Row, who: Who, status: str, asked: Asked) -> Iterator[Event]:
    """Yield start and end of a run of which no attempt is recorded.

    Raises:
        ValueError: its row holds what no wrapper writes.
    """
    yield Event("lifecycle", *who, "started", instant(row, "run_started_at"), attributes=asked.attributes)
    if status in ENDED:
        code, _ = exit_code(row, "run_code", "run_signal")
        moment, took = instant(row, "run_ended_at"), seconds(row, "run_duration")
        yield Event("lifecycle", *who, OUTCOMES[status], moment, code, took, asked.attributes)


def text(row: sqlite3.Row, name: str) -> str:
    """Return a column that holds text.

    Raises:
        ValueError: it does not.
    """
    value = row[name]
    if not isinstance(value, str):
        raise ValueError(f"its {name} is no text")
    return value


def one_of(row: sqlite3.Row, name: str, known: Mapping[str, str] | frozenset[str]) -> str:
    """Return a column that holds one of some words.

    Raises:
        ValueError: it does not.
    """
    value = text(row, name)
    if value not in known:
        raise ValueError(f"its {name} is {value[:40]!a}, none that is known")
    return value


def instant(row: sqlite3.Row, name: str) -> int:
    """Return a column that holds an instant.

    Raises:
        ValueError: it does not.
    """
    value = row[name]
    if not isinstance(value, int) or not 0 <= value < NS_LIMIT:
        raise ValueError(f"its {name} is no time")
    return value


def seconds(row: sqlite3.Row, name: str) -> float | None:
    """Return a column that holds a span, in seconds.

    Raises:
        ValueError: it holds something else.
    """
    value = row[name]
    if value is not None and not isinstance(value, int):
        raise ValueError(f"its {name} is no span of time")
    return None if value is None else value / NANOS


def exit_code(row: sqlite3.Row, code: str, signal: str) -> tuple[int | None, int | None]:
    """Return exit code and signal; a signal n that came without a code counts as exit code 128+n.

    Raises:
        ValueError: they are no numbers.
    """
    found, killer = row[code], row[signal]
    if any(each is not None and not isinstance(each, int) for each in (found, killer)):
        raise ValueError("its exit code is no number")
    return (KILLED + killer if found is None and killer is not None else found), killer


def batch_of(table: str, events: Sequence[Event]) -> Columns:
    """Return events of one table by column."""
    names = ("at", "host", "job", "event", "attributes", "record")
    columns: Columns = {name: [getattr(event, name) for event in events] for name in names}
    columns["run_id"] = [event.run for event in events]
    columns["time_text"] = [str(event.at) for event in events]
    if table == "lifecycle":
        columns["exit_code"] = [event.exit_code for event in events]
        columns["duration_seconds"] = [event.duration_seconds for event in events]
    return columns
