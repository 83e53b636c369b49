"""Words for the page: escaped once, with code, times and dates as elements, and tables and folds as they should be."""

from __future__ import annotations

import pytest

from forensics.report.page_pen import page_pen, timed
from forensics.report.page_prose import inline, line, plain, prose, with_instants
from tests.report.builders import at, result
from tests.report.page_parser import read_page

TABLE = "## Title\n\n| Night | Said |\n|---|--:|\n| 03-19 | 2 `x` |\n"


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a < b & c", "a &lt; b &amp; c"),
        ("the `x<y` one", "the <code>x&lt;y</code> one"),
        ("a lone ` tick", "a lone ` tick"),
        ("since 2026-03-19 07:00.", 'since <span class="date">2026-03-19 07:00</span>.'),
        ("in `posts/2026-03-19-a`", "in <code>posts/2026-03-19-a</code>"),
        ("12026-03-190", "12026-03-190"),
        (f"at {timed(at('07:00'), '07:00')}", 'at <time datetime="2026-03-19T07:00:00Z">07:00</time>'),
        ("a\x01b\x02c", "abc"),
    ],
)
def test_value_is_escaped_once_and_then_dressed(text, html):
    assert inline(text) == html


def test_value_that_is_html_already_is_not_escaped_again():
    assert inline(inline("a < `b`")) == "a &lt; <code>b</code>"


def test_line_of_markdown_keeps_its_bold_and_loses_its_html():
    assert line("**a** `b` <i>2026-03-19</i> [x](http://evil.example)") == (
        '<strong>a</strong> <code>b</code> &lt;i&gt;<span class="date">2026-03-19</span>&lt;/i&gt;'
        " [x](http://evil.example)"
    )


def test_title_has_no_marks():
    assert plain("**25 of `x`** at " + timed(at("07:00"), "07:00")) == "25 of x at 07:00"


def test_date_tells_its_utc_where_the_pen_wrote_it():
    pen = page_pen(result(zone="Asia/Tokyo"))
    text = f"since {pen.full(at('07:00'))}, not 2026-03-19 07:00"
    assert with_instants(inline(text), pen.instants) == (
        'since <time datetime="2026-03-19T07:00:00Z">2026-03-19 16:00</time>,'
        ' not <span class="date">2026-03-19 07:00</span>'
    )


def test_sentence_of_the_pen_shows_its_times_as_they_are():
    pen = page_pen(result())
    assert pen.sentence(f"at {pen.time(at('07:00'))}") == "at 07:00"


def test_table_tells_its_headings_to_whoever_cannot_see_them():
    page = read_page(prose(TABLE, "A & B").encode())
    assert page.faults == []
    assert [(tag, given) for tag, given in page.elements if tag in ("th", "td")] == [
        ("th", {"scope": "col", "role": "columnheader"}),
        ("th", {"scope": "col", "role": "columnheader", "class": "number"}),
        ("th", {"scope": "row", "role": "rowheader"}),
        ("td", {"role": "cell", "class": "number", "data-of": "Said"}),
    ]
    assert "A & B" in page.text


def test_first_heading_is_left_to_the_page():
    assert "Title" not in prose(TABLE, "x")


def test_fold_of_our_templates_is_one():
    html = prose("<details>\n<summary>Two (2)</summary>\n\n- a\n\n</details>\n", "x")
    assert html.split() == "<details><summary>Two (2)</summary> <ul> <li>a</li> </ul> </details>".split()


@pytest.mark.parametrize(
    "text",
    [
        "<details>\n<summary>a</summary>\n\nx\n",
        "x\n\n</details>\n",
        "<details open>\n<summary>a</summary>\n\n</details>\n",
    ],
)
def test_fold_that_is_not_closed_stays_text(text):
    html = prose(text, "x")
    assert "<details>" not in html
    assert "&lt;details" in html or "&lt;/details" in html


def test_fence_cannot_be_left():
    html = prose("````text\n```\n</code></pre><b>x</b>\n````\n", "x")
    assert read_page(html.encode()).faults == []
    assert "<b>" not in html
