"""When a daily job is due, and what a path with a date in it is called that day."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

TOKYO = ZoneInfo("Asia/Tokyo")


def due(schedule: str, day: date) -> datetime:
    """Return the instant at which a daily schedule is due on that day in Tokyo."""
    minute, hour = schedule.split()[:2]
    return datetime.combine(day, time(int(hour), int(minute)), TOKYO)


def dated(pattern: str, day: date) -> str:
    """Return a path with every ``{date:…}`` filled in."""
    return re.sub(r"\{date:([^}]+)\}", lambda found: day.strftime(found[1]), pattern)
