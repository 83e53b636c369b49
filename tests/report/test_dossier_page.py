"""The dossier as a page: that it tells what its Markdown tells, in that order, and is no night's report."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from forensics.evidence.investigation import Moment, NextStep
from forensics.evidence.result import Result
from forensics.report.dossier import dossier_markdown
from forensics.report.dossier_page import dossier_html
from tests.report.builders import at, blocker, result, run
from tests.report.hostile import HOSTILE
from tests.report.page_builders import cause, change_point, contrast, depth, hostile, investigated
from tests.report.page_parser import Page, read_page

pytestmark = pytest.mark.slow

LOOK = NextStep("look", "Look at what `tier` changes.")
MOMENTS = tuple(
    Moment(at("07:00") + number * 10**9, "triggers", "a", None, f"row {number}", file="/x/cron.log", record=number)
    for number in range(50)
)


def incident(**values: Any) -> Result:
    made = result(
        [run("a", "failed"), run("b", "failed")], blockers=[blocker("a", todo="Run it."), blocker("b", todo="Run it.")]
    )
    found = {"causes": (replace(cause(), steps=(LOOK, LOOK)),), "change_points": (change_point(),), **values}
    return investigated(made, **found)


def page_of(shown: Result) -> Page:
    return read_page(dossier_html(shown, MOMENTS))


def ids(page: Page, *tags: str) -> list[str]:
    return [each["id"] for tag in tags for each in page.all(tag) if "id" in each]


def test_page_is_called_an_incident_as_the_markdown_is() -> None:
    shown = incident()
    page = page_of(shown)
    title = "".join(text for tags, text in page.texts if tags[-1:] == ("title",))
    assert title.startswith("Incident 2026-03-19: ")
    assert "Incident — 2026-03-19" in page.text
    assert dossier_markdown(shown, MOMENTS).startswith("# Incident — 2026-03-19")


def test_what_to_do_now_is_that_of_the_markdown() -> None:
    shown = incident()
    told = next(line for line in dossier_markdown(shown, MOMENTS).split("\n") if "**Do now:**" in line)
    assert told == "> **Do now:** look at what `tier` changes.  "
    assert "Do now: look at what tier changes." in page_of(shown).text
    assert "Do now: run it (blocker 1)" not in page_of(shown).text


def test_causes_come_before_the_timeline_and_blockers_last() -> None:
    assert ids(page_of(incident()), "section") == ["summary", "first", "causes", "timeline", "blockers", "sources"]


def test_contents_lead_to_the_causes_since_when_and_the_timeline() -> None:
    page = page_of(incident(contrasts=(contrast(),), depths=(depth(),)))
    wanted = {"#first", "#causes", "#since-when", "#depths", "#contrasts", "#timeline", "#blockers", "#sources"}
    assert wanted <= {each["href"] for each in page.all("a")}
    assert {each.removeprefix("#") for each in wanted} <= {*ids(page, "section", "h3")}


def test_first_steps_lead_to_their_causes() -> None:
    text = page_of(incident()).text
    assert "What to do first Look at what tier changes. Likely cause 1, with 1 more step" in " ".join(text.split())


def test_timeline_is_cut_as_in_the_markdown() -> None:
    text = page_of(incident()).text
    assert "row 0 " in text
    assert "row 25 " not in text
    assert "row 49 " in text
    assert "14 more lines in between" in text


def test_quiet_time_has_no_cause_and_nothing_to_do() -> None:
    text = " ".join(read_page(dossier_html(result([run()]), ())).text.split())
    assert "What to do first Nothing." in text
    assert "None: nothing that was read went wrong in this time, or shows why." in text
    assert "Nothing went wrong that a timeline could show" in text


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_of_evidence_becomes_an_element(text: str) -> None:
    page = read_page(dossier_html(hostile(text), (replace(MOMENTS[0], text=text, job=text or None, host=text),)))
    assert page.faults == []
    assert {each["href"][0] for each in page.all("a")} == {"#"}
