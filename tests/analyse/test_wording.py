"""Counts come first, with their base; rates have one decimal, none at the ends."""

from __future__ import annotations

import pytest

from forensics.analyse.wording import counted, listed, percent, share, times


@pytest.mark.parametrize(
    ("count", "of", "text"),
    [(2, 29, "6.9 %"), (0, 29, "0 %"), (29, 29, "100 %"), (9999, 10000, "99.9 %"), (1, 10000, "0.1 %"), (0, 0, "0 %")],
)
def test_rate_never_pretends_to_be_all_or_nothing(count: int, of: int, text: str):
    assert percent(count, of) == text


def test_share_names_its_base():
    assert share(1234, 5000) == "1,234 of 5,000 (24.7 %)"


def test_count_has_its_noun_in_the_right_number():
    assert (counted(1, "run"), counted(0, "run"), counted(2316, "file")) == ("1 run", "0 runs", "2,316 files")


def test_long_list_is_cut_and_says_by_how_much():
    assert listed(["a", "b", "c"], 2) == "a, b and 1 more"


def test_short_list_is_whole():
    assert listed(["a", "b"], 2) == "a, b"


def test_how_often_is_said_in_words():
    assert (times(1), times(2), times(4)) == ("once", "twice", "4 times")
