"""What of an investigation a night's report tells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from forensics.evidence.investigation import ChangePoint, Contrast, Investigation
from forensics.evidence.result import Finding
from forensics.investigate.findings import investigation_findings
from tests.investigate.cases import change, contrast, days, world

BAD = [*days("a", "confirmed", "failed"), *days("b", "confirmed", "failed")]


def findings(
    runs: Sequence[dict[str, Any]] = BAD, contrasts: Sequence[Contrast] = (), changes: Sequence[ChangePoint] = ()
) -> tuple[Finding, ...]:
    return investigation_findings(Investigation(0, 1, tuple(contrasts), tuple(changes)), world(runs))


def kinds(*args: Any, **more: Any) -> list[str]:
    return [finding.kind for finding in findings(*args, **more)]


def test_change_is_told_with_its_event_and_what_did_not_change() -> None:
    (finding,) = findings(changes=[change("a", "b", controls=("c",))])
    assert finding.kind == "change_point"
    assert finding.text == (
        "2 jobs went wrong from 2026-03-13 07:00 on, the first after the upgrade to gateway 2026.3.14"
    )
    assert finding.p_value == 0.001
    assert "Not changed at that time: `c`." in finding.observed
    assert finding.detail["changes"][0]["first_bad"] == "2026-03-13T07:00:00Z"


def test_change_of_jobs_that_are_well_tonight_is_left_out() -> None:
    assert kinds(changes=[change("x", "y")]) == []


def test_change_for_the_better_is_left_out() -> None:
    assert kinds(changes=[change("a", "b", is_better=True)]) == []


def test_one_jobs_own_change_without_an_event_is_left_to_its_blocker() -> None:
    assert kinds(changes=[change("a", occasion=None)]) == []


def test_several_changes_of_one_kind_are_one_finding() -> None:
    told = [change("a", "b"), change("c", "a", occasion=None)]
    (finding,) = findings(changes=told)
    assert "at 2 moments" in finding.text
    assert len(finding.detail["changes"]) == 2


def test_what_differs_is_told_with_its_corrected_chance() -> None:
    (finding,) = findings(contrasts=[contrast()])
    assert (finding.kind, finding.p_value) == ("contrast", 0.03)
    assert "`sessionTarget = isolated`: 8 of 8 runs not done, 0 of 8 of all others" in finding.text


def test_what_is_ruled_out_is_one_finding() -> None:
    same = [contrast(name, "x", standing="same", reason="all 4 jobs have it") for name in ("delivery", "channel")]
    (finding,) = findings(contrasts=same)
    assert finding.kind == "ruled_out"
    assert "`delivery = x`, `channel = x`" in finding.text
    assert finding.observed == ("`delivery = x`: all 4 jobs have it.",)
    assert "not known yet" in finding.inferred


def test_nothing_is_ruled_out_for_one_job_alone() -> None:
    assert kinds(days("a", "failed"), contrasts=[contrast(standing="same")]) == []


def test_contrasts_of_a_question_that_went_well_are_left_out() -> None:
    assert kinds(contrasts=[contrast(about="reporting")]) == []


def test_question_from_which_most_jobs_suffer_comes_first() -> None:
    runs = [*days("w", "failed"), *days("a", "false_alarm"), *days("b", "false_alarm"), *days("c", "false_alarm")]
    both = [contrast(about="work"), contrast("template", "new", about="reporting")]
    assert [finding.detail["about"] for finding in findings(runs, contrasts=both)] == ["reporting", "work"]


def test_what_cannot_be_told_is_left_out() -> None:
    assert kinds(contrasts=[contrast(standing="unknown")]) == []


def test_change_of_messages_within_a_silence_of_all_is_left_to_that() -> None:
    silent = Finding(
        "lane_outage",
        "No message.",
        detail={"lane": "notifications", "since": "2026-03-13T00:00:00Z", "until": "2026-03-13T23:00:00Z"},
    )
    told = Investigation(0, 1, (), (change("a", "b", about="reporting", occasion=None),))
    runs = [*days("a", "unreported"), *days("b", "unreported")]
    assert investigation_findings(told, world(runs, findings=(silent,))) == ()
    assert [each.kind for each in investigation_findings(told, world(runs))] == ["change_point"]
