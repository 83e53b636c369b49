"""The small tests are exact: held to going through all cases, and to a library of statistics."""

from __future__ import annotations

import math
from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from forensics.investigate.exact import Labels, Table, fisher, holm, hopeless, nearly, stratified

SHARES = st.lists(st.integers(0, 6).map(lambda count: count / 6), min_size=3, max_size=9)
CELLS = st.integers(0, 9)


def side(count: int, labelled: int) -> np.ndarray:
    return np.arange(count) < labelled


def by_hand(values: list[float], labelled: int) -> tuple[float, float]:
    """Return the chance and the least one by dealing the labels out in every way."""
    shares = np.array(values)

    def apart(places: tuple[int, ...]) -> float:
        has = np.isin(np.arange(len(shares)), places)
        return abs(float(shares[has].mean() - shares[~has].mean()))

    ways = np.array([apart(places) for places in combinations(range(len(shares)), labelled)])
    return float((ways >= ways[0] - 1e-9).mean()), float((ways >= ways.max() - 1e-9).mean())


@settings(max_examples=60)
@given(SHARES, st.integers(1, 8))
def test_all_deals_of_the_labels_are_counted(values, labelled):
    labelled = min(labelled, len(values) - 1)
    found = Labels(np.array(values), len(values)).chance(side(len(values), labelled))
    chance, least = by_hand(values, labelled) if len(set(values)) > 1 else (1.0, 1.0)
    assert (found.p_value, found.least) == (pytest.approx(chance), pytest.approx(least))


def test_four_of_four_against_none_of_four_is_one_of_thirty_five():
    found = Labels(np.array([1.0] * 4 + [0.0] * 4), 8).chance(side(8, 4))
    assert found.p_value == pytest.approx(2 / 70)
    assert found.least == pytest.approx(2 / 70)


def test_values_below_nought_count_as_well():
    values = [-0.5, -0.25, 0.25, 0.5, 0.5]
    found = Labels(np.array(values), 5).chance(side(5, 2))
    assert found.p_value == pytest.approx(by_hand(values, 2)[0])


def test_thousand_units_go_nearly_as_a_permutation_goes():
    random = np.random.default_rng(5)
    values = random.random(1000) * (random.random(1000) < 0.4)
    labelled = side(1000, 400)
    seen = abs(values[labelled].mean() - values[~labelled].mean())
    deals = [values[deal] for deal in (random.permutation(1000) for _ in range(4000))]
    drawn = np.mean([abs(deal[:400].mean() - deal[400:].mean()) >= seen for deal in deals])
    assert Labels(values, 1000).chance(labelled).p_value == pytest.approx(drawn, abs=0.03)


def test_few_labels_over_many_units_are_counted_out():
    values = np.array([1.0, 1.0] + [0.0] * 498)
    assert Labels(values, 500).chance(side(500, 2)).p_value == pytest.approx(1 / math.comb(500, 2), rel=1e-6)


def test_units_that_are_all_alike_tell_nothing():
    assert Labels(np.full(6, 0.5), 6).chance(side(6, 3)).p_value == 1


@given(CELLS, CELLS, CELLS, CELLS)
def test_one_table_is_fishers(bad, good, other_bad, other_good):
    table = Table(bad, bad + good, other_bad, other_bad + other_good)
    expected = stats.fisher_exact([[bad, good], [other_bad, other_good]]).pvalue
    assert fisher(table) == pytest.approx(expected, rel=1e-6)


def test_strata_are_counted_out_together():
    tables = [Table(2, 3, 1, 4), Table(3, 3, 1, 5), Table(1, 2, 0, 2)]

    def law(table: Table) -> dict[int, float]:
        total, bad = table.runs + table.other_runs, table.bad + table.other_bad
        return {count: stats.hypergeom.pmf(count, total, bad, table.runs) for count in range(bad + 1)}

    sums: dict[int, float] = {}
    for ways in product(*(law(table).items() for table in tables)):
        count = sum(way for way, _ in ways)
        sums[count] = sums.get(count, 0.0) + math.prod(chance for _, chance in ways)
    seen = sums[sum(table.bad for table in tables)]
    expected = sum(chance for chance in sums.values() if chance <= seen * (1 + 1e-9))
    assert stratified(tables).p_value == pytest.approx(expected)


def test_strata_without_both_kinds_of_runs_add_nothing():
    telling = Table(5, 6, 1, 7)
    assert stratified([telling, Table(4, 4, 5, 5), Table(0, 3, 0, 8), Table(2, 6, 0, 0)]) == stratified([telling])


def test_pooling_strata_would_see_what_is_not_there():
    tables = [Table(18, 20, 9, 10), Table(1, 10, 2, 20)]
    pooled = Table(19, 30, 11, 30)
    assert stratified(tables).p_value > 0.9
    assert fisher(pooled) < 0.1


def test_very_many_runs_go_by_the_normal_distribution():
    tables = [Table(40, 300, 30, 310), Table(22, 250, 14, 240)]
    assert nearly(tables).p_value == pytest.approx(stratified(tables).p_value, abs=0.03)


def test_least_chance_is_that_of_the_clearest_table():
    assert stratified([Table(1, 4, 3, 4)]).least == pytest.approx(1 / 70)


def test_chance_is_never_shown_as_none():
    assert stratified([Table(400, 400, 0, 400)]).p_value > 0


def test_holm_multiplies_the_least_by_all_and_the_next_by_those_left():
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])


def test_holm_gives_a_weightier_test_more_room():
    assert holm([0.03, 0.5], [2.0, 1.0])[0] == pytest.approx(0.045)


def test_holm_of_nothing_is_nothing():
    assert holm([]) == []


def test_tests_that_could_not_come_out_are_left_out():
    assert hopeless([0.0286, 0.0286, 0.2], [2.0, 1.0, 1.0], 0.05) == {1, 2}


def test_tests_that_could_all_come_out_are_kept():
    assert hopeless([1e-6, 1e-4], [1.0, 1.0], 0.05) == set()


def test_test_that_could_never_come_out_alone_is_none():
    assert hopeless([0.06], [1.0], 0.05) == {0}
