"""Columns of events as JSON lines, column by column: what many lines share is written out once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from forensics.evidence.paired import NAT, Ints
from forensics.evidence.schema import Column, Frame, nanoseconds
from forensics.report.columns import numbers
from forensics.report.machine import ENCODER
from forensics.report.machine_values import clean_all, plain
from forensics.untrusted import clipped

LONGEST = 8_000  # signs of a text; as UTF-8 below 32,766 bytes, beyond which Timesketch's index keeps no term
LARGEST = 2.0**53  # beyond, a float is no exact count, and soon too large for the index
WHOLE = ("exit_code", "size")
LINES_AT_ONCE = 4_000  # what is written together stays in the processor's cache: twice as fast as all at once
TOLD_ELSEWHERE = frozenset({"at", "job", "source", "file", "record"})


def own_fields(frame: Frame, rows: pd.DataFrame) -> dict[str, list[Any]]:
    """Return the columns that a frame of evidence has of its own, as plain values; the job as the source spells it."""
    own = {column.name: values_of(column, rows) for column in frame.columns if column.name not in TOLD_ELSEWHERE}
    return {**own, "job_as_written": clean_texts(rows["job"])}


def values_of(column: Column, rows: pd.DataFrame) -> list[Any]:
    """Return one column as JSON has it, None where null."""
    values = rows[column.name]
    match column.dtype:
        case "text":
            return clean_texts(values)
        case "instant":
            return moments(nanoseconds(values))
        case "number":
            return whole_numbers(values) if column.name in WHOLE else numbers(values.round(3))
        case "object":
            return attribute_texts(values.tolist())
        case _:
            return values.tolist()


def clean_texts(values: pd.Series[Any]) -> list[str | None]:
    """Return a column of texts redacted, each different one once, and none too long."""
    codes, known = pd.factorize(values)
    return picked([clipped(text or "", LONGEST) for text in clean_all(known.tolist())], codes)


def picked(values: Sequence[Any], places: np.ndarray[Any, Any]) -> list[Any]:
    """Return the value at each place, None at place -1."""
    found: list[Any] = np.array([*values, None], dtype=object)[places].tolist()
    return found


def moments(at: Ints) -> list[str | None]:
    """Return instants in UTC with six digits behind the seconds, None where there is none."""
    stamps = np.datetime_as_string((at // 1000).view("datetime64[us]")).tolist()
    return [f"{text}Z" if known else None for text, known in zip(stamps, (at != NAT).tolist(), strict=True)]


def whole_numbers(values: pd.Series[Any]) -> list[int | None]:
    """Return a column of counts, None where there is none."""
    return [None if number is None or abs(number) > LARGEST else int(number) for number in numbers(values)]


def attribute_texts(values: list[Any]) -> list[str | None]:
    """Return attributes as one JSON text each: as fields of their own they would be without number and type."""
    told = [ENCODER.encode(plain(value)) if value else None for value in values]
    return [None if text is None else clipped(text, LONGEST) for text in clean_all(told)]


def lines_of(fields: dict[str, list[Any]]) -> list[str]:
    """Return a JSON object a line, of columns of one length."""
    length = min(map(len, fields.values()))
    blocks = (slice(start, start + LINES_AT_ONCE) for start in range(0, length, LINES_AT_ONCE))
    return [line for block in blocks for line in block_of_lines({name: each[block] for name, each in fields.items()})]


def block_of_lines(fields: dict[str, list[Any]]) -> list[str]:
    """Return some lines; the first field is never None."""
    told = [fragments(name, values) for name, values in fields.items()]
    return [f"{{{''.join(parts)[2:]}}}\n" for parts in zip(*told, strict=True)]


def fragments(name: str, values: list[Any]) -> list[str]:
    """Return a field of every line as it is written there, nothing where it has none."""
    lead = f", {ENCODER.encode(name)}: "
    known = {value: lead + (str(value) if type(value) is int else ENCODER.encode(value)) for value in set(values)}
    known[None] = ""
    return [known[value] for value in values]
