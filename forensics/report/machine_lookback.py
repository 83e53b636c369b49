"""What the JSON report says of the ones before it."""

from __future__ import annotations

from forensics.evidence.lookback import Change, Changes
from forensics.evidence.memory import PastReport
from forensics.evidence.result import Result
from forensics.report.machine_values import clean, instant, plain
from forensics.timeline import NANOS


def audit(result: Result) -> dict[str, object]:
    """Return how the reports before this one went; ``last`` is null where none is known."""
    found, memory = result.audit, result.memory
    return {
        "ledger": memory.is_known,
        "last": None if memory.last is None else past(memory.last),
        "usual_seconds": None if found.usual is None else found.usual // NANOS,
        "missed": found.missed,
        "unwatched": span(found.unwatched),
        "uncovered": span(found.uncovered),
        "silent": plain(found.silent),
        "speaking": plain(found.speaking),
        "gone": plain(found.gone),
        "pending": {"left": len(memory.pending), "judged": found.judged, "still": found.still, "lost": found.lost},
        "notes": plain(memory.notes),
    }


def past(last: PastReport) -> dict[str, object]:
    """Return the last report."""
    return {
        "now": instant(last.now),
        "window": {"since": instant(last.since), "until": instant(last.until)},
        "exit": last.exit_code,
        "runs": last.runs,
        "sources": plain(last.sources),
        "faults": plain(last.faults),
        "delivered": {str(clean(channel)): instant(at) for channel, at in last.delivered.items()},
    }


def span(ends: tuple[int, int] | None) -> list[str | None] | None:
    """Return a stretch of time."""
    return None if ends is None else [instant(end) for end in ends]


def changes(found: Changes) -> dict[str, object]:
    """Return what became of the last report's blockers; ``unseen`` are gone without a sign that they are over."""
    groups = {name: list(map(change, getattr(found, name))) for name in ("new", "recurring", "resolved", "unseen")}
    return {"since": instant(found.since), **groups}


def change(each: Change) -> dict[str, object]:
    """Return a trouble that came, stayed or went."""
    told = {"job": clean(each.job), "host": clean(each.host), "kind": each.kind, "about": clean(each.about)}
    return {**told, "text": clean(each.text), "first": instant(each.first), "reports": each.reports}
