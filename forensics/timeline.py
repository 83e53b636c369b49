"""Instants, zones and spans of time: the only room that knows odd date spellings and summer time.

Inside the product an instant is an int, nanoseconds since the epoch in UTC. Text that names no zone
is read in the zone that the caller gives: of an hour that comes twice the first is meant, and a time
that a zone skips moves forward by as much as it skips. No spelling is guessed: one without a year,
with a year of two digits, or with day and month that could be swapped, is refused.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from forensics.redaction import redact

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    from dateutil.parser import parser

NANOS = 1_000_000_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = int((datetime(2200, 1, 1, tzinfo=UTC) - EPOCH).total_seconds()) * NANOS
LONGEST_SPELLING = 80

SPAN_MILLISECONDS = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}
SPAN = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,9})?) ?(ms|[smhdw]) ?", re.ASCII)
FULL = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}):([0-9]{2})(?:[.,]([0-9]{1,9})[0-9]*)?"
    r" ?(Z|z|UTC|GMT|[+-][0-9]{2}(?::?[0-9]{2})?)?"
)
ISO = re.compile(r"[0-9]{4}-?(?:W?[0-9]{2}-?[0-9]{1,2}|[0-9]{3})(?:[Tt _][0-9:.,]{2,18} ?(?:Z|z|[+-][0-9:]{2,5})?)?")
DAY_END = re.compile(r"([0-9-]{8,10}[T _])24:00")
ACCESS_LOG = re.compile(r"([0-9]{1,2}/[A-Za-z]{3}/[0-9]{4}):([0-9]{2}:)")
# ``GMT+0900`` means nine hours east to all who write it so; dateutil takes the sign as POSIX does, the other way round.
NAMED_OFFSET = re.compile(r"(?:UTC|GMT) ?([+-][0-9:]{1,5})(?: \([A-Za-z ]{1,40}\))?")
YEAR_FIRST = re.compile(r"[0-9]{4}[^0-9]")
NUMBER = re.compile(r"[0-9]{1,20}(?:\.[0-9]{1,12})?")
COMPACT = re.compile(r"((?:19|20|21)[0-9]{6})([0-9]{4}(?:[0-9]{2})?)?")
CLOCK = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?")
# RFC 5322, section 4.3, fixes these; any other name is believed only where the zone itself goes by it at that time.
ABBREVIATIONS = {"EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7}
# Unix seconds, milliseconds, microseconds and nanoseconds: each is read below its bound, and is worth so many ns.
UNIX_UNITS = ((10**11, NANOS), (10**14, 10**6), (10**17, 10**3), (10**20, 1))


def parse_duration(value: str | int) -> timedelta:
    """Return the span that ``90s``, ``15m``, ``1h30m``, ``500ms``, ``7d`` or a whole number of seconds stands for.

    Raises:
        ValueError: it is no such span, or too long to count.
    """
    try:
        match value:
            case str() if not value.isdecimal() or len(value) > 12:
                return _spans(value.strip())
            case str() | int() if not isinstance(value, bool) and int(value) >= 0:
                return timedelta(seconds=int(value))
    except OverflowError:
        raise ValueError("the duration is too long to count") from None
    raise ValueError("a duration is a text such as 90s, 15m, 2h or 1d, or a whole number of seconds, never less than 0")


def _spans(text: str) -> timedelta:
    total, end = timedelta(), 0
    while match := SPAN.match(text, end):
        total += timedelta(microseconds=int(Decimal(match[1]) * SPAN_MILLISECONDS[match[2]] * 1_000))
        end = match.end()
    if not end or end < len(text):
        raise ValueError(f"{shown(text)} is no duration: write 90s, 15m, 2h, 1d, or several together as in 1h30m")
    return total


def shown(text: str, limit: int = 60) -> str:
    """Return a text from outside in quotes for a message: one line, printable, short, without secrets."""
    text = redact(text)  # before it is cut or spelled out: a part of a secret would not be known as one
    clipped = text if len(text) <= limit else text[: limit - 1] + "…"
    return '"' + "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in clipped) + '"'


def instant(text: str, zone: ZoneInfo) -> int:
    """Return the instant that a text names, in ns since the epoch, exact to the nanosecond in ISO 8601.

    Raises:
        ValueError: it names no instant, more than one, or one before 1970 or after 2199.
    """
    match = FULL.fullmatch(text)
    if match is None:
        return _odd_instant(text, zone)
    minute, second, fraction, offset = match.groups()
    if second > "60":  # 60 is a leap second; it counts as the one after it
        raise ValueError(f"{shown(text)} is no time: a minute has no such second")
    nanos = _minute(minute, offset, zone) + int(second) * NANOS
    return nanos + int(fraction.ljust(9, "0")) if fraction else nanos


@lru_cache(maxsize=1 << 16)
def _minute(written: str, offset: str | None, zone: ZoneInfo) -> int:
    offset = "+00:00" if offset in ("Z", "z", "UTC", "GMT") else offset or ""
    return _nanos(_calendar(written, offset), zone)


def _calendar(written: str, offset: str) -> datetime:
    """Return date and time; the day's end 24:00 is the next day's beginning."""
    match = DAY_END.fullmatch(written)
    try:
        if match:
            return datetime.fromisoformat(f"{match[1]}00:00{offset}") + timedelta(days=1)
        return datetime.fromisoformat(written + offset)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{shown(written + offset)} is no time: {error}") from None


def _nanos(moment: datetime, zone: ZoneInfo) -> int:
    passed = (moment.replace(tzinfo=zone) if moment.tzinfo is None else moment) - EPOCH
    nanos = (passed.days * 86_400 + passed.seconds) * NANOS + passed.microseconds * 1_000
    if not 0 <= nanos < LATEST:
        raise ValueError(f"{shown(str(moment))} lies outside the years 1970 to 2199")
    return nanos


def _odd_instant(text: str, zone: ZoneInfo) -> int:
    text = text.strip()
    if not text or len(text) > LONGEST_SPELLING or (text.isdigit() and not ISO.fullmatch(text)):
        raise ValueError(f"{shown(text)} is no time")
    if FULL.fullmatch(text):
        return instant(text, zone)
    if ISO.fullmatch(text):
        return _nanos(_calendar(text.upper(), ""), zone)
    plain = ACCESS_LOG.sub(r"\1 \2", NAMED_OFFSET.sub(r"\1", text))
    return _nanos(_free_spelling(plain, zone), zone)


def _free_spelling(text: str, zone: ZoneInfo) -> datetime:
    """Return what dateutil reads; two readings with other defaults and another order of day and month must agree."""
    first, zone_name = _dateutil(text, date(2001, 1, 1), day_first=False)
    second, _ = _dateutil(text, date(2004, 2, 2), day_first=not YEAR_FIRST.match(text))
    if first != second:
        raise ValueError(f"{shown(text)} can be read as more than one day: write it as in 2026-03-19 07:32")
    if zone_name is None or first.replace(tzinfo=zone).tzname() == zone_name:
        return first
    if zone_name not in ABBREVIATIONS:
        raise ValueError(f"{shown(text)} names a zone that is not known here: write an offset such as +09:00")
    return first.replace(tzinfo=timezone(timedelta(hours=ABBREVIATIONS[zone_name])))


def _dateutil(text: str, day: date, day_first: bool) -> tuple[datetime, str | None]:
    """Return the time read, and the name of its zone where it has a name and no offset."""
    names: list[str] = []

    def zone_of(name: str | None, offset: int | None) -> tzinfo | None:
        names.extend([name] if name and offset is None else [])
        return None if offset is None else timezone(timedelta(seconds=offset))

    try:
        default = datetime.combine(day, time())
        read: datetime = _dateutil_reader().parse(text, default=default, dayfirst=day_first, tzinfos=zone_of)
    # On rubbish dateutil also lets out errors of its own inner workings.
    except (ValueError, ArithmeticError, TypeError, LookupError, AttributeError):
        raise ValueError(f"{shown(text)} is no time") from None
    return read, names[0] if names else None


@lru_cache(maxsize=1)
def _dateutil_reader() -> parser:
    from dateutil.parser import parser, parserinfo

    class FourDigitYears(parserinfo):
        def convertyear(self, year: int, century_specified: bool = False) -> int:
            if year < 100:
                raise ValueError("a year of two digits")
            return year

    return parser(FourDigitYears())


def any_instant(value: object, zone: ZoneInfo) -> int:
    """Return the instant of a text, a date, or a Unix time in s, ms, µs or ns told by its size; ns since the epoch.

    Raises:
        ValueError: it is none of these, or lies before 1970 or after 2199.
    """
    match value:
        case str():
            return _written_instant(value.strip(), zone)
        case bool():
            raise ValueError("a truth value is no time")
        case int():
            return _unix(value)
        case float() | Decimal():
            return _unix(_finite(value))
        case date():
            return _nanos(value if isinstance(value, datetime) else datetime.combine(value, time()), zone)
    raise ValueError("neither a text nor a number")


def _written_instant(text: str, zone: ZoneInfo) -> int:
    if text[4:5] == "-" or not NUMBER.fullmatch(text):
        return instant(text, zone)
    if compact := COMPACT.fullmatch(text):
        try:
            return instant(f"{compact[1]}T{compact[2]}" if compact[2] else compact[1], zone)
        except ValueError:
            pass  # twelve or fourteen digits that are no date
    return _unix(Decimal(text) if "." in text else int(text))


def _finite(value: float | Decimal) -> Decimal:
    number = Decimal(repr(value)) if isinstance(value, float) else value  # repr keeps the digits that were written
    if not number.is_finite():
        raise ValueError(f"{value} is no time")
    return number


def _unix(number: int | Decimal) -> int:
    worth = next((unit for bound, unit in UNIX_UNITS if number < bound), None)
    nanos = -1 if worth is None or number < 0 else int(number * worth)
    if not 0 <= nanos < LATEST:
        raise ValueError("a Unix time outside the years 1970 to 2199")
    return nanos


def aware(value: str | date, zone: ZoneInfo) -> datetime:
    """Return a text, a date (its first moment) or a date and time as an aware time in the zone, exact to the µs.

    Raises:
        ValueError: as ``instant``.
    """
    return _in_zone(instant(value, zone) if isinstance(value, str) else any_instant(value, zone), zone)


def _in_zone(nanos: int, zone: ZoneInfo) -> datetime:
    return (EPOCH + timedelta(microseconds=nanos // 1_000)).astimezone(zone)


def utc_instant(nanos: int) -> datetime:
    """Return an instant, given in ns, to the microsecond."""
    return _in_zone(nanos, ZoneInfo("UTC"))


def moment(text: str, now: datetime, zone: ZoneInfo) -> datetime:
    """Return the aware time that a person names: ISO 8601, a date, ``now``, ``today`` or ``yesterday 07:30``.

    Raises:
        ValueError: it is none of these.
    """
    word, *rest = text.split() or [""]
    if word.lower() == "now" and not rest:
        return now.astimezone(zone)
    days_back = {"today": 0, "yesterday": 1}.get(word.lower())
    if days_back is None:
        return aware(text, zone)
    day = now.astimezone(zone).date() - timedelta(days=days_back)
    return _in_zone(_nanos(datetime.combine(day, time()) + _clock(" ".join(rest)), zone), zone)


def _clock(text: str) -> timedelta:
    match = CLOCK.fullmatch(text or "0:00")
    hours, minutes, seconds = (int(part or 0) for part in match.groups()) if match else (99, 0, 0)
    since_midnight = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    if minutes > 59 or seconds > 59 or since_midnight > timedelta(days=1):
        raise ValueError(f"{shown(text)} is no time of day: write it as in 07:30")
    return since_midnight


def utc_text(nanos: int) -> str:
    """Return an instant as ``2026-03-19T07:32:10Z``, with ms, µs or ns only where it has some."""
    seconds, fraction = divmod(nanos, NANOS)
    whole = (EPOCH + timedelta(seconds=seconds)).isoformat()[:19]
    return f"{whole}.{_thousandths(f'{fraction:09d}')}Z" if fraction else f"{whole}Z"


def _thousandths(digits: str) -> str:
    while digits.endswith("000"):
        digits = digits[:-3]
    return digits


def utc_texts(nanos: npt.NDArray[np.int64]) -> list[str | None]:
    """Return instants as ``utc_text`` does, None where the int is the smallest one (NaT)."""
    import numpy as np

    texts = np.full(len(nanos), None, dtype=object)
    left = nanos != np.iinfo(np.int64).min
    for unit, size in (("s", NANOS), ("ms", 10**6), ("us", 10**3), ("ns", 1)):
        fits = left & (nanos % size == 0)
        stamps = (nanos[fits] // size).view(f"datetime64[{unit}]")
        texts[fits] = [f"{text}Z" for text in np.datetime_as_string(stamps).tolist()]
        left &= ~fits
    found: list[str | None] = texts.tolist()
    return found


def nanos_of(span: timedelta) -> int:
    """Return a span of time in ns."""
    return round(span.total_seconds() * NANOS)


def local_text(nanos: int, zone: ZoneInfo, seconds: bool = False) -> str:
    """Return an instant as ``2026-03-19 07:32`` on the zone's wall clock, with ``:10`` where seconds are asked for."""
    return _in_zone(nanos, zone).isoformat(" ")[: 19 if seconds else 16]


def duration_text(seconds: float) -> str:
    """Return a span as people say it: ``45 s``, ``6 min``, ``4 h 28 min``, ``24 h``, ``2 d 23 h 13 min``.

    The larger unit begins where there would be two of it, or exactly one minute.
    """
    if seconds < 0:
        return "-" + duration_text(-seconds)
    if round(seconds) < 120 and round(seconds) != 60:
        return f"{seconds:.1f}".removesuffix(".0") + " s" if seconds < 9.95 else f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    days, minutes = divmod(minutes, 1440) if minutes >= 2880 else (0, minutes)
    hours, minutes = divmod(minutes, 60)
    parts = [f"{count} {unit}" for count, unit in ((days, "d"), (hours, "h"), (minutes, "min")) if count]
    return " ".join(parts)
