"""Ticks at whole steps of the report's clock, and labels that stand clear of each other."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from forensics.report.chart_time import nights_text, spread, ticks
from forensics.timeline import instant

UTC, BERLIN = ZoneInfo("UTC"), ZoneInfo("Europe/Berlin")


def labels(first: str, last: str, zone: ZoneInfo = UTC, most: int = 7) -> list[str]:
    return [text for _, text in ticks(instant(first, zone), instant(last, zone), zone, most)]


def test_two_weeks_have_ticks_at_midnight_every_other_day():
    assert labels("2026-03-05 13:00", "2026-03-18 22:00") == [f"03-{day:02d}" for day in (7, 9, 11, 13, 15, 17)]


def test_an_hour_has_ticks_at_whole_tens_of_minutes():
    assert labels("2026-03-05 13:05", "2026-03-05 14:00") == ["13:10", "13:20", "13:30", "13:40", "13:50", "14:00"]


def test_midnight_between_hours_is_told_by_its_date():
    assert labels("2026-03-05 21:00", "2026-03-06 03:00") == [
        "21:00",
        "22:00",
        "23:00",
        "03-06",
        "01:00",
        "02:00",
        "03:00",
    ]


@pytest.mark.parametrize("last", ["2026-03-05 00:00:09", "2026-03-05 07:00", "2026-04-20 00:00", "2029-01-01 00:00"])
def test_there_are_never_more_ticks_than_have_room(last):
    assert len(labels("2026-03-05 00:00", last, most=5)) <= 6


def test_ticks_stay_at_midnight_where_summer_time_begins_between_them():
    days = labels("2026-03-27 00:00", "2026-04-02 00:00", BERLIN)
    assert days == ["03-27", "03-28", "03-29", "03-30", "03-31", "04-01", "04-02"]


def test_hours_are_those_of_the_wall_clock_before_and_after_summer_time_begins():
    assert labels("2026-03-29 00:00", "2026-03-29 06:00", BERLIN) == [
        "03-29",
        "01:00",
        "03:00",
        "04:00",
        "05:00",
        "06:00",
    ]


def test_nights_name_their_year_once():
    assert nights_text(["2026-03-05", "2026-03-18"]) == "2026-03-05 to 03-18"


def test_nights_of_two_years_name_both():
    assert nights_text(["2025-12-30", "2026-01-02"]) == "2025-12-30 to 2026-01-02"


def test_one_night_is_itself():
    assert nights_text(["2026-03-05"]) == "2026-03-05"


def test_places_that_lie_too_close_are_moved_apart_in_their_order():
    assert spread([5, 5.5, 6], 2, 0, 100) == [5, 7, 9]


def test_places_are_kept_below_the_upper_bound():
    assert spread([99, 99], 2, 0, 100) == [98, 100]


def test_places_come_back_in_the_order_in_which_they_were_given():
    assert spread([50, 10], 2, 0, 100) == [50, 10]


def test_no_places_are_no_places():
    assert spread([], 2, 0, 100) == []
