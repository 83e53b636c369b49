"""Steady offsets between due times and triggers, host by host."""

from __future__ import annotations

from typing import Any

import pytest

from forensics.analyse.clocks import clock_offsets
from forensics.analyse.columns import Columns
from forensics.config import Job
from tests.analyse.builders import UTC, evidence, frame, paired, run


def found(*offsets: int, host: str | None = None, schedule: str | None = "0 * * * *") -> list[Any]:
    """Return the findings for one run an hour, triggered so many seconds after its due time."""
    rows = [
        run("confirmed", due=f"{hour + 1:02}:00", triggered=clock(hour + 1, offset))
        for hour, offset in enumerate(offsets)
    ]
    runs = frame(*rows)
    linked = paired(runs, jobs=[Job("daily", UTC, schedule=schedule, host=host)], triggers=range(len(rows)))
    read = evidence(triggers=[{"event": "started", "host": host} for _ in rows])
    return clock_offsets(Columns(runs), linked, read)


def clock(hour: int, offset: int) -> str:
    seconds = hour * 3600 + offset
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def test_steady_offset_is_found_with_its_estimate():
    (finding,) = found(-40, -40, -41, -40, -39, host="web1")
    assert finding.text == "Triggers of host web1 come 40 s (± 1 s) early, steadily."
    assert finding.detail["offset_seconds"] == -40


def test_late_triggers_are_told_as_late():
    assert "late" in found(30, 30, 31, 30, 30)[0].text


def test_second_or_two_is_crons_own():
    assert found(1, 2, 1, 1, 2) == []


def test_scattered_triggers_have_no_offset():
    assert found(5, 40, 12, 60, 25) == []


def test_four_runs_are_too_few():
    assert found(-40, -40, -40, -40) == []


def test_one_straggler_does_not_hide_a_steady_offset():
    assert found(-40, -40, -40, -40, -40, 300) != []


def test_job_without_a_schedule_tells_nothing_of_clocks():
    assert found(-40, -40, -40, -40, -40, schedule=None) == []


@pytest.mark.parametrize("host", ["web1", None])
def test_host_is_named_where_it_is_known(host: str | None):
    assert ("host web1" in found(-40, -40, -40, -40, -40, host=host)[0].text) is (host is not None)


def test_no_runs_have_no_offset():
    assert found() == []
