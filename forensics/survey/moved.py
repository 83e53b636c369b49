"""Jobs that are due at other times than their config says, or in another zone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from forensics.config import Config, Job
from forensics.survey.found import FoundJob, Survey
from forensics.survey.known import Pairing

NICKNAMES = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
WORDS = "jan feb mar apr may jun jul aug sep oct nov dec".split(), "sun mon tue wed thu fri sat".split()
SAMPLES = tuple(datetime(2025, month, 15, 12, tzinfo=UTC) for month in range(1, 13))


@dataclass(frozen=True)
class Moved:
    """A job that is due at other times than its config says."""

    job: Job
    found: FoundJob
    is_zone: bool


def moves(config: Config, survey: Survey, pairing: Pairing, zone: str | None) -> Iterator[Moved]:
    """Yield the jobs whose times differ; one that several lines start is right by any of them."""
    for code, job in enumerate(config.jobs):
        found = [each for each in pairing.of(code, survey.jobs) if each.schedule or each.interval]
        if not found or any(is_alike(job, each) for each in found):
            is_right = [each for each in found if is_alike(job, each)]
            other = is_right and not any(in_zone(job, each, survey, config, zone) for each in is_right)
            if other:
                yield Moved(job, is_right[0], is_zone=True)
            continue
        yield Moved(job, found[0], is_zone=False)


def is_alike(job: Job, found: FoundJob) -> bool:
    """Return whether a job's times are those that were found; a heartbeat's interval is the config's to say."""
    if found.schedule:
        return job.schedule is not None and plain(job.schedule) == plain(found.schedule)
    return found.scheduler == "interval" or job.interval == found.interval


def plain(schedule: str) -> str:
    """Return a schedule as all that mean the same are written."""
    words = NICKNAMES.get(schedule.strip().lower(), schedule).lower().split()
    if len(words) != 5:
        return " ".join(words)
    for place, names, first in ((3, WORDS[0], 1), (4, WORDS[1], 0)):
        for number, name in enumerate(names, first):
            words[place] = words[place].replace(name, str(number))
    words[4] = "0" if words[4] == "7" else words[4]
    return " ".join("*" if word == "*/1" else word for word in words)


def in_zone(job: Job, found: FoundJob, survey: Survey, config: Config, change: str | None) -> bool:
    """Return whether a job's schedule counts in the zone that was found, once the config's own is as found."""
    name = found.zone or survey.zone.name
    if name is None or not found.schedule or (job.schedule or "").startswith(("CRON_TZ=", "TZ=")):
        return True
    inherits = job.timezone == config.timezone
    return is_same_zone(ZoneInfo(change) if change and inherits else job.timezone, ZoneInfo(name))


def is_same_zone(one: ZoneInfo, other: ZoneInfo) -> bool:
    """Return whether two zones have gone alike for a year, whatever they are called."""
    return one.key == other.key or all(
        at.astimezone(one).utcoffset() == at.astimezone(other).utcoffset() for at in SAMPLES
    )


def zone_change(config: Config, survey: Survey) -> str | None:
    """Return the machine's zone where the config's own is another, and jobs of this machine go by it."""
    name = survey.zone.name
    if name is None or is_same_zone(config.timezone, ZoneInfo(name)) or not config.jobs:
        return None
    inheriting = [job for job in config.jobs if job.timezone == config.timezone and job.host is None]
    return name if len(inheriting) * 2 > len(config.jobs) else None
