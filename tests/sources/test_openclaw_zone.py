"""The zone of an OpenClaw's host, out of what its scheduler plans."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from forensics.evidence.records import FileRead
from forensics.sources.base import ReadOptions
from forensics.sources.openclaw import OpenClaw
from tests.sources.openclaw_host import Host, job, ms, ran

DAY = 86_400_000
NOW = ms("2026-03-11 00:00") * 10**6
UTC, TOKYO = ZoneInfo("UTC"), ZoneInfo("Asia/Tokyo")


def planned(name: str, expr: str, following: str, **state: Any) -> dict[str, Any]:
    """Return a job without a zone that is next due at a time of UTC."""
    schedule = {"kind": "cron", "expr": expr}
    return job(name, schedule=schedule) | {"state": {"nextRunAtMs": ms(following), **state}}


def zones(folder: Path, host: Host, assumed: ZoneInfo = UTC) -> set[str | None]:
    """Return the zones in which the jobs of a host are told to be due."""
    host.write(folder, "A")
    yielded = OpenClaw().read(folder, ReadOptions(now=NOW, timezone=assumed))
    return {told.zone for each in yielded if isinstance(each, FileRead) for told in each.jobs}


def runs(host: Host, name: str, first: str, count: int = 3) -> Host:
    """Run a job on so many days."""
    return host.run(*(ran(name, ms(first) + number * DAY + 21) for number in range(count)))


def test_plan_at_another_hour_shows_the_zone_of_a_host_far_away(tmp_path: Path) -> None:
    host = runs(Host().add(planned("a", "0 3 * * *", "2026-03-11 18:00")), "a", "2026-03-08 18:00")
    assert zones(tmp_path, host) == {"Asia/Tokyo"}


def test_zone_in_which_more_runs_came_on_time_is_the_hosts(tmp_path: Path) -> None:
    # UTC-4 in March: where clocks went forward on the 8th, not where they never do.
    host = runs(Host().add(planned("a", "0 3 * * *", "2026-03-11 07:00")), "a", "2026-03-03 08:00", 5)
    assert zones(tmp_path, runs(host, "a", "2026-03-08 07:00")) == {"America/New_York"}


def test_zone_that_explains_the_plan_stays(tmp_path: Path) -> None:
    host = runs(Host().add(planned("a", "0 3 * * *", "2026-03-11 18:00")), "a", "2026-03-08 18:00")
    assert zones(tmp_path, host, TOKYO) == {"Asia/Tokyo"}


@pytest.mark.parametrize(
    "told",
    [
        planned("a", "0 * * * *", "2026-03-11 18:00"),
        planned("a", "0 3 * * *", "2026-03-11 18:07", consecutiveErrors=2),
        planned("a", "0 3 * * *", "2026-03-11 18:00") | {"enabled": False},
        planned("a", "nonsense", "2026-03-11 18:00"),
        planned("a", "13 3 * * *", "2026-03-11 18:00"),
    ],
    ids=["every hour", "held back", "switched off", "unreadable", "in no zone"],
)
def test_plan_that_shows_nothing_changes_no_zone(tmp_path: Path, told: dict[str, Any]) -> None:
    assert zones(tmp_path, runs(Host().add(told), "a", "2026-03-08 18:00")) == {"UTC"}


def test_plan_alone_without_a_run_on_time_changes_no_zone(tmp_path: Path) -> None:
    assert zones(tmp_path, Host().add(planned("a", "0 3 * * *", "2026-03-11 18:00"))) == {"UTC"}


def test_plans_that_no_zone_explains_together_change_none(tmp_path: Path) -> None:
    host = Host().add(planned("a", "0 3 * * *", "2026-03-11 18:00"), planned("b", "0 3 * * *", "2026-03-11 12:00"))
    assert zones(tmp_path, runs(host, "a", "2026-03-08 18:00")) == {"UTC"}


def test_zone_that_a_job_names_is_its_own(tmp_path: Path) -> None:
    host = Host().add(planned("a", "0 3 * * *", "2026-03-11 18:00"), job("b"))
    assert zones(tmp_path, runs(host, "a", "2026-03-08 18:00")) == {"Asia/Tokyo", "UTC"}
