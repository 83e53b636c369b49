"""The accounts of the files of one OpenClaw: each record is a row, a reject, or skipped for a reason.

A record may give rows in several lanes, and then counts as many times: what one line tells is a start, an end, and a
message. Rows are gathered until all files are read, because what one tells decides what another is worth.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from forensics.evidence.hosts import Stretch
from forensics.evidence.records import Batch, FileRead, Happening, Reject, ToldJob, Yielded, clipped

ROWS_AT_ONCE = 10_000
Covers = tuple[int, int] | None
Spans = Mapping[str, tuple[tuple[int, int], ...]]
TABLES = ("triggers", "lifecycle", "notifications")


@dataclass(frozen=True)
class Shown:
    """What a file shows beside its rows: of which stretches it speaks, what happened, what jobs are set up.

    ``stretches`` are those in which the gateway was at work.
    """

    covers: Covers = None
    spans: Spans = field(default_factory=dict)
    happenings: tuple[Happening, ...] = ()
    jobs: tuple[ToldJob, ...] = ()
    stretches: tuple[Stretch, ...] = ()


@dataclass
class Page:
    """The account of one file, or of one table of a database; times in ns."""

    file: str
    sha256: str | None = None
    modified: int | None = None
    fault: str | None = None
    newest: int | None = None
    rows: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)

    def row(self, table: str, record: int, at: int, **columns: Any) -> None:
        """Take a row; ``time_text`` is the time as it was written."""
        self.rows.append((table, {"record": record, "at": at, **columns}))

    def reject(self, record: int, reason: str, content: str = "") -> None:
        """Take a record that could not be read."""
        self.rejects.append(Reject(self.file, record, reason, clipped(content)))

    def skip(self, reason: str, count: int = 1) -> None:
        """Take records that are no evidence."""
        if count:
            self.skipped[reason] += count

    def saw(self, at: int | None, now: int) -> None:
        """Note a time that stands in the file; what lies ahead was not seen to happen."""
        if at is not None and at <= now and (self.newest is None or at > self.newest):
            self.newest = at

    def account(self, shown: Shown, host: str | None) -> FileRead:
        """Return the account of the file."""
        return FileRead(
            self.file,
            len(self.rows) + len(self.rejects) + sum(self.skipped.values()),
            self.sha256,
            covers=shown.covers,
            newest=self.newest,
            modified=self.modified,
            fault=self.fault,
            skipped={reason: count for reason, count in self.skipped.items() if count},
            happenings=shown.happenings,
            jobs=shown.jobs,
            stretches=shown.stretches,
            job_spans=shown.spans,
            hosts=frozenset({host} if host else ()),
        )

    def yielded(self, host: str | None, shown: Shown) -> Iterator[Yielded]:
        """Yield the rows by table, what was rejected, and the account."""
        for table in TABLES:
            rows = [row for name, row in self.rows if name == table]
            for start in range(0, len(rows), ROWS_AT_ONCE):
                yield Batch(table, self.file, columns_of(rows[start : start + ROWS_AT_ONCE], host))
        yield from self.rejects
        yield self.account(shown, host)


def columns_of(rows: list[dict[str, Any]], host: str | None) -> dict[str, list[Any]]:
    """Return rows by column, in the order of their records; a column that no row fills is left out."""
    ordered = sorted(rows, key=lambda row: (row["record"], row["at"]))
    names = dict.fromkeys(name for row in ordered for name in row)
    columns = {name: [row.get(name) for row in ordered] for name in names}
    columns = {name: values for name, values in columns.items() if any(value is not None for value in values)}
    return columns | ({"host": [host] * len(ordered)} if host else {})
