"""What could not be written to the registry: kept in a file for each run beside it, and merged later."""

from __future__ import annotations

import os
import sqlite3
from contextlib import suppress
from pathlib import Path

from forensics.database.locks import held
from forensics.database.opening import Database
from forensics.durable import write
from forensics.recorder.registry import Ended, record
from forensics.recorder.run_record import Run, from_json, to_json

FOLDER_MODE = 0o700  # commands may hold what is nobody else's business
LONGEST = 4 << 20
SUFFIX = ".json"
TAKEN = ".taken"
BAD = ".bad"
# What a file that holds something else may lead to; the world's faults are told as DatabaseError before.
STRANGE = (ValueError, TypeError, AttributeError, OverflowError, OSError, sqlite3.Error)


def spool_of(registry: Path) -> Path:
    """Return the folder of what waits to be merged into a registry."""
    return registry.with_name(f"{registry.name}.spool")


def spool(registry: Path, run: Run) -> Path:
    """Keep a run as it is now, in place of what was kept of it before; return the file.

    Raises:
        OSError: there can be no such folder.
        OutputError: it cannot be written.
    """
    folder = spool_of(registry)
    folder.mkdir(FOLDER_MODE, parents=True, exist_ok=True)
    path = folder / f"{run.id.removeprefix('cron:')}{SUFFIX}"
    write(path, to_json(run))
    return path


def merge(database: Database, registry: Path, now: int, limit: int) -> int:
    """Bring what waits into the registry; return how many runs. What is no record is kept under another name.

    Raises:
        DatabaseError: it cannot be written.
    """
    try:
        folder = os.open(spool_of(registry), os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        return 0
    with held(folder, 1) as is_ours:  # whoever else is at it does it for us
        found = waiting(spool_of(registry), limit) if is_ours else ()
        return sum(merged(database, path, now) for path in found)


def waiting(folder: Path, limit: int) -> list[Path]:
    """Return files that wait, each taken first: its run may go on to write anew, and that is merged another time."""
    for path in sorted(folder.glob(f"[!.]*{SUFFIX}"))[:limit]:
        with suppress(OSError):
            path.rename(path.with_suffix(TAKEN))
    return sorted(folder.glob(f"[!.]*{TAKEN}"))


def merged(database: Database, path: Path, now: int) -> bool:
    """Bring one file into the registry; return whether it held a record.

    Raises:
        DatabaseError: it cannot be written.
    """
    try:
        run = from_json(content_of(path))
        with suppress(Ended), database.change() as connection:
            record(connection, run, now, "written down while the registry could not be reached")
    except STRANGE as error:
        set_aside(database, path, f"{path} is no record of a run ({type(error).__name__})", now)
        return False
    with suppress(OSError):
        path.unlink()
    return True


def content_of(path: Path) -> bytes:
    """Return what a file holds, as far as a record may be long.

    Raises:
        OSError: it cannot be read.
    """
    file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(file, "rb") as opened:
        return opened.read(LONGEST)


def set_aside(database: Database, path: Path, why: str, now: int) -> None:
    """Keep a file that is no record under another name, and leave a note."""
    kept = path.with_suffix(BAD)
    with database.change() as connection:
        connection.execute("INSERT INTO notes VALUES (?, ?)", (now, f"{why}: kept as {kept.name}"))
    with suppress(OSError):
        path.rename(kept)
