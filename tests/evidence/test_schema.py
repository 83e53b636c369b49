"""A frame says itself where it breaks its type."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forensics.evidence.schema import NAT, PANDAS, Column, Frame, instants, nanoseconds

FRAME = Frame(
    "things",
    (
        Column("at", "instant", True, "when"),
        Column("name", "text", False, "who"),
        Column("count", "integer", False, "how many"),
        Column("share", "number", True, "how much"),
        Column("is_done", "flag", False, "whether"),
        Column("more", "object", True, "what else"),
    ),
)
VALUES = {"at": [0, None], "name": ["a", "b"], "count": [1, 2], "share": [0.5, float("nan")], "is_done": [True, False]}


def problems(frame: pd.DataFrame) -> list[tuple[str, int, str]]:
    return list(FRAME.violations(frame).itertuples(index=False, name=None))


def test_frame_that_was_built_breaks_nothing() -> None:
    assert problems(FRAME.build(VALUES, 2)) == []


def test_empty_frame_breaks_nothing_and_has_every_column() -> None:
    assert problems(FRAME.empty()) == []
    assert list(FRAME.empty()) == [column.name for column in FRAME.columns]


def test_columns_left_out_are_null() -> None:
    built = FRAME.build({"name": ["a"]}, 1)
    assert built[["at", "share", "more"]].isna().all(axis=None)
    assert (built["count"].tolist(), built["is_done"].tolist()) == ([0], [False])


def test_null_where_none_may_be_is_told_by_row() -> None:
    assert problems(FRAME.build({**VALUES, "name": ["a", None]}, 2)) == [("name", 1, "null")]


def test_every_violation_is_told_at_once() -> None:
    broken = FRAME.build({**VALUES, "name": [None, None]}, 2).drop(columns="count").astype({"share": "str"})
    assert problems(broken) == [
        ("name", 0, "null"),
        ("name", 1, "null"),
        ("count", -1, "column is missing"),
        ("share", -1, "dtype is str"),
    ]


@pytest.mark.parametrize("dtype", sorted(PANDAS))
def test_built_column_has_its_dtype_even_without_rows(dtype: str) -> None:
    frame = Frame("one", (Column("x", dtype, True, ""),))  # type: ignore[arg-type]
    assert str(frame.empty()["x"].dtype) == PANDAS[dtype]  # type: ignore[index]


@given(st.lists(st.none() | st.integers(0, 2**62), max_size=8))
def test_instants_come_back_to_the_nanosecond(values: list[int | None]) -> None:
    column = pd.Series(instants(values, len(values)))
    assert nanoseconds(column).tolist() == [NAT if value is None else value for value in values]


def test_instants_are_utc_to_the_nanosecond_from_arrays_too() -> None:
    column = instants(np.array([1, NAT], dtype=np.int64), 2)
    assert str(column.dtype) == PANDAS["instant"]
    assert column.isna().tolist() == [False, True]
