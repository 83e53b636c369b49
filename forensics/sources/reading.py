"""From what a config or a command line names to sources that can be read."""

from __future__ import annotations

import errno
import glob
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from forensics.config import SourceConfig
from forensics.errors import SourceError
from forensics.evidence.records import FileRead, Yielded
from forensics.sources import SOURCES
from forensics.sources.base import ReadOptions, Source
from forensics.sources.paths import shown

ABSENT = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG})
# A beat shows what an artifact does: that something was done.
TABLES = {"artifacts": ("artifacts", "beats")}


def by_kind(kind: str) -> Source | None:
    """Return the source that reads a kind, None where none does."""
    return next((source for source in SOURCES if source.kind == kind), None)


def shows(source: Source, lane: str) -> bool:
    """Return whether a source can hold evidence of a lane."""
    return any(table in source.lanes for table in TABLES.get(lane, (lane,)))


def kinds_showing(lane: str) -> list[str]:
    """Return the kinds that can hold evidence of a lane."""
    return [source.kind for source in SOURCES if shows(source, lane)]


def recognise(path: Path, lane: str) -> Source:
    """Return the one source that claims a path, if it shows the lane.

    Raises:
        SourceError: none claims it, more than one does, or one that shows something else.
    """
    claiming = [source for source in SOURCES if source.detect(path)]
    kinds = kinds_showing(lane)
    if len(claiming) > 1:
        names = " and ".join(source.kind for source in claiming)
        raise SourceError(f"{path}: {names} both claim this - name its kind, as in {claiming[0].kind}:{path}")
    if not claiming:
        wanted = f"name its kind, as in {kinds[0]}:{path} (kinds for {lane}: {', '.join(kinds)})"
        raise SourceError(f"{path}: no reader recognises what is in it - {wanted}")
    if not shows(claiming[0], lane):
        raise SourceError(f"{path}: {mistaken(claiming[0], lane)}")
    return claiming[0]


def mistaken(source: Source, lane: str) -> str:
    """Return what is wrong with a source that is to show a lane and shows another."""
    others = " and ".join("artifacts" if table == "beats" else table for table in source.lanes)
    return f"kind {source.kind} shows {others}, not {lane} - kinds for {lane}: {', '.join(kinds_showing(lane))}"


@dataclass(frozen=True)
class Opened:
    """A source with its paths: ``missing`` says what is wrong where there is nothing to read."""

    name: str
    source: Source
    config: SourceConfig
    paths: tuple[Path, ...]
    missing: str | None = None

    def read(self, options: ReadOptions) -> Iterator[Yielded]:
        """Yield what the paths hold; one that cannot be opened is a fault of its file, not an exception."""
        for path in self.paths:
            try:
                yield from self.source.read(path, options)
            except OSError as error:
                yield FileRead(shown(str(path)), 0, fault=f"cannot be opened: {error.strerror or error}")


def open_sources(configs: Sequence[SourceConfig]) -> list[Opened]:
    """Return the configured sources, each with a name of its own and the paths that its pattern fits, sorted.

    Raises:
        SourceError: for some of their kinds there is no reader.
    """
    unread = [f"{config.kind} {config.path}".rstrip() for config in configs if by_kind(config.kind) is None]
    if unread:
        kinds = ", ".join(source.kind for source in SOURCES)
        raise SourceError(
            f"this version has no reader for {'; '.join(unread)} - take it out of the config (it reads {kinds})"
        )
    return [replace(open_source(config), name=name) for config, name in zip(configs, names(configs), strict=True)]


def open_source(config: SourceConfig) -> Opened:
    """Return a configured source with the paths that its pattern fits, sorted.

    Raises:
        SourceError: there is no reader for its kind.
    """
    source = by_kind(config.kind)
    if source is None:
        raise SourceError(f"{config.path}: this version has no reader for {config.kind!r}")
    paths = matching_paths(config.path)
    return Opened(name(config, 2), source, config, tuple(paths), None if paths else absence(config.path))


def absence(pattern: str) -> str:
    """Return why there is nothing to read at a path or for a pattern."""
    if "://" in pattern:
        return f"{shown(pattern)}: this version reads no addresses; save what is there to a file"
    return f"{shown(pattern)}: {'no file fits this pattern' if glob.has_magic(pattern) else 'nothing is there'}"


def matching_paths(pattern: str) -> Sequence[Path]:
    """Return the paths that a pattern fits, sorted; a path that exists is meant literally, whatever signs it holds."""
    if is_there(Path(pattern)):
        return [Path(pattern)]
    return [Path(found) for found in sorted(glob.glob(pattern, recursive=True))]  # noqa: PTH207 - absolute patterns


def is_there(path: Path) -> bool:
    """Return whether something is at a path, or might be: of what may not be looked at, opening tells why."""
    try:
        path.stat()
    except OSError as error:
        return error.errno not in ABSENT
    return True


def names(configs: Sequence[SourceConfig]) -> list[str]:
    """Return what the sources are called in a report: by the last parts of their paths, as many as tell them apart."""
    lengths = [2] * len(configs)
    while True:
        found = [name(config, length) for config, length in zip(configs, lengths, strict=True)]
        counts = Counter(found)
        longer = [
            length + (counts[text] > 1 and length < len(Path(config.path).parts))
            for config, length, text in zip(configs, lengths, found, strict=True)
        ]
        if longer == lengths:
            return found
        lengths = longer


def name(config: SourceConfig, parts: int) -> str:
    """Return the kind of a source and the last parts of its path."""
    return shown(f"{config.kind} {'/'.join(Path(config.path).parts[-parts:]).lstrip('/')}".rstrip())
