"""What is told to others: no quotations, no odd names in the open, and figures that seldom change."""

from __future__ import annotations

import re

import pytest

from forensics.report.view_public import LEFT_OUT, TOO_ODD, PublicNames, at_least, span_text, steady, written_out
from forensics.timeline import NANOS


@pytest.mark.parametrize("name", ["db_backup", "a._b_", "www.evil.example", "trailing-", "0123456789abcdef"])
def test_allowed_name_is_a_code_span(name):
    assert PublicNames().name(name) == f"`{name}`"


@pytest.mark.parametrize("name", ["a b", "a/b", "@alice", "x\n", "", "rgb(1,2,3)", "a`b"])
def test_other_name_is_a_stand_in(name):
    assert re.fullmatch(r"`[A-Za-z0-9._-]+~[0-9a-f]{8}`", PublicNames().name(name))


@pytest.mark.parametrize("colour", ["rgb(1,2,3)", "RGBA(1,2,3,1)", "hsl(10,20%,30%)"])
def test_colour_is_no_code_span(colour):
    assert colour not in PublicNames().code(colour) + PublicNames().sentence(f"file `{colour}` came")


@pytest.mark.parametrize("word", ["www.evil.example", ":skull:", "0123456789abcdef"])
@pytest.mark.parametrize("form", ["{}", "({})", "see {}, please.", '("{}")'])
def test_word_that_a_forge_would_draw_is_code(word, form):
    assert word not in re.sub(r"`[^`]*`", "", PublicNames().sentence(form.format(word)))


def test_quotation_is_left_out_and_a_quoted_name_is_not():
    shown = PublicNames().sentence("It said \"Anna is ill\" and 'Anna', once.")
    assert shown == f"It said {LEFT_OUT} and `Anna`, once."


def test_sentence_of_many_odd_names_is_left_out_with_its_names():
    names = PublicNames()
    names.name("kept one")
    assert names.sentence(" ".join(f"@n{number}" for number in range(90))) == TOO_ODD
    assert list(names.written.values()) == ["kept one"]


def test_names_written_out_are_few_and_short_and_the_rest_is_counted():
    names = PublicNames()
    for number in range(9):
        names.name(f"{number} {'x' * 500}")
    shown = written_out(names, 3, 50).split("\n")
    assert len(shown) == 6
    assert shown[-2] == "6 more"
    assert max(map(len, shown)) <= 50 + 3 + 49


def test_no_fence_where_nothing_was_written_out():
    assert written_out(PublicNames(), 3, 50) == ""


@pytest.mark.parametrize(
    ("minutes", "text"),
    [
        (0, ""),
        (14, ""),
        (15, "over 15 min"),
        (59, "over 30 min"),
        (60, "over 1 h"),
        (119, "over 1 h"),
        (120, "over 2 h"),
        (2879, "over 36 h"),
        (2880, "over 2 days"),
        (60 * 24 * 1200, "over 1,200 days"),
    ],
)
def test_span_is_told_as_the_step_that_was_reached(minutes, text):
    assert span_text(0, minutes * 60 * NANOS) == text


@pytest.mark.parametrize(
    ("times", "text"),
    [(1, "1"), (2, "2"), (7, "6"), (50, "50"), (51, "50"), (99, "80"), (250, "200"), (4321, "3,000")],
)
def test_ratio_is_told_as_the_step_that_was_reached(times, text):
    assert at_least(times) == f"at least {text}"


def test_sentence_about_something_else_stays():
    assert steady("Heartbeat future: 3 h ahead.") == "Heartbeat future: 3 h ahead."
