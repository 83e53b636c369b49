"""When a job is due: its schedule, unrolled in its own zone by cron's own rules, or by systemd's (``match.calendar``).

A cron line with a fixed minute and hour that falls into the hour which a zone skips fires right
after the jump, and fires once in an hour that comes twice; a line whose minute or hour begins
with ``*`` follows the real clock. That is Debian cron's rule, as ``cronsim`` has it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
from cronsim import CronSim, CronSimError

from forensics.match.calendar import elapses
from forensics.oncalendar import is_calendar_time

Instants = npt.NDArray[np.int64]

NANOS = 1_000_000_000
DAY = 86_400 * NANOS
EMPTY: Instants = np.empty(0, dtype=np.int64)
NICKNAMES = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
ZONE_PREFIX = re.compile(r"(?:CRON_TZ|TZ)=(\S+)\s+")


def due_times(schedule: str, zone: ZoneInfo, since: int, until: int) -> Instants:
    """Return the due times in ``[since, until)``, in ns since the epoch, ascending.

    A ``CRON_TZ=`` prefix outranks the zone; ``@reboot`` and a schedule that cannot be read give none. Systemd's
    calendar times are told from cron's lines by their shape.
    """
    if is_calendar_time(schedule):
        return elapses(schedule, zone, since, until) if since < until else EMPTY
    prefix = ZONE_PREFIX.match(schedule)
    if prefix:
        zone, schedule = ZoneInfo(prefix.group(1)), schedule[prefix.end() :]
    expression = NICKNAMES.get(schedule.strip().lower(), schedule.strip())
    if expression.startswith("@") or until <= since:
        return EMPTY
    return _unrolled(" ".join(expression.split()), zone, since, until)


@lru_cache(maxsize=4096)
def _unrolled(expression: str, zone: ZoneInfo, since: int, until: int) -> Instants:
    try:
        rule = CronSim(expression, datetime(2000, 1, 1, tzinfo=UTC))
    except CronSimError:
        return EMPTY
    first, last = (datetime.fromtimestamp(instant / NANOS, zone).date() for instant in (since, until))
    parts = list(_stretches(rule, expression, zone, first, last))
    times = np.concatenate([EMPTY, *parts])
    return times[(times >= since) & (times < until)]


def _stretches(rule: CronSim, expression: str, zone: ZoneInfo, first: date, last: date) -> Iterator[Instants]:
    day = first
    while day <= last:
        start, end = (datetime.combine(each, datetime.min.time(), zone) for each in (day, day + timedelta(days=1)))
        if start.utcoffset() != end.utcoffset():
            yield _simulated(expression, start, end)
        elif day.month in rule.months and rule.match_day(day):
            yield _seconds_of_day(rule) * NANOS + round(start.timestamp()) * NANOS
        day += timedelta(days=1)


def _seconds_of_day(rule: CronSim) -> Instants:
    hours, minutes, seconds = (
        np.array(sorted(values), dtype=np.int64) for values in (rule.hours, rule.minutes, rule.seconds)
    )
    return (hours[:, None, None] * 3600 + minutes[:, None] * 60 + seconds).ravel()


def _simulated(expression: str, start: datetime, end: datetime) -> Instants:
    """Return the due times of a day on which the zone's offset changes, as cronsim has them."""
    times, stop = [], end.timestamp()
    for due in CronSim(expression, start - timedelta(seconds=1)):
        if due.timestamp() >= stop:
            break
        times.append(round(due.timestamp()) * NANOS)
    return np.array(sorted(set(times)), dtype=np.int64)


def interval_due_times(
    starts: Instants, interval: int, until: int, early: int, back: Instants | None = None
) -> tuple[Instants, Instants]:
    """Return the due times of an interval job from its observed starts, and the row of the start that each one got.

    A start is due one interval after the one before it, or a whole number of intervals where some
    stayed silent; a silent due time has row -1. A start before that by more than ``early``, and a third of the interval
    at most, was not due, and those after it are counted from it. After the last start due times go on up to ``until``.
    A start that made up for what was lost before ``back`` is the last due time's before that, were it next to another.
    """
    if not len(starts):
        return EMPTY, EMPTY
    steps = (np.diff(starts) + min(early, interval // 3)) // interval
    if back is not None:
        lost = (back[1:] - 1 - starts[:-1]) // interval
        steps = np.where(lost > 0, np.minimum(steps, lost), steps)
    tail = max(0, (until - 1 - int(starts[-1])) // interval)
    counts = np.append(steps, tail)
    origin = np.repeat(np.arange(len(starts)), counts)
    nth = np.arange(len(origin)) - np.repeat(np.cumsum(counts) - counts, counts) + 1
    due = starts[origin] + nth * interval
    is_met = (nth == counts[origin]) & (origin < len(starts) - 1)
    rows = np.where(is_met, origin + 1, -1)
    return np.append(starts[:1], due), np.append(np.zeros(1, dtype=np.int64), rows)


def grid_due_times(anchor: int, interval: int, since: int, until: int) -> Instants:
    """Return the points of a fixed grid in ``[since, until)``."""
    first = anchor + -(-(since - anchor) // interval) * interval
    return np.arange(first, until, interval, dtype=np.int64)
