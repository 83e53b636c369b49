"""The last due times of a job, and how far they lie apart."""

from __future__ import annotations

from datetime import timedelta

import pytest

from forensics.match.recent import last_due_times, recent_due_times, usual_interval
from tests.match.builders import at, clock, every, job


def test_last_four_due_times_before_now() -> None:
    assert [clock(each) for each in last_due_times(every(15), at("07:01"))] == ["06:15", "06:30", "06:45", "07:00"]


def test_due_time_now_is_not_before_now() -> None:
    assert clock(last_due_times(every(15), at("07:00"))[-1]) == "06:45"


def test_rare_job_is_looked_up_years_back() -> None:
    assert [clock(each) for each in last_due_times(job(schedule="0 0 1 1 *"), at("07:00"))] == [
        "2025-01-01T00:00",
        "2026-01-01T00:00",
    ]


@pytest.mark.parametrize("without", [job(schedule=None), job(problem="no schedule"), job(schedule="@reboot")])
def test_job_without_due_times_has_none(without: object) -> None:
    assert last_due_times(without, at("07:00")) == []  # type: ignore[arg-type]


def test_jobs_without_due_times_are_left_out() -> None:
    assert list(recent_due_times([job("one"), job("two", schedule=None)], at("09:00"))) == ["one"]


@pytest.mark.parametrize(
    ("known", "seconds"),
    [
        (every(15), 900),
        (job(), 86_400),
        (job(schedule=None, interval=timedelta(minutes=7)), 420),
        (job(schedule=None), 0),
        (job(schedule="0 7,8,9 * * *"), 3600),
    ],
)
def test_usual_interval(known: object, seconds: float) -> None:
    assert usual_interval(known, at("09:30")) == seconds  # type: ignore[arg-type]
