"""A column name means one thing everywhere."""

from __future__ import annotations

from collections import defaultdict

import pytest

from forensics.evidence.frames import ALL, BY_LANE, EVIDENCE, PROVENANCE
from forensics.evidence.intake import Evidence
from forensics.evidence.schema import Frame
from forensics.verdicts import Lane


def test_column_has_one_dtype_in_every_frame() -> None:
    dtypes = defaultdict(set)
    for frame in ALL:
        for column in frame.columns:
            dtypes[column.name].add(column.dtype)
    assert {name: found for name, found in dtypes.items() if len(found) > 1} == {}


def test_instants_are_called_so_and_nothing_else_is() -> None:
    for column in (column for frame in ALL for column in frame.columns):
        is_instant = column.name == "at" or column.name.endswith("_at")
        assert is_instant == (column.dtype == "instant"), column.name


def test_flags_read_as_questions() -> None:
    flags = {column.name for frame in ALL for column in frame.columns if column.dtype == "flag"}
    assert {name for name in flags if not name.startswith(("is_", "in_", "has_"))} == {"configured"}


@pytest.mark.parametrize("frame", EVIDENCE, ids=lambda frame: frame.name)
def test_evidence_says_where_it_was_read(frame: Frame) -> None:
    assert set(PROVENANCE) <= set(frame.columns)


@pytest.mark.parametrize("frame", ALL, ids=lambda frame: frame.name)
def test_names_of_columns_are_unique_and_explained(frame: Frame) -> None:
    names = [column.name for column in frame.columns]
    assert len(set(names)) == len(names)
    assert all(column.meaning for column in frame.columns)


def test_each_lane_has_its_frame() -> None:
    assert {lane: frame.name for lane, frame in BY_LANE.items()} == {lane: lane.value for lane in Lane}


def test_evidence_has_a_field_for_each_frame() -> None:
    assert {frame.name for frame in EVIDENCE} | {"files", "kept", "looks", "rejects", "sources"} == set(
        Evidence.__dataclass_fields__
    )
