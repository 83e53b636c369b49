"""A database is begun whole, and what stood in its place is kept."""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from forensics.database.beginning import made_folder
from forensics.database.faults import Locked
from forensics.database.locks import held
from forensics.database.opening import noted
from tests.database.builders import (
    ASIDE,
    IN_HASTE,
    NOW,
    UNSOUND,
    altered,
    bytes_in,
    filled,
    killed_writer,
    notes_in,
    open_book,
    words_in,
)
from tests.processes import NOBODY, names_in, open_folder, root_only


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "book.db"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_new_one_has_no_notes(path):
    assert notes_in(path) == []


@pytest.mark.parametrize("umask", [0o000, 0o077])
def test_modes_are_the_same_under_every_umask(path, umask):
    before = os.umask(umask)
    try:
        filled(path, "a")
    finally:
        os.umask(before)
    assert [mode(path), mode(path.parent)] == [0o640, 0o755]


def test_what_root_begins_in_somebodys_folder_is_theirs():
    root_only()
    with open_folder(0o755) as folder:
        os.chown(folder, NOBODY, NOBODY)
        status = filled(folder / "book.db").stat()
    assert (status.st_uid, status.st_gid) == (NOBODY, NOBODY)


@pytest.mark.parametrize("spoil", UNSOUND)
def test_what_is_none_of_its_kind_is_set_aside_as_it_is(path, spoil: Callable[[Path], None]):
    spoil(filled(path, "a"))
    spoiled = path.read_bytes()
    assert words_in(path) == set()
    assert path.with_name(ASIDE).read_bytes() == spoiled


@pytest.mark.parametrize("spoil", UNSOUND)
def test_what_was_set_aside_is_told_with_its_new_name(path, spoil: Callable[[Path], None]):
    spoil(filled(path, "a"))
    (note,) = notes_in(path)
    assert note.startswith(f"{path} is ")
    assert note.endswith(f": kept as {ASIDE}, and a new one begun")


def test_note_is_found_again_by_a_repeat_and_by_a_later_report(path):
    filled(path).write_bytes(b"")
    first = notes_in(path)
    assert notes_in(path) == first
    with open_book(path, NOW + 100) as book:
        assert noted(book, NOW - 100, NOW + 100) == first


def test_note_of_another_time_is_not_told(path):
    filled(path).write_bytes(b"")
    notes_in(path)
    assert notes_in(path, NOW + 1) == []
    assert notes_in(path, NOW - 1) == []


def test_what_was_set_aside_earlier_is_never_replaced(path):
    filled(path).write_bytes(b"one")
    notes_in(path)
    path.write_bytes(b"two")
    notes_in(path)
    contents = bytes_in(path.parent)
    assert (contents[ASIDE], contents[f"{ASIDE}-2"]) == (b"one", b"two")


def test_database_of_another_program_is_not_altered_before_it_is_moved(path):
    path.parent.mkdir()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE theirs (id)")
        before = bytes_in(path.parent)
        notes_in(path)
        after = bytes_in(path.parent)
    assert {part: after[f"{ASIDE}{part}"] for part in ("", "-wal")} == {
        part: before[f"book.db{part}"] for part in ("", "-wal")
    }


def test_journal_goes_with_its_database_and_never_into_the_new_one(path):
    killed_writer(filled(path, "a"))
    journal = path.with_name("book.db-journal").read_bytes()
    path.write_bytes(b"garbage")
    assert words_in(path) == set()
    assert bytes_in(path.parent)[f"{ASIDE}-journal"] == journal


def test_journal_left_by_a_lost_database_is_set_aside_and_told(path):
    killed_writer(filled(path, "a"))
    path.unlink()
    assert notes_in(path) == [f"{path} was missing, and its journal left behind: kept as {ASIDE}, and a new one begun"]
    assert names_in(path.parent) == {"book.db", f"{ASIDE}-journal"}


def test_tables_that_a_person_added_are_left_alone(path):
    altered(filled(path, "a"), "CREATE TABLE mine (x)")
    assert notes_in(path) == []


def test_link_planted_for_the_draft_is_replaced_and_its_target_untouched(tmp_path):
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious")
    (tmp_path / ".book.db.new").symlink_to(victim)
    filled(tmp_path / "book.db", "a")
    assert victim.read_bytes() == b"precious"
    assert names_in(tmp_path) == {"victim", "book.db"}


@pytest.mark.parametrize("content", [None, b"garbage"])
def test_nobody_begins_one_while_another_is_at_it(tmp_path, content):
    path = tmp_path / "book.db"
    if content is not None:
        path.write_bytes(content)
    before = bytes_in(tmp_path)
    with (
        held(os.open(tmp_path, os.O_RDONLY), 1),
        pytest.raises(Locked, match="its folder is locked by another process"),
    ):
        notes_in(path, care=IN_HASTE)
    assert bytes_in(tmp_path) == before


def test_every_missing_part_of_a_folder_is_made(tmp_path):
    folder = made_folder(tmp_path / "a" / "b" / "c")
    assert [mode(each) for each in (folder, *folder.parents[:2])] == [0o755] * 3


def test_folder_that_is_there_keeps_its_mode(tmp_path):
    (tmp_path / "a").mkdir(0o700)
    made_folder(tmp_path / "a" / "b")
    assert (mode(tmp_path / "a"), mode(tmp_path / "a" / "b")) == (0o700, 0o755)


def test_file_in_the_way_is_an_error(tmp_path):
    (tmp_path / "a").touch()
    with pytest.raises(NotADirectoryError):
        made_folder(tmp_path / "a" / "b")
