"""A job as its own scheduler is set up to run it (``evidence.records.ToldJob``), as a survey finds it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import cast, get_args

from forensics.config import Policy, Scheduler
from forensics.config_keys import zone_named
from forensics.config_schedule import schedule_problem
from forensics.evidence.records import ToldJob
from forensics.match.told import longest
from forensics.survey.found import FoundJob, Place
from forensics.timeline import shown

# A job may be this late anyway, in seconds; one that is late on purpose may be later by as much.
USUAL_GRACE = 600.0
LONGEST = 4e9


def found_job(told: ToldJob, name: str, said: str = "") -> FoundJob:
    """Return a job by a name, with all other names that it is told by as aliases."""
    found = FoundJob(
        name=name,
        places=(Place(told.file),),
        scheduler=cast(Scheduler, told.scheduler),
        aliases=tuple(alias for alias in dict.fromkeys((told.name, *told.aliases)) if alias and alias != name),
        attributes=told.attributes,
        said=said or None,
        since=moment(told.since),
        max_duration=longest(told),
        reports=cast(Policy, told.reports) if told.reports in get_args(Policy) else None,
        start_grace=grace_of(told.late),
    )
    if told.schedule is not None:
        return by_expression(found, told.schedule, told.zone)
    if told.interval is not None:
        return replace(found, interval=timedelta(seconds=told.interval), anchor=moment(told.anchor))
    return found


def grace_of(late: float) -> timedelta | None:
    """Return how late a job may start, None where that is no more than any job may."""
    return timedelta(seconds=round(late + USUAL_GRACE)) if 0 < late <= LONGEST else None


def by_expression(found: FoundJob, expression: str, zone: str | None) -> FoundJob:
    """Return a job with its cron schedule."""
    problem = schedule_problem(found.scheduler, expression)
    if problem:
        return replace(found, notes=(f"not used: {problem}",))
    if zone is not None and zone_named(zone) is None:
        return replace(found, notes=(f"not used: schedule {shown(expression)}, as {shown(zone)} is no zone",))
    return replace(found, schedule=expression, zone=zone)


def moment(at: int | None) -> datetime | None:
    """Return an instant in ns as a time in UTC."""
    return None if at is None else datetime.fromtimestamp(0, UTC) + timedelta(microseconds=at // 1000)
