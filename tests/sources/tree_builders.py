"""Reads a small tree or listing, and lays out what came of it row by row."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from forensics.evidence.records import Batch, FileRead, Reject
from forensics.sources.base import ReadOptions, Source

TOKYO = ZoneInfo("Asia/Tokyo")
SECOND = 1_000_000_000
NOW = 1_790_000_000 * SECOND


@dataclass(frozen=True)
class Outcome:
    """All that a source yielded, sorted by what it is."""

    rows: list[dict[str, Any]]
    rejects: list[Reject]
    reads: list[FileRead]

    @property
    def paths(self) -> list[str]:
        return [row["path"] for row in self.rows]

    @property
    def account(self) -> FileRead:
        (read,) = self.reads
        return read

    @property
    def is_balanced(self) -> bool:
        left_out = len(self.rejects) + sum(sum(read.skipped.values()) for read in self.reads)
        return sum(read.records for read in self.reads) == len(self.rows) + left_out


def outcome(source: Source, path: Path, now: int = NOW, **options: Any) -> Outcome:
    """Return what a source makes of a path."""
    yielded = list(source.read(path, ReadOptions(now=now, **options)))
    rows = [
        dict(zip(batch.columns, values, strict=True)) | {"file": batch.file}
        for batch in yielded
        if isinstance(batch, Batch)
        for values in zip(*batch.columns.values(), strict=True)
    ]
    return Outcome(
        rows,
        [each for each in yielded if isinstance(each, Reject)],
        [each for each in yielded if isinstance(each, FileRead)],
    )


def reader(source: Source, target: Path) -> Callable[..., Outcome]:
    """Return a function that writes text or bytes to a file and reads it with the source."""

    def read(content: str | bytes, **options: Any) -> Outcome:
        target.write_bytes(content.encode() if isinstance(content, str) else content)
        return outcome(source, target, **options)

    return read


def instant(text: str) -> int:
    """Return an ISO time with an offset in ns."""
    return round(datetime.fromisoformat(text).timestamp()) * SECOND


def cut_gzip(content: bytes) -> bytes:
    """Return content compressed, its end missing."""
    packed = gzip.compress(content, mtime=0)
    return packed[: len(packed) * 2 // 3]
