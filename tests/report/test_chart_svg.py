"""Drawings made fit for a page: what is not known is left out."""

from __future__ import annotations

from xml.etree import ElementTree as Xml

import pytest

from forensics.report.chart_marks import Plot
from forensics.report.chart_svg import cleaned, rounded

PLOT = Plot(100, 50, (0, 1), (0, 1))
HEAD = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="9">'


def made(inner: str) -> str:
    return cleaned(Xml.fromstring(f"{HEAD}{inner}</svg>"), PLOT, "key", "Title", "What is to be seen.")


def test_a_drawing_fills_what_room_it_is_given():
    assert made("").startswith('<svg viewBox="0 0 100 50" role="img"')


@pytest.mark.parametrize(
    "unknown",
    [
        "<script>1</script>",
        "<foreignObject><p>x</p></foreignObject>",
        "<style>*{}</style>",
        "<image href='a'/>",
        "<defs/>",
    ],
)
def test_an_unknown_element_is_left_out_with_all_that_it_holds(unknown):
    assert made(unknown) == made("")


@pytest.mark.parametrize(
    "unknown", ["style='x'", "onload='x'", "xlink:href='x'", "class='x'", "font-family='x'", "role='x'"]
)
def test_an_unknown_attribute_is_left_out(unknown):
    assert made(f"<line x2='3' {unknown} stroke='#a33800'/>") == made("<line x2='3' stroke='#a33800'/>")


def test_a_tone_becomes_the_pages_own_and_keeps_its_light_colour_where_there_is_none():
    assert 'stroke="var(--bad,#a33800)"' in made("<line x2='3' stroke='#a33800'/>")


def test_a_colour_that_is_no_tone_of_the_page_is_an_error():
    with pytest.raises(KeyError):
        made("<line x2='3' stroke='#123456'/>")


def test_a_halo_lies_behind_its_text():
    assert 'paint-order="stroke"' in made("<text fill='#a33800' stroke='#ffffff'>x</text>")


def test_groups_that_move_nothing_are_left_out():
    inner = "<line x2='3' stroke='#a33800'/>"
    assert made(f"<g transform='translate(0,0)'><g>{inner}</g></g>") == made(inner)


def test_groups_that_move_what_they_hold_are_kept():
    assert '<g transform="translate(3,4)"><line' in made("<g transform='translate(3,4)'><line stroke='#a33800'/></g>")


def test_what_shows_nothing_is_left_out():
    assert made("<path class='background' d='M0,0h9'/><path d='' display='none'/>") == made("")


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("translate(200.04,66.66666)", "translate(200,66.7)"),
        ("M-0.04,1e2", "M0,1e2"),
        ("M1.5e-7,2", "M0,2"),
        ("M-0.52,2", "M-0.5,2"),
        ("12px", "12px"),
    ],
)
def test_places_are_told_to_a_tenth_of_a_pixel(written, kept):
    assert rounded(written) == kept
