"""What the ledger knows of a tracker's issues."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from typing import Any

from forensics.database.faults import DatabaseError
from forensics.database.opening import Value, storable
from forensics.ledger.database import Ledger
from forensics.ledger.rows import Intent, Remembered

COLUMNS = tuple(each.name for each in fields(Remembered))
LISTS = frozenset({"changes", "members"})
FLAGS = frozenset({"is_open", "is_dressed"})
SELECT = f"SELECT {', '.join(COLUMNS)} FROM remembered WHERE tracker = ? ORDER BY key"
REPLACE = f"INSERT OR REPLACE INTO remembered (tracker, {', '.join(COLUMNS)}) VALUES (?{', ?' * len(COLUMNS)})"


@dataclass(frozen=True)
class TrackerMemory:
    """The ledger's part for one tracker, which is named by its address and repository, ``url repo``.

    Every method raises DatabaseError where the ledger cannot be read or written; what one wrote is durable when it
    returns.
    """

    ledger: Ledger
    tracker: str

    def remembered(self) -> dict[str, Remembered]:
        """Return what is remembered of the issues, by key."""
        rows = self.ledger.rows(SELECT, self.tracker)
        return {each.key: each for each in (_unpacked(row, self.ledger.where) for row in rows)}

    def remember(self, *subjects: Remembered) -> None:
        """Remember subjects, in place of what was known of them."""
        rows = [(self.tracker, *(_packed(getattr(subject, name)) for name in COLUMNS)) for subject in subjects]
        with self.ledger.change() as connection:
            connection.executemany(REPLACE, rows)

    def forget(self, *keys: str) -> None:
        """Forget subjects, known or not."""
        with self.ledger.change() as connection:
            delete = "DELETE FROM remembered WHERE tracker = ? AND key = ?"
            connection.executemany(delete, [(self.tracker, key) for key in keys])

    def intend(self, key: str, verb: str, at: int) -> int:
        """Note a request before it is sent; return the intent's id, which is never used again."""
        with self.ledger.change() as connection:
            insert = "INSERT INTO intents (tracker, key, verb, at) VALUES (?, ?, ?, ?)"
            return connection.execute(insert, (self.tracker, key, verb, at)).lastrowid or 0

    def settled(self, *intents: int) -> None:
        """Take note that the answers to requests are known; a second time changes nothing."""
        with self.ledger.change() as connection:
            delete = "DELETE FROM intents WHERE id = ? AND tracker = ?"
            connection.executemany(delete, [(intent, self.tracker) for intent in intents])

    def intents(self) -> list[Intent]:
        """Return the requests of which no answer is known, oldest first."""
        query = "SELECT id, key, verb, at FROM intents WHERE tracker = ? ORDER BY id"
        return [Intent(*row) for row in self.ledger.rows(query, self.tracker)]


def _packed(value: Value | tuple[int | str, ...]) -> Value:
    match value:
        case tuple():
            return json.dumps(value)
        case str():
            return storable(value)
        case _:
            return value


def _unpacked(row: tuple[Value, ...], where: str) -> Remembered:
    try:
        values: dict[str, Any] = {name: _field(name, value) for name, value in zip(COLUMNS, row, strict=True)}
        return Remembered(**values)
    except (TypeError, ValueError) as error:
        raise DatabaseError(f"{where} is damaged (a row of issues) - move it away, and a new one is begun") from error


def _field(name: str, value: Value) -> object:
    if name in LISTS:
        return tuple(json.loads(str(value)))
    return bool(value) if name in FLAGS else value
