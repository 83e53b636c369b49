"""Silence that a boot explains: the host was down when jobs fell due, or a folder was emptied as it came up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from forensics.evidence.result import Blocker, Heartbeat, Result

SECOND = 10**9
DAY = 86_400
UPTIME = Path("/proc/uptime")
EMPTIED = ("/run", "/var/run", "/tmp", "/dev/shm")
SHOWN = 5


def booted_at(clock: int) -> int | None:
    """Return when the host was booted, in ns to a second, None where it does not tell (proc_uptime(5))."""
    from forensics.recorder.host_facts import uptime_of

    uptime = uptime_of(UPTIME)
    return None if uptime is None else round(clock / SECOND - uptime) * SECOND


def with_boot(result: Result, booted: int | None, folders: Sequence[str]) -> Result:
    """Return a result whose blockers say where a boot explains them; such silence has one cause, however many jobs.

    ``folders`` are those that were looked for, whether they are there or not.
    """
    if booted is None or booted > result.window.now:
        return result
    return replace(result, blockers=tuple(told_by(each, result, booted, folders) for each in result.blockers))


def told_by(blocker: Blocker, result: Result, booted: int, folders: Sequence[str]) -> Blocker:
    """Return a blocker with what a boot has to do with it."""
    from forensics.analyse.concerns import SILENT

    beats = [beat for beat in result.heartbeats if beat.job == blocker.job]
    if all(was_down(beat, booted, result) for beat in beats):
        return replace(blocker, cause=SILENT, inferred=f"The host was down when it was due: {since(booted, result)}.")
    emptied = next(filter(is_emptied, folders), None)
    if emptied and all(beat.status == "missing" and is_young(beat, booted, result) for beat in beats):
        return replace(
            blocker, inferred=f"A boot empties {emptied}, and beats from before with it: {since(booted, result)}."
        )
    return blocker


def was_down(beat: Heartbeat, booted: int, result: Result) -> bool:
    """Return whether a job fell due before the boot, and has not had its turn since."""
    if beat.status != "stale" or beat.last is None or beat.interval_seconds is None:
        return False
    return beat.last + beat.interval_seconds * SECOND <= booted and is_young(beat, booted, result)


def is_young(beat: Heartbeat, booted: int, result: Result) -> bool:
    """Return whether a job that began anew at the boot would not be overdue yet."""
    patience = (beat.interval_seconds or DAY) * result.config.heartbeats.stale_after * SECOND
    return result.window.now - booted <= patience


def is_emptied(folder: str) -> bool:
    """Return whether a boot empties a folder."""
    return any(folder.startswith(f"{each}/") for each in EMPTIED)


def since(booted: int, result: Result) -> str:
    """Return when the host was booted, as a clause."""
    from forensics.timeline import duration_text, local_text

    zone = result.config.timezone
    ago = duration_text((result.window.now - booted) / SECOND)
    return f"it was booted {local_text(booted, zone)} {zone}, {ago} ago"


def headline(result: Result, booted: int | None) -> Iterator[str]:
    """Yield one line about all jobs that are silent because the host was down."""
    from forensics.analyse.concerns import SILENT

    jobs = [named(each.job or "") for each in result.blockers if each.cause == SILENT]
    if booted is not None and len(jobs) > 1:
        shown = ", ".join(jobs[:SHOWN]) + (f" and {len(jobs) - SHOWN} more" if len(jobs) > SHOWN else "")
        yield f"P1 the host was down: {since(booted, result)}; {len(jobs)} jobs have not had their turn since: {shown}"


def named(job: str) -> str:
    """Return a job's name; one that is none, but stands in evidence, as ``slug~hash``."""
    from forensics.untrusted import is_name, safe_line, slug

    return job if is_name(job) else slug(safe_line(job))
