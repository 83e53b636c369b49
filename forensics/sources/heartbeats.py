"""Reads a folder of heartbeat files, ``<job>.last``: the last sign of life of each job.

Written by ``forensics heartbeat write``, its shell twin, and others like them. Known forms: JSON with
``job``, ``timestamp`` (Unix seconds), ``interval_seconds``, ``host``, ``pid`` and ``status``; a bare Unix (s or
ms) or ISO 8601 time; ``SUCCESS <time>``; an empty file, whose mtime is the beat. Each beat overwrites the
one before, so this cannot tell of any but the last.

A beat is shown whatever is wrong with it; its fault begins with one word, and the reason follows.
*corrupt*: it cannot be read, or says what cannot be. *future*: it is ahead of ``now`` by more than five
minutes. *foreign*: it need not be the job's own: a link; a file whose owner is neither root nor the
folder's (in a 2775 folder the group's files are at home); a name that no writer accepts and no config
knows; a beat that names another job.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from forensics.evidence.records import Batch, FileRead, Yielded
from forensics.redaction import redact
from forensics.sources.base import ReadOptions
from forensics.sources.heartbeat_text import NS_LIMIT, Beat, parse_beat
from forensics.sources.json_values import legible
from forensics.sources.opening import open_untouched

SUFFIX = ".last"
FILE_LIMIT = 1000
BYTE_LIMIT = 4096
FUTURE_NS = 5 * 60 * 10**9
ROOT = 0
JOB_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
OPENING = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW
LENGTHS = ((86_400, "d"), (3600, "h"), (60, "min"))


@dataclass(frozen=True)
class Found:
    """A heartbeat file as it was found: what it holds, or why it could not be read."""

    status: os.stat_result
    content: bytes = b""
    sha256: str | None = None
    problem: str | None = None


class HeartbeatFiles:
    """A folder of heartbeat files, or one such file."""

    kind: ClassVar[str] = "heartbeats"
    lanes: ClassVar[tuple[str, ...]] = ("beats",)
    blind_spot: ClassVar[str] = "A heartbeat file holds the last beat alone: it cannot tell of those before."
    is_live: ClassVar[bool] = True
    is_log: ClassVar[bool] = False

    def detect(self, path: Path) -> bool:
        """Return whether the path is a heartbeat file, or a folder with one in it."""
        try:
            if not path.is_dir():
                return path.suffix == SUFFIX
            with os.scandir(path) as entries:
                return any(entry.name.endswith(SUFFIX) for entry in entries)
        except OSError:
            return False

    def read(self, path: Path, options: ReadOptions) -> Iterator[Yielded]:
        """Yield each heartbeat as a row with its file's account, configured jobs first; see ``Source.read``.

        Raises:
            OSError: there is nothing at the path, or the folder cannot be opened.
        """
        single = None if path.is_dir() else path.name
        folder = path if single is None else path.parent
        opened = open_untouched(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            names = beat_names(opened, options) if single is None else [single]
            if single:
                os.stat(single, dir_fd=opened, follow_symlinks=False)
            for name in names[:FILE_LIMIT]:
                yield from read_beat(opened, folder, name, options)
            yield from account(folder, len(names))
        finally:
            os.close(opened)


def beat_names(opened: int, options: ReadOptions) -> list[str]:
    """Return the names of the heartbeat files in an opened folder, those of configured jobs first."""
    with os.scandir(opened) as entries:
        names = [entry.name for entry in entries if entry.name.endswith(SUFFIX)]
    return sorted(names, key=lambda name: (name.removesuffix(SUFFIX) not in options.intervals, name))


def account(folder: Path, count: int) -> Iterator[FileRead]:
    """Yield an account of the folder itself where its files do not speak for it: none there, or too many."""
    if count == 0:
        yield FileRead(legible(str(folder)), 0, covers=(None, None))
    elif count > FILE_LIMIT:
        left = count - FILE_LIMIT
        skipped = {f"more heartbeats than {FILE_LIMIT:,}": left}
        yield FileRead(legible(str(folder)), left, covers=(None, None), skipped=skipped)


def read_beat(opened: int, folder: Path, name: str, options: ReadOptions) -> Iterator[Yielded]:
    """Yield one heartbeat and the account of its file."""
    job, file = name.removesuffix(SUFFIX), legible(str(folder / name))
    try:
        found = find(opened, name)
    except OSError as error:
        yield FileRead(file, 0, covers=(None, None), fault=f"unreadable: {error.strerror}")
        return
    beat = beat_of(found, job, options)
    columns: dict[str, list[object]] = {
        "at": [beat.at],
        "host": [beat.host or options.host],
        "job": [legible(job)],
        "status": [beat.status],
        "interval_seconds": [beat.interval_seconds],
        "path": [file],
        "fault": [fault_of(found, beat, os.fstat(opened), job, options)],
        "record": [1],
        "time_text": [beat.time_text],
    }
    yield Batch("beats", file, columns)
    modified = found.status.st_mtime_ns
    yield FileRead(file, 1, found.sha256, covers=(None, None), newest=beat.at, modified=modified)


def find(opened: int, name: str) -> Found:
    """Return what a heartbeat file holds; only regular files are opened, so that none can hang.

    Raises:
        OSError: it was taken away since the folder was listed.
    """
    status = os.stat(name, dir_fd=opened, follow_symlinks=False)
    if not stat.S_ISREG(status.st_mode):
        return Found(status, problem="not a regular file")
    try:
        status, content = read_regular(opened, name)
    except OSError as error:
        return Found(status, problem=f"unreadable: {error.strerror}")
    if len(content) > BYTE_LIMIT:
        return Found(status, problem=f"larger than {BYTE_LIMIT} bytes")
    return Found(status, content, hashlib.sha256(content).hexdigest())


def read_regular(opened: int, name: str) -> tuple[os.stat_result, bytes]:
    """Return the status of a file and its bytes, of which one more than ``BYTE_LIMIT`` at most.

    Raises:
        OSError: it cannot be opened or read, or is a regular file no longer.
    """
    descriptor = open_untouched(name, OPENING, opened)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(0, "not a regular file", name)
        return status, os.read(descriptor, BYTE_LIMIT + 1)
    finally:
        os.close(descriptor)


def beat_of(found: Found, job: str, options: ReadOptions) -> Beat:
    """Return the beat in a file; that of an empty one is its mtime, if its interval is known."""
    if found.problem:
        return Beat(problem=found.problem)
    if found.content.strip():
        return parse_beat(found.content, options.timezone)
    if job not in options.intervals:
        return Beat(problem="empty, and its interval is not known")
    at = found.status.st_mtime_ns
    return Beat(at) if 0 <= at < NS_LIMIT else Beat(problem="empty, and its mtime is not a time")


def fault_of(found: Found, beat: Beat, folder: os.stat_result, job: str, options: ReadOptions) -> str | None:
    """Return why a beat is not to be believed, the graver reason first."""
    foreign = stranger(found.status, folder) or misnamed(job, beat, options)
    if foreign:
        return f"foreign: {foreign}"
    if beat.problem or beat.at is None:
        return f"corrupt: {beat.problem}"
    ahead = beat.at - options.now
    return f"future: {length(ahead)} ahead" if ahead > FUTURE_NS else None


def stranger(status: os.stat_result, folder: os.stat_result) -> str | None:
    """Return why a file need not come from those who write in this folder."""
    if stat.S_ISLNK(status.st_mode):
        return "a symbolic link"
    if stat.S_ISREG(status.st_mode) and status.st_nlink > 1:
        return f"a hard link, one of {status.st_nlink}"
    if status.st_uid in (ROOT, folder.st_uid):
        return None
    shared = folder.st_mode & (stat.S_ISGID | stat.S_IWGRP | stat.S_IWOTH) == stat.S_ISGID | stat.S_IWGRP
    if shared and status.st_gid == folder.st_gid:
        return None
    return f"owned by uid {status.st_uid}, its folder by {folder.st_uid}"


def misnamed(job: str, beat: Beat, options: ReadOptions) -> str | None:
    """Return why a file's name does not go with a job or with what stands in it."""
    if job not in options.intervals and not JOB_NAME.fullmatch(job):
        return "its name is not a job's"
    return f"written for {redact(beat.job)!a}" if beat.job is not None and beat.job != job else None


def length(ns: int) -> str:
    """Return a length of time in its largest unit, rounded down."""
    whole = ns // 10**9
    unit, name = next((unit, name) for unit, name in LENGTHS if whole >= unit)
    return f"{whole // unit} {name}"
