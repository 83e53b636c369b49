r"""Opens one evidence file for reading only: decompressed by its magic bytes, hashed while read, cut into lines.

Lines end at ``\n`` and nowhere else; a line longer than ``LINE_LIMIT`` is cut there and its rest is
dropped, counted in ``cut_lines``. A compressed file that ends early gives its good part, then sets ``fault``.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from forensics.sources.unpacking import DECOMPRESSORS, LONGEST_MAGIC, Decompressor, compression

LINE_LIMIT = 64 * 1024
BYTE_BUDGET = 16 * 1024**3
CHUNK = 1 << 20
NO_ACCESS_TIME = getattr(os, "O_NOATIME", 0)


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
            if decompressor.eof:
                block = self._next_stream(kind, decompressor.unused_data, rest)
                decompressor = DECOMPRESSORS[kind]() if block else decompressor
            else:
                block = next(rest, b"")
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

    def _next_stream(self, kind: str, left: bytes, rest: Iterator[bytes]) -> bytes:
        """Return the file from its next compressed stream on, as far as it was read; zeros may stand between."""
        left = left.lstrip(b"\x00")
        while len(left) < LONGEST_MAGIC and (more := next(rest, b"")):
            left = (left + more).lstrip(b"\x00")
        if left and compression(left) != kind:
            self.fault = f"other content after the {kind} data"
            return b""
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
