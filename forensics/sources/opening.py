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
    """What the standard library's decompressors and zstandard's have in common."""

    @property
    def eof(self) -> bool:
        """Whether the end of one compressed stream was reached."""

    @property
    def unused_data(self) -> bytes:
        """Return the bytes after that end."""

    def decompress(self, data: bytes, /) -> bytes:
        """Return what these bytes unpack to."""


def _zstd() -> Decompressor:
    import zstandard

    decompressor: Decompressor = zstandard.ZstdDecompressor().decompressobj()
    return decompressor


DECOMPRESSORS: dict[str, Callable[[], Decompressor]] = {
    "gzip": lambda: zlib.decompressobj(31),
    "xz": lambda: lzma.LZMADecompressor(memlimit=1 << 28),
    "bzip2": bz2.BZ2Decompressor,
    "zstd": _zstd,
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
        decompressor, consumed, produced = DECOMPRESSORS[kind](), 0, 0
        while block:
            try:
                content = decompressor.decompress(block)
            except Exception as error:  # noqa: BLE001 - zlib, lzma and zstandard each raise an error of their own
                self.fault = f"damaged {kind} data near byte {consumed}: {error}"
                break
            consumed += len(block)
            produced += len(content)
            if content:
                yield content
            if produced > BYTE_BUDGET:
                self.fault = f"abandoned: unpacks to more than {BYTE_BUDGET >> 30} GiB"
                break
            left = decompressor.unused_data if decompressor.eof else b""
            if decompressor.eof:
                if not left.strip(b"\x00"):
                    left = b""
                elif compression(left) != kind:
                    self.fault = f"{len(left)} bytes of other content after the {kind} data"
                    break
            block = left or next(rest, b"")
            if decompressor.eof and block:
                decompressor = DECOMPRESSORS[kind]()
        else:
            if not decompressor.eof:
                self.fault = f"truncated {kind} file: it ends at byte {consumed} in the middle of its data"
        for _ in rest:
            pass

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
