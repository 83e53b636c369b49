"""What the registry holds, who may change it, and how a run that nobody ended is told."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from forensics.database.faults import DatabaseError
from forensics.database.opening import Care
from forensics.frozen import changed
from forensics.recorder.registry import Ended, begin, open_registry, prune, registry_path, reopen, settle
from forensics.recorder.registry_rows import last_of, left_to_retry, runs_where
from forensics.recorder.registry_schema import REGISTRY
from forensics.recorder.run_locks import READY, file_of
from forensics.recorder.run_record import (
    BOOT_TIMEOUT,
    COMPLETED,
    FAILED,
    INTERRUPTED,
    RUNNING,
    SKIPPED,
    Attempt,
    Facts,
    Options,
    Run,
)
from tests.checkout import ROOT
from tests.recorder.run_builders import (
    DAY,
    NOW,
    SECOND,
    all_runs,
    asked,
    changes,
    completed,
    filled,
    held_locks,
    notes_in,
    run,
    saved,
    stored,
)

pytestmark = pytest.mark.slow


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "registry.db"


@pytest.fixture
def quick() -> Iterator[Path]:
    """Give a folder in memory where there is one: to a kill all file systems are the same, and this one is quick."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as name:
        yield Path(name)


def settled(path: Path) -> list[Run]:
    with open_registry(path, NOW, Care()) as database:
        return settle(database, path, NOW)


def test_run_is_read_as_it_was_written(path):
    one = run(
        command=("sh", "-c", "ünï\udcff"),
        options=Options(interval=1, retry_on=(75,), attributes=(("version", "1"),), overlap=False),
        attempts=(Attempt(1, NOW, NOW + 1, NOW + 2, 1, 2, FAILED, 75, None, Facts(5, 4, 0.5, 2, 1.5)), Attempt(2, NOW)),
        boot_id="x",
        pid=5,
        retries_left=3,
    )
    assert stored(filled(path, one), one.id) == one


def test_end_is_written_over_the_beginning(path):
    one = run()
    saved(filled(path, one), completed(one))
    assert stored(path, one.id) == completed(one)


def test_end_of_a_run_whose_beginning_was_lost_is_kept(path):
    one = completed(run())
    saved(path, one)
    assert stored(path, one.id) == one


def test_run_that_has_ended_stays_as_it_ended(path):
    one = run()
    saved(filled(path, one), completed(one))
    with pytest.raises(Ended, match="is recorded as completed"):
        saved(path, changed(completed(one), status=FAILED))
    assert stored(path, one.id) == completed(one)


def test_end_that_is_told_twice_is_no_trouble(path):
    one = run()
    saved(filled(path, one), completed(one), completed(one))
    assert changes(path, one.id) == []


def test_dead_run_was_interrupted(path):
    one = run(pid=os.getpid())  # somebody else's by now: a pid proves nothing
    assert [each.id for each in settled(filled(path, one))] == [one.id]
    assert stored(path, one.id) == changed(one, status=INTERRUPTED)
    assert changes(path, one.id) == [(RUNNING, INTERRUPTED)]


@pytest.mark.parametrize("lock", ["ours", "for_job"])
def test_run_with_either_lock_is_alive(path, lock):
    one = run()
    locks = held_locks(path, one)
    os.close(getattr(locks, "for_job" if lock == "ours" else "ours"))
    assert settled(filled(path, one)) == []
    os.close(getattr(locks, lock))
    assert [each.id for each in settled(path)] == [one.id]


def test_late_end_wins_over_interrupted_and_is_logged(path):
    one = run()
    settled(filled(path, one))
    saved(path, completed(one))
    assert stored(path, one.id) == completed(one)
    assert changes(path, one.id) == [(RUNNING, INTERRUPTED), (INTERRUPTED, COMPLETED)]


def test_boot_that_the_dead_wrapper_did_not_see_is_told_by_the_ready_file(path):
    one = run(options=asked(boot_timeout=SECOND))
    held_locks(path, one).leave_to_job()
    file_of(path, one.id, READY).touch()
    file_of(path, one.id, "wrapper").unlink()
    (found,) = settled(filled(path, one))
    assert found.attempts[0].booted_at is not None


def test_same_moment_is_no_obstacle(path):
    code = (
        "import sys; from pathlib import Path; from tests.recorder.run_builders import *\n"
        "from forensics.database.opening import Care\n"
        "for _ in range(25):\n"
        "    one = run(sys.argv[2])\n"
        "    with open_registry(Path(sys.argv[1]), NOW, Care(30)) as database: begin(database, Path(sys.argv[1]), one)\n"
        "    with open_registry(Path(sys.argv[1]), NOW, Care(30)) as database: save(database, completed(one), NOW)\n"
    )
    places = {**os.environ, "PYTHONPATH": str(ROOT)}
    writers = [subprocess.Popen([sys.executable, "-B", "-c", code, str(path), job], env=places) for job in "abcd"]
    assert [each.wait(timeout=120) for each in writers] == [0] * 4
    assert [each.status for each in all_runs(path)] == [COMPLETED] * 100


def test_last_run_of_a_job_is_not_one_that_was_skipped(path):
    first, second = run(), run(status=SKIPPED, started_at=NOW + 1, attempts=())
    with open_registry(filled(path, first, second), NOW, Care()) as database:
        assert last_of(database, "db") == first


def test_last_run_is_not_the_one_that_asks(path):
    first, second = run(), run(started_at=NOW + 1)
    with open_registry(filled(path, first, second), NOW, Care()) as database:
        assert last_of(database, "db", second.id) == first


@pytest.mark.parametrize(
    ("last", "options", "is_left"),
    [
        (Attempt(1, NOW, outcome=BOOT_TIMEOUT), asked(boot_timeout=SECOND), True),
        (Attempt(1, NOW), asked(boot_timeout=SECOND), True),
        (Attempt(1, NOW, booted_at=NOW), asked(boot_timeout=SECOND), False),
        (Attempt(1, NOW), asked(), False),
        (Attempt(1, NOW, outcome=FAILED, exit_code=75), asked(retry_on=(75,)), True),
        (Attempt(1, NOW, outcome=FAILED, exit_code=1), asked(retry_on=(75,)), False),
    ],
    ids=["boot timed out", "died booting", "died at work", "may be at work", "asked for more", "failed"],
)
def test_dead_run_is_left_to_retry_where_its_work_surely_was_not_done(path, last, options, is_left):
    one = run(attempts=(last,), options=options, retries_left=1)
    settled(filled(path, one))
    with open_registry(path, NOW, Care()) as database:
        assert bool(left_to_retry(database)) == is_left


def test_run_without_retries_is_not_left_to_retry(path):
    settled(filled(path, run(attempts=(Attempt(1, NOW, outcome=BOOT_TIMEOUT),), options=asked(boot_timeout=SECOND))))
    with open_registry(path, NOW, Care()) as database:
        assert left_to_retry(database) == []


def test_end_that_is_taken_back_can_be_written_anew(path):
    one = changed(completed(run()), status=FAILED)
    saved(path, one)
    with open_registry(path, NOW, Care()) as database:
        reopen(database, one, NOW)
    saved(path, changed(one, status=RUNNING), changed(one, status=COMPLETED))
    assert changes(path, one.id) == [(FAILED, INTERRUPTED), (INTERRUPTED, RUNNING)]


def pruned(path: Path, now: int) -> set[str]:
    with open_registry(path, now, Care()) as database:
        prune(database, now, 400 * DAY)
    return {each.job for each in all_runs(path)}


def test_old_runs_are_pruned(path):
    saved(
        path,
        *(
            completed(run(job, started_at=NOW - days * DAY))
            for job, days in (("a", 401), ("b", 399), ("c", 0), ("d", 0))
        ),
    )
    assert pruned(path, NOW) == {"b", "c", "d"}
    connection = sqlite3.connect(path)
    assert connection.execute("SELECT count(*) FROM attempts").fetchone() == (3,)
    connection.close()


def test_run_that_is_running_is_never_pruned(path):
    filled(path, run("a", started_at=NOW - 401 * DAY), run("b"), run("c"))
    assert pruned(path, NOW) == {"a", "b", "c"}


def test_clock_that_runs_years_ahead_removes_nothing(path):
    future = NOW + 4_000 * DAY
    saved(path, completed(run("a")), completed(run("b", started_at=future)))
    assert pruned(path, future) == {"a", "b"}


def test_events_tell_what_the_runner_recorded(path):
    boot = Attempt(1, NOW, ended_at=NOW + 5, duration=5, outcome=BOOT_TIMEOUT, exit_code=124)
    good = Attempt(2, NOW + 6, NOW + 7, NOW + 9, 1, 3, COMPLETED, 0)
    one, skipped = run(attempts=(boot, good)), run("b", status=SKIPPED, attempts=())
    dead = run("c", attempts=(Attempt(1, NOW),))
    filled(path, one, skipped, dead)
    saved(path, changed(one, status=COMPLETED))
    settled(path)
    connection = sqlite3.connect(path)
    query = "SELECT job, event, at - ?, attempt, exit_code, duration FROM events ORDER BY job, at, attempt, event"
    found = connection.execute(query, (NOW,)).fetchall()
    connection.close()
    assert found == [
        ("b", "skipped", 0, 0, None, None),
        ("c", "boot_started", 0, 1, None, None),
        ("c", "interrupted", 0, 1, None, None),
        ("db", "boot_started", 0, 1, None, None),
        ("db", "timed_out", 5, 1, 124, 5),
        ("db", "boot_started", 6, 2, None, None),
        ("db", "booted", 7, 2, None, 1),
        ("db", "completed", 9, 2, 0, 3),
    ]


def test_running_run_leaves_no_end_among_the_events(path):
    filled(path, run())
    connection = sqlite3.connect(path)
    assert connection.execute("SELECT event FROM events").fetchall() == [("boot_started",)]
    connection.close()


def test_file_is_not_for_everybody(path):
    before = os.umask(0)
    filled(path, run())
    os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_journal_is_a_rollback_journal_synced_in_full(path):
    with open_registry(path, NOW, Care()) as database:
        assert database.rows("PRAGMA journal_mode") == [("delete",)]
        assert database.rows("PRAGMA synchronous") == [(3,)]


@pytest.mark.parametrize("places", [range(100), pytest.param(range(100, 4096), marks=pytest.mark.slow)])
def test_any_flipped_byte_of_the_first_page_leaves_a_registry(quick, places):
    content = filled(quick / "registry.db", run()).read_bytes()
    for place in places:
        path = quick / "registry.db"
        path.write_bytes(content[:place] + bytes([content[place] ^ 0xFF]) + content[place + 1 :])
        # A newer version, or a write-ahead log, is somebody else's business; all else is mended.
        assert has_begun(path) or place in (*range(18, 20), *range(60, 64)), place
        for each in quick.iterdir():
            each.unlink()


def has_begun(path: Path) -> bool:
    """Begin a run; return whether it was recorded."""
    try:
        with open_registry(path, NOW, Care(patience=0.1)) as database:
            begin(database, path, run(id="cron:new"))
    except DatabaseError:
        return False
    return stored(path, "cron:new") is not None


def test_damage_is_noted(path):
    path.write_bytes(b"garbage")
    assert notes_in(path) == [
        f"{path} is no SQLite database: kept as registry.db.damaged-20260319T020000Z, and a new one begun"
    ]


def test_large_registry_is_not_gone_through_in_haste(path):
    filled(path, *(run(command=("x" * 3000,)) for _ in range(20)))
    with path.open("r+b") as file:
        file.seek(path.stat().st_size - 4096)
        file.write(b"\xff" * 4096)
    with open_registry(path, NOW, Care(largest=8192)) as database:
        assert runs_where(database, "id = ?", "x") == []
    assert len(notes_in(path)) == 1


def test_every_table_says_what_its_columns_mean():
    assert REGISTRY.mark == b"NWRG"
    assert all("--" in each for each in REGISTRY.steps[0] if "CREATE TABLE" in each)


@pytest.mark.parametrize(
    ("environment", "user", "expected"),
    [
        ({"FORENSICS_REGISTRY": "/x/y.db", "HOME": "/home/a"}, 1000, "/x/y.db"),
        ({"HOME": "/home/admin", "XDG_STATE_HOME": "/home/admin/state"}, 0, "/var/lib/forensics/registry.db"),
        ({"HOME": "/home/a", "XDG_STATE_HOME": "/s"}, 1000, "/s/forensics/registry.db"),
        ({"HOME": "/home/a", "XDG_STATE_HOME": "relative"}, 1000, "/home/a/.local/state/forensics/registry.db"),
        ({"HOME": "/home/a"}, 1000, "/home/a/.local/state/forensics/registry.db"),
    ],
)
def test_place_of_the_registry(environment, user, expected):
    assert registry_path(environment, user) == Path(expected)


def test_user_without_a_home_has_no_registry():
    with pytest.raises(DatabaseError, match="HOME"):
        registry_path({}, 1000)


@pytest.mark.parametrize("rounds", [15, pytest.param(120, marks=pytest.mark.slow)])
def test_what_was_said_to_be_committed_outlives_a_kill(quick, rounds):
    command = [sys.executable, "-B", "-m", "tests.recorder.killed_registry_writers", str(quick), str(rounds), "7"]
    places = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env=places, capture_output=True, text=True, timeout=600, check=False)
    assert (done.stderr, done.returncode) == ("", 0)
    assert done.stdout.startswith(f"{2 * rounds} ")
