"""Whether the file in the ledger's place is a ledger: told before anything is written to it.

Its head is read without SQLite, which would open an empty file as an empty database, and would touch a
stranger's.
"""

from __future__ import annotations

import errno
import os
import sqlite3
import stat
from pathlib import Path

from forensics.ledger import schema
from forensics.ledger.faults import LedgerError, Unsound, doubted
from forensics.untrusted import clipped, safe_line

# https://www.sqlite.org/fileformat.html, "The Database Header"
HEAD_LENGTH = 100
MAGIC = b"SQLite format 3\0"
FORMATS = slice(18, 20)
KNOWN_FORMATS = frozenset({b"\x01\x01", b"\x02\x02"})
APPLICATION = slice(68, 72)


def head_of(path: Path) -> bytes:
    """Return the first bytes of a plain file; a link is not followed, a pipe not waited for.

    Raises:
        FileNotFoundError: there is none.
        LedgerError: it is no plain file.
    """
    try:
        file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        if error.errno != errno.ELOOP:
            raise
        raise LedgerError(f"{path} is a link, and not followed - name the ledger itself") from error
    try:
        if not stat.S_ISREG(os.fstat(file).st_mode):
            raise LedgerError(f"{path} is no plain file - name another for the ledger")
        return os.read(file, HEAD_LENGTH)
    finally:
        os.close(file)


def refuse_strange_head(path: Path) -> None:
    """Refuse a file that is no ledger of ours by its head.

    Raises:
        FileNotFoundError: there is none.
        Unsound: it is empty, no database, or another program's.
    """
    head = head_of(path)
    if not head:
        raise Unsound(str(path), "is empty")
    if len(head) < HEAD_LENGTH or not head.startswith(MAGIC):
        raise Unsound(str(path), "is no SQLite database")
    if head[APPLICATION] != schema.APPLICATION_ID.to_bytes(4, "big"):
        raise Unsound(str(path), "is a database of another program")
    if head[FORMATS] not in KNOWN_FORMATS:
        raise Unsound(str(path), "is damaged (its head names no known format)")


def refuse_bad_content(connection: sqlite3.Connection, where: str) -> None:
    """Refuse a database that is damaged, or of a version that we do not know.

    Raises:
        LedgerError: a newer version made it.
        Unsound: it is damaged, or its tables are not the ledger's.
    """
    with doubted(where):
        version = schema.version_of(connection)
        if version > len(schema.STEPS):
            raise LedgerError(
                f"{where} was written by a newer version (schema {version}, this one knows {len(schema.STEPS)})"
                " - use that version, or name another ledger; nothing was changed"
            )
        problem = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        if problem != "ok":
            raise Unsound(where, f"is damaged ({clipped(safe_line(problem), 120)})")
        if version < 1 or not schema.objects_of(version) <= schema.objects_in(connection):
            raise Unsound(where, "is damaged (its tables are not the ledger's)")
