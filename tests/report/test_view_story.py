"""What an investigation adds to the first paragraph."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from forensics.evidence.investigation import Cause, Group, Investigation, LayerSeen, NextStep
from forensics.evidence.result import Blocker, Finding, Heartbeat
from forensics.report.view_pen import pen_for
from forensics.report.view_since import named
from forensics.report.view_story import Story, story
from tests.investigate.cases import change, days, depth, world
from tests.report.builders import at, blocker

SILENT = [*days("a", "confirmed", "silent_failure"), *days("b", "confirmed", "silent_failure")]
CHANGE = NextStep("change", "Set `sessionTarget` of 2 jobs to `main`, and more.", diff="-a\n+b")


def told(runs: Any = SILENT, jobs: tuple[str, ...] = ("a", "b"), **found: Any) -> Story:
    blockers: list[Blocker] = [blocker(job, "silent_failure") for job in jobs]
    result = replace(world(runs), blockers=tuple(blockers), investigation=Investigation(0, 1, **found))
    return story(result, blockers, pen_for(result, False))


def beating(runs: Any, *jobs: str, last: str = "2026-03-09 03:36") -> Story:
    blockers: list[Blocker] = [blocker(job, "silent_failure") for job in jobs]
    beats = tuple(Heartbeat(job, "stale", at(last)) for job in jobs)
    result = replace(world(runs), blockers=tuple(blockers), heartbeats=beats, investigation=Investigation(0, 1))
    return story(result, blockers, pen_for(result, False))


def test_job_that_never_ran_well_tells_its_last_sign_of_life() -> None:
    story_of_one = beating(days("a", "silent_failure"), "a")
    assert story_of_one.since == "2026-03-10 07:00 or earlier; last sign of life 03-09 03:36"


def test_sign_of_life_that_came_later_or_is_of_one_job_of_several_says_nothing_of_when_it_began() -> None:
    runs = [*days("a", "silent_failure"), *days("b", "silent_failure")]
    assert beating(runs, "a", last="2026-03-10 09:00").since == "2026-03-10 07:00 or earlier"
    assert beating(runs, "a", "b").since == "2026-03-10 07:00 or earlier"


def test_later_runs_that_took_a_broken_one_for_done_follow_from_it() -> None:
    finding = Finding(
        "skipped_work", "x", todo="Set `s` back and run a once more. Then mend.", detail={"job": "a", "skipped": ["t"]}
    )
    blockers: list[Blocker] = [blocker("a", "silent_failure")]
    result = replace(world(SILENT), findings=(Finding("lint", ""), finding), investigation=Investigation(0, 1))
    found = story(result, blockers, pen_for(result, False))
    assert found.follows == "1 later run took it for done and did nothing"
    assert (found.todo, found.todo_at) == ("set `s` back and run a once more", "finding 2")


def test_report_without_an_investigation_adds_nothing() -> None:
    result = world(SILENT)
    assert story(result, [blocker("a")], pen_for(result, False)) == Story()


def test_change_tells_since_when_and_after_what() -> None:
    assert told(change_points=(change("a", "b"),)).since == (
        "2026-03-13 07:00, the first run after the upgrade to gateway 2026.3.14; last good run 03-12 07:00"
    )


def test_long_name_of_an_event_costs_the_last_good_run_not_the_line() -> None:
    since = told(change_points=(change("a", "b", occasion="gateway " + "9" * 60),)).since
    assert since is not None
    assert len(f"> **Since when:** {since}.") <= 120
    assert "the first run after the upgrade to gateway 999" in since


def test_change_of_other_jobs_too_counts_with_the_runs_of_these() -> None:
    runs = days("a", "confirmed", "confirmed", "confirmed", "silent_failure")
    wide = change("a", "b", last_good=at("2026-03-12 23:00"), first_bad=at("2026-03-13 05:00"))
    assert told(runs, ("a",), change_points=(wide,)).since == (
        "2026-03-13 07:00, the first run after the upgrade to gateway 2026.3.14; last good run 03-12 07:00"
    )


def test_event_that_lies_before_the_last_good_run_is_not_blamed() -> None:
    runs = days("a", *["confirmed"] * 6, "silent_failure")
    assert told(runs, ("a",), change_points=(change("a", "b"),)).since == "2026-03-16 07:00; last good run 03-15 07:00"


def test_change_of_some_jobs_only_does_not_speak_for_all() -> None:
    assert told(change_points=(change("a"),)).since == "2026-03-11 07:00; last good run 03-10 07:00"


def test_change_for_the_better_is_no_since() -> None:
    assert told(change_points=(change("a", "b", is_better=True),)).since == (
        "2026-03-11 07:00; last good run 03-10 07:00"
    )


def test_without_a_good_run_it_may_have_begun_before() -> None:
    assert told(days("a", "silent_failure"), ("a",)).since == "2026-03-10 07:00 or earlier"


def test_silent_heartbeat_is_not_dated_by_runs() -> None:
    result = replace(world(SILENT), investigation=Investigation(0, 1))
    assert story(result, [blocker("a", "stale")], pen_for(result, False)).since is None


def test_trouble_that_good_runs_interrupt_has_no_moment_but_counts() -> None:
    runs = days("a", "silent_failure", "confirmed", "silent_failure")
    assert told(runs, ("a",)).since == "no moment found: bad in 2 of 3 runs since 2026-03-10, the first day compared"


def test_new_failures_in_a_row_after_a_single_one_are_a_trouble_of_their_own() -> None:
    runs = days("a", "silent_failure", *["confirmed"] * 8, "silent_failure", "silent_failure")
    assert told(runs, ("a",)).since == "2026-03-19 07:00; last good run 03-18 07:00"


def test_run_that_was_missed_long_before_is_another_trouble_than_one_that_failed() -> None:
    runs = days("a", "missed", "missed", "confirmed", "silent_failure")
    assert told(runs, ("a",)).since == "2026-03-13 07:00; last good run 03-12 07:00"


def often(job: str, count: int = 2) -> list[dict[str, Any]]:
    """Return three good days from the 10th on, then days of which every third went well, and a bad one."""
    since_then = ["silent_failure", "silent_failure", "confirmed"] * count
    return days(job, *["confirmed"] * 3, *since_then, "silent_failure")


def test_job_that_failed_by_chance_before_the_change_does_not_date_it() -> None:
    late = [run for job in "bcd" for run in days(job, *["confirmed"] * 3, "silent_failure")]
    runs = [*late, *days("a", "confirmed", "confirmed", "silent_failure", "silent_failure")]
    wide = change("a", "b", "c", "d", "e")
    assert told(runs, tuple("abcd"), change_points=(wide,)).since == (
        "2026-03-13 07:00, the first run after the upgrade to gateway 2026.3.14; last good run 03-12 07:00"
    )


def test_job_that_failed_only_days_after_a_change_goes_back_to_it_all_the_same() -> None:
    runs = days("a", *["confirmed"] * 3, "unverifiable", "silent_failure", "silent_failure")
    assert str(told(runs, ("a",), change_points=(change("a", "b", "c"),)).since).startswith("2026-03-13 07:00, ")


def test_day_that_comes_again_is_no_change() -> None:
    again = Cause("recurring", "Each weekend", (), jobs=("a", "b"))
    found = told([*often("a"), *often("b")], ("a",), causes=(again,), change_points=(change("a", "b", **WIDE),)).since
    assert str(found).startswith("no moment found: ")
    lately = days("a", "confirmed", "silent_failure", "silent_failure")
    assert (
        told(lately, ("a",), causes=(again,)).since
        == "no moment found: bad in 2 of 3 runs since 2026-03-10, the first day compared"
    )


def test_name_of_a_job_goes_with_each_way_to_say_since_when() -> None:
    assert named("`a`", "no moment found: bad in 3 of 56 runs since 2026-05-04, the first day compared") == (
        "`a` bad in 3 of 56 runs since 2026-05-04"
    )
    assert named("`a`", "2026-03-11 07:00 alone; the next good run 03-12") == (
        "`a` 2026-03-11 07:00 alone; the next good run 03-12"
    )
    assert named("`a`", "2026-03-11 07:00; last good run 03-10") == "`a` since 2026-03-11 07:00; last good run 03-10"


WIDE: dict[str, Any] = {"before": Group(1, 40, 4), "after": Group(18, 28, 4)}


def test_jobs_that_fail_often_go_back_to_the_change_that_most_of_them_share() -> None:
    wide = change("a", "b", "c", "d", **WIDE)
    runs = [*often("a"), *often("b"), *days("x", *["confirmed"] * 9, "silent_failure")]
    assert told(runs, ("a", "b", "x"), change_points=(wide,)).since == (
        "2026-03-13 07:00, the first run after the upgrade to gateway 2026.3.14; bad since in 18 of 28 runs"
    )


def test_nights_after_a_change_name_the_same_moment_whatever_job_failed_in_them() -> None:
    wide = change("a", "b", "c", **WIDE)
    first, then = (told(often(job, count=count), (job,), change_points=(wide,)) for job, count in (("a", 1), ("b", 2)))
    assert first.since == then.since
    assert str(then.since).startswith("2026-03-13 07:00")


def test_changes_with_one_event_are_one() -> None:
    early, late = change("a", **WIDE), change("b", **WIDE, first_bad=at("2026-03-14 07:00"))
    found = told([*often("a"), *often("b")], ("a", "b"), change_points=(late, early)).since
    assert str(found).startswith(
        "2026-03-13 07:00, the first run after the upgrade to gateway 2026.3.14; bad since in 36"
    )


def test_change_at_which_one_of_three_jobs_began_does_not_date_the_others() -> None:
    runs = [*often("a"), *often("b"), *often("c")]
    assert str(told(runs, ("a", "b", "c"), change_points=(change("a", **WIDE),)).since).startswith("no moment found: ")


def test_change_without_an_event_tells_the_counts_on_both_sides() -> None:
    quiet = change("a", "b", occasion=None, **WIDE)
    assert told([*often("a"), *often("b")], ("a",), change_points=(quiet,)).since == (
        "2026-03-13 07:00; bad since in 18 of 28 runs, before in 1 of 40"
    )


def test_trouble_that_is_over_tells_when_it_was_and_when_it_went_well_again() -> None:
    runs = days("a", "confirmed", "silent_failure", "silent_failure", "confirmed", "confirmed")
    assert told(runs, ("a",)).since == "2026-03-11 07:00 to 03-12 07:00; the next good run 03-13 07:00"


def test_single_failure_that_is_over_was_once() -> None:
    runs = days("a", "confirmed", "silent_failure", "confirmed")
    assert told(runs, ("a",)).since == "2026-03-11 07:00 alone; the next good run 03-12 07:00"


def test_failures_of_several_jobs_that_are_over_are_no_one_stretch_of_time() -> None:
    runs = [*days("a", "failed", *["confirmed"] * 4), *days("b", *["confirmed"] * 3, "failed", "confirmed")]
    assert told(runs, ("a", "b")).since == (
        "no moment found: bad in 2 of 10 runs since 2026-03-10, the first day compared"
    )


def test_good_run_on_another_host_ends_no_trouble() -> None:
    runs = [
        *days("a", "confirmed", "silent_failure", "silent_failure", host="web1"),
        *days("a", "confirmed", "confirmed", "confirmed", host="web2"),
    ]
    assert str(told(runs, ("a",)).since).startswith("2026-03-11 07:00")


def test_layer_at_which_all_jobs_stop_is_told_with_its_counts() -> None:
    assert told(depths=(depth("a"), depth("b"))).stops == (
        "before the door, in the runner's boot (boot begun 4 of 4, booted 0 of 4)"
    )


def test_layer_at_which_runs_of_another_verdict_stop_is_not_told() -> None:
    runs = days("a", "confirmed", "missed", "silent_failure")
    assert told(runs, ("a",), depths=(depth("a"),)).stops is None


def test_layer_that_some_runs_passed_is_told_as_most() -> None:
    some = replace(depth("a"), layers=(LayerSeen("triggered", 2, ""), LayerSeen("booted", 1, "")))
    assert told(depths=(some,), jobs=("a",)).stops == (
        "mostly before the door, in the runner's boot (triggered 2 of 2, booted 1 of 2)"
    )


def test_due_time_alone_does_not_show_that_a_run_began() -> None:
    unseen = replace(depth("a", "done"), layers=(LayerSeen("due", 2, ""), LayerSeen("done", 0, "")))
    assert told(depths=(unseen,), jobs=("a",)).stops is None


def test_due_time_without_a_trigger_stops_at_the_scheduler() -> None:
    unseen = replace(depth("a", "triggered"), layers=(LayerSeen("due", 2, ""), LayerSeen("triggered", 0, "")))
    assert told(depths=(unseen,), jobs=("a",)).stops == "at the scheduler (due 2 of 2, triggered 0 of 2)"


def test_jobs_that_stop_at_different_layers_have_no_one_place() -> None:
    assert told(depths=(depth("a"), depth("b", "done"))).stops is None


def test_layer_that_is_known_of_some_jobs_only_is_not_told() -> None:
    assert told(depths=(depth("a"),)).stops is None


def test_messages_are_wrong_since_the_first_change_of_theirs() -> None:
    late = change("a", about="reporting", first_bad=change("a").first_bad + 10**15)
    assert told(change_points=(late, change("b", about="reporting"))).messages_since == "2026-03-13 07:00"


def test_change_of_settings_is_the_next_step_and_lost_runs_follow() -> None:
    steps = (CHANGE, NextStep("rerun", "Make up."))
    cause = Cause("boot", "Boots hang", (), jobs=("a", "b"), steps=steps, detail={"runs": 4})
    assert told(causes=(cause,)).todo == (
        "set `sessionTarget` of 2 jobs to `main` (as the diff shows), then make up for 4 lost runs"
    )


def test_change_for_other_jobs_is_not_the_next_step() -> None:
    assert told(causes=(Cause("boot", "Boots hang", (), jobs=("x",), steps=(CHANGE,)),)).todo is None


LOOK = (NextStep("look", "Look at what `tier = two` changes for a run; try one with another value."),)


def shared(*jobs: str, findings: tuple[Finding, ...] = (), **values: Any) -> Story:
    """Return the story of two jobs in trouble, beside a cause that such jobs share."""
    detail = {"attribute": "tier", "value": "two", **values}
    cause = Cause("contrast", "Runs with it are not done", (), jobs=jobs, steps=LOOK, detail=detail)
    blockers: list[Blocker] = [blocker(job, "silent_failure") for job in ("a", "b")]
    result = replace(world(SILENT), findings=findings, investigation=Investigation(0, 1, causes=(cause,)))
    return story(result, blockers, pen_for(result, False))


def test_what_most_jobs_in_trouble_share_is_the_next_step_with_its_finding() -> None:
    finding = Finding("contrast", "x", detail={"attribute": "tier", "value": "two"})
    found = shared("a", "b", "c", findings=(Finding("lint", ""), finding))
    assert (found.todo, found.todo_at) == (
        "Look at what `tier = two` changes for a run".replace("L", "l", 1),
        "finding 2",
    )


def test_what_few_jobs_in_trouble_share_or_what_is_over_is_not_the_next_step() -> None:
    assert shared("a", "c").todo is None
    assert shared("a", "b", is_over=True).todo is None
