"""The time stamps of syslog lines: RFC 3164, RFC 3339 and 5424, and Synology's ``MM-DD HH:MM:SS``.

With the day of the week before them OpenWrt's, with the year behind, and ``journalctl``'s full ones, with the zone's
short name: of these ``UTC`` and ``GMT`` tell an offset.

A stamp is read at the very start of a line, after an optional priority and version. What follows
it must be a blank, or a colon and a blank where the line names no host.
"""

from __future__ import annotations

import re
from datetime import date
from enum import Enum
from typing import NamedTuple

from forensics.sources.memo import Memo

SECOND = 1_000_000_000
MINUTE = 60 * SECOND
DAY = 24 * 60 * MINUTE
EPOCH = date(1970, 1, 1).toordinal()
LEAP_YEAR = 2000
MONTHS = {month: number for number, month in enumerate(b"Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), 1)}
SECONDS = {b"%02d" % second: second * SECOND for second in range(61)}
FRACTIONS: tuple[int, ...] = tuple(10 ** (9 - digits) for digits in range(10))
HIGHEST_PRIORITY = 191
# Outside these years an instant in ns would not fit into 64 bits, and no syslog was ever written.
YEARS = range(1970, 2262)

STAMP = re.compile(
    rb"(?:<(?P<priority>\d{1,3})>)?(?P<version>1 (?=\d{4}-))?(?P<weekday>(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) )?"
    rb"(?P<day>\d{4}-\d\d-\d\d|[A-Z][a-z][a-z] [ \d]?\d(?: \d{4})?|\d\d-\d\d)"
    rb"[T ](?P<clock>\d\d:\d\d:)(?P<seconds>\d\d(?:[.,]\d+)?)"
    rb"(?P<zone>[Zz]|[+-](?:[01]\d|2[0-3])(?::?[0-5]\d)?)?"
    rb"(?(weekday)(?: (?P<year>\d{4})| (?P<short>[A-Z]{2,5}|[+-]\d\d(?:\d\d)?))?)(?P<end>:? )"
)
SHORT_NAMES = {b"UTC": b"Z", b"GMT": b"Z"}
NEXT_RECORD = re.compile(rb"<\d{1,3}>(?=(?:\d{4}-\d\d-\d\d|[A-Z][a-z][a-z] [ \d]\d)[T ]\d\d:\d\d:\d\d)")


class Form(Enum):
    """How a line goes on after its stamp."""

    PLAIN = "host tag message"
    HOSTLESS = "tag message"
    FORWARDED = "host tag message, after a priority; several records may stand in one line"
    MODERN = "host app process message-id structured-data message, as RFC 5424 has it"


class Stamp(NamedTuple):
    """A time as lines write it, to whole minutes; the seconds are each line's own.

    ``local`` is in ns since the epoch as if the zone were UTC, in the year 2000 where the line names
    no year. ``offset`` is the line's own, in ns; None where it names none. The text as written lies
    between ``begin`` and ``stop`` of the ``key``, and the seconds belong at ``seam``. ``era`` counts
    the New Years passed since the file began, and ``setback`` is the latest jump back before the
    line, as (from, to) in ``local``.
    """

    key: bytes
    local: int
    offset: int | None
    is_yearless: bool
    form: Form
    begin: int = 0
    seam: int = 0
    stop: int = 0
    era: int = 0
    setback: tuple[int, int] | None = None

    def text(self, seconds: bytes) -> str:
        """Return the time as a line with these seconds wrote it."""
        return (self.key[self.begin : self.seam] + seconds + self.key[self.seam : self.stop]).decode("ascii")


class Shape(NamedTuple):
    """Where the stamp of a line ends, and where in it the seconds with their fraction lie."""

    width: int = 0
    start: int = 0
    end: int = 0


def found_stamp(line: bytes, litter: int = 0) -> tuple[Stamp, Shape] | None:
    """Return the stamp that a line starts with, after so many bytes of litter; None where it is no possible time."""
    match = STAMP.match(line, litter)
    if match is None or int(match["priority"] or 0) > HIGHEST_PRIORITY:
        return None
    (midnight, is_yearless), passed = DAYS[day_of(match)], MINUTES[match["clock"]]
    if midnight is None or passed is None or not is_seconds(match["seconds"]):
        return None
    start, end = match.span("seconds")
    shape = Shape(match.end(), start, end)
    key = line[:start] + line[end : shape.width]
    zone = match["zone"] or SHORT_NAMES.get(match["short"], match["short"])
    offset = None if zone is None or (zone.isalpha() and zone not in b"Zz") else OFFSETS[zone]
    stop = len(key) - len(match["end"])
    return Stamp(key, midnight + passed, offset, is_yearless, _form(match), match.start("day"), start, stop), shape


def day_of(match: re.Match[bytes]) -> bytes:
    """Return the day that a stamp names, with the year where that comes after its time."""
    return match["day"] if match["year"] is None else match["day"] + b" " + match["year"]


def is_seconds(text: bytes) -> bool:
    """Return whether a text is seconds, with a fraction or without."""
    return text[:2] in SECONDS and (len(text) == 2 or (text[2:3] in b".," and text[3:].isdigit()))


def nanoseconds(seconds: bytes) -> int:
    """Return in ns what ``is_seconds``; what is finer is cut off, a leap second counts on into the next minute."""
    fraction = seconds[3:12]
    return int(seconds[:2] + fraction) * FRACTIONS[len(fraction)]


def _form(match: re.Match[bytes]) -> Form:
    if match["version"]:
        return Form.MODERN
    if match["end"] != b" " or match["day"][2:3] == b"-":
        return Form.HOSTLESS
    return Form.FORWARDED if match["priority"] else Form.PLAIN


def _day(text: bytes) -> tuple[int | None, bool]:
    """Return the start of a day in ns, None where there is no such day, and whether the text lacks the year."""
    if text[:1].isalpha():
        name, day, year = [*text.split(), b""][:3]
        month, is_yearless = MONTHS.get(name, 0), not year
    else:
        *years, month_text, day = text.split(b"-")
        year, month, is_yearless = b"".join(years), int(month_text), not years
    try:
        begun = date(LEAP_YEAR if is_yearless else int(year), month, int(day))
    except ValueError:
        return None, is_yearless
    return ((begun.toordinal() - EPOCH) * DAY if begun.year in YEARS else None), is_yearless


def _minutes(text: bytes) -> int | None:
    """Return in ns how much of the day has passed at ``HH:MM:``, None where there is no such time."""
    hours, minutes = int(text[:2]), int(text[3:5])
    return (hours * 60 + minutes) * MINUTE if hours < 24 and minutes < 60 else None


def _offset(text: bytes) -> int:
    """Return an offset from UTC in ns, east is positive."""
    if text in b"Zz":
        return 0
    minutes = int(text[1:3]) * 60 + int(text[3:].lstrip(b":") or 0)
    return (-minutes if text[:1] == b"-" else minutes) * 60 * SECOND


DAYS: Memo[bytes, tuple[int | None, bool]] = Memo(_day, 4096)
MINUTES: Memo[bytes, int | None] = Memo(_minutes, 1 << 14)
OFFSETS: Memo[bytes, int] = Memo(_offset, 4096)
