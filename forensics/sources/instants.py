"""What listings need to turn the times that they write into ns since the epoch UTC, with no float on the way.

Unlike ``timeline`` this takes times before 1970: a file without a known time is listed as 1970-01-01
or, west of Greenwich, as the evening before. A local time that a zone passes twice is the first of
the two; one that it skips counts on from before the jump.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

NANOS = 1_000_000_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
HIGHEST = 2**63 - 1
LOWEST = -HIGHEST
UTC_ZONE = ZoneInfo("UTC")


def fitting(instant: int) -> int | None:
    """Return the instant where 64 bits of ns hold it (1678 to 2261), else None."""
    return instant if LOWEST <= instant <= HIGHEST else None


def fraction_nanos(digits: str | bytes | None) -> int:
    """Return the ns that the digits after a decimal point stand for; what is finer is cut off."""
    return int(digits[:9]) * 10 ** (9 - len(digits[:9])) if digits else 0


@lru_cache(maxsize=1 << 16)
def local_minute(year: int, month: int, day: int, hour: int, minute: int, zone: ZoneInfo) -> int | None:
    """Return the instant at which a minute began in a zone; None where there is no such date."""
    try:
        elapsed = datetime(year, month, day, hour, minute, tzinfo=zone) - EPOCH
    except (ValueError, OverflowError):
        return None
    return fitting((elapsed.days * 86_400 + elapsed.seconds) * NANOS)


def year_in(zone: ZoneInfo, instant: int) -> int:
    """Return the year that an instant falls into, in a zone."""
    return (EPOCH + timedelta(seconds=instant // NANOS)).astimezone(zone).year
