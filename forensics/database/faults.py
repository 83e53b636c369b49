"""How what goes wrong with a database is told: what - where - what to do, in one line."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from forensics.errors import OutputError

# What is no fault of ours nor of the file's content, by SQLite's primary code.
WORLDLY = {
    **dict.fromkeys(
        (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL),
        "is locked by another process - wait for that one, or look for who holds it",
    ),
    **dict.fromkeys(
        (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH),
        "may not be written - see to owner and mode of the file and its folder, and whether the disk is read-only",
    ),
    sqlite3.SQLITE_FULL: "could not be written, the disk is full - make room; what was said before is kept",
    sqlite3.SQLITE_IOERR: "could not be read or written - see to the disk and its quota",
    sqlite3.SQLITE_NOMEM: "could not be read - there is too little memory",
    sqlite3.SQLITE_NOLFS: "has grown too big for this disk - move it to another",
}
DAMAGE = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
DAMAGED = "is damaged - the next command that writes to it sets it aside and begins a new one"


class DatabaseError(OutputError):
    """A database, or what stands beside it, that could not be used; what was committed before is still there."""


class Locked(DatabaseError):
    """A database that another process kept to itself for as long as we could wait."""


class Unsound(DatabaseError):
    """A file that stands in the database's place and is none; ``why`` is what is wrong, as ``is empty``."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"{where} {why}")
        self.why = why


def code_of(error: sqlite3.Error | UnicodeDecodeError) -> int | None:
    """Return SQLite's primary code, None where the error is Python's own, such as a text that is no UTF-8."""
    code: int | None = getattr(error, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF


@contextmanager
def told(where: str) -> Iterator[None]:
    """Tell of the world's faults as a DatabaseError; faults of our own, such as wrong SQL, crash as they are."""
    try:
        yield
    except sqlite3.Error as error:
        code = code_of(error)
        why = DAMAGED if code in DAMAGE else WORLDLY.get(code or 0)
        if why is None:
            raise
        raise (Locked if code == sqlite3.SQLITE_BUSY else DatabaseError)(f"{where} {why}") from error
    except UnicodeDecodeError as error:
        raise DatabaseError(f"{where} {DAMAGED}") from error
    except OSError as error:
        raise DatabaseError(
            f"{where} could not be used - {error.strerror or error} - see to its folder, and to owner and mode"
        ) from error


@contextmanager
def doubted(where: str) -> Iterator[None]:
    """Take whatever SQLite cannot read for damage, as long as the world is not to blame."""
    try:
        yield
    except (sqlite3.Error, UnicodeDecodeError) as error:  # SQLite's own message may quote what is no UTF-8
        if code_of(error) in WORLDLY:
            raise
        raise Unsound(where, f"is damaged ({getattr(error, 'sqlite_errorname', 'unreadable text')})") from error
