"""The jobs' rules of time as arrays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from forensics.match.jobtable import job_table, nanos, stamps
from forensics.match.spans import HOUR, NAT
from tests.match.builders import MINUTE, at, job


def test_durations_are_exact() -> None:
    assert nanos([timedelta(microseconds=1), timedelta(days=10_000), None]).tolist() == [1000, 10_000 * 24 * HOUR, -1]


def test_instants_are_exact() -> None:
    assert stamps([datetime(2026, 3, 19, 7, microsecond=1, tzinfo=UTC), None]).tolist() == [at("07:00") + 1000, NAT]


def test_run_without_a_longest_duration_may_take_six_hours() -> None:
    assert job_table([job(max_duration=None), job()]).longest.tolist() == [6 * HOUR, 30 * MINUTE]
