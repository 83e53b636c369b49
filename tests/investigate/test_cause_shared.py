"""A change that several jobs share is one cause: before all single jobs, and once."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import Any

from forensics.evidence.investigation import Cause, ChangePoint, Group
from tests.investigate.cases import ISOLATED, change, days, found, kinds, world
from tests.report.builders import at

JOBS = ("a", "b", "c", "d")
ALL_BAD = ("confirmed", "confirmed", "confirmed", "failed", "failed")


def causes(
    changes: Sequence[ChangePoint], *more: dict[str, Any], verdicts: Sequence[str] = ALL_BAD, **told: Any
) -> tuple[Cause, ...]:
    """Return the causes where four jobs fail from the 13th on."""
    runs = [each for job in JOBS for each in days(job, *verdicts)]
    return found(world([*runs, *more]), changes=changes, **told)


def of_all(**told: Any) -> ChangePoint:
    """Return the change of the four jobs."""
    return change(*JOBS, **{"before": Group(0, 12, 4), "after": Group(8, 8, 4), **told})


def test_change_of_many_jobs_comes_before_jobs_that_fail_alone() -> None:
    told = causes([of_all()], *days("own", *["failed"] * 5))
    assert [each.kind for each in told] == ["change", "job"]
    assert told[0].title == (
        "The upgrade to gateway 2026.3.14 (2026-03-13 02:00) came just before 4 jobs went wrong together:"
        " 8 of 8 runs not done since, 0 of 12 before"
    )
    assert told[0].jobs == JOBS
    assert told[1].jobs == ("own",)


def test_change_without_an_event_is_a_cause_all_the_same() -> None:
    (cause,) = causes([of_all(occasion=None)])
    assert cause.title.startswith("4 jobs went wrong together from 2026-03-13 07:00 on: 8 of 8 runs not done since")
    assert "what it is, only its traces on the host can tell" in cause.inferred


def test_two_jobs_that_break_on_one_day_are_no_shared_cause_unless_something_happened() -> None:
    runs = [*days("a", *ALL_BAD), *days("b", *ALL_BAD)]
    assert kinds(found(world(runs), changes=[change("a", "b", occasion=None)])) == ["job", "job"]
    assert kinds(found(world(runs), changes=[change("a", "b")])) == ["change"]


def test_failures_that_a_setting_explains_are_not_put_down_to_a_change_as_well() -> None:
    runs = [each for job in JOBS for each in days(job, *ALL_BAD)]
    hung = [f"{job}/{day}" for job in JOBS for day in (13, 14)]
    studied = world(runs, attributes=dict.fromkeys(JOBS, ISOLATED), boots=hung)
    assert kinds(found(studied, changes=[of_all(occasion=None)])) == ["boot"]


def test_event_is_rolled_back_first_and_what_that_costs_is_said() -> None:
    step = causes([of_all()])[0].steps[0]
    assert step.text.startswith("Roll the upgrade to gateway 2026.3.14 back on one host or for one job;")
    assert step.cost


def test_what_changed_is_looked_for_between_the_last_good_run_and_the_first_bad_one() -> None:
    (cause,) = causes([of_all(occasion=None)])
    words = shlex.split(cause.steps[0].command)
    assert words[0] == "find"
    assert words[words.index("-newermt") + 1] == "2026-03-12 07:00 UTC"
    assert words[words.index("!") + 2] == "2026-03-13 07:01 UTC"


def test_all_runs_since_the_change_are_to_be_made_up_for() -> None:
    (cause,) = causes([of_all()])
    (step,) = [each for each in cause.steps if each.kind == "rerun"]
    assert step.text.startswith("Make up for 8 lost runs of 4 jobs")


def test_job_with_too_few_runs_to_be_sure_goes_with_the_others() -> None:
    (cause,) = causes([of_all()], *days("late", "confirmed", "confirmed", "confirmed", "failed", "failed"))
    assert "4 jobs and likely 1 more went wrong together: 10 of 10 runs" in cause.title
    assert any(each.startswith("`late` fit it, too") for each in cause.supports)


def test_job_that_fails_as_it_always_did_does_not_go_with_the_others() -> None:
    told = causes([of_all()], *days("always", *["failed"] * 5))
    assert "likely" not in told[0].title


def test_failures_before_the_change_do_not_last() -> None:
    told = causes([of_all()], verdicts=("confirmed", "confirmed", "failed", "failed", "failed"))
    assert kinds(told) == ["change", "jobs"]
    assert told[1].title == "4 jobs failed now and then: 4 runs"
    assert told[1].detail["is_over"] is True


def test_change_that_was_taken_back_is_over() -> None:
    back = of_all(occasion=None, is_better=True, last_good=at("2026-03-14 07:00"), first_bad=at("2026-03-15 07:00"))
    told = causes([of_all(), back], verdicts=(*ALL_BAD, "confirmed", "confirmed"))
    assert told[0].detail["is_over"] is True
    assert "Roll" not in told[0].steps[0].text


def test_second_moment_of_the_same_trouble_is_no_second_cause() -> None:
    later = of_all(occasion=None, first_bad=at("2026-03-14 07:00"), before=Group(4, 16, 4), after=Group(4, 4, 4))
    assert kinds(causes([later, of_all(occasion=None)])) == ["change"]


def test_one_job_that_was_asked_about_is_told_of_the_change_of_all() -> None:
    (cause,) = causes([of_all()], focus=frozenset({"b"}))
    assert (cause.kind, cause.detail["runs"]) == ("change", 2)
    assert "before 4 jobs went wrong together" in cause.title


def test_jobs_that_went_on_speak_against_the_event_alone() -> None:
    well = [each for job in ("w", "x") for each in days(job, *["confirmed"] * 6)]
    (cause,) = causes([of_all(controls=("w", "x"))], *well)
    assert cause.contradicts[0] == (
        "`w` and `x` went on as before (0 of 6 runs not done since, 0 of 6 before):"
        " it was not the upgrade alone, but what it met in others."
    )


def test_change_of_some_runs_of_each_job_is_told_of_these() -> None:
    (cause,) = causes([of_all(among="node = n1")])
    assert "came just before runs with `node = n1` of 4 jobs went wrong together" in cause.title
    assert cause.supports[0].startswith("Runs with `node = n1` of `a`, `b`, `c` and `d` began to go wrong between ")


def test_end_that_is_open_is_told_with_the_likeliest_instant() -> None:
    (cause,) = causes([of_all(latest=at("2026-03-14 07:00"))])
    told = "between 2026-03-12 07:00 and 2026-03-14 07:00, most likely by 2026-03-13 07:00: before"
    assert told in cause.supports[0]
