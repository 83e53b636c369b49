"""Reads the members of a tar file, compressed or not, in one pass from its start.

The format is that of POSIX.1-2008 (pax, ustar), with GNU's long names
(https://www.gnu.org/software/tar/manual/html_node/Standard.html). What a pax header says of a time is kept to the
nanosecond. Only headers are held in memory, and none of more than ``HEADER_LIMIT`` bytes.
"""

from __future__ import annotations

import re
import tarfile
from collections.abc import Iterator
from pathlib import Path

from forensics.sources.instants import NANOS, fitting, fraction_nanos
from forensics.sources.members import (
    PIECE,
    RATIO_FREE,
    RATIO_LIMIT,
    Abandoned,
    Damaged,
    Kind,
    Member,
    Refused,
    checked_count,
    placed,
    refusal_of,
)
from forensics.sources.opening import EvidenceFile

BLOCK = 512
HEADER_LIMIT = 1 << 20
EXTENDED = (tarfile.XHDTYPE, tarfile.SOLARIS_XHDTYPE)
LONG = {tarfile.GNUTYPE_LONGNAME: "path", tarfile.GNUTYPE_LONGLINK: "linkpath"}
LINKS = (tarfile.LNKTYPE, tarfile.SYMTYPE)
SPECIAL = (tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE)
SPARSE_GOES_ON, EXTENSION_GOES_ON = 482, 504
PAX_LENGTH = re.compile(rb"([0-9]{1,7}) ")
PAX_TIME = re.compile(r"(-?)([0-9]{1,12})(?:\.([0-9]{0,30}))?")
PAX_SIZE = re.compile(r"[0-9]{1,18}")


class Headless(Exception):
    """A header that cannot be read: why."""


class TarMembers:
    """The members of a tar file."""

    def __init__(self, path: Path) -> None:
        self.fault: str | None = None
        self._evidence = EvidenceFile(path)
        self._most = max(RATIO_FREE, RATIO_LIMIT * path.stat().st_size)
        self._blocks: Iterator[bytes] = iter(())
        self._block = memoryview(b"")
        self._at = 0
        self._next = 0
        self._for_all: dict[str, str] = {}

    @property
    def sha256(self) -> str | None:
        """Return the digest of the archive as it lies there, None where it was not read to its end."""
        return None if self.fault else self._evidence.sha256

    def __iter__(self) -> Iterator[Member | Refused]:
        """Yield the members; see ``Members``.

        Raises:
            OSError: the archive cannot be opened.
            Abandoned: it holds too many members, or too much.
        """
        self._blocks = self._evidence.blocks()
        try:
            number = 0
            while (found := self._header()) is not None:
                number = checked_count(number + 1)
                yield self._member(number, *found)
            for _ in self._blocks:
                pass  # only hashed
        except Headless as error:
            self.fault = str(error)
        self.fault = self._evidence.fault or self.fault

    def _read(self, size: int) -> bytes:
        """Return the next bytes, fewer where the archive ends."""
        pieces = []
        while size > 0:
            if not self._block:
                self._block = memoryview(next(self._blocks, b""))
                if not self._block:
                    break
            piece, self._block = self._block[:size], self._block[size:]
            self._at += len(piece)
            size -= len(piece)
            pieces.append(bytes(piece))
        if self._at > self._most:
            raise Abandoned(f"abandoned: it unpacks to more than {RATIO_LIMIT} times its size")
        return b"".join(pieces)

    def _header(self) -> tuple[tarfile.TarInfo, dict[str, str]] | None:
        """Return the next member's header and what pax or GNU add to it, None at the end of the archive."""
        told = dict(self._for_all)
        while True:
            info = self._block_header()
            if info is None:
                return None
            if info.type in EXTENDED:
                told |= records_of(self._extra(info))
            elif info.type == tarfile.XGLTYPE:
                self._for_all |= records_of(self._extra(info))
                told = self._for_all | told
            elif info.type in LONG:
                told[LONG[info.type]] = text_of(self._extra(info).rstrip(b"\0"))
            else:
                return info, told

    def _block_header(self) -> tarfile.TarInfo | None:
        self._skip()
        start = self._at
        block = self._read(BLOCK)
        if len(block) < BLOCK:
            what = "in the middle of a member's header" if block else "without the mark of its end"
            raise Headless(f"truncated tar file: it ends at byte {self._at} {what}")
        if not block.strip(b"\0"):
            return None
        try:
            info = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
        except tarfile.HeaderError as error:
            raise Headless(f"damaged tar file: no member's header at byte {start}: {error}") from None
        if info.type == tarfile.GNUTYPE_SPARSE and block[SPARSE_GOES_ON]:
            while (more := self._read(BLOCK)) and more[EXTENSION_GOES_ON : EXTENSION_GOES_ON + 1].strip(b"\0"):
                pass
        has_none = info.type in (*LINKS, *SPECIAL, tarfile.DIRTYPE)
        self._expect(0 if has_none else info.size)
        return info

    def _expect(self, size: int) -> None:
        if size < 0:
            raise Headless(f"damaged tar file: a member of less than no bytes before byte {self._at}")
        self._next = self._at + -(-size // BLOCK) * BLOCK

    def _skip(self) -> None:
        while self._at < self._next:
            if not self._read(min(PIECE, self._next - self._at)):
                break

    def _extra(self, info: tarfile.TarInfo) -> bytes:
        if info.size > HEADER_LIMIT:
            raise Headless(f"damaged tar file: a header of {info.size} bytes at byte {self._at}")
        return self._read(info.size)

    def _member(self, number: int, info: tarfile.TarInfo, told: dict[str, str]) -> Member | Refused:
        name = told.get("path", info.name)
        size = int(told["size"]) if PAX_SIZE.fullmatch(told.get("size", "")) else info.size
        kind, start = kind_of(info.type), self._at
        if kind == "file":
            self._expect(size)
        reason = refusal_of(name)
        if reason is None and (info.type == tarfile.GNUTYPE_SPARSE or any("GNU.sparse" in key for key in told)):
            reason = "a sparse file"
        if reason:
            return Refused(number, name, reason)
        return Member(
            number,
            placed(name),
            "folder" if kind == "file" and name.endswith("/") else kind,
            size,
            instant_of(told.get("mtime")) or fitting(int(info.mtime) * NANOS),
            lambda: self._content(start, size),
        )

    def _content(self, start: int, size: int) -> Iterator[bytes]:
        if self._at != start:
            raise Damaged("its content was gone through before")
        left = size
        while left:
            piece = self._read(min(PIECE, left))
            if not piece:
                raise Damaged(f"cut off: {size - left} of its {size} bytes are there")
            left -= len(piece)
            yield piece


def kind_of(flag: bytes) -> Kind:
    """Return what a member is; POSIX has strange ones read as files."""
    if flag in LINKS:
        return "link"
    if flag in SPECIAL:
        return "special"
    return "folder" if flag == tarfile.DIRTYPE else "file"


def text_of(content: bytes) -> str:
    """Return a name as this system would give it."""
    return content.decode("utf-8", "surrogateescape")


def records_of(content: bytes) -> dict[str, str]:
    """Return the records of a pax header, ``LENGTH KEY=VALUE`` and a line end each, as far as they are sound."""
    found: dict[str, str] = {}
    at = 0
    while length := PAX_LENGTH.match(content, at):
        end = at + int(length[1])
        key, equals, value = content[length.end() : end - 1].partition(b"=")
        if not equals or end <= length.end() or end > len(content):
            break
        found[text_of(key)] = text_of(value)
        at = end
    return found


def instant_of(written: str | None) -> int | None:
    """Return a pax time, seconds with a fraction, in ns; None where there is none."""
    found = PAX_TIME.fullmatch(written or "")
    if found is None:
        return None
    nanos = int(found[2]) * NANOS + fraction_nanos(found[3])
    return fitting(-nanos if found[1] else nanos)


def is_tar(start: bytes) -> bool:
    """Return whether a file that unpacks to these first bytes is a tar file, if an empty one."""
    if len(start) < BLOCK or not start[:BLOCK].strip(b"\0"):
        return len(start) >= BLOCK
    try:
        tarfile.TarInfo.frombuf(start[:BLOCK], "utf-8", "surrogateescape")
    except tarfile.HeaderError:
        return False
    return True
