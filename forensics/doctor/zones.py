"""The zones in which a schedule may be meant, the simplest guess first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from forensics.config import Config
from forensics.config_keys import zone_named
from forensics.timeline import NANOS

# For each offset, with summer time and without, the zone that most machines there are set to.
COMMON = (
    *("Europe/London", "Europe/Berlin", "Europe/Athens", "Europe/Moscow", "Africa/Lagos", "Africa/Johannesburg"),
    *("America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles", "America/Phoenix"),
    *("America/Bogota", "America/Halifax", "America/Sao_Paulo", "America/Anchorage", "Pacific/Honolulu"),
    *("Asia/Dubai", "Asia/Karachi", "Asia/Kolkata", "Asia/Kathmandu", "Asia/Dhaka", "Asia/Bangkok", "Asia/Shanghai"),
    *("Asia/Tokyo", "Australia/Brisbane", "Australia/Sydney", "Australia/Adelaide", "Pacific/Auckland", "Asia/Tehran"),
)


def known_zones(config: Config, machine: ZoneInfo | None) -> list[ZoneInfo]:
    """Return the zones that the config names, the most used first, then UTC and the machine's own."""
    named = Counter([config.timezone.key, *(job.timezone.key for job in config.jobs)])
    named.update(source.timezone.key for source in config.sources if source.timezone is not None)
    keys = [key for key, _ in named.most_common()] + ["UTC"] + ([machine.key] if machine and machine.key else [])
    return list(found(keys))


def common_zones() -> list[ZoneInfo]:
    """Return the zones that most machines are set to."""
    return list(found(COMMON))


def found(keys: list[str] | tuple[str, ...]) -> Iterator[ZoneInfo]:
    """Yield the zones of some names, each once; those that this machine does not know are left out."""
    for key in dict.fromkeys(keys):
        zone = zone_named(key)
        if zone is not None:
            yield zone


def offset_text(zone: ZoneInfo, at: int) -> str:
    """Return a zone's distance from UTC at an instant (ns), as ``+09:00``."""
    text = datetime.fromtimestamp(at // NANOS, UTC).astimezone(zone).strftime("%z")
    return f"{text[:3]}:{text[3:5]}"
