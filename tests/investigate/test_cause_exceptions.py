"""Which jobs count as told rightly while others were told wrongly."""

from __future__ import annotations

from typing import Any

from forensics.evidence.investigation import Cause
from tests.investigate.cases import change, days, found, world
from tests.report.builders import at

ALARMS = ("confirmed", "confirmed", "false_alarm", "false_alarm", "false_alarm", "false_alarm")
WRONG = [each for job in ("a", "b", "c") for each in days(job, *ALARMS)]


def broken(*runs: dict[str, Any], jobs: tuple[str, ...] = ("a", "b", "c")) -> Cause:
    began = change(*jobs, about="reporting", occasion=None, first_bad=at("2026-03-12 07:00"))
    return next(each for each in found(world([*WRONG, *runs]), changes=[began]) if each.kind == "reporting")


def rightly(cause: Cause) -> str:
    return " ".join(each for each in cause.supports if each.startswith("Told rightly"))


def test_job_told_rightly_all_the_time_is_named_with_its_runs() -> None:
    assert rightly(broken(*days("ok", *["confirmed"] * 6))) == (
        "Told rightly at the same time: `ok` (all 4 runs), beside 3 jobs told wrongly."
    )


def test_job_whose_newest_run_alone_was_right_is_no_exception() -> None:
    cause = broken(*days("late", *ALARMS[:-1], "confirmed"), jobs=("a", "b", "c", "late"))
    assert rightly(cause) == ""
    assert not any("late" in step.text and step.text.startswith("Compare") for step in cause.steps)


def test_one_right_run_since_is_too_few_for_an_exception() -> None:
    assert rightly(broken(*days("few", "confirmed", "confirmed", "confirmed"))) == ""


def test_job_mostly_told_rightly_is_named_with_how_often() -> None:
    cause = broken(*days("slip", *["confirmed"] * 4, "false_alarm", *["confirmed"] * 6))
    assert "`slip` (8 of 9 runs)" in rightly(cause)


def test_runs_of_a_job_count_from_its_own_change_on() -> None:
    early = [each for job in ("a", "b", "c") for each in days(job, *ALARMS)]
    late = [each for job in ("x", "y") for each in days(job, *["confirmed"] * 5, "false_alarm", "false_alarm")]
    changes = [
        change("a", "b", "c", about="reporting", occasion=None, first_bad=at("2026-03-12 07:00")),
        change("x", "y", about="reporting", occasion=None, first_bad=at("2026-03-15 07:00")),
    ]
    (cause,) = found(world([*early, *late]), changes=changes)
    assert rightly(cause) == ""
