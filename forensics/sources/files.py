"""Reads a live file tree: every file and folder under a path, with the times that the system tells of it.

Links are not followed and special files not opened; both are counted. Only the files that a
``path#field`` pattern names are opened, for reading. Specified by POSIX, <sys/stat.h>.
"""

from __future__ import annotations

import os
import stat
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from forensics.evidence.records import Batch, FileRead, Reject, Yielded
from forensics.sources.base import ReadOptions
from forensics.sources.file_fields import FieldPattern, field_patterns, fields_in, read_fields
from forensics.sources.heartbeats import HeartbeatFiles
from forensics.sources.instants import HIGHEST, LOWEST
from forensics.sources.listing import artifacts
from forensics.sources.openclaw import OpenClaw
from forensics.sources.opening import open_untouched
from forensics.sources.paths import shown
from forensics.sources.slack_export import SlackExport

NARROWER = (HeartbeatFiles(), OpenClaw(), SlackExport())
OPENING = os.O_RDONLY | os.O_DIRECTORY
TAKEN = frozenset({stat.S_IFREG, stat.S_IFDIR})
KNOWS_BIRTH = hasattr(os.stat_result, "st_birthtime")
ROWS_AT_ONCE = 50_000


class FileTree:
    """A file tree as it lies there now."""

    kind: ClassVar[str] = "files"
    lanes: ClassVar[tuple[str, ...]] = ("artifacts",)
    blind_spot: ClassVar[str] = (
        "shows only the last time that a file was written, and nothing of files that are gone; "
        "mtimes can be set, and copies reset them; on Linux it does not tell when a file was created"
    )
    is_live: ClassVar[bool] = True
    is_log: ClassVar[bool] = False

    def detect(self, path: Path) -> bool:
        """Return whether the path is a folder that no narrower kind knows."""
        try:
            return path.is_dir() and not any(kind.detect(path) for kind in NARROWER)
        except OSError:
            return False

    def read(self, path: Path, options: ReadOptions) -> Iterator[Yielded]:
        """Yield one artifact for each file and folder, folder by folder in the order of their names.

        Those that stand inside of files come after them, with an account of each file that was opened.

        Raises:
            OSError: the folder itself cannot be opened.
        """
        walk = Walk(shown(str(path)), options, field_patterns(options.fields))
        top = open_untouched(path, OPENING)
        try:
            while walk.waiting:
                yield from walk.enter(top, walk.waiting.pop())
                if len(walk.columns["record"]) >= ROWS_AT_ONCE:
                    yield walk.batch()
        finally:
            os.close(top)
        if walk.columns["record"]:
            yield walk.batch()
        yield walk.closed()
        for relative, fields, size in walk.to_open:
            yield from read_fields(path / relative, shown(relative), fields, size, options)


def empty_columns() -> dict[str, list[Any]]:
    """Return the columns of a batch, without rows."""
    return {name: [] for name in ("record", "at", "path", "size", "is_folder", "changed_at", "inode")}


@dataclass
class Walk:
    """What a walk through a tree has met so far. Paths are relative to its top; the top itself is the empty one."""

    file: str
    options: ReadOptions
    patterns: tuple[FieldPattern, ...]
    waiting: list[str] = field(default_factory=lambda: [""])
    columns: dict[str, list[Any]] = field(default_factory=empty_columns)
    skipped: Counter[str] = field(default_factory=Counter)
    to_open: list[tuple[str, tuple[str, ...], int]] = field(default_factory=list)
    records: int = 0
    newest: int | None = None

    def enter(self, top: int, folder: str) -> Iterator[Reject]:
        """Take what lies in one folder, and yield what cannot be read; its own folders wait their turn."""
        try:
            descriptor = open_untouched(folder or ".", OPENING | os.O_NOFOLLOW, top)
        except OSError as error:
            yield self.rejected(folder, f"cannot be opened: {error.strerror}")
            return
        try:
            names = sorted(os.listdir(descriptor))  # noqa: PTH208 - pathlib takes no descriptor
            yield from self.take(descriptor, f"{folder}/" if folder else "", names)
        except OSError as error:
            yield self.rejected(folder, f"cannot be listed: {error.strerror}")
        finally:
            os.close(descriptor)

    def take(self, descriptor: int, prefix: str, names: list[str]) -> Iterator[Reject]:
        """Take the files and folders of one open folder, and yield those that cannot be read."""
        paths: list[str] = []
        statuses: list[os.stat_result] = []
        for name in names:
            try:
                status = os.stat(name, dir_fd=descriptor, follow_symlinks=False)
            except OSError as error:
                yield self.rejected(prefix + name, f"cannot be read: {error.strerror}")
                continue
            if stat.S_IFMT(status.st_mode) not in TAKEN:
                self.skipped["symbolic link" if stat.S_ISLNK(status.st_mode) else "special file"] += 1
                self.records += 1
            elif not LOWEST <= status.st_mtime_ns <= HIGHEST:
                yield self.rejected(prefix + name, "its time does not fit into 64 bits of ns")
            else:
                paths.append(prefix + name)
                statuses.append(status)
        self.add(paths, statuses)

    def add(self, paths: list[str], statuses: list[os.stat_result]) -> None:
        """Add rows, and note which of them are folders to enter or files to open."""
        are_folders = [stat.S_ISDIR(status.st_mode) for status in statuses]
        self.waiting += [path for path, is_folder in zip(paths, are_folders, strict=True) if is_folder][::-1]
        columns = self.columns
        columns["record"] += range(self.records + 1, self.records + 1 + len(paths))
        columns["at"] += [status.st_mtime_ns for status in statuses]
        columns["path"] += [shown(path) for path in paths]
        columns["size"] += [status.st_size for status in statuses]
        columns["is_folder"] += are_folders
        columns["changed_at"] += [status.st_ctime_ns for status in statuses]
        columns["inode"] += [status.st_ino for status in statuses]
        if KNOWS_BIRTH:
            columns.setdefault("born_at", []).extend(born_at(status) for status in statuses)
        self.records += len(paths)
        if self.patterns:
            self.note_fields(paths, statuses)

    def note_fields(self, paths: list[str], statuses: list[os.stat_result]) -> None:
        """Note which files are to be opened for the times inside of them."""
        for path, status in zip(paths, statuses, strict=True):
            if stat.S_ISREG(status.st_mode) and (fields := fields_in(path, self.patterns)):
                self.to_open.append((path, fields, status.st_size))

    def rejected(self, path: str, reason: str) -> Reject:
        """Return a file or folder that could not be read, counted."""
        self.records += 1
        return Reject(self.file, self.records, reason, shown(path))

    def batch(self) -> Batch:
        """Return the rows taken so far as a batch, and begin anew."""
        columns, self.columns = self.columns, empty_columns()
        known = [at for at in columns["at"] if at <= self.options.now]
        self.newest = max(known if self.newest is None else [self.newest, *known], default=None)
        return artifacts(self.file, dict(columns), self.options)

    def closed(self) -> FileRead:
        """Return the account of the whole tree."""
        return FileRead(self.file, self.records, covers=(None, None), newest=self.newest, skipped=dict(self.skipped))


def born_at(status: os.stat_result) -> int:
    """Return when a file was created, exact to the µs, where the system tells (macOS, BSD)."""
    seconds: float = status.st_birthtime  # type: ignore[attr-defined]
    return int(seconds * 10**6) * 1000
