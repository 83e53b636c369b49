"""P-values of changes: held against counting every order of the runs."""

from __future__ import annotations

from itertools import combinations
from math import comb, exp

import numpy as np
import pytest

from forensics.investigate.change_chance import (
    DEAD,
    chance_of_split,
    chernoff,
    followed_chance,
    gains,
    law_of,
    log_chance_of_groups,
    log_chance_of_more,
    log_tail,
    most_before,
    summed_chances,
)
from tests.analyse.builders import ints

SEQUENCES = ("0000000001111", "0000011011", "000101", "00010000000011", "1100010111", "0111111", "01")


def best_gain(bits: str) -> float:
    """Return what the best split of some runs is worth: its gain, and more where none after it is good."""
    bad = ints(map(int, bits))
    before = np.arange(1, len(bad))
    seen = np.cumsum(bad)[:-1]
    is_dead = bad.sum() - seen == len(bad) - before
    return float((gains(seen, before, bad.sum() - seen, len(bad) - before) + DEAD * is_dead).max())


def counted_out(bits: str) -> float:
    """Return the share of all orders of some runs whose best split gains as much."""
    runs, bad, wanted = len(bits), bits.count("1"), best_gain(bits) - 1e-9
    orders = (
        "".join("1" if place in chosen else "0" for place in range(runs)) for chosen in combinations(range(runs), bad)
    )
    return sum(best_gain(order) >= wanted for order in orders) / comb(runs, bad)


@pytest.mark.parametrize("bits", SEQUENCES)
def test_chance_of_a_split_is_that_of_all_orders_counted_out(bits: str) -> None:
    assert chance_of_split(len(bits), bits.count("1"), best_gain(bits)) == pytest.approx(counted_out(bits))


@pytest.mark.parametrize("bits", SEQUENCES)
def test_quick_bound_is_never_below_the_chance(bits: str) -> None:
    most = most_before(len(bits), bits.count("1"), best_gain(bits))
    assert summed_chances(len(bits), bits.count("1"), most) >= followed_chance(bits.count("1"), most) - 1e-12


def test_runs_that_got_better_gain_nothing() -> None:
    assert gains(ints([3]), ints([4]), ints([0]), ints([9])).tolist() == [0.0]


def test_many_runs_are_looked_at_in_a_moment() -> None:
    assert 0 < chance_of_split(4032, 1500, 40.0) < 1e-9


def test_group_whose_bad_runs_all_lie_after_is_as_rare_as_its_jobs_multiplied() -> None:
    found = log_chance_of_groups(ints([4, 2]), ints([4, 2]), ints([4, 2]), ints([13, 11]))
    assert exp(found) == pytest.approx(1 / comb(13, 4) / comb(11, 2))


def test_chance_of_a_group_is_that_of_all_orders() -> None:
    one = {bad: comb(5, bad) * comb(7, 4 - bad) / comb(12, 4) for bad in range(5)}
    exact = sum(one[first] * one[second] for first in one for second in one if first + second >= 7)
    assert exp(log_chance_of_groups(ints([4, 3]), ints([5, 5]), ints([4, 4]), ints([12, 12]))) == pytest.approx(exact)


def test_bound_of_a_group_is_never_below_its_chance() -> None:
    jobs = [(law_of(5, 4, 12), 3), (law_of(2, 1, 9), 4)]
    assert all(log_tail(jobs, wanted) <= chernoff(jobs, wanted) + 1e-9 for wanted in range(17))


def test_chance_of_more_bad_runs_is_close_to_the_sum_of_its_tail() -> None:
    exact = sum(comb(5, bad) * comb(9, 4 - bad) for bad in (3, 4)) / comb(14, 4)
    found = exp(log_chance_of_more(ints([3]), ints([5]), ints([4]), ints([14]))[0])
    assert exact <= found < 1.1 * exact
