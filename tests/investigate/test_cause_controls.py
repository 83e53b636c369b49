"""A job is said to have gone on as before only where its own runs show that."""

from __future__ import annotations

from typing import Any

from forensics.evidence.investigation import Group
from forensics.investigate.cause_case import Case
from forensics.investigate.cause_controls import went_on
from tests.investigate.cases import change, days, world

BAD = [each for job in ("a", "b") for each in days(job, "confirmed", "confirmed", "confirmed", "failed", "failed")]


def told(*runs: dict[str, Any], **values: Any) -> str:
    jobs = tuple(dict.fromkeys(each["job"] for each in runs))
    changed = change("a", "b", controls=jobs, **values)
    return went_on(Case(world([*BAD, *runs]), (), (changed,), (), frozenset()), [changed])


def test_runs_on_both_sides_are_counted() -> None:
    assert told(*days("well", *["confirmed"] * 6)) == (
        "`well` went on as before (0 of 3 runs not done since, 0 of 3 before)"
    )


def test_one_good_run_since_shows_nothing() -> None:
    assert told(*days("few", *["confirmed"] * 4)) == ""


def test_job_that_failed_since_did_not_go_on() -> None:
    assert told(*days("also", *["confirmed"] * 4, "failed", "failed", "confirmed")) == ""


def test_more_good_runs_are_asked_for_where_fewer_of_those_that_changed_are_bad() -> None:
    runs = days("well", *["confirmed"] * 7)
    assert told(*runs)
    assert told(*runs, after=Group(3, 6, 2)) == ""


def test_job_that_changed_at_another_time_did_not_go_on() -> None:
    first = change("a", "b", controls=("c",))
    case = Case(world([*BAD, *days("c", *["confirmed"] * 7)]), (), (first, change("c")), (), frozenset())
    assert went_on(case, [first]) == ""
