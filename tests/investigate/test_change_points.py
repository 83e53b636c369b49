"""Since when it goes wrong: changes as an investigation tells them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from forensics.evidence.investigation import ChangePoint, Group, Occasion
from forensics.evidence.paired import Runs
from forensics.evidence.result import Result
from forensics.investigate.change_points import change_points
from tests.investigate.changing import event, night, studied
from tests.investigate.sampled import EMPTY_NIGHTS, WOLF, sampled

DEAD = "..........xxxx"
WELL = "." * 14
UPGRADE = {"one": DEAD, "two": DEAD, "three": DEAD, "four": DEAD, "main": WELL}


@pytest.fixture(scope="module")
def wolf() -> Result:
    return sampled(*WOLF)


def only(result: Result) -> ChangePoint:
    (found,) = change_points(result)
    return found


def test_one_event_explains_many_jobs_as_one_change() -> None:
    point = only(studied(UPGRADE, [event(night(9, 12))]))
    assert point.jobs == ("four", "one", "three", "two")
    assert point.occasions == (Occasion(night(9, 12), "upgrade", "gateway 2"),)


def test_event_before_the_last_good_run_is_none_of_the_change() -> None:
    assert only(studied(UPGRADE, [event(night(9, 2))])).occasions == ()


def test_both_sides_are_counted() -> None:
    point = only(studied(UPGRADE))
    assert (point.before, point.after) == (Group(0, 40, 4), Group(16, 16, 4))


def test_job_that_went_on_as_before_is_a_control() -> None:
    assert only(studied(UPGRADE)).controls == ("main",)


def test_job_that_failed_all_the_time_is_no_control() -> None:
    assert only(studied({**UPGRADE, "broken": "x" * 14})).controls == ("main",)


def test_job_whose_few_good_runs_since_may_be_luck_is_no_control() -> None:
    leaky = dict.fromkeys(("one", "two", "three", "four"), "..........x.xx.xx.xx")
    points = change_points(studied({**leaky, "late": "...              ...", "main": "." * 20}))
    assert [each.controls for each in points] == [("main",)]


def test_job_without_runs_since_the_change_is_no_control() -> None:
    assert only(studied({**UPGRADE, "weekly": ".......   "})).controls == ("main",)


def test_end_of_trouble_counts_its_bad_runs_before() -> None:
    point = only(studied({"one": "xxxxxxxxx.....", "two": "xxxxxxxxx.....", "three": "xxxxxxxxx....."}))
    assert (point.is_better, point.before, point.after) == (True, Group(27, 27, 3), Group(0, 15, 3))


def test_newest_change_comes_first() -> None:
    points = change_points(studied({"old": "....xxxxxxxxxxxxxxxx", "new": "." * 13 + "x" * 7}))
    assert [point.jobs for point in points] == [("new",), ("old",)]


def test_hosts_are_those_of_the_jobs_that_changed() -> None:
    hosts = {"one": "web1", "two": "web1", "three": "web2", "four": "web2", "main": "db"}
    assert only(studied(UPGRADE, hosts=hosts)).hosts == ("web1", "web2")


def test_order_of_the_rows_changes_nothing() -> None:
    result = studied(UPGRADE)
    order = np.random.default_rng(1).permutation(len(result.runs))
    runs = Runs(**{name: column[order] for name, column in vars(result.paired.runs).items()})
    shuffled = result.runs.iloc[order].reset_index(drop=True)
    mixed = replace(result, runs=shuffled, paired=replace(result.paired, runs=runs))
    assert change_points(mixed) == change_points(result)


def test_runs_of_one_moment_are_never_parted() -> None:
    result = studied({"one": "........xxxxxxxxxx"})
    doubled = pd.concat([result.runs, result.runs], ignore_index=True)
    runs = Runs(**{name: np.tile(column, 2) for name, column in vars(result.paired.runs).items()})
    point = only(replace(result, runs=doubled, paired=replace(result.paired, runs=runs)))
    assert (point.last_good, point.first_bad, point.after) == (night(7), night(8), Group(20, 20, 1))


def test_runs_nobody_can_judge_say_nothing() -> None:
    assert change_points(studied({"dark": "   ", "well": WELL})) == ()


def test_upgrade_of_the_empty_nights_lies_in_the_interval() -> None:
    point = only(sampled(*EMPTY_NIGHTS))
    assert point.jobs == ("daily-content-task", "evening-review", "market-brief", "site-audit")
    assert [each.name for each in point.occasions] == ["gateway 2026.3.14"]
    assert point.controls == ("calendar-brief", "gateway-backup", "inbox-triage", "repo-digest")
    assert point.p_value < 1e-6


def test_false_alarms_of_the_wolf_began_on_different_days(wolf: Result) -> None:
    begins = {job: point for point in change_points(wolf) if point.about == "reporting" for job in point.jobs}
    apart = [begins[job] for job in ("cost-report", "memory-compact", "larry-post-0800", "larry-batch-generator")]
    assert [each.first_bad for each in apart] == sorted({each.first_bad for each in apart})


def test_no_job_of_the_wolf_is_dated_to_a_night_on_which_it_was_told_rightly(wolf: Result) -> None:
    runs = wolf.runs[wolf.runs["in_window"]]
    for point in change_points(wolf):
        for job in point.jobs if point.about == "reporting" else ():
            mine = runs[(runs["job"] == job) & (runs["verdict"].isin(["confirmed", "false_alarm", "unreported"]))]
            since = mine["due_at"].astype("int64") >= point.first_bad
            assert set(mine["verdict"][since]) == {"false_alarm"}, job


def test_exceptions_of_the_wolf_are_controls(wolf: Result) -> None:
    (point,) = (each for each in change_points(wolf) if "larry-post-0800" in each.jobs)
    assert point.controls == ("app-resubmission-daily", "larry-strategy-updater")


def test_missing_work_of_the_wolf_is_not_drowned(wolf: Result) -> None:
    assert [each.jobs for each in change_points(wolf) if each.about == "work"] == [("larry-post-morning-ja",)]
