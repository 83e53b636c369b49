"""Who is alive is told by locks, and by nothing else."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from forensics.database.locks import is_held
from forensics.recorder.run_locks import READY, RunLocks, file_of, folder_of, is_alive, sweep, taken
from tests.recorder.run_builders import DAY, NOW, held_locks, run

LATER = NOW + 300_000 * DAY  # than whatever the tests leave


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "registry.db"


def test_asking_takes_no_lock(path):
    one = run()
    locks = held_locks(path, one)
    assert [is_alive(path, one.id) for _ in range(3)] == [True] * 3
    locks.give_up()
    assert not is_alive(path, one.id)
    held_locks(path, one).give_up()


def test_lock_cannot_be_had_twice(path):
    one = run()
    locks = held_locks(path, one)
    with pytest.raises(BlockingIOError):
        RunLocks(path, one.id).take()
    locks.give_up()


def test_lock_on_a_file_that_was_removed_is_none(path, tmp_path, monkeypatch):
    from forensics.recorder import run_locks

    def removed_meanwhile(file: int, tries: int) -> bool:
        (tmp_path / "lock").unlink()
        return True

    monkeypatch.setattr(run_locks, "locked", removed_meanwhile)
    with pytest.raises(BlockingIOError):
        taken(tmp_path / "lock")


def test_run_without_files_is_dead(path):
    assert not is_alive(path, "cron:x")


def test_run_that_may_not_be_asked_after_is_not_said_to_be_dead(path):
    folder_of(path).mkdir()
    file_of(path, "cron:x", "wrapper").symlink_to("/etc/passwd")
    assert is_alive(path, "cron:x")


def test_job_inherits_its_lock_alone(path):
    locks = held_locks(path, run())
    assert locks.ours is not None
    assert locks.for_job is not None
    assert (os.get_inheritable(locks.ours), os.get_inheritable(locks.for_job)) == (False, True)
    assert min(locks.ours, locks.for_job) >= 10
    locks.give_up()


def test_others_may_ask(path):
    before = os.umask(0o077)
    one = run()
    locks = held_locks(path, one)
    os.umask(before)
    assert stat.S_IMODE(file_of(path, one.id, "job").stat().st_mode) == 0o644
    assert stat.S_IMODE(folder_of(path).stat().st_mode) == 0o755
    locks.give_up()


def test_sweep_removes_what_is_old_and_free(path):
    one, two = run(), run()
    locks = held_locks(path, one)
    held_locks(path, two).leave_to_job()
    file_of(path, "cron:x", READY).touch()
    sweep(path, NOW - 300_000 * DAY)
    assert len(list(folder_of(path).iterdir())) == 5
    os.close(taken_by(path, two.id))
    sweep(path, LATER)
    assert {each.name for each in folder_of(path).iterdir()} >= {
        file_of(path, one.id, name).name for name in ("wrapper", "job")
    }
    assert not file_of(path, "cron:x", READY).exists()
    locks.give_up()


def taken_by(path: Path, run_id: str) -> int:
    """Return a descriptor of the job's lock, which nobody holds any longer."""
    assert not is_held(file_of(path, run_id, "job"))
    return taken(file_of(path, run_id, "job"))
