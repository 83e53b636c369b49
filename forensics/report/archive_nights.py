"""How the nights of an archive are called, and which of them are there."""

from __future__ import annotations

import re
from pathlib import Path
from zoneinfo import ZoneInfo

from forensics.evidence.paired import Window
from forensics.report.view_pen import days_of

DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
NIGHT = re.compile(rf"({DATE})(?:\.\.({DATE}))?\.json")


def night_name(window: Window, zone: ZoneInfo) -> str:
    """Return the name of a window's files without a suffix: ``2026-03-19``, or ``2026-03-01..2026-03-14``."""
    return "..".join(days_of(window, zone))


def nights(folder: Path) -> list[str]:
    """Return the names of the nights in an archive, oldest first; of a folder that cannot be listed none."""
    try:
        found = [each.name.removesuffix(".json") for each in folder.iterdir() if NIGHT.fullmatch(each.name)]
    except OSError:
        return []
    return sorted(found, key=lambda name: (last_date(name), name))


def last_date(night: str) -> str:
    """Return the last date of a night's name."""
    return night.rpartition("..")[2]


def first_date(night: str) -> str:
    """Return the first date of a night's name."""
    return night.partition("..")[0]
