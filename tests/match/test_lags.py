"""Steady lags between two kinds of events, over all jobs of a host."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from forensics.match.lags import EACH, REPORTING, STARTING, gaps_between, steady_lag
from forensics.match.spans import HOUR, SECOND
from forensics.match.spine import Signals, signals
from tests.match.builders import at, ints

Moments = dict[int, list[float]]
PERIODS = (3600.0, 7200.0, 5400.0, 21600.0)


def events(moments: Moments) -> Signals:
    """Return events by job, in seconds of the day."""
    flat = [(job, at("00:00") + round(moment * SECOND)) for job, each in moments.items() for moment in each]
    return signals(ints(job for job, _ in flat), ints(moment for _, moment in flat), ints(range(len(flat))))


def causes(periods: tuple[float, ...] = PERIODS) -> Moments:
    return {job: np.arange(600.0 * job, 86_400, period).tolist() for job, period in enumerate(periods)}


def trailing(known: Moments, lag: Callable[[int, int], float]) -> Signals:
    """Return an effect for each cause, after a lag by its job and number."""
    return events({job: [each + lag(job, nth) for nth, each in enumerate(moments)] for job, moments in known.items()})


def jitter(nth: int) -> float:
    return (nth * 7919 % 100) / 50


@pytest.mark.parametrize("seconds", [-40, 55, 300, -3600, 3600, -30000])
def test_lag_of_starts_is_found(seconds: int):
    found = steady_lag(events(causes()), trailing(causes(), lambda _job, nth: seconds + jitter(nth)), STARTING)
    assert found is not None
    assert abs(found.seconds - seconds) <= 2


@pytest.mark.parametrize("seconds", [-40, 40, 300, -3600, 6000])
def test_lag_of_reports_is_told_by_its_lower_edge(seconds: int):
    effects = trailing(causes(), lambda _job, nth: seconds + 0.7 + 5 * jitter(nth) + 300 * (nth % 10 == 9))
    found = steady_lag(events(causes()), effects, REPORTING)
    assert found is not None
    assert abs(found.seconds - seconds) <= 2


def test_prompt_effects_have_no_lag():
    assert steady_lag(events(causes()), trailing(causes(), lambda _job, nth: jitter(nth)), STARTING) is None


def test_jobs_that_disagree_have_no_lag():
    effects = trailing(causes(), lambda job, nth: 100.0 * (job + 1) + jitter(nth))
    assert steady_lag(events(causes()), effects, REPORTING) is None


def test_one_job_of_four_that_is_late_is_no_lag_of_all():
    effects = trailing(causes(), lambda job, nth: 300.0 * (job == 0) + jitter(nth))
    assert steady_lag(events(causes()), effects, STARTING) is None


def test_odd_seconds_of_one_job_tell_a_clock():
    one = causes((10800.0,))
    assert steady_lag(events(one), trailing(one, lambda _job, nth: -40 + jitter(nth)), STARTING) is not None


def test_whole_minutes_of_one_job_may_be_its_schedule():
    one = causes((10800.0,))
    assert steady_lag(events(one), trailing(one, lambda _job, nth: 300 + jitter(nth)), STARTING) is None


def test_four_runs_are_too_few():
    one = {0: [0.0, 20_000.0, 40_000.0, 60_000.0]}
    assert steady_lag(events(one), trailing(one, lambda _job, nth: -40 + jitter(nth)), STARTING) is None


def test_one_straggler_does_not_hide_a_lag():
    effects = trailing(causes(), lambda _job, nth: 300.0 if nth == 3 else -40 + jitter(nth))
    assert steady_lag(events(causes()), effects, STARTING) is not None


def test_lag_half_as_long_as_every_interval_may_be_either_way():
    even = {job: np.arange(60.0 * job, 86_400, 3600).tolist() for job in range(4)}
    assert steady_lag(events(even), trailing(even, lambda _job, nth: 1800 + jitter(nth)), STARTING) is None


def test_rarer_jobs_decide_between_equal_lags():
    known = causes((3600.0, 3600.0, 3600.0, 43_200.0, 28_800.0))
    found = steady_lag(events(known), trailing(known, lambda _job, nth: -3600 + jitter(nth)), STARTING)
    assert found is not None
    assert round(found.seconds / 60) == -60


def test_job_without_causes_has_no_say():
    effects = trailing(causes(), lambda _job, nth: -40 + jitter(nth)).with_others(
        events({9: [float(n) for n in range(99)]})
    )
    found = steady_lag(events(causes()), effects, STARTING)
    assert found is not None
    assert found.jobs_known == len(PERIODS)


def test_many_events_of_one_job_are_thinned():
    many = {0: [float(60 * n) for n in range(1000)]}
    assert gaps_between(events(many), events(many), HOUR / SECOND).count.max() <= EACH


def test_nothing_has_no_lag():
    assert steady_lag(events({}), events({}), STARTING) is None
    assert steady_lag(events({0: [1.0]}), events({}), STARTING) is None
