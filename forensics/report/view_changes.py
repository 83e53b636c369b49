"""What changed since the last report, in words: how many troubles are new, and which are over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from forensics.evidence.lookback import NIGHTLY, Change, Changes, Parts
from forensics.evidence.result import Blocker, Result
from forensics.report.view_pen import Pen
from forensics.report.wording import listed
from forensics.timeline import NANOS

HOUR = 3600 * NANOS
LAST_NIGHT = range(12 * HOUR, 36 * HOUR + 1)
SHOWN_NAMES = 12


@dataclass(frozen=True)
class Flips:
    """What to say of the blockers: ``before`` names the last report; ``standings`` are words for each that is told.

    ``counts`` is None where nothing came, stayed or went. ``unseen`` are gone without a sign that they are over.
    """

    before: str
    counts: str | None
    standings: dict[Parts, str]
    resolved: str
    unseen: str


def flips(result: Result, pen: Pen) -> Flips | None:
    """Return what changed, None where no earlier report is known."""
    found = result.changes
    if found is None:
        return None
    before = last_text(found.since, result, pen)
    told = {(blocker.job, blocker.host) for blocker in result.blockers if blocker.job}
    unseen = [change for change in found.unseen if (change.job, change.host) not in told]
    return Flips(
        before=before,
        counts=counts(found, before),
        standings={change.parts: "new" for change in found.new}
        | {change.parts: recurring(change, pen) for change in found.recurring},
        resolved=names(found.resolved, pen),
        unseen=names(unseen, pen),
    )


def counts(found: Changes, before: str) -> str | None:
    """Return how many are new and how many are over, None where there were none and are none."""
    flipped = (len(found.new), "new"), (len(found.resolved), "resolved")
    said = ", ".join(f"{count:,} {word}" for count, word in flipped if count)
    if not said:
        return f"nothing new since {before}" if found.recurring else None
    return f"{said} since {before}" + (f", {len(found.recurring):,} as before" if found.recurring else "")


def last_text(at: int, result: Result, pen: Pen) -> str:
    """Return how the last report is called: last night's, where it was made then, else by its time."""
    return "last night's report" if result.window.now - at in LAST_NIGHT else f"the report of {pen.full(at)}"


def recurring(change: Change, pen: Pen) -> str:
    """Return how long a trouble has been told."""
    if change.first is None or change.reports is None:
        return "recurring"
    return f"recurring: in {change.reports + 1:,} reports in a row, first {pen.full(change.first)}"


def standing(blocker: Blocker, found: Flips | None) -> str | None:
    """Return whether a blocker is new or recurring, None where that is not known."""
    return None if found is None else found.standings.get((blocker.kind, blocker.job, blocker.host, blocker.about))


def names(changes: Sequence[Change], pen: Pen) -> str:
    """Return troubles by whom they concern, for a sentence; empty where there are none."""
    return listed([name(change, pen) for change in changes[:SHOWN_NAMES]], len(changes))


def name(change: Change, pen: Pen) -> str:
    """Return whom a trouble concerns, and what it was."""
    kind = pen.names.plain(change.kind).replace("_", " ")
    if change.job is not None:
        return f"{pen.job_code(change.job, change.host)} ({kind})"
    if change.about == NIGHTLY:
        return "reports that did not run"
    return kind if change.about is None else f"{pen.names.code(pen.near(change.about))} ({kind})"
