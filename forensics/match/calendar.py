"""When systemd's calendar times elapse, over summer time as systemd has it.

A local time that a zone skips does not elapse at all on that day, and one that comes twice elapses at the first
passing only: that is what ``systemd-analyze calendar`` computes, and unlike cron's rule.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from forensics.oncalendar import Calendar, Unreadable, calendars

Instants = npt.NDArray[np.int64]

MICRO = 1000
SECOND = 1_000_000
NANOS = 1_000_000_000
EMPTY: Instants = np.empty(0, dtype=np.int64)


@lru_cache(maxsize=4096)
def elapses(schedule: str, zone: ZoneInfo, since: int, until: int) -> Instants:
    """Return when a schedule of calendar times elapses in ``[since, until)``, in ns since the epoch, ascending.

    ``zone`` is for expressions that name none. A schedule that cannot be read never elapses.
    """
    try:
        found = calendars(schedule)
    except Unreadable:
        return EMPTY
    times = np.concatenate([EMPTY, *(part for each in found for part in _days(each, zone, since, until))])
    return np.asarray(np.unique(times[(times >= since) & (times < until)]), dtype=np.int64)


def _days(calendar: Calendar, zone: ZoneInfo, since: int, until: int) -> Iterator[Instants]:
    """Yield when it elapses, day by day."""
    zone = ZoneInfo(calendar.zone) if calendar.zone else zone
    day, last = (datetime.fromtimestamp(instant / NANOS, zone).date() for instant in (since, until))
    passed = _times_of_day(calendar)
    while day <= last:
        if calendar.holds_on(day):
            yield _on_day(day, passed, zone)
        day += timedelta(days=1)


def _times_of_day(calendar: Calendar) -> Instants:
    """Return the times of a day at which it elapses, in microseconds since midnight, ascending."""
    hours, minutes, seconds = (
        np.array(sorted(numbers), dtype=np.int64) for numbers in (calendar.hours, calendar.minutes, calendar.seconds)
    )
    return ((hours[:, None, None] * 60 + minutes[:, None]) * 60 * SECOND + seconds).ravel()


def _on_day(day: date, passed: Instants, zone: ZoneInfo) -> Instants:
    start, end = (datetime.combine(each, datetime.min.time(), zone) for each in (day, day + timedelta(days=1)))
    if start.utcoffset() == end.utcoffset():
        return passed * MICRO + round(start.timestamp()) * NANOS
    local = (start.replace(tzinfo=None) + timedelta(microseconds=each) for each in passed.tolist())
    return np.array([each for moment in local if (each := _instant(moment, zone)) is not None], dtype=np.int64)


def _instant(local: datetime, zone: ZoneInfo) -> int | None:
    """Return when a local time first comes, in ns since the epoch, None where the zone skips it."""
    moment = local.replace(tzinfo=zone).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) != local:
        return None
    return (moment - datetime.fromtimestamp(0, UTC)) // timedelta(microseconds=1) * MICRO
