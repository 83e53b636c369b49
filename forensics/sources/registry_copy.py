"""Copies an SQLite database with its journal, so that reading it alters nothing and what is half written is undone.

The copy is taken between two looks at the files; if they changed meanwhile, it is taken again.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from forensics.sources.opening import EvidenceFile

PARTS = ("-journal", "-wal")
TRIES = 8
HEAD_LENGTH = 100
# Ends a journal that names a further file, which SQLite would open, and may delete
# (https://www.sqlite.org/fileformat.html, "The Rollback Journal"; pager.c, readSuperJournal).
NAMES_ANOTHER = bytes.fromhex("d9d505f920a163d7")

State = tuple[tuple[int, int, int] | None, ...]


@dataclass(frozen=True)
class Copy:
    """A database as it was copied. ``sha256`` is that of the file as it lies there, ``modified`` its mtime in ns.

    ``size`` is that of the copy, with its journals, in bytes; ``head`` is how it begins.
    """

    file: Path
    sha256: str
    modified: int | None
    size: int
    head: bytes
    fault: str | None = None


def copied(path: Path, folder: Path) -> Copy:
    """Return a copy of a database, in a folder of our own.

    Raises:
        OSError: it cannot be opened, or the copy not be written.
    """
    place = Path(os.path.realpath(path))
    for _ in range(TRIES):
        before = state(place)
        copy = copied_once(place, folder / "registry.db")
        if state(place) == before and is_still(place, copy):
            return copy
    return Copy(copy.file, copy.sha256, copy.modified, copy.size, copy.head, "written to all the while: read it again")


def state(path: Path) -> State:
    """Return by what a change of a database would be seen: inode, size and mtime of each of its files."""
    return tuple(stamp(Path(f"{path}{part}")) for part in ("", *PARTS))


def stamp(path: Path) -> tuple[int, int, int] | None:
    """Return inode, size and mtime of a file, None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns


def is_still(path: Path, copy: Copy) -> bool:
    """Return whether a database begins as its copy does: each change is counted in its head."""
    first = next(EvidenceFile(path).blocks(), b"")
    return first[:HEAD_LENGTH] == copy.head


def copied_once(path: Path, target: Path) -> Copy:
    """Copy a database, unpacked if need be, and the journals beside it.

    Raises:
        OSError: it cannot be opened, or the copy not be written.
    """
    evidence, begins = EvidenceFile(path), b""
    with target.open("wb") as written:
        for block in evidence.blocks():
            begins = begins or block[:HEAD_LENGTH]
            written.write(block)
    fault = evidence.fault
    for part in PARTS:
        fault = copied_journal(Path(f"{path}{part}"), Path(f"{target}{part}")) or fault
    size = sum(each.stat().st_size for each in target.parent.iterdir())
    return Copy(target, evidence.sha256, evidence.modified, size, begins, fault)


def copied_journal(path: Path, target: Path) -> str | None:
    """Copy a journal if there is one; return why it could not be made use of."""
    target.unlink(missing_ok=True)
    evidence, tail = EvidenceFile(path), b""
    try:
        with target.open("wb") as written:
            for block in evidence.blocks():
                tail = (tail + block)[-len(NAMES_ANOTHER) :]
                written.write(block)
    except FileNotFoundError:
        target.unlink(missing_ok=True)
        return None
    except OSError as error:
        target.unlink(missing_ok=True)
        return f"its journal {path.name} cannot be read: {error.strerror}"
    if tail == NAMES_ANOTHER:
        target.unlink()
        return f"its journal {path.name} names another file, which no registry's does: left aside"
    return evidence.fault
