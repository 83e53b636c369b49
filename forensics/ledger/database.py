"""The ledger as one of our databases: opened to write to, copied for a dry run, or empty."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

from forensics.database.copying import copied
from forensics.database.opening import Care, Database, empty, opened
from forensics.ledger.schema import LEDGER

Ledger = Database


def open_ledger(path: Path, now: int) -> AbstractContextManager[Ledger]:
    """Open the ledger, made where it is missing; what is no ledger is set aside, of which a note is left.

    Raises:
        DatabaseError: it cannot be opened or made, or a newer version wrote it.
    """
    return opened(path, LEDGER, now, Care())


def copied_ledger(path: Path, now: int) -> AbstractContextManager[Ledger]:
    """Open a copy in memory, for a dry run: it may be written, and the ledger itself is not touched.

    Raises:
        DatabaseError: it cannot be read, or a newer version wrote it.
    """
    return copied(path, LEDGER, now, Care())


def empty_ledger() -> AbstractContextManager[Ledger]:
    """Open a ledger in memory that knows nothing, and that nobody will know of."""
    return empty(LEDGER)
