"""What is rare among a job's events is dear."""

from __future__ import annotations

import numpy as np
import pytest

from forensics.match.alignment import Candidates
from forensics.match.delays import Delays
from forensics.match.prices import Grid, Habits, grid_of, learnt, sorts_of
from tests.match.builders import MINUTE, SECOND, ints

SUCCESS, FAILED = 1, 2
EVERY = 15


def heard(
    *said: tuple[int, float, int], runs: int = 40, proof: tuple[int, ...] = (), group: int = 0
) -> tuple[Habits, Candidates, Grid]:
    """Return the habits of messages, each (run, minutes after its start, tone), of runs every 15 minutes.

    Runs are proven but those in ``proof``, which have nothing.
    """
    run = ints(each for each, _, _ in said)
    starts = ints(number * EVERY * MINUTE for number in range(runs))
    at = starts[run] + ints(round(minutes * MINUTE) for _, minutes, _ in said)
    proofs = np.where(np.isin(np.arange(runs), proof), -1, 1)
    none, last = ints([0] * len(said)), ints([runs - 1] * len(said))
    events = Candidates(none, at, none, last, ints(tone for _, _, tone in said))
    grid = grid_of(events, 1, sorts_of(ints([1] * runs), proofs), np.ones(runs, dtype=np.bool_))
    some = np.array([float(SECOND)])
    return learnt(events, run, starts, proofs, grid, Delays(some, some, some), may_straggle=True), events, grid


def each(runs: int, *without: int, tone: int = SUCCESS) -> list[tuple[int, float, int]]:
    return [(run, 2.0, tone) for run in range(runs) if run not in without]


PROVEN, UNPROVEN = (int(sorts_of(ints([1]), ints([proof]))[0]) for proof in (1, -1))


def test_silence_is_dearer_the_rarer_it_is() -> None:
    seldom, often = (heard(*each(40, *silent))[0] for silent in ([3], range(0, 40, 3)))
    assert seldom.silent[0, PROVEN] < 0.1 < 0.25 < often.silent[0, PROVEN]


def test_silence_of_unproven_runs_is_counted_apart() -> None:
    unproven = (5, 6, 7, 8, 9, 10)
    habits, _, _ = heard(*each(40, *unproven), proof=unproven)
    assert habits.silent[0, UNPROVEN] > 0.6
    assert habits.silent[0, PROVEN] < 0.1


def test_silence_of_a_run_that_is_not_over_is_cheap() -> None:
    habits, _, grid = heard(*each(40))
    is_settled = grid.run < 30
    prices = habits.silences(Grid(grid.run, grid.group, grid.base, grid.sort, is_settled))
    assert prices[30] < 0.2 * prices[29]


def test_nothing_is_so_rare_that_it_is_ruled_out() -> None:
    habits, _, _ = heard(*each(40))
    assert np.isfinite(np.log(habits.spoken)).all()
    assert np.isfinite(np.log(habits.silent)).all()


def repeat_after(seconds: float, tone: int = SUCCESS, gap: float = 2.0) -> float:
    """Return the price of a message after another, where every eighth is repeated after a ``gap`` of seconds."""
    often = [(run, 2.0 + gap / 60, SUCCESS) for run in range(1, 40, 8)]
    said = sorted([*each(39), *often, (39, 2.0, tone), (39, 2.0 + seconds / 60, SUCCESS)])
    habits, events, grid = heard(*said)
    return float(habits.repeats(events, grid.sort[events.first][:, None])[-1, 0])


def test_repeat_is_dearer_the_later_it_comes() -> None:
    prices = [repeat_after(seconds) for seconds in (2, 20, 200, 600)]
    assert prices == sorted(prices)
    assert prices[0] + 3 < prices[-1]


def test_repeat_after_some_time_is_cheaper_where_repeats_take_that_long() -> None:
    assert repeat_after(30, gap=30) < repeat_after(30, gap=1) - 1


def test_success_after_a_failure_is_cheap_where_failures_are_tried_again() -> None:
    retried = [(run, 2.0, FAILED) for run in (5, 15, 25, 35)] + [(run, 2.1, SUCCESS) for run in (5, 15, 25, 35)]
    habits, _, _ = heard(*sorted([*each(40, 5, 15, 25, 35), *retried]))
    assert habits.again[PROVEN, FAILED] > 3 * habits.again[PROVEN, SUCCESS]


def test_several_events_a_run_cost_next_to_nothing_where_they_are_the_rule() -> None:
    habits, events, grid = heard(*sorted((run, 2.0 + more, SUCCESS) for run in range(40) for more in (0.0, 1.5, 3.0)))
    assert habits.has_many.all()
    assert habits.repeats(events, grid.sort[events.first][:, None]).max() < 0.5


def test_messages_that_come_late_are_learnt_from_the_others() -> None:
    late = [(run, 9.0, SUCCESS) for run in (4, 14, 24, 34)]
    habits, _, _ = heard(*sorted([*each(40, 4, 14, 24, 34), *late]))
    assert habits.delays.stray == pytest.approx(0.1)
    assert habits.delays.stray_by == pytest.approx(7 * MINUTE)


def test_failures_that_come_early_are_learnt_by_job() -> None:
    failed = (4, 14, 24, 34)
    early = [(run, 0.5, FAILED) for run in failed]
    punctual = [(run, 2.0, FAILED) for run in failed]
    shares = [heard(*sorted([*each(40, *failed), *some]), proof=failed)[0].delays.short for some in (early, punctual)]
    assert shares[0] is not None
    assert shares[1] is not None
    assert shares[0][0] > 0.5 > 0.3 > shares[1][0]


def test_grid_holds_the_runs_of_every_group() -> None:
    group, first, last = ints([0, 0, 1]), ints([2, 3, 7]), ints([4, 5, 8])
    events = Candidates(group, ints([0, 1, 0]), first, last, ints([0] * 3))
    grid = grid_of(events, 2, np.arange(10) % 4, np.arange(10) < 8)
    assert grid.run.tolist() == [2, 3, 4, 5, 7, 8]
    assert (grid.base[grid.group] + grid.run).tolist() == list(range(6))
    assert grid.is_settled.tolist() == [True] * 5 + [False]
