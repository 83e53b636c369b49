"""A database of an earlier version goes through the steps that it lacks, wholly or not at all."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from forensics.database import kind as kind_module
from forensics.database.copying import copied
from forensics.database.kind import Kind, objects_of
from forensics.database.opening import Care, noted
from tests.database.builders import BOOK, NOW, filled, open_book, words_in, words_of


def with_step(*statements: str) -> Kind:
    return Kind(BOOK.noun, BOOK.mark, (*BOOK.steps, statements))


LONGER = with_step("CREATE TABLE lengths (length INTEGER)", "INSERT INTO lengths SELECT length(word) FROM words")
BROKEN = with_step("CREATE TABLE lengths (length INTEGER)", "INSERT INTO missing VALUES (1)")
LENGTHS = "SELECT length FROM lengths"


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """Give a database of the first version."""
    return filled(tmp_path / "book.db", "four")


def lengths(path: Path) -> list[tuple[int]]:
    with open_book(path, kind=LONGER) as book:
        return book.rows(LENGTHS)


def test_database_names_its_kind_and_its_version(old):
    with open_book(old) as book:
        known = [*book.rows("PRAGMA application_id"), *book.rows("PRAGMA user_version")]
    assert known == [(int.from_bytes(b"BOOK", "big"),), (1,)]


def test_earlier_version_is_brought_up_to_date_with_its_rows(old):
    with open_book(old, kind=LONGER) as book:
        assert (book.rows(LENGTHS), words_of(book), noted(book, 0, NOW)) == ([(4,)], {"four"}, [])


def test_step_is_taken_once(old):
    lengths(old)
    assert lengths(old) == [(4,)]


def test_new_database_goes_through_all_steps(tmp_path):
    assert lengths(tmp_path / "new.db") == []


def test_step_that_fails_leaves_the_earlier_version_whole(old):
    before = old.read_bytes()
    with pytest.raises(sqlite3.OperationalError, match="missing"), open_book(old, kind=BROKEN):
        pass
    assert (old.read_bytes(), words_in(old)) == (before, {"four"})


def test_dry_run_takes_the_steps_in_its_copy_only(old):
    before = old.read_bytes()
    with copied(old, LONGER, NOW, Care()) as book:
        assert book.rows(LENGTHS) == [(4,)]
    assert old.read_bytes() == before


def test_step_that_another_process_took_meanwhile_is_not_taken_again(old, monkeypatch):
    lengths(old)
    asked, answers = kind_module.version_of, iter([1])  # to the question before the lock
    monkeypatch.setattr(kind_module, "version_of", lambda connection: next(answers, None) or asked(connection))
    assert lengths(old) == [(4,)]


def test_each_version_has_its_own_tables():
    assert {name for _, name, _ in objects_of(LONGER, 2) - objects_of(LONGER, 1)} == {"lengths"}
