"""The cron schedule that triggers show: which minutes, hours and days they have in common."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from forensics.evidence.coverage import Span
from forensics.evidence.paired import Ints
from forensics.timeline import NANOS

MINUTE = 60 * NANOS
USUAL = 0.3
FULL = 0.85
SIZES = (60, 24)
LEAST_STEPS, LEAST_RANGE = 3, 3
NO_DAYS = 0.5
LONGEST_DELAY = 12


@dataclass(frozen=True)
class Wall:
    """Triggers on a zone's wall clock: how many days have a trigger at each time of day, and on which dates one came.

    ``dates`` are all the dates that are covered as a whole.
    """

    times: Counter[tuple[int, int]]
    active: frozenset[date]
    dates: frozenset[date]


def inferred_schedules(triggers: Ints, zone: ZoneInfo, spans: Sequence[Span]) -> Iterator[str]:
    """Yield the cron schedules that may stand behind triggers (ns), the likelier ones first; not all of them fit."""
    seen = set()
    for minutes in snapped(triggers):
        wall = on_wall(minutes, zone, spans)
        clock = clock_fields(wall) or "* *"
        for days in day_fields(wall):
            schedule = f"{clock} {days}"
            if schedule not in seen:
                seen.add(schedule)
                yield schedule


def snapped(triggers: Ints) -> Iterator[Ints]:
    """Yield the minutes that triggers may stand for.

    They are the nearest ones; those before; and, where triggers come late by some minutes, sometimes more and sometimes
    less, the earliest within the hour.
    """
    yield (triggers + MINUTE // 2) // MINUTE * MINUTE
    before = triggers // MINUTE * MINUTE
    yield before
    minute = before // MINUTE % 60
    values = np.unique(minute)
    gaps = np.diff(values, append=values[:1] + 60)
    head = int(values[(int(np.argmax(gaps)) + 1) % len(values)])
    delay = (minute - head) % 60
    if 0 < int(delay.max()) <= LONGEST_DELAY:
        yield before - delay * MINUTE


def on_wall(minutes: Ints, zone: ZoneInfo, spans: Sequence[Span]) -> Wall:
    """Return minutes (ns) on a zone's wall clock."""
    local = [datetime.fromtimestamp(each // NANOS, zone) for each in np.unique(minutes).tolist()]
    times = Counter(pair for _, pair in {(each.date(), (each.hour, each.minute)) for each in local})
    return Wall(times, frozenset(each.date() for each in local), frozenset(whole_dates(zone, spans)))


def whole_dates(zone: ZoneInfo, spans: Sequence[Span]) -> Iterator[date]:
    """Yield the local dates that lie within covered stretches from begin to end."""
    for begin, end in spans:
        first, last = (datetime.fromtimestamp(each // NANOS, UTC).astimezone(zone) for each in (begin, end))
        day = first.date() if not (first.hour or first.minute) else first.date() + timedelta(days=1)
        while day < last.date():
            yield day
            day += timedelta(days=1)


def clock_fields(wall: Wall) -> str | None:
    """Return minute and hour of a schedule, None where no pair of fields has these times of day."""
    least = USUAL * len(wall.active) if len(wall.active) > LEAST_STEPS else 0
    usual = {pair for pair, count in wall.times.items() if count > least}
    hours, minutes = sorted({hour for hour, _ in usual}), sorted({minute for _, minute in usual})
    if not usual or len(usual) < FULL * len(hours) * len(minutes):
        return None
    return f"{field_text(minutes, SIZES[0])} {field_text(hours, SIZES[1])}"


def day_fields(wall: Wall) -> Iterator[str]:
    """Yield day, month and weekday of schedules that have these dates."""
    yield "* * *"
    if not wall.dates:
        return
    covered = Counter(cron_weekday(each) for each in wall.dates)
    active = Counter(cron_weekday(each) for each in wall.active & wall.dates)
    weekdays = sorted(day for day, count in active.items() if count >= NO_DAYS * covered[day])
    if weekdays and len(weekdays) < 7:
        yield f"* * {weekday_text(weekdays)}"
    days = sorted({each.day for each in wall.active})
    if len(days) <= 4:
        yield f"{','.join(map(str, days))} * *"


def cron_weekday(day: date) -> int:
    """Return a date's weekday as cron counts: 0 is Sunday."""
    return day.isoweekday() % 7


def weekday_text(days: Sequence[int]) -> str:
    """Return weekdays as a field: Monday to Friday as ``1-5``."""
    return field_text(days, 8)


def field_text(values: Sequence[int], size: int) -> str:
    """Return the shortest usual spelling of a field's values: ``*``, ``*/15``, ``9-17``, ``7-52/15``, ``5,20,50``."""
    first, last = values[0], values[-1]
    if len(values) == size:
        return "*"
    steps = set(np.diff(values).tolist())
    if len(steps) != 1 or len(values) < LEAST_RANGE:
        return ranges_text(values)
    (step,) = steps
    if step == 1:
        return f"{first}-{last}"
    if first < step and last + step >= size:
        return f"*/{step}" if first == 0 and size % step == 0 else f"{first}-{last}/{step}"
    return f"{first}-{last}/{step}" if len(values) > LEAST_RANGE + 1 else ranges_text(values)


def ranges_text(values: Iterable[int]) -> str:
    """Return values as a list, three or more in a row as a range."""
    parts: list[list[int]] = []
    for value in values:
        if parts and parts[-1][-1] == value - 1:
            parts[-1].append(value)
        else:
            parts.append([value])
    return ",".join(f"{part[0]}-{part[-1]}" if len(part) >= LEAST_RANGE else ",".join(map(str, part)) for part in parts)


def with_fields_of(schedule: str, inferred: str) -> Iterator[str]:
    """Yield a schedule with one of its five fields, then minute and hour, as an inferred one has them."""
    mine, theirs = schedule.split(), inferred.split()
    if len(mine) != 5 or len(theirs) != 5:
        return
    for at in range(5):
        if mine[at] != theirs[at]:
            yield " ".join([*mine[:at], theirs[at], *mine[at + 1 :]])
    yield " ".join([*theirs[:2], *mine[2:]])
