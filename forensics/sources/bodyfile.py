r"""Reads bodyfiles of The Sleuth Kit 3 and later, as fls, ils, mac-robber and others write them.

One line a file: ``MD5|name|inode|mode_as_string|UID|GID|size|atime|mtime|ctime|crtime``, specified
at https://wiki.sleuthkit.org/index.php?title=Body_file. Times are Unix seconds, some writers add a
fraction; 0 means unknown. In the name ``\|``, ``\\`` and ``\xNN`` are escapes.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import ClassVar, NamedTuple

from forensics.evidence.records import FileRead, Yielded
from forensics.sources.base import ReadOptions
from forensics.sources.file_fields import field_patterns, fields_in, read_fields
from forensics.sources.instants import HIGHEST, LOWEST, NANOS, fraction_nanos
from forensics.sources.listing import OUTSIDE, NoEvidence, Row, Unreadable, checked, first_lines, read_lines
from forensics.sources.paths import relative_to, shown, without_target

NAMES = ("at", "path", "size", "is_folder", "born_at", "changed_at", "time_text")
SUFFIX = ".body"
DELETED = b" (deleted)"
REUSED = b" (deleted-realloc)"
TIME = re.compile(rb"(-?\d{1,19})(?:\.(\d{0,18}))?")
SIZE = re.compile(rb"\d{1,19}")
ESCAPED = re.compile(rb"[^\\]*(?:\\(?:[\\|]|x[0-9A-Fa-f]{2})[^\\]*)*")
BARE_PIPE = re.compile(rb"(?<!\\)(?:\\\\)*\|")
ESCAPE = re.compile(rb"\\(?:x([0-9A-Fa-f]{2})|([\\|]))")


class Fields(NamedTuple):
    """The fields of a line that are read, as they were written."""

    name: bytes
    mode: bytes
    size: bytes
    modified: bytes
    changed: bytes
    born: bytes


class Bodyfile:
    """A file tree as The Sleuth Kit listed it."""

    kind: ClassVar[str] = "bodyfile"
    lanes: ClassVar[tuple[str, ...]] = ("artifacts",)
    blind_spot: ClassVar[str] = (
        "does not tell when it was made; a file without a modification time is no evidence; "
        "a deleted file is listed as if it were still there"
    )
    is_live: ClassVar[bool] = False
    is_log: ClassVar[bool] = False

    def detect(self, path: Path) -> bool:
        """Return whether the first line that is no comment has a bodyfile's eleven fields."""
        lines = [line for line in first_lines(path) if not line.startswith(b"#")]
        return bool(lines) and is_line(lines[0])

    def read(self, path: Path, options: ReadOptions) -> Iterator[Yielded]:
        """Yield one artifact for each line with a modification time, then what stands inside of files beside it.

        Raises:
            OSError: the path itself cannot be opened.
        """
        yield from read_lines(path, options, NAMES, line_parser(options))
        yield from fields_beside(path, options)


def fields_beside(path: Path, options: ReadOptions) -> Iterator[Yielded]:
    """Yield the times inside of those files of a listed tree that were kept beside the listing.

    They lie in a folder of the listing's name without its suffix, as ``forensics collect`` puts them there.
    """
    patterns = field_patterns(options.fields) if path.suffix == SUFFIX else ()
    if not patterns or not path.with_suffix("").is_dir():
        return
    for relative in kept_files(path.with_suffix("")):
        place = path.with_suffix("") / relative
        if fields := fields_in(relative, patterns):
            for each in read_fields(place, shown(relative), fields, place.lstat().st_size, options):
                yield replace(each, covers=None) if isinstance(each, FileRead) else each


def kept_files(folder: Path) -> Iterator[str]:
    """Yield the regular files below a folder, by their paths there, in the order in which a tree is walked."""
    for place, folders, names in os.walk(folder):
        folders.sort()
        inside = os.path.relpath(place, folder)
        for name in sorted(names):
            if stat.S_ISREG((Path(place) / name).lstat().st_mode):
                yield name if inside == os.curdir else f"{inside}/{name}"


def is_line(line: bytes) -> bool:
    """Return whether a line has the fields of a bodyfile, each of its kind."""
    try:
        fields = split(line)
        for field in (fields.modified, fields.changed, fields.born):
            instant(field)
    except Unreadable:
        return False
    return SIZE.fullmatch(fields.size) is not None


def line_parser(options: ReadOptions) -> Callable[[bytes], Row]:
    """Return a function that reads one line into the values of ``NAMES``."""
    relative = relative_to(options.root)

    def parse(line: bytes) -> Row:
        if line.startswith(b"#"):
            raise NoEvidence("comment")
        fields = split(checked(line))
        size, at = size_of(fields.size), instant(fields.modified)
        born, changed = instant(fields.born), instant(fields.changed)
        name = plain_name(fields, size)
        if at is None:
            raise NoEvidence("no modification time")
        path = relative(name.decode("utf-8", "backslashreplace"))
        if path is None:
            raise NoEvidence(OUTSIDE, at)
        return at, path, size, is_folder(fields.mode), born, changed, fields.modified.decode("ascii")

    return parse


def split(line: bytes) -> Fields:
    """Return the fields of a line; only the name can hold a pipe, so the others are told from both ends.

    Raises:
        Unreadable: there are not eleven. Bodyfiles of version 1 and 2 have sixteen.
    """
    _, _, rest = line.partition(b"|")
    fields = rest.rsplit(b"|", 9)
    if len(fields) < 10 or not fields[0] or BARE_PIPE.search(fields[0]):
        raise Unreadable("not the eleven fields of a bodyfile")
    name, _, mode, _, _, size, _, modified, changed, born = fields
    return Fields(name, mode, size, modified, changed, born)


def size_of(field: bytes) -> int | None:
    """Return a size; None where the field is empty.

    Raises:
        Unreadable: it is no number.
    """
    if field and not SIZE.fullmatch(field):
        raise Unreadable("its size is no number")
    return int(field) if field else None


def instant(field: bytes) -> int | None:
    """Return an instant; None where the field is empty or 0, which means unknown.

    Raises:
        Unreadable: it is no number, or does not fit into 64 bits of ns.
    """
    if field in (b"0", b""):
        return None
    found = TIME.fullmatch(field)
    if found is None:
        raise Unreadable("a time in it is no number of seconds")
    at = int(found[1]) * NANOS + fraction_nanos(found[2])
    if not LOWEST <= at <= HIGHEST:
        raise Unreadable("a time in it is out of range")
    return at or None


def plain_name(fields: Fields, size: int | None) -> bytes:
    """Return the name without escapes, link target, or remark that the file was deleted.

    Raises:
        NoEvidence: the file was deleted and its times belong to another one by now.
        Unreadable: it holds a backslash that escapes nothing.
    """
    name = fields.name
    if b"\\" in name:
        if not ESCAPED.fullmatch(name):
            raise Unreadable("lone backslash")
        name = ESCAPE.sub(lambda found: found[2] or bytes.fromhex(found[1].decode("ascii")), name)
    if name.endswith(REUSED):
        raise NoEvidence("deleted, and its times belong to another file")
    if fields.mode[:1] == b"l" or fields.mode[1:3] == b"/l":
        name = without_target(name, size)
    return name.removesuffix(DELETED) or name


def is_folder(mode: bytes) -> bool:
    """Return whether a mode such as ``d/drwxr-xr-x`` or ``drwxr-xr-x`` is a folder's, by name or by inode."""
    return mode[:1] == b"d" or mode[1:3] == b"/d"
