"""Jobs that fail by themselves: how often, whether it comes again, and whether the cause is their own."""

from __future__ import annotations

from forensics.evidence.result import Finding
from tests.investigate.cases import change, days, found, kinds, world

OFTEN = ("failed", "confirmed", "failed", "confirmed", "failed", "failed", "confirmed")


def test_job_that_fails_often_is_told_by_itself_though_its_last_run_went_well() -> None:
    (cause,) = found(world(days("flaky", *OFTEN)))
    assert cause.kind == "job"
    assert cause.title == "`flaky` fails every now and then: 4 of 7 runs, last 2026-03-15 07:00; it did its work since"


def test_job_that_has_been_well_for_long_is_over() -> None:
    (cause,) = found(world(days("well", *["failed"] * 4, *["confirmed"] * 12)))
    assert (cause.kind, cause.detail["is_over"]) == ("jobs", True)


def test_jobs_that_failed_now_and_then_are_counted_each() -> None:
    runs = [*days("few", "failed", *["confirmed"] * 9), *days("more", "failed", "failed", *["confirmed"] * 9)]
    (cause,) = found(world(runs))
    assert cause.supports[0].endswith("of the runs of each: `more` (2 of 11) and `few` (1 of 10).")


def test_change_that_another_job_shares_speaks_against_a_cause_of_its_own() -> None:
    runs = [each for job in ("a", "b") for each in days(job, "confirmed", "confirmed", "confirmed", "failed")]
    first, _ = found(world(runs), changes=[change("a", "b", occasion=None)])
    assert first.inferred == "It went wrong at the same time as 1 other job: what they share is where to look first."


def test_change_after_its_failures_says_nothing_of_them() -> None:
    told = found(world(days("a", "confirmed", "failed")), changes=[change("a", "b", occasion=None)])
    assert kinds(told) == ["job"]
    assert not any("went wrong after" in each for each in told[0].supports)


def test_many_others_that_failed_in_that_time_leave_it_open_whose_the_cause_is() -> None:
    runs = [each for number in range(4) for each in days(f"job{number}", "confirmed", "failed", "failed")]
    assert all("open: 3 of 3 other jobs mostly failed" in each.inferred for each in found(world(runs)))


def test_job_that_fails_alone_has_its_own_cause() -> None:
    runs = [*days("own", "confirmed", "failed", "failed"), *days("a", *["confirmed"] * 3)]
    assert found(world(runs))[0].inferred.startswith("The cause is most likely the job's own")


def test_half_written_state_is_set_back_and_its_job_run_once() -> None:
    told = Finding("skipped_work", "It was believed.", todo="Set it back and run a once more.", detail={"job": "a"})
    (cause,) = found(world(days("a", "confirmed", "interrupted"), findings=(told,)))
    assert cause.steps[0].text == told.todo
    assert not any(step.kind == "rerun" or step.text.startswith("Run ") for step in cause.steps)


def test_flaky_job_comes_with_what_to_do() -> None:
    (cause,) = found(world(days("flaky", *OFTEN)))
    assert "rerun" in [step.kind for step in cause.steps]
    assert kinds((cause,)) == ["job"]
