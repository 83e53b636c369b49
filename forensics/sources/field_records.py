"""Takes a JSON, JSON lines or CSV file apart into records, and finds the values of a field in them."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain

from forensics.evidence.records import clipped
from forensics.sources.json_values import bounded_integer, decoded
from forensics.sources.listing import BLANK, INCOMPLETE, OVERLONG, cleaned, excerpt
from forensics.sources.opening import LINE_LIMIT, EvidenceFile

CSV_SUFFIXES = (".csv", ".tsv")
LINE_SUFFIXES = (".jsonl", ".ndjson", ".log")
DELIMITERS = ",;\t"
DOCUMENT_LIMIT = 64 << 20


@dataclass(frozen=True, slots=True)
class Broken:
    """What could not be read: why, and how it begins."""

    reason: str
    text: str


@dataclass(frozen=True, slots=True)
class Left:
    """What was read and holds no time: why."""

    reason: str


Record = tuple[int, object]
"""The number of a record, and what it holds: a JSON value, a mapping of columns, a ``Broken`` or a ``Left``."""


def records_of(evidence: EvidenceFile, name: str) -> Iterator[Record]:
    """Yield the records of a file; what kind of file it is its name tells, else its content.

    Raises:
        OSError: it cannot be opened, or is no regular file.
    """
    if name.lower().endswith(CSV_SUFFIXES):
        return csv_records(evidence)
    if name.lower().endswith(LINE_SUFFIXES):
        return line_records(evidence)
    return document_records(evidence)


def line_records(evidence: EvidenceFile) -> Iterator[Record]:
    """Yield the JSON value of every line; a half-written last line is left, unless nothing else could be read.

    Raises:
        OSError: it cannot be opened, or is no regular file.
    """
    readable = False
    for first, lines in cleaned(evidence):
        for record, line in enumerate(lines, first):
            holds = line_value(line)
            if isinstance(holds, Broken) and evidence.ends_open and readable:
                holds = Left(INCOMPLETE)
            readable = readable or not isinstance(holds, Broken | Left)
            yield record, holds


def line_value(line: bytes) -> object:
    """Return the JSON value of a line."""
    if not line.strip():
        return Left(BLANK)
    if len(line) >= LINE_LIMIT:
        return Broken(OVERLONG, excerpt(line))
    return json_value(line)


def json_value(content: bytes) -> object:
    """Return the value of a JSON text, its fractions exact; Broken for what is none, NaN and Infinity included."""
    try:
        return json.loads(
            decoded(content), parse_float=Decimal, parse_int=bounded_integer, parse_constant=refuse_constant
        )
    except (ValueError, ArithmeticError, RecursionError) as error:
        return Broken(f"no JSON: {clipped(str(error))}", excerpt(content))


def refuse_constant(name: str) -> float:
    """Refuse what JSON does not have.

    Raises:
        ValueError: always.
    """
    raise ValueError(f"{name} is no JSON number")


def document_records(evidence: EvidenceFile) -> Iterator[Record]:
    """Yield a JSON document, or each element if it is an array, or each line if it turns out to be JSON lines.

    Raises:
        OSError: it cannot be opened, or is no regular file.
    """
    blocks, size = [], 0
    for block in evidence.blocks():
        blocks.append(block)
        size += len(block)
        if size > DOCUMENT_LIMIT:
            evidence.fault = f"abandoned: one JSON document of more than {DOCUMENT_LIMIT >> 20} MiB"
            return
    content = b"".join(blocks)
    holds = json_value(content)
    first_line = content.partition(b"\n")[0]
    if isinstance(holds, Broken) and not isinstance(json_value(first_line), Broken):
        yield from line_records(EvidenceFile(evidence.path))
    elif isinstance(holds, list):
        yield from enumerate(holds, 1)
    elif content.strip():
        yield 1, holds


def csv_records(evidence: EvidenceFile) -> Iterator[Record]:
    """Yield the rows of a CSV file as mappings of its header, which is record 1; a row may span lines.

    Raises:
        OSError: it cannot be opened, or is no regular file.
    """
    texts = csv_lines(evidence)
    top = next(texts, "")
    delimiter = max(DELIMITERS, key=top.count)
    header: list[str] | None = None
    for record, row in enumerate(csv_rows(chain([top], texts), delimiter), 1):
        if isinstance(row, Broken):
            yield record, row
        elif header is None and row:
            header = row
            yield record, Left("header")
        else:
            yield record, csv_value(header or [], row)


def csv_rows(texts: Iterator[str], delimiter: str) -> Iterator[list[str] | Broken]:
    """Yield the rows of CSV text, and what is none."""
    rows = csv.reader(texts, delimiter=delimiter)
    while True:
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield Broken(f"no CSV: {error}", "")
        else:
            yield row


def csv_lines(evidence: EvidenceFile) -> Iterator[str]:
    """Yield the lines of a file as text with their line ends.

    Raises:
        OSError: it cannot be opened, or is no regular file.
    """
    for _, lines in cleaned(evidence):
        for line in lines:
            yield line.decode("utf-8", "backslashreplace") + "\n"


def csv_value(header: list[str], row: list[str]) -> object:
    """Return a row by the names of its columns."""
    if not row:
        return Left(BLANK)
    if len(row) < len(header):
        return Broken("fewer columns than the header", clipped(",".join(row)))
    return dict(zip(header, row, strict=False))


def values_at(holds: object, dotted: str) -> Iterator[object]:
    """Yield what stands at a dotted field, through arrays too; a key that holds dots itself is tried first."""
    waiting: list[tuple[object, str]] = [(holds, dotted)]
    while waiting:
        value, keys = waiting.pop()
        if isinstance(value, list):
            waiting.extend((each, keys) for each in reversed(value))
        elif not keys:
            yield value
        elif isinstance(value, dict):
            head, _, rest = keys.partition(".")
            if keys in value:
                waiting.append((value[keys], ""))
            elif rest and head in value:
                waiting.append((value[head], rest))
