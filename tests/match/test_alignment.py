"""The alignment is the cheapest of all that keep order in time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forensics.match import alignment
from forensics.match.alignment import Candidates, Delays, Prices, align
from tests.match.builders import MINUTE, SECOND, ints


def floats(*values: float) -> np.typing.NDArray[np.float64]:
    return np.array(values, dtype=np.float64)


@dataclass(frozen=True)
class Problem:
    """Events and runs of one job: times in minutes, each event with the runs that it could belong to.

    ``taken`` are the runs' prices for an event of tone 0; of tone 1 one pays half as much again, and a little for every second run.
    """

    starts: list[int]
    at: list[int]
    bounds: list[tuple[int, int]]
    skipped: list[float]
    taken: list[float]
    shared: list[float]
    silent: float = 2.0
    middle: float = 3.0
    may_straggle: bool = True
    tones: tuple[int, ...] = ()

    def tone(self, number: int) -> int:
        return self.tones[number] if self.tones else 0

    def price_of(self, number: int, run: int) -> float:
        return self.taken[run] if self.tone(number) == 0 else 1.5 * self.taken[run] + 0.4 * (run % 2)

    @property
    def delays(self) -> Delays:
        minute = float(MINUTE)
        return Delays(floats(self.middle * minute), floats(0.7 * minute), floats(1.3 * minute), self.may_straggle)

    @property
    def prices(self) -> Prices:
        by_tone = np.array([self.taken, [1.5 * each + 0.4 * (run % 2) for run, each in enumerate(self.taken)]])
        return Prices(floats(*self.skipped), by_tone, floats(*self.shared), floats(self.silent))

    def candidates(self) -> Candidates:
        first, last = ([each[side] for each in self.bounds] for side in (0, 1))
        tones = ints(self.tone(number) for number in range(len(self.at)))
        return Candidates(
            ints([0] * len(self.at)), ints(each * MINUTE for each in self.at), ints(first), ints(last), tones
        )

    def aligned(self) -> list[int]:
        return align(self.candidates(), ints(each * MINUTE for each in self.starts), self.delays, self.prices).tolist()

    def price(self, chosen: tuple[int, ...]) -> float:
        """Return what an alignment costs, told run by run."""
        rows = enumerate(zip(chosen, self.at, strict=True))
        total = 0.0
        for number, (run, at) in rows:
            delay = floats(float((at - self.starts[run]) * MINUTE))
            total += float(self.delays.cost(ints([0]), delay)[0]) + self.price_of(number, run)
            total += self.shared[number] if number and chosen[number - 1] == run else 0.0
        span = range(self.bounds[0][0], len(self.starts))
        ends = max(self.bounds[-1][1], chosen[-1]) + 1
        return total + sum(self.silent * self.skipped[run] for run in span if run not in chosen and run < ends)

    def cheapest(self) -> float:
        """Return the least price of all alignments in which no event goes to an earlier run than the one before."""
        choices = product(*(range(first, last + 1) for first, last in self.bounds))
        return min(self.price(chosen) for chosen in choices if list(chosen) == sorted(chosen))


def even(starts: list[int], at: list[int], bounds: list[tuple[int, int]], **more: object) -> Problem:
    runs = len(starts)
    plain = Problem(starts, at, bounds, [1.0] * runs, [0.0] * runs, [6.0] * len(at))
    return replace(plain, **more)  # type: ignore[arg-type]


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    runs = draw(st.integers(1, 5))
    starts = sorted(draw(st.lists(st.integers(0, 40), min_size=runs, max_size=runs, unique=True)))
    at = sorted(draw(st.lists(st.integers(0, 60), min_size=1, max_size=5)))
    firsts = sorted(draw(st.lists(st.integers(0, runs - 1), min_size=len(at), max_size=len(at))))
    lasts = sorted(draw(st.integers(first, runs - 1)) for first in firsts)
    price = st.sampled_from([0.0, 0.3, 1.0, 1.7])
    return Problem(
        starts,
        at,
        list(zip(firsts, lasts, strict=True)),
        draw(st.lists(price, min_size=runs, max_size=runs)),
        draw(st.lists(price, min_size=runs, max_size=runs)),
        draw(st.lists(st.sampled_from([0.2, 2.5, 6.0]), min_size=len(at), max_size=len(at))),
        draw(st.sampled_from([0.0, 0.5, 3.9])),
        draw(st.sampled_from([0.0, 3.0, 12.0])),
        draw(st.booleans()),
        tuple(draw(st.lists(st.integers(0, 1), min_size=len(at), max_size=len(at)))),
    )


@settings(max_examples=200, deadline=None)
@given(problems())
def test_no_alignment_in_order_is_cheaper(problem: Problem) -> None:
    chosen = tuple(problem.aligned())
    assert problem.price(chosen) == pytest.approx(problem.cheapest())


@settings(max_examples=60, deadline=None)
@given(problems())
def test_order_in_time_is_kept_and_candidates_only_are_chosen(problem: Problem) -> None:
    chosen = problem.aligned()
    assert chosen == sorted(chosen)
    assert all(first <= run <= last for run, (first, last) in zip(chosen, problem.bounds, strict=True))


@settings(max_examples=60, deadline=None)
@given(st.lists(problems(), min_size=2, max_size=4))
def test_jobs_walked_side_by_side_do_not_meddle_with_each_other(several: list[Problem]) -> None:
    alone = [run for problem in several for run in problem.aligned()]
    assert together(several) == alone


def together(several: list[Problem]) -> list[int]:
    """Return what each job's events get when all are aligned in one go, in the job's own run numbers."""
    offsets = np.cumsum([0, *(len(each.starts) for each in several)]).tolist()
    parts = [(each.candidates(), offset) for each, offset in zip(several, offsets, strict=False)]
    group = ints(number for number, each in enumerate(several) for _ in each.at)
    events = Candidates(
        group,
        np.concatenate([part.at for part, _ in parts]),
        np.concatenate([part.first + offset for part, offset in parts]),
        np.concatenate([part.last + offset for part, offset in parts]),
        np.concatenate([part.tone for part, _ in parts]),
    )
    starts = ints(each * MINUTE for problem in several for each in problem.starts)
    delays = [problem.delays for problem in several]
    straggling = {problem.may_straggle for problem in several}
    if len(straggling) > 1:
        return [run for problem in several for run in problem.aligned()]
    joined = Delays(*(np.concatenate([getattr(each, name) for each in delays]) for name in ("middle", "early", "late")), straggling.pop())  # fmt: skip
    prices = Prices(*(np.concatenate([getattr(each.prices, name) for each in several], axis=-1) for name in ("skipped", "taken", "shared", "silent")))  # fmt: skip
    chosen = align(events, starts, joined, prices)
    return (chosen - ints(offsets[number] for number in group)).tolist()


def test_walk_in_small_batches_gives_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    several = [even([0, 10, 20], [3, 13, 23], [(0, 0), (0, 1), (1, 2)]), even([0, 10], [14], [(0, 1)])] * 3
    at_once = together(several)
    monkeypatch.setattr(alignment, "CELLS", 1)
    assert together(several) == at_once


def test_run_that_takes_longer_than_its_interval_keeps_its_proof() -> None:
    overlapping = even([0, 15, 30], [20, 35, 50], [(0, 1), (0, 2), (1, 2)], middle=20.0)
    assert overlapping.aligned() == [0, 1, 2]


def test_run_without_anything_leaves_its_neighbours_theirs() -> None:
    assert even([0, 15, 30], [20, 50], [(0, 1), (1, 2)], middle=20.0).aligned() == [0, 2]


def test_run_that_nothing_started_is_passed_over() -> None:
    torn = even([0, 4], [7], [(0, 1)], middle=4.0)
    assert torn.aligned() == [1]
    assert replace(torn, taken=[0.0, 5.0], skipped=[1.0, 0.0]).aligned() == [0]


def test_repeat_joins_the_run_that_was_spoken_of() -> None:
    said_twice = even([0, 15], [3, 4], [(0, 0), (0, 1)], shared=[0.2, 0.2])
    assert said_twice.aligned() == [0, 0]


def test_dear_repeat_goes_to_the_next_run() -> None:
    assert even([0, 5], [3, 7], [(0, 1), (0, 1)], shared=[99.0, 99.0]).aligned() == [0, 1]


def test_no_events_give_nothing() -> None:
    none = Candidates(*[ints([])] * 5)
    empty = floats()
    assert (
        align(none, ints([0]), Delays(empty, empty, empty), Prices(empty, empty[None, :], empty, empty)).tolist() == []
    )


def cost(seconds: float, may_straggle: bool = True) -> float:
    second = float(SECOND)
    delays = Delays(floats(100 * second), floats(10 * second), floats(10 * second), may_straggle)
    return float(delays.cost(ints([0]), floats(seconds * second))[0])


def test_usual_delay_costs_nothing() -> None:
    assert cost(100) == 0


def test_too_early_costs_more_than_too_late_by_as_much() -> None:
    assert cost(60) > cost(140) > 0


def test_message_that_comes_hours_late_costs_little_more_than_one_that_is_an_hour_late() -> None:
    assert cost(40_000) == pytest.approx(cost(20_000))
    assert cost(40_000, may_straggle=False) == pytest.approx(alignment.STEEP_CAP)


def test_price_of_being_early_is_bounded() -> None:
    assert cost(-10_000) == alignment.EARLY_CAP
