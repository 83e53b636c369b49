"""Failure all at once, while the work is proven."""

from __future__ import annotations

from typing import Any

from forensics.analyse.alarms import mass_failure
from forensics.evidence.columns import Columns
from tests.analyse.builders import frame, run


def many(verdict: str, count: int, **columns: Any) -> list[dict[str, Any]]:
    return [run(verdict, job=f"{verdict}-{number}", **columns) for number in range(count)]


def found(*rows: dict[str, Any]) -> list[Any]:
    return mass_failure(Columns(frame(*rows)))


def test_most_failures_false_is_one_finding():
    (finding,) = found(*many("confirmed", 2), *many("false_alarm", 25), *many("failed", 2))
    assert finding.kind == "mass_failure"
    assert finding.text == "27 of 29 jobs said failure, and the work of 25 of 27 (92.6 %) is proven."
    assert finding.detail == {"jobs": 29, "said_failure": 27, "failure_messages": 27, "proven": 25}


def test_jobs_that_said_success_are_named():
    (finding,) = found(*many("confirmed", 1), *many("false_alarm", 3))
    assert "Said success: confirmed-0." in finding.observed


def test_failures_that_are_true_are_no_finding():
    assert found(*many("failed", 9)) == []


def test_few_false_alarms_among_successes_are_no_finding():
    assert found(*many("confirmed", 20), *many("false_alarm", 4)) == []


def test_two_jobs_are_not_a_mass():
    assert found(*many("false_alarm", 2)) == []


def test_one_job_that_fails_again_and_again_is_not_a_mass():
    assert found(*(run("false_alarm", due=f"0{hour}:00") for hour in range(9))) == []


def test_muted_alarms_are_left_out():
    assert found(*many("false_alarm", 9, flags="muted")) == []
