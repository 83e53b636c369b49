"""How the reports before this one went, as sentences: the last part of what is told of the reporting."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from forensics.evidence.lookback import Audit
from forensics.evidence.memory import Memory, PastReport
from forensics.evidence.result import Result
from forensics.report.view_pen import Pen
from forensics.report.wording import counted, listed
from forensics.timeline import NANOS, duration_text, utc_text

SHOWN_NAMES = 5


def audit_lines(result: Result, pen: Pen) -> Iterator[str]:
    """Yield what is known of earlier reports, and of the ledger that knows it; always at least a line."""
    memory, audit = result.memory, result.audit
    if memory.last is None:
        known = "this is the first in the ledger" if memory.is_known else "no ledger"
        yield f"No earlier report is known ({known})."
    else:
        yield from of_last(memory.last, audit, pen)
        yield from of_gaps(audit, pen)
        yield from of_pending(memory, audit)
        yield from of_sources(audit, pen)
    yield from (f"Ledger: {pen.sentence(note).rstrip('.')}." for note in memory.notes[:SHOWN_NAMES])


def of_last(last: PastReport, audit: Audit, pen: Pen) -> Iterator[str]:
    """Yield when the last report ran, what it read, and where it was published."""
    read = len(set(last.sources) - set(last.faults))
    is_timely = audit.usual is not None and audit.unwatched is None
    parts = [
        f"Last report: {pen.full(last.now)}{', on time' if is_timely else ''}",
        f"exit {last.exit_code}",
        counted(last.runs, "run"),
        f"{read} of {counted(len({*last.sources, *last.faults}), 'source')} read",
    ]
    sent = [pen.names.plain(channel) for channel, at in sorted(last.delivered.items()) if at is not None]
    unsent = [pen.names.plain(channel) for channel, at in sorted(last.delivered.items()) if at is None]
    parts += [f"published ({', '.join(sent)})"] if sent else []
    parts += [f"not published ({', '.join(unsent)})"] if unsent else []
    yield "; ".join(parts) + "."
    if last.faults:
        yield f"It could not read {codes(last.faults, pen)} to the end."


def of_gaps(audit: Audit, pen: Pen) -> Iterator[str]:
    """Yield when no report ran although one should have, and which time none is about."""
    if audit.unwatched is not None and audit.usual is not None:
        begin, end = map(pen.full, audit.unwatched)
        rule = duration_text(audit.usual / NANOS)
        yield f"**No report ran from {begin} to {end}**: {audit.missed:,} missing, as a rule one comes every {rule}."
    if audit.uncovered is not None:
        since, until = audit.uncovered
        command = f"forensics report --since {utc_text(since)} --until {utc_text(until)}"
        yield f"No report is about {pen.full(since)} to {pen.full(until)}; `{command}` makes one."


def of_pending(memory: Memory, audit: Audit) -> Iterator[str]:
    """Yield what became of the runs that were too early to judge."""
    if not memory.pending:
        return
    counts = (audit.judged, "judged here"), (audit.still, "still pending"), (audit.lost, "no longer in any source")
    told = ", ".join(f"{count:,} {word}" for count, word in counts if count)
    yield f"It left {counted(len(memory.pending), 'run')} pending{f': {told}' if told else ''}."


def of_sources(audit: Audit, pen: Pen) -> Iterator[str]:
    """Yield which sources gave rows to one of the two reports only."""
    if audit.silent:
        told = [f"{pen.names.code(pen.near(name))} ({rows:,} rows then)" for name, rows in first(audit.silent)]
        yield f"Nothing now from {listed(told, len(audit.silent))}."
    if audit.speaking:
        yield f"Rows again from {codes(audit.speaking, pen)}."
    if audit.gone:
        yield f"Read then, and not named now: {codes(dict.fromkeys(audit.gone, 0), pen)}."


def codes(found: Mapping[str, object], pen: Pen) -> str:
    """Return names for a sentence."""
    return listed([pen.names.code(pen.near(name)) for name, _ in first(found)], len(found))


def first(found: Mapping[str, object]) -> list[tuple[str, object]]:
    """Return as many as are shown, in the order of their names."""
    return sorted(found.items())[:SHOWN_NAMES]
