"""The contract of a source: told what to read, it streams batches, rejects, and an account of each file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Protocol
from zoneinfo import ZoneInfo

from forensics.evidence.records import Kept, Yielded

UTC = ZoneInfo("UTC")


@dataclass(frozen=True)
class ReadOptions:
    """What a source may be told beside the path.

    ``timezone`` holds for times that name no zone. ``now`` is the instant of judging, ns since the
    epoch: it resolves year-less dates and tells a future stamp. ``fields`` are the ``path#field``
    patterns whose times are read from inside files. ``intervals`` are the seconds between beats
    by job, from the config. ``since`` (ns) is how far back live sources need to look. ``token`` is the secret of a
    live source, ``kept`` what it asked to be remembered at earlier readings, oldest first. ``preset`` names whose
    records a generic kind holds, ``job`` whose runs they are where they do not say it.
    """

    now: int
    timezone: ZoneInfo = UTC
    host: str | None = None
    year: int | None = None
    root: str | None = None
    channels: tuple[str, ...] = ()
    lane: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    events: Mapping[str, str] = field(default_factory=dict)
    fields: tuple[str, ...] = ()
    intervals: Mapping[str, float] = field(default_factory=dict)
    since: int | None = None
    token: str | None = field(default=None, repr=False)
    kept: tuple[Kept, ...] = ()
    preset: str | None = None
    job: str | None = None


class Source(Protocol):
    """A format that can be read.

    ``lanes`` are the tables that it can fill. ``blind_spot`` is a sentence on what the format cannot
    tell. ``is_live`` holds for sources that speak for the moment at which they are read.
    ``is_log`` holds for files that grow at their end, which are live when they are fresh.
    """

    kind: ClassVar[str]
    lanes: ClassVar[tuple[str, ...]]
    blind_spot: ClassVar[str]
    is_live: ClassVar[bool]
    is_log: ClassVar[bool]

    def detect(self, path: Path) -> bool:
        """Return whether the path holds this format: by its name first, then by its first lines."""

    def read(self, path: Path, options: ReadOptions) -> Iterator[Yielded]:
        """Yield what the path holds, as a stream; never write, never raise for bad content.

        Raises:
            OSError: the path itself cannot be opened.
        """
