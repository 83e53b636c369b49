"""Planted causes come first, and nothing is found where nothing is: ten seeds; the benchmark tries a hundred."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.causes import by_files, fault_of, score_planted, score_quiet
from benchmarks.causes_fleet import ATTRIBUTES, LEAST_JOBS, MOST_JOBS, OF_JOBS, having, planted_fleet, quiet_fleet

pytestmark = pytest.mark.slow


def test_planted_causes_come_first():
    score = score_planted(range(10))
    assert score.right == 10, score.wrong


def test_quiet_fleets_have_no_cause():
    score = score_quiet(range(10))
    assert score.right == 10, score.wrong


@pytest.mark.parametrize("make", [planted_fleet, quiet_fleet])
def test_answer_from_files_is_right_too(make, tmp_path: Path):
    fleet = make(7)
    found = by_files(fleet, tmp_path).investigation
    assert found is not None
    assert fault_of(fleet, found.contrasts) is None


def test_planted_fleet_has_its_cause_as_strong_as_it_says():
    for seed in range(len(ATTRIBUTES)):
        fleet = planted_fleet(seed)
        assert fleet.planted is not None
        has = having(fleet, *fleet.planted)
        assert fleet.planted[0] == ATTRIBUTES[seed]
        assert 0.45 < fleet.bad[has].mean() < 0.75
        assert fleet.bad[~has].mean() < 0.05


def test_planted_value_is_one_of_enough_jobs_and_not_of_most():
    for seed in range(len(OF_JOBS)):
        fleet = planted_fleet(seed)
        assert fleet.planted is not None
        jobs = len(np.unique(fleet.job[having(fleet, *fleet.planted)]))
        assert LEAST_JOBS <= jobs <= MOST_JOBS
