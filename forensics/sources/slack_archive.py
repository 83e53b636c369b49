"""Opens a Slack export, a folder or a zip of one, and reads its files one by one.

Nothing is ever extracted. A zip from elsewhere may lie about names, sizes and counts: members whose
names lead out of it are refused, bytes are counted as they come out, and archives inside are left shut.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import stat
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from forensics.sources.opening import EvidenceFile, open_regular

FILE_LIMIT = 256 << 20
TOTAL_LIMIT = 2 << 30
MEMBER_LIMIT = 100_000
LISTING_LIMIT = 16 << 20
PIECE = 16 * 1024  # small: the piece in which a member proves damaged is lost
RATIO_LIMIT = 200
RATIO_FREE = 10 << 20
REFUSALS_LISTED = 100
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
DAY_FILE = re.compile(r"\d{4}-\d{2}-\d{2}\.json", re.ASCII)
DRIVE = re.compile(r"[A-Za-z]:")
# All that zipfile and zlib raise for bytes that are no sound archive.
DAMAGE = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError, OverflowError, RuntimeError)


@dataclass(frozen=True)
class Content:
    """One file of an export as far as it could be read; ``modified`` is its mtime in ns, None in a zip."""

    content: bytes
    sha256: str | None = None
    modified: int | None = None
    fault: str | None = None


class Archive(Protocol):
    """An opened export.

    ``root`` is what the names of its files are relative to, ``names`` its JSON files, ``folders`` its
    channels, ``refused`` what was left unread, by name and reason; ``fault`` holds for the whole.
    """

    @property
    def root(self) -> str: ...  # noqa: D102
    @property
    def names(self) -> Sequence[str]: ...  # noqa: D102
    @property
    def folders(self) -> frozenset[str]: ...  # noqa: D102
    @property
    def refused(self) -> Sequence[tuple[str, str]]: ...  # noqa: D102
    @property
    def fault(self) -> str | None: ...  # noqa: D102

    def content(self, name: str, limit: int = FILE_LIMIT) -> Content:
        """Return what one of its files holds, up to so many bytes."""


@contextmanager
def open_archive(path: Path) -> Iterator[Archive]:
    """Open an export for reading only.

    Raises:
        OSError: there is nothing at the path, or it cannot be opened.
    """
    if path.is_dir():
        yield Folder(path)
        return
    with os.fdopen(open_regular(path), "rb") as raw:
        yield Zip(str(path), raw)


class Folder:
    """An export that was unpacked; links in it are not followed."""

    fault: str | None = None

    def __init__(self, path: Path) -> None:
        self.root = str(path)
        self._path = path
        self.refused: list[tuple[str, str]] = []
        self.names: list[str] = []
        folders = set()
        for entry in listed(path):
            if entry.is_dir(follow_symlinks=False):
                folders.add(entry.name)
                self._add_channel(entry)
            elif entry.name.endswith(".json"):
                self._add(entry, entry.name)
            elif entry.is_symlink() and entry.is_dir():
                self._refuse_link(entry.name)
        self.folders = frozenset(folders)

    def _add_channel(self, folder: os.DirEntry[str]) -> None:
        try:
            entries = listed(Path(folder.path))
        except OSError as error:
            self.refused.append((folder.name, f"unreadable: {error.strerror}"))
            return
        for entry in entries:
            if DAY_FILE.fullmatch(entry.name):
                self._add(entry, f"{folder.name}/{entry.name}")

    def _add(self, entry: os.DirEntry[str], name: str) -> None:
        if entry.is_symlink():
            self._refuse_link(name)
        else:
            self.names.append(name)

    def _refuse_link(self, name: str) -> None:
        self.refused.append((name, "a symbolic link, not followed"))

    def content(self, name: str, limit: int = FILE_LIMIT) -> Content:
        """Return what a file holds, up to so many bytes."""
        file, pieces, size = EvidenceFile(self._path / name), [], 0
        try:
            for block in file.blocks():
                pieces.append(block)
                size += len(block)
                if size > limit:
                    return Content(b"".join(pieces)[:limit], None, file.modified, too_large(limit))
        except OSError as error:
            return Content(b"", fault=f"unreadable: {error.strerror}")
        return Content(b"".join(pieces), file.sha256, file.modified, file.fault)


def listed(path: Path) -> list[os.DirEntry[str]]:
    """Return a folder's entries by name."""
    with os.scandir(path) as entries:
        return sorted(entries, key=lambda entry: entry.name)


def too_large(limit: int) -> str:
    """Return the fault of a file that holds more bytes than it may."""
    return f"abandoned: larger than {limit >> 20} MiB"


class Zip:
    """An export as it was downloaded, or a zip that somebody made of its folder."""

    def __init__(self, root: str, raw: io.BufferedIOBase) -> None:
        self.root = root
        self.fault: str | None = None
        self.names: list[str] = []
        self.refused: list[tuple[str, str]] = []
        self.folders: frozenset[str] = frozenset()
        self._members: dict[str, zipfile.ZipInfo] = {}
        self._left = TOTAL_LIMIT
        self._size = raw.seek(0, os.SEEK_END)
        try:
            self._archive = zipfile.ZipFile(BoundedReads(raw))
        except DAMAGE as error:
            self.fault = f"not a readable zip: {error}"
            return
        if len(self._archive.infolist()) > MEMBER_LIMIT:
            self.fault = f"abandoned: more than {MEMBER_LIMIT} members"
            return
        self._take(self._archive.infolist())

    def _take(self, members: list[zipfile.ZipInfo]) -> None:
        sound, copies, refused = list[zipfile.ZipInfo](), Counter[str](), list[tuple[str, str]]()
        for member in members:
            name, danger = member.orig_filename, danger_of(member)
            copies[name] += 1
            if danger:
                refused.append((name if copies[name] == 1 else f"{name} ({copies[name]})", f"refused: {danger}"))
            elif copies[name] > 1:
                refused.append((f"{name} ({copies[name]})", "refused: a second member of that name"))
            else:
                sound.append(member)
        wrapper = self._place(sound)
        self.refused = [(name.removeprefix(wrapper), reason) for name, reason in refused[:REFUSALS_LISTED]]
        if len(refused) > REFUSALS_LISTED:
            self.refused.append(("…", f"refused: {len(refused) - REFUSALS_LISTED} more members"))

    def _place(self, members: list[zipfile.ZipInfo]) -> str:
        wrapper = wrapper_of(member.filename for member in members)
        inside = (member for member in members if member.filename.startswith(wrapper))
        inner = {member.filename.removeprefix(wrapper): member for member in inside}
        self.root += f"/{wrapper}".rstrip("/")
        self.folders = frozenset(name.partition("/")[0] for name in inner if "/" in name)
        self._members = {name: member for name, member in inner.items() if name.endswith(".json")}
        self.names = sorted(self._members)
        return wrapper

    def content(self, name: str, limit: int = FILE_LIMIT) -> Content:
        """Return what a member holds, as far as it is sound and within the limits."""
        member = self._members[name]
        if member.flag_bits & 0x1:
            return Content(b"", fault="encrypted")
        if member.compress_type not in METHODS:
            return Content(b"", fault=f"packed by method {member.compress_type}, which no export uses")
        unpacked = bytearray()
        try:
            fault = self._unpack(member, unpacked, limit)
        except DAMAGE as error:
            return Content(bytes(unpacked), fault=f"damaged after {len(unpacked)} bytes: {error}")
        return Content(bytes(unpacked), None if fault else hashlib.sha256(unpacked).hexdigest(), fault=fault)

    def _unpack(self, member: zipfile.ZipInfo, unpacked: bytearray, limit: int) -> str | None:
        packed = min(member.compress_size, self._size)
        with self._archive.open(member) as stream:
            while block := stream.read(PIECE):
                self._left -= len(block)
                if self._left < 0:
                    return f"abandoned: the archive unpacks to more than {TOTAL_LIMIT >> 30} GiB"
                unpacked += block
                if len(unpacked) > limit:
                    return too_large(limit)
                if len(unpacked) > max(RATIO_FREE, RATIO_LIMIT * packed):
                    unpacked.clear()
                    return f"abandoned: it unpacks to more than {RATIO_LIMIT} times its size"
        return None


class BoundedReads(io.BufferedIOBase):
    """A file that refuses to be read in very large pieces.

    ``zipfile`` reads the list of members at once and builds an object for each, whatever their
    number; that list is the only large piece it asks for.
    """

    def __init__(self, raw: io.BufferedIOBase) -> None:
        self._raw = raw

    def read(self, size: int | None = -1, /) -> bytes:
        """Return the next bytes.

        Raises:
            BadZipFile: more are asked for than a list of ``MEMBER_LIMIT`` members can take.
        """
        if size is not None and size > LISTING_LIMIT:
            raise zipfile.BadZipFile(f"its list of members is larger than {LISTING_LIMIT >> 20} MiB")
        return self._raw.read(size)

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        """Move to a position."""
        return self._raw.seek(offset, whence)

    def tell(self) -> int:
        """Return the position."""
        return self._raw.tell()

    def seekable(self) -> bool:
        """Return that one can move in it."""
        return True

    def readable(self) -> bool:
        """Return that it can be read."""
        return True


def danger_of(member: zipfile.ZipInfo) -> str | None:
    """Return why a member's name is not to be trusted, None where it is sound."""
    name = member.orig_filename
    if "\\" in name or "\x00" in name:
        return "its name holds a backslash or a NUL"
    if name.startswith("/") or DRIVE.match(name):
        return "its name is an absolute path"
    if ".." in name.split("/"):
        return "its name leads out of the archive"
    return "a symbolic link" if stat.S_ISLNK(member.external_attr >> 16) else None


def wrapper_of(names: Iterable[str]) -> str:
    """Return the one folder, with ``/``, in which a whole export was zipped; empty where there is none."""
    days = [name.split("/") for name in names if DAY_FILE.fullmatch(name.rpartition("/")[2])]
    outer = {parts[0] for parts in days}
    return f"{outer.pop()}/" if len(outer) == 1 and all(len(parts) == 3 for parts in days) else ""
