"""Whether later durations are longer, and by how much."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forensics.analyse.ranks import holm, least_p, p_counted, p_longer, p_normal, shift_of

SPANS = st.lists(st.integers(0, 6).map(float), min_size=1, max_size=5)


def stratum(before, after):
    return np.array(before, dtype=float), np.array(after, dtype=float)


def by_hand(before: list[float], after: list[float]) -> float:
    """Return the chance by going through all ways of choosing which ones came after."""
    both = before + after

    def wins(places: tuple[int, ...]) -> float:
        others = [both[place] for place in range(len(both)) if place not in places]
        return sum((both[place] > other) + (both[place] == other) / 2 for place in places for other in others)

    seen = wins(tuple(range(len(before), len(both))))
    ways = [wins(places) for places in combinations(range(len(both)), len(after))]
    return sum(way >= seen for way in ways) / len(ways)


@given(SPANS, SPANS)
def test_small_samples_are_counted_out_ties_included(before, after):
    assert p_counted([stratum(before, after)]) == pytest.approx(by_hand(before, after))


def test_all_after_longer_has_the_least_chance_that_there_is():
    sides = [stratum(range(10), range(20, 24))]
    assert p_longer(sides) == pytest.approx(least_p(sides)) == pytest.approx(1 / math.comb(14, 4))


def test_what_never_ended_took_longest():
    assert p_longer([stratum(range(10), [math.inf] * 4)]) == pytest.approx(1 / math.comb(14, 4))


def test_a_job_is_compared_with_itself_alone():
    slow_before_fast_after = [stratum([100, 101, 102], [103]), stratum([1, 2], [3, 4, 5])]
    assert p_longer(slow_before_fast_after) == pytest.approx(1 / 4 * 1 / 10)


def test_another_mix_of_jobs_is_no_regression():
    rare_then_often = [stratum([100.0] * 2, [100.0] * 20), stratum([1.0] * 20, [1.0] * 2)]
    assert p_longer(rare_then_often) == 1
    assert shift_of(rare_then_often).seconds == 0


def test_two_ways_of_working_it_out_agree_where_both_can_be_taken():
    draw = np.random.default_rng(5)
    sides = [stratum(draw.normal(0, 1, 20), draw.normal(0.6, 1, 20))]
    assert p_normal(sides) == pytest.approx(p_counted(sides), rel=0.1)


def test_large_samples_need_not_be_counted_out():
    draw = np.random.default_rng(6)
    assert p_longer([stratum(draw.normal(0, 1, 3000), draw.normal(0.2, 1, 3000))]) < 1e-9


def test_equal_large_samples_show_nothing():
    assert p_longer([stratum([1.0] * 100, [1.0] * 100)]) == 1


def test_nothing_to_compare_shows_nothing():
    assert p_longer([stratum([1, 2], [])]) == 1


def test_shift_is_the_middle_one_of_all_differences():
    found = shift_of([stratum([10, 20], [11, 40])])  # 1, -9, 30, 20
    assert found.seconds == pytest.approx(10.5)
    assert (found.superiority, found.delta) == (0.75, 0.5)


def test_shift_to_what_never_ends_is_infinite():
    assert shift_of([stratum([10, 20], [math.inf])]).ratio == math.inf


def test_two_that_never_ended_do_not_differ():
    found = shift_of([stratum([math.inf], [math.inf])])
    assert (found.seconds, found.ratio, found.superiority) == (0, 1, 0.5)


def test_shift_of_many_is_that_of_some_that_lie_alike():
    draw = np.random.default_rng(7)
    found = shift_of([stratum(draw.normal(50, 5, 30_000), draw.normal(55, 5, 30_000))])
    assert found.seconds == pytest.approx(5, abs=0.2)


def test_chances_of_a_family_are_adjusted_step_by_step():
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])


def test_library_agrees_on_few_without_ties():
    stats = pytest.importorskip("scipy.stats", reason="scipy is not installed: it only checks our own arithmetic")
    draw = np.random.default_rng(8)
    for count in range(2, 20):
        before, after = draw.normal(0, 1, count), draw.normal(0.4, 1, 21 - count)
        told = stats.mannwhitneyu(after, before, alternative="greater", method="exact").pvalue
        assert p_longer([(before, after)]) == pytest.approx(told)


def test_library_agrees_on_many_with_ties():
    stats = pytest.importorskip("scipy.stats", reason="scipy is not installed: it only checks our own arithmetic")
    draw = np.random.default_rng(9)
    before, after = draw.integers(0, 9, 60).astype(float), draw.integers(1, 10, 50).astype(float)
    told = stats.mannwhitneyu(after, before, alternative="greater", method="asymptotic").pvalue
    assert p_longer([(before, after)]) == pytest.approx(told)
