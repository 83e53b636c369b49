"""The heartbeat panel: of each job the last sign of life, and whether it is overdue."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import pairwise

import numpy as np
import pandas as pd

from forensics.config import Config, Job
from forensics.evidence.paired import NAT
from forensics.evidence.result import Heartbeat
from forensics.evidence.schema import nanoseconds
from forensics.timeline import NANOS

FAULTS = ("corrupt", "future", "foreign")
BAD_STATUS = frozenset({"error", "failed", "failure", "timeout"})
UNKNOWN_INTERVAL = "it names no interval, and the config knows none: whether it is overdue cannot be told"
RANKS = {**dict.fromkeys(FAULTS, 0), "stale": 1, "missing": 2}


@dataclass(frozen=True)
class Beat:
    """One row of the frame of beats. ``at`` in ns; ``fault`` begins with the status that it leads to."""

    job: str
    at: int | None
    interval_seconds: float | None
    status: str | None
    fault: str | None


def panel(beats: pd.DataFrame, config: Config, now: int, due: Mapping[str, Sequence[int]]) -> tuple[Heartbeat, ...]:
    """Return the panel, what is wrong first, then the stalest first.

    ``due`` are the last due times of jobs with a schedule, ascending, in ns, up to ``now``. Of several
    beats of one job the newest counts; one that cannot be believed has a line of its own.
    """
    known = {job.name: job for job in config.jobs}
    rows = [named(beat, config.jobs) for beat in rows_of(beats)]
    lines = [faulty(beat, now) for beat in rows if beat.fault]
    newest: dict[str, Beat] = {}
    for beat in rows:
        if not beat.fault and (beat.at or 0) >= (newest[beat.job].at or 0 if beat.job in newest else 0):
            newest[beat.job] = beat
    lines += [judged(beat, known.get(beat.job), config, now, due.get(beat.job, ())) for beat in newest.values()]
    lines += missing(config, {beat.job for beat in rows}, now, due)
    return tuple(sorted(lines, key=rank))


def rank(line: Heartbeat) -> tuple[int, float, str, str, int]:
    """Return the place of a line: total, so that the same beats always stand alike."""
    return RANKS.get(line.status, 3), -(line.ratio or 0.0), line.job, line.reason or "", line.last or 0


def rows_of(beats: pd.DataFrame) -> list[Beat]:
    """Return the rows of the frame of beats; nulls become None."""
    texts = [[None if pd.isna(text) else text for text in beats[name].tolist()] for name in ("job", "status", "fault")]
    instants = [None if at == NAT else at for at in nanoseconds(beats["at"]).tolist()]
    intervals = [None if seconds != seconds else seconds for seconds in beats["interval_seconds"].tolist()]
    return [
        Beat(job or "", at, interval, status, fault)
        for job, status, fault, at, interval in zip(*texts, instants, intervals, strict=True)
    ]


def named(beat: Beat, jobs: Sequence[Job]) -> Beat:
    """Return a beat under the name that the config has for its job."""
    if any(job.name == beat.job for job in jobs):
        return beat
    owner = next((job for job in jobs if any(fnmatchcase(beat.job, alias) for alias in job.aliases)), None)
    return beat if owner is None else Beat(owner.name, beat.at, beat.interval_seconds, beat.status, beat.fault)


def faulty(beat: Beat, now: int) -> Heartbeat:
    """Return the line of a beat that cannot be believed."""
    word, _, reason = (beat.fault or "").partition(": ")
    status = word if word in FAULTS else "corrupt"
    age = None if beat.at is None else (now - beat.at) / NANOS
    return Heartbeat(beat.job, status, beat.at, age, beat.interval_seconds, None, reason or word)


def judged(beat: Beat, job: Job | None, config: Config, now: int, due: Sequence[int]) -> Heartbeat:
    """Return the line of a believable beat."""
    last = beat.at or 0
    age = max(0, now - last) / NANOS
    interval, ratio = measured(beat, job, last, now, due)
    if ratio is None:
        return Heartbeat(beat.job, "corrupt", last, age, None, None, UNKNOWN_INTERVAL)
    status = "stale" if ratio > config.heartbeats.stale_after else "late" if ratio > 1 else "ok"
    says_failed = (beat.status or "").casefold() in BAD_STATUS
    reason = f"the beat itself says {beat.status}" if says_failed else None
    return Heartbeat(beat.job, status, last, age, interval, ratio, reason)


def measured(beat: Beat, job: Job | None, last: int, now: int, due: Sequence[int]) -> tuple[float | None, float | None]:
    """Return the interval of a job and how many of them passed since its last beat; the config outranks the file."""
    if job is not None and job.interval is not None:
        interval = job.interval.total_seconds()
    elif job is not None and len(due) > 1:
        tolerance = round(job.clock_tolerance.total_seconds() * NANOS)
        return periods(last, now, due, tolerance)
    elif beat.interval_seconds is not None:
        interval = beat.interval_seconds
    else:
        return None, None
    return interval, max(0, now - last) / NANOS / interval


def periods(last: int, now: int, due: Sequence[int], tolerance: int) -> tuple[float, float]:
    """Return the interval that follows a beat, in seconds, and how many due times passed without one since.

    The beat answers the last due time before it; one for the next is looked for as long after that. In
    the interval that is still open no more than one passes: on a Sunday a job of weekdays owes nothing.
    """
    gaps = [later - earlier for earlier, later in pairwise(due)]
    usual = float(np.median(gaps))
    answered = bisect_right(due, last + tolerance) - 1
    if answered < 0:
        return usual / NANOS, max(float(len(due)), (now - last) / usual)
    behind = max(0, last - due[answered])
    passed = max(answered, bisect_right(due, now - behind) - 1)
    gap = gaps[passed] if passed < len(gaps) else usual
    open_part = min(1.0, max(0, now - behind - due[passed]) / gap)
    interval = gaps[answered] if answered < len(gaps) else usual
    return interval / NANOS, passed - answered + open_part


def missing(config: Config, seen: set[str], now: int, due: Mapping[str, Sequence[int]]) -> list[Heartbeat]:
    """Return a line for each configured job without a file, where heartbeats are looked for at all."""
    looked_for = config.heartbeats.configured or any(source.kind == "heartbeats" for source in config.sources)
    if not looked_for:
        return []
    absent = {job.name: job for job in config.jobs if job.name not in seen and is_alive(job, now)}
    return [Heartbeat(name, "missing", interval_seconds=usual(job, due.get(name, ()))) for name, job in absent.items()]


def is_alive(job: Job, now: int) -> bool:
    """Return whether an instant lies in a job's own life."""
    born, died = (None if each is None else each.timestamp() * NANOS for each in (job.since, job.until))
    return (born is None or born <= now) and (died is None or now < died)


def usual(job: Job, due: Sequence[int]) -> float | None:
    """Return the seconds between two runs of a job, None where the config does not tell."""
    if job.interval is not None:
        return job.interval.total_seconds()
    gaps = [later - earlier for earlier, later in pairwise(due)]
    return float(np.median(gaps)) / NANOS if gaps else None
