"""Systemd's calendar times elapse when ``systemd-analyze calendar`` says so, also over summer time."""

from __future__ import annotations

import re
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from forensics.match.calendar import elapses
from forensics.match.expected import due_times
from tests.match.builders import SECOND, at

UTC_ZONE, NEW_YORK = ZoneInfo("UTC"), ZoneInfo("America/New_York")
ZONES = (
    "America/New_York", "Europe/Berlin", "Europe/Dublin", "Australia/Lord_Howe", "Asia/Tokyo", "America/Santiago",
    "Africa/Casablanca", "America/St_Johns", "Pacific/Chatham", "America/Havana",
)  # fmt: skip
EXPRESSIONS = (
    "*:0/30", "*-*-* 02:30", "0/3:15", "Mon..Fri 00,12:00", "*-*~1 23:59", "*-*~1..3 0:0", "Sun *-*-1..7 1:30", "hourly",
    "*-3,11-* *:0/20:30", "weekly", "*:0/7", "00:00", "*-*-* 03:00,30", "*-*-29 5:00", "1,2,3:30", "Sun 0..3:0/10",
)  # fmt: skip
STEPS = 12
ELAPSE = re.compile(r"\(in UTC\): \w+ (\S+ \S+) UTC")


def clocks(schedule: str, zone: ZoneInfo, since: str, until: str) -> list[str]:
    """Return when a schedule elapses, on its zone's clock with the offset."""
    found = elapses(schedule, zone, at(since), at(until)).tolist()
    return [datetime.fromtimestamp(each // SECOND, zone).strftime("%H:%M%z") for each in found]


def by_systemd(program: str, schedule: str, zone: str, base: datetime) -> list[int]:
    """Return the first elapses after an instant, in seconds since the epoch."""
    words = [program, "calendar", f"--iterations={STEPS}", f"--base-time={base:%Y-%m-%d %H:%M:%S} UTC", "--", schedule]
    said = subprocess.run(words, capture_output=True, text=True, check=True, env={"TZ": zone, "LC_ALL": "C"}).stdout
    return [round(datetime.fromisoformat(f"{text}+00:00").timestamp()) for text in ELAPSE.findall(said)]


def without_midnights(elapsed: list[int], schedule: str, zone: str) -> list[int]:
    """Leave out midnights after 23:56: systemd 252 passes over them (`*:0/7`, from 23:56 to 00:07), and over no others."""
    if schedule != "*:0/7":
        return elapsed
    return [each for each in elapsed if f"{datetime.fromtimestamp(each, ZoneInfo(zone)):%H:%M}" != "00:00"]


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(EXPRESSIONS),
    st.sampled_from(ZONES),
    st.integers(0, 2 * 365 * 24 * 60).map(
        lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    ),
)
@example("*:0/30", "America/New_York", datetime(2026, 3, 8, 4, 0, tzinfo=UTC))
@example("*:0/30", "America/New_York", datetime(2026, 11, 1, 3, 59, tzinfo=UTC))
@example("*-*-* 02:30", "Europe/Berlin", datetime(2026, 3, 28, 22, 0, tzinfo=UTC))
@example("*-*-* 02:30", "Europe/Berlin", datetime(2026, 10, 24, 22, 0, tzinfo=UTC))
@example("*:0/7", "Australia/Lord_Howe", datetime(2026, 4, 4, 14, 0, tzinfo=UTC))
@example("00:00", "America/Havana", datetime(2026, 3, 7, 12, 0, tzinfo=UTC))
def test_calendar_time_elapses_as_systemd_says(schedule: str, zone: str, base: datetime):
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd-analyze is not there; on Debian: apt-get install systemd")
    wanted = by_systemd(program, schedule, zone, base)
    since = round(base.timestamp()) * SECOND + 1
    found = elapses(schedule, ZoneInfo(zone), since, (wanted[-1] + 1) * SECOND)
    assert without_midnights((found // SECOND).tolist(), schedule, zone) == without_midnights(wanted, schedule, zone)


def test_local_time_that_the_zone_skips_does_not_elapse_that_day():
    assert clocks("*-*-* 02:30", NEW_YORK, "2026-03-07T12:00", "2026-03-09T12:00") == ["02:30-0400"]


def test_local_time_that_comes_twice_elapses_at_the_first_passing():
    assert clocks("*-*-* 01:30", NEW_YORK, "2026-11-01T00:00", "2026-11-02T00:00") == ["01:30-0400"]


def test_zone_in_the_expression_outranks_the_jobs():
    assert clocks("07:00 Asia/Tokyo", NEW_YORK, "2026-03-19T00:00", "2026-03-20T00:00") == ["18:00-0400"]


def test_bounds_are_half_open():
    assert clocks("hourly", UTC_ZONE, "2026-03-19T07:00", "2026-03-19T09:00") == ["07:00+0000", "08:00+0000"]


def test_several_expressions_elapse_together_and_each_instant_once():
    assert clocks("7:00; 7:00,30", UTC_ZONE, "2026-03-19T00:00", "2026-03-20T00:00") == ["07:00+0000", "07:30+0000"]


def test_half_a_second_is_kept():
    assert elapses("7:00:00.5", UTC_ZONE, at("00:00"), at("23:00")).tolist() == [at("07:00") + SECOND // 2]


@pytest.mark.parametrize("schedule", ["Mon Mon", "25:00", "", "*-02-30"])
def test_what_cannot_be_read_or_never_comes_never_elapses(schedule: str):
    assert elapses(schedule, UTC_ZONE, at("00:00"), at("23:00")).tolist() == []


@settings(max_examples=50, deadline=None)
@given(st.sampled_from(EXPRESSIONS), st.sampled_from(ZONES), st.integers(0, 400), st.integers(0, 96))
def test_a_stretch_elapses_as_its_two_halves_do(schedule: str, zone: str, day: int, hour: int):
    since = at("2026-01-01T00:00") + day * 24 * 3600 * SECOND
    middle, until = since + hour * 3600 * SECOND, since + 96 * 3600 * SECOND
    halves = [elapses(schedule, ZoneInfo(zone), *span).tolist() for span in ((since, middle), (middle, until))]
    assert halves[0] + halves[1] == elapses(schedule, ZoneInfo(zone), since, until).tolist()


def test_due_times_of_a_job_are_those_of_its_calendar_time():
    assert due_times("Thu 07:00", UTC_ZONE, at("00:00"), at("23:00")).tolist() == [at("07:00")]
