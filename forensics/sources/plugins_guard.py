"""Stands between a reader from elsewhere and the evidence: what it yields is checked, what it raises is a fault.

Columns and their types are those of ``evidence.frames``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from forensics.config import LANE_WORDS
from forensics.evidence.records import Batch, FileRead, Kept, Reject, Yielded
from forensics.sources.base import ReadOptions, Source
from forensics.sources.paths import shown as as_text
from forensics.timeline import shown

TABLES = ("triggers", "lifecycle", "notifications", "artifacts", "beats")
NUMBERS = frozenset({"exit_code", "duration_seconds", "size", "interval_seconds", "inode"})
NEEDED = {"artifacts": ("path",), "beats": ("path",), "triggers": ("event",), "lifecycle": ("event",)}
Types = tuple[frozenset[type], str]
INSTANTS: Types = frozenset({int, type(None)}), "int nanoseconds since the epoch, or None"
RECORDS: Types = frozenset({int}), "the number of a record, from 1"
FLAGS: Types = frozenset({bool}), "True or False"
AMOUNTS: Types = frozenset({int, float, type(None)}), "numbers, or None"
MAPPINGS: Types = frozenset({dict, type(None)}), "a dict, or None"
TEXTS: Types = frozenset({str, type(None)}), "str, or None"


class Unfit(Exception):
    """Something that a reader may not yield: why."""


class Guarded:
    """A reader from elsewhere that can neither end a report nor put into it what does not belong there."""

    def __init__(self, source: Source, origin: str) -> None:
        self.kind = source.kind
        self.lanes = source.lanes
        self.blind_spot = source.blind_spot
        self.is_live = source.is_live
        self.is_log = source.is_log
        self.origin = origin
        self._source = source

    def detect(self, path: Path) -> bool:
        """Return False: readers from elsewhere are named, never guessed."""
        return False

    def read(self, path: Path, options: ReadOptions) -> Iterator[Yielded]:
        """Yield what the reader yields; what it does wrong is a fault of the file.

        Raises:
            OSError: the path itself cannot be opened.
        """
        count, is_told, fault = 0, False, None
        try:
            for each in self._source.read(path, options):
                check(each, self.lanes)
                count = 0 if isinstance(each, FileRead) else count + size(each)
                is_told = is_told or isinstance(each, FileRead)
                yield each
        except OSError:
            raise
        except Unfit as error:
            fault = f"yields what does not fit: {error}"
        except Exception as error:  # noqa: BLE001 - foreign code may raise anything, and ends no report
            fault = f"failed with {type(error).__name__}: {shown(str(error), 200)}"
        if fault is None and not is_told:
            fault = "gave no account: a FileRead is due after the last batch of a file"
        if fault is not None:
            told = f"the reader {self.kind} of {self.origin} {fault} - update it, or tell its authors"
            yield FileRead(as_text(str(path)), count, fault=told)


def size(each: object) -> int:
    """Return how many records something accounts for."""
    return len(each) if isinstance(each, Batch) else int(isinstance(each, Reject))


def check(each: object, lanes: Sequence[str]) -> None:
    """Refuse what a reader may not yield.

    Raises:
        Unfit: it is such.
    """
    if isinstance(each, Batch):
        check_batch(each, lanes)
    elif not isinstance(each, Reject | FileRead | Kept):
        raise Unfit(f"a {type(each).__name__}, not a Batch, a Reject or a FileRead")


def check_batch(batch: Batch, lanes: Sequence[str]) -> None:
    """Refuse a batch that cannot be laid into its frame.

    Raises:
        Unfit: it is such.
    """
    if batch.table not in lanes:
        raise Unfit(f"rows of {shown(str(batch.table))}, which is none of its lanes")
    lengths = {name: len(values) for name, values in batch.columns.items()}
    missing = [name for name in ("record", "at", *NEEDED.get(batch.table, ())) if name not in lengths]
    if missing:
        raise Unfit(f"{batch.table} without the column {', '.join(missing)}")
    if len(set(lengths.values())) > 1:
        raise Unfit(f"{batch.table} whose columns differ in length: {lengths}")
    for name, values in batch.columns.items():
        check_types(f"{batch.table}.{name}", name, values)
    check_words(batch.table, batch.columns)


def check_types(called: str, name: str, values: Sequence[Any]) -> None:
    """Refuse a column with values of a type that is not its own.

    Raises:
        Unfit: it has such.
    """
    allowed, meaning = types_of(name)
    strange = set(map(type, values)) - allowed
    if strange or (name == "record" and any(number < 1 for number in values)):
        came = ", ".join(sorted(each.__name__ for each in strange)) or "a number below 1"
        raise Unfit(f"{called} holds {came}: it is to hold {meaning}")


def types_of(name: str) -> Types:
    """Return of which types the values of a column are."""
    if name == "at" or name.endswith("_at"):
        return INSTANTS
    if name.startswith("is_"):
        return FLAGS
    special = {"record": RECORDS, "attributes": MAPPINGS, **dict.fromkeys(NUMBERS, AMOUNTS)}
    return special.get(name, TEXTS)


def check_words(table: str, columns: Mapping[str, Sequence[Any]]) -> None:
    """Refuse events that are none of ours, and rows without what they need.

    Raises:
        Unfit: there are such.
    """
    for name in NEEDED.get(table, ()):
        if None in columns[name]:
            raise Unfit(f"{table}.{name} holds None: every row needs one")
    known = LANE_WORDS.get(table)
    name = "claim" if table == "notifications" else "event"
    strange = sorted(set(columns.get(name, ())) - {None, *known}) if known else []
    if strange:
        raise Unfit(f"{table}.{name} holds {shown(strange[0])}: one of {', '.join(known or ())}")
