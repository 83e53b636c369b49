"""Whether the report itself can be relied on: it is a job like any other, and the ledger holds its traces."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median
from zoneinfo import ZoneInfo

import pandas as pd

from forensics.analyse.advice import LEDGER_BEGUN, NIGHTLY_MISSED, SOURCE_SILENT
from forensics.analyse.wording import counted
from forensics.evidence.intake import Evidence
from forensics.evidence.lookback import NIGHTLY, Audit
from forensics.evidence.memory import Memory
from forensics.evidence.paired import Window
from forensics.evidence.recall import LEDGER
from forensics.evidence.result import Blocker, Finding
from forensics.timeline import NANOS, duration_text, local_text
from forensics.verdicts import Verdict

NIGHT = 86_400 * NANOS
# Reports that follow each other faster were made again by hand, and say nothing of the rhythm.
LEAST_GAP = NIGHT // 2
LEAST_GAPS = 3
OVERDUE = 1.5


def audited(memory: Memory, evidence: Evidence, window: Window, runs: pd.DataFrame) -> Audit:
    """Return how the reports before this one went; ``runs`` is the frame of all runs near the window."""
    last = memory.last
    if last is None:
        return Audit()
    usual, ran = usual_gap(memory), max([last.now, *memory.ran])
    missed = 0 if usual is None else missing_reports(ran, window.now, usual)
    rows, before = rows_by_source(evidence), last.sources
    judged, still, lost = pending_since(memory, runs)
    return Audit(
        usual=usual,
        unwatched=(ran, window.now) if missed else None,
        missed=missed,
        uncovered=(last.until, window.since) if last.until < window.since else None,
        silent={name: before[name] for name in sorted(rows) if before.get(name, 0) and not rows[name]},
        speaking={name: rows[name] for name in sorted(rows) if name in before and not before[name] and rows[name]},
        gone=tuple(sorted(set(before) - set(rows))),
        judged=judged,
        still=still,
        lost=lost,
    )


def rows_by_source(evidence: Evidence) -> dict[str, int]:
    """Return how many rows each source gave, by its name; what the ledger itself adds is no source."""
    rows = Counter[str]()
    for source in evidence.sources:
        if source.kind != LEDGER:
            rows[source.name] += sum(source.rows.values())
    return dict(rows)


def usual_gap(memory: Memory) -> int | None:
    """Return the time from one report to the next as a rule, at least a night; None where too few are known."""
    last = () if memory.last is None else (memory.last.now,)
    ran = sorted({*memory.ran, *(rate.now for rate in memory.rates), *last})
    gaps = [after - before for before, after in pairwise(ran) if after - before >= LEAST_GAP]
    return max(NIGHT, round(median(gaps))) if len(gaps) >= LEAST_GAPS else None


def missing_reports(last: int, now: int, usual: int) -> int:
    """Return how many reports should have run between the last one and now."""
    gap = now - last
    return round(gap / usual) - 1 if gap > OVERDUE * usual else 0


def pending_since(memory: Memory, runs: pd.DataFrame) -> tuple[int, int, int]:
    """Return how many of the runs that were left pending are judged now, still pending, and no longer there."""
    mine = runs[runs["key"].isin(list(memory.pending)).to_numpy()]
    still = mine["verdict"].eq(Verdict.PENDING.value) & mine["in_window"]
    judged = mine["in_window"] & ~still
    return int(judged.sum()), int(still.sum()), len(memory.pending) - mine["key"].nunique()


def of_audit(audit: Audit, zone: ZoneInfo) -> Iterator[Blocker]:
    """Yield the blocker of a report that did not run."""
    if audit.unwatched is None or audit.usual is None:
        return
    begin, end = (local_text(at, zone) for at in audit.unwatched)
    held = "does not hold all of it" if audit.uncovered else "holds it"
    yield Blocker(
        job=None,
        host=None,
        kind="reporting",
        since=audit.unwatched[0],
        count=audit.missed,
        text=f"No report ran from {begin} to {end}: {counted(audit.missed, 'report')} missing.",
        observed=(f"As a rule one comes every {duration_text(audit.usual / NANOS)}; the one before is of {begin}.",),
        inferred=f"So what went wrong in that time was told to nobody until now; this report's window {held}.",
        todo=NIGHTLY_MISSED,
        about=NIGHTLY,
    )


def audit_findings(audit: Audit, notes: Sequence[str]) -> list[Finding]:
    """Return what befell the ledger, and which sources fell silent.

    A source that gives nothing where it gave rows before is no blocker of its own: where its silence says that
    nothing could be read, that is one already; where it says that nothing happened, the runs tell.
    """
    return [
        *(
            Finding(
                kind="ledger",
                text=f"The ledger was not as the last report left it: {note}.",
                inferred="So what earlier reports saw may be unknown: work whose files were overwritten or deleted "
                "since cannot be proven.",
                todo=LEDGER_BEGUN,
            )
            for note in notes
        ),
        *(
            Finding(
                kind="fell_silent",
                text=f"`{name}` gave {counted(rows, 'row')} to the last report, and none to this one.",
                inferred="So it is no longer written or no longer the one that is read, unless nothing happened.",
                todo=SOURCE_SILENT,
                detail={"source": name, "rows_before": rows},
            )
            for name, rows in audit.silent.items()
        ),
    ]
