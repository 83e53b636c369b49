"""Unpacks gzip, bzip2, xz and zstd, known by their first bytes, in pieces of bounded length.

A megabyte of any of them may hold a gigabyte and more: nobody is given more at once than was asked for.
"""

from __future__ import annotations

import bz2
import lzma
import zlib
from collections.abc import Callable
from typing import Protocol

MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\x1f\x8b", "gzip"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"BZh", "bzip2"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
)
LONGEST_MAGIC = max(len(magic) for magic, _ in MAGIC)


def compression(head: bytes) -> str | None:
    """Return the compression that these first bytes announce, None where they announce none."""
    return next((name for magic, name in MAGIC if head.startswith(magic)), None)


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

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """Return what these bytes unpack to, as far as it is no longer than so."""


class Gunzip:
    """gzip, with the manners of the standard library's other two."""

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

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """Return what these bytes unpack to, as far as it is no longer than so."""
        content = self._inner.decompress(self._inner.unconsumed_tail + data, max_length)
        self.needs_input = len(content) < max_length
        return content


class Unzstd:
    """zstd, fed little at a time, since four bytes of it may hold 128 KiB: pieces are not much longer than asked."""

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

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """Return what these bytes unpack to, as far as it is not much longer than so."""
        if data:
            self._data, self._at = data, 0
        pieces, length = [], 0
        while not (self.needs_input or self._inner.eof or length >= max_length):
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
