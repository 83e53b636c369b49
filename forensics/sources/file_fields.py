"""Reads times from inside the files of a tree: a ``path#field`` pattern gives rows with that very path.

The files are JSON, an array of objects, JSON lines, or CSV with a header. Each field of each record
counts for one in the account of its file.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from forensics.evidence.records import FileRead, Reject, Yielded, clipped
from forensics.sources.base import ReadOptions
from forensics.sources.field_records import Broken, Left, records_of, values_at
from forensics.sources.json_values import legible
from forensics.sources.listing import Row, artifacts, columns_of
from forensics.sources.opening import EvidenceFile
from forensics.sources.paths import shown
from forensics.timeline import any_instant

NAMES = ("record", "at", "path", "size", "is_folder", "time_text")
PLACEHOLDER = re.compile(r"\{[^{}]*\}")
ANY_DEPTH = "**"
ROWS_AT_ONCE = 50_000


@dataclass(frozen=True)
class FieldPattern:
    """A ``path#field`` pattern: the globs of the path's parts, and the field."""

    parts: tuple[str, ...]
    field: str


def field_patterns(written: Iterable[str]) -> tuple[FieldPattern, ...]:
    """Return the patterns that name a field; dates in braces stand for anything."""
    split = [text.partition("#") for text in written]
    return tuple(FieldPattern(globs(place), field) for place, _, field in split if field)


def globs(place: str) -> tuple[str, ...]:
    """Return the globs of a path's parts."""
    open_place = PLACEHOLDER.sub(lambda found: "/".join("*" * (found[0].count("/") + 1)), place)
    return tuple(open_place.strip("/").split("/"))


def fields_in(path: str, patterns: Sequence[FieldPattern]) -> tuple[str, ...]:
    """Return the fields that are to be read from the file at a relative path."""
    parts = path.split("/")
    return tuple(dict.fromkeys(pattern.field for pattern in patterns if fits(parts, pattern.parts)))


def fits(parts: Sequence[str], patterns: Sequence[str]) -> bool:
    """Return whether a path fits globs part by part; ``**`` stands for any number of parts."""
    if ANY_DEPTH not in patterns:
        return len(parts) == len(patterns) and all(map(fnmatchcase, parts, patterns))
    states = past_any_depth({0}, patterns)
    for part in parts:
        going_on = [state for state in states if state < len(patterns) and fnmatchcase(part, patterns[state])]
        states = past_any_depth({state + (patterns[state] != ANY_DEPTH) for state in going_on}, patterns)
    return len(patterns) in states


def past_any_depth(states: set[int], patterns: Sequence[str]) -> set[int]:
    """Return the states, and those behind each ``**`` that may stand for nothing."""
    reached = set(states)
    for state, pattern in enumerate(patterns):
        if pattern == ANY_DEPTH and state in reached:
            reached.add(state + 1)
    return reached


def read_fields(path: Path, relative: str, fields: Sequence[str], size: int, options: ReadOptions) -> Iterator[Yielded]:
    """Yield the times in some fields of one file, then its account."""
    evidence, file = EvidenceFile(path), shown(str(path))
    skipped, rows, count, newest = Counter[str](), list[Row](), 0, None
    for record, field, value in cells(evidence, path.name, fields):
        count += 1
        if isinstance(value, Left):
            skipped[value.reason] += 1
            continue
        at = instant_of(value, options)
        if isinstance(at, Broken):
            yield Reject(file, record, at.reason, at.text)
            continue
        newest = max(at, newest or at) if at <= options.now else newest
        rows.append((record, at, f"{relative}#{field}", size, False, text_of(value)))
        if len(rows) == ROWS_AT_ONCE:
            yield artifacts(file, columns_of(NAMES, rows), options)
            rows = []
    if rows:
        yield artifacts(file, columns_of(NAMES, rows), options)
    yield FileRead(
        file,
        count,
        sha256=evidence.sha256,
        covers=(None, None),
        newest=newest,
        modified=evidence.modified,
        fault=evidence.fault,
        skipped=dict(skipped),
    )


def cells(evidence: EvidenceFile, name: str, fields: Sequence[str]) -> Iterator[tuple[int, str, object]]:
    """Yield (record, field, value) for every value of every field; a file that cannot be opened sets its fault."""
    try:
        for record, holds in records_of(evidence, name):
            if isinstance(holds, Broken | Left):
                yield record, "", holds
                continue
            for field in fields:
                values = [
                    value if value not in (None, "") else Left("empty field") for value in values_at(holds, field)
                ]
                for value in values or [Left("without the field")]:
                    yield record, field, value
    except OSError as error:
        evidence.fault = f"cannot be opened: {error.strerror}"


def instant_of(value: object, options: ReadOptions) -> int | Broken:
    """Return the instant that a value stands for."""
    if isinstance(value, Broken):
        return value
    try:
        return any_instant(value, options.timezone)
    except ValueError:
        return Broken("the field holds no time", text_of(value))


def text_of(value: object) -> str:
    """Return a value as text that can be written out again."""
    return legible(clipped(str(value)))
