"""From what a config or a command line names to sources that can be read."""

from __future__ import annotations

import glob
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from forensics.config import SourceConfig
from forensics.errors import SourceError
from forensics.evidence.records import FileRead, Yielded
from forensics.sources import SOURCES
from forensics.sources.base import ReadOptions, Source


def by_kind(kind: str) -> Source | None:
    """Return the source that reads a kind, None where none does."""
    return next((source for source in SOURCES if source.kind == kind), None)


def recognise(path: Path) -> Source:
    """Return the one source that claims a path.

    Raises:
        SourceError: none claims it, or more than one does.
    """
    claiming = [source for source in SOURCES if source.detect(path)]
    if len(claiming) == 1:
        return claiming[0]
    kinds = ", ".join(source.kind for source in SOURCES)
    if not claiming:
        raise SourceError(f"{path}: no reader recognises this - name its kind, as in KIND:{path} (kinds: {kinds})")
    names = " and ".join(source.kind for source in claiming)
    raise SourceError(f"{path}: {names} both claim this - name its kind, as in {claiming[0].kind}:{path}")


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
                yield FileRead(str(path), 0, fault=f"cannot be opened: {error.strerror or error}")


def open_source(config: SourceConfig) -> Opened:
    """Return a configured source with the paths that its pattern fits, sorted.

    Raises:
        SourceError: no reader is there for its kind.
    """
    source = by_kind(config.kind) if config.kind else recognise(Path(config.path))
    if source is None:
        raise SourceError(f"{config.path}: the kind {config.kind!r} is not read by this version")
    paths = matching_paths(config.path)
    missing = None if paths else f"{config.path}: nothing is there"
    return Opened(f"{source.kind} {short(config.path)}", source, config, tuple(paths), missing)


def matching_paths(pattern: str) -> Sequence[Path]:
    """Return the paths that a pattern fits, sorted; a path that exists is meant literally, whatever signs it holds."""
    if Path(pattern).exists() or not glob.has_magic(pattern):
        return [Path(pattern)] if Path(pattern).exists() else []
    return [Path(found) for found in sorted(glob.glob(pattern, recursive=True))]  # noqa: PTH207 - absolute patterns


def short(path: str) -> str:
    """Return the last two parts of a path, as a source is called in a report."""
    return "/".join(Path(path).parts[-2:]) if not path.startswith("/") else "/".join(Path(path).parts[-2:]).lstrip("/")


def is_empty(path: Path) -> bool:
    """Return whether a path is a file without content."""
    return path.is_file() and path.stat().st_size == 0
