"""The timeline of an incident: every row in order of time, filtered as asked."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from forensics.config import Event
from forensics.configfile import read_config
from forensics.evidence.hosts import Stretch
from forensics.evidence.investigation import Cause, Investigation
from forensics.evidence.paired import Window
from forensics.evidence.result import Result
from forensics.investigate.timeline import Wanted, incident_runs, moments
from forensics.pipeline import Question, report
from tests.checkout import ROOT
from tests.investigate.cases import change, days, world
from tests.report.builders import at

SAMPLE = ROOT / "sample_data" / "green-triggers-empty-nights" / "forensics.toml"


@pytest.fixture(scope="module")
def night() -> Result:
    """Return the sample's night before and after the upgrade."""
    return sampled(SAMPLE)


def sampled(path: Path) -> Result:
    config = read_config(path.read_text(encoding="utf-8"), str(path))
    until = at("2026-03-15 15:00")
    return report(config, Question(Window(at("2026-03-14 03:00"), until, until), is_investigated=True))


def told(result: Result, **wanted: Any) -> list[tuple[str, str | None]]:
    return [(each.lane, each.job) for each in moments(result, Wanted(**wanted))]


def test_moments_come_in_order_of_time(night: Result) -> None:
    instants = [each.at for each in moments(night)]
    assert instants == sorted(instants)
    assert len(instants) > 50


def test_one_run_is_told_through_all_lanes(night: Result) -> None:
    (key,) = [key for key in night.runs["key"] if key.startswith("daily-content-task/2026-03-14")]
    lanes = [each.lane for each in moments(night, Wanted(runs=frozenset({key}), jobs=("daily*",))) if each.run]
    assert lanes == ["due", "triggers", "lifecycle", "lifecycle", "artifacts", "lifecycle", "notifications"]


def test_row_is_told_with_where_it_stands(night: Result) -> None:
    (trigger, *_) = moments(night, Wanted(lanes=("triggers",), jobs=("daily-content-task",)))
    assert (trigger.file or "").endswith("layers/triggers.jsonl")
    assert trigger.record == 76


def test_due_time_tells_what_came_of_it(night: Result) -> None:
    due = [each.text for each in moments(night, Wanted(lanes=("due",), jobs=("daily-content-task",)))]
    assert due == ["due; what came of it: confirmed", "due; what came of it: silent failure"]


def test_lanes_that_are_not_asked_for_are_left_out(night: Result) -> None:
    assert {lane for lane, _ in told(night, lanes=("triggers", "event"))} == {"triggers", "event"}


def test_jobs_that_are_not_asked_for_are_left_out(night: Result) -> None:
    assert {job for _, job in told(night, jobs=("*-brief",))} == {"market-brief", "calendar-brief", None}


def test_times_that_are_not_asked_for_are_left_out(night: Result) -> None:
    since, until = at("2026-03-15 00:00"), at("2026-03-15 05:00")
    instants = [each.at for each in moments(night, Wanted(since=since, until=until))]
    assert min(instants) >= since
    assert max(instants) < until


def test_event_stands_between_the_runs_before_and_after(night: Result) -> None:
    lanes = [each.text for each in moments(night, Wanted(lanes=("event",)))]
    assert lanes == ["upgrade: gateway 2026.3.14"]


def test_event_outside_the_window_is_left_out() -> None:
    early = Event(datetime(2026, 1, 1, tzinfo=UTC), "upgrade", "old")
    assert told(world(days("a", "confirmed"), events=[early]), lanes=("event",)) == []


def test_run_outside_the_window_is_left_out() -> None:
    assert told(world(days("a", "confirmed", in_window=False))) == []


def test_due_time_stands_before_what_happened_in_its_instant(night: Result) -> None:
    found = list(moments(night, Wanted(jobs=("daily-content-task",))))
    assert next(each.lane for each in found if each.at == found[0].at) == "due"


def test_incident_holds_the_bad_runs_and_the_good_one_before() -> None:
    result = world(days("a", "confirmed", "confirmed", "failed", "failed"))
    assert incident_runs(result) == frozenset({"a/11", "a/12", "a/13"})


def test_incident_is_that_of_the_likeliest_cause_since_its_change() -> None:
    result = world([*days("a", "failed", "confirmed", "confirmed", "failed"), *days("b", "failed")])
    cause = Cause("job", "a", (), jobs=("a",))
    told = Investigation(0, 1, change_points=(change("a"),), causes=(cause,))
    assert incident_runs(replace(result, investigation=told)) == frozenset({"a/12", "a/13"})


def test_quiet_time_is_no_incident() -> None:
    assert incident_runs(world(days("a", "confirmed"))) == frozenset()


@pytest.mark.parametrize(
    ("of", "is_inferred", "text"),
    [
        ("", False, "host down for 1 h"),
        ("openclaw", False, "openclaw down for 1 h"),
        ("openclaw", True, "openclaw silent for 1 h"),
    ],
)
def test_outage_says_who_was_down_or_but_silent(night: Result, of: str, is_inferred: bool, text: str) -> None:
    begin = at("2026-03-14 10:00")
    spans = (begin - 3600 * 10**9, begin), (begin + 3600 * 10**9, begin + 7200 * 10**9)
    lives = tuple(Stretch(None, str(span[0]), *span, "gateway.log", 7, of, is_inferred) for span in spans)
    evidence = night.evidence
    evidence = replace(evidence, sources=(replace(evidence.sources[0], stretches=lives), *evidence.sources[1:]))
    found = moments(replace(night, evidence=evidence), Wanted(lanes=("event",)))
    assert text in [each.text for each in found]
