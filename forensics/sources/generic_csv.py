"""Cuts CSV into chunks of rows, as RFC 4180 has it: record 1 is the header; a tab or ``;`` may part the fields."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from io import StringIO
from itertools import chain, islice
from typing import NamedTuple

from forensics.evidence.records import Reject, clipped
from forensics.sources.generic_chunks import ROWS, Account, CheckNames, Rows, clean_lines, is_told_apart
from forensics.sources.listing import BLANK, INCOMPLETE, OVERLONG, excerpt
from forensics.sources.opening import LINE_LIMIT, EvidenceFile

HEADER = "header"
DELIMITERS = ",;\t"
# A line that was cut at the limit must not pass for a sound row: this stands in its place.
SURELY_BROKEN = b'"x"x'


class CsvRows:
    """Reads rows out of a file's lines, and knows the line that was taken last."""

    def __init__(self, evidence: EvidenceFile, account: Account) -> None:
        self._chunks = clean_lines(evidence, account)
        self._first = 1
        self._lines: list[bytes] = []
        lines = chain.from_iterable(self._texts())
        start = list(islice(lines, 1))
        delimiter = max(DELIMITERS, key="".join(start).count)
        self._reader = csv.reader(chain(start, lines), delimiter=delimiter, skipinitialspace=True, strict=True)

    def _texts(self) -> Iterator[StringIO]:
        """Yield many lines at a time; they end at line feeds alone."""
        for first, lines in self._chunks:
            self._first, self._lines = first, lines
            if max(map(len, lines)) >= LINE_LIMIT:
                lines = [SURELY_BROKEN if len(line) >= LINE_LIMIT else line for line in lines]
            yield StringIO(b"\n".join([*lines, b""]).decode("utf-8", "backslashreplace"), newline="\n")

    def __iter__(self) -> Iterator[list[str]]:
        """Return the csv module's own reader; it goes on after an error."""
        return self._reader

    def line(self) -> bytes:
        """Return the line that was taken last."""
        return self._lines[self._reader.line_num - self._first]


class Block(NamedTuple):
    """Rows that follow each other, and what is wrong with the record after them, if that is why they end."""

    first: int
    rows: list[list[str]]
    fault: str | None
    line: bytes


def csv_chunks(evidence: EvidenceFile, account: Account, check: CheckNames) -> Iterator[Rows | Reject]:
    """Yield the rows of a CSV file.

    Raises:
        OSError: the file cannot be opened, or is no regular file.
    """
    reader = CsvRows(evidence, account)
    names = _header(reader, account)
    if names and is_told_apart(names, account) and check(names):
        for block in _blocks(reader, account):
            yield from _checked(block, names, evidence, account)


def _header(reader: CsvRows, account: Account) -> list[str]:
    """Return the names of the columns; none where the file is empty or its header cannot be read."""
    try:
        for row in reader:
            account.records += 1
            account.skipped[HEADER if any(row) else BLANK] += 1
            if any(row):
                return [name.strip() for name in row]
    except csv.Error as error:
        account.fault = f"the header cannot be read: {error}"
    return []


def _blocks(reader: CsvRows, account: Account) -> Iterator[Block]:
    is_done = False
    while not is_done:
        rows: list[list[str]] = []
        fault, line = None, b""
        try:
            for row in islice(reader, ROWS):
                rows.append(row)
        except csv.Error as error:
            fault, line = str(error), reader.line()
        is_done = fault is None and len(rows) < ROWS
        first, account.records = account.records + 1, account.records + len(rows) + (fault is not None)
        yield Block(first, rows, fault, line)


def _checked(block: Block, names: Sequence[str], evidence: EvidenceFile, account: Account) -> Iterator[Rows | Reject]:
    """Yield the rows that have as many fields as the header; blank ones are counted, all others are rejects."""
    numbers: Sequence[int] = range(block.first, block.first + len(block.rows))
    rows = block.rows
    if any(len(row) != len(names) or not row[0] for row in rows):
        odd = {index for index, row in enumerate(rows) if len(row) != len(names) or not any(row)}
        blank = {index for index in odd if not any(rows[index])}
        account.skipped[BLANK] += len(blank)
        for index in sorted(odd - blank):
            is_last = evidence.ends_open and not block.fault and index == len(rows) - 1
            reason = INCOMPLETE if is_last else f"{len(rows[index])} fields where the header has {len(names)}"
            yield Reject(account.file, block.first + index, reason, clipped(",".join(rows[index])))
        numbers = [number for index, number in enumerate(numbers) if index not in odd]
        rows = [row for index, row in enumerate(rows) if index not in odd]
    if rows:
        yield Rows(numbers, dict(zip(names, zip(*rows, strict=True), strict=True)))
    if block.fault:
        yield Reject(account.file, block.first + len(block.rows), _why(block, evidence), excerpt(block.line))


def _why(block: Block, evidence: EvidenceFile) -> str:
    if len(block.line) >= LINE_LIMIT:
        return OVERLONG
    if evidence.ends_open:
        return INCOMPLETE
    return "a quote is never closed" if block.fault == "unexpected end of data" else f"not CSV: {block.fault}"
