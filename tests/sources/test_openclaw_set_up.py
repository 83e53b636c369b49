"""What an OpenClaw is set up to run, as its live store tells it."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner

from forensics.cli import main
from forensics.evidence.records import FileRead, ToldJob
from forensics.sources.base import ReadOptions
from forensics.sources.openclaw import OpenClaw
from tests.sources.openclaw_host import Host, job, ms, put, ran, uuid

NOW = ms("2026-03-11 00:00") * 10**6
DUE = ms("2026-03-10 02:00")
MADE = ms("2026-03-01 00:00") * 10**6
HOUR = {"kind": "every", "everyMs": 3_600_000, "anchorMs": ms("2026-03-01 00:10")}
each_era = pytest.mark.parametrize("era", "ABCD")


def told(path: Path, **options: Any) -> list[ToldJob]:
    read = OpenClaw().read(path, ReadOptions(now=NOW, **options))
    return [job for each in read if isinstance(each, FileRead) for job in each.jobs]


def told_of(path: Path, *jobs: dict[str, Any], era: str = "A", **options: Any) -> list[ToldJob]:
    return told(Host().add(*jobs).write(path, era), **options)


def told_as(path: Path, name: str = "export", era: str = "A", **more: Any) -> ToldJob:
    (found,) = told_of(path, job(name, **more), era=era)
    return found


@each_era
def test_job_is_told_as_it_is_set_up(tmp_path: Path, era: str) -> None:
    found = told_as(tmp_path, era=era, expr="30 2 * * *")
    assert (found.name, found.aliases, found.scheduler) == ("export", (uuid("export"),), "openclaw")
    assert (found.schedule, found.zone, found.since, found.limit) == ("30 2 * * *", "UTC", MADE, 600.0)
    assert (found.late, found.reports, found.is_suspended, found.record) == (0.0, None, False, 1)
    assert found.attributes["sessionTarget"] == "isolated"
    assert found.attributes["channel"] == "slack"


@pytest.mark.parametrize(("era", "file"), [("A", "cron/jobs.json"), ("B", "cron/jobs.json"),
                                           ("C", "state/openclaw.sqlite#cron_jobs"),
                                           ("D", "state/openclaw.sqlite#cron_jobs")])  # fmt: skip
def test_file_is_the_one_of_the_live_store(tmp_path: Path, era: str, file: str) -> None:
    assert told_as(tmp_path, era=era).file == str(tmp_path / file)


def test_jobs_that_share_a_name_are_told_by_the_ids_that_their_runs_go_by(tmp_path: Path) -> None:
    other = {**job("export"), "id": uuid("other")}
    found = told_of(tmp_path, job("export"), other)
    assert [(each.name, each.aliases) for each in found] == [(uuid("export"), ()), (uuid("other"), ())]


def test_switched_off_job_is_told_to_be(tmp_path: Path) -> None:
    assert told_as(tmp_path, enabled=False).is_suspended


def test_job_that_delivers_to_nobody_never_reports(tmp_path: Path) -> None:
    assert told_as(tmp_path, delivery={"mode": "none"}).reports == "never"


@each_era
def test_fossil_tells_no_jobs(tmp_path: Path, era: str) -> None:
    host = Host().add(job("live"))
    host.lost.append(job("fossil"))
    assert [each.name for each in told(host.write(tmp_path, era))] == ["live"]


def test_job_in_the_file_beside_a_live_database_is_not_told(tmp_path: Path) -> None:
    Host().add(job("live")).write(tmp_path, "C")
    put(tmp_path / "cron/jobs.json", {"version": 1, "jobs": [job("fossil")]})
    assert [each.name for each in told(tmp_path)] == ["live"]


def test_jobs_that_an_upgrade_lost_are_still_wanted(tmp_path: Path) -> None:
    Host().write(tmp_path, "C")
    put(tmp_path / "cron/jobs.json", {"version": 1, "jobs": [job("lost")]})
    assert [each.name for each in told(tmp_path)] == ["lost"]


def test_schedule_without_a_zone_is_in_the_hosts(tmp_path: Path) -> None:
    (found,) = told_of(tmp_path, job("export", schedule={"kind": "cron", "expr": "0 2 * * *"}),
                       timezone=ZoneInfo("Asia/Tokyo"))  # fmt: skip
    assert found.zone == "Asia/Tokyo"


@each_era
def test_interval_goes_on_from_the_last_start_once_there_was_one(tmp_path: Path, era: str) -> None:
    host = Host().add(job("poll", schedule=HOUR)).run(ran("poll", DUE))
    (found,) = told(host.write(tmp_path, era))
    assert (found.schedule, found.interval, found.anchor) == (None, 3600.0, None)


@pytest.mark.parametrize("era", "ABC")
def test_last_start_that_only_the_state_remembers_counts(tmp_path: Path, era: str) -> None:
    assert told_as(tmp_path, era=era, schedule=HOUR, state={"lastRunAtMs": DUE, "lastRunStatus": "ok"}).anchor is None


def test_interval_that_never_started_stands_on_its_anchor(tmp_path: Path) -> None:
    assert told_as(tmp_path, schedule=HOUR).anchor == ms("2026-03-01 00:10") * 10**6


@pytest.mark.parametrize("anchor", [{}, {"anchorMs": None}, {"anchorMs": "noon"}])
def test_interval_without_an_anchor_stands_on_its_creation(tmp_path: Path, anchor: dict[str, Any]) -> None:
    assert told_as(tmp_path, schedule={"kind": "every", "everyMs": 60_000, **anchor}).anchor == MADE


@pytest.mark.parametrize(
    "schedule",
    [
        {"kind": "at", "at": "some day"},
        {"kind": "on-exit", "command": "x"},
        {"kind": "stream"},
        {"kind": "every", "everyMs": 1},
        {"kind": "every", "everyMs": 10**15},
        {"kind": "moon", "expr": "0 2 * * *"},
        {"kind": "cron", "expr": " "},
        {},
    ],
)
def test_what_has_no_due_times_is_told_without_any(tmp_path: Path, schedule: dict[str, Any]) -> None:
    found = told_as(tmp_path, schedule=schedule)
    assert (found.schedule, found.interval, found.anchor) == (None, None, None)


@pytest.mark.parametrize("era", "AD")
def test_what_is_due_once_is_due_then_and_never_again(tmp_path: Path, era: str) -> None:
    at_seven = {"kind": "at", "at": "2026-03-10T07:30:00Z"}
    folder = Host().add(job("once", schedule=at_seven), job("export")).run(ran("export", DUE)).write(tmp_path, era)
    asked = ["--triggers", f"openclaw:{folder}", "--since", "2026-03-05T00:00:00Z", "--now", "2026-03-12T00:00:00Z"]
    report = CliRunner().invoke(main, ["report", *asked, "--job", "once", "--format", "json", "--quiet"])
    assert [run["due_at"] for run in json.loads(report.stdout)["runs"]] == ["2026-03-10T07:30:00Z"]


def test_job_on_the_full_hour_is_late_on_purpose(tmp_path: Path) -> None:
    assert told_as(tmp_path, expr="0 * * * *").late == 300.0


def test_jobs_that_are_due_together_wait_for_each_other(tmp_path: Path) -> None:
    found = told_of(tmp_path, job("one"), job("two"), job("three", expr="0 3 * * *"), job("off", enabled=False))
    assert {each.name: each.late for each in found} == {"one": 600.0, "two": 600.0, "three": 0.0, "off": 600.0}


def test_job_lives_since_its_first_run_where_that_was_before_it_was_made(tmp_path: Path) -> None:
    early = ms("2026-02-27 02:00")
    (found,) = told(Host().add(job("export")).run(ran("export", early)).write(tmp_path, "A"))
    assert found.since == early * 10**6


@pytest.mark.parametrize("odd", [None, 3, [], {}, "x" * 5000, True, -1, 1 << 70, "\ud800"])
@pytest.mark.parametrize("key", ["schedule", "payload", "delivery", "createdAtMs", "enabled", "state"])
def test_odd_value_raises_nothing(tmp_path: Path, key: str, odd: object) -> None:
    written = {**job("export"), key: odd}
    put_ascii(tmp_path / "cron/jobs.json", {"version": 1, "jobs": [written]})
    assert len(told(tmp_path)) == 1


def put_ascii(path: Path, document: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document), encoding="ascii")


def test_row_of_another_store_is_not_told(tmp_path: Path) -> None:
    Host().add(job("own"), job("other")).write(tmp_path, "C")
    with closing(sqlite3.connect(tmp_path / "state/openclaw.sqlite")) as connection, connection:
        own = str(tmp_path / "cron/jobs.json")
        connection.execute("UPDATE cron_jobs SET store_key = ? WHERE name = 'own'", (own,))
    assert [each.name for each in told(tmp_path)] == ["own"]
