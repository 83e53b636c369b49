"""Packs the files of one source: which of them, under which names, and in which form."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from forensics.collect.archive import Archive, Written
from forensics.collect.databases import backup
from forensics.collect.lists import Absent, FileLine, Lists
from forensics.evidence.records import FileRead
from forensics.sources.heartbeats import BYTE_LIMIT, SUFFIX
from forensics.sources.paths import shown
from forensics.sources.slack_archive import DAY_FILE

ROOT = "root"
COPY, BEGINNING, BACKUP, LISTED, WRITTEN = "copy", "beginning", "backup", "listing", "written"
GROWING = "it became shorter while it was packed: zeros stand for its last {} bytes"
OLD = "it ends long before the time that was asked for"


@dataclass
class Store:
    """Where the files of one source go: below ``prefix`` in the archive.

    ``faults`` are what was seen of single files and will not be seen again, ``packed`` their lines in the list.
    """

    archive: Archive
    lists: Lists
    source: int
    prefix: str
    faults: dict[str, str] = field(default_factory=dict)
    packed: list[int] = field(default_factory=list)

    def put(self, name: str, original: str, how: str, add: Callable[[str], Written]) -> None:
        """Add a file, or list it as unread."""
        path = f"{self.prefix}/{name}"
        try:
            written = add(path)
        except OSError as error:
            self.miss(name, original, error.strerror or str(error))
            return
        self.packed.append(len(self.lists.files))
        fault = self.faults.get(original)
        self.lists.files.append(
            FileLine(path, original, self.source, how, written.size, written.modified, written.sha256, fault=fault)
        )
        if written.short:
            self.miss(name, original, GROWING.format(written.short))

    def miss(self, name: str, original: str, why: str) -> None:
        """List a file that could not be read."""
        self.lists.unread.append(Absent(f"{self.prefix}/{name}", original, self.source, why))

    def leave(self, name: str, original: str, why: str) -> None:
        """List a file that was left out on purpose."""
        self.lists.left_out.append(Absent(f"{self.prefix}/{name}", original, self.source, why))

    def copy(self, name: str, path: Path, original: str) -> None:
        """Add a file as it is."""
        self.put(name, original, COPY, lambda place: self.archive.add_path(place, path))


def pack_file(store: Store, name: str, path: Path, original: str) -> None:
    """Pack one file as it is."""
    store.copy(name, path, original)


def pack_database(store: Store, name: str, path: Path, original: str) -> None:
    """Pack a registry as a copy that is whole, with what a killed writer left half done undone."""
    with tempfile.TemporaryDirectory(prefix="forensics-") as folder:
        try:
            copy, modified, is_sound = backup(path, Path(folder))
        except OSError as error:
            store.miss(name, original, error.strerror or str(error))
            return
        how = BACKUP if is_sound else COPY
        store.put(name, original, how, lambda place: store.archive.add_path(place, copy, modified=modified))


def pack_beats(store: Store, name: str, path: Path, original: str) -> None:
    """Pack a folder of heartbeats, or one; of a file that is too large for one, enough to see that it is."""
    if not path.is_dir():
        pack_beat(store, name, path, original)
        return
    store.archive.add_folder(f"{store.prefix}/{name}", path.stat().st_mtime_ns)
    for each in sorted(path.iterdir()):
        if each.name.endswith(SUFFIX):
            pack_beat(store, f"{name}/{each.name}", each, f"{original}/{shown(each.name)}")


def pack_beat(store: Store, name: str, path: Path, original: str) -> None:
    """Pack one heartbeat; a link stays a link, and what is no file becomes a folder: none of them is read."""
    try:
        status = path.lstat()
    except OSError as error:
        store.miss(name, original, error.strerror or str(error))
        return
    place = f"{store.prefix}/{name}"
    if stat.S_ISLNK(status.st_mode):
        store.archive.add_link(place, str(path.readlink()), status.st_mtime_ns)
    elif not stat.S_ISREG(status.st_mode):
        store.archive.add_folder(place, status.st_mtime_ns)
    else:
        how = COPY if status.st_size <= BYTE_LIMIT else BEGINNING
        store.put(name, original, how, lambda to: store.archive.add_path(to, path, BYTE_LIMIT + 1))


def pack_export(
    store: Store, name: str, path: Path, original: str, channels: frozenset[str], is_old: Callable[[str], bool]
) -> None:
    """Pack a Slack export: a zip as it is; of a folder the lists of names and the days of the wanted channels."""
    if not path.is_dir():
        store.copy(name, path, original)
        return
    store.archive.add_folder(f"{store.prefix}/{name}", path.stat().st_mtime_ns)
    for each in sorted(path.iterdir()):
        place, told = f"{name}/{each.name}", f"{original}/{shown(each.name)}"
        if each.is_symlink():
            store.archive.add_link(f"{store.prefix}/{place}", str(each.readlink()), each.lstat().st_mtime_ns)
        elif each.is_dir() and (not channels or each.name in channels):
            pack_days(store, place, each, told, is_old)
        elif each.is_file() and each.name.endswith(".json"):
            store.copy(place, each, told)


def pack_days(store: Store, name: str, folder: Path, original: str, is_old: Callable[[str], bool]) -> None:
    """Pack the day files of one channel, but for those that are too old."""
    store.archive.add_folder(f"{store.prefix}/{name}", folder.stat().st_mtime_ns)
    try:
        days = sorted(each for each in folder.iterdir() if DAY_FILE.fullmatch(each.name))
    except OSError as error:
        store.miss(name, original, error.strerror or str(error))
        return
    for each in days:
        place, told = f"{name}/{each.name}", f"{original}/{each.name}"
        if each.is_symlink():
            store.archive.add_link(f"{store.prefix}/{place}", str(each.readlink()), each.lstat().st_mtime_ns)
        elif is_old(each.stem):
            store.leave(place, told, OLD)
        else:
            store.copy(place, each, told)


def pack_kept(store: Store, name: str, top: Path, original: str, reads: list[FileRead]) -> None:
    """Pack those files of a tree from whose inside times were read, beside its listing."""
    for read in reads:
        relative = read.file[len(original) + 1 :]
        store.copy(f"{name}/{relative}", top / relative, read.file)


def names_inside(pattern: str, paths: Sequence[Path]) -> tuple[str, list[str]]:
    """Return a pattern and the paths that fit it as they stand in an archive: from the root on, without ``..``."""
    return below_root(pattern), [below_root(str(path)) for path in paths]


def below_root(path: str) -> str:
    """Return an absolute path as one that is relative to the root; a name of our own stands for the root itself."""
    return os.path.normpath(path).lstrip("/") or ROOT
