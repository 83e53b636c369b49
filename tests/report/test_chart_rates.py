"""What was said against what was proven: which nights, whose count, and since when it is under the line."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from forensics.evidence.memory import Memory, PastRate
from forensics.evidence.result import ReportingCheck
from forensics.report.chart_rates import Rate, first_low, rate_drafts, rates_of
from tests.report.builders import at, result
from tests.report.test_charts import nights

SUSPECT = ReportingCheck("suspect", "", 0.8, 2, 29, 27, 28)


def judged(runs: list[dict[str, Any]], **values: Any):
    window = {"since": "2026-03-01 00:00", "until": "2026-04-01 00:00", "now": "2026-04-01 00:00"} | values
    return result(runs, **window)


def rate(said: int, name: str = "2026-03-01") -> Rate:
    return Rate(name, said, 10, 10, 10)


def test_nights_on_which_messages_and_work_agree_are_no_chart():
    assert list(rate_drafts(judged(nights(["confirmed"] * 3 + ["silent_failure"] * 3)))) == []


def test_nights_on_which_work_was_done_and_failure_said_are_one():
    assert len(list(rate_drafts(judged(nights(["confirmed"] * 3 + ["false_alarm"] * 3))))) == 1


def test_two_nights_are_none():
    assert list(rate_drafts(judged(nights(["confirmed", "false_alarm"])))) == []


def test_tonight_is_told_as_the_reporting_check_counted_it():
    tonight = judged(
        nights(["false_alarm"]),
        since="2026-03-01 00:00",
        until="2026-03-02 00:00",
        now="2026-03-02 00:00",
        check=SUSPECT,
    )
    assert rates_of(tonight) == [Rate("2026-03-01", 2, 29, 27, 29)]


def test_nights_of_earlier_reports_are_remembered_by_what_their_messages_said():
    memory = Memory(rates=(PastRate(at("2026-03-05 06:00"), 28, 29),))
    known = replace(judged([]), memory=memory)
    assert rates_of(known) == [Rate("2026-03-04", 28, 29)]


def test_a_night_that_was_read_again_is_told_by_its_runs():
    memory = Memory(rates=(PastRate(at("2026-03-02 06:00"), 28, 29),))
    known = replace(judged(nights(["confirmed"])), memory=memory)
    assert rates_of(known) == [Rate("2026-03-01", 1, 1, 1, 1)]


def test_a_remembered_night_without_a_message_due_says_nothing():
    assert rates_of(replace(judged([]), memory=Memory(rates=(PastRate(at("2026-03-05 06:00"), 0, 0),)))) == []


def test_it_is_under_the_line_since_the_first_of_the_last_nights_in_a_row():
    row = [rate(3), rate(9), rate(7), rate(2)]
    assert first_low(row, 0.8) is row[2]


def test_a_night_at_the_line_is_not_under_it():
    assert first_low([rate(8)], 0.8) is None


def test_the_description_names_the_night_and_its_counts():
    (draft,) = rate_drafts(judged(nights(["confirmed"] * 3 + ["false_alarm"] * 2)))
    assert "On 2026-03-05 0 of 1 (0 %) said success, and the work of 1 of 1 (100 %) is proven." in draft.description
    assert "under the alarm line of 80 % since 2026-03-04" in draft.description


def test_the_numbers_stand_beside_it_and_what_was_not_known_is_a_dash():
    memory = Memory(rates=(PastRate(at("2026-02-28 06:00"), 1, 4),))
    (draft,) = rate_drafts(replace(judged(nights(["confirmed", "false_alarm"])), memory=memory))
    assert draft.rows == (
        ("2026-02-27", "1 of 4 (25.0 %)", "–"),
        ("2026-03-01", "1 of 1 (100 %)", "1 of 1 (100 %)"),
        ("2026-03-02", "0 of 1 (0 %)", "1 of 1 (100 %)"),
    )
