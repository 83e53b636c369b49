"""Runs laid out by job and time, and every split of them."""

from __future__ import annotations

import numpy as np

from forensics.investigate.change_parts import laid_out
from tests.analyse.builders import flags, ints
from tests.investigate.changing import parts


def test_runs_are_laid_out_by_job_and_time() -> None:
    found, order = laid_out(ints([7, 3, 7]), ints([20, 5, 10]), flags(True, False, False))
    assert (order.tolist(), found.part.tolist(), found.bad.tolist()) == ([1, 2, 0], [0, 1, 1], [False, False, True])


def test_first_run_of_a_job_is_no_split() -> None:
    found = parts("xx", "..xx")
    assert found.gain[found.starts[:-1]].tolist() == [0.0, 0.0]


def test_best_split_lies_before_the_first_bad_run() -> None:
    assert parts("....xx", "...xxx").best.tolist() == [4, 9]


def test_change_of_a_few_percent_is_too_small() -> None:
    assert not parts("." * 400 + "x..................." * 20).gain.any()


def test_divided_parts_are_looked_at_by_themselves() -> None:
    found = parts("...xxx").divided(ints([3]))
    assert (found.part.tolist(), found.gain.any()) == ([0, 0, 0, 1, 1, 1], False)


def test_sides_count_the_runs_of_the_part_alone() -> None:
    sides = parts("x..x", "..xx").sides(ints([1]), ints([6]))
    assert [each.tolist() for each in (sides.bad_before, sides.before, sides.bad_after, sides.after)] == [
        [0],
        [2],
        [2],
        [2],
    ]


def test_splits_at_an_instant_are_those_of_each_job() -> None:
    found = parts("....", "....")
    place = int(np.searchsorted(found.times, found.times[found.place[2]] + 1))
    assert found.splits(place).tolist() == [3, 6]


def test_job_that_only_ever_failed_is_not_open() -> None:
    assert parts("xxxx", "....", ".x..").is_open.tolist() == [False, False, True]
