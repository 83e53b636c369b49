"""What is told of an archive in its ``MANIFEST.json``: each file, where it came from, and what could not be had."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from forensics.config import SourceConfig
from forensics.evidence.intake import SourceRead
from forensics.redaction import redact
from forensics.sources.manifest import SCHEMA
from forensics.timeline import utc_text


@dataclass(frozen=True)
class FileLine:
    """A file of the archive. ``how`` is copy, beginning, backup, listing, written or config; ``mtime`` in ns."""

    path: str
    original: str
    source: int | None
    how: str
    size: int
    mtime: int
    sha256: str
    is_live: bool = False
    fault: str | None = None


@dataclass(frozen=True)
class Absent:
    """A file that is not in the archive: where it would be, what it was, and why."""

    path: str
    original: str
    source: int
    why: str


@dataclass
class Lists:
    """All that the manifest lists, as it is gathered."""

    files: list[FileLine] = field(default_factory=list)
    unread: list[Absent] = field(default_factory=list)
    left_out: list[Absent] = field(default_factory=list)
    sources: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Occasion:
    """When and where evidence was collected; ``now`` and ``since`` in ns, ``config`` the file, None where none is."""

    now: int
    host: str
    version: str
    zone: str
    since: int | None = None
    config: str | None = None
    config_sha256: str | None = None


def source_line(name: str, original: SourceConfig, packed: SourceConfig, account: SourceRead, is_live: bool) -> Any:
    """Return what is told of a source: what it came to when it was collected."""
    covers = None if account.covers is None else [None if end is None else utc_text(end) for end in account.covers]
    return {
        "name": redact(name),
        "kind": original.kind,
        "path": redact(original.path),
        "packed": {"kind": packed.kind, "path": packed.path},
        "coverage": covers,
        "live": is_live,
        "files": account.files,
        "records": account.records,
        "rows": dict(account.rows),
        "rejected": account.rejected,
        "faults": list(map(redact, account.faults)),
    }


def manifest_text(occasion: Occasion, lists: Lists) -> bytes:
    """Return the manifest."""
    told = {
        "schema": SCHEMA,
        "tool": f"forensics {occasion.version}",
        "collected": utc_text(occasion.now),
        "host": occasion.host,
        "timezone": occasion.zone,
        "since": None if occasion.since is None else utc_text(occasion.since),
        "config": {"original": occasion.config, "sha256": occasion.config_sha256},
        "sources": lists.sources,
        "files": [file_line(each) for each in lists.files],
        "unread": absent_lines(lists.unread),
        "left_out": absent_lines(lists.left_out),
    }
    return json.dumps(told, ensure_ascii=True, indent=1).encode("ascii") + b"\n"


def file_line(each: FileLine) -> dict[str, Any]:
    """Return what is told of a file."""
    told: dict[str, Any] = {
        "path": each.path,
        "original": redact(each.original),
        "source": each.source,
        "how": each.how,
        "size": each.size,
        "mtime_ns": each.mtime,
        "sha256": each.sha256,
        "live": each.is_live,
    }
    return told | ({"fault": each.fault} if each.fault else {})


def absent_lines(absent: Sequence[Absent]) -> list[dict[str, Any]]:
    """Return what is told of files that are not there."""
    return [
        {"path": each.path, "original": redact(each.original), "source": each.source, "why": redact(each.why)}
        for each in absent
    ]
