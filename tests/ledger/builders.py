"""Ledgers for the tests of this room."""

from __future__ import annotations

from pathlib import Path

from forensics.database.opening import noted
from forensics.ledger.database import open_ledger
from forensics.ledger.rows import Remembered
from forensics.ledger.tracker import TrackerMemory
from tests.processes import as_nobody

NOW = 1_773_885_600_000_000_000  # 2026-03-19T02:00:00Z
STAMP = "20260319T020000Z"
HERE = "https://forge.example.org ops/nightwatch"
AS_NOBODY = as_nobody("forensics.ledger.lock", "forensics.ledger.tracker")


def remembered(key: str = "job=db kind=stale", **values: object) -> Remembered:
    return Remembered(**{"key": key, "title": f"[{key}]", "first_seen": NOW, **values})  # type: ignore[arg-type]


def filled(path: Path, *keys: str) -> Path:
    """Make a ledger that remembers something under each key."""
    with open_ledger(path, NOW) as ledger:
        for key in keys:
            TrackerMemory(ledger, HERE).remember(remembered(key))
    return path


def keys_in(path: Path) -> set[str]:
    with open_ledger(path, NOW) as ledger:
        return set(TrackerMemory(ledger, HERE).remembered())


def notes_in(path: Path, now: int = NOW) -> list[str]:
    """Open a ledger, and return what was found wrong with it."""
    with open_ledger(path, now) as ledger:
        return noted(ledger, now, now)
