"""The jobs' rules of time as arrays, one row a job."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from forensics.config import Job
from forensics.match.spans import HOUR, MINUTE, NAT, Ints

LONGEST_BY_DEFAULT = 6 * HOUR
# How late any start may be; a grace beyond that is for starts that the scheduler moves on purpose.
USUAL_GRACE = 10 * MINUTE


@dataclass(frozen=True)
class JobTable:
    """Durations in ns; ``max_duration`` is -1 where it goes up to the next due time. Instants in ns, NAT for none."""

    jobs: tuple[Job, ...]
    tolerance: Ints
    start_grace: Ints
    report_grace: Ints
    max_duration: Ints
    min_duration: Ints
    since: Ints
    until: Ints
    off_since: Ints

    @property
    def longest(self) -> Ints:
        """Return the longest that a run of each job may take."""
        return np.where(self.max_duration < 0, LONGEST_BY_DEFAULT, self.max_duration)

    @property
    def moved(self) -> Ints:
        """Return by how much the start of each job may be moved on purpose."""
        return np.maximum(self.start_grace - USUAL_GRACE, 0)


def job_table(jobs: Sequence[Job]) -> JobTable:
    """Return the table of some jobs."""
    return JobTable(
        jobs=tuple(jobs),
        tolerance=nanos([job.clock_tolerance for job in jobs]),
        start_grace=nanos([job.start_grace for job in jobs]),
        report_grace=nanos([job.report_grace for job in jobs]),
        max_duration=nanos([job.max_duration for job in jobs]),
        min_duration=nanos([job.min_duration for job in jobs]),
        since=stamps([job.since for job in jobs]),
        until=stamps([job.until for job in jobs]),
        off_since=stamps([job.off_since for job in jobs]),
    )


def nanos(durations: Sequence[timedelta | None]) -> Ints:
    """Return durations in ns, -1 for None."""
    return np.array(
        [-1 if each is None else each // timedelta(microseconds=1) * 1000 for each in durations], dtype=np.int64
    )


def stamps(moments: Sequence[datetime | None]) -> Ints:
    """Return instants in ns since the epoch, NAT for None."""
    return np.array([NAT if each is None else round(each.timestamp() * 1e6) * 1000 for each in moments], dtype=np.int64)
