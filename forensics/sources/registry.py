"""Reads a registry of runs: the SQLite database that ``forensics run`` writes, one for each user and host.

Its tables are told in ``recorder/registry_schema.py``; the format is that of https://www.sqlite.org/fileformat.html.
A row's record number is the ``rowid`` of its run in the table ``runs``, which stays when older runs are pruned.

It cannot tell whether a run without an end is still alive: that is told by a lock on the machine where it runs, and
not by what lies in a file. Such a run has a start and no end here. A run that somebody found dead is interrupted at
the time at which that was noticed.

A registry is read through a copy, and nothing is ever written beside it: SQLite would undo there what a killed writer
left half done, and would make files of its own. It is checked as a stranger's: no view, trigger or virtual table of
its own is made use of.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import ClassVar

from forensics.evidence.records import Batch, FileRead, Reject, Yielded
from forensics.sources.base import ReadOptions
from forensics.sources.opening import head
from forensics.sources.paths import shown
from forensics.sources.registry_copy import Copy, copied
from forensics.sources.registry_events import QUERY, Event, Strange, batch_of, events_of

MAGIC = b"SQLite format 3\0"
MARK = b"NWRG"
APPLICATION = slice(68, 72)
HEAD_LENGTH = 100
KNOWN_VERSION = 1
TABLES = frozenset({"runs", "attempts", "transitions"})
LEAST_RUN = 40  # bytes: a run's id alone takes as many
ROWS_AT_ONCE = 10_000
LONGEST_PROBLEM = 120
DAMAGED = (sqlite3.Error, UnicodeDecodeError)  # SQLite's own message may quote what is no UTF-8


class Registry:
    """A registry of runs."""

    kind: ClassVar[str] = "registry"
    lanes: ClassVar[tuple[str, ...]] = ("lifecycle", "triggers")
    blind_spot: ClassVar[str] = (
        "A registry knows only what was run through `forensics run`, and of a run without an end not whether it lives."
    )
    is_live: ClassVar[bool] = True
    is_log: ClassVar[bool] = False

    def detect(self, path: Path) -> bool:
        """Return whether a file's head is that of a registry."""
        return why_none(head(path, HEAD_LENGTH)) is None

    def read(self, path: Path, options: ReadOptions) -> Iterator[Yielded]:
        """Yield what the runner recorded of each run, in order of the runs; see ``Source.read``.

        Raises:
            OSError: the file cannot be opened, or there is no room for a copy.
        """
        with tempfile.TemporaryDirectory(prefix="forensics-") as folder:
            reading = Reading(shown(str(path)), copied(path, Path(folder)), options)
            yield from reading.rows()
            yield reading.account()


class Reading:
    """One registry being read; its account is complete when its rows have been read."""

    def __init__(self, file: str, copy: Copy, options: ReadOptions) -> None:
        self.file = file
        self.copy = copy
        self.options = options
        self.fault = copy.fault or why_none(copy.head)
        self.records = 0
        self.first: int | None = None
        self.newest: int | None = None
        self.hosts: set[str] = set()

    def account(self) -> FileRead:
        """Return the account of the file: it speaks for the time since its first run, if it is sound."""
        return FileRead(
            self.file,
            self.records,
            self.copy.sha256,
            covers=None if self.fault or self.first is None else (self.first, None),
            newest=self.newest,
            modified=self.copy.modified,
            fault=self.fault,
            hosts=frozenset(self.hosts),
        )

    def rows(self) -> Iterator[Yielded]:
        """Yield all rows that can be read, whatever else is damaged."""
        if self.fault:
            return
        with closing(sqlite3.connect(self.copy.file, isolation_level=None)) as connection:
            connection.text_factory = lambda content: content.decode("utf-8", "backslashreplace")
            connection.row_factory = sqlite3.Row
            try:
                self.fault = refusal(connection)
                if self.fault is None:
                    self.fault = damage(connection)
                    yield from self._rows(connection.execute(QUERY, [self.copy.size // LEAST_RUN]))
            except DAMAGED as error:
                self.fault = broken_off(error)

    def _rows(self, found: sqlite3.Cursor) -> Iterator[Yielded]:
        events: list[Event] = []
        try:
            for row in found:
                try:
                    events += events_of(row, self.options.host)
                except Strange as error:
                    self.records += 1
                    yield Reject(self.file, error.record, str(error), error.text)
                if len(events) >= ROWS_AT_ONCE:
                    yield from self._batches(events)
                    events = []
        except DAMAGED as error:
            self.fault = broken_off(error)
        yield from self._batches(events)

    def _batches(self, events: list[Event]) -> Iterator[Batch]:
        for table in sorted({event.table for event in events}):
            yield self._batch(table, [event for event in events if event.table == table])

    def _batch(self, table: str, events: list[Event]) -> Batch:
        self.records += len(events)
        instants = [event.at for event in events]
        self.first = min(instants) if self.first is None else min(self.first, *instants)
        self.newest = max(instants) if self.newest is None else max(self.newest, *instants)
        self.hosts |= {event.host for event in events if event.host}
        return Batch(table, self.file, batch_of(table, events))


def why_none(start: bytes) -> str | None:
    """Return why a file that begins so is no registry, None where it is one."""
    if not start:
        return "empty: a registry never is - look for one beside it named damaged, or for what emptied it"
    if len(start) < HEAD_LENGTH or not start.startswith(MAGIC):
        return "no SQLite database, so no registry - name the file that `forensics run` writes to"
    if start[APPLICATION] != MARK:
        return "a database of another program, no registry - name the file that `forensics run` writes to"
    return None


def refusal(connection: sqlite3.Connection) -> str | None:
    """Make a connection trust nothing in its file; return why the file is not to be read.

    Raises:
        sqlite3.Error: it is damaged.
        UnicodeDecodeError: it is damaged, and SQLite's message about it, too.
    """
    for setting in ("trusted_schema = OFF", "cell_size_check = ON"):
        connection.execute(f"PRAGMA {setting}")
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > KNOWN_VERSION:
        return (
            f"written by a newer version of this program (schema {version}, this one reads {KNOWN_VERSION})"
            " - read it with that version"
        )
    query = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'"
    has_tables = {row["name"] for row in connection.execute(query)} >= TABLES
    return None if has_tables else "damaged: its tables are not a registry's"


def damage(connection: sqlite3.Connection) -> str | None:
    """Return why the rows of a registry are not all to be had, or not to be trusted.

    Raises:
        sqlite3.Error: it is damaged.
        UnicodeDecodeError: it is damaged, and SQLite's message about it, too.
    """
    found = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
    return None if found == "ok" else f"damaged: {plain(found)}; what could be read of it is shown"


def broken_off(error: Exception) -> str:
    """Return what SQLite says is wrong, in one line."""
    why = "unreadable text" if isinstance(error, UnicodeDecodeError) else plain(str(error))
    return f"damaged: {why}; it was read up to there"


def plain(text: str) -> str:
    """Return a text that may quote what a file holds so that it can stand in a message."""
    return ascii(text)[1:-1][:LONGEST_PROBLEM]
