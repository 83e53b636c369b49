"""Whatever ends a writer, or keeps it from writing: what was committed is there, and the database can be used."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.database.builders import ASIDE, filled, notes_in, words_in
from tests.processes import (
    as_nobody,
    kill_at,
    names_in,
    needed,
    open_folder,
    python,
    quick_folder,
    root_only,
    said,
    system_calls,
)

ADD = """
import sys
from pathlib import Path
from forensics.database.faults import DatabaseError
from tests.database.builders import add, open_book
def write(path, *words):
    try:
        with open_book(Path(path)) as book:
            for word in words:
                add(book, word + "!" * 500)
                print(word, flush=True)
    except DatabaseError as error:
        print(error, flush=True)
"""
FEW = "write(sys.argv[1], 'a')\n"
MANY = "write(sys.argv[1], *map(str, range(2_000)))\n"
AS_NOBODY = as_nobody("forensics.database.opening", "tests.database.builders")


@pytest.fixture
def quick() -> Iterator[Path]:
    with quick_folder() as folder:
        yield folder


def added(path: Path) -> set[str]:
    return {word.rstrip("!") for word in words_in(path)}


def ready(path: Path, state: str) -> Path:
    """Bring a database into the state in which a program finds it."""
    path.parent.mkdir(parents=True)
    if state != "missing":
        filled(path, "old")
    if state == "damaged":
        path.write_bytes(b"garbage")
    return path


@pytest.mark.slow
@pytest.mark.parametrize("state", ["missing", "damaged", "sound"])
def test_kill_at_any_call_leaves_a_database_that_can_be_used(quick, state):
    needed("strace")
    code = ADD + FEW
    points = system_calls(code, ready(quick / "all" / "book.db", state))
    assert len(points) > 5
    for name, number in points:
        path = ready(quick / f"{name}{number}" / "book.db", state)
        kill_at(name, number, code, path)
        kept = [each for each in path.parent.iterdir() if each.name.startswith("book.db.damaged")]
        first = notes_in(path)
        assert bool(kept or first) == (state == "damaged"), (name, number)
        assert added(path) - {"a"} == ({"old"} if state == "sound" else set()), (name, number)
        assert said(code, path) == "a"
        assert names_in(path.parent) <= {"book.db", ASIDE}, (name, number)


FULL_DISK = (
    ADD
    + """
import subprocess
place = Path(sys.argv[1]).parent
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", str(place)], check=True)
write(sys.argv[1], *map(str, range(2_000)))
print("then")
from tests.database.builders import notes_in, words_in
from tests.processes import names_in
print(len(words_in(Path(sys.argv[1]))), notes_in(Path(sys.argv[1])), sorted(names_in(place)))
with open(place / "filler", "wb", buffering=0) as filler:
    try:
        while filler.write(b"x"): pass
    except OSError:
        pass
write(str(place / "another.db"), "a")
print(sorted(names_in(place)))
"""
)


def test_full_disk_is_told_and_loses_nothing(tmp_path):
    needed("unshare", "mount")
    if subprocess.run(["unshare", "-Urm", "true"], capture_output=True, check=False).returncode:
        pytest.skip("no user namespaces here: sysctl kernel.unprivileged_userns_clone=1 would allow them")
    lines = said(FULL_DISK, tmp_path / "book.db", before=["unshare", "-Urm"]).split("\n")
    end = lines.index("then")
    assert end > 5
    assert lines[end - 1] == (
        f"{tmp_path}/book.db could not be written, the disk is full - make room; what was said before is kept"
    )
    assert lines[end + 1] == f"{end - 1} [] ['book.db']"
    assert lines[end + 2].startswith(f"{tmp_path}/another.db could not be")
    assert lines[end + 3] == "['book.db', 'filler']"


def test_limit_on_the_size_of_files_is_told_and_loses_nothing(tmp_path):
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
    *words, error = said(limit + ADD + MANY, tmp_path / "book.db").split("\n")
    assert re.fullmatch(r".*book\.db could not be .* - .*", error)
    assert added(tmp_path / "book.db") == set(words)
    assert len(words) > 5


def test_limit_that_leaves_no_room_for_a_new_database_leaves_no_draft(tmp_path):
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (5_000, 5_000))\n"
    (tmp_path / "book.db").write_bytes(b"garbage")
    assert "book.db could not be" in said(limit + ADD + FEW, tmp_path / "book.db")
    assert names_in(tmp_path) == {"book.db"}


@pytest.mark.parametrize("is_there", [True, False])
def test_folder_that_may_not_be_written_is_told_and_nothing_is_touched(is_there):
    root_only()
    with open_folder(0o755) as folder:
        path = folder / "book.db"
        if is_there:
            filled(path, "a")
            path.chmod(0o666)
        told = said(AS_NOBODY + ADD + FEW, path)
        assert told.startswith(f"{path} ")
        assert "see to" in told
        assert names_in(folder) == ({"book.db"} if is_there else set())


def test_one_that_may_not_be_read_is_told_and_not_set_aside():
    root_only()
    with open_folder(0o777) as folder:
        path = filled(folder / "book.db", "a")
        assert said(AS_NOBODY + ADD + FEW, path) == (
            f"{path} could not be used - Permission denied - see to its folder, and to owner and mode"
        )
        assert names_in(folder) == {"book.db"}


def test_one_that_may_only_be_read_is_told():
    root_only()
    with open_folder(0o777) as folder:
        path = filled(folder / "book.db", "a")
        path.chmod(0o644)
        assert f"{path} may not be written - see to owner and mode" in said(AS_NOBODY + ADD + FEW, path)


@pytest.mark.parametrize("content", [None, b"", b"garbage"])
def test_four_that_begin_a_database_at_once_share_one(tmp_path, content):
    path = tmp_path / "book.db"
    if content is not None:
        path.write_bytes(content)
    begin = ADD + "sys.stdin.readline(); write(sys.argv[1], *(sys.argv[2] + str(n) for n in range(5)))\n"
    writers = [python(begin, path, name) for name in "abcd"]
    for writer in writers:
        writer.stdin.write("\n")
        writer.stdin.flush()
    errors = [writer.communicate(timeout=120)[1] for writer in writers]
    assert errors == [""] * 4
    assert added(path) == {f"{name}{number}" for name in "abcd" for number in range(5)}
    assert len(names_in(tmp_path)) == (1 if content is None else 2)
