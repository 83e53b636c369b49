"""The last due times of jobs before an instant, and how far they lie apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from forensics.config import Job
from forensics.match.expected import due_times
from forensics.match.spans import HOUR, SECOND

REACHES = (26 * HOUR, 15 * 24 * HOUR, 800 * 24 * HOUR)
WANTED = 4


def last_due_times(job: Job, now: int) -> list[int]:
    """Return up to four due times of a job before ``now``, ascending, in ns; none where it has no schedule."""
    if job.schedule is None or job.problem is not None:
        return []
    found: list[int] = []
    for reach in REACHES:
        found = due_times(job.schedule, job.timezone, now - reach, now)[-WANTED:].tolist()
        if len(found) == WANTED:
            break
    return found


def recent_due_times(jobs: Iterable[Job], now: int) -> Mapping[str, list[int]]:
    """Return the last due times of every job that has a schedule."""
    return {job.name: due for job in jobs if (due := last_due_times(job, now))}


def usual_interval(job: Job, now: int) -> float:
    """Return the seconds between two runs of a job, by its interval or its schedule; 0 where neither tells."""
    if job.interval is not None:
        return job.interval.total_seconds()
    due = last_due_times(job, now)
    return float(np.median(np.diff(due))) / SECOND if len(due) > 1 else 0.0
