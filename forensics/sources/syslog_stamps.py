"""The time stamps of syslog lines: RFC 3164, RFC 3339 and 5424, and Synology's ``MM-DD HH:MM:SS``.

A stamp is read at the very start of a line, after an optional priority and version. What follows
it must be a blank, or a colon and a blank where the line names no host.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from enum import Enum
from typing import Generic, NamedTuple, TypeVar

SECOND = 1_000_000_000
DAY = 86_400 * SECOND
EPOCH = date(1970, 1, 1).toordinal()
LEAP_YEAR = 2000
MONTHS = {month: number for number, month in enumerate(b"Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), 1)}
FRACTIONS = tuple(10 ** (9 - digits) for digits in range(10))
HIGHEST_PRIORITY = 191
# Outside these years an instant in ns would not fit into 64 bits, and no syslog was ever written.
YEARS = range(1970, 2262)

STAMP = re.compile(
    rb"(?:<(?P<priority>\d{1,3})>)?(?P<version>1 (?=\d{4}-))?"
    rb"(?P<day>\d{4}-\d\d-\d\d|[A-Z][a-z][a-z] [ \d]?\d(?: \d{4})?|\d\d-\d\d)"
    rb"[T ](?P<clock>\d\d:\d\d:\d\d)(?P<fraction>[.,]\d+)?(?P<zone>[Zz]|[+-]\d\d(?::?\d\d)?)?(?P<end>:? )"
)
CLOCK = re.compile(rb"([01]\d|2[0-3]):([0-5]\d):([0-5]\d|60)")
NEXT_RECORD = re.compile(rb"<\d{1,3}>(?=(?:\d{4}-\d\d-\d\d|[A-Z][a-z][a-z] [ \d]\d)[T ]\d\d:\d\d:\d\d)")

T = TypeVar("T")


class Memo(dict[bytes, T], Generic[T]):
    """A bounded memory of what some bytes mean; it starts anew when it is full."""

    def __init__(self, read: Callable[[bytes], T], limit: int) -> None:
        super().__init__()
        self._read = read
        self._limit = limit

    def __missing__(self, key: bytes) -> T:
        if len(self) >= self._limit:
            self.clear()
        value = self[key] = self._read(key)
        return value


class Form(Enum):
    """How a line goes on after its stamp."""

    PLAIN = "host tag message"
    HOSTLESS = "tag message"
    FORWARDED = "host tag message, after a priority; several records may stand in one line"
    MODERN = "host app process message-id structured-data message, as RFC 5424 has it"


class Stamp(NamedTuple):
    """A time as a line writes it.

    ``local`` is in ns since the epoch as if the zone were UTC, in the year 2000 where the line names
    no year. ``offset`` is the line's own, in ns; None where it names none. ``seam`` is where in
    ``text`` a fraction belongs. ``era`` counts the New Years passed since the file began, and
    ``setback`` is the latest jump back before the line, as (from, to) in ``local``.
    """

    text: str
    local: int
    offset: int | None
    is_yearless: bool
    form: Form
    seam: int
    era: int = 0
    setback: tuple[int, int] | None = None


class Shape(NamedTuple):
    """Where things lie in a line: the end of its stamp, its time of day, and the digits of its fraction."""

    width: int = 0
    clock: int = 0
    start: int = 0
    end: int = 0

    def key(self, line: bytes) -> bytes:
        """Return the stamp of a line of this shape, without the digits of its fraction."""
        return line[: self.start] + line[self.end : self.width]

    def day_key(self, line: bytes) -> bytes:
        """Return the stamp of a line of this shape, without its time of day and the digits of its fraction."""
        return line[: self.clock] + line[self.clock + 8 : self.start] + line[self.end : self.width]

    def moved(self, distance: int) -> Shape:
        """Return this shape for a line that has so many bytes more before its stamp."""
        return Shape(*(place + distance for place in self))


def found_stamp(line: bytes) -> tuple[Stamp, Shape] | None:
    """Return the stamp, to whole seconds, that a line starts with; None where it starts with no possible time."""
    match = STAMP.match(line)
    if match is None:
        return None
    priority, version, day, clock, fraction, zone, end = match.groups()
    (begun, is_yearless), passed = DAYS[day], CLOCKS[clock]
    if begun is None or passed is None or (priority and int(priority) > HIGHEST_PRIORITY):
        return None
    text = (line[match.start("day") : match.end("clock")] + (zone or b"")).decode("ascii")
    offset = None if zone is None else OFFSETS[zone]
    form = _form(priority, version, end, is_short=len(day) == len("MM-DD"))
    stamp = Stamp(text, begun + passed, offset, is_yearless, form, match.end("clock") - match.start("day"))
    width = match.end()
    start, stop = (width, width) if fraction is None else (match.start("fraction") + 1, match.end("fraction"))
    return stamp, Shape(width, match.start("clock"), start, stop)


def with_clock(day: Stamp, clock: bytes) -> Stamp | None:
    """Return a stamp at this time of the day on which another one is the midnight, None where there is no such time."""
    passed = CLOCKS[clock]
    if passed is None:
        return None
    text, midnight, offset, is_yearless, form, seam, _, _ = day
    return Stamp(f"{text[: seam - 8]}{clock.decode('ascii')}{text[seam:]}", midnight + passed, offset, is_yearless, form, seam)


def with_fraction(stamp: Stamp, digits: bytes, separator: bytes) -> Stamp:
    """Return a stamp with the fraction that one line adds to its whole seconds."""
    text, local, offset, is_yearless, form, seam, era, setback = stamp
    nanos = int(digits[:9]) * FRACTIONS[min(len(digits), 9)]
    return Stamp(f"{text[:seam]}{(separator + digits).decode('ascii')}{text[seam:]}", local + nanos, offset, is_yearless, form, seam, era, setback)


def _form(priority: bytes | None, version: bytes | None, end: bytes, is_short: bool) -> Form:
    if version:
        return Form.MODERN
    if end != b" " or is_short:
        return Form.HOSTLESS
    return Form.FORWARDED if priority else Form.PLAIN


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


def _clock(text: bytes) -> int | None:
    """Return a time of day in ns; a leap second counts on into the next minute."""
    match = CLOCK.fullmatch(text)
    if match is None:
        return None
    hours, minutes, seconds = map(int, match.groups())
    return (hours * 3600 + minutes * 60 + seconds) * SECOND


def _offset(text: bytes) -> int:
    """Return an offset from UTC in ns, east is positive."""
    if text in b"Zz":
        return 0
    minutes = int(text[1:3]) * 60 + int(text[3:].lstrip(b":") or 0)
    return (-minutes if text[:1] == b"-" else minutes) * 60 * SECOND


DAYS: Memo[tuple[int | None, bool]] = Memo(_day, 4096)
CLOCKS: Memo[int | None] = Memo(_clock, 1 << 17)
OFFSETS: Memo[int] = Memo(_offset, 4096)
