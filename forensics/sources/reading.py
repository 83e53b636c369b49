"""From what a config or a command line names to sources that can be read."""

from __future__ import annotations

import errno
import glob
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from forensics.config import GENERIC_KINDS, SourceConfig
from forensics.errors import SourceError
from forensics.evidence.records import FileRead, Yielded
from forensics.sources import SOURCES
from forensics.sources.base import ReadOptions, Source
from forensics.sources.opening import head

ABSENT = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG})


def by_kind(kind: str) -> Source | None:
    """Return the source that reads a kind, None where none does."""
    return next((source for source in SOURCES if source.kind == kind), None)


def kinds_of(lane: str) -> list[str]:
    """Return the kinds that show a lane; heartbeats show what artifacts do, that work was done."""
    return [source.kind for source in SOURCES if lane in (*source.lanes, *["artifacts" for _ in {"beats"} & {*source.lanes}])]
