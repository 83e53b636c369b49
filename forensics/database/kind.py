"""What tells one kind of database from another: its name, its mark in the file's head, its tables by version.

A version is never altered once it is out: what a later one needs is a step of its own, and a database goes
through all those that it lacks, in one transaction.
"""

from __future__ import annotations

import sqlite3
from functools import cache

from forensics.frozen import frozen

Objects = frozenset[tuple[str, str, str]]
NOTES = """
    CREATE TABLE notes ( -- what befell the database itself, for those who read it after
        at INTEGER NOT NULL,
        text TEXT NOT NULL
    )
    """


@frozen
class Kind:
    """A kind of database. ``steps`` holds the statements for each version; the first must make the table of notes."""

    noun: str
    mark: bytes  # four of them: SQLite's application id
    steps: tuple[tuple[str, ...], ...]

    @property
    def newest(self) -> int:
        """Return the version that this program knows."""
        return len(self.steps)


def version_of(connection: sqlite3.Connection) -> int:
    """Return the version that a database says it has."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def migrate(connection: sqlite3.Connection, kind: Kind) -> None:
    """Bring a database to the newest version, wholly or not at all; an empty one becomes one of this kind."""
    if version_of(connection) == kind.newest:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Asked again: somebody else may have done it before we had the lock.
        for statement in [each for step in kind.steps[version_of(connection) :] for each in step]:
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {int.from_bytes(kind.mark, 'big')}")
        connection.execute(f"PRAGMA user_version = {kind.newest}")
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def objects_in(connection: sqlite3.Connection) -> Objects:
    """Return kind, name and SQL of all tables, views and indexes."""
    query = "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL"
    return frozenset(connection.execute(query).fetchall())


@cache
def objects_of(kind: Kind, version: int) -> Objects:
    """Return kind, name and SQL of what a database of a version must hold."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    try:
        for statement in [each for step in kind.steps[:version] for each in step]:
            connection.execute(statement)
        return objects_in(connection)
    finally:
        connection.close()
