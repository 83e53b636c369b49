"""How a database begins: beside its place, and moved there whole; what stood there is kept under another name."""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from forensics.database.kind import Kind, migrate
from forensics.durable import opened_folder

MODE = 0o640
FOLDER_MODE = 0o755
NANOS = 1_000_000_000
JOURNAL = "-journal"
PARTS = ("", JOURNAL, "-wal", "-shm")


def made_folder(folder: Path) -> Path:
    """Make a folder, and those above it that are missing, so that others may read them whatever the umask is.

    Raises:
        OSError: it cannot be made.
    """
    for missing in reversed([each for each in (folder, *folder.parents) if not each.exists()]):
        try:
            missing.mkdir(FOLDER_MODE)
        except FileExistsError:  # somebody else made it meanwhile
            continue
        missing.chmod(FOLDER_MODE)
    return folder


def begin(path: Path, kind: Kind, why: str, now: int) -> None:
    """Begin a new database, in the place of what is there; that is kept under another name."""
    aside = free_name(path, now)
    left = [part for part in PARTS if os.path.lexists(f"{path}{part}")]
    draft = path.with_name(f".{path.name}.new")
    try:
        write_draft(draft, kind, f"{path} {why}: kept as {aside.name}, and a new one begun" if left else "", now)
        for part in left:
            Path(f"{path}{part}").rename(f"{aside}{part}")
        draft.rename(path)
    finally:
        draft.unlink(missing_ok=True)
    with opened_folder(path.parent) as folder:
        os.fsync(folder)


def free_name(path: Path, now: int) -> Path:
    """Return a name beside a path under which nothing stands yet."""
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now // NANOS))
    wanted = path.with_name(f"{path.name}.damaged-{stamp}")
    name, count = wanted, 1
    while any(os.path.lexists(f"{name}{part}") for part in PARTS):
        count += 1
        name = wanted.with_name(f"{wanted.name}-{count}")
    return name


def write_draft(draft: Path, kind: Kind, note: str, now: int) -> None:
    """Write a new database that nobody can see yet, so that an empty file is never one that is just being made."""
    draft.unlink(missing_ok=True)
    file = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, MODE)
    try:
        os.fchmod(file, MODE)
        hand_over(file, draft.parent)
        with closing(sqlite3.connect(":memory:", isolation_level=None)) as memory:
            migrate(memory, kind)
            if note:
                memory.execute("INSERT INTO notes VALUES (?, ?)", (now, note))
            with closing(sqlite3.connect(draft, isolation_level=None)) as connection:
                connection.execute("PRAGMA journal_mode = OFF")
                memory.backup(connection)
        os.fsync(file)
    finally:
        os.close(file)


def hand_over(file: int, folder: Path) -> None:
    """Give what root makes in somebody's folder to that user, who could not write to it otherwise."""
    owner = folder.stat()
    if os.geteuid() == 0 and owner.st_uid:
        os.fchown(file, owner.st_uid, owner.st_gid)
