"""A dry run reads a copy, and the database is not touched."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from pathlib import Path

import pytest

from forensics.database.copying import copied
from forensics.database.faults import DatabaseError, Locked
from forensics.database.opening import Care, Database, noted
from tests.database.builders import (
    BOOK,
    IN_HASTE,
    NOW,
    UNSOUND,
    add,
    altered,
    bytes_in,
    filled,
    killed_writer,
    words_of,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "book.db"


def copy_of(path: Path, care: Care | None = None) -> AbstractContextManager[Database]:
    return copied(path, BOOK, NOW, care or Care())


def test_copy_can_be_written_and_the_database_is_not(path):
    before = bytes_in(filled(path, "a").parent)
    with copy_of(path) as book:
        add(book, "b")
        assert words_of(book) == {"a", "b"}
    assert bytes_in(path.parent) == before


def test_missing_database_is_not_made(path):
    with copy_of(path) as book:
        assert words_of(book) == set()
    assert not path.parent.exists()


@pytest.mark.parametrize("spoil", UNSOUND[:-1])  # SQLite checks no rules where it only reads
def test_what_would_be_set_aside_is_told_and_not_moved(path, spoil: Callable[[Path], None]):
    spoil(filled(path, "a"))
    before = bytes_in(path.parent)
    with copy_of(path) as book:
        (note,) = noted(book, NOW, NOW)
        assert words_of(book) == set()
    assert note.startswith(f"{path} is ")
    assert note.endswith("it would be set aside, and a new one begun")
    assert bytes_in(path.parent) == before


def test_what_a_killed_writer_left_undone_is_not_in_the_copy(path):
    killed_writer(filled(path, "a"), "DELETE FROM words")
    before = bytes_in(path.parent)
    with copy_of(path) as book:
        assert words_of(book) == {"a"}
    assert bytes_in(path.parent) == before


def test_damage_below_what_a_killed_writer_left_undone_is_told_by_the_right_name(path):
    killed_writer(altered(filled(path, "a"), "ALTER TABLE words RENAME TO verses"))
    with copy_of(path) as book:
        (note,) = noted(book, NOW, NOW)
    assert note == f"{path} is damaged (its tables are not the book's): it would be set aside, and a new one begun"


def test_newer_version_is_refused(path):
    altered(filled(path), "PRAGMA user_version = 99")
    with pytest.raises(DatabaseError, match="newer version"), copy_of(path):
        pass


def test_one_that_another_holds_is_not_waited_for_longer_than_told(path):
    filled(path, "a")
    with closing(sqlite3.connect(path, isolation_level=None)) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        with pytest.raises(Locked, match="locked by another process"), copy_of(path, IN_HASTE):
            pass


def test_copy_is_named_so(path):
    with copy_of(path) as book:
        assert book.where == f"{path}, as a copy,"
