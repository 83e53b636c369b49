"""Years that no line names: New Year, disorder, leap days, and what anchors them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sources.syslog_builders import NEW_YORK, NOW, cron, ns, read_lines, utc

MARCH = "2026-03-20T12:00:00Z"


def test_new_year_inside_a_file_counts_the_year_on(tmp_path: Path) -> None:
    lines = [cron(stamp) for stamp in ("Dec 31 23:59:01", "Jan  1 00:00:01", "Mar 19 07:00:01")]
    assert read_lines(tmp_path, *lines, modified=MARCH).times == [
        "2025-12-31T23:59:01Z",
        "2026-01-01T00:00:01Z",
        "2026-03-19T07:00:01Z",
    ]


def test_every_new_year_in_a_long_file_counts(tmp_path: Path) -> None:
    lines = [cron(stamp) for stamp in ("Nov  1 01:00:00", "Feb  1 01:00:00", "Oct  1 01:00:00", "Jan  1 01:00:00")]
    assert [time[:4] for time in read_lines(tmp_path, *lines, modified=MARCH).times] == ["2024", "2025", "2025", "2026"]


@pytest.mark.parametrize(
    "stamps",
    [
        ("Mar 11 19:26:39", "Mar 11 22:55:32", "Jan 22 07:53:01"),
        ("Mar 19 07:30:00", "Mar 19 06:30:00", "Mar 19 06:31:00"),
        ("Mar  1 00:00:10", "Feb 28 23:59:59", "Mar  1 00:00:11"),
        ("Jan  2 00:00:00", "Mar  1 00:00:00"),
    ],
)
def test_clock_set_back_or_disorder_is_no_new_year(tmp_path: Path, stamps: tuple[str, ...]) -> None:
    times = read_lines(tmp_path, *map(cron, stamps), modified=MARCH).times
    assert {time[:4] for time in times} == {"2026"}


def test_silence_of_more_than_half_a_year_is_no_new_year(tmp_path: Path) -> None:
    times = read_lines(tmp_path, cron("May 11 02:10:00"), cron("Dec  1 02:30:01"), modified=MARCH).times
    assert times == ["2025-05-11T02:10:00Z", "2025-12-01T02:30:01Z"]


@pytest.mark.parametrize("first", [(), ("Dec 31 23:59:58",)])
def test_line_that_is_late_over_new_year_belongs_to_the_old_year(tmp_path: Path, first: tuple[str, ...]) -> None:
    stamps = [*first, "Jan  1 00:00:00", "Dec 31 23:59:59", "Jan  1 00:00:01"]
    times = read_lines(tmp_path, *map(cron, stamps), modified=MARCH).times
    assert times[-3:] == ["2026-01-01T00:00:00Z", "2025-12-31T23:59:59Z", "2026-01-01T00:00:01Z"]


def test_mtime_tells_the_latest_year_that_is_not_after_it(tmp_path: Path) -> None:
    assert read_lines(tmp_path, cron("Mar 15 22:20:00"), modified="2023-03-16T00:00:00Z").times == [
        "2023-03-15T22:20:00Z"
    ]
    assert read_lines(tmp_path, cron("Mar 15 22:20:00"), modified="2023-03-13T00:00:00Z").times == [
        "2022-03-15T22:20:00Z"
    ]


def test_line_of_a_zone_ahead_of_utc_may_be_a_day_after_the_mtime(tmp_path: Path) -> None:
    lines = [cron("Jan  1 08:00:00")]
    assert read_lines(tmp_path, *lines, modified="2025-12-31T23:00:00Z").times == ["2026-01-01T08:00:00Z"]


def test_mtime_later_than_now_gives_way_to_now(tmp_path: Path) -> None:
    outcome = read_lines(tmp_path, cron("Oct  8 07:00:00"), now=ns("2022-10-10T00:00:00Z"), modified=MARCH)
    assert outcome.times == ["2022-10-08T07:00:00Z"]


def test_mtime_of_an_archive_without_times_gives_way_to_now(tmp_path: Path) -> None:
    outcome = read_lines(tmp_path, cron("Mar 15 22:20:00"), modified="1980-01-01T00:00:00Z")
    assert outcome.times == ["2026-03-15T22:20:00Z"]


def test_year_in_the_options_outranks_all_else(tmp_path: Path) -> None:
    lines = [cron("Oct  8 07:00:00"), "Oct  8 07:01:01 web1 anacron[1]: Anacron started on 2022-10-08"]
    assert read_lines(tmp_path, *lines, year=2019, modified=MARCH).times == ["2019-10-08T07:00:00Z"]


@pytest.mark.parametrize(("year", "now"), [(2025, MARCH), (2026, MARCH), (2026, "2026-01-01T00:05:00Z")])
def test_year_in_the_options_may_be_either_year_of_a_log_over_new_year(tmp_path: Path, year: int, now: str) -> None:
    lines = [cron("Dec 31 23:59:01"), cron("Jan  1 00:00:01")]
    assert read_lines(tmp_path, *lines, year=year, now=ns(now)).times == [
        "2025-12-31T23:59:01Z",
        "2026-01-01T00:00:01Z",
    ]


@pytest.mark.parametrize(
    "line",
    [
        "Oct  8 07:01:01 web1 anacron[1]: Anacron started on 2022-10-08",
        "Oct  8 07:01:01 web1 kernel: [    0.9] rtc_cmos 00:03: setting system clock to 2022-10-08T05:01:00 UTC (1665205260)",
        "2022-10-08T08:00:00Z web1 sshd[1]: hello",
    ],
)
def test_date_that_the_log_tells_outranks_the_mtime(tmp_path: Path, line: str) -> None:
    outcome = read_lines(tmp_path, cron("Dec 31 07:00:00"), cron("Oct  8 07:00:00"), line, modified=MARCH)
    assert outcome.times == ["2022-12-31T07:00:00Z", "2022-10-08T07:00:00Z"]


def test_told_date_is_counted_from_its_own_side_of_new_year(tmp_path: Path) -> None:
    told = "Jan  2 07:01:01 web1 anacron[1]: Anacron started on 2020-01-02"
    outcome = read_lines(tmp_path, cron("Dec 30 07:00:00"), told, cron("Jan  3 07:00:00"), modified=MARCH)
    assert outcome.times == ["2019-12-30T07:00:00Z", "2020-01-03T07:00:00Z"]


def test_told_date_of_another_day_is_no_date_of_the_line(tmp_path: Path) -> None:
    told = "Mar 15 07:01:01 web1 anacron[1]: Anacron started on 2020-07-02"
    assert read_lines(tmp_path, cron("Mar 15 07:00:00"), told, modified=MARCH).times == ["2026-03-15T07:00:00Z"]


def test_log_that_went_over_to_full_time_stamps_dates_its_older_lines_by_them(tmp_path: Path) -> None:
    lines = [cron("Dec 31 23:00:00"), cron("2021-01-01T00:00:00+00:00"), cron("2021-01-01T01:00:00+00:00")]
    assert read_lines(tmp_path, *lines, modified=MARCH).times[0] == "2020-12-31T23:00:00Z"


def test_leap_day_picks_a_leap_year(tmp_path: Path) -> None:
    lines = [cron("Feb 28 01:00:00"), cron("Feb 29 01:15:43"), cron("Mar  1 01:00:00")]
    assert read_lines(tmp_path, *lines, modified=MARCH).times == [
        "2024-02-28T01:00:00Z",
        "2024-02-29T01:15:43Z",
        "2024-03-01T01:00:00Z",
    ]


def test_leap_day_in_a_year_that_has_none_is_rejected_and_the_other_rows_stay(tmp_path: Path) -> None:
    outcome = read_lines(tmp_path, cron("Feb 28 01:00:00"), cron("Feb 29 01:15:43"), cron("Mar  1 01:00:00"), year=2026)
    assert outcome.times == ["2026-02-28T01:00:00Z", "2026-03-01T01:00:00Z"]
    assert [(reject.record, reject.text) for reject in outcome.rejects] == [(2, "Feb 29 01:15:43")]
    assert outcome.is_balanced


def test_year_within_the_stamp_needs_no_anchor(tmp_path: Path) -> None:
    assert read_lines(tmp_path, cron("Mar 15 2019 22:20:00")).times == ["2019-03-15T22:20:00Z"]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.integers(min_value=-3600, max_value=150 * 86_400), min_size=1, max_size=12))
def test_years_of_a_log_with_gaps_and_small_setbacks_are_found_again(tmp_path: Path, steps: list[int]) -> None:
    last = datetime.fromtimestamp(NOW // 10**9, UTC)
    times = [last]
    for step in steps:
        times.append(times[-1] - timedelta(seconds=step))
    times = [time for time in reversed(times) if time <= last]
    lines = [cron(f"{time:%b %e %H:%M:%S}") for time in times]
    assert read_lines(tmp_path, *lines, modified=MARCH).times == [
        utc(round(time.timestamp()) * 10**9) for time in times
    ]


def test_zone_of_the_options_holds_for_yearless_lines(tmp_path: Path) -> None:
    assert read_lines(tmp_path, cron("Mar 15 22:20:00"), timezone=NEW_YORK).times == ["2026-03-16T02:20:00Z"]


def test_mtime_that_is_the_newest_lines_own_time_holds_though_an_older_night_is_judged(tmp_path: Path) -> None:
    lines = [cron("Mar 14 22:20:00"), cron("Mar 16 05:57:00")]
    outcome = read_lines(tmp_path, *lines, now=ns("2026-03-15T06:00:00Z"), modified="2026-03-16T05:57:01Z")
    assert [time[:4] for time in outcome.times] == ["2026", "2026"]
