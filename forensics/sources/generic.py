"""Reads evidence of any lane from JSON Lines, CSV and Parquet files whose columns a config explains.

Who writes these files is for the config to say: ``lane`` tells what they hold, ``columns`` says for our
names what theirs are (dots reach into objects), ``events`` does so for words. A name of ours that is not
mentioned is looked for as it is. None of the three is ever recognised by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import ClassVar

from forensics.config import LANE_COLUMNS
from forensics.evidence.records import FileRead, Reject, Yielded
from forensics.sources.base import ReadOptions
from forensics.sources.generic_chunks import Account, CheckNames, Chunk
from forensics.sources.generic_columns import LaneReader
from forensics.sources.generic_csv import csv_chunks
from forensics.sources.generic_parquet import parquet_chunks
from forensics.sources.opening import EvidenceFile
from forensics.sources.paths import shown
from forensics.sources.presets import json_records

LANES = tuple(LANE_COLUMNS)
BLIND_SPOT = "tells only what its columns say; before its oldest and after its newest record it tells nothing"

Cut = Callable[[EvidenceFile, Account, CheckNames], Iterator[Chunk | Reject]]


class Generic:
    """What the three have in common: which lane a file belongs to must be said, and how it is cut is each one's own."""

    kind: ClassVar[str]
    lanes: ClassVar[tuple[str, ...]] = LANES
    blind_spot: ClassVar[str] = BLIND_SPOT
    is_live: ClassVar[bool] = False
    is_log: ClassVar[bool] = True

    def detect(self, path: Path) -> bool:
        """Return False: which lane such a file belongs to must be said."""
        return False

    def read(self, path: Path, options: ReadOptions) -> Iterator[Yielded]:
        """Yield the records of the lane that the options name.

        Raises:
            OSError: the path itself cannot be opened.
        """
        return read_lane(path, options, self.cut(options))

    def cut(self, options: ReadOptions) -> Cut:
        """Return how a file is cut into records."""
        raise NotImplementedError


class JsonLines(Generic):
    """One JSON object a line, or one document with a list of them inside."""

    kind = "jsonl"

    def cut(self, options: ReadOptions) -> Cut:
        """Return how JSON is cut, by the preset where one is named."""
        return json_records(options)


class Csv(Generic):
    """Comma-separated values with a header."""

    kind = "csv"

    def cut(self, options: ReadOptions) -> Cut:
        """Return how CSV is cut."""
        return csv_chunks


class Parquet(Generic):
    """A Parquet file."""

    kind = "parquet"

    def cut(self, options: ReadOptions) -> Cut:
        """Return how Parquet is cut."""
        return parquet_chunks


def read_lane(path: Path, options: ReadOptions, cut: Cut) -> Iterator[Yielded]:
    """Yield what a file holds for one lane, then its account.

    Raises:
        OSError: the file cannot be opened, or is no regular file.
    """
    account, evidence = Account(shown(str(path))), EvidenceFile(path)
    if options.lane not in LANES:
        yield FileRead(account.file, 0, fault=f"nothing says what it holds: lane is one of {', '.join(LANES)}")
        return
    reader = LaneReader(account, options.lane, options)
    for each in cut(evidence, account, reader.knows_columns):
        if isinstance(each, Reject):
            yield each
        else:
            yield from reader.read(each)
    yield FileRead(
        account.file,
        account.records,
        sha256=evidence.sha256,
        covers=reader.covers(),
        newest=reader.newest,
        modified=evidence.modified,
        fault=evidence.fault or account.fault,
        skipped=dict(account.skipped),
        hosts=frozenset(reader.hosts),
        job_spans=reader.job_spans(),
    )
