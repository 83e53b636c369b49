"""Whatever ends a writer, or keeps it from writing: what was committed is there, and the ledger can be used."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.checkout import ROOT
from tests.ledger.builders import (
    AS_NOBODY,
    HERE,
    NOW,
    filled,
    keys_in,
    names_in,
    needed,
    notes_in,
    open_folder,
    python,
    root_only,
    said,
)

REMEMBER = """
import sys
from pathlib import Path
from forensics.ledger.database import open_ledger
from forensics.ledger.faults import LedgerError
from forensics.ledger.rows import Remembered
from forensics.ledger.tracker import TrackerMemory
def remember(path, *keys):
    try:
        with open_ledger(Path(path), int(sys.argv[2])) as ledger:
            for key in keys:
                TrackerMemory(ledger, sys.argv[3]).remember(Remembered(key, "title", 0, members=("x" * 500,)))
                print(key, flush=True)
    except LedgerError as error:
        print(error, flush=True)
"""
FEW = "remember(sys.argv[1], 'a')\n"
MANY = "remember(sys.argv[1], *map(str, range(2_000)))\n"
ALERT = """
import sys
from pathlib import Path
from forensics.ledger.alert import TRACKER, raise_alert
raise_alert(Path(sys.argv[1]).parent, TRACKER, ["refused"], int(sys.argv[2]) + 900_000_000_000)
"""
# What changes files; imports use none of these.
CALLS = "pwrite64,fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat,ftruncate,mkdir,fchmod,chmod,flock"


@pytest.fixture
def quick() -> Iterator[Path]:
    """Give a folder in memory where there is one: to a kill all file systems are the same, and this one is quick."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as name:
        yield Path(name)


@pytest.mark.parametrize("rounds", [30, pytest.param(400, marks=pytest.mark.slow)])
def test_what_was_said_to_be_committed_outlives_a_kill(quick, rounds):
    command = [sys.executable, "-B", "-X", "dev", "-m", "tests.ledger.killed_writers", quick, str(rounds), "7"]
    places = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env=places, capture_output=True, text=True, timeout=600, check=False)
    assert (done.stderr, done.returncode) == ("", 0)
    count, commits, _ = map(int, done.stdout.split())
    assert (count, commits > rounds) == (rounds, True)


def calls_of(code: str, path: Path, trace: Path) -> list[tuple[str, int]]:
    """Return the system calls that change files, each with its number among those of its name."""
    said(code, path, NOW, HERE, before=["strace", "-f", "-qq", "-o", str(trace), "-e", f"trace={CALLS}"])
    names = re.findall(r"^\d+ +(\w+)\(", trace.read_text(), re.MULTILINE)
    return [(name, names[: place + 1].count(name)) for place, name in enumerate(names)]


def kill_at(code: str, path: Path, name: str, number: int) -> None:
    """Run a program that is killed at one of its system calls."""
    inject = f"inject={name}:signal=KILL:when={number}"
    before = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={name}", "-e", inject]
    with python(code, path, NOW, HERE, before=before) as process:
        process.communicate(timeout=120)


def alert_of(path: Path) -> str:
    return path.with_name("_tracker.alert").read_text()


def ready(path: Path, state: str) -> Path:
    """Bring a ledger into the state in which a program finds it."""
    path.parent.mkdir(parents=True)
    if state != "missing":
        filled(path, "old")
    if state == "damaged":
        path.write_bytes(b"garbage")
    path.with_name("_tracker.alert").write_text("ALERT _tracker since 2026-03-19T02:00:00Z, last seen never\n")
    return path


@pytest.mark.slow
@pytest.mark.parametrize("state", ["missing", "damaged", "sound"])
def test_kill_at_any_call_leaves_a_ledger_that_can_be_used(quick, state):
    needed("strace")
    code = REMEMBER + FEW
    points = calls_of(code, ready(quick / "all" / "ledger.db", state), quick / "trace")
    assert len(points) > 5
    for name, number in points:
        path = ready(quick / f"{name}{number}" / "ledger.db", state)
        kill_at(code, path, name, number)
        kept = [each for each in path.parent.iterdir() if each.name.startswith("ledger.db.damaged")]
        first = notes_in(path)
        assert bool(kept or first) == (state == "damaged"), (name, number)
        assert keys_in(path) - {"a"} == ({"old"} if state == "sound" else set()), (name, number)
        assert said(code, path, NOW, HERE) == "a"
        assert names_in(path.parent) <= {
            "ledger.db", "_tracker.alert", "ledger.db.damaged-20260319T020000Z"
        }, (name, number)  # fmt: skip


@pytest.mark.slow
def test_kill_at_any_call_leaves_the_old_alert_or_the_new_one(quick):
    needed("strace")
    points = calls_of(ALERT, ready(quick / "all" / "ledger.db", "missing"), quick / "trace")
    new = alert_of(quick / "all" / "ledger.db")
    assert len(points) > 2
    for name, number in points:
        path = ready(quick / f"{name}{number}" / "ledger.db", "missing")
        old = alert_of(path)
        kill_at(ALERT, path, name, number)
        assert alert_of(path) in (old, new), (name, number)


FULL_DISK = (
    REMEMBER
    + """
import subprocess
place = Path(sys.argv[1]).parent
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", str(place)], check=True)
remember(sys.argv[1], *map(str, range(2_000)))
print("then")
from tests.ledger.builders import keys_in, names_in, notes_in
print(len(keys_in(Path(sys.argv[1]))), notes_in(Path(sys.argv[1])), sorted(names_in(place)))
with open(place / "filler", "wb", buffering=0) as filler:
    try:
        while filler.write(b"x"): pass
    except OSError:
        pass
remember(str(place / "another.db"), "a")
print(sorted(names_in(place)))
"""
)


def test_full_disk_is_told_and_loses_nothing(tmp_path):
    needed("unshare", "mount")
    if subprocess.run(["unshare", "-Urm", "true"], capture_output=True, check=False).returncode:
        pytest.skip("no user namespaces here: sysctl kernel.unprivileged_userns_clone=1 would allow them")
    lines = said(FULL_DISK, tmp_path / "ledger.db", NOW, HERE, before=["unshare", "-Urm"]).split("\n")
    end = lines.index("then")
    assert end > 5
    assert lines[end - 1] == (
        f"{tmp_path}/ledger.db could not be written, the disk is full - make room; what was said before is kept"
    )
    assert lines[end + 1] == f"{end - 1} [] ['ledger.db']"
    assert lines[end + 2].startswith(f"{tmp_path}/another.db could not be")
    assert lines[end + 3] == "['filler', 'ledger.db']"


def test_limit_on_the_size_of_files_is_told_and_loses_nothing(tmp_path):
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
    *keys, error = said(limit + REMEMBER + MANY, tmp_path / "ledger.db", NOW, HERE).split("\n")
    assert re.fullmatch(r".*ledger\.db could not be .* - .*", error)
    assert keys_in(tmp_path / "ledger.db") == set(keys)
    assert len(keys) > 5


def test_limit_that_leaves_no_room_for_a_new_ledger_leaves_no_draft(tmp_path):
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (5_000, 5_000))\n"
    (tmp_path / "ledger.db").write_bytes(b"garbage")
    assert "ledger.db could not be" in said(limit + REMEMBER + FEW, tmp_path / "ledger.db", NOW, HERE)
    assert names_in(tmp_path) == {"ledger.db"}


@pytest.mark.parametrize("is_there", [True, False])
def test_folder_that_may_not_be_written_is_told_and_nothing_is_touched(is_there):
    root_only()
    with open_folder(0o755) as folder:
        path = folder / "ledger.db"
        if is_there:
            filled(path, "a")
            path.chmod(0o666)
        told = said(AS_NOBODY + REMEMBER + FEW, path, NOW, HERE)
        assert told.startswith(f"{path} ")
        assert "see to" in told
        assert names_in(folder) == ({"ledger.db"} if is_there else set())


def test_ledger_that_may_not_be_read_is_told_and_not_set_aside():
    root_only()
    with open_folder(0o777) as folder:
        path = filled(folder / "ledger.db", "a")
        assert said(AS_NOBODY + REMEMBER + FEW, path, NOW, HERE) == (
            f"{path} could not be used - Permission denied - see to its folder, and to owner and mode"
        )
        assert names_in(folder) == {"ledger.db"}


def test_ledger_that_may_only_be_read_is_told():
    root_only()
    with open_folder(0o777) as folder:
        path = filled(folder / "ledger.db", "a")
        path.chmod(0o644)
        assert f"{path} may not be written - see to owner and mode" in said(AS_NOBODY + REMEMBER + FEW, path, NOW, HERE)


@pytest.mark.parametrize("content", [None, b"", b"garbage"])
def test_two_that_begin_a_ledger_at_once_share_one(tmp_path, content):
    path = tmp_path / "ledger.db"
    if content is not None:
        path.write_bytes(content)
    begin = REMEMBER + "sys.stdin.readline(); remember(sys.argv[1], *(sys.argv[4] + str(n) for n in range(5)))\n"
    writers = [python(begin, path, NOW, HERE, name) for name in "abcd"]
    for writer in writers:
        writer.stdin.write("\n")
        writer.stdin.flush()
    errors = [writer.communicate(timeout=120)[1] for writer in writers]
    assert errors == [""] * 4
    assert keys_in(path) == {f"{name}{number}" for name in "abcd" for number in range(5)}
    assert len(names_in(tmp_path)) == (1 if content is None else 2)
