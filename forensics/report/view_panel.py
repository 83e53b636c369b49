"""The heartbeat panel: who gave a sign of life, when, and whether that is too long ago."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from forensics.evidence.result import Heartbeat, Result
from forensics.report.view_pen import Pen
from forensics.timeline import duration_text

IN_TIME = frozenset({"ok", "late"})
SHOWN_LINES = 50
SHOWN_REMARKS = 10


@dataclass(frozen=True)
class Line:
    """A line of the panel."""

    job: str
    status: str
    age: str
    interval: str
    ratio: str


@dataclass(frozen=True)
class Panel:
    """The section in plain values; ``left`` lines are not shown, ``left_overdue`` of these are not in time.

    ``silent`` of ``configured`` jobs write no heartbeat at all.
    """

    lines: tuple[Line, ...]
    left: int
    left_overdue: int
    remarks: tuple[tuple[str, str], ...]
    remarks_left: int
    configured: int
    silent: int
    stale_after: str


def panel_view(result: Result, pen: Pen) -> Panel:
    """Return the panel."""
    beats, seen = result.heartbeats, {beat.job for beat in result.heartbeats}
    names = {job.name for job in result.config.jobs}
    left = beats[SHOWN_LINES:]
    remarks = [beat for beat in beats if beat.reason]
    return Panel(
        lines=tuple(lines(beats[:SHOWN_LINES], pen)),
        left=len(left),
        left_overdue=sum(beat.status not in IN_TIME for beat in left),
        remarks=tuple((pen.job_code(beat.job), pen.sentence(beat.reason or "")) for beat in remarks[:SHOWN_REMARKS]),
        remarks_left=max(0, len(remarks) - SHOWN_REMARKS),
        configured=len(names),
        silent=len(names - seen),
        stale_after=f"{result.config.heartbeats.stale_after:g}",
    )


def lines(beats: tuple[Heartbeat, ...], pen: Pen) -> Iterator[Line]:
    """Yield the lines of some heartbeats."""
    for beat in beats:
        yield Line(
            job=pen.names.plain(beat.job),
            status=f"{'+' if beat.status in IN_TIME else '-'} {pen.names.plain(beat.status)}",
            age="none" if beat.age_seconds is None else duration_text(beat.age_seconds),
            interval="unknown" if beat.interval_seconds is None else duration_text(beat.interval_seconds),
            ratio="" if beat.ratio is None else f"{beat.ratio:.2f}",
        )
