"""An archive of reports: a folder with two files a night, and the newest under a name that stays.

``latest.md`` and ``latest.json`` are copies, not links: folders that are served, synced or mounted from elsewhere often
cannot show a link, or show it as a text. Each file is replaced as a whole, so that a reader finds an old report or the
new one. They hold what ``--output`` writes, quotations of evidence included: it is the house's own, and not for others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

from forensics.durable import write
from forensics.errors import OutputError
from forensics.evidence.paired import Window
from forensics.evidence.result import Result
from forensics.report.machine import report_json
from forensics.report.markdown import report_markdown
from forensics.report.view_pen import days_of

LATEST = "latest"
DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
NIGHT = re.compile(rf"({DATE})(?:\.\.({DATE}))?\.json")


def night_name(window: Window, zone: ZoneInfo) -> str:
    """Return the name of a window's files without a suffix: ``2026-03-19``, or ``2026-03-01..2026-03-14``."""
    return "..".join(days_of(window, zone))


def write_archive(result: Result, folder: Path) -> list[str]:
    """Write a report into an archive, in place of an earlier one of the same night; return what could not be written.

    The folder is made where it is missing, but not the one around it: that may be a disk that is not mounted.
    """
    try:
        folder.mkdir(exist_ok=True)
    except FileNotFoundError:
        return [f"--archive {folder} could not be made - the folder around it is not there - make it, or mount it"]
    except OSError as error:
        return [f"--archive {folder} could not be made - {error.strerror or error} - name a folder"]
    troubles = []
    for name, content in contents(result, folder):
        try:
            write(folder / name, content)
        except OutputError as error:
            troubles.append(f"--archive: {error}")
    return troubles


def contents(result: Result, folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the names of the files with what they are to hold; the latest ones only where no newer night is there."""
    night = night_name(result.window, result.config.timezone)
    names = [night] if is_outdated(night, folder) else [night, LATEST]
    texts = {".md": report_markdown(result).encode(), ".json": report_json(result)}
    for name in names:
        for suffix, content in texts.items():
            yield f"{name}{suffix}", content


def is_outdated(night: str, folder: Path) -> bool:
    """Return whether the archive holds a newer night."""
    return any(last_date(other) > last_date(night) for other in nights(folder))


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
