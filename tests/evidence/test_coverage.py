"""What stretch of time a lane can speak for."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from forensics.evidence.coverage import ALWAYS, EVER, Coverage, Reach, coverage_of, merged

span = st.tuples(st.integers(0, 30), st.integers(0, 30)).map(sorted).map(tuple)
spans = st.lists(span, max_size=6)


def ints(*values: int) -> np.typing.NDArray[np.int64]:
    return np.array(values, dtype=np.int64)


@given(spans)
def test_merged_spans_lie_apart_and_hold_the_same(given_: list[tuple[int, int]]) -> None:
    found = merged(given_)
    # A span of whole numbers holds its ends; halves tell touching spans from those with a gap between them.
    points = [each / 2 for each in range(62)]
    assert [any(a <= p <= b for a, b in found) for p in points] == [any(a <= p <= b for a, b in given_) for p in points]
    assert all(first[1] < second[0] for first, second in pairwise(found))


@given(spans, span)
def test_stretch_is_covered_when_all_of_it_lies_in_what_is_covered(
    given_: list[tuple[int, int]], asked: tuple[int, int]
) -> None:
    lane = Coverage({"triggers": [merged(given_)]})
    points = [each / 2 for each in range(2 * asked[0], 2 * asked[1] + 1)]
    whole = all(any(a <= p <= b for a, b in given_) for p in points)
    assert lane.covers("triggers", ints(0), ints(asked[0]), ints(asked[1])).tolist() == [whole]


def test_two_halves_with_a_gap_do_not_cover_the_whole() -> None:
    lane = Coverage({"triggers": [((0, 10), (12, 20))]})
    assert lane.covers("triggers", ints(0, 0, 0), ints(1, 5, 12), ints(9, 15, 20)).tolist() == [True, False, True]


def test_each_job_has_its_own_spans() -> None:
    lane = Coverage({"triggers": [((0, 10),), (), ((0, 10),)]})
    assert lane.covers("triggers", ints(0, 1, 2), ints(1, 1, 1), ints(2, 2, 2)).tolist() == [True, False, True]
    assert [lane.end("triggers", job) for job in (0, 1)] == [10, None]


def test_sources_that_meet_are_one_stretch_for_the_jobs_that_both_concern() -> None:
    lanes = frozenset({"triggers"})
    found = coverage_of(
        [Reach(lanes, (0, 10), frozenset({0, 1})), Reach(lanes, (10, 20), frozenset({1}))], ["triggers", "beats"], 3
    )
    assert found.spans["triggers"] == [((0, 10),), ((0, 20),), ()]
    assert found.spans["beats"] == [(), (), ()]


def test_source_that_concerns_all_is_joined_with_one_that_concerns_some() -> None:
    lanes = frozenset({"artifacts"})
    found = coverage_of([Reach(lanes, (EVER, 10)), Reach(lanes, (8, ALWAYS), frozenset({1}))], ["artifacts"], 2)
    assert found.spans["artifacts"] == [((EVER, 10),), ((EVER, ALWAYS),)]


def test_nothing_asked_is_nothing_covered() -> None:
    assert Coverage({"triggers": []}).covers("triggers", ints(), ints(), ints()).tolist() == []
