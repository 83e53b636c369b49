"""Events among the runs of their job."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from forensics.match.placing import Track, candidates, events, place
from forensics.match.spans import FAR
from tests.match.builders import MINUTE, ints


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


SUCCESS, FAILED = 1, 2


def told(runs: Track, *said: tuple[float, int]) -> list[int]:
    """Return the runs of messages, each a minute and a tone."""
    at = ints(round(minute * MINUTE) for minute, _ in said)
    happened = replace(events(ints([0] * len(said)), at, ints([0] * len(said))), tone=ints(tone for _, tone in said))
    return place(runs, happened, *candidates(runs, happened), may_straggle=True).tolist()


def overlapping(count: int = 60) -> tuple[Track, list[tuple[float, int]]]:
    """Return runs every 15 minutes, of 20 minutes each, and the message of each, at most some seconds late."""
    runs = track(*range(0, 15 * count, 15), lasts=45)
    said = [(15 * number + 20 + number * 7 % 5 / 10, SUCCESS) for number in range(count)]
    return replace(runs, proof=ints([1] * count)), said


def test_message_seconds_after_another_is_no_late_one_of_the_silent_run_before() -> None:
    runs, said = overlapping()
    said[30] = (said[31][0] + 2 / 60, SUCCESS)
    for number in (10, 20, 50):  # such repeats are usual here
        said.append((said[number][0] + 2 / 60, SUCCESS))
    said.sort()
    found = told(runs, *said)
    assert found.count(31) == 2
    assert 30 not in found


def test_message_long_after_another_is_the_late_one_of_the_silent_run_before() -> None:
    runs, said = overlapping()
    said[30] = (said[31][0] - 4, SUCCESS)
    assert told(runs, *said) == list(range(60))


def test_unproven_run_that_often_is_silent_gives_up_a_late_message_to_a_proven_one() -> None:
    runs, said = overlapping()
    unproven = [3, 8, 13, 18, 23, 28, 33, 38, 43, 48, 53, 57]
    said = [each for number, each in enumerate(said) if number not in unproven]
    late = next(place for place, (minute, _) in enumerate(said) if minute > 27 * 15 + 20)
    for number in (5, 15, 35, 45):
        said[number] = (said[number][0] + 9, SUCCESS)
    said[late] = (said[late][0] + 15.2, SUCCESS)
    said.sort()
    proof = np.where(np.isin(np.arange(60), unproven), -1, 1)
    assert told(replace(runs, proof=proof), *said)[late] == 27


def test_start_that_is_uncertain_makes_a_message_fit_that_comes_early() -> None:
    runs, said = overlapping()
    said[30] = (said[30][0] - 5, SUCCESS)
    del said[29]
    blur = np.where(np.arange(60) == 30, 4 * MINUTE, 0)
    assert told(replace(runs, blur=blur), *said)[29] == 30


def test_delays_may_be_counted_from_the_end() -> None:
    runs, said = overlapping()
    assert told(replace(runs, start=runs.start + 20 * MINUTE, lead=ints([20 * MINUTE] * 60)), *said) == list(range(60))
