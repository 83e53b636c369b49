"""What a frame is: named columns of one dtype each, checked all at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
import pyarrow as pa

DType = Literal["instant", "text", "integer", "number", "flag", "object"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, dtype, whether it may be null, and what it means."""

    name: str
    dtype: DType
    nullable: bool
    meaning: str


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame: its columns in order."""

    name: str
    columns: tuple[Column, ...]

    def build(self, values: Mapping[str, Sequence[Any] | np.ndarray[Any, Any]], length: int) -> pd.DataFrame:
        """Return a frame of this type from sequences by name; names left out are null."""
        return pd.DataFrame(
            {column.name: series(values.get(column.name), column, length) for column in self.columns},
            index=pd.RangeIndex(length),
        )

    def empty(self) -> pd.DataFrame:
        """Return a frame of this type with no rows."""
        return self.build({}, 0)

    def violations(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return every violation of this type in a frame as rows (column, row, problem)."""
        found: list[tuple[str, int, str]] = []
        for column in self.columns:
            if column.name not in frame:
                found.append((column.name, -1, "column is missing"))
            elif str(frame[column.name].dtype) != PANDAS[column.dtype]:
                found.append((column.name, -1, f"dtype is {frame[column.name].dtype}"))
            elif not column.nullable:
                nulls = np.flatnonzero(frame[column.name].isna().to_numpy())
                found.extend((column.name, int(row), "null") for row in nulls)
        return pd.DataFrame(found, columns=["column", "row", "problem"])


PANDAS: dict[DType, str] = {
    "instant": "datetime64[ns, UTC]",
    "text": "str",
    "integer": "int64",
    "number": "float64",
    "flag": "bool",
    "object": "object",
}
_EMPTY: dict[DType, Any] = {"integer": 0, "number": np.nan, "flag": False}
NAT = np.iinfo(np.int64).min
TEXT = pd.StringDtype("pyarrow", na_value=np.nan)


def series(values: Sequence[Any] | np.ndarray[Any, Any] | None, column: Column, length: int) -> pd.Series[Any]:
    """Return one column as a Series of its dtype; instants come as int ns, None where unknown."""
    match column.dtype:
        case "instant":
            return pd.Series(instants(values, length))
        case "text":
            return pd.Series(TEXT.__from_arrow__(words(values, length)), dtype=TEXT)  # type: ignore[attr-defined]
        case "object":
            return pd.Series([None] * length if values is None else list(values), dtype="object")
        case numeric:
            filled = np.full(length, _EMPTY[numeric]) if values is None else values
            return pd.Series(np.asarray(filled, dtype=PANDAS[numeric]))


def words(values: Sequence[Any] | np.ndarray[Any, Any] | None, length: int) -> pa.Array:
    """Return text, None where unknown, as Arrow keeps it for pandas, which would look at each value first."""
    return pa.nulls(length, pa.large_string()) if values is None else pa.array(values, pa.large_string())


def instants(values: Sequence[Any] | np.ndarray[Any, Any] | None, length: int) -> pd.DatetimeIndex:
    """Return UTC instants from ints in ns since the epoch; None or the smallest int is NaT."""
    if values is None:
        stamps = np.full(length, NAT, dtype=np.int64)
    elif isinstance(values, np.ndarray):
        stamps = values.astype(np.int64, copy=False)
    else:
        stamps = np.array([NAT if value is None else value for value in values], dtype=np.int64)
    return pd.DatetimeIndex(stamps.view("datetime64[ns]")).tz_localize("UTC")


def nanoseconds(instants: pd.Series[Any]) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Return a column of instants as int ns since the epoch, the smallest int where there is none."""
    return np.asarray(instants.dt.tz_localize(None).to_numpy(dtype="datetime64[ns]").view(np.int64))
