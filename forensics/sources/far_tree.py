"""Reads a file tree that lies elsewhere by its listing alone: an archive's headers, or what a service tells.

Content is fetched of those few files only that a ``path#field`` pattern names. Links are not followed and special
files left alone; both are counted. A folder has a time only where the archive or the service tells one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from forensics.evidence.records import FileRead, Reject, Yielded
from forensics.sources.base import ReadOptions
from forensics.sources.file_fields import field_patterns, fields_in, read_fields
from forensics.sources.instants import HIGHEST, LOWEST
from forensics.sources.listing import Row, artifacts, columns_of
from forensics.sources.members import Kind
from forensics.sources.mirror import Mirror
from forensics.sources.paths import shown

NAMES = ("record", "at", "path", "size", "is_folder")
ROWS_AT_ONCE = 50_000
NO_TIME = "nothing tells when it was written"


@dataclass
class FarTree:
    """The rows of one tree, as they are taken; ``file`` is what the tree is shown as."""

    file: str
    options: ReadOptions
    is_copy: bool
    rows: list[Row] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    records: int = 0
    newest: int | None = None

    def take(self, path: str, kind: Kind, size: int | None, modified: int | None) -> None:
        """Take one file or folder; ``path`` is relative to the tree."""
        self.records += 1
        if kind in ("link", "special"):
            self.skipped["symbolic link" if kind == "link" else "special file"] += 1
        elif modified is None and kind == "folder":
            self.skipped["folder without a time"] += 1
        elif modified is None or not LOWEST <= modified <= HIGHEST:
            self.rejects.append(Reject(self.file, self.records, NO_TIME, shown(path)))
        else:
            self.rows.append((self.records, modified, shown(path), size, kind == "folder"))
            if modified <= self.options.now:
                self.newest = modified if self.newest is None else max(self.newest, modified)

    def told(self, fault: str | None, sha256: str | None = None) -> Iterator[Yielded]:
        """Yield the tree, and its account. A copy speaks up to its newest file, a service up to now."""
        yield from self.rejects
        for start in range(0, len(self.rows), ROWS_AT_ONCE):
            yield artifacts(self.file, columns_of(NAMES, self.rows[start : start + ROWS_AT_ONCE]), self.options)
        speaks = self.newest is not None if self.is_copy else True
        yield FileRead(
            self.file,
            self.records,
            sha256,
            covers=(None, self.newest if self.is_copy else None) if speaks else None,
            newest=self.newest,
            fault=fault,
            skipped=dict(self.skipped),
        )


class Fields:
    """The ``path#field`` patterns of a report, asked file by file."""

    def __init__(self, options: ReadOptions) -> None:
        self._options = options
        self._patterns = field_patterns(options.fields)

    def of(self, path: str) -> tuple[str, ...]:
        """Return the fields that are to be read from the file at a path in its tree."""
        return fields_in(path, self._patterns) if self._patterns else ()

    def read(self, mirror: Mirror, inside: str, path: str, size: int) -> Iterator[Yielded]:
        """Yield the times inside a copied file; ``path`` is its place in the tree, ``inside`` that in the mirror."""
        for each in read_fields(mirror.place(inside), shown(path), self.of(path), size, self._options):
            yield mirror.retold(each)
