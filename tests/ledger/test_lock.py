"""One at work on a host: the lock is held by the living only."""

from __future__ import annotations

import os
import signal
import stat
import subprocess

import pytest

from forensics.database.faults import DatabaseError
from forensics.ledger.lock import single_flight
from tests.ledger.builders import AS_NOBODY
from tests.processes import NOBODY, names_in, open_folder, python, root_only, said

HOLD = """
import sys
from pathlib import Path
from forensics.ledger.lock import single_flight
with single_flight(Path(sys.argv[1])) as is_ours:
    print(is_ours, flush=True)
    sys.stdin.read()
"""
ASK = """
import sys
from pathlib import Path
from forensics.database.faults import DatabaseError
from forensics.ledger.lock import single_flight
try:
    with single_flight(Path(sys.argv[1])) as is_ours:
        print(is_ours)
except DatabaseError as error:
    print(error)
"""
# Adds one to a number as a careless program does: without the lock, some additions are lost.
COUNT = """
import sys
from pathlib import Path
from forensics.ledger.lock import single_flight
ledger, number, left = Path(sys.argv[1]), Path(sys.argv[2]), 50
while left:
    with single_flight(ledger) as is_ours:
        if is_ours:
            number.write_text(str(int(number.read_text()) + 1))
            left -= 1
"""


@pytest.fixture
def ledger(tmp_path):
    return tmp_path / "state" / "ledger.db"


def test_second_one_is_turned_away(ledger):
    with single_flight(ledger) as first, single_flight(ledger) as second:
        assert (first, second) == (True, False)


def test_turning_one_away_does_not_free_the_lock(ledger):
    with single_flight(ledger):
        with single_flight(ledger):
            pass
        with single_flight(ledger) as third:
            assert third is False


def test_lock_is_free_after_work_that_failed(ledger):
    with pytest.raises(ZeroDivisionError), single_flight(ledger):
        raise ZeroDivisionError
    with single_flight(ledger) as is_ours:
        assert is_ours is True


def test_lock_file_stays_the_same_file(ledger):
    def number():
        with single_flight(ledger):
            pass
        return ledger.with_name("ledger.db.lock").stat().st_ino

    assert number() == number()
    assert names_in(ledger.parent) == {"ledger.db.lock"}


def test_ledgers_have_a_lock_each(ledger):
    with single_flight(ledger), single_flight(ledger.with_name("other.db")) as is_ours:
        assert is_ours is True


@pytest.mark.parametrize("umask", [0o000, 0o077])
def test_modes_are_the_same_under_every_umask(ledger, umask):
    before = os.umask(umask)
    try:
        with single_flight(ledger):
            pass
    finally:
        os.umask(before)
    modes = [stat.S_IMODE(each.stat().st_mode) for each in (ledger.with_name("ledger.db.lock"), ledger.parent)]
    assert modes == [0o640, 0o755]


def test_lock_is_not_handed_to_commands_that_are_started(ledger):
    with single_flight(ledger):
        child = subprocess.run(
            ["ls", "-l", "/proc/self/fd"], capture_output=True, text=True, close_fds=False, check=True
        )
    assert "ledger.db.lock" not in child.stdout


def test_lock_falls_when_its_holder_is_killed(ledger):
    with python(HOLD, ledger) as holder:
        assert holder.stdout.readline() == "True\n"
        with single_flight(ledger) as meanwhile:
            assert meanwhile is False
        holder.send_signal(signal.SIGKILL)
        holder.wait()
        with single_flight(ledger) as afterwards:
            assert afterwards is True


def test_lock_is_free_although_a_forked_child_of_its_holder_lives(ledger):
    fork = HOLD.replace("    print(", "    import os\n    if not os.fork(): os.read(0, 1); os._exit(0)\n    print(", 1)
    with python(fork.replace("    sys.stdin.read()", "print('done', flush=True); sys.stdin.read()"), ledger) as holder:
        assert [holder.stdout.readline() for _ in range(2)] == ["True\n", "done\n"]
        with single_flight(ledger) as is_ours:
            assert is_ours is True


def test_two_processes_never_work_at_once(ledger, tmp_path):
    number = tmp_path / "number"
    number.write_text("0")
    with python(COUNT, ledger, number) as one, python(COUNT, ledger, number) as other:
        assert [each.communicate(timeout=120)[1] for each in (one, other)] == ["", ""]
    assert number.read_text() == "100"


def test_link_in_place_of_the_lock_is_refused(ledger, tmp_path):
    ledger.parent.mkdir()
    ledger.with_name("ledger.db.lock").symlink_to(tmp_path / "victim")
    with pytest.raises(DatabaseError, match=r"ledger\.db\.lock could not be used"), single_flight(ledger):
        pass
    assert not (tmp_path / "victim").exists()


@pytest.mark.parametrize("make", [lambda path: path.mkdir(), os.mkfifo])
def test_what_is_no_plain_file_is_refused_without_waiting(ledger, make):
    ledger.parent.mkdir()
    make(ledger.with_name("ledger.db.lock"))
    with pytest.raises(DatabaseError, match="no plain file"), single_flight(ledger):
        pass


def test_lock_of_another_user_is_respected_where_it_may_be_read():
    root_only()
    with open_folder(0o1777) as folder:
        ledger = folder / "ledger.db"
        with single_flight(ledger):
            (folder / "ledger.db.lock").chmod(0o644)
            assert said(AS_NOBODY + ASK, ledger) == "False"
        assert said(AS_NOBODY + ASK, ledger) == "True"


def test_lock_of_another_user_that_may_not_be_read_is_told():
    root_only()
    with open_folder(0o755) as folder:
        with single_flight(folder / "ledger.db"):
            pass
        told = said(AS_NOBODY + ASK, folder / "ledger.db")
    assert (
        told
        == f"{folder}/ledger.db.lock could not be used - Permission denied - see to its folder, and to owner and mode"
    )


def test_lock_that_root_makes_in_somebodys_folder_is_theirs():
    root_only()
    with open_folder(0o755) as folder:
        os.chown(folder, NOBODY, NOBODY)
        with single_flight(folder / "ledger.db"):
            pass
        assert said(AS_NOBODY + ASK, folder / "ledger.db") == "True"


def test_folder_that_may_not_be_written_is_told():
    root_only()
    with open_folder(0o755) as folder:
        assert "ledger.db.lock could not be used - Permission denied" in said(AS_NOBODY + ASK, folder / "ledger.db")
