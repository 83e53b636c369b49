"""Clocks that are off, in words: which, by how much, what was done about it, and what else would look the same."""

from __future__ import annotations

from collections.abc import Sequence

from forensics.analyse.wording import counted
from forensics.evidence.paired import ClockOffset
from forensics.evidence.result import Finding
from forensics.timeline import duration_text

DUE = "due times"
LANES = {"triggers": "triggers", "lifecycle": "the runner's records", "artifacts": "files", "notifications": "messages"}
WHOLE = 1800.0
ROUND = 20.0


def clock_offsets(offsets: Sequence[ClockOffset]) -> list[Finding]:
    """Return a finding for every clock that stands steadily off, those that were corrected first.

    Where one is used, run times and reasons show the corrected times; the evidence keeps what was written.
    """
    return [finding_of(offset) for offset in sorted(offsets, key=lambda offset: not offset.is_used)]


def finding_of(offset: ClockOffset) -> Finding:
    """Return what is to be said of one clock."""
    return Finding(
        kind="clock_offset",
        text=headline(offset),
        observed=(observed(offset),),
        inferred=inferred(offset),
        todo=todo(offset),
        detail={
            "host": offset.host,
            "lanes": list(offset.lanes),
            "offset_seconds": offset.seconds,
            "uncertainty_seconds": offset.uncertainty,
            "runs": offset.pairs,
            "against": offset.against,
            "used": offset.is_used,
        },
    )


def is_of_host(offset: ClockOffset) -> bool:
    """Return whether all of a host stands off the messages."""
    return offset.against != DUE and "triggers" in offset.lanes


def headline(offset: ClockOffset) -> str:
    """Return whose clock is off, and by how much."""
    if is_of_host(offset):
        whose = f"host {offset.host}" if offset.host else "the host"
        way = "ahead of" if offset.seconds > 0 else "behind"
        return f"The clock of {whose} is {amount(offset)} {way} that of the messages, steadily."
    if offset.lanes == ("triggers",) or offset.host:
        whose = f"of host {offset.host}" if offset.host else "of the trigger log"
    else:
        whose = "of the host"
    what = listed_lanes(offset)
    way = "late" if offset.seconds > 0 else "early"
    return f"{what[0].upper()}{what[1:]} {whose} come {amount(offset)} {way}, steadily."


def listed_lanes(offset: ClockOffset) -> str:
    """Return the lanes that stand off, as a sentence has them."""
    *first, last = (LANES[lane] for lane in offset.lanes)
    return f"{', '.join(first)} and {last}" if first else last


def amount(offset: ClockOffset) -> str:
    """Return an offset with its uncertainty: ``40 s (give or take 1 s)``, ``5 min (300 s, give or take 2 s)``."""
    size, error = abs(offset.seconds), f"give or take {offset.uncertainty:.0f} s"
    return f"{size:.0f} s ({error})" if size < 120 else f"{duration_text(size)} ({size:.0f} s, {error})"


def observed(offset: ClockOffset) -> str:
    """Return what tells of it."""
    told = f"{counted(offset.pairs, 'run')} of {counted(offset.jobs, 'job')}"
    if offset.against == DUE:
        return f"Median over {told}, held against their due times."
    return f"Told by {told}: their messages, held against the files and ends that they report."


def inferred(offset: ClockOffset) -> str:
    """Return what follows, what was done about it, and what else would look the same."""
    if offset.is_used:
        what = "The messages of its jobs" if is_of_host(offset) else "They"
        done = f"{what} are read with this correction: run times and reasons show corrected times."
        return f"So that clock is off by about that much. {done}{alternative(offset)}"
    if is_zone(offset):
        return "So its schedules, or its log, are in another zone than is configured. Nothing was corrected."
    way = ", or everything there starts with the same delay" if offset.seconds > 0 else ""
    return f"So that clock is off by about that much{way}. Nothing was corrected: it changes no match."


def is_zone(offset: ClockOffset) -> bool:
    """Return whether an offset is of whole half hours, as that of a wrong zone is."""
    size = abs(offset.seconds)
    return size > WHOLE / 2 and abs(size - round(size / WHOLE) * WHOLE) <= ROUND


def alternative(offset: ClockOffset) -> str:
    """Return what else would look the same: a zone, or a fixed delay of all messages."""
    if is_zone(offset):
        return " A wrong zone would look the same."
    if is_of_host(offset) and offset.seconds < 0:
        return " Messages that are all sent after this delay would look the same."
    return ""


def todo(offset: ClockOffset) -> str:
    """Return the next step."""
    if not is_zone(offset):
        return "Compare that clock with a time server."
    if not offset.is_used:
        return "Compare `timezone` of its jobs and of its log with the zones that cron and the log go by there."
    return "Compare that clock with a time server, and `timezone` of its source with the zone it is written in."
