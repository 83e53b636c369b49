"""A database opened, checked, and written one transaction at a time.

SQLite with a rollback journal and ``synchronous=EXTRA``: what was committed outlives a kill and a power cut. It
belongs on a local disk.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

from forensics.database.beginning import begin, made_folder
from forensics.database.faults import WORLDLY, DatabaseError, Locked, Unsound, told
from forensics.database.kind import Kind, migrate
from forensics.database.locks import PAUSE, held
from forensics.database.soundness import refuse_bad_content, refuse_strange_head
from forensics.frozen import frozen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

PATIENCE = 2.0  # seconds to wait for another's transaction
Value = int | float | str | None


@frozen
class Care:
    """How long to wait for others, and up to how many bytes to check; the rest is for those who have time."""

    patience: float = PATIENCE  # seconds
    largest: int | None = None  # bytes


@frozen
class Database:
    """An open database; ``where`` is its path for messages. It stays in the process and the thread that opened it."""

    connection: sqlite3.Connection
    where: str
    process: int

    def rows(self, query: str, *values: Value) -> list[Any]:
        """Return what a query finds.

        Raises:
            DatabaseError: it cannot be read.
        """
        self._refuse_fork()
        with told(self.where):
            return self.connection.execute(query, values).fetchall()

    @contextmanager
    def change(self) -> Iterator[sqlite3.Connection]:
        """Give a transaction, durable when this returns; undone where it fails or what is inside raises.

        Raises:
            DatabaseError: it cannot be written.
        """
        self._refuse_fork()
        with told(self.where):
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield self.connection
                self.connection.execute("COMMIT")
            finally:
                if self.connection.in_transaction:
                    with suppress(sqlite3.Error):
                        self.connection.execute("ROLLBACK")

    def _refuse_fork(self) -> None:
        if os.getpid() != self.process:
            raise RuntimeError("a database must not be used over a fork: open it where it is needed")


@contextmanager
def opened(path: Path, kind: Kind, now: int, care: Care) -> Iterator[Database]:
    """Open a database to write to, made where it is missing; what is none is set aside, of which a note is left.

    Raises:
        DatabaseError: it cannot be opened or made, or a newer version wrote it.
    """
    with told(str(path)):
        connection = _opened(path, kind, now, care)
    with closing(connection):
        yield Database(connection, str(path), os.getpid())


@contextmanager
def opened_to_read(path: Path, kind: Kind, care: Care) -> Iterator[Database]:
    """Open a database that is there, and that is not to be changed.

    Raises:
        DatabaseError: it cannot be read, is none of its kind, or its last writer was killed and must be undone first.
    """
    with told(str(path)):
        connection = sound(path, kind, "ro", care)
    with closing(connection):
        yield Database(connection, str(path), os.getpid())


@contextmanager
def empty(kind: Kind) -> Iterator[Database]:
    """Open a database in memory that holds nothing, and that nobody will know of."""
    with closing(connected(":memory:")) as memory:
        migrate(memory, kind)
        yield Database(memory, f"the {kind.noun} in memory", os.getpid())


def noted(database: Database, since: int, until: int) -> list[str]:
    """Return what befell the database itself from one instant to another, both included."""
    found = database.rows("SELECT text FROM notes WHERE at BETWEEN ? AND ? ORDER BY at, rowid", since, until)
    return [text for (text,) in found]


def storable(text: str) -> str:
    """Return a text as SQLite can store it: halves of characters, as evidence may hold them, are spelled out."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _opened(path: Path, kind: Kind, now: int, care: Care) -> sqlite3.Connection:
    made_folder(path.parent)
    with suppress(Unsound, FileNotFoundError):
        return _writable(path, kind, care)
    # Alone, so that nobody sets aside what another has just begun.
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    with held(folder, max(1, int(care.patience / PAUSE))) as is_ours:
        if not is_ours:
            raise Locked(f"{path} could not be begun - its folder is locked by another process - try again")
        try:
            return _writable(path, kind, care)
        except Unsound as found:
            begin(path, kind, found.why, now)
        except FileNotFoundError:
            begin(path, kind, "was missing, and its journal left behind", now)
    return _writable(path, kind, care)


def _writable(path: Path, kind: Kind, care: Care) -> sqlite3.Connection:
    connection = sound(path, kind, "rw", care)
    try:
        if not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
            raise DatabaseError(f"{path} {WORLDLY[sqlite3.SQLITE_READONLY]}")
        if connection.execute("PRAGMA journal_mode = DELETE").fetchone() != ("delete",):
            raise DatabaseError(f"{path} is in use by another program, as a write-ahead log - close that one")
        connection.execute("PRAGMA synchronous = EXTRA")
        migrate(connection, kind)
    except BaseException:
        connection.close()
        raise
    return connection


def sound(path: Path, kind: Kind, mode: str, care: Care) -> sqlite3.Connection:
    """Return a connection to a database that was found sound.

    Raises:
        FileNotFoundError: there is none.
        Unsound: there is something else.
    """
    refuse_strange_head(path, kind)
    root = "//" if path.is_absolute() else ""
    try:
        connection = connected(f"file:{root}{quote(os.fsencode(path))}?mode={mode}", care.patience)
        try:
            refuse_bad_content(connection, str(path), kind, care.largest)
        except BaseException:
            connection.close()
            raise
    except (sqlite3.Error, DatabaseError):
        path.lstat()  # set aside by another process meanwhile: it is missing
        raise
    return connection


def connected(place: str, patience: float = PATIENCE) -> sqlite3.Connection:
    """Return a connection to a URI or ``:memory:`` that trusts nothing in the file."""
    connection = sqlite3.connect(place, uri=True, timeout=patience, isolation_level=None)
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")
    return connection
