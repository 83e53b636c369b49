"""The ledger as a database: opened, checked, set aside when it is none, and written one transaction at a time.

SQLite with a rollback journal and ``synchronous=EXTRA``: what was committed outlives a kill and a power cut. It
belongs on a local disk.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote

from forensics.durable import opened_folder
from forensics.ledger.faults import WORLDLY, LedgerError, Unsound, told
from forensics.ledger.folder import made_folder
from forensics.ledger.lock import held
from forensics.ledger.schema import migrate
from forensics.ledger.soundness import refuse_bad_content, refuse_strange_head
from forensics.timeline import utc_text

LEDGER_MODE = 0o640
PATIENCE = 2.0  # seconds to wait for another's transaction
TRIES = 40  # for the lock on the folder, two seconds in all
JOURNAL = "-journal"
PARTS = ("", JOURNAL, "-wal", "-shm")
Value = int | str | None


@dataclass(frozen=True)
class Ledger:
    """An open ledger; ``where`` is its path for messages. It stays in the process and the thread that opened it."""

    connection: sqlite3.Connection
    where: str
    process: int = field(default_factory=os.getpid)

    def rows(self, query: str, *values: Value) -> list[Any]:
        """Return what a query finds.

        Raises:
            LedgerError: it cannot be read.
        """
        self._refuse_fork()
        with told(self.where):
            return self.connection.execute(query, values).fetchall()

    @contextmanager
    def change(self) -> Iterator[sqlite3.Connection]:
        """Give a transaction, durable when this returns; undone where it fails or what is inside raises.

        Raises:
            LedgerError: it cannot be written.
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
            raise RuntimeError("a ledger must not be used over a fork: open it where it is needed")


@contextmanager
def open_ledger(path: Path, now: int) -> Iterator[Ledger]:
    """Open the ledger, made where it is missing; what is no ledger is set aside, of which a note is left.

    Raises:
        LedgerError: it cannot be opened or made, or a newer version wrote it.
    """
    with told(str(path)):
        connection = _opened(path, now)
    with closing(connection):
        yield Ledger(connection, str(path))


@contextmanager
def copied_ledger(path: Path, now: int) -> Iterator[Ledger]:
    """Open a copy in memory, for a dry run: it may be written, and the ledger itself is not touched.

    Raises:
        LedgerError: it cannot be read, or a newer version wrote it.
    """
    with closing(_connected(":memory:")) as memory:
        with told(str(path)):
            note = _copied(path, memory)
            migrate(memory)
        if note:
            memory.execute("INSERT INTO notes VALUES (?, ?)", (now, note))
        yield Ledger(memory, f"{path}, as a copy,")


@contextmanager
def empty_ledger() -> Iterator[Ledger]:
    """Open a ledger in memory that knows nothing, and that nobody will know of."""
    with closing(_connected(":memory:")) as memory:
        migrate(memory)
        yield Ledger(memory, "the ledger in memory")


def noted(ledger: Ledger, since: int, until: int) -> list[str]:
    """Return what befell the ledger itself from one instant to another, both included."""
    found = ledger.rows("SELECT text FROM notes WHERE at BETWEEN ? AND ? ORDER BY at, rowid", since, until)
    return [text for (text,) in found]


def storable(text: str) -> str:
    """Return a text as SQLite can store it: halves of characters, as evidence may hold them, are spelled out."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _opened(path: Path, now: int) -> sqlite3.Connection:
    made_folder(path.parent)
    with suppress(Unsound, FileNotFoundError):
        return _writable(path)
    # Alone, so that nobody sets aside what another has just begun.
    with held(os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC), TRIES) as is_ours:
        if not is_ours:
            raise LedgerError(f"{path} could not be begun - its folder is locked by another process - try again")
        try:
            return _writable(path)
        except Unsound as found:
            _begin(path, found.why, now)
        except FileNotFoundError:
            _begin(path, "was missing, and its journal left behind", now)
    return _writable(path)


def _writable(path: Path) -> sqlite3.Connection:
    connection = _sound(path, "rw")
    try:
        if not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
            raise LedgerError(f"{path} {WORLDLY[sqlite3.SQLITE_READONLY]}")
        if connection.execute("PRAGMA journal_mode = DELETE").fetchone() != ("delete",):
            raise LedgerError(f"{path} is in use by another program, as a write-ahead log - close that one")
        connection.execute("PRAGMA synchronous = EXTRA")
        migrate(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _sound(path: Path, mode: str) -> sqlite3.Connection:
    """Return a connection to a ledger that was found sound.

    Raises:
        FileNotFoundError: there is none.
        Unsound: there is something else.
    """
    refuse_strange_head(path)
    root = "//" if path.is_absolute() else ""
    try:
        connection = _connected(f"file:{root}{quote(os.fsencode(path))}?mode={mode}")
        try:
            refuse_bad_content(connection, str(path))
        except BaseException:
            connection.close()
            raise
    except (sqlite3.Error, LedgerError):
        path.lstat()  # set aside by another process meanwhile: it is missing
        raise
    return connection


def _connected(place: str) -> sqlite3.Connection:
    connection = sqlite3.connect(place, uri=True, timeout=PATIENCE, isolation_level=None)
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")
    return connection


def _begin(path: Path, why: str, now: int) -> None:
    """Begin a new ledger, in the place of what is there; that is kept under another name."""
    aside = _free_name(path, now)
    left = [part for part in PARTS if os.path.lexists(f"{path}{part}")]
    draft = path.with_name(f".{path.name}.new")
    try:
        _write_draft(draft, f"{path} {why}: kept as {aside.name}, and a new one begun" if left else "", now)
        for part in left:
            Path(f"{path}{part}").rename(f"{aside}{part}")
        draft.rename(path)
    finally:
        draft.unlink(missing_ok=True)
    with opened_folder(path.parent) as folder:
        os.fsync(folder)


def _free_name(path: Path, now: int) -> Path:
    stamp = utc_text(now).replace("-", "").replace(":", "")
    wanted = path.with_name(f"{path.name}.damaged-{stamp}")
    name, count = wanted, 1
    while any(os.path.lexists(f"{name}{part}") for part in PARTS):
        count += 1
        name = wanted.with_name(f"{wanted.name}-{count}")
    return name


def _write_draft(draft: Path, note: str, now: int) -> None:
    """Write a new ledger that nobody can see yet, so that an empty file is never one that is just being made."""
    draft.unlink(missing_ok=True)
    file = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, LEDGER_MODE)
    try:
        os.fchmod(file, LEDGER_MODE)
        with closing(_connected(":memory:")) as memory:
            migrate(memory)
            if note:
                memory.execute("INSERT INTO notes VALUES (?, ?)", (now, note))
            with closing(sqlite3.connect(draft, isolation_level=None)) as connection:
                connection.execute("PRAGMA journal_mode = OFF")
                memory.backup(connection)
        os.fsync(file)
    finally:
        os.close(file)


def _copied(path: Path, memory: sqlite3.Connection) -> str:
    """Copy the ledger into memory; return what a run that writes would do to it first, if anything."""
    try:
        with closing(_sound(path, "ro")) as source:
            _copy(source, memory)
    except FileNotFoundError:
        return ""
    except Unsound as found:
        return f"{found}: it would be set aside, and a new one begun"
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_READONLY_ROLLBACK:
            raise
        _copy_rolled_back(path, memory)
    return ""


def _copy(source: sqlite3.Connection, memory: sqlite3.Connection) -> None:
    source.execute("BEGIN")
    source.execute("SELECT count(*) FROM notes")  # locks it here, with patience: a backup would wait for ever
    source.backup(memory)


def _copy_rolled_back(path: Path, memory: sqlite3.Connection) -> None:
    """Copy a ledger whose last writer was killed: what that one left undone is undone in a copy of the files."""
    with TemporaryDirectory() as folder:
        copy = Path(folder, "ledger.db")
        for part in ("", JOURNAL):
            copyfile(f"{path}{part}", f"{copy}{part}")
        with closing(_sound(copy, "rw")) as source:
            _copy(source, memory)
