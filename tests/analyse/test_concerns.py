"""What the tracker is told: troubles that hold, good checks that could have seen them, and nothing that is hearsay."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from forensics.analyse.concerns import check_of
from forensics.config import Config, Job, Mute, Tracker
from forensics.evidence.concerns import Subject
from forensics.evidence.lookback import NIGHTLY
from forensics.evidence.result import Blocker, Heartbeat, ReportingCheck
from forensics.recorder import units
from tests.report.builders import UTC, result, run

KINDS = Tracker("http://127.0.0.1", "a/b").open_for
SUSPECT = ReportingCheck("suspect", "said success 1 of 9 (11.1 %)", 0.8, 1, 9, 9, 9)


def blocker(kind, job="backup", flags=(), cause=None, host=None):
    return Blocker(job, host, kind, None, 1, "it hurts", flags=flags, cause=cause)


def subjects(check):
    return {concern.subject for concern in check.concerns}


def recovered(check):
    return {(recovery.subject.job, recovery.subject.kind) for recovery in check.recoveries}


def test_blocker_is_a_concern():
    assert subjects(check_of(result(blockers=[blocker("failed")]), KINDS)) == {Subject("failed", "backup")}


def test_kind_that_is_not_to_be_filed_is_none():
    assert subjects(check_of(result(blockers=[blocker("skipped"), blocker("source", None)]), KINDS)) == set()


def test_hearsay_is_left_to_the_issue_about_the_reporting():
    hurt = [blocker("failed", flags=("unproven",)), blocker("reporting", None)]
    assert subjects(check_of(result(blockers=hurt, check=SUSPECT), KINDS)) == {Subject("reporting")}


def test_unproven_failure_is_filed_while_messages_can_be_believed():
    assert subjects(check_of(result(blockers=[blocker("failed", flags=("unproven",))]), KINDS))


@pytest.mark.parametrize("verdict", ["confirmed", "false_alarm", "unreported"])
def test_run_whose_work_is_proven_is_a_good_check_of_every_kind(verdict):
    found = recovered(check_of(result([run(verdict=verdict)]), KINDS))
    assert {
        ("backup", kind) for kind in ("failed", "missed", "interrupted", "false_success", "silent_failure")
    } <= found


@pytest.mark.parametrize("verdict", ["unverifiable", "pending", "skipped"])
def test_run_that_shows_nothing_is_no_good_check(verdict):
    assert ("backup", "failed") not in recovered(check_of(result([run(verdict=verdict)]), KINDS))


def test_failed_run_shows_that_the_job_is_not_missed_any_more():
    found = recovered(check_of(result([run(verdict="failed")]), KINDS))
    assert ("backup", "missed") in found
    assert ("backup", "failed") not in found


def test_trouble_that_holds_beside_a_good_run_is_no_recovery():
    check = check_of(result([run()], blockers=[blocker("failed")]), KINDS)
    assert ("backup", "failed") not in recovered(check)


def test_run_outside_the_window_is_no_good_check():
    assert recovered(check_of(result([run(in_window=False)]), KINDS)) <= {("", "reporting")}


def test_recovery_names_the_runs_and_the_last_ones_row():
    check = check_of(result([run(), run(due="09:00")]), KINDS)
    told = {recovery.observed for recovery in check.recoveries if recovery.subject.job}
    assert told == {("2 good runs: 2 confirmed; the last 2026-03-19 09:00.",)}


@pytest.mark.parametrize(("status", "is_good"), [("ok", True), ("late", True), ("stale", False), ("corrupt", False)])
def test_healthy_heartbeat_is_a_good_check(status, is_good):
    beats = [Heartbeat("backup", status, 0, 60.0, 900.0, 0.1)]
    assert (("backup", "stale") in recovered(check_of(result(heartbeats=beats), KINDS))) is is_good


def test_job_with_one_bad_heartbeat_of_two_is_not_well():
    beats = [Heartbeat("backup", "ok", 0, 60.0, 900.0, 0.1), Heartbeat("backup", "stale", 0, 6000.0, 900.0, 7.0)]
    assert ("backup", "stale") not in recovered(check_of(result(heartbeats=beats), KINDS))


def test_silence_of_all_heartbeats_has_one_cause():
    beats = [Heartbeat(job, "stale", 0, 6000.0, 900.0, 7.0) for job in "ab"]
    check = check_of(result(heartbeats=beats, blockers=[blocker("stale", "a"), blocker("stale", "b")]), KINDS)
    assert {concern.blockers[0].cause for concern in check.concerns} == {"heartbeats_silent"}


def test_check_tells_which_kinds_were_looked_for():
    assert check_of(result(), ["stale"]).kinds == {"stale"}


def test_silence_beside_a_healthy_heartbeat_has_no_known_cause():
    beats = [Heartbeat("a", "stale", 0, 6000.0, 900.0, 7.0), Heartbeat("b", "ok", 0, 60.0, 900.0, 0.1)]
    check = check_of(result(heartbeats=beats, blockers=[blocker("stale", "a")]), KINDS)
    assert check.concerns[0].blockers[0].cause is None


@pytest.mark.parametrize(("status", "is_good"), [("ok", True), ("unknown", False), ("suspect", False)])
def test_reporting_is_well_only_when_it_was_seen_to_be(status, is_good):
    check = check_of(result(check=replace(SUSPECT, status=status)), KINDS)
    assert (("", "reporting") in recovered(check)) is is_good


def test_host_is_told_only_of_a_job_that_runs_on_several():
    one = check_of(result([run(host="web1")], blockers=[blocker("failed", host="web1")]), KINDS)
    assert subjects(one) == {Subject("failed", "backup")}
    runs = [run(host="web1"), run(host="web2", key="other")]
    two = check_of(result(runs, blockers=[blocker("failed", host="web1")]), KINDS)
    assert subjects(two) == {Subject("failed", "backup", "web1")}


def test_configured_host_is_told_even_when_only_one_was_seen():
    config = Config(jobs=(Job("backup", UTC, host="web1"),))
    assert subjects(check_of(result(blockers=[blocker("failed", host="web1")], config=config), KINDS)) == {
        Subject("failed", "backup", "web1")
    }


def test_job_with_a_muted_run_is_muted():
    assert check_of(result([run(flags="muted")]), KINDS).muted_jobs == {"backup"}


def test_job_that_is_muted_now_is_muted_without_any_run():
    mute = Mute(("back*",), datetime(2026, 3, 1, tzinfo=ZoneInfo("UTC")), None, "move")
    config = Config(jobs=(Job("backup", UTC), Job("other", UTC)), mutes=(mute,))
    assert check_of(result(config=config), KINDS).muted_jobs == {"backup"}


def test_run_after_a_mute_speaks_for_its_job_again():
    assert check_of(result([run(flags="muted"), run(key="later")]), KINDS).muted_jobs == frozenset()


@pytest.mark.parametrize("own", [units.CHECK, units.NIGHTLY])
def test_our_own_heartbeats_do_not_hide_that_all_others_are_silent(own):
    beats = [Heartbeat("a", "stale", 0, 6000.0, 900.0, 7.0), Heartbeat(own, "ok", 0, 60.0, 900.0, 0.1)]
    check = check_of(result(heartbeats=beats, blockers=[blocker("stale", "a")]), KINDS)
    assert check.concerns[0].blockers[0].cause == "heartbeats_silent"


def test_heartbeat_that_nobody_awaits_hides_no_silence_either():
    beats = [Heartbeat("a", "stale", 0, 6000.0, 900.0, 7.0), Heartbeat("gone", "ok", 0, 60.0, reason="none is awaited")]
    check = check_of(result(heartbeats=beats, blockers=[blocker("stale", "a")]), KINDS)
    assert check.concerns[0].blockers[0].cause == "heartbeats_silent"


def ended(*more: Job):
    until = datetime(2026, 3, 1, tzinfo=ZoneInfo("UTC"))
    return result(config=Config(jobs=(Job("backup", UTC, host="web1", until=until), *more)))


def test_job_whose_life_is_over_is_in_no_trouble():
    assert {("backup", kind) for kind in ("stale", "missed", "failed", "config")} <= recovered(
        check_of(ended(), [*KINDS, "config"])
    )


def test_job_that_goes_on_elsewhere_still_owes_its_heartbeat():
    going_on = ended(Job("backup", UTC, host="web2"))
    assert ("backup", "stale") not in recovered(check_of(going_on, KINDS))
    assert ("backup", "missed") in recovered(check_of(going_on, KINDS))


def test_report_that_did_not_run_is_over_once_it_is_known_and_not_filed():
    missed = replace(blocker("reporting", None), about=NIGHTLY)
    assert subjects(check_of(result(blockers=[missed]), KINDS)) == set()
