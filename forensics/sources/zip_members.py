"""Reads the members of a zip file: by its list of members, or where that is damaged one after the other.

The format is PKWARE's APPNOTE.TXT. Times come from the extra fields of Info-ZIP (0x5455) and NTFS (0x000a), which
are UTC; else from the DOS fields, which name no zone and count every other second: those are in the source's zone.
"""

from __future__ import annotations

import io
import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

from forensics.sources.instants import NANOS, fitting, local_minute
from forensics.sources.members import (
    PIECE,
    RATIO_FREE,
    RATIO_LIMIT,
    Damaged,
    Kind,
    Member,
    Refused,
    checked_count,
    placed,
    refusal_of,
)
from forensics.sources.opening import open_regular
from forensics.sources.slack_archive import DAMAGE, METHODS, BoundedReads

LOCAL = struct.Struct("<4sHHHHHLLLHH")
LOCAL_MARK = b"PK\x03\x04"
DESCRIPTOR_MARK = b"PK\x07\x08"
ENCRYPTED, SIZES_FOLLOW, IS_UTF8 = 0x1, 0x8, 0x800
UNIX_TIMES, NTFS_TIMES = 0x5455, 0x000A
# From 1601, where NTFS begins to count, to 1970, in 100 ns.
NTFS_EPOCH = 116_444_736_000_000_000
IN_PIECES = 4 * 1024


class ZipMembers:
    """The members of a zip file; times without a zone are in ``zone``."""

    sha256: str | None = None

    def __init__(self, path: Path, zone: ZoneInfo) -> None:
        self.fault: str | None = None
        self._path = path
        self._zone = zone

    def __iter__(self) -> Iterator[Member | Refused]:
        """Yield the members; see ``Members``.

        Raises:
            OSError: the archive cannot be opened.
            Abandoned: it holds too many members, or too much.
        """
        with os.fdopen(open_regular(self._path), "rb") as raw:
            try:
                archive = zipfile.ZipFile(BoundedReads(raw))
            except DAMAGE as error:
                yield from self._salvaged(raw, error)
                return
            checked_count(len(archive.infolist()))
            size = raw.seek(0, os.SEEK_END)
            for number, info in enumerate(archive.infolist(), 1):
                yield self._member(number, info, archive, size)

    def _member(self, number: int, info: zipfile.ZipInfo, archive: zipfile.ZipFile, size: int) -> Member | Refused:
        name = info.orig_filename
        if reason := refusal_of(name):
            return Refused(number, name, reason)
        modified = extra_time(info.extra) or dos_time(info.date_time, self._zone)
        return Member(
            number, placed(name), kind_of(info), info.file_size, modified, lambda: unpacked(archive, info, size)
        )

    def _salvaged(self, raw: io.BufferedReader, error: Exception) -> Iterator[Member | Refused]:
        """Yield what stands before the damage of an archive whose list of members is damaged or missing."""
        raw.seek(0)
        number = 0
        while (header := raw.read(LOCAL.size)) and header.startswith(LOCAL_MARK) and len(header) == LOCAL.size:
            number = checked_count(number + 1)
            local = LocalMember(raw, header)
            if reason := refusal_of(local.name):
                yield Refused(number, local.name, reason)
            else:
                modified = extra_time(local.extra) or dos_time(local.date_time, self._zone)
                kind: Kind = "folder" if local.name.endswith("/") else "file"
                yield Member(number, placed(local.name), kind, local.size, modified, local.content)
            if local.skip() is None:
                break
        self.fault = (
            f"truncated or damaged zip file ({str(error).lower().rstrip('.')})"
            f": {number} member{'s' if number != 1 else ''} before its byte {raw.tell()} could be told apart"
        )


def kind_of(info: zipfile.ZipInfo) -> Kind:
    """Return what a member is; only archives made on Unix say more than file or folder."""
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind == stat.S_IFLNK:
        return "link"
    if info.filename.endswith("/") or kind == stat.S_IFDIR:
        return "folder"
    return "file" if kind in (0, stat.S_IFREG) else "special"


def unpacked(archive: zipfile.ZipFile, info: zipfile.ZipInfo, size: int) -> Iterator[bytes]:
    """Yield what a member holds.

    Raises:
        Damaged: it is encrypted, packed in a rare way, not sound, or unpacks to far more than its size.
    """
    if info.flag_bits & ENCRYPTED:
        raise Damaged("encrypted: unpack it yourself, and name what comes out")
    if info.compress_type not in METHODS:
        raise Damaged(f"packed by method {info.compress_type}, which is not read: pack it again with plain zip")
    most, produced = most_of(min(info.compress_size, size)), 0
    try:
        with archive.open(info) as stream:
            while block := stream.read(PIECE):
                produced += len(block)
                refuse_flood(produced, most)
                yield block
    except DAMAGE as error:
        raise Damaged(f"damaged after {produced} bytes: {error}") from error


def most_of(packed: int) -> int:
    """Return how many bytes so many packed ones may unpack to."""
    return max(RATIO_FREE, RATIO_LIMIT * packed)


def refuse_flood(produced: int, most: int) -> None:
    """Refuse what unpacks to more than anything that somebody wrote.

    Raises:
        Damaged: it does.
    """
    if produced > most:
        raise Damaged(f"abandoned: it unpacks to more than {RATIO_LIMIT} times its size")


class LocalMember:
    """A member as its own header tells of it, which stands before its bytes."""

    def __init__(self, raw: io.BufferedReader, header: bytes) -> None:
        _, _, flags, method, clock, day, self._crc, self._packed, self.size, names, extras = LOCAL.unpack(header)
        self.name = raw.read(names).decode("utf-8" if flags & IS_UTF8 else "cp437", "surrogateescape")
        self.extra = raw.read(extras)
        self.date_time = dos_fields(day, clock)
        self._raw = raw
        self._flags = flags
        self._method = method
        self._start = raw.tell()
        self._end: int | None = None if flags & SIZES_FOLLOW else self._start + self._packed

    def content(self) -> Iterator[bytes]:
        """Yield what it holds, as far as it is there.

        Raises:
            Damaged: it is encrypted, packed in a rare way, cut off, not sound, or unpacks to far more than its size.
        """
        if self._flags & ENCRYPTED:
            raise Damaged("encrypted: unpack it yourself, and name what comes out")
        if self._method not in METHODS or (self._method == zipfile.ZIP_STORED and self._end is None):
            raise Damaged(f"packed by method {self._method}, and the archive's list of members is damaged")
        self._raw.seek(self._start)
        checksum, produced = 0, 0
        for block in self._stored() if self._method == zipfile.ZIP_STORED else self._inflated():
            checksum = zlib.crc32(block, checksum)
            produced += len(block)
            yield block
        if not self._flags & SIZES_FOLLOW and checksum != self._crc:
            raise Damaged(f"damaged: its {produced} bytes do not come to its checksum")

    def _stored(self) -> Iterator[bytes]:
        left = self._packed
        while left:
            block = self._raw.read(min(PIECE, left))
            if not block:
                raise Damaged(f"cut off: {self._packed - left} of its {self._packed} bytes are there")
            left -= len(block)
            yield block

    def _inflated(self) -> Iterator[bytes]:
        inner, packed, produced = zlib.decompressobj(-zlib.MAX_WBITS), 0, 0
        while not inner.eof:
            block = inner.unconsumed_tail or self._raw.read(IN_PIECES)
            packed += 0 if inner.unconsumed_tail else len(block)
            if not block:
                raise Damaged(f"cut off after {produced} bytes")
            try:
                piece = inner.decompress(block, PIECE)
            except zlib.error as error:
                raise Damaged(f"damaged after {produced} bytes: {error}") from error
            produced += len(piece)
            refuse_flood(produced, most_of(packed))
            yield piece
        self._end = self._raw.seek(-len(inner.unused_data), os.SEEK_CUR)

    def skip(self) -> int | None:
        """Go to where the next member begins; None where nobody can know."""
        if self._end is None:
            try:
                for _ in self.content():
                    pass
            except Damaged:
                return None
        if self._end is None:
            return None
        self._raw.seek(self._end)
        if self._flags & SIZES_FOLLOW:
            mark = self._raw.read(4)
            self._raw.seek(12 if mark == DESCRIPTOR_MARK else 8, os.SEEK_CUR)
        return self._raw.tell()


def dos_fields(day: int, clock: int) -> tuple[int, int, int, int, int, int]:
    """Return year, month, day, hour, minute and second of DOS's two numbers."""
    return (day >> 9) + 1980, day >> 5 & 15, day & 31, clock >> 11, clock >> 5 & 63, (clock & 31) * 2


def dos_time(written: tuple[int, int, int, int, int, int], zone: ZoneInfo) -> int | None:
    """Return a time of a zone's wall clock in ns, None where there is no such time."""
    *minute, second = written
    began = local_minute(*minute, zone)
    return None if began is None or second > 59 else began + second * NANOS


def extra_time(extra: bytes) -> int | None:
    """Return the time of the last change that an extra field tells in UTC, in ns; None where none does."""
    found = None
    while len(extra) >= 4:
        kind, length = struct.unpack_from("<HH", extra)
        body, extra = extra[4 : 4 + length], extra[4 + length :]
        if kind == UNIX_TIMES and len(body) >= 5 and body[0] & 1:
            found = found or struct.unpack_from("<l", body, 1)[0] * NANOS
        elif kind == NTFS_TIMES and len(body) >= 16 and body[4:8] == b"\x01\x00\x18\x00":
            found = fitting((struct.unpack_from("<Q", body, 8)[0] - NTFS_EPOCH) * 100) or found
    return found
