"""The stretch of time that the options ask about, and the zone in which they say it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from forensics.errors import ForensicsError

if TYPE_CHECKING:
    from forensics.evidence.paired import Window

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY = timedelta(hours=24)
SPELLINGS = 'write it as 2026-03-19, "2026-03-19 07:30", 2026-03-19T07:30+09:00, today, or "yesterday 07:30"'


def zone_of(name: str) -> ZoneInfo:
    """Return a zone by its name.

    Raises:
        ForensicsError: there is none of that name.
    """
    from forensics.config_keys import nearest_zone, zone_named
    from forensics.timeline import shown

    zone = zone_named(name)
    if zone is None:
        near = nearest_zone(name) if name else ""
        guess = f"did you mean {near}? " if near else ""
        raise ForensicsError(f"--timezone {shown(name)}: no such zone - {guess}write one such as Asia/Tokyo or UTC")
    return zone


def now_of(text: str | None, zone: ZoneInfo) -> datetime:
    """Return the instant of judging: as it is named, else by the clock.

    Raises:
        ForensicsError: it cannot be read.
    """
    clock = datetime.now(UTC)
    return asked("--now", text, clock, zone) or clock


def window_of(
    since: str | None,
    until: str | None,
    now: datetime,
    zone: ZoneInfo,
    last_end: int | None = None,
    back: timedelta = DAY,
) -> Window:
    """Return the window that the options name; one that names no begin goes ``back`` from its end.

    ``last_end`` (ns) outranks that, where it is known.

    Raises:
        ForensicsError: a time that cannot be read, or a window that is empty or lies in the future.
    """
    from forensics.evidence.paired import Window

    end = asked("--until", until, now, zone) or now
    begin = asked("--since", since, now, zone)
    if begin is None and last_end is not None and last_end < nanoseconds(end):
        return Window(last_end, nanoseconds(end), nanoseconds(now))
    begin = begin or (end - back).replace(second=0, microsecond=0)
    refuse_unjudgeable(begin, end, now, zone)
    return Window(*(nanoseconds(each) for each in (begin, end, now)))


def refuse_unjudgeable(begin: datetime, end: datetime, now: datetime, zone: ZoneInfo) -> None:
    """Refuse a window in which nothing can have happened yet, or at all.

    Raises:
        ForensicsError: it is empty, or lies in the future.
    """
    first, last, clock = (f"{each.astimezone(zone):%Y-%m-%d %H:%M}" for each in (begin, end, now))
    if begin > now:
        raise ForensicsError(
            f"the window lies in the future: it begins {first}, and now is {clock} ({zone})"
            " - choose an earlier --since, or a later --now"
        )
    if begin >= end:
        raise ForensicsError(
            f"the window is empty: it begins {first} and ends {last} ({zone})"
            " - choose an earlier --since, or a later --until"
        )


def asked(option: str, text: str | None, now: datetime, zone: ZoneInfo) -> datetime | None:
    """Return the instant that an option names, None where it is not given.

    Raises:
        ForensicsError: it cannot be read.
    """
    from forensics.timeline import moment

    if text is None:
        return None
    try:
        return moment(text, now, zone)
    except ValueError as error:
        complaint = str(error).partition(": write ")[0]
        raise ForensicsError(f"{option}: {complaint} - {SPELLINGS}") from error


def nanoseconds(moment: datetime) -> int:
    """Return an aware instant in ns since the epoch."""
    return (moment - EPOCH) // timedelta(microseconds=1) * 1000
