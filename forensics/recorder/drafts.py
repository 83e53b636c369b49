"""What killed writers leave behind: a draft, ``.<name>.<random>.tmp``, that was never renamed.

A draft lives for some milliseconds. One that is an hour old will not be missed, whoever wrote it: the routine in
``durable``, or ``heartbeat-write.sh``.
"""

from __future__ import annotations

import os
import re
import stat
from contextlib import suppress
from pathlib import Path

from forensics.durable import opened_folder

NAME = re.compile(r"\..+\.[0-9a-f-]{8,40}\.tmp", re.DOTALL)
HOUR = 3600 * 10**9


def stale_drafts(folder: Path, now: int, age: int = HOUR) -> list[Path]:
    """Return the drafts in a folder that were last written more than ``age`` ns before ``now``; none if it is missing.

    Raises:
        OSError: the folder cannot be read.
    """
    try:
        with opened_folder(folder) as opened:
            found = [name for name in os.listdir(opened) if NAME.fullmatch(name)]  # noqa: PTH208 - a descriptor
            names = sorted(name for name in found if is_old(opened, name, now - age))
    except FileNotFoundError:
        return []
    return [folder / name for name in names]


def remove_stale_drafts(folder: Path, now: int, age: int = HOUR) -> list[Path]:
    """Remove the drafts that ``stale_drafts`` finds; return those that are gone.

    Raises:
        OSError: the folder cannot be read.
    """
    return [draft for draft in stale_drafts(folder, now, age) if is_removed(draft)]


def is_old(folder: int, name: str, before: int) -> bool:
    """Return whether a name is that of a plain file that was last written before an instant."""
    with suppress(OSError):
        status = os.stat(name, dir_fd=folder, follow_symlinks=False)
        return stat.S_ISREG(status.st_mode) and status.st_mtime_ns < before
    return False


def is_removed(draft: Path) -> bool:
    """Remove a file; return whether it is gone."""
    with suppress(OSError):
        draft.unlink(missing_ok=True)
        return True
    return False
