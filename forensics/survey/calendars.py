"""Calendar times of systemd as cron schedules, where cron can say the same; and its spans of time.

Written by systemd.time(7). What cron cannot say, such as seconds, years, the last day of a month, or a day of the
month and of the week that must both fit, is left untranslated.
"""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal

from forensics.config_keys import zone_named

WORDS = {
    "minutely": "* * * * *",
    "hourly": "0 * * * *",
    "daily": "0 0 * * *",
    "weekly": "0 0 * * 1",
    "monthly": "0 0 1 * *",
    "quarterly": "0 0 1 1,4,7,10 *",
    "semiannually": "0 0 1 1,7 *",
    "yearly": "0 0 1 1 *",
    "annually": "0 0 1 1 *",
}
DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
DAY = re.compile(r"(?:sun|mon|tue|wed|thu|fri|sat)[a-z]*", re.IGNORECASE)
WEEKDAYS = re.compile(rf"{DAY.pattern}(?:(?:,|\.\.|-){DAY.pattern})*", re.IGNORECASE)
DATE = re.compile(r"(?:(\S+)-)?([0-9*,./]+)-([0-9*,./]+)")
CLOCK = re.compile(r"([0-9*,./]+):([0-9*,./]+)(?::([0-9*,./]+))?")
PART = re.compile(r"(?:(\*)|(\d{1,2})(?:\.\.(\d{1,2}))?)(?:/(\d{1,2}))?")
LIMITS = {"minute": (0, 59), "hour": (0, 23), "day": (1, 31), "month": (1, 12)}
SPAN = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([A-Za-zµ]*)")
UNITS: dict[str, Decimal] = {
    **dict.fromkeys(("", "s", "sec", "second", "seconds"), Decimal(1)),
    **dict.fromkeys(("m", "min", "minute", "minutes"), Decimal(60)),
    **dict.fromkeys(("h", "hr", "hour", "hours"), Decimal(3600)),
    **dict.fromkeys(("d", "day", "days"), Decimal(86_400)),
    **dict.fromkeys(("w", "week", "weeks"), Decimal(604_800)),
    **dict.fromkeys(("M", "month", "months"), Decimal(2_629_800)),
    **dict.fromkeys(("y", "year", "years"), Decimal(31_557_600)),
    **dict.fromkeys(("ms", "msec"), Decimal("0.001")),
    **dict.fromkeys(("us", "usec", "µs"), Decimal("0.000001")),
}


def as_cron(calendar: str) -> tuple[str, str | None] | None:
    """Return a calendar time as a cron schedule and its zone, None where cron cannot say it."""
    parts = calendar.split()
    zone = (
        parts.pop() if len(parts) > 1 and ("/" in parts[-1] or parts[-1].isalpha()) and zone_named(parts[-1]) else None
    )
    if len(parts) == 1 and parts[0].lower() in WORDS:
        return WORDS[parts[0].lower()], zone
    weekdays = weekday_field(parts.pop(0)) if parts and WEEKDAYS.fullmatch(parts[0].rstrip(",")) else "*"
    date = DATE.fullmatch(parts.pop(0)) if parts and DATE.fullmatch(parts[0]) else None
    clock = CLOCK.fullmatch(parts.pop(0)) if parts and ":" in parts[0] else None
    if parts or (clock is None and date is None and weekdays == "*"):
        return None
    fields = [*times(clock), *days(date), weekdays]
    if None in fields or (fields[2] != "*" and fields[4] != "*"):
        return None
    return " ".join(str(each) for each in fields), zone


def times(clock: re.Match[str] | None) -> list[str | None]:
    """Return minute and hour of a time of day, midnight where none is given; None for what cron cannot say."""
    if clock is None:
        return ["0", "0"]
    if clock[3] is not None and clock[3].strip("0"):
        return [None, None]
    return [cron_field(clock[2], "minute"), cron_field(clock[1], "hour")]


def days(date: re.Match[str] | None) -> list[str | None]:
    """Return day and month of a date, any where none is given; None for what cron cannot say."""
    if date is None:
        return ["*", "*"]
    if date[1] not in (None, "*"):
        return [None, None]
    return [cron_field(date[3], "day"), cron_field(date[2], "month")]


def cron_field(written: str, unit: str) -> str | None:
    """Return one part of a calendar time as a field of cron."""
    least, most = LIMITS[unit]
    parts = [cron_part(part, least, most) for part in written.split(",")]
    return None if None in parts else ",".join(str(part) for part in parts)


def cron_part(written: str, least: int, most: int) -> str | None:
    """Return one value, range or step as cron writes it."""
    match = PART.fullmatch(written)
    if match is None or match[4] == "0":
        return None
    star, first, last, every = match.groups()
    if star:
        return f"*/{int(every)}" if every and int(every) > 1 else "*"
    numbers = [int(each) for each in (first, last) if each]
    if not all(least <= number <= most for number in numbers):
        return None
    if every and int(every) > 1:
        whole = int(first) == least and last is None
        return f"*/{int(every)}" if whole else f"{int(first)}-{int(last or most)}/{int(every)}"
    if every:
        return f"{int(first)}-{int(last or most)}"
    return "-".join(str(number) for number in numbers)


def weekday_field(written: str) -> str | None:
    """Return days of the week as cron numbers them, Sunday first."""
    parts = []
    for part in written.rstrip(",").lower().split(","):
        numbers = [DAYS.index(name[:3]) for name in re.split(r"\.\.|-", part)]
        first, last = numbers[0], numbers[-1]
        if len(numbers) > 2:
            return None
        last = last + 7 if last < first else last
        parts += (
            [str(day % 7) for day in range(first, last + 1)]
            if last > 6
            else [str(first) if first == last else f"{first}-{last}"]
        )
    return ",".join(parts)


def span(text: str) -> timedelta | None:
    """Return a span of time such as ``1h 30min`` or ``90``, None where it is none."""
    total, end = Decimal(0), 0
    while match := SPAN.match(text, end):
        if match[2] not in UNITS:
            return None
        total, end = total + Decimal(match[1]) * UNITS[match[2]], match.end()
    if not end or text[end:].strip() or total > 10**9:
        return None
    return timedelta(microseconds=int(total * 1_000_000))
