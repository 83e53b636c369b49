"""The zone of an OpenClaw's host, for jobs that name none, by when its scheduler itself says that they are next due.

A state folder tells no zone, and is often read on another machine. What the next start of a job is planned for shows
the zone all the same: only in the right one is it a time of the job's schedule. Where the zone that is assumed explains
every plan it holds; else the one of the usual zones that does, and in which most runs began on time, if more did.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from forensics.sources.openclaw_coverage import LASTING
from forensics.sources.openclaw_jobs import StoredJob
from forensics.sources.openclaw_shelf import Stores
from forensics.sources.openclaw_values import moment, number

SECOND, DAY_MINUTES = 10**9, 24 * 60
# A start so much after a due time is on time, in minutes.
ON_TIME = 10
# Of zones with the same rules one; those with summer time come first, because they explain more.
USUAL = (
    "Europe/Berlin", "America/New_York", "America/Los_Angeles", "America/Chicago", "America/Denver", "Europe/London",
    "Europe/Helsinki", "Australia/Sydney", "Australia/Adelaide", "Pacific/Auckland", "America/Halifax",
    "America/St_Johns", "UTC", "Asia/Shanghai", "Asia/Tokyo", "Asia/Kolkata", "Asia/Bangkok", "Europe/Moscow",
    "America/Sao_Paulo", "Asia/Dubai", "Asia/Karachi", "Asia/Dhaka", "Asia/Yangon", "Asia/Kathmandu", "Asia/Tehran",
    "Asia/Kabul", "Australia/Brisbane", "Australia/Darwin", "Africa/Lagos", "America/Bogota", "America/Phoenix",
    "America/Caracas", "America/Mexico_City", "Pacific/Honolulu",
)  # fmt: skip


@dataclass(frozen=True)
class Clue:
    """Times of the day (minutes since midnight) at which a job may be due, and an instant (ns) at which it was.

    ``late`` is by how many minutes the instant may come after such a time.
    """

    times: frozenset[int]
    at: int
    late: int

    def fits(self, zone: ZoneInfo) -> bool:
        """Return whether the instant is such a time in a zone."""
        local = (datetime.fromtimestamp(0, UTC) + timedelta(seconds=self.at // SECOND)).astimezone(zone)
        minute = local.hour * 60 + local.minute
        return any((minute - back) % DAY_MINUTES in self.times for back in range(self.late + 1))


def host_zone(stores: Stores, assumed: ZoneInfo) -> str:
    """Return the name of the host's zone: the assumed one, unless what is planned shows another."""
    jobs = {job.id: job for job in stores.jobs.values() if is_telling(job)}
    planned = list(plans(jobs.values()))
    if not planned or all(clue.fits(assumed) for clue in planned):
        return assumed.key
    found = [zone for name in USUAL if all(clue.fits(zone := ZoneInfo(name)) for clue in planned)]
    told = (run for run in stores.told if run.origin in LASTING and run.job in jobs)
    starts = [Clue(times_of(jobs[run.job].schedule.expression), run.start, ON_TIME) for run in told]
    best = max(found, key=lambda zone: on_time(starts, zone), default=assumed)
    return best.key if on_time(starts, best) > on_time(starts, assumed) else assumed.key


def on_time(starts: Sequence[Clue], zone: ZoneInfo) -> int:
    """Return how many of the starts came on time, were the host in this zone."""
    return sum(clue.fits(zone) for clue in starts)


def is_telling(job: StoredJob) -> bool:
    """Return whether a job is due at some hours only, in a zone that it does not name."""
    schedule = job.schedule
    return schedule.kind == "cron" and not schedule.zone and 0 < len(times_of(schedule.expression)) < DAY_MINUTES


def plans(jobs: Iterable[StoredJob]) -> Iterable[Clue]:
    """Yield when jobs are next due; after an error a job may be held back, and then its plan shows nothing."""
    for job in jobs:
        at, errors = moment(job.state.get("nextRunAtMs")), number(job.state.get("consecutiveErrors"))
        if at is not None and job.is_enabled and not errors:
            yield Clue(times_of(job.schedule.expression), at, round(job.schedule.stagger // 60))


def times_of(expression: str) -> frozenset[int]:
    """Return at which minutes of the day an expression may fire, none where it does in every hour or is unreadable."""
    fields = expression.split()[-5:]
    if len(fields) < 5:
        return frozenset()
    minutes, hours = numbers(fields[0], 60), numbers(fields[1], 24)
    return frozenset(hour * 60 + minute for hour in hours for minute in minutes) if len(hours) < 24 else frozenset()


def numbers(field: str, end: int) -> frozenset[int]:
    """Return the numbers that a field of a cron expression stands for, none where it is no such field."""
    found: set[int] = set()
    for part in field.split(","):
        stretch, _, step = part.partition("/")
        low, _, high = ("0", "", str(end - 1)) if stretch == "*" else stretch.partition("-")
        high = high or (str(end - 1) if step else low)
        if not all(each.isascii() and each.isdigit() and len(each) < 3 for each in (low, high, step or "1")):
            return frozenset()
        found |= set(range(int(low), int(high) + 1, max(1, int(step or 1))))
    return frozenset(each for each in found if each < end)
