"""A database copied into memory, for a dry run: the copy may be written to, and the database is not touched.

It stands apart from the opening because it imports more, which those who are in haste do not need.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory

from forensics.database.beginning import JOURNAL
from forensics.database.faults import Unsound, told
from forensics.database.kind import Kind, migrate
from forensics.database.opening import Care, Database, connected, sound


@contextmanager
def copied(path: Path, kind: Kind, now: int, care: Care) -> Iterator[Database]:
    """Open a copy in memory, of the newest version; that of a missing database is empty.

    Raises:
        DatabaseError: it cannot be read, or a newer version wrote it.
    """
    with closing(connected(":memory:")) as memory:
        with told(str(path)):
            note = _copied(path, kind, memory, care)
            migrate(memory, kind)
        if note:
            memory.execute("INSERT INTO notes VALUES (?, ?)", (now, note))
        yield Database(memory, f"{path}, as a copy,", os.getpid())


def _copied(path: Path, kind: Kind, memory: sqlite3.Connection, care: Care) -> str:
    """Copy a database into memory; return what a run that writes would do to it first, if anything."""
    try:
        _copy_whole(path, kind, memory, care)
    except FileNotFoundError:
        return ""
    except Unsound as found:
        return f"{path} {found.why}: it would be set aside, and a new one begun"
    return ""


def _copy_whole(path: Path, kind: Kind, memory: sqlite3.Connection, care: Care) -> None:
    try:
        _copy_sound(path, kind, "ro", memory, care)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_READONLY_ROLLBACK:
            raise
        _copy_rolled_back(path, kind, memory, care)


def _copy_rolled_back(path: Path, kind: Kind, memory: sqlite3.Connection, care: Care) -> None:
    """Copy a database whose last writer was killed: what that one left undone is undone in a copy of the files."""
    with TemporaryDirectory() as folder:
        copy = Path(folder, "copy.db")
        for part in ("", JOURNAL):
            copyfile(f"{path}{part}", f"{copy}{part}")
        _copy_sound(copy, kind, "rw", memory, care)


def _copy_sound(path: Path, kind: Kind, mode: str, memory: sqlite3.Connection, care: Care) -> None:
    with closing(sound(path, kind, mode, care)) as source:
        source.execute("BEGIN")
        source.execute("SELECT count(*) FROM notes")  # locks it here, with patience: a backup would wait for ever
        source.backup(memory)
