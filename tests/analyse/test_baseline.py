"""What the reporting usually comes to, and that neither chance, nor an outage, nor a bad weekday raises an alarm."""

from __future__ import annotations

import pytest
from scipy.stats import binom

from forensics.analyse.baseline import baseline_of, is_far_under, lower_tail
from forensics.evidence.memory import PastRate


def nights(*told):
    return [PastRate(number, said, owed) for number, (said, owed) in enumerate(told)]


def far_under(rates, said, owed, proven_and_said=None, proven=None):
    usual = baseline_of(rates, 0.8)
    tonight = said if proven_and_said is None else proven_and_said, owed if proven is None else proven
    return usual is not None and is_far_under(usual, said / owed, *tonight)


GOOD = nights(*[(28, 29)] * 20)


@pytest.mark.parametrize(
    ("rates", "known"),
    [
        (nights(*[(10, 10)] * 5), True),
        (nights(*[(10, 10)] * 4), False),
        (nights(*[(9, 9)] * 5), False),
        (nights(*[(20, 20)] * 4, (0, 0)), False),
    ],
    ids=["just enough", "too few nights", "too few runs", "night without a run"],
)
def test_baseline_needs_five_nights_and_fifty_runs(rates, known):
    assert (baseline_of(rates, 0.8) is not None) is known


def test_baseline_is_pooled_over_the_nights():
    usual = baseline_of(nights(*[(1, 1)] * 10, (81, 90)), 0.8)
    assert (usual.said, usual.owed, usual.rate, len(usual.nights)) == (91, 100, 0.91, 11)


@pytest.mark.parametrize("length", [1, 5, 20, 40])
def test_outage_of_any_length_leaves_the_baseline_as_it_was(length):
    outage = nights(*[(2, 29)] * length)
    assert baseline_of([*GOOD, *outage], 0.8).rate == baseline_of(GOOD, 0.8).rate
    assert far_under([*GOOD, *outage], 23, 29)


def test_only_the_newest_nights_count():
    assert baseline_of([*nights(*[(85, 100)] * 60), *nights(*[(99, 100)] * 60)], 0.8).rate == 0.99


def test_drop_that_the_threshold_does_not_see_is_seen():
    assert far_under(GOOD, 24, 29)


@pytest.mark.parametrize("said", [29, 28, 27, 26])
def test_night_that_chance_explains_is_no_drop(said):
    assert not far_under(GOOD, said, 29)


def test_small_drop_is_none_however_sure():
    assert not far_under(nights(*[(980, 1000)] * 20), 900, 1000)
    assert far_under(nights(*[(980, 1000)] * 20), 870, 1000)


def test_night_of_few_runs_is_no_drop():
    assert not far_under(GOOD, 1, 2)
    assert far_under(GOOD, 0, 2)


def test_baseline_without_a_miss_does_not_make_the_first_miss_an_alarm():
    assert not far_under(nights(*[(10, 10)] * 5), 9, 10)
    assert not far_under(nights(*[(10, 10)] * 5), 2, 3)


def test_missing_work_is_not_the_messages_fault():
    assert not far_under(GOOD, 20, 29, proven_and_said=20, proven=20)


def test_night_without_proof_says_nothing():
    assert not far_under(GOOD, 20, 29, proven_and_said=0, proven=0)


def test_messages_without_work_do_not_make_up_for_work_without_messages():
    assert not far_under(GOOD, 28, 29, proven_and_said=20, proven=29)


def test_bad_weekday_is_no_alarm_every_week():
    weeks = nights(*[(29, 29), (29, 29), (29, 29), (29, 29), (29, 29), (29, 29), (24, 29)] * 4)
    assert not far_under(weeks, 24, 29)
    assert far_under(weeks, 23, 29)


@pytest.mark.parametrize("trials", [1, 2, 3, 10, 29, 200, 1000])
@pytest.mark.parametrize("rate", [0.01, 0.3, 0.5, 0.8, 0.966, 0.999])
def test_lower_tail_is_scipys(trials, rate):
    for successes in sorted(
        {0, 1, trials // 3, trials // 2, round(trials * rate), trials - 1, trials} & set(range(trials + 1))
    ):
        expected = float(binom.cdf(successes, trials, rate))
        assert lower_tail(successes, trials, rate) == pytest.approx(expected, rel=1e-9, abs=1e-300)


@pytest.mark.parametrize(
    ("arguments", "expected"), [((0, 0, 0.5), 1), ((3, 3, 0.5), 1), ((2, 3, 1.0), 0), ((0, 3, 0.0), 1)]
)
def test_lower_tail_holds_at_its_ends(arguments, expected):
    assert lower_tail(*arguments) == expected


def test_lower_tail_holds_for_a_million_runs():
    assert lower_tail(799_000, 1_000_000, 0.8) == pytest.approx(float(binom.cdf(799_000, 1_000_000, 0.8)), rel=1e-6)
    assert lower_tail(999_999, 1_000_000, 0.8) == pytest.approx(1, rel=1e-6)
