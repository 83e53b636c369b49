"""The heartbeat panel: of each job the last sign of life, and whether it is overdue."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from itertools import pairwise

import numpy as np
import pandas as pd

from forensics.config import Config, Job
from forensics.evidence.paired import NAT
from forensics.evidence.result import Heartbeat
from forensics.evidence.schema import nanoseconds
from forensics.timeline import NANOS, local_text

FAULTS = ("corrupt", "future", "foreign")
BAD_STATUS = frozenset({"error", "failed", "failure", "timeout"})
UNKNOWN_INTERVAL = "it names no interval: the config must give its job one, else nobody can tell whether it is overdue"
EMPTY = "empty, and its interval is not known"
FOREVER = 2**62
RANKS = {**dict.fromkeys(FAULTS, 0), "stale": 1, "missing": 2}


@dataclass(frozen=True)
class Beat:
    """One row of the frame of beats. ``at`` in ns; ``fault`` begins with the status that it leads to.

    ``host`` is told only of a job that the config has on several hosts: each of these beats for itself.
    """

    job: str
    at: int | None
    interval_seconds: float | None
    status: str | None
    fault: str | None
    host: str | None = None


def panel(beats: pd.DataFrame, config: Config, now: int, due: Mapping[str, Sequence[int]]) -> tuple[Heartbeat, ...]:
    """Return the panel, what is wrong first, then the stalest first.

    ``due`` are the last due times of jobs with a schedule, ascending, in ns, up to ``now``. Of several
    beats of one job the newest counts; one that cannot be believed has a line of its own.
    """
    rows = [named(beat, config.jobs) for beat in rows_of(beats)]
    lines = [faulty(beat, now) for beat in rows if beat.fault]
    newest: dict[tuple[str, str | None], Beat] = {}
    for beat in rows:
        key = beat.job, beat.host
        if not beat.fault and (beat.at or 0) >= (newest[key].at or 0 if key in newest else 0):
            newest[key] = beat
    lines += [judged(beat, job_of(beat, config.jobs), config, now, due) for beat in newest.values()]
    lines += missing(config, {beat.job for beat in rows}, now, due)
    return tuple(sorted(lines, key=rank))


def job_of(beat: Beat, jobs: Sequence[Job]) -> Job | None:
    """Return the configured job of a beat that goes by the config's name, None where there is none."""
    return next((job for job in jobs if job.name == beat.job and beat.host in (None, home(job.host))), None)


def home(host: str | None) -> str | None:
    """Return a host's first label, in lower case, by which hosts are told apart."""
    return host.casefold().split(".")[0] if host else None


def rank(line: Heartbeat) -> tuple[int, float, str, str, int]:
    """Return the place of a line: total, so that the same beats always stand alike."""
    return RANKS.get(line.status, 3), -(line.ratio or 0.0), line.job, line.reason or "", line.last or 0


def rows_of(beats: pd.DataFrame) -> list[Beat]:
    """Return the rows of the frame of beats; nulls become None."""
    texts = [
        [None if pd.isna(text) else text for text in beats[name].tolist()]
        for name in ("job", "status", "fault", "host")
    ]
    instants = [None if at == NAT else at for at in nanoseconds(beats["at"]).tolist()]
    intervals = [None if seconds != seconds else seconds for seconds in beats["interval_seconds"].tolist()]
    return [
        Beat(job or "", at, interval, status, fault, host)
        for job, status, fault, host, at, interval in zip(*texts, instants, intervals, strict=True)
    ]


def named(beat: Beat, jobs: Sequence[Job]) -> Beat:
    """Return a beat under the name that the config has for its job, and on its host where the config has several."""
    owner = next((job.name for job in jobs if job.name == beat.job), None) or next(
        (job.name for job in jobs if any(fnmatchcase(beat.job, alias) for alias in job.aliases)), beat.job
    )
    homes = {home(job.host) for job in jobs if job.name == owner}
    host = home(beat.host) if len(homes) > 1 else None
    return replace(beat, job=owner, host=host if host in homes else None)


def faulty(beat: Beat, now: int) -> Heartbeat:
    """Return the line of a beat that cannot be believed."""
    word, _, reason = (beat.fault or "").partition(": ")
    status = word if word in FAULTS else "corrupt"
    age = None if beat.at is None or beat.at > now else (now - beat.at) / NANOS
    return Heartbeat(beat.job, status, beat.at, age, beat.interval_seconds, None, reason or word)


def judged(beat: Beat, job: Job | None, config: Config, now: int, due: Mapping[str, Sequence[int]]) -> Heartbeat:
    """Return the line of a believable beat."""
    last = beat.at or 0
    age = max(0, now - last) / NANOS
    if job is not None and not is_alive(job, now):
        return Heartbeat(beat.job, "ok", last, age, reason=out_of_life(job, now))
    # A schedule is looked up by name: where several hosts have one each, only the file tells the own one.
    interval, ratio = measured(beat, job, awaited_since(job, last), now, () if beat.host else due.get(beat.job, ()))
    if ratio is None:
        return Heartbeat(beat.job, "corrupt", last, age, None, None, UNKNOWN_INTERVAL)
    status = "stale" if ratio > config.heartbeats.stale_after else "late" if ratio > 1 else "ok"
    told = [f"on {beat.host}"] if beat.host else []
    told += [f"the beat itself says {beat.status}"] if (beat.status or "").casefold() in BAD_STATUS else []
    return Heartbeat(beat.job, status, last, age, interval, ratio, ", ".join(told) or None)


def awaited_since(job: Job | None, last: int) -> int:
    """Return from when on the next beat is awaited: the last one, or the begin of the job's life if that is later."""
    return last if job is None or job.since is None else max(last, life(job)[0])


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
    absent = {
        job.name: job
        for job in config.jobs
        if job.name not in seen and is_alive(job, now) and was_due(job, due.get(job.name, ()), now)
    }
    return [Heartbeat(name, "missing", interval_seconds=usual(job, due.get(name, ()))) for name, job in absent.items()]


def life(job: Job) -> tuple[int, int]:
    """Return when a job's own life begins and ends, in ns; the ends of time where the config does not say."""
    born, died = job.since, job.until
    return (
        -FOREVER if born is None else round(born.timestamp() * NANOS),
        FOREVER if died is None else round(died.timestamp() * NANOS),
    )


def is_alive(job: Job, now: int) -> bool:
    """Return whether an instant lies in a job's own life."""
    born, died = life(job)
    return born <= now < died


def is_over(job: Job, now: int) -> bool:
    """Return whether a job's own life is past."""
    return now >= life(job)[1]


def out_of_life(job: Job, now: int) -> str:
    """Return why no beat of a job is awaited."""
    born, died = life(job)
    is_past = now >= died
    edge = local_text(died if is_past else born, job.timezone)
    return f"none is awaited: its config {'has it end' if is_past else 'has it begin'} {edge}"


def was_due(job: Job, due: Sequence[int], now: int) -> bool:
    """Return whether a job was to run since its life began; without a schedule that is taken for granted."""
    born = life(job)[0]
    if job.interval is not None:
        return now - born >= job.interval.total_seconds() * NANOS
    return job.since is None or not due or due[-1] >= born


def usual(job: Job, due: Sequence[int]) -> float | None:
    """Return the seconds between two runs of a job, None where the config does not tell."""
    if job.interval is not None:
        return job.interval.total_seconds()
    gaps = [later - earlier for earlier, later in pairwise(due)]
    return float(np.median(gaps)) / NANOS if gaps else None
