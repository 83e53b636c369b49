"""The heartbeat panel: who gave a sign of life, when, and whether that is too long ago."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from forensics.evidence.result import Heartbeat, Result
from forensics.report.view_pen import Pen
from forensics.timeline import duration_text

IN_TIME = frozenset({"ok", "late"})
SHOWN_LINES = 35
SHOWN_REMARKS = 5


@dataclass(frozen=True)
class Line:
    """A line of the panel."""

    job: str
    status: str
    age: str
    interval: str
    ratio: str


@dataclass(frozen=True)
class More:
    """Jobs of one status that are not in the table, each with its ratio where it has one."""

    status: str
    count: int
    names: str


@dataclass(frozen=True)
class Panel:
    """The section in plain values; ``left`` lines are named in ``more`` instead of in the table.

    ``silent`` of ``configured`` jobs write no heartbeat at all. ``is_awaited``: some were to be read.
    """

    lines: tuple[Line, ...]
    left: int
    more: tuple[More, ...]
    remarks: tuple[tuple[str, str], ...]
    remarks_left: int
    configured: int
    silent: int
    stale_after: str
    is_awaited: bool


def panel_view(result: Result, pen: Pen) -> Panel:
    """Return the panel."""
    beats, seen = result.heartbeats, {beat.job for beat in result.heartbeats}
    names = {job.name for job in result.config.jobs}
    remarks = [(beat.job, beat.reason) for beat in beats if beat.reason]
    return Panel(
        lines=tuple(lines(beats[:SHOWN_LINES], pen)),
        left=max(0, len(beats) - SHOWN_LINES),
        more=tuple(more(beats[SHOWN_LINES:], pen)),
        remarks=tuple((pen.job_code(job), pen.sentence(reason)) for job, reason in remarks[:SHOWN_REMARKS]),
        remarks_left=max(0, len(remarks) - SHOWN_REMARKS),
        configured=len(names),
        silent=len(names - seen),
        stale_after=f"{result.config.heartbeats.stale_after:g}",
        is_awaited=any(source.kind == "heartbeats" for source in result.evidence.sources),
    )


def lines(beats: tuple[Heartbeat, ...], pen: Pen) -> Iterator[Line]:
    """Yield the lines of some heartbeats."""
    for beat in beats:
        yield Line(
            job=pen.names.plain(beat.job),
            status=status_text(beat.status, pen),
            age="none" if beat.age_seconds is None else duration_text(beat.age_seconds),
            interval="unknown" if beat.interval_seconds is None else duration_text(beat.interval_seconds),
            ratio=ratio_text(beat),
        )


def more(beats: tuple[Heartbeat, ...], pen: Pen) -> Iterator[More]:
    """Yield the heartbeats that are not in the table, by status."""
    for status in dict.fromkeys(beat.status for beat in beats):
        alike = [beat for beat in beats if beat.status == status]
        names = ", ".join(f"{pen.job_code(beat.job)} {ratio_text(beat)}".rstrip() for beat in alike)
        yield More(status_text(status, pen), len(alike), names)


def status_text(status: str, pen: Pen) -> str:
    """Return a status with the sign by which a line is found."""
    return f"{'+' if status in IN_TIME else '-'} {pen.names.plain(status)}"


def ratio_text(beat: Heartbeat) -> str:
    """Return the age in intervals, empty where it is not known."""
    return "" if beat.ratio is None else f"{beat.ratio:.2f}"
