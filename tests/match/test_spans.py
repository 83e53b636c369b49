"""Look-ups among (job, instant) pairs."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from forensics.match.spans import FAR, NAT, at, first_after, group_bounds, keys, latest_before, next_in_job
from tests.match.builders import ints

pairs = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 30)), max_size=10).map(sorted)
events = st.lists(st.tuples(st.integers(0, 3), st.integers(-5, 35)), max_size=10)


def columns(rows: list[tuple[int, int]]) -> tuple[Any, Any]:
    return ints(job for job, _ in rows), ints(1000 * when for _, when in rows)


@given(pairs, events)
def test_latest_before_is_the_last_of_the_same_job_up_to_the_event(
    runs: list[tuple[int, int]], seen: list[tuple[int, int]]
) -> None:
    (run_job, run_at), (event_job, event_at) = columns(runs), columns(seen)
    found = latest_before(keys(run_job, run_at, 0), run_job, keys(event_job, event_at, 0), event_job)
    naive = [
        max((row for row, (job, when) in enumerate(runs) if job == whose and when <= moment), default=-1)
        for whose, moment in seen
    ]
    assert found.tolist() == naive


@given(pairs, events)
def test_first_after_is_the_first_of_the_same_job_from_the_event_on(
    runs: list[tuple[int, int]], seen: list[tuple[int, int]]
) -> None:
    (run_job, run_at), (event_job, event_at) = columns(runs), columns(seen)
    found = first_after(keys(run_job, run_at, 0), run_job, keys(event_job, event_at, 0), event_job)
    naive = [
        min((row for row, (job, when) in enumerate(runs) if job == whose and when >= moment), default=-1)
        for whose, moment in seen
    ]
    assert found.tolist() == naive


def test_instants_far_from_the_origin_stay_with_their_job() -> None:
    found = keys(ints([0, 1, 1, 2]), ints([2**61, -(2**61), 2**61, -(2**61)]), 0)
    assert found.tolist() == sorted(set(found.tolist()))


def test_next_in_job_does_not_reach_into_the_next_job() -> None:
    assert next_in_job(ints([0, 0, 1]), ints([5, 7, 6])).tolist() == [7, int(FAR), int(FAR)]
    assert next_in_job(ints([]), ints([])).tolist() == []


@given(st.lists(st.integers(0, 3), max_size=12).map(sorted))
def test_groups_are_bounded(groups: list[int]) -> None:
    begins, ends = group_bounds(ints(groups))
    assert [groups[begin:end] for begin, end in zip(begins, ends, strict=True)] == [
        [each] * groups.count(each) for each in sorted(set(groups))
    ]


def test_rows_outside_get_some_value() -> None:
    assert at(ints([4, 5]), ints([-1, 0, 9])).tolist() == [4, 4, 5]
    assert at(ints([]), ints([0])).tolist() == [NAT]
