"""From what a config or a command line names to sources that can be read."""

from __future__ import annotations

import glob
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from forensics.config import SOURCE_KINDS, SourceConfig
from forensics.errors import SourceError
from forensics.evidence.records import FileRead, Yielded
from forensics.sources import SOURCES
from forensics.sources.base import ReadOptions, Source
from forensics.sources.far import ADDRESS, far_of, on_own_disk, told, unchained
from forensics.sources.local_paths import is_there, matching_paths
from forensics.sources.opening import head
from forensics.sources.paths import shown

__all__ = ["Opened", "is_there", "matching_paths", "open_source", "open_sources", "recognise"]

# What a whole archive is taken for where nothing says it.
WHOLE_KINDS = {"artifacts": "files", "notifications": "slack-export"}
# A beat shows what an artifact does: that something was done.
TABLES = {"artifacts": ("artifacts", "beats")}


def by_kind(kind: str) -> Source | None:
    """Return the source that reads a kind, ours or one from elsewhere; None where none does.

    Raises:
        SourceError: the one from elsewhere is broken, or there are several.
    """
    own = SOURCES.of(kind)
    if own is not None or kind in SOURCE_KINDS:
        return own
    from forensics.sources.plugins import foreign_source

    return foreign_source(kind)


def shows(source: Source, lane: str) -> bool:
    """Return whether a source can hold evidence of a lane."""
    return any(table in source.lanes for table in TABLES.get(lane, (lane,)))


def kinds_showing(lane: str) -> list[str]:
    """Return the kinds that can hold evidence of a lane."""
    return [source.kind for source in SOURCES if shows(source, lane)]


def recognise(path: Path, lane: str, written: str | None = None) -> Source:
    """Return the one source that claims a path, if it shows the lane; ``written`` is what to call it.

    Raises:
        SourceError: none claims it, more than one does, or one that shows something else.
    """
    claiming = [source for source in SOURCES if source.detect(path)]
    kinds, called = kinds_showing(lane), written or str(path)
    if len(claiming) > 1:
        names = " and ".join(source.kind for source in claiming)
        raise SourceError(f"{called}: {names} both claim this - name its kind, as in {claiming[0].kind}:{called}")
    if not claiming:
        wanted = f"name its kind, as in {kinds[0]}:{called} (kinds for {lane}: {', '.join(kinds)})"
        raise SourceError(f"{called}: no reader recognises what is in it - {wanted}")
    if not shows(claiming[0], lane):
        raise SourceError(f"{called}: {mistaken(claiming[0], lane)}")
    return claiming[0]


def recognise_far(pattern: str, lane: str) -> Source | None:
    """Return the source that claims what lies at an address or in an archive; None where that cannot be had.

    Raises:
        SourceError: none claims it, more than one does, or one that shows something else.
    """
    from forensics.sources.lending import lendings
    from forensics.sources.members import Abandoned
    from forensics.sources.web import Unreached

    kind = WHOLE_KINDS.get(lane, "")
    far = far_of(kind, pattern)
    if far is not None and far.inside == "":
        return by_kind(kind)
    try:
        for lent in lendings(kind if lane == "notifications" else "", pattern, ReadOptions(now=0)):
            for path in lent.paths:
                if path.is_dir() or head(path, 1):
                    return recognise(path, lane, lent.mirror.shown(shown(str(path))))
    except (Unreached, Abandoned, OSError):
        return None
    return None


def mistaken(source: Source, lane: str) -> str:
    """Return what is wrong with a source that is to show a lane and shows another."""
    others = " and ".join("artifacts" if table == "beats" else table for table in source.lanes)
    return f"kind {source.kind} shows {others}, not {lane} - kinds for {lane}: {', '.join(kinds_showing(lane))}"


@dataclass(frozen=True)
class Opened:
    """A source with its paths: ``missing`` says what is wrong where there is nothing to read.

    One that lies elsewhere, at an address or in an archive, has no paths of this machine: ``is_far``.
    """

    name: str
    source: Source
    config: SourceConfig
    paths: tuple[Path, ...]
    missing: str | None = None
    is_far: bool = False

    def read(self, options: ReadOptions) -> Iterator[Yielded]:
        """Yield what the paths hold; one that cannot be opened is a fault of its file, not an exception."""
        if self.is_far:
            from forensics.sources.lending import read_far

            yield from read_far(self.source, self.config.path, options)
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
    known = {kind: by_kind(kind) is not None for kind in {config.kind: None for config in configs}}
    unread = [f"{config.kind} {config.path}".rstrip() for config in configs if not known[config.kind]]
    if unread:
        kinds = ", ".join(SOURCES.kinds)
        raise SourceError(
            f"this version has no reader for {'; '.join(unread)} - take it out of the config (it reads {kinds})"
        )
    opened = [open_source(config) for config in configs]
    return [
        replace(each, name=f"{name}{origin(each.source)}") for each, name in zip(opened, names(configs), strict=True)
    ]


def origin(source: Source) -> str:
    """Return what a report adds to the name of a source that a reader from elsewhere reads: whose that is."""
    whose = getattr(source, "origin", None)
    return f" by {whose}" if whose else ""


def open_source(config: SourceConfig) -> Opened:
    """Return a configured source with the paths that its pattern fits, sorted.

    Raises:
        SourceError: there is no reader for its kind.
    """
    source = by_kind(config.kind)
    if source is None:
        raise SourceError(f"{config.path}: this version has no reader for {config.kind!r}")
    if far_of(config.kind, config.path) is not None:
        return Opened(name(config, 2), source, config, (), is_far=True)
    paths = matching_paths(on_own_disk(config.path))
    return Opened(name(config, 2), source, config, tuple(paths), None if paths else absence(config.path))


def own_paths(config: SourceConfig) -> Sequence[Path]:
    """Return the paths of this machine that a source is read from; of one in an archive here, the archive's."""
    far = far_of(config.kind, config.path)
    if far is None:
        return matching_paths(on_own_disk(config.path))
    return [] if ADDRESS in far.place else own_paths(replace(config, kind="", path=far.place))


def absence(pattern: str) -> str:
    """Return why there is nothing to read at a path or for a pattern."""
    return f"{shown(pattern)}: {'no file fits this pattern' if glob.has_magic(pattern) else 'nothing is there'}"


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
    path = told(unchained(config.path)) if ADDRESS in config.path else config.path
    return shown(f"{config.kind} {'/'.join(Path(path).parts[-parts:]).lstrip('/')}".rstrip())
