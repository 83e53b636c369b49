"""Events among the runs of their job."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from forensics.match.alignment import Candidates
from forensics.match.placing import Track, candidates, events, follows_closely, place
from forensics.match.spans import FAR
from tests.match.builders import MINUTE, SECOND, ints


def track(*starts: int, lasts: int = 30, of: int = 0) -> Track:
    """Return runs that start at some minutes, each open from its start for some minutes."""
    at = ints(each * MINUTE for each in starts)
    count = len(starts)
    return Track(
        ints([of] * count), at, at, at + lasts * MINUTE, ints([1] * count), ints([int(FAR)] * count), ints([0] * count)
    )


def placed(runs: Track, *minutes: float) -> list[int]:
    happened = events(
        ints([0] * len(minutes)), ints(round(each * MINUTE) for each in minutes), ints([0] * len(minutes))
    )
    return place(runs, happened, *candidates(runs, happened)).tolist()


def test_event_in_one_runs_time_is_its() -> None:
    assert placed(track(0, 100), 5, 104) == [0, 1]


def test_event_in_no_runs_time_has_none() -> None:
    assert placed(track(10), 5, 41) == [-1, -1]


def test_bounds_belong_to_the_run() -> None:
    assert placed(track(10), 10, 40) == [0, 0]


def test_event_of_another_job_has_none() -> None:
    assert placed(track(0, of=1), 5) == [-1]


def test_each_of_several_overlapping_runs_has_its_own() -> None:
    starts = range(0, 240, 15)
    assert placed(track(*starts), *(start + 20 for start in starts)) == list(range(16))


def test_run_that_nothing_started_has_none() -> None:
    runs = track(*range(0, 240, 15))
    started = np.where(np.isin(np.arange(16), (4, 9)), -1, 1)
    done = [start + 20 for number, start in enumerate(range(0, 240, 15)) if number not in (4, 9)]
    assert placed(replace(runs, is_started=started), *done) == [number for number in range(16) if number not in (4, 9)]


def test_events_that_name_their_runs_go_there() -> None:
    runs = track(0, 15, 30)
    happened = replace(events(ints([0]), ints([20 * MINUTE]), ints([0])), first=ints([0]), last=ints([0]))
    assert place(runs, happened, *candidates(runs, happened)).tolist() == [0]


def test_no_events_are_placed_nowhere() -> None:
    assert placed(track(0)) == []
    assert placed(track(), 5) == [-1]


moments = st.lists(st.integers(0, 200), min_size=1, max_size=12).map(sorted)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(0, 150), min_size=1, max_size=8, unique=True).map(sorted),
    moments,
    st.sampled_from([10, 30, 90]),
)
def test_every_event_with_candidates_is_placed_among_them_in_order(
    starts: list[int], minutes: list[int], lasts: int
) -> None:
    runs = track(*starts, lasts=lasts)
    found = placed(runs, *minutes)
    for minute, run in zip(minutes, found, strict=True):
        own = [row for row, start in enumerate(starts) if start <= minute <= start + lasts]
        assert run in own if own else run == -1
    in_order = [run for run in found if run >= 0]
    assert in_order == sorted(in_order)


def test_repeat_at_once_follows_closely() -> None:
    at = ints(each * SECOND for each in (0, 60, 151, 152))
    torn = Candidates(ints([0, 0, 0, 1]), at, *[ints([0] * 4)] * 3)
    assert follows_closely(torn).tolist() == [False, True, False, False]
