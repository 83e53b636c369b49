"""A database is opened, and written one transaction at a time."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from forensics.database import opening
from forensics.database.faults import DatabaseError, Locked
from forensics.database.kind import Kind
from forensics.database.opening import Care, empty, noted, opened_to_read, storable
from tests.database.builders import (
    BOOK,
    IN_HASTE,
    NOW,
    add,
    altered,
    bytes_in,
    filled,
    killed_writer,
    notes_in,
    open_book,
    words_in,
    words_of,
)
from tests.processes import names_in


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "book.db"


def test_what_was_written_is_kept(path):
    assert words_in(filled(path, "a", "b")) == {"a", "b"}


def test_nothing_but_the_database_is_left_in_its_folder(path):
    filled(path, "a")
    assert names_in(path.parent) == {"book.db"}


def test_commits_are_synced_as_far_as_sqlite_can(path):
    with open_book(path) as book:
        assert [*book.rows("PRAGMA synchronous"), *book.rows("PRAGMA journal_mode")] == [(3,), ("delete",)]


def test_patience_is_two_seconds_unless_told_otherwise(path):
    with open_book(path) as book, open_book(path, care=Care(patience=0.5)) as hasty:
        assert [*book.rows("PRAGMA busy_timeout"), *hasty.rows("PRAGMA busy_timeout")] == [(2_000,), (500,)]


@pytest.mark.parametrize("name", ["a b.db", "50%.db", "what?mode=memory.db", "a#b.db", "é\udcff.db"])
def test_any_file_name_is_taken_as_it_is(tmp_path, name):
    assert words_in(filled(tmp_path / name, "a")) == {"a"}
    assert names_in(tmp_path) == {name}


def test_relative_path_is_understood(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert words_in(filled(Path("book.db"), "a")) == {"a"}


def test_what_a_killed_writer_left_undone_is_undone(path):
    killed_writer(filled(path, "a"), "DELETE FROM words")
    assert words_in(path) == {"a"}
    assert notes_in(path) == []


def test_write_ahead_log_is_switched_off(path):
    altered(filled(path, "a"), "PRAGMA journal_mode = WAL")
    with open_book(path) as book:
        assert book.rows("PRAGMA journal_mode") == [("delete",)]
    assert words_in(path) == {"a"}


def test_write_ahead_log_of_another_program_is_told_and_nothing_moved(path):
    altered(filled(path, "a"), "PRAGMA journal_mode = WAL")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("SELECT * FROM words").fetchall()
        with pytest.raises(Locked, match="locked by another process"):
            notes_in(path, care=IN_HASTE)
    assert words_in(path) == {"a"}


def test_one_that_another_process_sets_aside_meanwhile_is_begun_anew(path, monkeypatch):
    filled(path, "a")
    look, looks = opening.refuse_strange_head, []

    def look_and_lose(place: Path, kind: Kind) -> None:
        look(place, kind)
        looks.append(place)
        if len(looks) == 1:
            place.unlink()

    monkeypatch.setattr(opening, "refuse_strange_head", look_and_lose)
    assert words_in(filled(path, "b")) == {"b"}


def test_transaction_that_fails_leaves_nothing(path):
    with open_book(path) as book:
        with pytest.raises(sqlite3.IntegrityError), book.change() as connection:  # noqa: PT012 - two in one transaction
            for text in ("half", None):
                connection.execute("INSERT INTO notes VALUES (1, ?)", (text,))
        assert noted(book, 0, NOW) == []


def test_database_goes_on_after_a_transaction_that_failed(path):
    with open_book(path) as book:
        with pytest.raises(sqlite3.IntegrityError), book.change() as connection:
            connection.execute("INSERT INTO notes VALUES (1, NULL)")
        add(book, "a")
    assert words_in(path) == {"a"}


def test_one_that_another_holds_is_told_and_not_set_aside(path):
    filled(path, "a")
    with closing(sqlite3.connect(path, isolation_level=None)) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        with pytest.raises(Locked, match="locked by another process - wait for that one"):
            notes_in(path, care=IN_HASTE)
    assert names_in(path.parent) == {"book.db"}


def test_transaction_waits_its_turn_before_it_reads(path):
    with open_book(filled(path, "a"), care=IN_HASTE) as one, open_book(path, care=IN_HASTE) as other:
        with one.change(), pytest.raises(Locked, match="locked by another process"), other.change():
            pass
        add(other, "b")
    assert words_in(path) == {"a", "b"}


def test_database_is_not_carried_over_a_fork(path, monkeypatch):
    with open_book(path) as book:
        monkeypatch.setattr(opening.os, "getpid", lambda: 1)
        with pytest.raises(RuntimeError, match="fork"):
            book.rows("SELECT 1")
        with pytest.raises(RuntimeError, match="fork"), book.change():
            pass


def test_one_that_is_read_cannot_be_written(path):
    with opened_to_read(filled(path, "a"), BOOK, Care()) as book:
        assert words_of(book) == {"a"}
        with pytest.raises(DatabaseError, match="may not be written"):
            add(book, "b")


def test_missing_one_that_is_to_be_read_is_not_made(path):
    with pytest.raises(DatabaseError, match="No such file"), opened_to_read(path, BOOK, Care()):
        pass
    assert not path.parent.exists()


def test_one_to_be_read_that_is_none_is_told_and_not_moved(path):
    filled(path, "a").write_bytes(b"garbage")
    with pytest.raises(DatabaseError, match="is no SQLite database"), opened_to_read(path, BOOK, Care()):
        pass
    assert bytes_in(path.parent) == {"book.db": b"garbage"}


def test_empty_one_can_be_written_and_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with empty(BOOK) as book:
        add(book, "a")
        assert words_of(book) == {"a"}
    assert names_in(tmp_path) == set()


def test_halves_of_characters_can_be_stored(path):
    assert words_in(filled(path, storable("a\udcff"))) == {"a\\udcff"}
