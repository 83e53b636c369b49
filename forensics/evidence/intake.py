"""Takes what the sources yield and lays it into typed frames; nothing is dropped on the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain, repeat
from typing import Any

import numpy as np
import pandas as pd

from forensics.evidence.frames import EVIDENCE, FILES, REJECTS
from forensics.evidence.hosts import Outage, Stretch, outages
from forensics.evidence.records import Batch, FileRead, Happening, Kept, Reject, ToldJob, Yielded
from forensics.evidence.schema import Frame

LISTED_REJECTS = 1000


@dataclass(frozen=True)
class Evidence:
    """All that was read, as typed frames (see ``frames``), and the account of every source.

    ``kept`` is what live sources ask to be remembered, each with the source's position. ``looks`` are the instants
    (ns, ascending) at which earlier reports read all sources of files.
    """

    triggers: pd.DataFrame
    lifecycle: pd.DataFrame
    notifications: pd.DataFrame
    artifacts: pd.DataFrame
    beats: pd.DataFrame
    files: pd.DataFrame
    rejects: pd.DataFrame
    sources: tuple[SourceRead, ...]
    kept: tuple[tuple[int, Kept], ...] = ()
    looks: tuple[int, ...] = ()

    def frame(self, table: str) -> pd.DataFrame:
        """Return the frame of a table by its name."""
        found: pd.DataFrame = getattr(self, table)
        return found

    @cached_property
    def outages(self) -> tuple[Outage, ...]:
        """Return when hosts were down or asleep, as far as a source shows that."""
        return outages(stretch for source in self.sources for stretch in source.stretches)

    @cached_property
    def happenings(self) -> tuple[Happening, ...]:
        """Return the upgrades and restarts that sources tell of, in order of time."""
        return tuple(
            sorted(
                (each for source in self.sources for each in source.happenings), key=lambda each: (each.at, each.name)
            )
        )

    @cached_property
    def told_jobs(self) -> tuple[ToldJob, ...]:
        """Return what schedulers are set up to run, in the order of the sources."""
        return tuple(job for source in self.sources for job in source.jobs)


@dataclass(frozen=True)
class SourceRead:
    """The account of one source: what it gave, what it covers, what was wrong with it.

    ``covers`` is [start, end] in ns since the epoch, None as start for "since ever", as end for
    "until it was read"; the whole is None where the source speaks for no time at all.
    ``faults`` are whole files or sources that could not be read, or not to their end.
    """

    name: str
    kind: str
    lanes: tuple[str, ...]
    files: int = 0
    records: int = 0
    rows: Mapping[str, int] = field(default_factory=dict)
    rejected: int = 0
    skipped: Mapping[str, int] = field(default_factory=dict)
    covers: tuple[int | None, int | None] | None = None
    newest: int | None = None
    modified: int | None = None
    hosts: frozenset[str] = frozenset()
    stretches: tuple[Stretch, ...] = ()
    happenings: tuple[Happening, ...] = ()
    jobs: tuple[ToldJob, ...] = ()
    job_spans: Mapping[str, tuple[tuple[int, int], ...]] = field(default_factory=dict)
    faults: tuple[str, ...] = ()


class Intake:
    """Gathers batches by table; ``evidence`` builds the frames once, at the end."""

    def __init__(self) -> None:
        self._batches: dict[str, list[tuple[int, int, Batch]]] = {frame.name: [] for frame in EVIDENCE}
        self._files: list[tuple[int, FileRead | None, str]] = []
        self._file_rows: dict[tuple[int, str], int] = {}
        self._rejected: Counter[int] = Counter()
        self._rejects: list[tuple[int, int, Reject]] = []
        self._sources: list[SourceRead] = []
        self._kept: list[tuple[int, Kept]] = []

    def take(
        self,
        name: str,
        kind: str,
        lanes: tuple[str, ...],
        yielded: Iterable[Yielded],
        faults: Iterable[str] = (),
        declared: tuple[int, int] | None = None,
    ) -> SourceRead:
        """Read one source to its end and return its account; ``declared`` is the coverage that its config claims."""
        position, rows, reads, rejected = len(self._sources), Counter[str](), list[FileRead](), 0
        for each in yielded:
            match each:
                case Batch():
                    rows[each.table] += len(each)
                    self._batches[each.table].append((position, self._file(position, each.file), each))
                case Reject():
                    rejected += 1
                    self._reject(position, each)
                case Kept():
                    self._kept.append((position, each))
                case FileRead():
                    reads.append(each)
                    row = self._file(position, each.file)
                    self._files[row] = (position, each, each.file)
        account = SourceRead(
            name, kind, lanes, rows=dict(rows), rejected=rejected, **summed(reads), faults=(*faults, *faults_of(reads))
        )
        if declared is not None:
            account = replace(account, covers=believed(declared, account))
        self._sources.append(account)
        return account

    def _file(self, position: int, name: str) -> int:
        row = self._file_rows.setdefault((position, name), len(self._files))
        if row == len(self._files):
            self._files.append((position, None, name))
        return row

    def _reject(self, position: int, reject: Reject) -> None:
        row = self._file(position, reject.file)
        self._rejected[row] += 1
        if self._rejected[row] <= LISTED_REJECTS:
            self._rejects.append((position, row, reject))

    def evidence(self) -> Evidence:
        """Return everything taken so far as frames."""
        frames: dict[str, Any] = {frame.name: self._table(frame) for frame in EVIDENCE}
        return Evidence(
            **frames,
            files=self._file_frame(),
            rejects=self._reject_frame(),
            sources=tuple(self._sources),
            kept=tuple(self._kept),
        )

    def _table(self, frame: Frame) -> pd.DataFrame:
        batches = self._batches[frame.name]
        lengths = [len(batch) for _, _, batch in batches]
        length = sum(lengths)
        values: dict[str, Any] = {
            "source": np.repeat(np.array([source for source, _, _ in batches], dtype=np.int64), lengths),
            "file": np.repeat(np.array([file for _, file, _ in batches], dtype=np.int64), lengths),
        }
        for column in frame.columns:
            if column.name not in values and any(column.name in batch.columns for _, _, batch in batches):
                null = False if column.dtype == "flag" else float("nan") if column.dtype == "number" else None
                parts = (batch.columns.get(column.name, repeat(null, len(batch))) for _, _, batch in batches)
                values[column.name] = list(chain.from_iterable(parts))
        return frame.build(values, length)

    def _file_frame(self) -> pd.DataFrame:
        reads = [read or FileRead(name, 0) for _, read, name in self._files]
        return FILES.build(
            {
                "source": [source for source, _, _ in self._files],
                "name": [read.file for read in reads],
                "sha256": [read.sha256 for read in reads],
                "records": [read.records for read in reads],
                "rejected": [self._rejected[row] for row in range(len(reads))],
                "skipped": [sum(read.skipped.values()) for read in reads],
                "fault": [read.fault for read in reads],
            },
            len(reads),
        )

    def _reject_frame(self) -> pd.DataFrame:
        return REJECTS.build(
            {
                "source": [source for source, _, _ in self._rejects],
                "file": [file for _, file, _ in self._rejects],
                "record": [reject.record for _, _, reject in self._rejects],
                "reason": [reject.reason for _, _, reject in self._rejects],
                "text": [reject.text for _, _, reject in self._rejects],
            },
            len(self._rejects),
        )


def believed(declared: tuple[int, int], account: SourceRead) -> tuple[int, int] | None:
    """Return how much of a declared coverage holds: of a source that was not read to its end only what was read."""
    if not account.faults:
        return declared
    if account.newest is None or account.newest < declared[0]:
        return None
    return declared[0], min(declared[1], account.newest)


def summed(reads: list[FileRead]) -> dict[str, Any]:
    """Return the accounts of a source's files as one; what it covers goes from its first to its last instant."""
    skipped: Counter[str] = Counter()
    for read in reads:
        skipped.update(read.skipped)
    covers = [read.covers for read in reads if read.covers is not None]
    return {
        "files": len(reads),
        "records": sum(read.records for read in reads),
        "skipped": dict(skipped),
        "covers": (lowest([start for start, _ in covers]), highest([end for _, end in covers])) if covers else None,
        "newest": max((read.newest for read in reads if read.newest is not None), default=None),
        "modified": max((read.modified for read in reads if read.modified is not None), default=None),
        "hosts": frozenset[str]().union(*(read.hosts for read in reads)),
        "stretches": tuple(stretch for read in reads for stretch in read.stretches),
        "happenings": tuple(happening for read in reads for happening in read.happenings),
        "jobs": tuple(job for read in reads for job in read.jobs),
        "job_spans": joined_spans(reads),
    }


def joined_spans(reads: list[FileRead]) -> dict[str, tuple[tuple[int, int], ...]]:
    """Return for each job the stretches of all files that speak for it."""
    found: dict[str, tuple[tuple[int, int], ...]] = {}
    for read in reads:
        for job, spans in read.job_spans.items():
            found[job] = (*found.get(job, ()), *spans)
    return found


def lowest(instants: list[int | None]) -> int | None:
    """Return the earliest of some starts; None stands for "since ever" and wins."""
    return (
        None
        if any(instant is None for instant in instants)
        else min(instant for instant in instants if instant is not None)
    )


def highest(instants: list[int | None]) -> int | None:
    """Return the latest of some ends; None stands for "until it was read" and wins."""
    return (
        None
        if any(instant is None for instant in instants)
        else max(instant for instant in instants if instant is not None)
    )


def faults_of(reads: Iterable[FileRead]) -> list[str]:
    """Return what was wrong with whole files, each with its name."""
    return [f"{read.file}: {read.fault}" for read in reads if read.fault]
