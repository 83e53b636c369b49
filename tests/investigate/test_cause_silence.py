"""A lane that was silent for all explains its runs alone, and says from when to when."""

from __future__ import annotations

from typing import Any

from forensics.evidence.result import Finding
from tests.investigate.cases import days, found, kinds, world

SILENT = Finding(
    "lane_outage",
    "No message of 3 runs.",
    inferred="So messages were lost.",
    todo="Look at what sends the messages at that time.",
    detail={"lane": "notifications", "runs": 3, "since": "2026-03-12T07:00:00Z", "until": "2026-03-12T07:00:00Z"},
)
QUIET_DAY = [each for job in ("a", "b", "c") for each in days(job, "confirmed", "confirmed", "unreported", "confirmed")]


def causes(*runs: dict[str, Any], finding: Finding = SILENT) -> Any:
    return found(world([*QUIET_DAY, *runs], findings=(finding,)))


def test_runs_that_fell_silent_with_all_are_told_once() -> None:
    assert kinds(causes()) == ["lane_outage"]


def test_runs_that_went_unreported_at_other_times_are_told_as_well() -> None:
    told = causes(*days("d", *["confirmed"] * 3, "unreported", "unreported", *["confirmed"] * 10))
    assert kinds(told) == ["lane_outage", "messages"]
    assert told[1].detail["runs"] == 2


def test_false_alarm_in_that_time_is_not_put_down_to_the_silence() -> None:
    told = causes(*days("d", "false_alarm", "false_alarm", "false_alarm"))
    assert "reporting" in kinds(told) or "messages" in kinds(told)


def test_begin_and_end_stand_in_the_title() -> None:
    detail = {**SILENT.detail, "since": "2026-03-12T06:00:00Z", "until": "2026-03-12T23:30:00Z"}
    (told,) = causes(finding=Finding("lane_outage", SILENT.text, detail=detail))
    assert told.title.endswith(", from 2026-03-12 06:00 to 23:30")


def test_silence_over_midnight_names_both_days() -> None:
    detail = {**SILENT.detail, "until": "2026-03-13T01:00:00Z"}
    (told,) = causes(finding=Finding("lane_outage", SILENT.text, detail=detail))
    assert told.title.endswith(", from 2026-03-12 07:00 to 2026-03-13 01:00")
