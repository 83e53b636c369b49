"""Sends what waits in the ledger until it has arrived: nothing is lost, at worst something is told twice.

A text whose reply got lost waits on as one that failed, and says when it comes again that it may be there already.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from forensics.errors import PublishError
from forensics.ledger.rows import Publication

AT_ONCE = 5
FAILURES_IN_A_ROW = 2


def deliver(
    waiting: Sequence[Publication],
    send: Callable[[Publication], None],
    delivered: Callable[[int], None],
    failed: Callable[[int, str], None],
) -> list[str]:
    """Send what waits on one channel, have each outcome recorded by id, and return what went wrong, a line each.

    A text that fails does not stop the others, and does not stand before them next time. Five are sent at once, so
    that nobody is flooded after a long silence; when the channel cannot be reached twice in a row, the rest waits.
    """
    troubles: list[str] = []
    unreached = 0
    now, later = in_turn(waiting)
    for tried, publication in enumerate(now):
        if unreached == FAILURES_IN_A_ROW:
            later = [*now[tried:], *later]
            break
        error = attempt(publication, send, delivered, failed)
        unreached = unreached + 1 if error and not error.is_permanent else 0
        troubles += [f"{subject(publication)}: {error}; tried again with the next report"] if error else []
    return troubles + left(later)


def attempt(
    publication: Publication,
    send: Callable[[Publication], None],
    delivered: Callable[[int], None],
    failed: Callable[[int, str], None],
) -> PublishError | None:
    """Send one text and have the outcome recorded; return why it failed."""
    try:
        send(publication)
    except PublishError as error:
        failed(publication.id, str(error))
        return error
    delivered(publication.id)
    return None


def in_turn(waiting: Sequence[Publication]) -> tuple[list[Publication], list[Publication]]:
    """Return what is sent now and what waits: first what was tried least, then what is oldest."""
    turn = sorted(waiting, key=lambda each: (each.attempts, each.at, each.id))
    return turn[:AT_ONCE], turn[AT_ONCE:]


def left(later: Sequence[Publication]) -> list[str]:
    """Return a line about what was not tried at all."""
    if not later:
        return []
    channel, names = later[0].channel, [each.name for each in later]
    return [f"{channel}: {len(names)} more wait for the next report ({', '.join(names[:3])}{'…' * (len(names) > 3)})"]


def subject(publication: Publication) -> str:
    """Return what a publication is called in a line."""
    return f"{publication.channel} {publication.name}"


def told(publication: Publication) -> str:
    """Return a text as it is sent; one that failed before says so: it comes late, and may come twice."""
    if not publication.attempts:
        return publication.text
    attempt_now = f"attempt {publication.attempts + 1}: late, and maybe here already"
    return f"{publication.text}\n({publication.name}, {attempt_now})"
