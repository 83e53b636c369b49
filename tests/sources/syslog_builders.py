"""Writes a small syslog, reads it, and lays out what came of it row by row."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from forensics.evidence.records import Batch, FileRead, Reject
from forensics.sources.base import ReadOptions
from forensics.sources.syslog import Syslog

SECOND = 1_000_000_000
BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")


def ns(text: str) -> int:
    moment = datetime.fromisoformat(text)
    assert moment.tzinfo is not None
    return round(moment.timestamp()) * SECOND


NOW = ns("2026-03-20T12:00:00Z")
OPTIONS = ReadOptions(now=NOW)


@dataclass(frozen=True)
class Outcome:
    """All that the source yielded for one file, its rows in file order."""

    triggers: list[dict[str, Any]]
    lifecycle: list[dict[str, Any]]
    rejects: list[Reject]
    account: FileRead

    @property
    def times(self) -> list[str]:
        """The triggers' instants, to the second, in UTC."""
        return [utc(row["at"]) for row in self.triggers]

    @property
    def reasons(self) -> list[tuple[int, str]]:
        return [(reject.record, reject.reason) for reject in self.rejects]

    @property
    def is_balanced(self) -> bool:
        rows = len(self.triggers) + len(self.lifecycle)
        return self.account.records == rows + len(self.rejects) + sum(self.account.skipped.values())


def utc(instant: int) -> str:
    return datetime.fromtimestamp(instant // SECOND, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def read_file(path: Path, options: ReadOptions = OPTIONS) -> Outcome:
    yielded = list(Syslog().read(path, options))
    account = yielded[-1]
    assert isinstance(account, FileRead)
    rejects = [each for each in yielded if isinstance(each, Reject)]
    return Outcome(rows_of(yielded, "triggers"), rows_of(yielded, "lifecycle"), rejects, account)


def rows_of(yielded: Iterable[object], table: str) -> list[dict[str, Any]]:
    batches = [each for each in yielded if isinstance(each, Batch) and each.table == table]
    return [
        dict(zip(batch.columns, values, strict=True))
        for batch in batches
        for values in zip(*batch.columns.values(), strict=True)
    ]


def read_bytes(folder: Path, content: bytes, modified: str | None = None, **told: Any) -> Outcome:
    """Read these bytes as a file last written at ``modified``, else at ``now``; ``told`` are read options."""
    path = folder / "cron.log"
    path.write_bytes(content)
    options = replace(OPTIONS, **told)
    at = options.now if modified is None else ns(modified)
    os.utime(path, ns=(at, at))
    return read_file(path, options)


def read_lines(folder: Path, *lines: str, **told: Any) -> Outcome:
    return read_bytes(folder, "".join(f"{line}\n" for line in lines).encode(), **told)


def cron(stamp: str, command: str = "backup.sh", process_id: int = 1) -> str:
    return f"{stamp} web1 CRON[{process_id}]: (root) CMD ({command})"
