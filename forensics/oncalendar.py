"""systemd's calendar times, as systemd.time(7) has them: ``Mon..Fri *-*-* 06:30:00 Europe/Berlin``.

An expression is weekdays, a date, a time of day and a zone, each of which may be left out, or a word such as
``weekly``. Several may be joined by ``;``, as a timer may hold several: it elapses at each. When it elapses is told
by ``match.calendar``.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from forensics.timeline import shown

SECOND = 1_000_000
ALL_DAY = "*-*-* 00:00:00"
WORDS = {
    "minutely": "*-*-* *:*:00",
    "hourly": "*-*-* *:00:00",
    "daily": ALL_DAY,
    "monthly": "*-*-01 00:00:00",
    "weekly": f"Mon {ALL_DAY}",
    **dict.fromkeys(("yearly", "annually", "anually"), "*-01-01 00:00:00"),
    "quarterly": "*-01,04,07,10-01 00:00:00",
    **dict.fromkeys(("semiannually", "semi-annually", "biannually", "bi-annually"), "*-01,07-01 00:00:00"),
}
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
FIRST_YEAR, LAST_YEAR = 1970, 2199
# So far from its end a month may be counted at most.
EARLIEST_FROM_END = 28
MOST_A_MINUTE = 60
LONGEST = 500
PART = re.compile(r"(\d+(?:\.\d+)?)(?:\.\.(\d+(?:\.\d+)?))?(?:/(\d+(?:\.\d+)?))?")
EPOCH_TIME = re.compile(r"@(\d{1,10})")
DATE = re.compile(r"(?:([^-~]+)-)?([^-~]+)([-~])([^-~]+)")
LATEST_EPOCH = datetime(LAST_YEAR, 12, 31, tzinfo=UTC).timestamp()


class Unreadable(ValueError):
    """An expression that is no calendar time; its text says why, as the end of a sentence."""


@dataclass(frozen=True)
class Calendar:
    """When an expression holds: sets of numbers; a day counted from a month's end is 1 for the last one.

    ``seconds`` are in microseconds. ``zone`` is the name that it ends in, None where it names none.
    """

    weekdays: frozenset[int] = frozenset(range(7))
    years: frozenset[int] = frozenset(range(FIRST_YEAR, LAST_YEAR + 1))
    months: frozenset[int] = frozenset(range(1, 13))
    days: frozenset[int] = frozenset(range(1, 32))
    is_from_end: bool = False
    hours: frozenset[int] = frozenset({0})
    minutes: frozenset[int] = frozenset({0})
    seconds: frozenset[int] = frozenset({0})
    zone: str | None = None

    def holds_on(self, day: date) -> bool:
        """Return whether it elapses on a day."""
        if day.year not in self.years or day.month not in self.months or day.weekday() not in self.weekdays:
            return False
        return (monthrange(day.year, day.month)[1] - day.day + 1 if self.is_from_end else day.day) in self.days

    def can_elapse(self) -> bool:
        """Return whether there is any day on which it elapses."""
        months = ((year, month) for year in sorted(self.years) for month in sorted(self.months))
        return any(
            self.holds_on(date(year, month, day))
            for year, month in months
            for day in range(1, monthrange(year, month)[1] + 1)
        )


def is_calendar_time(schedule: str) -> bool:
    """Return whether a schedule has the shape of a calendar time: fewer words than cron's fields, and no ``@word``."""
    return (
        ";" in schedule
        or EPOCH_TIME.match(schedule.strip()) is not None
        or not (len(schedule.split()) > 4 or schedule.lstrip().startswith("@") or "TZ=" in schedule)
    )


def calendars(schedule: str) -> tuple[Calendar, ...]:
    """Return the expressions of a schedule, in order.

    Raises:
        Unreadable: one of them is no calendar time.
    """
    if len(schedule) > LONGEST:
        raise Unreadable("is too long")
    return tuple(calendar(text.strip()) for text in schedule.removesuffix(";").split(";"))


def calendar(text: str) -> Calendar:
    """Return what one expression says.

    Raises:
        Unreadable: it is no calendar time.
    """
    words, zone = without_zone(text.split())
    if len(words) == 1 and words[0].lower() in WORDS:
        words = WORDS[words[0].lower()].split()
    found, is_bare = Calendar(zone=zone), True
    if len(words) == 1 and (epoch := EPOCH_TIME.fullmatch(words[0])):
        return at_epoch(int(epoch[1]))
    if words and words[0][:1].isalpha():
        found, words, is_bare = replace(found, weekdays=weekdays_of(words[0])), words[1:], False
    if words and ":" not in words[0]:
        found, words, is_bare = with_date(found, words[0]), words[1:], False
    if words:
        found, words, is_bare = with_time(found, words[0]), words[1:], False
    if is_bare or words:
        raise Unreadable(f"has {shown(words[0])} after its time of day" if words else "is empty")
    return found


def without_zone(words: list[str]) -> tuple[list[str], str | None]:
    """Return the words before a zone's name, and the name."""
    if len(words) > 1 and words[-1].upper() == "UTC":
        return words[:-1], "UTC"
    if len(words) > 1 and words[-1][:1].isalpha():
        if not is_zone(words[-1]):
            raise Unreadable(f"names the zone {shown(words[-1])}, which is not known")
        return words[:-1], words[-1]
    return words, None


@lru_cache(maxsize=1024)
def is_zone(name: str) -> bool:
    """Return whether a word names a zone."""
    try:
        ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        return False
    return True


def at_epoch(seconds: int) -> Calendar:
    """Return the expression of one instant, which is written as seconds since the epoch."""
    if seconds > LATEST_EPOCH:
        raise Unreadable("lies too far in the future")
    at = datetime.fromtimestamp(seconds, UTC)
    return Calendar(
        years=frozenset({at.year}),
        months=frozenset({at.month}),
        days=frozenset({at.day}),
        hours=frozenset({at.hour}),
        minutes=frozenset({at.minute}),
        seconds=frozenset({at.second * SECOND}),
        zone="UTC",
    )


def weekdays_of(word: str) -> frozenset[int]:
    """Return the days of the week that a word names, Monday as 0."""
    days: set[int] = set()
    for part in word.removesuffix(",").split(","):
        first, dots, last = part.replace("-", "..", 1).partition("..")
        begin, end = weekday(first), weekday(last if dots else first)
        if begin > end:
            raise Unreadable(f"has the days {shown(part)}, which run backwards; a week begins on Monday")
        days.update(range(begin, end + 1))
    return frozenset(days)


def weekday(word: str) -> int:
    """Return the number of a day of the week, by its name in full or by three letters."""
    name = word.lower()
    for number, day in enumerate(WEEKDAYS):
        if name in (day, day[:3]):
            return number
    raise Unreadable(f"has {shown(word)}, which is no day of the week")


def with_date(found: Calendar, word: str) -> Calendar:
    """Return an expression with the date that a word says: year, month and day, or month and day."""
    parts = DATE.fullmatch(word)
    if parts is None:
        raise Unreadable(f"has {shown(word)}, which is neither a date (2026-03-19, *-*-01) nor a time (06:30)")
    year, month, sign, day = parts.groups()
    is_from_end = sign == "~"
    return replace(
        found,
        years=found.years if year is None else numbers_in(year, FIRST_YEAR, LAST_YEAR),
        months=numbers_in(month, 1, 12),
        days=numbers_in(day, 1, 31, is_from_end=is_from_end),
        is_from_end=is_from_end and day != "*",
    )


def full_year(number: int) -> int:
    """Return a year as it stands for one of two digits: between 1970 and 2069."""
    return number if number > 99 else number + (1900 if number >= 70 else 2000)


def with_time(found: Calendar, word: str) -> Calendar:
    """Return an expression with the time of day that a word says."""
    parts = word.split(":")
    if len(parts) not in (2, 3):
        raise Unreadable(f"has {shown(word)}, which is no time of day such as 06:30 or 06:30:00")
    return replace(
        found,
        hours=numbers_in(parts[0], 0, 23),
        minutes=numbers_in(parts[1], 0, 59),
        seconds=seconds_in(parts[2]) if len(parts) == 3 else frozenset({0}),
    )


def numbers_in(text: str, low: int, high: int, *, is_from_end: bool = False) -> frozenset[int]:
    """Return the numbers that a field names: single ones, ranges ``a..b`` and steps ``a/n``, joined by commas."""
    if text == "*":
        return frozenset(range(low, high + 1))
    found: set[int] = set()
    for part in text.split(","):
        match = PART.fullmatch(part)
        if match is None or "." in part.replace("..", ""):
            raise Unreadable(f"has {shown(part)}, which is no number, range (1..5) or step (0/15); * stands alone")
        start, stop, step = (None if digits is None else int(digits) for digits in match.groups())
        if low == FIRST_YEAR:
            start, stop = (number if number is None else full_year(number) for number in (start, stop))
        bounds = low, EARLIEST_FROM_END if is_from_end else high
        found.update(steps(part, start or 0, stop, step, bounds, is_from_end))
    return frozenset(found)


def seconds_in(text: str) -> frozenset[int]:
    """Return the seconds that a field names, in microseconds."""
    if text == "*":
        return frozenset(range(0, 60 * SECOND, SECOND))
    found: set[int] = set()
    for part in text.split(","):
        match = PART.fullmatch(part)
        if match is None:
            raise Unreadable(f"has {shown(part)}, which is no number, range (1..5) or step (0/15); * stands alone")
        start, stop, step = (None if digits is None else round(float(digits) * SECOND) for digits in match.groups())
        step = SECOND if stop is not None and step is None else step
        found.update(steps(part, start or 0, stop, step, (0, 60 * SECOND - 1)))
    if len(found) > MOST_A_MINUTE:
        raise Unreadable("elapses more often than once a second")
    return frozenset(found)


def steps(
    part: str, start: int, stop: int | None, step: int | None, bounds: tuple[int, int], is_from_end: bool = False
) -> range:
    """Return the numbers of one part of a field; a step without an end goes on to the field's end, or the month's."""
    low, high = bounds
    if step == 0:
        raise Unreadable(f"has {shown(part)}, a step of nothing")
    if step is None or stop is not None:
        numbers = range(start, (start if stop is None else stop) + 1, step or 1)
        is_fitting = len(numbers) > 0
    else:
        numbers = range(start, low - 1, -step) if is_from_end else range(start, high + 1, step)
        is_fitting = len(numbers) > 1
    if not is_fitting or not (low <= min(numbers) and max(numbers) <= high):
        raise Unreadable(f"has {shown(part)}, which is not within {low} to {high}")
    return numbers
