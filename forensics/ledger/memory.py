"""What a report is given of earlier ones, and what it leaves for the next: the ledger read and written as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from forensics.database.opening import noted
from forensics.evidence.memory import Memory, PastReport, SeenFile
from forensics.evidence.records import Kept
from forensics.ledger.database import Ledger
from forensics.ledger.nights import (
    Night,
    keep_night,
    last_report,
    made_before,
    newest_report,
    pending_runs,
    rates,
    standing,
)
from forensics.ledger.sightings import keep, kept_by, look, looks, see, seen_files

DAY = 86_400 * 1_000_000_000
# How long before a window evidence may lie that still has a say in it.
REACH = 3 * DAY
OLDEST = 400 * DAY
OLDEST_SEEN = 100 * DAY
OLDEST_KEPT = 45 * DAY


@dataclass(frozen=True)
class Left:
    """What a report leaves to be remembered: itself, the files it saw, the sources it read, what they ask to keep."""

    night: Night
    files: Iterable[SeenFile] = ()
    sources: Sequence[str] = ()
    kept: Mapping[str, Sequence[Kept]] = field(default_factory=dict)


def recall(
    ledger: Ledger, scope: str, now: int, since: int, last: PastReport | None, sources: Iterable[str] = ()
) -> Memory:
    """Return what a report of a window from ``since`` on, judged at ``now``, may know of earlier ones.

    ``sources`` are the keys of the live sources that ask for what they kept.

    Raises:
        DatabaseError: it cannot be read.
    """
    pending = pending_runs(ledger, scope, now)
    reach = min([since, *pending.values()]) - REACH
    return Memory(
        is_known=True,
        last=last,
        pending=pending,
        seen=seen_files(ledger, now, reach),
        looks=looks(ledger, now, reach),
        rates=rates(ledger, scope, now),
        kept={source: kept_by(ledger, source, now, reach) for source in sources},
        notes=tuple(noted(ledger, 0 if last is None else last.now + 1, now)),
        ran=made_before(ledger, scope, now),
        standing=standing(ledger, scope, now),
    )


def remember(ledger: Ledger, left: Left) -> bool:
    """Write a report down; return whether it was: an old night that is made again adds nothing to what is known.

    Raises:
        DatabaseError: it cannot be written.
    """
    scope, now = left.night.scope, left.night.report.now
    newest = newest_report(ledger, scope)
    if newest is not None and now < newest:
        return False
    last = last_report(ledger, scope, now)
    with ledger.change() as connection:
        if left.night.is_about_all:
            keep_night(connection, left.night, last)
        see(connection, left.files)
        look(connection, left.sources, now)
        keep(connection, left.kept, now)
        for table, column, oldest in (
            ("seen", "at", OLDEST_SEEN),
            ("looks", "at", OLDEST_SEEN),
            ("kept", "at", OLDEST_KEPT),
            ("notes", "at", OLDEST),
        ):
            connection.execute(f"DELETE FROM {table} WHERE {column} < ?", (now - oldest,))
        old = "SELECT id FROM reports WHERE now < ?"
        connection.execute(f"DELETE FROM pending WHERE report IN ({old})", (now - OLDEST,))
        connection.execute("DELETE FROM reports WHERE now < ?", (now - OLDEST,))
    return True


__all__ = ["Left", "last_report", "recall", "remember"]
