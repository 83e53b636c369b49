"""What a trajectory tells of a run: the runner's own record of how it ended, whatever the scheduler says."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from forensics.evidence.records import Batch, FileRead, Reject, Yielded
from forensics.sources.base import ReadOptions
from forensics.sources.openclaw import OpenClaw
from tests.sources.openclaw_host import Host, called, iso, job, ms, ran, said, uuid, worked, write_lines

NOW = ms("2026-03-11 00:00") * 10**6
DUE = ms("2026-03-10 02:00")
DAY = 86_400_000
NAME = "export"
SESSION = uuid((NAME, DUE))
FAILED: dict[str, Any] = {"error": "cron: job execution timed out", "sessionId": SESSION, "usage": None}
FILE = f"{SESSION}.trajectory.jsonl"

Object = dict[str, Any]


def event(kind: str, at: int, session: str = SESSION, **data: Any) -> Object:
    return {
        "traceSchema": "openclaw-trajectory", "schemaVersion": 1, "traceId": session, "source": "runtime", "type": kind,
        "ts": iso(at), "seq": 1, "sessionId": session, "data": data,
    }  # fmt: skip


def attempt(start: int = DUE + 2000, end: int = DUE + 90_000, **data: Any) -> list[Object]:
    """Return the lines of an attempt that ended well, unless told otherwise."""
    return [
        event("session.started", start),
        event("prompt.submitted", start + 1),
        event("model.completed", end - 1),
        event("session.ended", end, **({"status": "success"} | data)),
    ]


def read(folder: Path) -> list[Yielded]:
    return list(OpenClaw().read(folder, ReadOptions(now=NOW)))


def rows(yielded: list[Yielded], table: str = "lifecycle") -> list[Object]:
    found = [each for each in yielded if isinstance(each, Batch) and each.table == table]
    parts = [
        dict(zip(each.columns, row, strict=True)) for each in found for row in zip(*each.columns.values(), strict=True)
    ]
    return sorted(parts, key=lambda row: row["at"])


def lay(folder: Path, lines: list[Object], host: Host | None = None) -> Path:
    """Write an OpenClaw with one run that the scheduler calls timed out, and its trajectory."""
    host = host or Host().run(ran(NAME, DUE, "error", **FAILED))
    host.add(job(NAME)).write(folder, "A")
    write_lines(folder / "agents/main/sessions" / FILE, lines)
    return folder


def told(folder: Path, lines: list[Object], host: Host | None = None) -> list[tuple[str, int]]:
    """Return what the runner recorded as (event, seconds after the slot)."""
    return [(row["event"], (row["at"] // 10**6 - DUE) // 1000) for row in rows(read(lay(folder, lines, host)))]


def test_success_at_its_end_completes_a_run_that_the_scheduler_calls_failed(tmp_path: Path) -> None:
    assert told(tmp_path, attempt()) == [("started", 2), ("completed", 90)]


def test_its_rows_say_where_they_stand_and_what_the_scheduler_said(tmp_path: Path) -> None:
    first, last = rows(read(lay(tmp_path, attempt())))
    assert (first["record"], last["record"], last["status"], last["run_id"]) == (1, 4, "error", SESSION)
    assert (last["duration_seconds"], last["attributes"]["trajectory"]) == (88.0, "completed")


@pytest.mark.parametrize(
    ("data", "word"),
    [
        ({"status": "error"}, "failed"),
        ({"status": "error", "timedOut": True}, "timed_out"),
        ({"status": "interrupted", "aborted": True}, "interrupted"),
        ({"status": "cleanup"}, "ended"),
        ({"status": 7}, "ended"),
    ],
)
def test_end_that_is_no_success_is_told_as_it_was(tmp_path: Path, data: Object, word: str) -> None:
    assert told(tmp_path, attempt(**data)) == [("started", 2), (word, 90)]


def test_of_several_attempts_the_last_counts(tmp_path: Path) -> None:
    lines = [*attempt(end=DUE + 30_000, status="error"), *attempt(DUE + 31_000, DUE + 80_000)]
    assert told(tmp_path, lines) == [("started", 2), ("completed", 80)]


def test_attempt_that_never_ended_was_begun(tmp_path: Path) -> None:
    assert told(tmp_path, attempt()[:2]) == [("started", 2)]


def test_transcript_that_shows_no_work_is_believed_over_it(tmp_path: Path) -> None:
    host = Host().run(ran(NAME, DUE, "error", **FAILED)).transcript(NAME, DUE, said("I could not.", DUE + 60_000))
    assert [word for word, _ in told(tmp_path, attempt(), host)] == ["started", "ended"]


def test_transcript_that_breaks_off_has_its_end_from_it(tmp_path: Path) -> None:
    host = Host().run(ran(NAME, DUE, "error", **FAILED)).transcript(NAME, DUE, called(DUE + 5000))
    assert told(tmp_path, attempt(), host)[-1] == ("completed", 90)


def test_end_is_told_once_where_the_transcript_tells_it_too(tmp_path: Path) -> None:
    host = Host().run(ran(NAME, DUE)).transcript(NAME, DUE, *worked(DUE, DUE + 58_000))
    assert told(tmp_path, attempt(), host) == [("started", 1), ("completed", 58)]


def test_session_that_several_runs_share_gives_each_its_own_end(tmp_path: Path) -> None:
    runs = [ran(NAME, DUE - DAY, "error", **FAILED), ran(NAME, DUE, "error", **FAILED)]
    lines = [*attempt(DUE - DAY + 2000, DUE - DAY + 60_000), *attempt()]
    assert told(tmp_path, lines, Host().run(*runs)) == [
        ("started", 2 - 86_400), ("completed", 60 - 86_400), ("started", 2), ("completed", 90),
    ]  # fmt: skip


def test_attempt_may_begin_a_moment_before_the_run_is_written_down(tmp_path: Path) -> None:
    assert told(tmp_path, attempt(DUE - 2000)) == [("started", -2), ("completed", 90)]


def test_main_session_is_not_read_so(tmp_path: Path) -> None:
    host = Host().add(job(NAME, target="main")).run(ran(NAME, DUE, sessionId=SESSION, usage=None))
    host.write(tmp_path, "A")
    write_lines(tmp_path / "agents/main/sessions" / FILE, attempt())
    assert rows(read(tmp_path)) == []


def test_trajectory_in_the_agents_database_is_read_too(tmp_path: Path) -> None:
    host = Host().add(job(NAME)).run(ran(NAME, DUE, "error", **FAILED))
    path = host.write(tmp_path, "C") / "agents/main/agent/openclaw-agent.sqlite"
    path.parent.mkdir(parents=True)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE trajectory_runtime_events (session_id, seq, run_id, event_json, created_at)")
        lines = [(SESSION, seq, "r", as_json(line), 0) for seq, line in enumerate(attempt())]
        connection.executemany("INSERT INTO trajectory_runtime_events VALUES (?, ?, ?, ?, ?)", lines)
    assert [row["event"] for row in rows(read(tmp_path))] == ["started", "completed"]


def as_json(line: Object) -> str:
    return json.dumps(line)


def test_each_line_is_accounted_for_once(tmp_path: Path) -> None:
    (account,) = (
        each for each in read(lay(tmp_path, attempt())) if isinstance(each, FileRead) and each.file.endswith(FILE)
    )
    assert (account.records, dict(account.skipped)) == (4, {"a step of a run": 2})


def test_half_written_last_line_is_rejected_and_the_rest_is_read(tmp_path: Path) -> None:
    path = lay(tmp_path, attempt()) / "agents/main/sessions" / FILE
    path.write_bytes(path.read_bytes() + b'{"traceSchema":"openclaw-tra')
    yielded = read(tmp_path)
    assert [row["event"] for row in rows(yielded)] == ["started", "completed"]
    assert [each.record for each in yielded if isinstance(each, Reject)] == [5]


def test_end_that_lies_ahead_has_not_come(tmp_path: Path) -> None:
    assert told(tmp_path, attempt(end=NOW // 10**6 + 1000)) == [("started", 2)]


def test_file_of_another_name_is_left_aside(tmp_path: Path) -> None:
    lay(tmp_path, attempt()).joinpath("agents/main/sessions", FILE).rename(
        tmp_path / f"agents/main/sessions/copy-of-{FILE}"
    )
    assert rows(read(tmp_path)) == []


@pytest.mark.parametrize("odd", [None, 3, [], {}, "x", True, "\ud800"])
@pytest.mark.parametrize("key", ["type", "ts", "sessionId", "data"])
def test_odd_value_raises_nothing(tmp_path: Path, key: str, odd: object) -> None:
    Host().add(job(NAME)).run(ran(NAME, DUE, "error", **FAILED)).write(tmp_path, "A")
    path = tmp_path / "agents/main/sessions" / FILE
    path.parent.mkdir(parents=True)
    path.write_text("\n".join(as_json({**line, key: odd}) for line in attempt()), encoding="ascii")
    assert len(rows(read(tmp_path), "triggers")) == 1
