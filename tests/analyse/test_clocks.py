"""Clocks that are off, in words."""

from __future__ import annotations

from typing import Any

import pytest

from forensics.analyse.clocks import clock_offsets
from forensics.evidence.paired import ClockOffset

WHOLE_HOST = ("triggers", "lifecycle", "artifacts")


def found(seconds: float, **more: Any) -> Any:
    values: dict[str, Any] = {"lanes": ("triggers",), "host": "web1", "against": "due times", "is_used": True, **more}
    (finding,) = clock_offsets([ClockOffset(seconds=seconds, uncertainty=1.0, pairs=8, jobs=2, **values)])
    return finding


def test_steady_offset_is_told_with_its_estimate():
    assert found(-40.0).text == "Triggers of host web1 come 40 s (give or take 1 s) early, steadily."


def test_detail_holds_the_figures():
    assert found(-40.0).detail == {
        "host": "web1",
        "lanes": ["triggers"],
        "offset_seconds": -40.0,
        "uncertainty_seconds": 1.0,
        "runs": 8,
        "against": "due times",
        "used": True,
    }


def test_late_triggers_are_told_as_late():
    assert "late" in found(40.0).text


def test_minutes_are_told_as_minutes_and_seconds():
    assert "5 min (300 s, give or take 1 s)" in found(-300.0).text


def test_all_lanes_that_share_a_clock_are_named():
    assert found(-40.0, lanes=WHOLE_HOST).text.startswith("Triggers, the runner's records and files of host web1 come")


@pytest.mark.parametrize(("seconds", "way"), [(300.0, "ahead of"), (-300.0, "behind")])
def test_host_that_stands_off_the_messages_is_told_by_its_clock(seconds: float, way: str):
    text = found(seconds, lanes=WHOLE_HOST, against="messages").text
    assert text == f"The clock of host web1 is 5 min (300 s, give or take 1 s) {way} that of the messages, steadily."


def test_files_on_another_clock_are_told_alone():
    assert found(300.0, lanes=("artifacts",), against="messages").text.startswith("Files of host web1 come")


def test_host_without_a_name_is_not_named():
    assert "None" not in found(-40.0, host=None).text


def test_what_was_corrected_is_said():
    assert "read with this correction" in found(-40.0).inferred


def test_offset_that_was_not_used_says_so():
    assert "Nothing was corrected" in found(12.0, is_used=False).inferred


def test_whole_hour_may_be_a_wrong_zone():
    finding = found(-3601.0)
    assert "A wrong zone would look the same." in finding.inferred
    assert "`timezone`" in finding.todo


def test_schedules_in_a_wrong_zone_are_told_as_that():
    finding = found(32400.0, is_used=False)
    assert "another zone" in finding.inferred
    assert "`timezone` of its jobs" in finding.todo


def test_five_minutes_are_no_zone():
    assert "zone" not in found(-300.0).inferred


def test_corrected_clocks_are_told_first():
    unused, used = (ClockOffset(("triggers",), name, 30.0, 1.0, 9, 3, "due times", name == "b") for name in "ab")
    assert [finding.detail["host"] for finding in clock_offsets([unused, used])] == ["b", "a"]


def test_estimate_has_no_sign_that_a_report_would_hide():
    assert found(-300.0).text.isascii()


def test_right_clocks_are_not_told_of():
    assert clock_offsets([]) == []
