from __future__ import annotations

import numpy as np

from forensics.classify.scheduler_word import last_before


def of(jobs: list[int], chosen: list[bool]) -> list[int]:
    return last_before(np.array(jobs, dtype=np.int64), np.array(chosen, dtype=np.bool_)).tolist()


def test_run_before_is_the_last_chosen_one_of_the_same_job():
    assert of([0, 0, 0, 0], [True, False, True, False]) == [-1, 0, 0, 2]


def test_run_of_another_job_is_not_before():
    assert of([0, 1, 1], [True, False, False]) == [-1, -1, -1]


def test_no_runs_have_none_before():
    assert of([], []) == []
