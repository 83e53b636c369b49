"""What the ledger holds, version by version. All instants are ns since the epoch, UTC.

A version is never altered once it is out: what a later one needs is a step of its own, and a ledger goes
through all those that it lacks, in one transaction.
"""

from __future__ import annotations

import sqlite3
from functools import cache

APPLICATION_ID = int.from_bytes(b"NWLG", "big")

# One tuple of statements for each version, the first making version 1.
STEPS: tuple[tuple[str, ...], ...] = (
    (
        """
        CREATE TABLE notes ( -- what befell the ledger itself, for the reports after it
            at INTEGER NOT NULL,
            text TEXT NOT NULL
        )
        """,
        """
        CREATE TABLE remembered ( -- rows.Remembered; lists are JSON
            tracker TEXT NOT NULL, -- "url repo"
            key TEXT NOT NULL,
            title TEXT NOT NULL,
            first_seen INTEGER NOT NULL,
            since INTEGER,
            number INTEGER,
            is_open INTEGER NOT NULL CHECK (is_open IN (0, 1)),
            good INTEGER NOT NULL,
            checked TEXT NOT NULL,
            changes TEXT NOT NULL,
            overruled INTEGER NOT NULL,
            is_dressed INTEGER NOT NULL CHECK (is_dressed IN (0, 1)),
            commented_at INTEGER,
            members TEXT NOT NULL,
            PRIMARY KEY (tracker, key)
        )
        """,
        """
        CREATE TABLE intents ( -- requests of which no answer is known; an id is never used again
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            tracker TEXT NOT NULL,
            key TEXT NOT NULL,
            verb TEXT NOT NULL,
            at INTEGER NOT NULL
        )
        """,
        """
        CREATE TABLE publications (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            channel TEXT NOT NULL,
            name TEXT NOT NULL,
            text TEXT NOT NULL, -- empty once it was delivered
            at INTEGER NOT NULL, -- when it was first queued
            delivered_at INTEGER,
            superseded_at INTEGER, -- when a newer one took its place
            UNIQUE (channel, name)
        )
        """,
        """
        CREATE TABLE failures ( -- attempts to deliver a publication that failed
            publication INTEGER NOT NULL,
            at INTEGER NOT NULL,
            error TEXT NOT NULL
        )
        """,
        "CREATE INDEX failures_of ON failures (publication, at)",
    ),
)


def version_of(connection: sqlite3.Connection) -> int:
    """Return the version that a database says it has."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def migrate(connection: sqlite3.Connection) -> None:
    """Bring a database to the newest version, wholly or not at all; an empty one becomes a ledger."""
    if version_of(connection) == len(STEPS):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Asked again: somebody else may have done it before we had the lock.
        for statement in [each for step in STEPS[version_of(connection) :] for each in step]:
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {len(STEPS)}")
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def objects_in(connection: sqlite3.Connection) -> frozenset[tuple[str, str, str]]:
    """Return kind, name and SQL of all tables and indexes."""
    query = "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL"
    return frozenset(connection.execute(query).fetchall())


@cache
def objects_of(version: int) -> frozenset[tuple[str, str, str]]:
    """Return kind, name and SQL of what a ledger of a version must hold."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    try:
        for statement in [each for step in STEPS[:version] for each in step]:
            connection.execute(statement)
        return objects_in(connection)
    finally:
        connection.close()
