"""A small kind of database, and what may befall one."""

from __future__ import annotations

import sqlite3
from contextlib import AbstractContextManager, closing
from pathlib import Path

from forensics.database.kind import NOTES, Kind
from forensics.database.opening import Care, Database, noted, opened

NOW = 1_773_885_600_000_000_000  # 2026-03-19T02:00:00Z
STAMP = "20260319T020000Z"
ASIDE = f"book.db.damaged-{STAMP}"
IN_HASTE = Care(patience=0)
WORDS = "CREATE TABLE words (word TEXT PRIMARY KEY, is_read INTEGER NOT NULL CHECK (is_read IN (0, 1)))"
BOOK = Kind(noun="book", mark=b"BOOK", steps=((NOTES, WORDS, "CREATE INDEX words_read ON words (is_read)"),))


def open_book(
    path: Path, now: int = NOW, kind: Kind = BOOK, care: Care | None = None
) -> AbstractContextManager[Database]:
    return opened(path, kind, now, care or Care())


def add(book: Database, word: str) -> None:
    with book.change() as connection:
        connection.execute("INSERT OR REPLACE INTO words VALUES (?, 0)", (word,))


def words_of(book: Database) -> set[str]:
    return {word for (word,) in book.rows("SELECT word FROM words")}


def filled(path: Path, *words: str) -> Path:
    """Make a book that holds some words."""
    with open_book(path) as book:
        for word in words:
            add(book, word)
    return path


def words_in(path: Path) -> set[str]:
    with open_book(path) as book:
        return words_of(book)


def notes_in(path: Path, now: int = NOW, care: Care | None = None) -> list[str]:
    """Open a book, and return what was found wrong with it."""
    with open_book(path, now, care=care) as book:
        return noted(book, now, now)


def altered(path: Path, *statements: str) -> Path:
    """Alter a database with plain SQLite."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)
    return path


def bytes_in(folder: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in folder.iterdir()}


def killed_writer(path: Path, *undone: str) -> Path:
    """Leave a database and its journal as they are when a writer is killed while pages are half written."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA cache_size = 2")
        connection.execute("BEGIN IMMEDIATE")
        for number in range(200):
            connection.execute("INSERT INTO notes VALUES (?, ?)", (number, "undone " * 200))
        for statement in undone:
            connection.execute(statement)
        left = bytes_in(path.parent)
    for name, content in left.items():
        path.with_name(name).write_bytes(content)
    return path


def garbage(path: Path) -> None:
    path.write_bytes(b"no database at all " * 500)


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def shortened(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-4096])


def strange(path: Path) -> None:
    path.unlink()
    altered(path, "CREATE TABLE runs (id)")


def of_another_kind(path: Path) -> None:
    altered(path, f"PRAGMA application_id = {int.from_bytes(b'FILM', 'big')}")


def renamed_table(path: Path) -> None:
    altered(path, "ALTER TABLE words RENAME TO verses")


def lost_index(path: Path) -> None:
    altered(path, "DROP INDEX words_read")


def nameless_version(path: Path) -> None:
    altered(path, "PRAGMA user_version = 0")


def broken_rule(path: Path) -> None:
    altered(path, "PRAGMA ignore_check_constraints = ON", "UPDATE words SET is_read = 7")


UNSOUND = [
    garbage, emptied, shortened, strange, of_another_kind, renamed_table, lost_index, nameless_version, broken_rule
]  # fmt: skip
