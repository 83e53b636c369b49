"""Each trigger belongs to the due time that it is nearest to, within limits; no due time gets two."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forensics.evidence.paired import NAT
from forensics.match.spine import Signals, Spine, meet_due_times, own_ends, signals
from forensics.match.triggered import trigger_spine
from tests.match.builders import MINUTE, SECOND, at, clock, every, ints, job, spine, starts, table, window

NONE = starts()


def runs_of(job_: Any, *triggers: str, skips: tuple[str, ...] = (), **of: str) -> list[tuple[str | None, str | None]]:
    """Return (due, triggered) of every run of the window."""
    span = window(**of)
    made, _, _ = trigger_spine(table(job_), starts(*triggers), starts(*skips), starts(*triggers), span)
    return [
        (clock(due), clock(triggered))
        for due, triggered, start in zip(made.due.tolist(), made.triggered.tolist(), made.start.tolist(), strict=True)
        if span.since <= (due if due != NAT else start) < span.until
    ]


def test_trigger_meets_its_due_time() -> None:
    assert runs_of(job(), "07:00:01") == [("07:00", "07:00:01")]


def test_due_time_without_trigger_is_a_run() -> None:
    assert runs_of(job()) == [("07:00", None)]


def test_trigger_within_start_grace_meets_the_due_time() -> None:
    assert runs_of(job(start_grace=timedelta(minutes=10)), "07:10") == [("07:00", "07:10")]


def test_trigger_beyond_start_grace_is_a_run_of_its_own() -> None:
    assert runs_of(job(start_grace=timedelta(minutes=10)), "07:10:01") == [("07:00", None), (None, "07:10:01")]


def test_trigger_early_within_clock_tolerance_meets_the_due_time() -> None:
    assert runs_of(job(), "06:58:30") == [("07:00", "06:58:30")]


def test_trigger_earlier_than_clock_tolerance_is_a_run_of_its_own() -> None:
    assert runs_of(job(), "06:58:29") == [(None, "06:58:29"), ("07:00", None)]


def test_early_limit_is_a_third_of_the_interval() -> None:
    minutely = job(schedule="* 7 * * *", start_grace=timedelta(seconds=5))
    of = {"since": "2026-03-19T07:00", "until": "2026-03-19T07:02"}
    assert ("07:01", "07:00:41") in runs_of(minutely, "07:00:41", **of)
    assert (None, "07:00:39") in runs_of(minutely, "07:00:39", **of)


def test_trigger_between_two_due_times_meets_the_nearer() -> None:
    assert ("07:15", "07:14") in runs_of(every(15, start_grace=timedelta(minutes=14)), "07:14")


def test_trigger_just_as_far_from_both_meets_the_earlier() -> None:
    jobs = job(schedule="*/2 7 * * *", clock_tolerance=timedelta(minutes=5), start_grace=timedelta(minutes=5))
    assert ("07:00", "07:00:40") in runs_of(jobs, "07:00:40")


def test_of_two_triggers_of_one_due_time_the_nearer_is_the_runs() -> None:
    assert runs_of(job(), "06:59:50", "07:00:02") == [(None, "06:59:50"), ("07:00", "07:00:02")]


def test_second_trigger_after_the_due_time_is_a_run_of_its_own() -> None:
    assert runs_of(job(), "07:00:01", "07:05") == [("07:00", "07:00:01"), (None, "07:05")]


def test_trigger_of_another_job_does_not_meet_the_due_time() -> None:
    made, _, _ = trigger_spine(table(job("one"), job("two")), starts("07:00:01", of=1), NONE, NONE, window())
    one = made.taken(np.flatnonzero(made.job == 0))
    assert (one.triggered == NAT).all()


def test_job_without_schedule_has_its_triggers_as_runs() -> None:
    assert runs_of(job(schedule=None), "07:00:01", "09:00") == [(None, "07:00:01"), (None, "09:00")]


def test_job_with_a_problem_has_no_due_times() -> None:
    assert runs_of(job(problem="never fires")) == []


def test_recorded_skip_meets_its_due_time_and_is_no_trigger() -> None:
    made, _, run = trigger_spine(table(job()), NONE, starts("07:00:01"), NONE, window())
    assert clock(int(made.due[run[0]])) == "07:00"
    assert made.triggered[run[0]] == NAT
    assert clock(int(made.skipped[run[0]])) == "07:00:01"


def test_recorded_skip_far_from_a_due_time_is_a_run_of_its_own() -> None:
    made, _, run = trigger_spine(table(job()), NONE, starts("12:00"), NONE, window())
    assert made.due[run[0]] == NAT


def test_jobs_life_bounds_its_due_times() -> None:
    born = job(schedule="0 * * * *", since=datetime(2026, 3, 19, 22, tzinfo=UTC))
    assert [due for due, _ in runs_of(born)] == ["22:00", "23:00"]
    gone = job(schedule="0 * * * *", until=datetime(2026, 3, 19, 2, tzinfo=UTC))
    assert [due for due, _ in runs_of(gone)] == ["00:00", "01:00"]


def test_due_times_after_the_instant_of_judging_are_no_runs() -> None:
    of = {"now": "2026-03-19T02:00"}
    assert [due for due, _ in runs_of(job(schedule="0 * * * *"), **of)] == ["00:00", "01:00", "02:00"]


def test_silent_intervals_are_due_times() -> None:
    quarter = job(schedule=None, interval=timedelta(minutes=15))
    of = {"since": "2026-03-19T07:00", "until": "2026-03-19T08:16"}
    assert runs_of(quarter, "07:00", "07:15", "08:15", **of) == [
        ("07:00", "07:00"), ("07:15", "07:15"), ("07:30", None), ("07:45", None), ("08:00", None), ("08:15", "08:15"),
    ]  # fmt: skip


def test_anchor_fixes_the_grid_of_an_interval() -> None:
    anchored = job(schedule=None, interval=timedelta(hours=8), anchor=datetime(2026, 3, 1, 3, tzinfo=UTC))
    assert [due for due, _ in runs_of(anchored)] == ["03:00", "11:00", "19:00"]


def test_interval_job_that_was_never_seen_is_due_on_a_grid_from_midnight() -> None:
    assert [due for due, _ in runs_of(job(schedule=None, interval=timedelta(hours=8)))] == ["00:00", "08:00", "16:00"]


def test_own_end_is_start_and_longest_duration() -> None:
    assert clock(int(own_ends(table(job()), spine(("07:00", "07:05")))[0])) == "07:35"


def test_open_duration_ends_at_the_next_due_time() -> None:
    runs = spine(("07:00", "07:01"), ("09:00", None))
    assert [clock(each) for each in own_ends(table(job(max_duration=None)), runs).tolist()] == ["09:00", "15:00"]


def test_open_duration_is_six_hours_at_most() -> None:
    runs = spine(("01:00", None), ("23:00", None))
    assert clock(int(own_ends(table(job(max_duration=None)), runs)[0])) == "07:00"


def test_start_is_the_trigger_before_the_due_time() -> None:
    runs = spine(("07:00", "07:00:05"), ("08:00", None))
    assert [clock(each) for each in runs.start.tolist()] == ["07:00:05", "08:00"]


def test_runner_is_asked_for_the_start_before_the_schedule() -> None:
    none = ints([NAT])
    assert Spine(ints([0]), ints([5]), none, none, ints([9]), none).start.tolist() == [9]


def test_sorting_tells_where_each_run_went() -> None:
    runs = spine(("09:00", None), ("07:00", None))
    ordered, position = runs.sorted()
    assert [clock(each) for each in ordered.due.tolist()] == ["07:00", "09:00"]
    assert position.tolist() == [1, 0]


moments = st.lists(st.integers(0, 180 * 60), max_size=12).map(sorted)


@given(
    dues=st.lists(st.integers(0, 180), min_size=1, max_size=8, unique=True).map(sorted),
    seen=moments,
    grace=st.integers(0, 40),
)
def test_due_times_are_met_by_the_nearest_within_limits_and_by_one_only(
    dues: list[int], seen: list[int], grace: int
) -> None:
    at_due, at_seen = [each * MINUTE for each in dues], [each * SECOND for each in seen]
    rules = table(job(start_grace=timedelta(minutes=grace)))
    met = meet_due_times(rules, ints([0] * len(dues)), ints(at_due), signals_of(at_seen)).tolist()
    assert met == nearest_of_each(at_due, at_seen, grace * MINUTE)


def signals_of(at_seen: list[int]) -> Signals:
    return signals(ints([0] * len(at_seen)), ints(at_seen), ints(range(len(at_seen))))


def nearest_of_each(dues: list[int], seen: list[int], grace: int) -> list[int]:
    """Return what the rule says, one signal and one due time at a time."""
    wanted: list[tuple[int, int]] = []
    for moment in seen:
        fitting = []
        for row, due in enumerate(dues):
            gap = min((b - a for a, b in pairwise(dues) if b == due), default=2**62)
            early = min(90 * SECOND, gap // 3)
            is_beside = due <= moment < (dues[row + 1] if row + 1 < len(dues) else 2**62) or (
                moment <= due and (row == 0 or dues[row - 1] < moment)
            )
            if is_beside and -early <= moment - due <= grace:
                fitting.append((abs(moment - due), row))
        wanted.append(min(fitting) if fitting else (0, -1))
    first: dict[int, tuple[int, int]] = {}
    for number, (distance, row) in enumerate(wanted):
        if row >= 0 and (row not in first or distance < first[row][0]):
            first[row] = distance, number
    return [row if row >= 0 and first[row][1] == number else -1 for number, (_, row) in enumerate(wanted)]


@given(seen=moments, minutes=st.sampled_from([5, 15, 20, 60]))
def test_every_trigger_and_every_due_time_is_in_exactly_one_run(seen: list[int], minutes: int) -> None:
    span = window("2026-03-19T00:00", "2026-03-19T03:00")
    seen_at = signals_of([at("00:00") + each * SECOND for each in seen])
    made, run, _ = trigger_spine(table(every(minutes)), seen_at, NONE, NONE, span)
    assert Counter(run.tolist()).most_common(1)[0][1] == 1 if seen else not len(run)
    assert made.triggered[run].tolist() == seen_at.at.tolist()
    inside = made.due[(made.due >= span.since) & (made.due < span.until)].tolist()
    assert inside == list(range(span.since, span.until, minutes * MINUTE))


@pytest.mark.parametrize("empty", [NONE, starts("07:00:01")])
def test_job_without_any_due_time_meets_none(empty: Any) -> None:
    assert meet_due_times(table(job()), ints([]), ints([]), empty).tolist() == [-1] * len(empty.at)


def test_start_of_an_interval_job_may_be_as_early_as_its_clock_is_trusted():
    own = job(schedule=None, interval=timedelta(minutes=15), scheduler="interval", clock_tolerance=timedelta(minutes=4))
    seen = starts("07:00", "07:12")
    spine, _, _ = trigger_spine(table(own), seen, starts(), seen, window())
    assert [clock(int(each)) for each in spine.due[:2]] == ["07:00", "07:15"]
