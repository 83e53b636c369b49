"""Due times that OpenClaw passes over after an error."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from forensics.config import Job
from forensics.evidence.hosts import Stretch
from forensics.evidence.paired import NAT
from forensics.match.back_off import in_a_row
from forensics.match.fleet import pair_runs
from tests.match.builders import at, clock, covered, every, evidence, ints, job, resolved, step, trigger, window

Row = dict[str, Any]
MINUTELY = every(1, scheduler="openclaw")


def run(when: str, status: str = "error", name: str = "daily", **more: Any) -> Row:
    return trigger(when, name, "skipped" if status == "skipped" else "accepted", status=status, **more)


def untriggered(since: str, until: str, *rows: Row, of: Job = MINUTELY) -> list[str | None]:
    """Return the due times from one time to another at which nothing came, of a job that is due every minute."""
    found = evidence(*rows)
    known = resolved(found, of)
    runs = pair_runs(known, found, covered(1), window(f"2026-03-19T{since}", f"2026-03-19T{until}")).runs
    lost = (runs.due != NAT) & (runs.triggered == NAT) & (runs.skipped == NAT)
    inside = (runs.due >= window(f"2026-03-19T{since}").since) & (runs.due < window(until=f"2026-03-19T{until}").until)
    return [clock(int(each)) for each in runs.due[lost & inside]]


def test_due_time_within_the_wait_after_an_error_is_none() -> None:
    failing = [run("07:00"), run("07:01"), run("07:02:01"), run("07:07:02", "ok"), run("07:08", "ok")]
    assert untriggered("07:00", "07:09", *failing) == []


def test_run_that_a_restart_cut_off_is_waited_for_like_an_error() -> None:
    rows = run("07:00"), run("07:01", "interrupted"), run("07:02:01"), run("07:07:02", "ok"), run("07:08", "ok")
    assert untriggered("07:00", "07:09", *rows) == []


def test_due_time_after_the_wait_is_one() -> None:
    assert untriggered("07:00", "07:04", run("07:00")) == ["07:01", "07:02", "07:03"]


def test_another_scheduler_waits_for_nothing() -> None:
    lost = untriggered(
        "07:00", "07:05", run("07:00"), run("07:01"), run("07:02"), of=replace(MINUTELY, scheduler="cron")
    )
    assert lost == ["07:03", "07:04"]


@pytest.mark.parametrize(
    ("errors", "first"),
    [(1, "07:01"), (2, "07:01:11"), (3, "07:05:12"), (4, "07:15:13"), (5, "08:00:14"), (6, "08:00:15")],
)
def test_each_error_in_a_row_is_waited_for_longer(errors: int, first: str) -> None:
    # Started by hand, a second apart, so that no due time lies between.
    rows = [run(f"07:00:{second:02}") for second in range(10, 10 + errors)]
    assert untriggered("07:00", "09:00", *rows)[0] == first


@pytest.mark.parametrize("status", ["ok", "skipped"])
def test_run_that_went_well_or_was_skipped_ends_the_counting(status: str) -> None:
    rows = [run("07:00:10"), run("07:00:11"), run("07:00:12"), run("07:00:13", status), run("07:00:14")]
    assert untriggered("07:00", "07:03", *rows) == ["07:01", "07:02"]


def test_wait_begins_when_the_run_ended() -> None:
    rows = [run("07:00:01"), run("07:00:02"), step("failed", "07:00:50", status="error")]
    assert untriggered("07:00", "07:03", *rows) == ["07:01:50", "07:02"]


def test_length_that_the_scheduler_tells_counts_where_no_end_is_on_record() -> None:
    rows = [run("07:00:01"), run("07:00:02", attributes={"durationSeconds": 45.0})]
    assert untriggered("07:00", "07:03", *rows) == ["07:01:47", "07:02"]


def test_start_right_after_the_wait_belongs_to_the_last_due_time_in_it() -> None:
    half_hourly = every(30, scheduler="openclaw")
    rows = [run(f"07:00:1{second}") for second in range(5)]
    found = evidence(*rows, run("08:00:20", "ok"))
    runs = pair_runs(
        resolved(found, half_hourly), found, covered(1), window("2026-03-19T07:00", "2026-03-19T08:30")
    ).runs
    assert [clock(int(each)) for each in runs.due[runs.triggered != NAT] if each != NAT][-1:] == ["08:00"]


def test_start_that_a_wait_put_off_by_more_than_the_grace_is_still_that_due_times() -> None:
    rows = [run(f"07:18:0{second}") for second in range(4)]
    found = evidence(run("07:00", "ok"), *rows, run("07:33:10", "ok"))
    own = every(20, scheduler="openclaw")
    runs = pair_runs(resolved(found, own), found, covered(1), window("2026-03-19T07:00", "2026-03-19T07:40")).runs
    met = {clock(int(due)): clock(int(at)) for due, at in zip(runs.due, runs.triggered, strict=True) if due != NAT}
    assert met["07:20"] == "07:33:10"


HALF_HOURLY = every(30, scheduler="openclaw")
# The third error in a row, so that it is held back from 07:30 to 07:33.
THIRD_ERROR = [run("07:26"), run("07:27"), run("07:28", attributes={"durationSeconds": 1.0})]

# When the gateway was up: not at the end of that wait.
UP = ("one", "07:00", "07:32"), ("two", "07:49:58", "08:00")


def test_run_that_did_not_come_at_the_end_of_the_wait_is_missed_there() -> None:
    assert untriggered("07:15", "08:15", run("07:00", "ok"), *THIRD_ERROR, run("08:00", "ok"), of=HALF_HOURLY) == [
        "07:33:01"
    ]


def test_run_that_came_late_after_the_wait_was_not_lost() -> None:
    assert untriggered("07:15", "08:00", *THIRD_ERROR, run("07:34:20", "ok"), of=HALF_HOURLY) == []


def test_several_due_times_of_one_wait_are_lost_once() -> None:
    fifth = [run(f"07:00:1{second}") for second in range(5)]
    assert untriggered("07:10", "09:00", *fifth, of=HALF_HOURLY) == ["08:00:14", "08:30"]


def test_start_soon_after_the_end_of_a_wait_may_be_its_where_nothing_tells_how_long_the_failed_run_took() -> None:
    by_guess, by_record = run("07:08"), run("07:08", attributes={"durationSeconds": 1.0})
    before, after = [run("07:06"), run("07:07")], run("07:20:01", "ok")
    own = every(10, scheduler="openclaw")
    lost = [untriggered("07:09", "07:20", *before, each, after, of=own) for each in (by_guess, by_record)]
    assert lost == [[], ["07:13:01"]]


def test_start_that_the_busy_scheduler_delayed_beyond_the_next_due_time_came_for_the_wait() -> None:
    rows = [run("06:58"), run("06:59"), run("07:00", attributes={"durationSeconds": 1.0})]
    rows += [run("07:04", "ok", "long", attributes={"durationSeconds": 6.0 * 60}), run("07:10:02", "ok")]
    found = evidence(*rows)
    known = resolved(found, every(4, scheduler="openclaw"), job("long", schedule=None, scheduler="openclaw"))
    runs = pair_runs(known, found, covered(2), window("2026-03-19T07:03", "2026-03-19T07:12")).runs
    assert "07:05:01" not in [clock(int(each)) for each in runs.due]


def test_end_of_a_wait_that_is_still_to_come_is_no_due_time() -> None:
    found = evidence(*THIRD_ERROR)
    span = window("2026-03-19T07:15", "2026-03-19T07:33")
    runs = pair_runs(resolved(found, HALF_HOURLY), found, covered(1), span).runs
    assert [clock(int(each)) for each in runs.due[runs.triggered == NAT] if each > span.since] == []


def test_run_that_made_up_for_one_lost_at_the_end_of_a_wait_is_its() -> None:
    read = evidence(*THIRD_ERROR, run("07:50", "ok"))
    up = [Stretch(None, boot, at(since), at(until), "log", 1, "openclaw") for boot, since, until in UP]
    found = replace(read, sources=(replace(read.sources[0], stretches=tuple(up)), *read.sources[1:]))
    runs = pair_runs(
        resolved(found, HALF_HOURLY), found, covered(1), window("2026-03-19T07:15", "2026-03-19T07:59")
    ).runs
    met = {clock(int(due)): clock(int(at)) for due, at in zip(runs.due, runs.triggered, strict=True)}
    assert met["07:33:01"] == "07:50"


def test_errors_are_counted_job_by_job() -> None:
    assert in_a_row(ints([0, 0, 0, 1, 1, 1]), ints([1, 0, 1, 1, 1, 0]) == 1).tolist() == [1, 0, 1, 1, 2, 0]
    assert in_a_row(ints([]), ints([]) == 1).tolist() == []
