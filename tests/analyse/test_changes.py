"""What is new, what recurs, and what is over since the last report."""

from __future__ import annotations

from dataclasses import replace

import pytest

from forensics.analyse.changes import blocker_key, changes, changes_since
from forensics.config import Config, Job
from forensics.evidence.lookback import NIGHTLY
from forensics.evidence.memory import FORGOTTEN, Memory, PastReport
from forensics.evidence.result import Blocker, Heartbeat, ReportingCheck
from tests.analyse.builders import UTC
from tests.report.builders import missing_source, result, run, source

DAY = 86_400 * 10**9


def blocker(job="a", kind="failed", host=None, about=None):
    return Blocker(job, host, kind, None, 1, f"{kind} once", about=about)


def memory(*blockers, **more):
    told = {blocker_key(each): each.text for each in blockers}
    return Memory(is_known=True, last=PastReport(DAY, 0, DAY, 1, blockers=told), **more)


def jobs(found):
    return [each.job for each in found]


def changed(now, before, is_over=lambda change: True, **more):
    return changes(now, memory(*before, **more), is_over)


def test_nothing_is_new_where_no_earlier_report_is_known():
    assert changes([blocker()], FORGOTTEN, lambda change: True) is None


def test_blocker_of_both_reports_recurs_and_that_of_one_is_new_or_over():
    found = changed([blocker("a"), blocker("b")], [blocker("a"), blocker("c")])
    assert (jobs(found.new), jobs(found.recurring), jobs(found.resolved)) == (["b"], ["a"], ["c"])
    assert found.since == DAY


def test_blocker_without_a_sign_that_it_is_over_is_not_resolved():
    found = changed([], [blocker("weekly"), blocker("daily")], lambda change: change.job == "daily")
    assert (jobs(found.resolved), jobs(found.unseen)) == (["daily"], ["weekly"])


def test_same_job_in_another_trouble_or_on_another_host_is_new():
    found = changed([blocker(kind="missed"), blocker(host="web1")], [blocker()])
    assert len(found.new) == 2
    assert not found.recurring


def test_another_text_is_the_same_trouble():
    found = changed([replace(blocker(), text="failed twice", count=2)], [blocker()])
    assert [each.text for each in found.recurring] == ["failed twice"]


def test_one_source_is_not_another():
    found = changed([blocker(None, "source", about="x")], [blocker(None, "source", about="y")])
    assert [each.about for each in found.new] == ["x"]


def test_recurring_one_says_since_when_and_how_often_where_that_is_known():
    found = changed(
        [blocker("a"), blocker("b")], [blocker("a"), blocker("b")], standing={blocker_key(blocker("a")): (5, 3)}
    )
    assert [(each.first, each.reports) for each in found.recurring] == [(5, 3), (None, None)]


def test_report_of_some_jobs_tells_nothing_of_others():
    past = memory(blocker("a"), blocker("b"), blocker(None, "reporting"))
    found = changes([blocker("a2"), blocker(None, "source", about="x")], past, lambda change: True, ["a*"])
    assert (jobs(found.new), jobs(found.resolved), found.unseen) == (["a2"], ["a"], ())


def test_key_that_is_none_of_ours_is_passed_over():
    past = memory()
    past = replace(past, last=replace(past.last, blockers={"x": "y"}))
    found = changes([], past, lambda change: True)
    assert not found.resolved
    assert not found.unseen


def since(before, runs=(), **night):
    found = changes_since(replace(result(runs, **night), memory=memory(before)))
    return "resolved" if found.resolved else "unseen" if found.unseen else "recurring"


@pytest.mark.parametrize(
    ("before", "verdict", "became"),
    [
        ("failed", "confirmed", "resolved"),
        ("failed", "unreported", "resolved"),
        ("failed", "missed", "unseen"),
        ("failed", "pending", "unseen"),
        ("missed", "failed", "resolved"),
        ("skipped", "confirmed", "resolved"),
    ],
)
def test_run_that_shows_the_opposite_resolves_a_trouble(before, verdict, became):
    assert since(blocker(kind=before), [run("a", verdict)]) == became


def test_good_run_of_another_job_resolves_nothing():
    assert since(blocker(), [run("b")]) == "unseen"


def test_good_heartbeat_resolves_a_silent_one():
    assert since(blocker(kind="stale"), heartbeats=[Heartbeat("a", "ok", 0, 1.0, 2.0, 0.5)]) == "resolved"
    assert since(blocker(kind="stale")) == "unseen"


@pytest.mark.parametrize(("status", "became"), [("ok", "resolved"), ("unknown", "unseen")])
def test_reporting_is_mended_where_it_was_checked(status, became):
    check = ReportingCheck(status, "said success 1 of 1 (100 %)", 0.8, 1, 1, 1, 1)
    assert since(blocker(None, "reporting"), check=check) == became


@pytest.mark.parametrize(
    ("sources", "became"),
    [([source("x")], "resolved"), ([missing_source("x")], "unseen"), ([source("y")], "unseen")],
)
def test_source_is_mended_where_it_was_read_whole(sources, became):
    assert since(blocker(None, "source", about="x"), sources=sources) == became


@pytest.mark.parametrize(
    ("known", "became"),
    [
        ([Job("a", UTC)], "resolved"),
        ([Job("a", UTC, problem="no such day")], "unseen"),
        ([Job("b", UTC)], "unseen"),
    ],
)
def test_schedule_is_mended_where_the_job_has_a_good_one(known, became):
    config = Config(timezone=UTC, jobs=tuple(known))
    assert since(blocker(kind="config"), config=config) == became


def test_report_that_runs_again_is_its_own_proof():
    assert since(blocker(None, "reporting", about=NIGHTLY)) == "resolved"
