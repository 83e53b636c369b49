"""Which causes are found, in which order, and what is said for and against them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from forensics.evidence.investigation import Cause, Group
from forensics.evidence.result import Finding
from tests.investigate.cases import ISOLATED, MAIN, change, contrast, days, depth, found, kinds, world
from tests.report.builders import at

WELL_THEN_SILENT = ("confirmed", "confirmed", "confirmed", "silent_failure", "silent_failure")
SILENT = {f"{job}/{day}" for job in ("content", "brief") for day in (13, 14)}


def gateway(**values: Any) -> Any:
    """Return two isolated jobs whose boots hang from the 13th on, and two main ones that are well."""
    runs = [
        *days("content", *WELL_THEN_SILENT),
        *days("brief", *WELL_THEN_SILENT),
        *days("digest", *["confirmed"] * 5),
        *days("triage", *["confirmed"] * 5),
    ]
    attributes = {"content": ISOLATED, "brief": ISOLATED, "digest": MAIN, "triage": MAIN}
    return world(runs, attributes=attributes, schedulers=dict.fromkeys(attributes, "openclaw"),
                 boots=sorted(SILENT), **values)  # fmt: skip


def wolf(*more: dict[str, Any]) -> Any:
    """Return three jobs whose failure messages are false, and one that is told rightly."""
    alarms = ("confirmed", "confirmed", "false_alarm", "false_alarm")
    runs = [*days("a", *alarms), *days("b", *alarms), *days("c", *alarms), *days("ok", *["confirmed"] * 4), *more]
    alike = {"channel": "metrics"}
    return world(runs, attributes=dict.fromkeys(("a", "b", "c", "ok"), alike))


def only(causes: tuple[Cause, ...], kind: str) -> Cause:
    (cause,) = [each for each in causes if each.kind == kind]
    return cause


def test_nothing_wrong_has_no_cause() -> None:
    assert found(world(days("one", "confirmed", "confirmed"))) == ()


def test_hung_boots_are_one_cause_of_all_their_jobs() -> None:
    causes = found(gateway())
    assert kinds(causes) == ["boot"]
    assert set(causes[0].jobs) == {"content", "brief"}
    assert causes[0].detail["runs"] == 4


def test_boot_that_timed_out_needs_no_lifecycle_row() -> None:
    runs = days("content", "confirmed", "silent_failure", cause=None)
    runs[1]["cause"] = "boot_timeout"
    assert kinds(found(world(runs))) == ["boot"]


def test_hung_boots_ask_for_the_main_session_and_say_what_it_costs() -> None:
    step = next(each for each in found(gateway())[0].steps if each.kind == "change")
    assert step.diff.count('-  "sessionTarget": "isolated"') == 2
    assert step.diff.count('+  "sessionTarget": "main"') == 2
    assert "kept apart" in step.cost


def test_jobs_of_another_scheduler_are_not_sent_to_a_main_session() -> None:
    runs = days("content", *WELL_THEN_SILENT)
    studied = world(runs, boots=["content/13", "content/14"])
    assert "change" not in [step.kind for step in found(studied)[0].steps]


def test_contrast_and_change_speak_for_the_boot_and_are_no_causes_of_their_own_kind() -> None:
    causes = found(gateway(), [contrast()], [change("content", "brief", controls=("digest",))])
    assert kinds(causes) == ["boot", "event"]
    told = " ".join(causes[0].supports)
    assert "`sessionTarget = isolated`" in told
    assert "upgrade to gateway 2026.3.14" in told
    assert "of runs with it 4 of 4 not done, of all others 0 of 4" in told


def test_layers_that_were_reached_speak_for_the_boot() -> None:
    causes = found(gateway(), depths=[depth("content"), depth("brief")])
    assert (
        "How far bad runs of these jobs got: triggered 4 of 4, accepted by the scheduler 4 of 4, boot begun 4 of 4, booted 0 of 4."
        in (causes[0].supports)
    )


def test_boots_that_came_up_later_speak_against_it() -> None:
    runs = days("content", "confirmed", "silent_failure", "confirmed")
    cause = only(found(world(runs, boots=["content/11"])), "boot")
    assert any("came through after the first that did not" in each for each in cause.contradicts)


def test_boots_that_have_come_up_since_ask_for_no_change() -> None:
    runs = days("content", "confirmed", "silent_failure", "confirmed")
    studied = world(runs, attributes={"content": ISOLATED}, boots=["content/11"])
    cause = only(found(studied), "boot")
    assert cause.detail["is_over"] is True
    assert cause.title.endswith("it has come up since")
    assert "change" not in [step.kind for step in cause.steps]


def test_only_jobs_that_are_still_dead_are_to_be_changed() -> None:
    runs = [*days("dead", "confirmed", "silent_failure"), *days("back", "silent_failure", "confirmed")]
    studied = world(runs, attributes=dict.fromkeys(("dead", "back"), ISOLATED), boots=["dead/11", "back/10"])
    (step,) = [each for each in only(found(studied), "boot").steps if each.kind == "change"]
    assert '"name": "dead"' in step.diff
    assert '"name": "back"' not in step.diff


def test_change_of_other_bad_runs_of_the_same_jobs_does_not_speak_for_a_cause() -> None:
    runs = days("a", "confirmed", "missed", "missed", "silent_failure", triggered_at=None)
    studied = world(runs, boots=["a/13"])
    early = change("a", first_bad=at("2026-03-11 07:00"), after=Group(2, 2, 1), occasion=None)
    causes = found(studied, changes=[early])
    assert not any("began to go wrong" in each for each in only(causes, "boot").supports)
    assert any("began to go wrong" in each for each in only(causes, "never_triggered").supports)


def test_trait_of_runs_that_a_mechanism_explains_is_no_cause_of_its_own() -> None:
    long = contrast("duration", "over twice its usual", level="run", within=Group(4, 4, 2))
    assert kinds(found(gateway(), [long])) == ["boot"]


def test_slowing_boots_speak_against_the_upgrade_alone() -> None:
    told = {"content": {"slope": 0.9, "rise_p": 0.0001}, "brief": {"slope": 0.8, "rise_p": 0.0001}}
    warning = Finding("boot_slow", "Boots no longer come up.", ("Beside it: load 2.",), detail={"jobs": told})
    cause = only(found(replace(gateway(), findings=(warning,))), "boot")
    assert any("slowing down before, by 0.9 s a day" in each for each in cause.contradicts)
    assert "Beside it: load 2." in cause.unknown


def test_event_is_contradicted_by_jobs_that_went_on_over_it() -> None:
    causes = found(gateway(), changes=[change("content", "brief", controls=("digest", "triage"))])
    assert "went on as before" in only(causes, "event").contradicts[0]


def test_changes_for_the_better_are_no_event_to_blame() -> None:
    assert kinds(found(gateway(), changes=[change("content", "brief", is_better=True)])) == ["boot"]


def test_false_alarms_are_a_cause_in_the_reporting() -> None:
    causes = found(wolf())
    assert kinds(causes) == ["reporting"]
    assert causes[0].title.startswith("The reporting broke, not the jobs: 6 failure messages")


def test_one_false_alarm_alone_says_nothing_of_the_reporting() -> None:
    assert found(world(days("a", "confirmed", "false_alarm"))) == ()


def test_single_messages_that_went_astray_are_no_broken_reporting() -> None:
    runs = [*days("a", *["confirmed"] * 19, "false_alarm"), *days("b", *["confirmed"] * 19, "unreported")]
    assert kinds(found(world(runs))) == ["messages"]


def test_change_makes_few_wrong_messages_a_broken_reporting() -> None:
    runs = [*days("a", *["confirmed"] * 19, "false_alarm"), *days("b", *["confirmed"] * 19, "unreported")]
    assert kinds(found(world(runs), changes=[change("a", "b", about="reporting", occasion=None)])) == ["reporting"]


def test_those_told_rightly_are_named_with_what_they_share_with_the_others() -> None:
    told = " ".join(only(found(wolf()), "reporting").supports)
    assert "Told rightly at the same time: `ok` (all 2 runs), beside 3 jobs told wrongly." in told
    assert "Both sides have `channel = metrics`: these cannot be what tells them apart." in told


def test_what_those_told_rightly_share_beside_their_settings_is_told() -> None:
    reason = 'the 2 jobs that never went wrong have "no", as 13 of the 26 others do'
    few = contrast("another message within a minute", "yes", about="reporting", standing="unknown", reason=reason)
    told = only(found(wolf(), [few]), "reporting").supports
    assert f"`another message within a minute`: {reason}. That is too little to tell." in told


def test_one_real_failure_is_not_drowned_by_false_alarms() -> None:
    causes = found(wolf(*days("ja", "confirmed", "confirmed", "failed", "failed")))
    assert kinds(causes) == ["reporting", "job"]
    assert causes[1].jobs == ("ja",)
    assert any("`ja`" in each for each in causes[0].contradicts)


def test_exit_code_is_named() -> None:
    runs = days("backup", "confirmed", "silent_failure", cause="exit_code", exit_code=3.0)
    causes = found(world(runs))
    assert kinds(causes) == ["exit_code"]
    assert "exits with code 3" in causes[0].title


def test_due_times_without_a_trigger_blame_the_scheduler_where_its_log_covers_them() -> None:
    runs = days("backup", "missed", "missed", triggered_at=None)
    assert kinds(found(world(runs))) == ["never_triggered"]


def test_due_times_without_a_trigger_blame_nobody_where_no_log_covers_them() -> None:
    runs = days("backup", "missed", "missed", triggered_at=None)
    assert kinds(found(world(runs, covered=False))) == ["job"]


def test_other_jobs_that_were_triggered_clear_the_scheduler_itself() -> None:
    runs = [*days("backup", "missed", "missed", triggered_at=None), *days("other", "confirmed", "confirmed")]
    cause = only(found(world(runs)), "never_triggered")
    assert "the scheduler itself was at work" in cause.contradicts[0]


def test_host_that_was_down_explains_all_its_runs_at_once() -> None:
    runs = [
        *days("a", "confirmed", "missed", triggered_at=None, cause="host_down", host="web1"),
        *days("b", "confirmed", "missed", triggered_at=None, cause="host_down", host="web1"),
    ]
    causes = found(world(runs))
    assert kinds(causes) == ["host_down"]
    assert "`web1`" in causes[0].title
    assert set(causes[0].jobs) == {"a", "b"}


def test_clock_change_is_a_cause_of_its_own() -> None:
    assert kinds(found(world(days("a", "confirmed", "missed", cause="dst_gap", triggered_at=None)))) == ["dst_gap"]


def test_contrast_without_a_mechanism_comes_before_the_jobs_that_it_explains() -> None:
    runs = [*days("a", "failed", "failed"), *days("b", "failed", "failed"), *days("c", "confirmed", "confirmed")]
    studied = world(runs, attributes={"a": {"queue": "gpu"}, "b": {"queue": "gpu"}, "c": {"queue": "cpu"}})
    causes = found(studied, [contrast("queue", "gpu")])
    assert kinds(causes) == ["contrast"]
    assert causes[0].jobs == ("a", "b")


def test_names_that_begin_alike_are_a_pattern_too() -> None:
    runs = [*days("larry-a", "failed", "failed"), *days("larry-b", "failed"), *days("other", "confirmed")]
    causes = found(world(runs), [contrast("name begins with", "larry")])
    assert kinds(causes) == ["contrast"]
    assert causes[0].jobs == ("larry-a", "larry-b")


def test_trait_of_single_runs_does_not_hide_the_jobs() -> None:
    causes = found(world(days("a", "failed", "failed")), [contrast("hour", "03 h", level="run", within=Group(2, 2, 1))])
    assert sorted(kinds(causes)) == ["contrast", "job"]


def test_values_that_cannot_be_told_apart_are_named_with_the_contrast() -> None:
    studied = world(days("a", "failed", "failed"), attributes={"a": {"queue": "gpu"}})
    causes = found(studied, [contrast("queue", "gpu", alongside=(("zone", "north"),))])
    assert "cannot be told from `zone = north`" in causes[0].inferred


def test_runs_that_do_not_fit_speak_against_a_contrast() -> None:
    shaky = contrast("queue", "gpu", within=Group(6, 8, 4), others=Group(1, 8, 4))
    causes = found(world(days("a", "failed"), attributes={"a": {"queue": "gpu"}}), [shaky])
    assert causes[0].contradicts == ("2 runs with it went well.", "1 run without it went wrong, too.")


def test_what_is_ruled_out_is_no_cause() -> None:
    causes = found(world(days("a", "failed")), [contrast("queue", "gpu", standing="same", effect=0.0)])
    assert kinds(causes) == ["job"]


def test_jobs_that_are_well_again_come_last_and_together() -> None:
    runs = [
        *days("a", "failed", "confirmed", "confirmed"),
        *days("b", "failed", "failed", "confirmed"),
        *days("c", "confirmed", "confirmed", "failed"),
    ]
    causes = found(world(runs))
    assert [cause.jobs for cause in causes] == [("c",), ("a", "b")]
    assert causes[1].detail["is_over"] is True


def test_bad_runs_that_ended_otherwise_are_counted_apart() -> None:
    runs = days("a", "confirmed", "missed", "missed", "failed", triggered_at=None)
    (cause,) = found(world(runs, covered=False))
    assert "fails, by its own message and by the files: 1 run, last 2026-03-13 07:00" in cause.title
    assert "2 more bad runs of it ended otherwise: 2 missed." in cause.supports


def test_half_written_state_comes_before_the_next_try() -> None:
    told = Finding(
        "skipped_work", "A run believed half-written state.", todo="Set the state back.", detail={"job": "a"}
    )
    (cause,) = found(world(days("a", "confirmed", "interrupted"), findings=(told,)))
    assert told.text in cause.supports
    assert cause.steps[0].text == "Set the state back."


def test_many_jobs_that_fail_by_themselves_are_summed_up() -> None:
    runs = [each for number in range(8) for each in days(f"job{number}", "confirmed", "failed")]
    assert kinds(found(world(runs))) == [*["job"] * 5, "jobs"]


def test_job_with_most_bad_runs_comes_first() -> None:
    runs = [*days("few", "confirmed", "failed"), *days("many", "failed", "failed", "failed")]
    assert [cause.jobs for cause in found(world(runs))] == [("many",), ("few",)]


def test_runs_that_nothing_could_prove_ask_for_a_lane() -> None:
    studied = world(days("a", "unverifiable"), reasons=("Lane to add: artifacts (declare what the job leaves).",))
    causes = found(studied)
    assert kinds(causes) == ["unseen"]
    assert causes[0].steps[0].kind == "lane"
    assert "artifacts" in causes[0].steps[0].text


def test_runs_older_than_all_evidence_ask_for_no_lane() -> None:
    studied = world(
        days("a", "unverifiable", "unverifiable", "confirmed"), reasons=("Lane to add: artifacts (what it leaves).",)
    )
    (cause,) = found(studied)
    assert "2 runs, all before 2026-03-12 07:00" in cause.title
    assert [step.kind for step in cause.steps] == ["look"]


def test_silent_lane_of_all_jobs_is_a_cause() -> None:
    silent = Finding("lane_outage", "From 07:00 to 09:00 no message.", detail={"lane": "notifications", "runs": 9})
    assert kinds(found(world(days("a", "confirmed"), findings=(silent,)))) == ["lane_outage"]


def test_silences_of_one_lane_are_one_cause() -> None:
    silent = [
        Finding(
            "lane_outage",
            f"No message {nth}.",
            inferred="So Slack was down.",
            detail={"lane": "notifications", "runs": 9},
        )
        for nth in range(2)
    ]
    (cause,) = found(world(days("a", "confirmed"), findings=silent))
    assert cause.detail["runs"] == 18
    assert cause.inferred == "Slack was down."


def test_log_that_fell_silent_is_a_cause() -> None:
    silent = Finding("silent_log", "cron.log has been silent.", todo="Look.", detail={"runs": 3})
    causes = found(world(days("a", "missed", triggered_at=None), findings=(silent,)))
    assert kinds(causes) == ["lane_outage", "never_triggered"]


def test_only_jobs_that_were_asked_about_are_explained() -> None:
    runs = [*days("a", "confirmed", "failed"), *days("b", "confirmed", "failed")]
    assert [cause.jobs for cause in found(world(runs), focus=frozenset({"b"}))] == [("b",)]


def test_change_that_other_jobs_share_speaks_for_the_one_that_was_asked_about() -> None:
    cause = found(gateway(), changes=[change("content", "brief")], focus=frozenset({"brief"}))[0]
    assert any("upgrade to gateway 2026.3.14" in each for each in cause.supports)


def test_muted_runs_have_no_cause() -> None:
    assert found(world(days("a", "failed", flags="muted"))) == ()


def test_names_in_commands_are_quoted_for_a_shell() -> None:
    causes = found(world(days("a; rm -rf ~", "confirmed", "failed")))
    commands = [step.command for step in causes[0].steps if "rm -rf" in step.command]
    assert commands
    assert all("'a; rm -rf ~'" in command for command in commands)


def test_job_that_came_up_since_and_failed_otherwise_asks_for_no_change() -> None:
    runs = days("job", "confirmed", "silent_failure", "confirmed", "failed")
    cause = only(found(world(runs, schedulers={"job": "openclaw"}, boots=["job/11"])), "boot")
    assert cause.title.endswith("; it has come up since")
    assert not any(step.kind == "change" for step in cause.steps)


def test_job_that_was_started_since_is_no_longer_left_out() -> None:
    runs = [*days("job", "missed", triggered_at=None), *days("job", "missed", "unverifiable")[1:]]
    cause = only(found(world(runs)), "never_triggered")
    assert cause.title == "The scheduler left out 1 due time of `job`; it has started what was due since"
    assert cause.detail["is_over"] is True


def test_back_quote_in_the_name_of_an_event_opens_no_code() -> None:
    causes = found(world(days("a", "confirmed", "failed")), changes=[change("a", occasion="gw `1")])
    assert not any("`1" in text for cause in causes for text in (cause.title, *cause.supports))


def test_value_within_another_that_explains_its_runs_is_no_second_cause() -> None:
    runs = [*days("a", "failed", "failed"), *days("b", "failed", "failed"), *days("c", "confirmed", "confirmed")]
    attributes = {"a": {"queue": "gpu", "zone": "n"}, "b": {"queue": "gpu"}, "c": {"queue": "cpu"}}
    told = found(world(runs, attributes=attributes), [contrast("queue", "gpu"), contrast("zone", "n")])
    assert kinds(told) == ["contrast"]


def test_runs_that_a_contrast_explains_are_to_be_made_up_for() -> None:
    studied = world(days("a", "failed", "failed"), attributes={"a": {"queue": "gpu"}})
    (cause,) = found(studied, [contrast("queue", "gpu")])
    assert cause.steps[-1].text.startswith("Make up for 2 lost runs of `a`")
