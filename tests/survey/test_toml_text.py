from __future__ import annotations

import tomllib
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forensics.survey.toml_text import comment, duration, moment, table, text, texts
from forensics.timeline import parse_duration


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_text_is_read_back_as_it_was(value):
    assert tomllib.loads(f"x = {text(value)}")["x"] == value


@given(st.text())
def test_comment_stays_a_comment(words):
    assert tomllib.loads(f"{comment(words)}\nx = 1\n".encode("utf-8", "replace").decode()) == {"x": 1}


def test_half_a_character_can_be_written():
    assert tomllib.loads(f"x = {text(chr(0xD800))}")["x"] == "\ufffd"


def test_backslashes_are_not_doubled_where_that_can_be_spared():
    assert text(r"date +\%F") == r"'date +\%F'"


@pytest.mark.parametrize("seconds", [1, 90, 900, 5400, 86_400, 90_061])
def test_span_is_read_back_as_it_was(seconds):
    written = tomllib.loads(f"x = {duration(timedelta(seconds=seconds))}")["x"]
    assert parse_duration(written) == timedelta(seconds=seconds)


def test_odd_keys_of_a_table_are_quoted():
    assert tomllib.loads(f"x = {table({'a b': 'c', 'd': 'e'})}")["x"] == {"a b": "c", "d": "e"}


def test_list_is_written_on_one_line():
    assert texts(["a", 'b"c']) == '["a", \'b"c\']'


def test_instant_is_written_in_utc():
    assert moment(datetime(2026, 1, 5, 9, tzinfo=UTC)) == '"2026-01-05T09:00:00Z"'
