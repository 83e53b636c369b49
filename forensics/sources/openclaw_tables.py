"""Reads the tables of OpenClaw's databases, each through a copy, so that nothing is altered or made beside them.

They are in WAL mode: the journal beside one is copied with it. No view, trigger or virtual table of a database is made
use of; a table that is missing is no fault, for each version has others.
"""

from __future__ import annotations

import re
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from forensics.sources.openclaw_book import Page
from forensics.sources.openclaw_values import text
from forensics.sources.opening import head
from forensics.sources.paths import shown
from forensics.sources.registry import DAMAGED, MAGIC, broken_off
from forensics.sources.registry_copy import Copy, copied

LARGEST = 8 * 1024**3
MOST_ROWS = 2_000_000
PLAIN_NAME = re.compile(r"[a-z_]{1,60}")
# A row that is read from a damaged page may claim any length.
LONGEST_VALUE = 16 * 1024 * 1024

Row = Mapping[str, Any]


class Database:
    """One database, copied; ``fault`` says why it is not to be read, or not to its end."""

    def __init__(self, path: Path, copy: Copy, connection: sqlite3.Connection | None) -> None:
        self.path = path
        self.fault = copy.fault
        self._copy = copy
        self._connection = connection

    def tables(self) -> list[str]:
        """Return the names of its own tables."""
        query = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY 1"
        return [text(row["name"]) for row in self._rows(query)]

    def rows(self, table: str, order: tuple[str, ...] = ()) -> Iterator[Row]:
        """Yield the rows of a table in the order of columns, none where there is no such table; damage ends them."""
        if table not in self.tables() or not PLAIN_NAME.fullmatch(table):
            return
        columns = {text(row["name"]) for row in self._rows(f"PRAGMA table_info({table})")}
        known = ", ".join(each for each in order if each in columns) or "1"
        yield from self._rows(f"SELECT * FROM {table} ORDER BY {known} LIMIT {MOST_ROWS}")

    def _rows(self, query: str) -> Iterator[Row]:
        if self._connection is None:
            return
        try:
            for row in self._connection.execute(query):
                yield dict(row)
        except DAMAGED as error:
            self.fault = self.fault or broken_off(error)

    def page(self, table: str) -> Page:
        """Return the account of one of its tables, which is to be filled."""
        return Page(f"{shown(str(self.path))}#{table}", modified=self.modified)

    def own_page(self) -> Page:
        """Return the account of the file itself, which holds no rows: where its fault stands."""
        return Page(shown(str(self.path)), self._copy.sha256 or None, self.modified, self.fault)

    @property
    def modified(self) -> int | None:
        """Return when it was last written to, in ns: the journal takes what is written before the file does."""
        try:
            journal = Path(f"{self.path}-wal").stat().st_mtime_ns
        except OSError:
            return self._copy.modified
        return max(journal, self._copy.modified or 0)


@contextmanager
def opened(path: Path) -> Iterator[Database]:
    """Give a database to be read; one that cannot be read has a fault and no rows.

    Raises:
        OSError: it cannot be opened, or there is no room for a copy.
    """
    start = head(path, len(MAGIC))
    if start != MAGIC:
        why = "empty: it was never filled" if not start else "no SQLite database"
        yield Database(path, Copy(path, "", None, 0, start, None if not start else why), None)
        return
    if path.stat().st_size > LARGEST:
        yield Database(path, Copy(path, "", None, 0, start, f"abandoned: more than {LARGEST >> 30} GiB"), None)
        return
    with tempfile.TemporaryDirectory(prefix="forensics-") as folder:
        copy = copied(path, Path(folder))
        with closing(sqlite3.connect(copy.file, isolation_level=None)) as connection:
            connection.text_factory = lambda content: content.decode("utf-8", "backslashreplace")
            connection.row_factory = sqlite3.Row
            connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_VALUE)
            database = Database(path, copy, connection)
            try:
                for setting in ("trusted_schema = OFF", "cell_size_check = ON"):
                    connection.execute(f"PRAGMA {setting}")
            except DAMAGED as error:
                database.fault = broken_off(error)
            yield database
