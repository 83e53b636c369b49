"""A registry of runs, read as evidence: what the runner recorded, and nothing beside the file altered."""

from __future__ import annotations

import gzip
import hashlib
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from forensics.evidence.records import Batch, FileRead, Reject
from forensics.recorder.registry_schema import REGISTRY
from forensics.recorder.run_record import BOOT_TIMEOUT, FAILED, TIMEOUT, Options
from forensics.sources import registry_copy
from forensics.sources.base import ReadOptions
from forensics.sources.registry import KNOWN_VERSION, MARK, Registry
from tests.sources.registry_builders import (
    BOOTS,
    SECOND,
    START,
    attempt,
    completed,
    ended,
    run,
    skipped,
    write_registry,
)

pytestmark = pytest.mark.slow

PAGE = 4096


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "state").mkdir()
    return tmp_path / "state" / "registry.db"


def yielded(path: Path, **options: Any) -> list[Any]:
    return list(Registry().read(path, ReadOptions(now=START, **options)))


def rows(path: Path, table: str = "lifecycle", **options: Any) -> list[dict[str, Any]]:
    batches = [each for each in yielded(path, **options) if isinstance(each, Batch) and each.table == table]
    return [
        {name: column[place] for name, column in batch.columns.items()}
        for batch in batches
        for place in range(len(batch))
    ]


def events(path: Path) -> list[str]:
    return [row["event"] for row in rows(path)]


def account(path: Path) -> FileRead:
    (found,) = (each for each in yielded(path) if isinstance(each, FileRead))
    return found


def fault(path: Path) -> str:
    return account(path).fault or ""


def rejects(path: Path) -> list[Reject]:
    return [each for each in yielded(path) if isinstance(each, Reject)]


def change(path: Path, *statements: str) -> None:
    """Alter a registry as no wrapper would."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in ("PRAGMA ignore_check_constraints = ON", *statements):
            connection.execute(statement)


def folder_state(path: Path) -> dict[str, tuple[bytes, int, int]]:
    return {
        each.name: (each.read_bytes(), each.stat().st_mtime_ns, each.stat().st_ctime_ns)
        for each in sorted(path.parent.iterdir())
    }


# What is told


def test_completed_run_has_a_start_and_an_end(path: Path):
    write_registry(path, completed(7))
    start, end = rows(path)
    assert (start["event"], start["at"]) == ("started", START)
    assert {name: end[name] for name in ("at", "host", "job", "run_id", "event", "exit_code", "duration_seconds")} == {
        "at": START + 4 * SECOND,
        "host": "web1",
        "job": "probe",
        "run_id": "cron:00000000-0000-4000-8000-000000000007",
        "event": "completed",
        "exit_code": 0,
        "duration_seconds": 4.0,
    }


def test_start_tells_the_attempt_and_what_the_host_was_like(path: Path):
    write_registry(path, completed(options=Options(attributes=(("sessionTarget", "isolated"),))))
    assert rows(path)[0]["attributes"] == {
        "sessionTarget": "isolated",
        "attempt": 1,
        "memory_total": 4 << 30,
        "memory_available": 1 << 30,
        "load": 0.5,
        "processors": 2,
        "uptime": 86_400.0,
    }


def test_run_that_is_waited_for_has_a_boot_with_its_limit(path: Path):
    up = ended(booted_at=START + SECOND, boot=SECOND)
    write_registry(path, run(1, up, status="completed", options=BOOTS))
    assert events(path) == ["boot_started", "booted", "completed"]
    assert rows(path)[0]["attributes"]["boot_limit_seconds"] == 60.0
    assert rows(path)[1]["attributes"] == {"attempt": 1, "boot_seconds": 1.0}


def test_every_attempt_is_told(path: Path):
    first, second = ended(outcome=BOOT_TIMEOUT, code=124), ended(2, after=10, booted_at=START + 11 * SECOND)
    write_registry(path, run(1, first, second, status="completed", options=BOOTS))
    assert events(path) == ["boot_started", "timed_out", "boot_started", "booted", "completed"]


def test_time_out_of_a_run_that_nobody_waited_for_is_none_of_its_boot(path: Path):
    write_registry(path, run(1, ended(outcome=TIMEOUT, code=124), status=TIMEOUT))
    assert events(path) == ["started", "timed_out"]


def test_signal_is_told_beside_the_exit_code(path: Path):
    write_registry(path, run(1, ended(outcome=FAILED, code=137, signal=9), status=FAILED))
    end = rows(path)[-1]
    assert (end["event"], end["exit_code"], end["attributes"]["signal"]) == ("failed", 137, 9)


def test_signal_without_an_exit_code_counts_as_128_more(path: Path):
    write_registry(path, run(1, ended(outcome=FAILED, code=1, signal=9), status=FAILED))
    change(path, "UPDATE attempts SET exit_code = NULL")
    assert rows(path)[-1]["exit_code"] == 137


def test_run_without_an_end_has_a_start_alone(path: Path):
    write_registry(path, run(1, attempt()))
    assert events(path) == ["started"]


def test_run_that_was_found_dead_is_interrupted_when_that_was_noticed(path: Path):
    write_registry(path, run(1, attempt()), settled_at=START + 3600 * SECOND)
    assert [(row["event"], row["at"]) for row in rows(path)] == [
        ("started", START),
        ("interrupted", START + 3600 * SECOND),
    ]


def test_run_of_several_attempts_is_interrupted_once(path: Path):
    write_registry(path, run(1, ended(outcome=FAILED, code=1), attempt(2, after=9)), settled_at=START + 60 * SECOND)
    assert events(path) == ["started", "failed", "started", "interrupted"]


def test_end_that_came_after_all_outranks_the_interruption(path: Path):
    write_registry(path, run(1, attempt()), settled_at=START + 3600 * SECOND)
    write_registry(path, completed())
    assert events(path) == ["started", "completed"]


def test_skipped_run_is_a_trigger_that_was_skipped(path: Path):
    write_registry(path, skipped(3))
    (row,) = rows(path, "triggers")
    assert (row["event"], row["job"], row["at"], row["run_id"][-2:]) == ("skipped", "probe", START, "03")
    assert rows(path) == []


def test_run_of_which_no_attempt_is_recorded_is_told_by_itself(path: Path):
    write_registry(path, run(1, status=FAILED, completed_at=START + SECOND, exit_code=2))
    assert [(row["event"], row["exit_code"]) for row in rows(path)] == [("started", None), ("failed", 2)]


def test_events_are_those_that_the_registry_itself_shows(path: Path):
    write_registry(path, run(1, attempt()), settled_at=START + SECOND)
    up = ended(2, after=9, booted_at=START + 10 * SECOND)
    write_registry(path, run(2, ended(outcome=BOOT_TIMEOUT), up, status="completed", options=BOOTS), skipped(3))
    with closing(sqlite3.connect(path)) as connection:
        shown = connection.execute("SELECT run, event, at FROM events").fetchall()
    found = [(row["run_id"], row["event"], row["at"]) for row in (*rows(path), *rows(path, "triggers"))]
    assert sorted(found) == sorted(
        (each, "started" if event == "boot_started" and each.endswith("01") else event, at) for each, event, at in shown
    )


def test_record_is_the_number_of_the_run_and_outlives_pruning(path: Path):
    write_registry(path, completed(1), completed(2))
    change(path, "DELETE FROM attempts WHERE run LIKE '%1'", "DELETE FROM runs WHERE id LIKE '%1'")
    assert [row["record"] for row in rows(path)] == [2, 2]


def test_host_is_the_told_one_where_the_run_names_none(path: Path):
    write_registry(path, completed())
    change(path, "UPDATE runs SET host = ''")
    assert rows(path, host="mac1")[0]["host"] == "mac1"


# How it is accounted for


def test_registry_speaks_for_the_time_since_its_first_run(path: Path):
    write_registry(path, completed(1), completed(2, after=1))
    found = account(path)
    assert (found.covers, found.newest, found.hosts) == ((START, None), START + 5 * SECOND, frozenset({"web1"}))


def test_registry_of_no_runs_speaks_for_no_time(path: Path):
    found = account(write_registry(path))
    assert (found.covers, found.fault, found.records) == (None, None, 0)


def test_digest_is_that_of_the_file(path: Path):
    write_registry(path, completed())
    assert account(path).sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_all_rows_of_a_long_registry_are_told(path: Path):
    with closing(sqlite3.connect(write_registry(path, completed()))) as connection:
        connection.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12000)"
            " INSERT INTO runs SELECT 'x' || i, job, host, 'running', started_at, NULL, NULL, NULL, NULL, command,"
            " folder, options, 0, NULL, pid FROM runs, n"
        )
        connection.commit()
    assert account(path).records == len(rows(path)) == 12_002


def test_compressed_copy_is_read(path: Path):
    write_registry(path, completed())
    packed = path.with_suffix(".db.gz")
    packed.write_bytes(gzip.compress(path.read_bytes()))
    assert events(packed) == ["started", "completed"]


def test_file_that_is_not_there_is_the_callers_error(path: Path):
    with pytest.raises(FileNotFoundError):
        yielded(path)


# Nothing is altered


def test_reading_leaves_the_folder_as_it_was(path: Path):
    write_registry(path, completed())
    before = folder_state(path)
    yielded(path)
    assert folder_state(path) == before


def with_hot_journal(path: Path) -> None:
    """Leave a registry as a writer does that is killed in the middle of a transaction."""
    write_registry(path, *(completed(number) for number in range(300)))
    original, killed = path.read_bytes(), path.with_name("killed.db")
    shutil.copy(path, killed)
    with closing(sqlite3.connect(killed, isolation_level=None)) as connection:
        connection.execute("PRAGMA cache_size = 1")
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("UPDATE runs SET job = 'half written'")
        shutil.copy(f"{killed}-journal", f"{path}-journal")
        path.write_bytes(killed.read_bytes())
        connection.execute("ROLLBACK")
    killed.unlink()
    assert path.read_bytes() != original


def test_what_a_killed_writer_left_half_done_is_not_told(path: Path):
    with_hot_journal(path)
    assert {row["job"] for row in rows(path)} == {"probe"}


def test_journal_of_a_killed_writer_stays_where_it_is(path: Path):
    with_hot_journal(path)
    before = folder_state(path)
    yielded(path)
    assert folder_state(path) == before
    assert list(before) == ["registry.db", "registry.db-journal"]


def test_write_ahead_log_is_read_and_not_folded_in(path: Path):
    write_registry(path, completed())
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("UPDATE runs SET job = 'later'")
        kept = {each.name: each.read_bytes() for each in path.parent.iterdir() if not each.name.endswith("-shm")}
    for name, content in kept.items():
        path.with_name(name).write_bytes(content)
    before = folder_state(path)
    assert {row["job"] for row in rows(path)} == {"later"}
    assert folder_state(path) == before


def test_journal_that_names_a_further_file_does_not_reach_it(path: Path, tmp_path: Path):
    with_hot_journal(path)
    victim = tmp_path / "victim"
    victim.write_text("precious")
    name = os.fsencode(victim)
    with Path(f"{path}-journal").open("ab") as journal:
        journal.write(
            b"\xff\xff\xff\xff"
            + name
            + len(name).to_bytes(4, "big")
            + sum(name).to_bytes(4, "big")
            + registry_copy.NAMES_ANOTHER
        )
    assert "names another file" in fault(path)
    assert victim.read_text() == "precious"


def test_registry_that_is_written_to_meanwhile_is_copied_again(path: Path, monkeypatch: pytest.MonkeyPatch):
    write_registry(path, completed())
    once, taken = registry_copy.copied_once, []

    def disturbed(*places: Path) -> registry_copy.Copy:
        copy = once(*places)
        if not taken:
            write_registry(path, completed(2))
        taken.append(copy)
        return copy

    monkeypatch.setattr(registry_copy, "copied_once", disturbed)
    assert (len(rows(path)), len(taken)) == (4, 2)


def test_registry_that_never_rests_is_a_fault(path: Path, monkeypatch: pytest.MonkeyPatch):
    write_registry(path, completed())
    monkeypatch.setattr(registry_copy, "is_still", lambda *_: False)
    assert "written to all the while" in fault(path)


# What is no registry, or a damaged one


@pytest.mark.parametrize(
    ("content", "told"),
    [(b"", "empty"), (b"x" * 5000, "no SQLite database"), (b"SQLite format 3\0", "no SQLite database")],
)
def test_what_is_no_database_is_a_fault(path: Path, content: bytes, told: str):
    path.write_bytes(content)
    found = account(path)
    assert (found.covers, found.records) == (None, 0)
    assert told in (found.fault or "")


def test_database_of_another_program_is_a_fault(path: Path):
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE runs (id)")
    assert "another program" in fault(path)


def test_registry_of_a_newer_version_is_a_fault(path: Path):
    write_registry(path, completed())
    change(path, f"PRAGMA user_version = {KNOWN_VERSION + 1}")
    assert "newer version" in fault(path)
    assert rows(path) == []


def test_version_that_is_known_is_the_recorders():
    assert (REGISTRY.newest, REGISTRY.mark) == (KNOWN_VERSION, MARK)


@pytest.mark.parametrize(
    "replaced",
    [
        "CREATE VIEW runs AS SELECT 1",
        "CREATE VIEW runs AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS id FROM n",
    ],
)
def test_view_in_the_place_of_a_table_is_not_looked_into(path: Path, replaced: str):
    write_registry(path, completed())
    change(path, "DROP VIEW events", "DROP TABLE runs", replaced)
    assert "tables are not a registry's" in fault(path)


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size - 3 * PAGE)


def overwritten(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-5 * PAGE : -3 * PAGE] = b"\xff" * 2 * PAGE
    path.write_bytes(content)


@pytest.mark.parametrize("damage", [cut, overwritten])
def test_damage_is_told_and_takes_the_word_from_a_registry(path: Path, damage: Callable[[Path], None]):
    write_registry(path, *(completed(number) for number in range(300)))
    damage(path)
    found = account(path)
    assert (found.fault or "").startswith("damaged: ")
    assert found.covers is None


def test_damage_raises_nothing_and_every_record_is_accounted_for(path: Path):
    write_registry(path, *(completed(number) for number in range(300)))
    sound = path.read_bytes()
    for place in range(0, len(sound), 1999):
        path.write_bytes(sound[:place] + b"\xa5\x5a" * 20 + sound[place + 40 :])
        found = yielded(path)
        count = sum(len(each) if isinstance(each, Batch) else 1 for each in found if not isinstance(each, FileRead))
        assert [each.records for each in found if isinstance(each, FileRead)] == [count]


def test_rows_that_can_be_read_of_a_damaged_registry_are_told(path: Path):
    write_registry(path, *(completed(number) for number in range(300)))
    overwritten(path)
    assert 0 < len(rows(path)) < 600


@pytest.mark.parametrize(
    ("change_of", "why"),
    [
        ("runs SET job = x'00ff'", "job is no text"),
        ("runs SET status = 'asleep'", "status is 'asleep', none that is known"),
        ("runs SET options = '{'", "options cannot be read"),
        ("runs SET options = '[]'", "options cannot be read"),
        ("attempts SET started_at = 'yesterday'", "started_at is no time"),
        ("attempts SET started_at = -1", "started_at is no time"),
        ("attempts SET outcome = 'unheard of'", "outcome is 'unheard of', none that is known"),
        ("attempts SET ended_at = NULL", "ended_at is no time"),
        ("attempts SET exit_code = 'one'", "exit code is no number"),
        ("attempts SET duration = 1.5", "duration is no span of time"),
    ],
)
def test_row_that_no_wrapper_writes_is_rejected_and_the_others_are_read(path: Path, change_of: str, why: str):
    write_registry(path, completed(1), completed(2))
    where = "rowid = 1" if change_of.startswith("runs") else "run LIKE '%1'"
    change(path, f"UPDATE {change_of} WHERE {where}")
    assert [(each.record, why in each.reason) for each in rejects(path)] == [(1, True)]
    assert [row["record"] for row in rows(path)] == [2, 2]


def test_text_that_is_no_utf_8_can_be_written_all_the_same(path: Path):
    write_registry(path, completed())
    change(path, "UPDATE runs SET job = CAST(x'61ff' AS TEXT)")
    assert rows(path)[0]["job"] == "a\\xff"


# Recognition


def test_registry_is_recognised_by_its_head(path: Path):
    assert Registry().detect(write_registry(path))


def test_database_of_another_program_is_not_recognised(path: Path):
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE runs (id)")
    assert not Registry().detect(path)
