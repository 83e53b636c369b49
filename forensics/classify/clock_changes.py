"""What a change of a zone's offset does to runs: an hour that is skipped, and one that comes twice."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from forensics.config import Job
from forensics.timeline import NANOS
from forensics.verdicts import Cause

PLACEHOLDER = re.compile(r"\{date:([^{}]+)\}")
HOUR = 3600 * NANOS


def clock_change(due: int, zone: ZoneInfo) -> Cause | None:
    """Return whether a due time fell into an hour that the zone skipped (cron makes it the hour's end) or has twice."""
    moment = datetime.fromtimestamp(due // NANOS, UTC)
    local, before = moment.astimezone(zone), (moment - timedelta(seconds=1)).astimezone(zone)
    if (local.utcoffset() or timedelta(0)) > (before.utcoffset() or timedelta(0)):
        return Cause.DST_GAP
    return Cause.DST_FOLD if other_pass(due, zone) is not None else None


def other_pass(at: int, zone: ZoneInfo) -> int | None:
    """Return the other instant at which a zone's clock shows the same time, in ns; None where there is none."""
    local = datetime.fromtimestamp(at // NANOS, UTC).astimezone(zone)
    first, second = (local.replace(fold=fold).utcoffset() or timedelta(0) for fold in (0, 1))
    if first <= second:
        return None
    step = round((first - second).total_seconds()) * NANOS
    return at - step if local.fold else at + step


def written_path(text: str, job: Job, at: int) -> str:
    """Return the path that a pattern stands for at an instant in the job's zone; globs stay as they are."""
    local = datetime.fromtimestamp(at // NANOS, UTC).astimezone(job.timezone)
    return PLACEHOLDER.sub(lambda found: local.strftime(found[1]), text)


def is_named_twice(text: str, job: Job, due: int) -> bool:
    """Return whether a pattern names the hour of a due time, and that hour comes twice: two runs write its path."""
    other = other_pass(due, job.timezone)
    if other is None:
        return False
    path = written_path(text, job, due)
    return path == written_path(text, job, other) and path != written_path(text, job, min(due, other) - HOUR)
