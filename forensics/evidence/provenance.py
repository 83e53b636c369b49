"""Where each run's evidence was read: lane, source, file, record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from forensics.evidence.intake import Evidence
from forensics.evidence.paired import Ints, Links, Paired

LANES = {
    "triggers": "triggers",
    "lifecycle": "lifecycle",
    "notifications": "notifications",
    "artifacts": "artifacts",
    "beats": "lifecycle",
}


@dataclass(frozen=True)
class Place:
    """One row of evidence: where it stands. ``line`` is the message's line where the message speaks of several jobs."""

    lane: str
    table: str
    row: int
    source: str
    file: str
    record: int
    line: int = 0

    def __str__(self) -> str:
        short = self.file.replace("\\", "/").rsplit("/", 1)[-1]
        return f"{short}:{self.record}"


class Provenance:
    """Finds the places of a run's evidence."""

    def __init__(self, paired: Paired, evidence: Evidence) -> None:
        self._paired = paired
        self._evidence = evidence

    @cached_property
    def _tables(self) -> list[tuple[str, Links, Ints, pd.DataFrame]]:
        paired = self._paired
        by_table = (
            ("triggers", paired.triggers),
            ("lifecycle", paired.steps),
            ("notifications", paired.claims),
            ("artifacts", paired.proofs),
            ("beats", paired.beats),
        )
        return [
            (table, links, np.argsort(links.run, kind="stable"), self._evidence.frame(table))
            for table, links in by_table
        ]

    @cached_property
    def _names(self) -> tuple[list[str], list[str]]:
        return [source.name for source in self._evidence.sources], self._evidence.files["name"].tolist()

    @cached_property
    def _columns(self) -> dict[str, tuple[list[int], list[int], list[int]]]:
        names = ("source", "file", "record")
        return {table: tuple(frame[name].tolist() for name in names) for table, _, _, frame in self._tables}  # type: ignore[misc]

    @cached_property
    def _bounds(self) -> dict[str, Ints]:
        count = np.arange(len(self._paired.runs) + 1)
        return {table: np.searchsorted(links.run[order], count) for table, links, order, _ in self._tables}

    def of(self, run: int) -> list[Place]:
        """Return the places of one run's evidence, by lane, in order of time."""
        return list(self._places(run))

    def _places(self, run: int) -> Iterator[Place]:
        sources, files = self._names
        for table, links, order, _ in self._tables:
            begin, end = self._bounds[table][run], self._bounds[table][run + 1]
            source, file, record = self._columns[table]
            for position in order[begin:end].tolist():
                row = int(links.row[position])
                line = int(self._paired.claims.line[position]) if table == "notifications" else 0
                yield Place(LANES[table], table, row, sources[source[row]], files[file[row]], record[row], line)
