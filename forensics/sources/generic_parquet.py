"""Cuts a Parquet file into chunks of rows (format: https://parquet.apache.org/docs/file-format/)."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from forensics.evidence.records import Reject
from forensics.sources.generic_chunks import ROWS, Account, CheckNames, Rows, is_told_apart
from forensics.sources.opening import EvidenceFile, open_regular


def parquet_chunks(evidence: EvidenceFile, account: Account, check: CheckNames) -> Iterator[Rows | Reject]:
    """Yield the rows of a Parquet file as far as it is sound.

    Raises:
        OSError: the file cannot be opened, or is no regular file.
    """
    import pyarrow
    import pyarrow.parquet

    for _ in evidence.blocks():
        pass  # only to hash it: a Parquet file is read from its end
    with os.fdopen(open_regular(evidence.path), "rb") as raw:
        try:
            yield from _chunks(pyarrow.parquet.ParquetFile(raw), account, check)
        except (pyarrow.ArrowException, OSError, ValueError) as error:
            account.fault = f"damaged Parquet file: {str(error).partition(chr(10))[0][:200] or 'no reason given'}"


def _chunks(table: Any, account: Account, check: CheckNames) -> Iterator[Rows]:
    names = table.schema_arrow.names
    if not (is_told_apart(names, account) and check(names)):
        return
    for batch in table.iter_batches(batch_size=ROWS):
        first, account.records = account.records + 1, account.records + len(batch)
        yield Rows(range(first, account.records + 1), {name: _values(batch.column(name)) for name in names})


def _values(column: Any) -> list[Any]:
    """Return a column as plain values: times as ISO 8601, in UTC where the column has a zone, else bare."""
    from pyarrow import types

    kind = column.type
    if types.is_timestamp(kind) or types.is_date(kind):
        return _written_times(column)
    values: list[Any] = column.to_pylist()
    is_plain = types.is_integer(kind) or types.is_boolean(kind) or types.is_string(kind) or types.is_large_string(kind)
    return values if is_plain else [_plain(value) for value in values]


def _written_times(column: Any) -> list[str | None]:
    import pyarrow

    suffix = "Z" if getattr(column.type, "tz", None) else ""
    if suffix:  # the number behind is UTC; a column without a zone is written as that number says
        column = column.cast(pyarrow.int64()).cast(pyarrow.timestamp(column.type.unit))
    texts = column.cast(pyarrow.string()).to_pylist()
    return [None if text is None else _short(text) + suffix for text in texts]


def _short(text: str) -> str:
    """Return a time without a fraction of nothing but zeros, or with three or six digits of it where that says all."""
    if "." not in text:
        return text
    return text.removesuffix("000000").removesuffix("000").removesuffix(".")


def _plain(value: Any) -> Any:
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return value if math.isfinite(value) else None
        case timedelta():
            return value.total_seconds()
        case bytes():
            return value.decode("utf-8", "backslashreplace")
        case dict():
            return {str(key): _plain(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_plain(inner) for inner in value]
    return str(value)
