"""The charts of a report: which there are, that they may stand in a page, and that they come out the same each time."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree as Xml

import altair
import pytest

from forensics.config import Config, Event
from forensics.evidence.result import Finding, ReportingCheck, Result
from forensics.report.chart_svg import spec
from forensics.report.charts import Chart, charts, drafts_of
from tests.report.builders import UTC as ZONE
from tests.report.builders import blocker, result, run

pytestmark = pytest.mark.slow

ELEMENTS = {"svg", "title", "desc", "g", "path", "rect", "line", "text"}
ATTRIBUTES = set(
    "viewBox role aria-labelledby id transform d x y width height x1 y1 x2 y2 text-anchor font-size font-weight fill"
    " fill-opacity stroke stroke-width stroke-dasharray stroke-linejoin paint-order".split()
)
HOSTILE = "<script>alert(1)</script>\u202e]]>&amp;\x1b[31m" + "x" * 300


def boots(seconds: Sequence[float | None], job: str = "daily", limit: float | None = None) -> Finding:
    """Return a finding on boots that began day by day at noon, None for one of which nothing more was recorded."""
    series = [
        {"job": job, "at": f"2026-03-{day:02d}T12:00:00Z", "seconds": took, "ended": "hung" if took is None else "up"}
        for day, took in enumerate(seconds, 1)
    ]
    return Finding("boot_slow", "Boots.", detail={"series": series, "jobs": {job: {"limit": limit}}, "shared": []})


def nights(verdicts: Sequence[str], job: str = "backup", each: int = 1) -> list[dict[str, Any]]:
    """Return runs of nights that all came to one verdict, from 2026-03-01 on."""
    first = datetime(2026, 3, 1, tzinfo=UTC)
    return [
        run(f"{job}-{number}" if number else job, verdict, f"{first + timedelta(days=night):%Y-%m-%d} 07:00")
        for night, verdict in enumerate(verdicts)
        for number in range(each)
    ]


def everything(job: str = "backup", each: int = 1, until: int = 10) -> Result:
    """Return a result of which every kind of chart can be made."""
    verdicts = ["confirmed"] * (until - 4) + ["false_alarm"] * 2 + ["failed", "unverifiable"]
    return result(
        nights(verdicts, job, each),
        since="2026-03-01 00:00",
        until="2026-03-11 00:00",
        now="2026-03-11 00:00",
        findings=[boots([41.0, 43.0, 49.0, None, None], job)],
        blockers=[blocker(job)],
        check=ReportingCheck("suspect", "", 0.8, 1, 9, 9, 9),
        config=Config(timezone=ZONE, events=(Event(datetime(2026, 3, 4, tzinfo=UTC), "upgrade", job),)),
    )


@pytest.fixture(scope="module")
def hostile() -> tuple[Chart, ...]:
    return charts(everything(HOSTILE))


def drawings(made: Sequence[Chart]) -> list[tuple[str, Xml.Element]]:
    """Return all drawings with the keys of their charts, read as XML."""
    return [(chart.key, Xml.fromstring(text)) for chart in made for text in (chart.svg, chart.narrow_svg) if text]


def test_there_is_a_chart_of_each_kind_in_the_order_of_the_sections():
    assert [(chart.section, chart.key) for chart in charts(everything())] == [
        ("blockers", "lanes"),
        ("reporting", "rates"),
        ("runs", "nights"),
        ("findings", "boots-1"),
    ]


def test_a_quiet_night_has_no_chart():
    assert charts(result([run()])) == ()


def test_without_what_draws_them_there_are_none(monkeypatch):
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    assert charts(everything()) == ()


def test_a_report_without_charts_does_not_start_the_engine(monkeypatch):
    monkeypatch.delitem(sys.modules, "vl_convert", raising=False)
    charts(result([run()]))
    assert "vl_convert" not in sys.modules


def test_the_same_result_gives_the_same_bytes():
    assert charts(everything()) == charts(everything())


def test_only_known_elements_and_attributes_stand_in_a_drawing(hostile):
    for _, drawing in drawings(hostile):
        assert {element.tag for element in drawing.iter()} <= ELEMENTS
        assert {name for element in drawing.iter() for name in element.attrib} <= ATTRIBUTES


def test_nothing_in_a_drawing_is_an_address(hostile):
    values = [
        value for _, drawing in drawings(hostile) for element in drawing.iter() for value in element.attrib.values()
    ]
    assert not [value for value in values if "url" in value.lower() or ":" in value]


def test_every_colour_is_a_tone_of_the_page(hostile):
    paints = {
        element.attrib[name]
        for _, drawing in drawings(hostile)
        for element in drawing.iter()
        for name in ("fill", "stroke")
        if name in element.attrib
    }
    assert all(paint == "none" or re.fullmatch(r"var\(--[a-z-]+,#[0-9a-f]{6}\)", paint) for paint in paints)


def test_each_drawing_is_a_picture_named_by_its_own_title_and_description(hostile):
    for _, drawing in drawings(hostile):
        named = {element.attrib["id"]: element.tag for element in drawing.iter() if "id" in element.attrib}
        assert drawing.attrib["role"] == "img"
        assert [named[each] for each in drawing.attrib["aria-labelledby"].split()] == ["title", "desc"]


def test_no_two_drawings_of_a_page_share_an_id_and_each_begins_with_its_charts_key(hostile):
    ids = [
        (key, each.attrib["id"]) for key, drawing in drawings(hostile) for each in drawing.iter() if "id" in each.attrib
    ]
    assert len({name for _, name in ids}) == len(ids)
    assert all(name.startswith(f"{key}-") for key, name in ids)


def test_what_a_name_hides_is_shown_and_nothing_of_it_is_markup(hostile):
    told = "".join(chart.title + chart.description + "".join(map("".join, chart.rows)) for chart in hostile)
    drawn = "".join(each for _, drawing in drawings(hostile) for each in drawing.itertext())
    for text in (told, drawn):
        assert "\\u202e" in text
        assert not set(text) & {"\u202e", "\x1b", "\n"}
    assert all("<script" not in chart.svg + (chart.narrow_svg or "") for chart in hostile)


def test_no_name_however_long_makes_a_drawing_long(hostile):
    texts = [each.text or "" for _, drawing in drawings(hostile) for each in drawing.iter("text")]
    assert max(map(len, texts)) < 80


def test_what_is_drawn_is_described_as_vega_lite_has_it():
    for draft in drafts_of(everything()):
        for sketch in (draft.wide, draft.narrow):
            altair.Chart.from_dict(spec(sketch), validate=True)


def test_words_lie_over_all_else():
    for draft in drafts_of(everything()):
        marks = [layer.mark == "text" for layer in draft.wide.joined()]
        assert marks == sorted(marks)


def test_marks_of_one_look_are_one_layer_and_none_is_lost():
    for draft in drafts_of(everything()):
        laid, joined = draft.wide.layers, draft.wide.joined()
        assert sum(len(layer.rows) for layer in joined) == sum(len(layer.rows) for layer in laid)
        looks = [(layer.mark, str(layer.style)) for layer in joined if layer.mark not in ("line", "area")]
        assert len(looks) == len(set(looks))


def test_the_phones_drawing_is_laid_out_anew_and_not_the_wide_one_shrunk():
    for draft in drafts_of(everything()):
        assert draft.narrow.plot.width < 400 < draft.wide.plot.width
        sizes = [
            {layer.style["fontSize"] for layer in each.layers if layer.mark == "text"}
            for each in (draft.wide, draft.narrow)
        ]
        assert min(set.union(*sizes)) >= 12


def test_no_text_reaches_over_the_edge_of_its_drawing():
    for draft in drafts_of(everything("a-job-with-quite-a-long-name-of-its-own")):
        for sketch in (draft.wide, draft.narrow):
            assert [text for text in texts_of(sketch) if text[1] < -2 or text[2] > sketch.plot.width + 2] == []


def texts_of(sketch) -> list[tuple[str, float, float]]:
    """Return the texts of a drawing, each with where it begins and ends at most, in px from its left edge."""
    plot, found = sketch.plot, []
    for layer in sketch.layers:
        if layer.mark != "text":
            continue
        for row in layer.rows:
            size, text = layer.style["fontSize"], str(row["t"])
            middle = plot.left + (row["x"] - plot.x[0]) / plot.across(1) + layer.style["dx"]
            width = len(text) * 0.56 * size
            begin = middle - {"left": 0, "center": width / 2, "right": width}[layer.style["align"]]
            found.append((text, begin, begin + width))
    return found


def test_ten_thousand_runs_make_no_larger_charts_than_the_page_can_hold():
    many = everything(each=1000)
    made = charts(many)
    assert sum(len(chart.svg) + len(chart.narrow_svg or "") for chart in made) < 200_000
    assert max(len(chart.rows) for chart in made) <= 120
