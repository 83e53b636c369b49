"""Arrays that end early give what is sound of them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forensics.sources import json_values
from forensics.sources.json_values import JsonArray, legible


def read(content: bytes) -> tuple[list[Any], str | None]:
    array = JsonArray(content)
    elements = [element for some in array.slices() for element in some]
    return elements, array.fault


ELEMENTS = st.lists(
    st.dictionaries(st.text(max_size=3), st.text(max_size=6) | st.integers() | st.none(), max_size=3), max_size=5
)


@given(ELEMENTS)
@settings(max_examples=50, deadline=None)
def test_one_by_one_gives_the_same_as_all_at_once(elements: list[Any]):
    content = json.dumps(elements, indent=1).encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_values, "WHOLE_LIMIT", 0)
        assert read(content) == (elements, None)


def test_cut_at_any_byte_the_whole_elements_before_it_are_kept():
    elements = [{"a": "é]"}, {"b": [1, "]"]}, {"c": None}]
    content = json.dumps(elements, ensure_ascii=False).encode()
    for at in range(1, len(content)):
        found, fault = read(content[:at])
        assert (found, bool(fault)) == (elements[: len(found)], True), at


def test_the_place_of_what_is_broken_is_counted_in_bytes():
    assert read('["é", oops]'.encode()) == (["é"], "not JSON from byte 7 on: Expecting value")


def test_more_after_the_end_is_a_fault():
    assert read(b"[1] [2]") == ([1], "not JSON from byte 3 on: more after the end of the array")


def test_a_comma_before_the_end_is_forgiven():
    assert read(b"[1, 2,]") == ([1, 2], None)


def test_an_array_too_deep_keeps_what_stands_before():
    elements, fault = read(b"[1, " + b"[" * 100_000 + b"]" * 100_000 + b"]")
    assert (elements, (fault or "")[:22]) == ([1], "not JSON from byte 4 o")


def test_a_number_too_long_for_python_is_kept_as_its_digits():
    assert read(b"[1, " + b"7" * 5000 + b"]") == ([1, "7" * 5000], None)


def test_bytes_that_are_no_utf_8_become_visible():
    assert legible(read(b'["a\xff"]')[0][0]) == "a\\udcff"
