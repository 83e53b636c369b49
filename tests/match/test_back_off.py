"""Due times that OpenClaw passes over after an error."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from forensics.config import Job
from forensics.evidence.paired import NAT
from forensics.match.back_off import in_a_row
from forensics.match.pairing import pair_runs
from tests.match.builders import clock, covered, every, evidence, ints, resolved, step, trigger, window

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


@pytest.mark.parametrize(("errors", "waits"), [(1, 0), (2, 1), (3, 5), (4, 15), (5, 60), (6, 60)])
def test_each_error_in_a_row_is_waited_for_longer(errors: int, waits: int) -> None:
    # Started by hand, a second apart, so that no due time lies between.
    rows = [run(f"07:00:{second:02}") for second in range(10, 10 + errors)]
    assert untriggered("07:00", "09:00", *rows)[0] == clock_of(waits + 1)


def clock_of(minutes: int) -> str:
    return f"{7 + minutes // 60:02}:{minutes % 60:02}"


@pytest.mark.parametrize("status", ["ok", "skipped"])
def test_run_that_went_well_or_was_skipped_ends_the_counting(status: str) -> None:
    rows = [run("07:00:10"), run("07:00:11"), run("07:00:12"), run("07:00:13", status), run("07:00:14")]
    assert untriggered("07:00", "07:03", *rows) == ["07:01", "07:02"]


def test_wait_begins_when_the_run_ended() -> None:
    rows = [run("07:00:01"), run("07:00:02"), step("failed", "07:00:50", status="error")]
    assert untriggered("07:00", "07:03", *rows) == ["07:02"]


def test_length_that_the_scheduler_tells_counts_where_no_end_is_on_record() -> None:
    rows = [run("07:00:01"), run("07:00:02", attributes={"durationSeconds": 45.0})]
    assert untriggered("07:00", "07:03", *rows) == ["07:02"]


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
    job = every(20, scheduler="openclaw")
    runs = pair_runs(resolved(found, job), found, covered(1), window("2026-03-19T07:00", "2026-03-19T07:40")).runs
    met = {clock(int(due)): clock(int(at)) for due, at in zip(runs.due, runs.triggered, strict=True) if due != NAT}
    assert met["07:20"] == "07:33:10"


def test_errors_are_counted_job_by_job() -> None:
    assert in_a_row(ints([0, 0, 0, 1, 1, 1]), ints([1, 0, 1, 1, 1, 0]) == 1).tolist() == [1, 0, 1, 1, 2, 0]
    assert in_a_row(ints([]), ints([]) == 1).tolist() == []
