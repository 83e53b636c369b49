from __future__ import annotations

from datetime import timedelta

import pytest

from forensics.survey.calendars import as_cron, span


@pytest.mark.parametrize(
    ("calendar", "schedule"),
    [
        ("daily", "0 0 * * *"),
        ("hourly", "0 * * * *"),
        ("weekly", "0 0 * * 1"),
        ("*-*-* 03:00:00", "0 3 * * *"),
        ("*-*-* 6:00", "0 6 * * *"),
        ("03:30", "30 3 * * *"),
        ("Mon *-*-* 06:30", "30 6 * * 1"),
        ("Mon..Fri 22:30", "30 22 * * 1-5"),
        ("Sat,Sun 20:00", "0 20 * * 6,0"),
        ("Fri..Mon 01:00", "0 1 * * 5,6,0,1"),
        ("Sunday *-*-* 03:10:00", "10 3 * * 0"),
        ("*:0/15", "*/15 * * * *"),
        ("*:5/20", "5-59/20 * * * *"),
        ("*-*-* *:00:00", "0 * * * *"),
        ("*-*-* 00/6:00", "0 */6 * * *"),
        ("*-*-* 8..18:15", "15 8-18 * * *"),
        ("*-*-01 04:00", "0 4 1 * *"),
        ("*-1,7-1 04:00:00", "0 4 1 1,7 *"),
        ("Sun", "0 0 * * 0"),
    ],
)
def test_calendar_that_cron_can_say_is_translated(calendar, schedule):
    assert as_cron(calendar) == (schedule, None)


@pytest.mark.parametrize("calendar", ["*-*-* 03:00 Asia/Tokyo", "daily Asia/Tokyo", "03:00 UTC"])
def test_zone_at_the_end_is_kept(calendar):
    assert as_cron(calendar)[1] in ("Asia/Tokyo", "UTC")


@pytest.mark.parametrize(
    "calendar",
    [
        "*:*:30",
        "2026-01-01 00:00",
        "Sat *-*-1..7 18:00",
        "*-*~1 00:00",
        "*-*-* 25:00",
        "every day",
        "",
        "Mon *-*-* 06:30 Mars/Olympus",
        "03:00 04:00",
        "*-*-* *:0/0",
    ],
)
def test_calendar_that_cron_cannot_say_is_left(calendar):
    assert as_cron(calendar) is None


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90", 90), ("15min", 900), ("1h 30min", 5400), ("1d", 86_400), ("2 weeks", 1_209_600), ("500ms", 0.5)],
)
def test_span_of_systemd_is_read(text, seconds):
    assert span(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "soon", "5 parsecs", "1h later"])
def test_what_is_no_span_is_none(text):
    assert span(text) is None
