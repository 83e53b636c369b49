"""Reads the dates of ``ls -l``: those of the C and English locales, of ``--time-style``, of BSD's ``-T``.

ls leaves the year out of a date of the last six months, and the time out of an older one; GNU's
``iso`` style does the same. Only ``full-iso`` names an offset. See ls(1), "--time-style" and "-T".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from forensics.sources.instants import NANOS, UTC_ZONE, fitting, fraction_nanos, local_minute, year_in

MONTHS = {name: number for number, name in enumerate("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), 1)}
MONTH = "|".join(MONTHS)
SHAPES = (
    r"\d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d(?:\.\d{1,9})?(?: [+-]\d{4})?)?(?= )",
    r"\d\d-\d\d \d\d:\d\d(?= )",
    r"\d{4}-\d\d-\d\d(?=  )",
    rf"(?:{MONTH}) {{1,2}}\d{{1,2}} {{1,2}}(?:\d{{1,2}}:\d\d(?::\d\d \d{{4}})?|\d{{4}})(?= )",
    rf"\d{{1,2}}\.? (?:{MONTH}) {{1,2}}(?:\d{{1,2}}:\d\d(?::\d\d \d{{4}})?|\d{{4}})(?= )",
)
PATTERN = "|".join(SHAPES)

NUMERIC = re.compile(r"(?:(\d{4})-)?(\d\d)-(\d\d)(?: (\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?(?: ([+-])(\d\d)(\d\d))?)?)?")
NAMED = re.compile(rf"(?:({MONTH}) +(\d+)|(\d+)\.? ({MONTH})) +(?:(\d+):(\d\d)(?::(\d\d) (\d{{4}}))?|(\d{{4}}))")
HALF_A_YEAR = 182
NO_DAY = 400
LEAP_YEARS_APART = 8
LEAP_YEAR = 2024


class Written(NamedTuple):
    """A date as ls wrote it; what it left out is None or 0."""

    year: int | None
    month: int
    day: int
    hour: int
    minute: int
    nanos: int
    offset_minutes: int | None


def stamps(texts: Iterable[str], zone: ZoneInfo, listing_year: int | None, reference: int) -> dict[str, int | None]:
    """Return the instant of every distinct date; None, or left out, for one that no calendar has.

    Where the year is left out it is ``listing_year``, the year in which the listing was made, or the
    year before for the dates of a listing that reaches back over New Year. Without one it is the
    latest year by which the date is not after ``reference``, in ns. A date without a time is its day's begin.
    """
    dates = {text: each for text in texts if (each := written(text)) is not None}
    if listing_year is None:
        rule = reference_rule(zone, reference)
    else:
        rule = listing_rule(zone, listing_year, [each for each in dates.values() if each.year is None])
    return {text: rule(each) if each.year is None else resolved(each, zone, each.year) for text, each in dates.items()}


def written(text: str) -> Written | None:
    """Return what a date says."""
    if numeric := NUMERIC.fullmatch(text):
        month, day, hour, minute, second = (int(numeric[group] or 0) for group in range(2, 7))
        sign, hours, minutes = numeric.groups()[7:]
        offset = int(f"{sign}1") * (60 * int(hours) + int(minutes)) if sign else None
        year = int(numeric[1]) if numeric[1] else None
        return Written(year, month, day, hour, minute, second * NANOS + fraction_nanos(numeric[7]), offset)
    named = NAMED.fullmatch(text)
    if named is None:
        return None
    month, day = MONTHS[named[1] or named[4]], int(named[2] or named[3])
    hour, minute, second = (int(named[group] or 0) for group in (5, 6, 7))
    spelt = named[8] or named[9]
    return Written(int(spelt) if spelt else None, month, day, hour, minute, second * NANOS, None)


def resolved(each: Written, zone: ZoneInfo, year: int) -> int | None:
    """Return the instant of a date in a year; None where that year has no such date."""
    offset = each.offset_minutes
    start = local_minute(year, each.month, each.day, each.hour, each.minute, zone if offset is None else UTC_ZONE)
    if start is None or each.nanos >= 61 * NANOS:
        return None
    return fitting(start + each.nanos - 60 * NANOS * (offset or 0))


def reference_rule(zone: ZoneInfo, reference: int) -> Callable[[Written], int | None]:
    """Return a function that puts a date into the latest year by which it is not after the reference."""
    latest = year_in(zone, reference)

    def rule(each: Written) -> int | None:
        for year in range(latest, latest - LEAP_YEARS_APART - 1, -1):
            instant = resolved(each, zone, year)
            if instant is not None and instant <= reference:
                return instant
        return None

    return rule


def listing_rule(zone: ZoneInfo, listing_year: int, dates: list[Written]) -> Callable[[Written], int | None]:
    """Return a function that puts a date into the year of the listing, or the one before.

    The dates lie in half a year. Where they leave half of the calendar free between them, the later
    part is of the year before.
    """
    last_year_from = after_gap({day_of_year(each) for each in dates})

    def rule(each: Written) -> int | None:
        latest = listing_year - (day_of_year(each) >= last_year_from)
        years = (resolved(each, zone, year) for year in range(latest, latest - LEAP_YEARS_APART - 1, -1))
        return next((instant for instant in years if instant is not None), None)

    return rule


def day_of_year(each: Written) -> int:
    """Return the day in a leap year, 0 where there is no such date."""
    try:
        return date(LEAP_YEAR, each.month, each.day).timetuple().tm_yday
    except ValueError:
        return 0


def after_gap(days: set[int]) -> int:
    """Return the first day after a gap of half a year; a day that no year has where there is none."""
    ordered = sorted(days - {0})
    gaps = (later for earlier, later in pairwise(ordered) if later - earlier >= HALF_A_YEAR)
    return next(gaps, NO_DAY)
