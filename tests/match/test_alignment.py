"""The alignment is the cheapest of all that keep order in time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forensics.match import alignment
from forensics.match.alignment import Candidates, Prices, align
from tests.match.builders import MINUTE, ints


def floats(*values: float) -> np.typing.NDArray[np.float64]:
    return np.array(values, dtype=np.float64)


@dataclass(frozen=True)
class Problem:
    """Events and runs of one job: times in minutes, each event with the runs that it could belong to.

    To open a run costs an event by how far it lies from ``middle`` minutes after the start, and what ``taken`` says.
    """

    starts: list[int]
    at: list[int]
    bounds: list[tuple[int, int]]
    skipped: list[float]
    taken: list[float]
    shared: list[float]
    middle: float = 3.0
    persistence: float = 1.0

    def opening(self, number: int, run: int) -> float:
        return abs(self.at[number] - self.starts[run] - self.middle) ** 1.3 + self.taken[run]

    def joining(self, number: int, run: int) -> float:
        return self.shared[number] + self.persistence * self.opening(number, run)

    def prices(self) -> Prices:
        width = max(last - first for first, last in self.bounds) + 1
        opening, joining = np.full((2, len(self.at), width), np.inf)
        for number, (first, last) in enumerate(self.bounds):
            for run in range(first, last + 1):
                opening[number, run - first] = self.opening(number, run)
                joining[number, run - first] = self.joining(number, run)
        return Prices(opening, joining, np.cumsum(floats(0, *self.skipped)), ints([0] * len(self.at)))

    def candidates(self) -> Candidates:
        first, last = ([each[side] for each in self.bounds] for side in (0, 1))
        none = ints([0] * len(self.at))
        return Candidates(none, ints(each * MINUTE for each in self.at), ints(first), ints(last), none)

    def aligned(self) -> list[int]:
        return align(self.candidates(), self.prices()).tolist()

    def price(self, chosen: tuple[int, ...]) -> float:
        """Return what an alignment costs, told run by run."""
        total = 0.0
        for number, run in enumerate(chosen):
            joins = number > 0 and chosen[number - 1] == run
            total += self.joining(number, run) if joins else self.opening(number, run)
        ends = max(self.bounds[-1][1], chosen[-1]) + 1
        return total + sum(self.skipped[run] for run in range(self.bounds[0][0], ends) if run not in chosen)

    def cheapest(self) -> float:
        """Return the least price of all alignments in which no event goes to an earlier run than the one before."""
        choices = product(*(range(first, last + 1) for first, last in self.bounds))
        return min(self.price(chosen) for chosen in choices if list(chosen) == sorted(chosen))


def even(starts: list[int], at: list[int], bounds: list[tuple[int, int]], **more: object) -> Problem:
    runs = len(starts)
    plain = Problem(starts, at, bounds, [2.0] * runs, [0.0] * runs, [6.0] * len(at))
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
        draw(st.sampled_from([0.0, 3.0, 12.0])),
        draw(st.sampled_from([0.0, 0.5, 1.0])),
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
    group = ints(number for number, each in enumerate(several) for _ in each.at)
    parts = [each.candidates() for each in several]
    at, first, last, tone = (
        np.concatenate([getattr(each, name) for each in parts]) for name in ("at", "first", "last", "tone")
    )
    moved = ints(offsets[number] for number in group)
    chosen = align(Candidates(group, at, first + moved, last + moved, tone), priced_together(several))
    return (chosen - moved).tolist()


def priced_together(several: list[Problem]) -> Prices:
    prices = [each.prices() for each in several]
    width = max(each.opening.shape[1] for each in prices)
    opening, joining = (
        np.concatenate(
            [
                np.pad(table, ((0, 0), (0, width - table.shape[1])), constant_values=np.inf)
                for table in (getattr(each, name) for each in prices)
            ]
        )
        for name in ("opening", "joining")
    )
    # Each job has one sum more than runs, so that the sums of the jobs before lie that much further on.
    base = ints(number for number, each in enumerate(several) for _ in each.at)
    return Prices(opening, joining, np.concatenate([each.silence for each in prices]), base)


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
    assert replace(torn, taken=[0.0, 9.0], skipped=[1.0, 0.0]).aligned() == [0]


def test_repeat_joins_the_run_that_was_spoken_of() -> None:
    said_twice = even([0, 15], [3, 4], [(0, 0), (0, 1)], shared=[0.2, 0.2])
    assert said_twice.aligned() == [0, 0]


def test_dear_repeat_goes_to_the_next_run() -> None:
    assert even([0, 5], [3, 7], [(0, 1), (0, 1)], shared=[99.0, 99.0]).aligned() == [0, 1]


def test_repeat_that_only_its_gap_prices_joins_however_late() -> None:
    late = even([0, 15], [3, 14], [(0, 0), (0, 1)], shared=[1.0, 1.0])
    assert late.aligned() == [0, 1]
    assert replace(late, persistence=0.0).aligned() == [0, 0]


def test_no_events_give_nothing() -> None:
    none = Candidates(*[ints([])] * 5)
    assert align(none, Prices(np.empty((0, 1)), np.empty((0, 1)), floats(0), ints([]))).tolist() == []
