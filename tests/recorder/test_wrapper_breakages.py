"""Whatever is wrong with the bookkeeping, the job runs as ever: same bytes, same code, at most one line of ours."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from forensics.database.faults import DatabaseError
from forensics.recorder.run_record import COMPLETED
from forensics.recorder.wrapper_book import Book
from tests.recorder.run_builders import ENTRY, NOBODY, NOW, SECOND, all_runs, filled, run, shell, wrapped

pytestmark = pytest.mark.slow

GIVEN = bytes(range(256))
JOB = shell("cat; exit 7")
# Another user may not be able to read this installation: what is needed is imported before.
AS_NOBODY = f"""
import os, forensics.cli_run, forensics.recorder.wrapper_book
os.setgroups([]); os.setgid({NOBODY}); os.setuid({NOBODY})
{ENTRY}
"""
NO_CLOCK = f"""
import time
def broken(*_): raise OSError("clock is gone")
time.time_ns = broken
{ENTRY}
"""
IN_OWN_SPACE = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c"]
FULL = 'mount -t tmpfs -o size=64k none "$0" && head -c 99999 /dev/zero > "$0/filler" 2>&- ; exec "$@"'
NO_PROC = 'mount -t tmpfs none /proc && exec "$@"'


@pytest.fixture
def place() -> Iterator[Path]:
    """Give a folder that other users can reach."""
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder
        folder.chmod(0o700)


def root_only() -> None:
    if os.geteuid():
        pytest.skip("only root can be somebody else")


def own_space() -> None:
    if not shutil.which("unshare") or os.system("unshare -Urm true 2>/dev/null"):
        pytest.skip("user namespaces are not there")


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a registry, as a program does that hangs in the middle of a transaction."""
    connection = sqlite3.connect(filled(path), isolation_level=None)
    connection.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        connection.close()


def told(registry: Path, **options: object) -> list[str]:
    """Run the job; return our lines, once it is seen that the job itself was as ever."""
    code, output, errors = wrapped(registry, "--job", "t", *JOB, given=GIVEN, **options)
    assert (code, output) == (7, GIVEN)
    return errors.splitlines()


def one_line(lines: list[str]) -> bool:
    return len(lines) == 1 and lines[0].startswith("forensics run: ") and lines[0].isascii()


def test_no_place_for_a_registry(place):
    root_only()
    assert one_line(told(Path(), code=AS_NOBODY, HOME="", XDG_STATE_HOME="", FORENSICS_REGISTRY=""))


def test_no_home(place):
    root_only()
    lines = told(Path(), code=AS_NOBODY, HOME="/nonexistent/home", XDG_STATE_HOME="", FORENSICS_REGISTRY="")
    assert one_line(lines)


def test_locked_registry(place):
    with locked(place / "registry.db"):
        assert one_line(told(place / "registry.db"))
    assert len(list((place / "registry.db.spool").iterdir())) == 1


def test_read_only_folder(place):
    root_only()
    filled(place / "registry.db")
    (place / "registry.db").chmod(0o644)
    place.chmod(0o555)
    assert one_line(told(place / "registry.db", code=AS_NOBODY))


def test_unreadable_registry(place):
    root_only()
    place.chmod(0o777)
    filled(place / "registry.db")
    assert one_line(told(place / "registry.db", code=AS_NOBODY))


@pytest.mark.parametrize(
    "content", [b"", b"garbage", b"SQLite format 3\0" + bytes(4096)], ids=["empty", "text", "head"]
)
def test_damaged_registry_is_set_aside(place, content):
    (place / "registry.db").write_bytes(content)
    assert one_line(told(place / "registry.db"))
    (kept,) = place.glob("registry.db.damaged-*")
    assert (kept.read_bytes(), len(all_runs(place / "registry.db"))) == (content, 1)


def test_foreign_database_is_set_aside(place):
    connection = sqlite3.connect(place / "registry.db")
    connection.execute("CREATE TABLE theirs (x)")
    connection.close()
    assert one_line(told(place / "registry.db"))
    assert len(list(place.glob("registry.db.damaged-*"))) == 1


def test_registry_of_a_newer_version(place):
    connection = sqlite3.connect(filled(place / "registry.db"))
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    assert one_line(told(place / "registry.db"))


@pytest.mark.parametrize(
    "make", [os.mkdir, os.mkfifo, lambda path: path.symlink_to("/etc/passwd")], ids=["folder", "pipe", "link"]
)
def test_something_else_in_its_place(place, make: Callable[[Path], None]):
    make(place / "registry.db")
    assert one_line(told(place / "registry.db"))


def test_file_in_place_of_its_folder(place):
    (place / "state").write_text("")
    assert one_line(told(place / "state" / "registry.db"))


def test_full_disk(place):
    own_space()
    (place / "full").mkdir()
    before = [*IN_OWN_SPACE, FULL, str(place / "full")]
    assert one_line(told(place / "full" / "registry.db", before=before))


def test_file_size_limit(place):
    lines = told(place / "registry.db", before=["sh", "-c", 'ulimit -f 0; exec "$@"', "sh"])
    assert one_line(lines)


def test_no_proc(place):
    own_space()
    assert told(place / "registry.db", before=[*IN_OWN_SPACE, NO_PROC, "sh"]) == []
    assert all_runs(place / "registry.db")[0].attempts[0].facts.memory_available is None


def test_clock_that_fails(place):
    assert one_line(told(place / "registry.db", code=NO_CLOCK))


def test_python_without_sqlite(place):
    (place / "sqlite3.py").write_text("raise ImportError('no module named _sqlite3')\n")
    code = f"import sys; sys.path.insert(0, {str(place)!r})\n{ENTRY}"
    assert one_line(told(place / "registry.db", code=code))


def test_bad_config_is_not_even_read(place):
    (place / "forensics.toml").write_text("[[[")
    assert told(place / "registry.db", FORENSICS_CONFIG=str(place / "forensics.toml")) == []


def test_no_room_for_more_descriptors(place):
    lines = told(place / "registry.db", before=["sh", "-c", 'ulimit -n 10; exec "$@"', "sh"])
    assert one_line(lines)


def test_working_directory_that_is_gone(place):
    gone = str(place / "gone")
    code = f"import os; os.mkdir({gone!r}); os.chdir({gone!r}); os.rmdir({gone!r})\n{ENTRY}"
    assert not [line for line in told(place / "registry.db", code=code) if "forensics" in line]


def test_stderr_that_takes_nothing(place):
    before = ["sh", "-c", 'exec 2>/dev/full; exec "$@"', "sh"]
    assert told(place, before=before) == []


def test_waiting_for_others_stays_under_two_seconds(place):
    moments = iter([0, SECOND * 5 // 4, 0, 0])
    book = Book(place / "registry.db", "cron:x", lambda: next(moments))
    assert book.patience < 2
    with locked(place / "registry.db"), pytest.raises(DatabaseError):
        book.begin(run(), NOW)
    assert book.patience < 0.75


def test_run_that_was_spooled_is_merged_by_the_next(place):
    with locked(place / "registry.db"):
        wrapped(place / "registry.db", "--job", "first", "--", "true")
    wrapped(place / "registry.db", "--job", "second", "--", "true")
    found = all_runs(place / "registry.db")
    assert [(each.job, each.status) for each in found] == [("second", COMPLETED), ("first", COMPLETED)]
    assert list((place / "registry.db.spool").iterdir()) == []


def test_registry_that_vanishes_while_the_job_runs_is_begun_anew(place):
    registry = filled(place / "registry.db", run())
    wrapped(registry, "--job", "t", *shell(f"rm {registry}"))
    assert [(each.job, each.status) for each in all_runs(registry)] == [("t", COMPLETED)]
