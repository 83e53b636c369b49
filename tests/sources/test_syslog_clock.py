"""From local times to instants: zones, the hour that is skipped, the hour that comes twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.sources.syslog_builders import BERLIN, NEW_YORK, cron, read_lines

NOVEMBER = "2025-11-20T00:00:00Z"


def test_offset_of_the_line_outranks_the_zone_of_the_options(tmp_path: Path) -> None:
    stamps = ["2026-03-19T07:30:00+09:00", "2026-03-19T07:30:00Z", "2026-03-19T07:30:00-0330", "2026-03-19T07:30:00"]
    assert read_lines(tmp_path, *map(cron, stamps), timezone=NEW_YORK).times == [
        "2026-03-18T22:30:00Z",
        "2026-03-19T07:30:00Z",
        "2026-03-19T11:00:00Z",
        "2026-03-19T11:30:00Z",
    ]


@pytest.mark.parametrize("stamp", ["2025-03-30T02:30:00", "Mar 30 02:30:00"])
def test_time_that_the_zone_skips_moves_forward(tmp_path: Path, stamp: str) -> None:
    assert read_lines(tmp_path, cron(stamp), timezone=BERLIN, modified=NOVEMBER).times == ["2025-03-30T01:30:00Z"]


@pytest.mark.parametrize("shape", ["%Y-%m-%dT%H:%M:%S", "%b %e %H:%M:%S"])
@pytest.mark.parametrize(
    ("zone", "begin"),
    [
        ("Europe/Berlin", "2025-10-26T00:00"),
        ("America/New_York", "2025-11-02T04:30"),
        ("Australia/Lord_Howe", "2025-04-05T13:30"),
    ],
)
def test_jump_back_in_the_hour_that_comes_twice_tells_its_second_pass(
    tmp_path: Path, zone: str, begin: str, shape: str
) -> None:
    start = datetime.fromisoformat(begin).replace(tzinfo=UTC)
    instants = [start - timedelta(hours=1) + timedelta(minutes=5 * step) for step in range(48)]
    stamps = [instant.astimezone(ZoneInfo(zone)).strftime(shape) for instant in instants]
    outcome = read_lines(tmp_path, *map(cron, stamps), timezone=ZoneInfo(zone), modified=NOVEMBER)
    assert outcome.times == [instant.strftime("%Y-%m-%dT%H:%M:%SZ") for instant in instants]


def test_lines_of_other_programs_tell_the_second_pass_too(tmp_path: Path) -> None:
    lines = ["Oct 26 02:59:59 web1 sshd[1]: a", "Oct 26 02:00:00 web1 sshd[1]: b", cron("Oct 26 02:17:01")]
    assert read_lines(tmp_path, *lines, timezone=BERLIN, modified=NOVEMBER).times == ["2025-10-26T01:17:01Z"]


def test_hourly_job_alone_in_a_quiet_log_runs_in_both_passes(tmp_path: Path) -> None:
    stamps = ["Oct 26 01:17:01", "Oct 26 02:17:01", "Oct 26 02:17:02", "Oct 26 03:17:01"]
    lines = [cron(stamp, "hourly.sh", 100 + number) for number, stamp in enumerate(stamps)]
    assert read_lines(tmp_path, *lines, timezone=BERLIN, modified=NOVEMBER).times == [
        "2025-10-25T23:17:01Z",
        "2025-10-26T00:17:01Z",
        "2025-10-26T01:17:02Z",
        "2025-10-26T02:17:01Z",
    ]


def test_line_written_twice_by_one_process_is_of_one_pass(tmp_path: Path) -> None:
    lines = [cron("Oct 26 02:17:01", process_id=7)] * 2
    assert len(set(read_lines(tmp_path, *lines, timezone=BERLIN, modified=NOVEMBER).times)) == 1


def test_clock_set_back_on_another_day_tells_nothing_of_the_hour_that_comes_twice(tmp_path: Path) -> None:
    stamps = ["Oct 25 23:55:00", "Oct 25 23:00:00", "Oct 26 02:17:01"]
    times = read_lines(tmp_path, *map(cron, stamps), timezone=BERLIN, modified=NOVEMBER).times
    assert times[-1] == "2025-10-26T00:17:01Z"


def test_seconds_of_disorder_are_no_second_pass(tmp_path: Path) -> None:
    stamps = ["Oct 26 02:17:59", "Oct 26 02:16:58", "Oct 26 02:30:00"]
    lines = [cron(stamp, f"job-{number}.sh", number) for number, stamp in enumerate(stamps)]
    assert read_lines(tmp_path, *lines, timezone=BERLIN, modified=NOVEMBER).times == [
        "2025-10-26T00:17:59Z",
        "2025-10-26T00:16:58Z",
        "2025-10-26T00:30:00Z",
    ]


def test_coverage_ends_with_the_last_line_of_the_second_pass(tmp_path: Path) -> None:
    stamps = ["Oct 26 02:59:00", "Oct 26 02:00:00", "Oct 26 02:20:00"]
    outcome = read_lines(
        tmp_path, *[f"{stamp} web1 sshd[1]: x" for stamp in stamps], timezone=BERLIN, modified=NOVEMBER
    )
    assert outcome.account.newest == datetime(2025, 10, 26, 1, 20, tzinfo=UTC).timestamp() * 10**9
