"""Calendar times as systemd.time(7) writes them; what systemd itself refuses is refused."""

from __future__ import annotations

import shutil
import subprocess
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forensics.oncalendar import SECOND, Calendar, Unreadable, calendar, calendars, is_calendar_time

pytestmark = pytest.mark.slow

SAME = [
    ("Sat,Thu,Mon..Wed,Sat..Sun", "Mon..Thu,Sat,Sun *-*-* 00:00:00"),
    ("Mon,Sun 12-*-* 2,1:23", "Mon,Sun 2012-*-* 01,02:23:00"),
    ("Wed *-1", "Wed *-*-01 00:00:00"),
    ("Wed..Wed,Wed *-1", "Wed *-*-01 00:00:00"),
    ("Wed, 17:48", "Wed *-*-* 17:48:00"),
    ("Wed..Sat,Tue 12-10-15 1:2:3", "Tue..Sat 2012-10-15 01:02:03"),
    ("*-*-7 0:0:0", "*-*-07 00:00:00"),
    ("10-15", "*-10-15 00:00:00"),
    ("monday *-12-* 17:00", "Mon *-12-* 17:00:00"),
    ("12,14,13,12:20,10,30", "*-*-* 12,13,14:10,20,30:00"),
    ("12..14:10,20,30", "*-*-* 12..14:10,20,30:00"),
    ("mon,fri *-1/2-1,3 *:30:45", "Mon,Fri *-01/2-01,03 *:30:45"),
    ("03-05 08:05:40", "*-03-05 08:05:40"),
    ("Sat,Sun 12-05 08:05:40", "Sat,Sun *-12-05 08:05:40"),
    ("05:40", "*-*-* 05:40:00"),
    ("Mon-Fri 9:00", "Mon..Fri *-*-* 09:00"),
    ("minutely", "*-*-* *:*:00"),
    ("hourly", "*-*-* *:00:00"),
    ("daily", "*-*-* 00:00:00"),
    ("Weekly", "Mon *-*-* 00:00:00"),
    ("monthly", "*-*-01 00:00:00"),
    ("quarterly", "*-01,04,07,10-01 00:00:00"),
    ("semi-annually", "*-01,07-01 00:00:00"),
    ("yearly", "*-01-01 00:00:00"),
    ("daily UTC", "*-*-* 00:00:00 utc"),
    ("@1767225605", "2026-01-01 00:00:05 UTC"),
    ("*:0..15/10", "*:0,10"),
    ("*-*~1..3", "*-*~1,2,3"),
    ("*-*~3/1", "*-*~1..3"),
]
REFUSED = [
    "", "*", "5", "Mon 5", "*:*/5", "*/2:00", "*,3:00", "24:00", "23:60", "12:00:60", "5:", ":5", "+5:00", "12:00:00.",
    "*-13-1", "*-*-0", "*-*-32", "*-*-31/2", "*-*~0", "*-*~31", "1969-1-1", "2200-1-1", "*:0/0", "*:5/100", "*:*:10..5",
    "*-*~3..1", "Fri..Mon", "mon,tue , wed", "Mon,,Tue", ",Mon", "Mon..", "05:40 05:50", "daily daily", "weekly 5:00",
    "05:40 Nowhere/Zone", "2026-01-05T10:00:00", "@daily", "*-*-1~3",
]  # fmt: skip


@pytest.mark.parametrize(("written", "plain"), SAME)
def test_expression_says_the_same_as_its_plain_form(written: str, plain: str):
    assert calendar(written) == calendar(plain)


@pytest.mark.parametrize("written", REFUSED)
def test_what_systemd_refuses_is_unreadable(written: str):
    with pytest.raises(Unreadable):
        calendar(written)


def test_every_part_of_an_expression_is_read():
    found = calendar("Tue 2026-02,03-1..7/2 1:2:3.5 Asia/Tokyo")
    assert found == Calendar(
        weekdays=frozenset({1}),
        years=frozenset({2026}),
        months=frozenset({2, 3}),
        days=frozenset({1, 3, 5, 7}),
        hours=frozenset({1}),
        minutes=frozenset({2}),
        seconds=frozenset({3 * SECOND + SECOND // 2}),
        zone="Asia/Tokyo",
    )


@pytest.mark.parametrize(
    ("written", "day", "holds"),
    [
        ("*-*~1", "2026-02-28", True),
        ("*-*~1", "2028-02-28", False),
        ("*-*~1", "2028-02-29", True),
        ("*-*~3", "2026-01-29", True),
        ("Mon *-05~07/1", "2026-05-25", True),
        ("Mon *-05~07/1", "2026-05-18", False),
        ("Sat *-*-1..7", "2026-03-07", True),
        ("Sat *-*-1..7", "2026-03-14", False),
    ],
)
def test_day_counted_from_the_end_of_a_month_is_found(written: str, day: str, holds: bool):
    assert calendar(written).holds_on(date.fromisoformat(day)) is holds


@pytest.mark.parametrize("written", ["*-02-30", "*-04-31", "2026-02-29", "Mon 2026-03-03"])
def test_day_that_does_not_exist_never_comes(written: str):
    assert not calendar(written).can_elapse()


@pytest.mark.parametrize("written", ["daily", "*-02-29", "Thu *-02-29", "2003-03-05"])
def test_rare_day_comes(written: str):
    assert calendar(written).can_elapse()


def test_several_expressions_are_joined_by_a_semicolon():
    assert calendars("Mon 6:30; Fri 18:00;") == (calendar("Mon 6:30"), calendar("Fri 18:00"))


def test_what_elapses_all_the_time_is_refused():
    with pytest.raises(Unreadable, match="more often than once a second"):
        calendar("*:*:0/0.001")


@pytest.mark.parametrize("schedule", ["30 7 * * *", "@daily", "CRON_TZ=UTC 0 7 * * *", "0 0 7 * * *", "@reboot"])
def test_lines_of_cron_are_no_calendar_times(schedule: str):
    assert not is_calendar_time(schedule)


@pytest.mark.parametrize("schedule", ["daily", "Mon *-*-* 06:30:00 Europe/Berlin", "@1767225605", "a;b c d e f"])
def test_calendar_times_are_told_by_their_shape(schedule: str):
    assert is_calendar_time(schedule)


NUMBERS = st.integers(0, 62).map(str)
PARTS = st.builds("".join, st.tuples(NUMBERS, st.sampled_from(["", "..9", "..40"]), st.sampled_from(["", "/3", "/20"])))
FIELDS = st.just("*") | st.lists(PARTS, min_size=1, max_size=2).map(",".join)
DATES = st.builds("{}-{}-{}".format, FIELDS, FIELDS, FIELDS) | st.builds("{}-{}".format, FIELDS, FIELDS)
TIMES = st.builds("{}:{}".format, FIELDS, FIELDS) | st.builds("{}:{}:{}".format, FIELDS, FIELDS, FIELDS)
EXPRESSIONS = st.builds(
    lambda *parts: " ".join(part for part in parts if part),
    st.sampled_from(["", "Mon", "tue,Thursday", "Mon..Fri,Sun", "Sun..Mon"]),
    DATES | st.just(""),
    TIMES,
    st.sampled_from(["", "", "UTC", "Europe/Berlin", "Nowhere"]),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(EXPRESSIONS, min_size=5, max_size=5))
def test_systemd_reads_and_refuses_the_same(written: list[str]):
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd-analyze is not there; on Debian: apt-get install systemd")
    for text in written:
        asked = subprocess.run([program, "calendar", "--", text], capture_output=True, check=False)
        assert is_readable(text) is (asked.returncode == 0), text


def is_readable(text: str) -> bool:
    try:
        calendar(text)
    except Unreadable:
        return False
    return True


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused(text: str):
    is_readable(text)
