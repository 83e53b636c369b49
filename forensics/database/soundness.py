"""Whether the file in the database's place is one of its kind: told before anything is written to it.

Its head is read without SQLite, which would open an empty file as an empty database, and would touch a
stranger's.
"""

from __future__ import annotations

import errno
import os
import sqlite3
import stat
from pathlib import Path

from forensics.database.faults import DatabaseError, Unsound, doubted
from forensics.database.kind import Kind, objects_in, objects_of, version_of

# https://www.sqlite.org/fileformat.html, "The Database Header"
HEAD_LENGTH = 100
MAGIC = b"SQLite format 3\0"
FORMATS = slice(18, 20)
KNOWN_FORMATS = frozenset({b"\x01\x01", b"\x02\x02"})
APPLICATION = slice(68, 72)
LONGEST_PROBLEM = 120


def head_of(path: Path, kind: Kind) -> bytes:
    """Return the first bytes of a plain file; a link is not followed, a pipe not waited for.

    Raises:
        FileNotFoundError: there is none.
        DatabaseError: it is no plain file.
    """
    try:
        file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        if error.errno != errno.ELOOP:
            raise
        raise DatabaseError(f"{path} is a link, and not followed - name the {kind.noun} itself") from error
    try:
        if not stat.S_ISREG(os.fstat(file).st_mode):
            raise DatabaseError(f"{path} is no plain file - name another for the {kind.noun}")
        return os.read(file, HEAD_LENGTH)
    finally:
        os.close(file)


def refuse_strange_head(path: Path, kind: Kind) -> None:
    """Refuse a file that is none of its kind by its head.

    Raises:
        FileNotFoundError: there is none.
        Unsound: it is empty, no database, or another program's.
    """
    head = head_of(path, kind)
    if not head:
        raise Unsound(str(path), "is empty")
    if len(head) < HEAD_LENGTH or not head.startswith(MAGIC):
        raise Unsound(str(path), "is no SQLite database")
    if head[APPLICATION] != kind.mark:
        raise Unsound(str(path), "is a database of another program")
    if head[FORMATS] not in KNOWN_FORMATS:
        raise Unsound(str(path), "is damaged (its head names no known format)")


def refuse_bad_content(connection: sqlite3.Connection, where: str, kind: Kind, largest: int | None = None) -> None:
    """Refuse a database that is damaged, or of a version that we do not know.

    One of more bytes than ``largest`` is not gone through page by page: that takes too long before a job.

    Raises:
        DatabaseError: a newer version made it.
        Unsound: it is damaged, or its tables are not those of its kind.
    """
    with doubted(where):
        version = version_of(connection)
        if version > kind.newest:
            raise DatabaseError(
                f"{where} was written by a newer version (schema {version}, this one knows {kind.newest})"
                f" - use that version, or name another {kind.noun}; nothing was changed"
            )
        if largest is None or size_of(connection) <= largest:
            problem = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
            if problem != "ok":
                raise Unsound(where, f"is damaged ({in_a_line(problem)})")
        if version < 1 or not objects_of(kind, version) <= objects_in(connection):
            raise Unsound(where, f"is damaged (its tables are not the {kind.noun}'s)")


def in_a_line(problem: str) -> str:
    """Return what SQLite found so that it can be shown: it may quote what is in the file."""
    return ascii(" ".join(problem.split()))[1:-1][:LONGEST_PROBLEM]


def size_of(connection: sqlite3.Connection) -> int:
    """Return the bytes of a database."""
    pages, size = (int(connection.execute(f"PRAGMA {name}").fetchone()[0]) for name in ("page_count", "page_size"))
    return pages * size
