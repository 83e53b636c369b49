"""The schedule behind triggers: what they have in common, and how it is spelled."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from forensics.doctor.cronlines import field_text, inferred_schedules, with_fields_of
from forensics.match.expected import due_times

BEGIN = round(datetime(2026, 3, 2, tzinfo=UTC).timestamp()) * 10**9
SPAN = (BEGIN, BEGIN + int(timedelta(days=14) / timedelta(microseconds=1)) * 1000)
SECOND = 10**9


@pytest.mark.parametrize(
    "schedule",
    ["0 7 * * *", "*/15 * * * *", "30 9-17 * * 1-5", "7-52/15 * * * *", "0 */2 * * *", "5,20,50 9-17 * * 1-5",
     "12 2 * * 1,3,5", "0 1,4,9,16,22 * * *", "45 23 * * *", "10 1-23/6 * * *", "0 6 * * 0"],
)  # fmt: skip
@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo", "America/New_York"])
def test_schedule_is_found_again_in_what_it_triggers(schedule, zone):
    due = due_times(schedule, ZoneInfo(zone), *SPAN)
    found = inferred_schedules(due + 2 * SECOND, ZoneInfo(zone), [SPAN])
    assert any(np.array_equal(due_times(each, ZoneInfo(zone), *SPAN), due) for each in found)


def test_early_triggers_belong_to_the_minute_after():
    triggers = due_times("0 7 * * *", ZoneInfo("UTC"), *SPAN) - 20 * SECOND
    assert "0 7 * * *" in list(inferred_schedules(triggers, ZoneInfo("UTC"), [SPAN]))


def test_triggers_late_by_minutes_belong_to_their_earliest():
    late = np.arange(14) % 7 * 60 * SECOND
    triggers = due_times("0 7 * * *", ZoneInfo("UTC"), *SPAN) + late
    assert "0 7 * * *" in list(inferred_schedules(triggers, ZoneInfo("UTC"), [SPAN]))


def test_a_run_by_hand_is_not_part_of_the_schedule():
    triggers = np.append(due_times("0 7 * * *", ZoneInfo("UTC"), *SPAN), SPAN[0] + 13 * 3600 * SECOND)
    assert "0 7 * * *" in list(inferred_schedules(np.sort(triggers), ZoneInfo("UTC"), [SPAN]))


@pytest.mark.parametrize(
    ("values", "text"),
    [([0], "0"), ([0, 15, 30, 45], "*/15"), ([7, 22, 37, 52], "7,22,37,52"), ([5, 20, 50], "5,20,50"),
     ([9, 10, 11, 12], "9-12"), ([1, 2, 7, 8, 9], "1,2,7-9"), (list(range(60)), "*")],
)  # fmt: skip
def test_field_is_spelled_as_people_do(values, text):
    assert field_text(values, 60) in (text, "7-52/15")


def test_field_in_which_two_schedules_differ_is_taken_alone():
    assert next(with_fields_of("0 6 * * 1-4", "0 6 * * 1-5")) == "0 6 * * 1-5"
