"""Fleets with a planted change, and fleets without one."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.changes import count_quiet, first_after, score, told_by_oracle
from benchmarks.changes_fleet import BROKEN, USUAL, Plant, Quiet, Schedule, planted
from forensics.investigate.change_points import change_points

pytestmark = pytest.mark.slow

SEEDS = range(10)


@pytest.mark.parametrize("schedule", ["daily", "mixed", "4 h"])
@pytest.mark.parametrize("plant", ["value", "third", "quarter", "one"])
def test_planted_change_is_found_within_one_run(plant: Plant, schedule: Schedule) -> None:
    assert sum(each.found for each in score(plant, schedule, SEEDS)) >= len(SEEDS) - 1


def test_planted_change_of_runs_is_found_within_one_run() -> None:
    assert sum(each.found for each in score("runs", "mixed", SEEDS)) >= len(SEEDS) - 1


@pytest.mark.parametrize("plant", ["value", "third"])
def test_jobs_named_did_change(plant: Plant) -> None:
    found = score(plant, "daily", SEEDS)
    assert sum(each.right for each in found) >= sum(each.found for each in found) - 1


@pytest.mark.parametrize("kind", ["even", "own", "flaky"])
def test_nothing_is_found_where_nothing_changed(kind: Quiet) -> None:
    assert count_quiet(kind, "mixed", SEEDS) >= len(SEEDS) - 1


def test_bad_night_of_all_daily_jobs_is_no_change() -> None:
    assert count_quiet("night", "daily", SEEDS) >= len(SEEDS) - 1


def test_touched_runs_fail_as_planted_and_no_others() -> None:
    truth = planted(1, "value", "hourly")
    hit = truth.touched & truth.is_after
    assert np.allclose([truth.fleet.bad[hit].mean(), truth.fleet.bad[~hit].mean()], [BROKEN, USUAL], atol=0.03)


def test_oracle_tells_a_dead_job_to_the_run() -> None:
    truth = planted(2, "one", "hourly")
    assert abs(told_by_oracle(truth) - first_after(truth)) <= 2 * int(truth.every.min())


def test_same_seed_gives_the_same_points() -> None:
    first, second = (change_points(planted(3, "third", "daily").studied) for _ in range(2))
    assert first == second
