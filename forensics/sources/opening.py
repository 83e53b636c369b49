r"""Opens one evidence file for reading only: decompressed by its magic bytes, hashed while read, cut into lines.

Lines end at ``\n`` and nowhere else; a line longer than ``LINE_LIMIT`` is cut there and its rest is
dropped, counted in ``cut_lines``. A compressed file that ends early gives its good part, then sets ``fault``.
"""

from __future__ import annotations

import bz2
import hashlib
import lzma
import os
import stat
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

LINE_LIMIT = 64 * 1024
BYTE_BUDGET = 16 * 1024**3
CHUNK = 1 << 20
NO_ACCESS_TIME = getattr(os, "O_NOATIME", 0)
MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\x1f\x8b", "gzip"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"BZh", "bzip2"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
)


class Decompressor(Protocol):
    """What the standard library's decompressors for bzip2 and xz have in common, and those here keep to."""

    @property
    def eof(self) -> bool:
        """Whether the end of one compressed stream was reached."""

    @property
    def needs_input(self) -> bool:
        """Whether all that can be had of the bytes so far was given."""

    @property
    def unused_data(self) -> bytes:
        """Return the bytes after that end."""

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        """Return what these bytes unpack to, as far as it is no longer than so."""


class Gunzip:
    """gzip, in pieces of bounded length: a megabyte of it may hold a gigabyte."""

    def __init__(self) -> None:
        self.needs_input = True
        self._inner = zlib.decompressobj(31)

    @property
    def eof(self) -> bool:
        """Whether the end of one compressed stream was reached."""
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        """Return the bytes after that end."""
        return self._inner.unused_data

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        """Return what these bytes unpack to, as far as it is no longer than so."""
        content = self._inner.decompress(self._inner.unconsumed_tail + data, max_length)
        self.needs_input = len(content) < max_length
        return content


class Unzstd:
    """zstd, in pieces that are not much longer than asked: it is fed little at a time, as four bytes may hold 128 KiB."""

    SLICE = 1024

    def __init__(self) -> None:
        import zstandard

        self._inner = zstandard.ZstdDecompressor().decompressobj()
        self._data, self._at = b"", 0

    @property
    def eof(self) -> bool:
        """Whether the end of one compressed stream was reached."""
        return self._inner.eof

    @property
    def needs_input(self) -> bool:
        """Whether all that can be had of the bytes so far was given."""
        return self._at >= len(self._data)

    @property
    def unused_data(self) -> bytes:
        """Return the bytes after that end."""
        return self._inner.unused_data + self._data[self._at :]

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        """Return what these bytes unpack to, as far as it is not much longer than so."""
        if data:
            self._data, self._at = data, 0
        pieces, length = [], 0
        while not (self.needs_input or self._inner.eof or length > max_length):
            pieces.append(self._inner.decompress(self._data[self._at : self._at + self.SLICE]))
            self._at += self.SLICE
            length += len(pieces[-1])
        return b"".join(pieces)


DECOMPRESSORS: dict[str, Callable[[], Decompressor]] = {
    "gzip": Gunzip,
    "xz": lambda: lzma.LZMADecompressor(memlimit=1 << 28),
    "bzip2": bz2.BZ2Decompressor,
    "zstd": Unzstd,
}


def compression(head: bytes) -> str | None:
    """Return the compression that these first bytes announce, None where they announce none."""
    return next((name for magic, name in MAGIC if head.startswith(magic)), None)


def open_untouched(path: str | Path, flags: int, folder: int | None = None) -> int:
    """Return a descriptor; the access time stays as it is where the system allows that: to owners, on Linux.

    Raises:
        OSError: it cannot be opened.
    """
    try:
        return os.open(path, flags | os.O_CLOEXEC | NO_ACCESS_TIME, dir_fd=folder)
    except PermissionError:
        return os.open(path, flags | os.O_CLOEXEC, dir_fd=folder)


def open_regular(path: Path) -> int:
    """Return a read-only descriptor of a regular file.

    Raises:
        OSError: it cannot be opened, or is a pipe, a device or a folder, which could hang or never end.
    """
    descriptor = open_untouched(path, os.O_RDONLY | os.O_NONBLOCK)
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode):
        os.close(descriptor)
        raise OSError(0, what_it_is(mode), str(path))
    return descriptor


def what_it_is(mode: int) -> str:
    """Return what a path is that is no regular file."""
    return "it is a folder, not a file - name the files in it" if stat.S_ISDIR(mode) else "it is a pipe or a device"


def head(path: Path, size: int = 4096) -> bytes:
    """Return the first bytes of a file, unpacked; empty where it cannot be read."""
    try:
        return next(EvidenceFile(path).blocks(), b"")[:size]
    except OSError:
        return b""


class EvidenceFile:
    """One file, read once from start to end; its account is complete when the iteration has ended."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.fault: str | None = None
        self.modified: int | None = None
        self.records = 0
        self.cut_lines = 0
        self.ends_open = False
        self._digest = hashlib.sha256()
        self._produced = 0

    @property
    def sha256(self) -> str:
        """Return the digest of the file's bytes as they lie on disk, as far as they were read."""
        return self._digest.hexdigest()

    def blocks(self) -> Iterator[bytes]:
        """Yield the unpacked content in blocks.

        Raises:
            OSError: the file cannot be opened, or is no regular file.
        """
        with os.fdopen(open_regular(self.path), "rb", buffering=0) as raw:
            self.modified = os.fstat(raw.fileno()).st_mtime_ns
            yield from self._unpacked(self._hashed(raw.read))

    def _hashed(self, read: Callable[[int], bytes | None]) -> Iterator[bytes]:
        try:
            while block := read(CHUNK):
                self._digest.update(block)
                yield block
        except OSError as error:
            self.fault = f"unreadable: {error.strerror}"

    def _unpacked(self, blocks: Iterator[bytes]) -> Iterator[bytes]:
        first = next(blocks, b"")
        kind = compression(first)
        if kind is None:
            if first:
                yield first
            yield from blocks
            return
        yield from self._decompressed(kind, first, blocks)

    def _decompressed(self, kind: str, block: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
        decompressor, consumed = DECOMPRESSORS[kind](), 0
        while block:
            yield from self._pieces(decompressor, block, f"damaged {kind} data near byte {consumed}")
            if self.fault:
                break
            consumed += len(block)
            left = self._left_over(kind, decompressor)
            block = left or next(rest, b"")
            if decompressor.eof and block:
                decompressor = DECOMPRESSORS[kind]()
        else:
            if not decompressor.eof:
                self.fault = f"truncated {kind} file: it ends at byte {consumed} in the middle of its data"
        for _ in rest:
            pass  # only hashed

    def _pieces(self, decompressor: Decompressor, block: bytes, damaged: str) -> Iterator[bytes]:
        while block or not (decompressor.eof or decompressor.needs_input):
            try:
                content = decompressor.decompress(block, CHUNK)
            except Exception as error:  # noqa: BLE001 - zlib, lzma and zstandard each raise an error of their own
                self.fault = f"{damaged}: {error}"
                return
            block = b""
            self._produced += len(content)
            if content:
                yield content
            if self._produced > BYTE_BUDGET:
                self.fault = f"abandoned: unpacks to more than {BYTE_BUDGET >> 30} GiB"
                return

    def _left_over(self, kind: str, decompressor: Decompressor) -> bytes:
        """Return what follows the end of a stream, if it is another one."""
        left = decompressor.unused_data if decompressor.eof else b""
        if not left.strip(b"\x00"):
            return b""
        if compression(left) != kind:
            self.fault = f"{len(left)} bytes of other content after the {kind} data"
        return left

    def chunks(self) -> Iterator[tuple[int, list[bytes]]]:
        """Yield (number of the first line, lines without their line end), many lines at a time.

        Raises:
            OSError: the file cannot be opened, or is no regular file.
        """
        pending, overlong = b"", False
        for block in self.blocks():
            pieces = (pending + block).split(b"\n")
            pending = pieces.pop()
            if overlong and pieces:
                pieces, overlong = pieces[1:], False
            if len(pending) > LINE_LIMIT:
                if not overlong:
                    pieces.append(pending)
                pending, overlong = b"", True
            if pieces:
                yield self._numbered(pieces)
        if pending and not overlong:
            self.ends_open = True
            yield self._numbered([pending])

    def _numbered(self, pieces: list[bytes]) -> tuple[int, list[bytes]]:
        for index, piece in enumerate(pieces):
            if len(piece) > LINE_LIMIT:
                self.cut_lines += 1
                pieces[index] = piece[:LINE_LIMIT]
        first, self.records = self.records + 1, self.records + len(pieces)
        return first, pieces

    def lines(self) -> Iterator[tuple[int, bytes]]:
        """Yield (number, line) one by one.

        Raises:
            OSError: the file cannot be opened, or is no regular file.
        """
        for first, pieces in self.chunks():
            yield from enumerate(pieces, first)
