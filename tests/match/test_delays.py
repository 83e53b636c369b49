"""The usual delay of a job's events, also where several delays fit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forensics.match.alignment import Candidates
from forensics.match.delays import EARLY_CAP, STEEP_CAP, Delays, nearest, usual_delays
from tests.match.builders import MINUTE, SECOND, ints

LATER = 2**62


def learnt(
    minutes: int, every: int, missed: tuple[int, ...], runs: int = 60, until: int | None = None, jitter: int = 0
) -> float:
    """Return the delay in minutes that is learnt of a job that takes some minutes and runs ``every`` so many.

    Runs in ``missed`` were not started, and left nothing. Each event could belong to any run of the two hours before it.
    """
    starts = [number * every * MINUTE for number in range(runs)]
    done = [
        start + minutes * MINUTE + (number * 7919 % (2 * jitter + 1) - jitter) * SECOND
        for number, start in enumerate(starts)
        if number not in missed
    ]
    done = [each for each in sorted(done) if until is None or each <= until * MINUTE]
    last = np.searchsorted(starts, done, side="right") - 1
    first = np.searchsorted(starts, ints(done) - 120 * MINUTE)
    started = ints(-1 if number in missed else 1 for number in range(runs))
    events = Candidates(
        ints([0] * len(done)), ints(done), first.astype(np.int64), last.astype(np.int64), ints([0] * len(done))
    )
    must_end = ints([LATER if until is None else until * MINUTE] * runs)
    limits = ints([120 * MINUTE] * runs)
    return float(usual_delays(events, ints(starts), started, must_end, limits, 1).middle[0]) / MINUTE


def test_job_that_ends_before_its_next_start_is_learnt_at_sight() -> None:
    assert learnt(4, 15, ()) == pytest.approx(4)


@pytest.mark.parametrize("minutes", [5, 20, 35, 50])
def test_runs_that_never_began_tell_which_of_several_delays_it_is(minutes: int) -> None:
    assert learnt(minutes, 15, (7, 20, 33)) == pytest.approx(minutes)


@pytest.mark.parametrize("minutes", [20, 35])
def test_delay_that_wavers_is_learnt_as_well(minutes: int) -> None:
    assert learnt(minutes, 15, (7, 20, 33), jitter=90) == pytest.approx(minutes, abs=0.5)


def test_smaller_delay_wins_where_nothing_tells() -> None:
    assert learnt(20, 15, (), until=15 * 59) < 20


@settings(max_examples=40, deadline=None)
@given(minutes=st.integers(1, 55), missed=st.sets(st.integers(8, 50), min_size=4, max_size=8))
def test_periodic_job_is_learnt_from_scattered_missed_runs(minutes: int, missed: set[int]) -> None:
    lonely = tuple(sorted(missed))
    shifted_alike = any({each + shift for each in lonely} == set(lonely) for shift in range(1, 5))
    if not shifted_alike:
        assert learnt(minutes, 15, lonely) == pytest.approx(minutes)


def events(at: list[int], first: list[int], last: list[int]) -> Candidates:
    return Candidates(ints([0] * len(at)), ints(at), ints(first), ints(last), ints([0] * len(at)))


@given(
    st.lists(st.integers(0, 100), min_size=1, max_size=6, unique=True).map(sorted),
    st.integers(0, 130),
    st.integers(0, 40),
)
def test_nearest_run_is_the_nearest(starts: list[int], moment: int, delay: int) -> None:
    (row,) = nearest(events([moment], [0], [len(starts) - 1]), ints(starts), np.array([float(delay)])).tolist()
    distances = [abs(moment - start - delay) for start in starts]
    assert distances[row] == min(distances)


def spread(*delays: float) -> Any:
    at = [round(each * SECOND) for each in delays]
    rows = list(range(len(at)))
    starts = ints(number * 1000 * MINUTE for number in rows)
    found = events([start + each for start, each in zip(starts.tolist(), at, strict=True)], rows, rows)
    return usual_delays(found, starts, ints([1] * len(rows)), *[ints([LATER] * len(rows))] * 2, 1)


def test_middle_is_the_median() -> None:
    assert spread(100, 110, 120, 130, 9000).middle[0] == 120 * SECOND


def test_spread_is_never_nothing() -> None:
    assert (spread(100, 100, 100).early > 0).all()
    assert (spread(100, 100, 100).late > 0).all()


def test_sides_have_spreads_of_their_own() -> None:
    lopsided = spread(100, 100, 100, 101, 101, 150, 180, 200, 220, 300)
    assert lopsided.late[0] > 5 * lopsided.early[0]


def test_starts_out_of_order_leave_a_delay_that_is_a_number() -> None:
    # Where runs overlap starts are counted from the proofs, and one may fall behind that of the run after it.
    starts = ints([10 * SECOND, 5 * SECOND])
    happened = events([60 * SECOND, 70 * SECOND], [0, 0], [1, 1])
    delays = usual_delays(happened, starts, ints([1, 1]), *[ints([LATER] * 2)] * 2, 1)
    assert 50 * SECOND <= delays.middle[0] <= 65 * SECOND


def cost(seconds: float, stray: float = 0.08, blur: int = 0, lead: int = 0, fails: bool = False) -> float:
    """Return the cost of a delay where 100 s are usual, 10 s to either side."""
    middle, side = np.array([100.0 * SECOND]), np.array([10.0 * SECOND])
    delays = Delays(middle, side, side, stray, 10.0 * MINUTE)
    delay = np.array([[seconds * SECOND]])
    return float(delays.cost(ints([0]), delay, blur * SECOND, lead * SECOND, fails)[0, 0])


def test_usual_delay_costs_nothing() -> None:
    assert cost(100) == pytest.approx(0, abs=0.01)


def test_too_early_costs_more_than_too_late_by_as_much() -> None:
    assert cost(60) > cost(140) > 0


def test_message_that_comes_an_hour_late_costs_little_more_than_one_that_is_half_an_hour_late() -> None:
    assert cost(1900) < cost(3700) < cost(1900) + 1.5
    assert cost(40_000, stray=0.0) == pytest.approx(STEEP_CAP)


def test_late_message_is_the_cheaper_the_more_of_them_there_are() -> None:
    assert cost(700, stray=0.2) < cost(700, stray=0.05)


def test_price_of_being_early_is_bounded() -> None:
    assert cost(-10_000) == pytest.approx(EARLY_CAP)


def test_uncertain_start_allows_for_more_at_a_price() -> None:
    assert cost(60, blur=40) < cost(60)
    assert cost(100, blur=40) > cost(100)


def test_failure_may_come_any_time_after_the_start() -> None:
    assert cost(20, fails=True) < 4 < cost(20)
    assert cost(20, fails=True) == pytest.approx(cost(50, fails=True), abs=0.2)
    assert cost(-20, fails=True) > cost(20, fails=True) + 2


def test_failure_may_come_before_the_end_that_delays_are_counted_from() -> None:
    assert cost(-20, lead=60, fails=True) < cost(-20, fails=True) - 1
