"""What happened between the last run before a change and the first one after it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from forensics.config import Job
from forensics.evidence.hosts import is_on
from forensics.evidence.investigation import Occasion
from forensics.evidence.result import Result
from forensics.timeline import NANOS, any_instant, duration_text, utc_instant

DAY = 86_400
RESTARTS = frozenset({"restart", "reboot"})


def occasions(studied: Result, after: int, until: int, jobs: Sequence[Job]) -> tuple[Occasion, ...]:
    """Return what happened after one instant and up to another (ns), to the hosts and in the zones of some jobs.

    What was changed comes before mere restarts, which often only follow from it; of these what is nearest to the end.
    """
    zones = {zone.key: zone for zone in (studied.config.timezone, *(job.timezone for job in jobs))}
    shifts = (shift for zone in zones.values() for shift in clock_shifts(zone, after, until))
    found = {each for each in (*told_events(studied), *shifts, *reboots(studied, jobs)) if after < each.at <= until}
    return tuple(sorted(found, key=lambda each: (each.kind in RESTARTS, -each.at, each.kind, each.name)))


def told_events(studied: Result) -> list[Occasion]:
    """Return what the config and the sources tell of."""
    zone = studied.config.timezone
    return [Occasion(any_instant(each.at, zone), each.kind, each.name) for each in studied.events]


def reboots(studied: Result, jobs: Sequence[Job]) -> Iterator[Occasion]:
    """Yield when hosts of some jobs came up again; a scheduler's own restart is told by its source."""
    for outage in studied.evidence.outages:
        if not outage.is_sleep and not outage.of and any(is_on(outage, job.host) for job in jobs):
            down = duration_text((outage.until - outage.since) / NANOS)
            yield Occasion(outage.until, "reboot", f"{outage.host or 'host'}, down for {down}")


def clock_shifts(zone: ZoneInfo, after: int, until: int) -> Iterator[Occasion]:
    """Yield when a zone's clocks were put forward or back between two instants."""
    for low, high in pairwise(seconds(after // NANOS, -(-until // NANOS))):
        ahead = offset(zone, high) - offset(zone, low)
        if ahead:
            way = "forward" if ahead > timedelta(0) else "back"
            by = duration_text(abs(ahead).total_seconds())
            yield Occasion(shifted_at(zone, low, high) * NANOS, "dst", f"{zone.key}, clocks {way} by {by}")


def seconds(first: int, last: int) -> Iterable[int]:
    """Return instants (s) from the first to the last, no more than a day apart."""
    return [*range(first, last, DAY), last]


def shifted_at(zone: ZoneInfo, low: int, high: int) -> int:
    """Return the first second of the new offset of a zone that has another one at the end than at the beginning."""
    old = offset(zone, low)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if offset(zone, middle) == old else (low, middle)
    return high


def offset(zone: ZoneInfo, second: int) -> timedelta:
    """Return by how much a zone's clocks are ahead of UTC."""
    moment: datetime = utc_instant(second * NANOS).astimezone(zone)
    return moment.utcoffset() or timedelta(0)
