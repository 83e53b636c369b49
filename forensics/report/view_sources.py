"""The sources: what was read, what it covers, what was rejected, and the digests by which it can be known again."""

from __future__ import annotations

from dataclasses import dataclass

from forensics.evidence.intake import SourceRead
from forensics.evidence.provenance import LANES
from forensics.evidence.result import Result
from forensics.report.columns import texts
from forensics.report.view_pen import Pen
from forensics.timeline import local_text
from forensics.untrusted import LONGEST_TEXT, clipped, fence, safe_line

SHOWN_SOURCES = 15
SHOWN_FAULTS = 5
SHOWN_REJECTS, SHOWN_DIGESTS, SHOWN_NAMES = 8, 8, 15
REJECT_WIDTH = 200


@dataclass(frozen=True)
class Line:
    """A line of the table; ``begins`` and ``ends`` are None where a source's reach is open, or where it has none.

    Of a source that speaks job by job they are those of all its jobs, and it is said.
    """

    name: str
    lanes: str
    files: int
    faulty: int
    records: int
    rows: int
    rejected: int
    covers: bool
    begins: str | None
    ends: str | None


@dataclass(frozen=True)
class Fold:
    """Lines in a fence that its text cannot leave; ``left`` more are not shown."""

    count: int
    fence: str
    left: int


@dataclass(frozen=True)
class Sources:
    """The section in plain values."""

    lines: tuple[Line, ...]
    left: int
    zone: str
    faults: tuple[tuple[str, str], ...]
    faults_left: int
    rejects: Fold
    digests: Fold


def sources_view(result: Result, pen: Pen) -> Sources:
    """Return the section of the sources."""
    sources = result.evidence.sources
    faults = [(source.name, fault) for source in sources for fault in source.faults]
    broken = result.evidence.files[result.evidence.files["fault"].notna().to_numpy()]["source"].value_counts()
    return Sources(
        lines=tuple(line(source, int(broken.get(at, 0)), pen) for at, source in enumerate(sources[:SHOWN_SOURCES])),
        left=max(0, len(sources) - SHOWN_SOURCES),
        zone=str(result.config.timezone),
        faults=tuple((pen.names.code(name), pen.sentence(fault)) for name, fault in faults[:SHOWN_FAULTS]),
        faults_left=max(0, len(faults) - SHOWN_FAULTS),
        rejects=rejects(result, pen),
        digests=digests(result, pen),
    )


def line(source: SourceRead, faulty: int, pen: Pen) -> Line:
    """Return one source's line."""
    begins, ends = source.covers or (None, None)
    return Line(
        name=pen.names.code(source.name),
        lanes=", ".join(lanes_of(source)),
        files=source.files,
        faulty=faulty,
        records=source.records,
        rows=sum(source.rows.values()),
        rejected=source.rejected,
        covers=source.covers is not None,
        begins=begin_text(source, begins, pen),
        ends=None if ends is None else reach_text(ends, pen),
    )


def begin_text(source: SourceRead, begins: int | None, pen: Pen) -> str | None:
    """Return where the reach of a source begins, None where it is open; for each job it may begin elsewhere."""
    text = None if begins is None else reach_text(begins, pen)
    return f"by job, {text or 'each from its begin'}" if source.job_spans else text


def lanes_of(source: SourceRead) -> list[str]:
    """Return the lanes of a source: those that it may fill, and any other that it did fill."""
    filled = [table for table, rows in source.rows.items() if rows]
    return list(dict.fromkeys(LANES.get(table, table) for table in (*source.lanes, *filled)))


def reach_text(at: int, pen: Pen) -> str:
    """Return an end of what a source covers, without the year where that is the report's own."""
    text = local_text(at, pen.zone)
    return text[5:] if text.startswith(pen.year) else text


def rejects(result: Result, pen: Pen) -> Fold:
    """Return the records that could not be read: where, why, and how they begin."""
    frame, total = result.evidence.rejects, sum(source.rejected for source in result.evidence.sources)
    first = frame.iloc[:SHOWN_REJECTS]
    names = texts(result.evidence.files["name"].iloc[first["file"].to_numpy()])
    rows = zip(names, first["record"].tolist(), texts(first["reason"]), texts(first["text"]), strict=True)
    shown = [reject_line(pen.near(name or ""), *row) for name, *row in rows]
    return Fold(total, fence("\n".join(shown)), total - len(shown))


def reject_line(name: str, record: int, reason: str, text: str | None) -> str:
    """Return one rejected record on a line."""
    begins = f": {safe_line(text)}" if text else ""
    return clipped(f"{safe_line(name)}:{record}: {safe_line(reason)}{begins}", REJECT_WIDTH)


def digests(result: Result, pen: Pen) -> Fold:
    """Return the digests of the files that were read, as ``sha256sum`` writes and checks them."""
    files = result.evidence.files[result.evidence.files["sha256"].notna().to_numpy()]
    first = files.iloc[:SHOWN_DIGESTS]
    shown = [
        f"{safe_line(digest)}  {safe_line(pen.near(name))}"
        for digest, name in zip(texts(first["sha256"]), texts(first["name"]), strict=True)
    ]
    return Fold(len(files), fence("\n".join(shown)), len(files) - len(shown))


def written_out(pen: Pen) -> Fold:
    """Return the names that stood above as ``slug~hash``, in full."""
    shown = list(pen.names.written.items())[:SHOWN_NAMES]
    text = "\n".join(f"{short} = {clipped(full, LONGEST_TEXT)}" for short, full in shown)
    return Fold(len(pen.names.written), fence(text), len(pen.names.written) - len(shown))
