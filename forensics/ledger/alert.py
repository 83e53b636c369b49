"""Alert files: what a person finds beside the ledger, or the heartbeats, when the tracker could not be told.

The first line is for programs too: ``ALERT _tracker since 2026-03-19T02:00:00Z, still so 2026-03-19T02:15:00Z``.
The file is its own memory of when the trouble began, so that it says so even where the ledger is out of reach.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from zoneinfo import ZoneInfo

from forensics.database.beginning import made_folder
from forensics.database.faults import told
from forensics.durable import opened_folder, write
from forensics.errors import OutputError
from forensics.timeline import NANOS, instant, utc_text
from forensics.untrusted import clipped, is_name, safe_text

TRACKER = "_tracker"  # no job is named so: a job's name begins with a letter or a digit
UTC = ZoneInfo("UTC")
STAND_IN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}~[0-9a-f]{8}")  # ``untrusted.slug`` of a name that is none
FIRST_LINE = re.compile(r"ALERT \S+ since (\S+), (?:still so|last seen) \S+\n")
HEAD_LENGTH = 4096
LONGEST_LINE = 500
MOST_LINES = 100


def raise_alert(folder: Path, name: str, lines: Sequence[str], at: int) -> int:
    """Write an alert about a job, or about ``TRACKER``; return since when it stands, kept over all runs until cleared.

    Raises:
        OutputError: it cannot be written.
    """
    path = alert_path(folder, name)
    with told(str(path)):
        made_folder(folder)
    at -= at % NANOS
    since = min(at, alerting_since(folder, name) or at)
    first = f"ALERT {name} since {utc_text(since)}, still so {utc_text(at)}"
    write(path, "\n".join([first, *_shown(lines), ""]).encode("utf-8", "backslashreplace"))
    return since


def clear_alert(folder: Path, name: str) -> bool:
    """Remove an alert; return whether there was one.

    Raises:
        OutputError: it is there and cannot be removed.
    """
    path = alert_path(folder, name)
    try:
        path.unlink()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise OutputError(f"{path} could not be removed - {error.strerror or error} - remove it by hand") from error
    with told(str(path)), opened_folder(folder) as opened:
        os.fsync(opened)
    return True


def alerting_since(folder: Path, name: str) -> int | None:
    """Return since when an alert stands; None where there is none, or none that can be read."""
    with suppress(OSError, ValueError):
        found = FIRST_LINE.match(_head_of(alert_path(folder, name)))
        return instant(found[1], UTC) if found else None
    return None


def alert_path(folder: Path, name: str) -> Path:
    """Return where an alert stands.

    Raises:
        OutputError: the name is none that may be a file's.
    """
    if name != TRACKER and not is_name(name) and not STAND_IN.fullmatch(name):
        raise OutputError(f"no alert can be named {ascii(name)[:80]} - it must be a job's name, as in a config")
    return folder / f"{name}.alert"


def _head_of(path: Path) -> str:
    """Return the beginning of a file, or nothing where somebody put a pipe or a device there."""
    file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        head = os.read(file, HEAD_LENGTH) if stat.S_ISREG(os.fstat(file).st_mode) else b""
    finally:
        os.close(file)
    return head.decode("utf-8", "replace")


def _shown(lines: Sequence[str]) -> list[str]:
    """Return lines that are safe to show: a secret that is wrapped over several is masked all the same."""
    safe = safe_text("\n".join(lines)).split("\n") if lines else []
    shown = [clipped(line, LONGEST_LINE) for line in safe[:MOST_LINES]]
    return shown if len(safe) <= MOST_LINES else [*shown, f"and {len(safe) - MOST_LINES} more lines"]
