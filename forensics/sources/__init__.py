"""The sources, in one visible order; the order decides nothing but the wording of lists.

Each is loaded when it is first asked for: a report of a syslog need not wait for the reader of a cluster.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, overload

from forensics.sources.base import Source

# Kind, module, class.
READERS = (
    ("slack-export", "slack_export", "SlackExport"),
    ("slack", "slack", "SlackLive"),
    ("syslog", "syslog", "Syslog"),
    ("journal", "journal", "Journal"),
    ("openclaw", "openclaw", "OpenClaw"),
    ("kubernetes", "kubernetes", "Kubernetes"),
    ("files", "files", "FileTree"),
    ("find-listing", "find_listing", "FindListing"),
    ("ls-listing", "ls_listing", "LsListing"),
    ("bodyfile", "bodyfile", "Bodyfile"),
    ("heartbeats", "heartbeats", "HeartbeatFiles"),
    ("registry", "registry", "Registry"),
    ("jsonl", "generic", "JsonLines"),
    ("csv", "generic", "Csv"),
    ("parquet", "generic", "Parquet"),
)


class Readers(Sequence[Source]):
    """Sources by place and by kind, each made once, when it is asked for; ``made`` take the place of our own."""

    def __init__(self, named: Sequence[tuple[str, str, str]] = READERS, made: Sequence[Source] = ()) -> None:
        self._named = tuple(named)
        self._made = {source.kind: source for source in made}

    @property
    def kinds(self) -> tuple[str, ...]:
        """Return the kinds that can be read, in order."""
        return tuple(kind for kind, _, _ in self._named)

    def of(self, kind: str) -> Source | None:
        """Return the source of a kind, None where there is none."""
        from importlib import import_module

        place = next((each for each in self._named if each[0] == kind), None)
        if place is not None and kind not in self._made:
            self._made[kind] = getattr(import_module(f"{__name__}.{place[1]}"), place[2])()
        return None if place is None else self._made[kind]

    def __len__(self) -> int:
        return len(self._named)

    @overload
    def __getitem__(self, place: int) -> Source: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Source]: ...
    def __getitem__(self, place: Any) -> Any:
        return tuple(self)[place]

    def __iter__(self) -> Iterator[Source]:
        return (source for kind in self.kinds if (source := self.of(kind)) is not None)


SOURCES = Readers()
