"""Copies an SQLite database whole, in its own page order: what a killed writer left half done is undone in the copy."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from forensics.sources.registry_copy import copied


def backup(path: Path, folder: Path) -> tuple[Path, int | None, bool]:
    """Return a copy in a folder of our own, the database's mtime in ns, and whether it is a sound one.

    Of a damaged database the copy is its file as it lies there.

    Raises:
        OSError: it cannot be opened, or there is no room for a copy.
    """
    raw = folder / "raw"
    raw.mkdir()
    copy = copied(path, raw)
    target = folder / "backup.db"
    try:
        with closing(sqlite3.connect(copy.file)) as source, closing(sqlite3.connect(target)) as sink:
            source.execute("PRAGMA trusted_schema = OFF")
            source.backup(sink)
    except sqlite3.Error:
        return copy.file, copy.modified, False
    return target, copy.modified, True
