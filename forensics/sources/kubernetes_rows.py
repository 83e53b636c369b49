"""One row of evidence out of a cluster's objects, and how rows become batches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from forensics.evidence.records import Batch
from forensics.sources.kubernetes_names import Owned

TABLES = ("triggers", "lifecycle")


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that an object tells of a run.

    ``at`` in ns; ``rank`` orders rows of one instant, a Job's own end comes last.
    """

    table: str
    record: int
    at: int
    event: str
    owned: Owned
    time_text: str
    exit_code: int | None = None
    duration_seconds: float | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)
    rank: int = 0


def batches(rows: Sequence[Row], file: str, host: str | None) -> Iterator[Batch]:
    """Yield the rows by table, in the order of time."""
    for table in TABLES:
        own = sorted((row for row in rows if row.table == table), key=lambda row: (row.at, row.rank, row.record))
        if own:
            yield Batch(table, file, columns_of(own, table, host))


def columns_of(rows: Sequence[Row], table: str, host: str | None) -> dict[str, Sequence[Any]]:
    """Return rows by column."""
    columns: dict[str, Sequence[Any]] = {
        "at": [row.at for row in rows],
        "host": [host] * len(rows),
        "job": [row.owned.job for row in rows],
        "run_id": [row.owned.run for row in rows],
        # By this a job is known for one that is scheduled; what no CronJob made is nobody's unless a config names it.
        "command": [f"cronjob/{row.owned.job}" if row.owned.is_scheduled else None for row in rows],
        "event": [row.event for row in rows],
        "attributes": [dict(row.attributes) or None for row in rows],
        "record": [row.record for row in rows],
        "time_text": [row.time_text for row in rows],
    }
    if table == "lifecycle":
        columns["exit_code"] = [row.exit_code for row in rows]
        columns["duration_seconds"] = [row.duration_seconds for row in rows]
    return columns
