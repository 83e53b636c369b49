"""The issue that nightly reports go to: one of its own, or the roll-up that is open."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from forensics.errors import PublishError
from forensics.ledger.rows import Publication
from forensics.publish.issues import Forge, Issue
from forensics.publish.marks import REPORTS, Standing, key_in, marked
from forensics.publish.nights import publish_night

TITLE = "[night-watch] nightly reports"
TEXT = "The report of each night is added here by the checker. Write below what you like."


def sender(forge: Forge, how: Literal["comment", "attachment"]) -> Callable[[Publication], None]:
    """Return what sends a report; where it goes to is looked up when the first one is sent."""
    found: list[tuple[int, int | None]] = []

    def send(report: Publication) -> None:
        if not found:
            found.append(place(forge, how))
        number, author = found[0]
        publish_night(forge, how, number, report.name, report.text.encode("utf-8", "backslashreplace"), author)

    return send


def unsent(why: str) -> Callable[[Publication], None]:
    """Return what sends no report, for the tracker is known to be away."""

    def send(report: Publication) -> None:
        raise PublishError(why, is_permanent=False)

    return send


def place(forge: Forge, how: Literal["comment", "attachment"]) -> tuple[int, int | None]:
    """Return the number of the issue that reports go to, opened where there is none, and our user's id."""
    own = forge.own_id()
    ours = [issue for issue in forge.issues() if own is not None and issue.author == own]
    found = chosen(ours, how)
    if found is not None:
        return found.number, own
    opened = forge.open_issue(TITLE, marked(REPORTS, TEXT, Standing()), ())
    return opened.number, opened.author


def chosen(ours: Sequence[Issue], how: Literal["comment", "attachment"]) -> Issue | None:
    """Return the issue for reports: as files they go to an open roll-up, else all to the lowest of their own."""
    keys = {issue.number: key_in(issue.body) or "" for issue in ours}
    rollups = [issue for issue in ours if issue.is_open and keys[issue.number].startswith("cause=")]
    if how == "attachment" and rollups:
        return min(rollups, key=lambda issue: issue.number)
    own = [issue for issue in ours if keys[issue.number] == REPORTS]
    return min(own, key=lambda issue: (not issue.is_open, issue.number), default=None)
