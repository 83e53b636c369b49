"""The starts from which interval jobs are counted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from forensics.config import Job
from forensics.evidence.paired import NAT
from forensics.match.fleet import pair_runs
from forensics.match.seen import interval_starts
from tests.match.builders import at, beat, clock, covered, evidence, job, resolved, step, table, trigger, window

Row = dict[str, Any]


def counted(minutes: int, name: str = "daily", **more: Any) -> Job:
    """Return a job that is due so many minutes after its last start."""
    return job(name, schedule=None, interval=timedelta(minutes=minutes), max_duration=None, **more)


def starts(*rows: Row, of: Job) -> list[str | None]:
    """Return the starts from which a job is counted."""
    found = evidence(*rows)
    return [clock(int(each)) for each in interval_starts(table(of), resolved(found, of), found).at]


def dues(since: str, until: str, *rows: Row, of: Job) -> list[str | None]:
    """Return the due times on the 19th that a report on a window knows."""
    found, span = evidence(*rows), window(since, until, "2026-03-20T00:00")
    due = pair_runs(resolved(found, of), found, covered(1), span).runs.due
    return [clock(int(each)) for each in due if each != NAT and at("00:00") <= each < at("2026-03-20T00:00")]


@pytest.mark.parametrize("sign", [trigger, lambda when: step("started", when), beat])
def test_due_times_are_the_same_however_long_ago_the_last_start_was(sign: Any) -> None:
    hours, rows = counted(8 * 60), [sign("2026-03-09T03:36")]
    night, fortnight = (dues(since, "2026-03-20T00:00", *rows, of=hours) for since in ("2026-03-19", "2026-03-06"))
    assert night == fortnight == ["03:36", "11:36", "19:36"]


def test_due_times_of_a_job_that_never_started_are_the_same_in_every_window() -> None:
    known = [dues(since, "2026-03-20T00:00", of=counted(12 * 60)) for since in ("2026-03-18T23:17", "2026-03-06")]
    assert known == [["00:00", "12:00"]] * 2


def test_due_times_of_a_job_that_never_started_are_counted_from_where_its_life_began() -> None:
    own = counted(12 * 60, since=datetime(2026, 3, 10, 5, tzinfo=UTC))
    assert dues("2026-03-19", "2026-03-20T00:00", of=own) == ["05:00", "17:00"]


def test_runner_tells_of_starts_where_no_trigger_is_near() -> None:
    rows = trigger("07:00"), step("started", "07:04"), step("started", "08:30"), step("started", "09:30")
    assert starts(*rows, of=counted(60)) == ["07:00", "08:30", "09:30"]


def test_heartbeat_tells_of_a_start_where_nothing_better_does() -> None:
    assert starts(trigger("07:00"), beat("07:20"), of=counted(60)) == ["07:00"]
    assert starts(trigger("07:00"), beat("09:20"), of=counted(60)) == ["07:00", "09:20"]


def test_heartbeat_that_cannot_be_believed_tells_of_no_start() -> None:
    assert starts(beat("07:20", fault="future"), of=counted(60)) == []


def test_recorded_skip_is_no_start() -> None:
    assert starts(trigger("07:00"), trigger("08:00", event="skipped"), of=counted(60)) == ["07:00"]


def test_start_that_two_files_tell_of_counts_once() -> None:
    rows = [trigger("07:00", run_id="one"), trigger("07:00", run_id="one")]
    assert starts(*rows, of=counted(60)) == ["07:00"]


@pytest.mark.parametrize(
    "of",
    [job(), job(schedule=None), counted(60, anchor=datetime(2026, 3, 10, 5, tzinfo=UTC)), counted(60, problem="?")],
)
def test_nothing_is_counted_from_the_starts_of_other_jobs(of: Job) -> None:
    assert starts(trigger("07:00"), of=of) == []
