"""What the ledger knows of evidence that may be gone: versions of files, looks at sources, what these asked to keep.

A version of a file is told from another by its mtime, size and inode. A *look* is an instant at which a source was
read to its end: what no look saw between two versions was not there for long, or not at all.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence

from forensics.database.opening import storable
from forensics.evidence.memory import SeenFile
from forensics.evidence.records import Kept
from forensics.ledger.database import Ledger

SEEN = """
    SELECT sources.source, path, at, nullif(size, -1), nullif(inode, -1), changed_at, born_at, first_seen,
           min(last_seen, ?1), row_number() OVER (ORDER BY at, seen.source, path, size, inode), host
    FROM seen JOIN sources ON sources.id = seen.source
    WHERE first_seen < ?1 AND at >= ?2
    ORDER BY at, seen.source, path, size, inode
"""
SEE = """
    INSERT INTO seen (at, source, path, size, inode, changed_at, born_at, host, first_seen, last_seen)
    VALUES (?, ?, ?, coalesce(?, -1), coalesce(?, -1), ?, ?, ?, ?, ?)
    ON CONFLICT (at, source, path, size, inode) DO UPDATE SET last_seen = max(last_seen, excluded.last_seen)
"""
KEEP = """
    INSERT INTO kept (source, key, recorded, at, content) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (source, key, recorded) DO UPDATE SET at = excluded.at, content = excluded.content
"""
NEWEST_KEPT = """
    SELECT key, at, content, max(recorded) FROM kept
    WHERE source = ? AND recorded < ? AND at >= ?
    GROUP BY key ORDER BY at, key
"""
NEWEST_CONTENT = "SELECT key, content, max(recorded) FROM kept WHERE source = ? AND recorded <= ? GROUP BY key"


def seen_files(ledger: Ledger, now: int, since: int) -> tuple[SeenFile, ...]:
    """Return the versions of files from ``since`` on that were seen before ``now``, numbered in order of their times.

    Raises:
        DatabaseError: it cannot be read.
    """
    return tuple(SeenFile(*row) for row in ledger.rows(SEEN, now, since))


def looks(ledger: Ledger, now: int, since: int) -> dict[str, tuple[int, ...]]:
    """Return when each source was read, from ``since`` to before ``now``, ascending.

    Raises:
        DatabaseError: it cannot be read.
    """
    found: dict[str, list[int]] = {}
    query = "SELECT source, at FROM looks WHERE at < ? AND at >= ? ORDER BY source, at"
    for source, at in ledger.rows(query, now, since):
        found.setdefault(source, []).append(at)
    return {source: tuple(instants) for source, instants in found.items()}


def kept_by(ledger: Ledger, source: str, now: int, since: int) -> tuple[Kept, ...]:
    """Return what a live source asked to be remembered before ``now``, of ``since`` and later, oldest first.

    Raises:
        DatabaseError: it cannot be read.
    """
    return tuple(Kept(key, at, content) for key, at, content, _ in ledger.rows(NEWEST_KEPT, source, now, since))


def see(connection: sqlite3.Connection, files: Iterable[SeenFile]) -> None:
    """Write down versions of files; of those known already, that they are still there."""
    numbers: dict[str, int] = {}
    rows = (
        (
            *(each.at, _number_of(connection, each.source, numbers), storable(each.path), each.size, each.inode),
            *(each.changed_at, each.born_at, each.host, each.first_seen, each.last_seen),
        )
        for each in files
    )
    connection.executemany(SEE, list(rows))


def _number_of(connection: sqlite3.Connection, source: str, known: dict[str, int]) -> int:
    if source not in known:
        text = storable(source)
        connection.execute("INSERT OR IGNORE INTO sources (source) VALUES (?)", (text,))
        known[source] = connection.execute("SELECT id FROM sources WHERE source = ?", (text,)).fetchone()[0]
    return known[source]


def look(connection: sqlite3.Connection, sources: Iterable[str], at: int) -> None:
    """Write down that sources were read to their end."""
    connection.executemany("INSERT OR IGNORE INTO looks VALUES (?, ?)", [(storable(each), at) for each in sources])


def keep(connection: sqlite3.Connection, kept: Mapping[str, Sequence[Kept]], now: int) -> None:
    """Write down what live sources ask to be remembered, where it is not known in these words already."""
    for source, asked in kept.items():
        rows = connection.execute(NEWEST_CONTENT, (storable(source), now)).fetchall()
        known = {key: content for key, content, _ in rows}
        fresh = [each for each in asked if known.get(each.key) != each.content]
        written = [(storable(source), storable(each.key), now, each.at, storable(each.content)) for each in fresh]
        connection.executemany(KEEP, written)
