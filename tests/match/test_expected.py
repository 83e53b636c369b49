"""Due times are those of cronsim itself, in every zone and over every change of clocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from cronsim import CronSim
from hypothesis import example, given, settings
from hypothesis import strategies as st

from forensics.match.expected import due_times, grid_due_times, interval_due_times
from tests.match.builders import MINUTE, SECOND, at, clock, ints

BERLIN, NEW_YORK, LORD_HOWE, SAO_PAULO = (
    ZoneInfo(name) for name in ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo")
)
UTC_ZONE = ZoneInfo("UTC")
HOUR = 60 * MINUTE


def local(instants: list[int], zone: ZoneInfo) -> list[str]:
    return [datetime.fromtimestamp(each // SECOND, zone).strftime("%H:%M%z") for each in instants]


def day_of(schedule: str, zone: ZoneInfo, day: str) -> list[str]:
    """Return the due times of one local day, as local clock times with their offset."""
    begin = datetime.fromisoformat(day).replace(tzinfo=zone)
    end = begin.replace(tzinfo=None) + timedelta(days=1)
    since, until = (round(each.timestamp()) * SECOND for each in (begin, end.replace(tzinfo=zone)))
    return local(due_times(schedule, zone, since, until).tolist(), zone)


def by_cronsim(schedule: str, zone: ZoneInfo, since: int, until: int) -> list[int]:
    found = set()
    for due in CronSim(schedule, datetime.fromtimestamp(since // SECOND, zone) - timedelta(days=3)):
        if due.timestamp() * SECOND >= until:
            break
        found.add(round(due.timestamp()) * SECOND)
    return sorted(each for each in found if each >= since)


minutes = st.sampled_from(["0", "*", "*/15", "*/7", "30", "5,35", "10-20/5", "59"])
hours = st.sampled_from(["*", "2", "1", "0", "1-3", "*/6", "0,2,23", "3"])
days = st.sampled_from(["*", "*", "1", "*/2", "28-31"])
months = st.sampled_from(["*", "*", "3,10,11", "4"])
weekdays = st.sampled_from(["*", "*", "0", "1-5", "7", "sun"])
schedules = st.builds(lambda *parts: " ".join(parts), minutes, hours, days, months, weekdays)
daily = st.builds("{} {} * * *".format, minutes, hours)
hourly = st.builds("{} * * * *".format, minutes)
# Days around which each of these zones changes its clocks.
AT_NIGHT = [
    (BERLIN, "2026-03-29"), (BERLIN, "2026-10-25"), (NEW_YORK, "2026-03-08"), (NEW_YORK, "2026-11-01"),
    (ZoneInfo("Asia/Kathmandu"), "2026-03-29"),
]  # fmt: skip
AT_MIDNIGHT = [
    (SAO_PAULO, "2018-02-18"), (SAO_PAULO, "2018-11-04"),
    (ZoneInfo("America/Santiago"), "2026-09-06"), (ZoneInfo("America/Santiago"), "2026-04-05"),
]  # fmt: skip
BY_HALF_AN_HOUR = [(LORD_HOWE, "2026-04-05"), (LORD_HOWE, "2026-10-04")]
# cronsim itself stumbles in two places: from a day that does not match it walks into a midnight that the zone skips, and
# with whole hours past a change of half an hour. There only schedules are compared that do neither.
cases = st.one_of(
    st.tuples(schedules, st.sampled_from(AT_NIGHT)),
    st.tuples(daily, st.sampled_from(AT_MIDNIGHT)),
    st.tuples(hourly, st.sampled_from(BY_HALF_AN_HOUR)),
)


@settings(max_examples=150, deadline=None)
@given(case=cases, before=st.integers(0, 40), hours_long=st.integers(1, 80))
@example(("30 2 * * *", (BERLIN, "2026-03-29")), 24, 60)
@example(("*/15 * * * *", (LORD_HOWE, "2026-04-05")), 24, 60)
@example(("0 0 * * *", (SAO_PAULO, "2018-11-04")), 24, 60)
def test_due_times_are_those_of_cronsim(case: tuple[str, tuple[ZoneInfo, str]], before: int, hours_long: int) -> None:
    schedule, (zone, day) = case
    since = at(f"{day}T12:00") - before * HOUR
    until = since + hours_long * HOUR
    assert due_times(schedule, zone, since, until).tolist() == by_cronsim(schedule, zone, since, until)


@settings(max_examples=60, deadline=None)
@given(case=cases, cut=st.integers(1, 71))
def test_window_cut_in_two_has_the_same_due_times(case: tuple[str, tuple[ZoneInfo, str]], cut: int) -> None:
    schedule, (zone, day) = case
    since = at(f"{day}T00:00") - 24 * HOUR
    middle, until = since + cut * HOUR, since + 72 * HOUR
    parts = [*due_times(schedule, zone, since, middle).tolist(), *due_times(schedule, zone, middle, until).tolist()]
    assert parts == due_times(schedule, zone, since, until).tolist()


def test_fixed_time_in_a_skipped_hour_is_due_at_its_end() -> None:
    assert day_of("30 2 * * *", BERLIN, "2026-03-29") == ["03:00+0200"]


def test_fixed_time_in_an_hour_that_comes_twice_is_due_once() -> None:
    assert day_of("30 2 * * *", BERLIN, "2026-10-25") == ["02:30+0200"]


def test_star_minutes_follow_the_real_clock_through_an_hour_that_comes_twice() -> None:
    assert day_of("*/30 1 * * *", NEW_YORK, "2026-11-01") == ["01:00-0400", "01:30-0400", "01:00-0500", "01:30-0500"]


def test_half_hour_change_gives_a_quarter_hourly_job_two_runs_more() -> None:
    assert len(day_of("*/15 * * * *", LORD_HOWE, "2026-04-05")) == 98
    assert len(day_of("*/15 * * * *", LORD_HOWE, "2026-10-04")) == 94


def test_midnight_that_a_zone_skips_is_due_right_after() -> None:
    assert day_of("0 0 * * *", SAO_PAULO, "2018-11-04")[:1] == ["01:00-0200"]


@pytest.mark.parametrize(
    ("nickname", "plain"),
    [
        ("@hourly", "0 * * * *"), ("@daily", "0 0 * * *"), ("@midnight", "0 0 * * *"), ("@weekly", "0 0 * * 0"),
        ("@monthly", "0 0 1 * *"), ("@yearly", "0 0 1 1 *"), ("@annually", "0 0 1 1 *"), (" @Daily ", "0 0 * * *"),
    ],
)  # fmt: skip
def test_nickname_means_its_schedule(nickname: str, plain: str) -> None:
    year = at("2026-01-01T00:00"), at("2027-01-01T00:00")
    due = due_times(nickname, BERLIN, *year)
    assert len(due)
    assert due.tolist() == due_times(plain, BERLIN, *year).tolist()


def test_zone_in_front_of_a_schedule_outranks_the_jobs() -> None:
    day = at("2026-03-19T00:00"), at("2026-03-20T00:00")
    assert local(due_times("CRON_TZ=Asia/Tokyo 0 9 * * *", BERLIN, *day).tolist(), UTC_ZONE) == ["00:00+0000"]
    assert local(due_times("TZ=Asia/Tokyo  0 9 * * *", BERLIN, *day).tolist(), UTC_ZONE) == ["00:00+0000"]


@pytest.mark.parametrize("schedule", ["@reboot", "@never", "", "nonsense", "61 * * * *", "* * * *", "0 0 31 2 *"])
def test_schedule_that_never_fires_has_no_due_times(schedule: str) -> None:
    assert due_times(schedule, UTC_ZONE, at("2026-03-01T00:00"), at("2026-04-01T00:00")).tolist() == []


def test_blanks_in_a_schedule_do_not_count() -> None:
    day = at("2026-03-19T00:00"), at("2026-03-20T00:00")
    assert due_times(" 0\t7  * * * ", UTC_ZONE, *day).tolist() == [at("07:00")]


def test_until_is_left_out_and_since_is_not() -> None:
    assert [clock(each) for each in due_times("0 * * * *", UTC_ZONE, at("07:00"), at("09:00")).tolist()] == [
        "07:00",
        "08:00",
    ]


def test_window_that_ends_before_it_begins_has_none() -> None:
    assert due_times("* * * * *", UTC_ZONE, at("09:00"), at("07:00")).tolist() == []


def test_sundays_are_left_out_of_a_working_week() -> None:
    assert due_times("0 7 * * 1-5", UTC_ZONE, at("2026-03-22T00:00"), at("2026-03-23T00:00")).tolist() == []


QUARTER = 15 * MINUTE


def intervals(*starts: str, until: str = "09:00", early: float = 1.5) -> list[tuple[str | None, int]]:
    due, rows = interval_due_times(ints(map(at, starts)), QUARTER, at(until), round(early * MINUTE))
    return [(clock(each), row) for each, row in zip(due.tolist(), rows.tolist(), strict=True)]


def test_silent_intervals_are_due_and_were_met_by_nothing() -> None:
    assert intervals("07:00", "07:15", "08:15", until="08:16") == [
        ("07:00", 0), ("07:15", 1), ("07:30", -1), ("07:45", -1), ("08:00", -1), ("08:15", 2),
    ]  # fmt: skip


def test_interval_counts_from_the_last_observed_start() -> None:
    assert intervals("07:00", "07:19", until="07:50") == [("07:00", 0), ("07:15", 1), ("07:34", -1), ("07:49", -1)]


def test_start_right_after_another_was_not_due_and_the_interval_counts_from_it() -> None:
    assert intervals("07:00", "07:01", until="07:20") == [("07:00", 0), ("07:16", -1)]


def test_late_start_leaves_the_next_due_time_to_itself() -> None:
    assert intervals("07:00", "07:28", until="07:40") == [("07:00", 0), ("07:15", 1)]


def test_start_a_little_early_is_still_on_time() -> None:
    assert intervals("07:00", "07:14", until="07:20") == [("07:00", 0), ("07:15", 1)]


def test_how_early_a_start_may_be_is_the_jobs_own_to_say() -> None:
    assert intervals("07:00", "07:12", until="07:20", early=4) == [("07:00", 0), ("07:15", 1)]
    assert intervals("07:00", "07:14", until="07:20", early=0.5) == [("07:00", 0)]


def test_nothing_started_gives_no_due_times() -> None:
    assert intervals() == []


@given(st.lists(st.integers(1, 200), max_size=8), st.integers(0, 300))
def test_every_start_but_an_early_one_meets_one_due_time_of_its_own(gaps: list[int], after: int) -> None:
    starts = [0]
    for gap in gaps:
        starts.append(starts[-1] + gap * MINUTE)
    due, rows = interval_due_times(ints(starts), QUARTER, starts[-1] + after * MINUTE, 90 * SECOND)
    on_time = [0, *(row for row, gap in enumerate(gaps, 1) if gap >= 14)]
    assert [row for row in rows.tolist() if row >= 0] == on_time
    silent = [each for each, row in zip(due.tolist(), rows.tolist(), strict=True) if row < 0]
    tail = [starts[-1], *(each for each in silent if each > starts[-1])]
    assert all(later - earlier == QUARTER for earlier, later in pairwise(tail))


@given(st.integers(-10_000, 10_000), st.integers(1, 500), st.integers(-5000, 5000), st.integers(0, 5000))
def test_grid_has_all_its_points_in_the_window_and_no_other(anchor: int, step: int, since: int, span: int) -> None:
    due = grid_due_times(anchor, step, since, since + span).tolist()
    assert due == [each for each in range(since, since + span) if (each - anchor) % step == 0]


def test_one_simulation_serves_any_zone() -> None:
    moment = datetime(2026, 3, 19, 7, tzinfo=BERLIN).astimezone(UTC)
    assert due_times("0 7 * * *", BERLIN, at("00:00"), at("23:00")).tolist() == [round(moment.timestamp()) * SECOND]
