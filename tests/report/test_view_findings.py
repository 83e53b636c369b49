"""Findings of an investigation in a night's report: over which days, what follows, what to do."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from forensics.evidence.investigation import Cause, Investigation, NextStep
from forensics.evidence.result import Finding
from forensics.report.markdown import report_markdown
from tests.report.builders import at, result, run

PAIR = {"attribute": "tier", "value": "two"}
CAUSE = Cause(
    "contrast",
    "Runs with it are not done",
    (),
    inferred="What this setting changes is where to look.",
    steps=(NextStep("look", "Look at what `tier = two` changes."),),
    detail=PAIR,
)


def findings(*found: Finding, since: str = "2026-03-06 00:00", causes: Any = (CAUSE,)) -> str:
    made = result([run("a", "failed")], findings=found)
    told = Investigation(at(since), at("2026-03-20 00:00"), causes=causes)
    return report_markdown(replace(made, investigation=told)).split("\n## Findings\n")[1].split("\n## ")[0]


def test_comparison_names_the_days_whose_runs_it_counts() -> None:
    told = findings(Finding("contrast", "It differs.", p_value=0.01, detail=PAIR))
    assert "**1. It differs** (`contrast`, p = 0.01; runs of 2026-03-06 to 2026-03-19)" in told


def test_finding_on_the_nights_own_runs_names_no_days() -> None:
    assert "runs of" not in findings(Finding("mass_failure", "All failed."))
    assert "runs of" not in findings(Finding("contrast", "x", detail=PAIR), since="00:00")


def test_comparison_says_what_follows_and_what_to_do_as_its_cause_does() -> None:
    told = findings(Finding("contrast", "It differs.", detail=PAIR))
    assert "- Inferred: So what this setting changes is where to look." in told
    assert "- Do: Look at what `tier = two` changes." in told


def test_cause_of_another_attribute_explains_nothing() -> None:
    told = findings(Finding("contrast", "It differs.", detail={"attribute": "tier", "value": "one"}))
    assert "- Do:" not in told
    assert "- Do:" not in findings(Finding("orphans", "x"))


def test_what_a_finding_says_of_itself_is_kept() -> None:
    told = findings(Finding("contrast", "x", inferred="So rain.", todo="Wait.", detail=PAIR))
    assert "- Inferred: So rain." in told
    assert "- Do: Wait." in told
