"""Texts on their way to people: queued before they are sent, and kept until they have arrived."""

from __future__ import annotations

from forensics.database.opening import storable
from forensics.ledger.database import Ledger
from forensics.ledger.rows import Publication
from forensics.redaction import redact
from forensics.untrusted import clipped

# Nobody wants to read last week's summaries at once: here a newer text takes the place of those that wait.
NEWEST_ONLY = frozenset({"slack"})
LONGEST_ERROR = 500
END_OF_TIME = 2**63 - 1
UNDELIVERED = """
    SELECT id, channel, name, text, publications.at, count(failures.at),
           coalesce((SELECT error FROM failures WHERE publication = id AND at < :now ORDER BY at DESC, rowid DESC), '')
    FROM publications LEFT JOIN failures ON failures.publication = id AND failures.at < :now
    WHERE publications.at < :now
      AND coalesce(delivered_at, :now) >= :now
      AND coalesce(superseded_at, :now) >= :now
    GROUP BY id
    ORDER BY publications.at, id
"""


def publish(ledger: Ledger, channel: str, name: str, text: str, at: int) -> None:
    """Queue a text; one of the same name gives way to it, unless it was delivered already.

    Raises:
        DatabaseError: it cannot be written.
    """
    with ledger.change() as connection:
        connection.execute(
            "INSERT INTO publications (channel, name, text, at) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (channel, name) DO UPDATE SET text = excluded.text, superseded_at = NULL"
            " WHERE delivered_at IS NULL",
            (channel, name, storable(text), at),
        )
        if channel in NEWEST_ONLY:
            waits = "channel = ? AND delivered_at IS NULL AND superseded_at IS NULL"
            newest = f"SELECT id FROM publications WHERE {waits} ORDER BY at DESC, id DESC LIMIT 1"
            connection.execute(
                f"UPDATE publications SET superseded_at = ? WHERE {waits} AND id != ({newest})", (at, channel, channel)
            )


def waiting(ledger: Ledger, channel: str) -> list[Publication]:
    """Return what is still to be sent to a channel, oldest first.

    Raises:
        DatabaseError: it cannot be read.
    """
    return [each for each in undelivered(ledger) if each.channel == channel]


def undelivered(ledger: Ledger, now: int = END_OF_TIME) -> list[Publication]:
    """Return what had not arrived by an instant, oldest first; what happened at that instant or later is not known.

    So a report finds what earlier ones left, not its own, and finds the same when it is made again. The text
    of what has arrived since is empty.

    Raises:
        DatabaseError: it cannot be read.
    """
    return [Publication(*row) for row in ledger.rows(UNDELIVERED.replace(":now", "?1"), now)]


def delivered(ledger: Ledger, publication: int, at: int) -> None:
    """Take note that a text arrived, and let it go; a second time changes nothing.

    Raises:
        DatabaseError: it cannot be written.
    """
    with ledger.change() as connection:
        update = "UPDATE publications SET delivered_at = ?, text = '' WHERE id = ? AND delivered_at IS NULL"
        connection.execute(update, (at, publication))


def failed(ledger: Ledger, publication: int, error: str, at: int) -> None:
    """Take note that a text could not be sent, and why; secrets are masked.

    Raises:
        DatabaseError: it cannot be written.
    """
    with ledger.change() as connection:
        why = clipped(storable(redact(error)), LONGEST_ERROR)
        connection.execute("INSERT INTO failures VALUES (?, ?, ?)", (publication, at, why))
