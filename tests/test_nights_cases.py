"""The rows of the table of cases that need more than one report: 31, 33, 44 and 61. A job is due at 07:00."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from forensics.cli import main

DAY = datetime(2026, 3, 19, tzinfo=UTC)
CONFIG = """
ledger = "ledger.db"

[[source]]
kind = "syslog"
path = "cron.log"
live = true

[[source]]
kind = "jsonl"
lane = "notifications"
path = "messages.jsonl"
live = true

[[source]]
kind = "files"
path = "out"

[[job]]
name = "backup"
schedule = "0 7 * * *"
artifacts = ["{artifact}"]
max_duration = "30m"
grace = "10m"
"""


class Office:
    """A host whose job leaves a trigger, a file and a message."""

    def __init__(self, folder: Path, artifact: str) -> None:
        self.folder, self.triggers = folder, list[str]()
        self.messages = [{"time": (DAY - timedelta(days=1)).isoformat(), "text": "hello", "is_bot": True}]
        (folder / "out").mkdir()
        (folder / "forensics.toml").write_text(CONFIG.replace("{artifact}", artifact))
        (folder / "cron.log").write_text("")

    def fires(self, time: str, day: int = 0) -> None:
        at = moment(time, day)
        self.triggers.append(f"{at:%Y-%m-%dT%H:%M:%S}+00:00 web1 CRON[1]: (root) CMD (/opt/backup.sh)\n")
        (self.folder / "cron.log").write_text("".join(self.triggers))
        os.utime(self.folder / "cron.log", (at.timestamp(), at.timestamp()))

    def leaves(self, time: str, name: str, day: int = 0) -> None:
        file = self.folder / "out" / name
        file.write_text("x")
        os.utime(file, (moment(time, day).timestamp(),) * 2)

    def says(self, time: str, text: str = "✅ backup", day: int = 0) -> None:
        self.messages.append({"time": moment(time, day).isoformat(), "text": text, "is_bot": True})

    def report(self, time: str, day: int = 0, *options: str) -> dict[str, Any]:
        lines = "".join(json.dumps(message) + "\n" for message in self.messages)
        (self.folder / "messages.jsonl").write_text(lines)
        words = ["report", "--config", str(self.folder / "forensics.toml"), "--now", moment(time, day).isoformat()]
        outcome = CliRunner().invoke(main, [*words, "--format", "json", "--quiet", *options], catch_exceptions=False)
        told: dict[str, Any] = json.loads(outcome.stdout)
        self.text = CliRunner().invoke(main, [*words, "--quiet", *options], catch_exceptions=False).stdout
        return told


def moment(time: str, day: int = 0) -> datetime:
    """Return a time of the first day, or of one so many days later."""
    hours, minutes, seconds = (int(part) for part in f"{time}:00".split(":")[:3])
    return DAY + timedelta(days=day, hours=hours, minutes=minutes, seconds=seconds)


def verdicts(report: dict[str, Any]) -> list[str]:
    return [run["verdict"] for run in report["runs"]]


@pytest.fixture
def dated(tmp_path: Path) -> Office:
    return Office(tmp_path, "{date:%Y-%m-%d}.json")


@pytest.fixture
def overwritten(tmp_path: Path) -> Office:
    return Office(tmp_path, "latest.json")


def test_31_proof_without_a_claim_yet_is_pending_and_confirmed_the_next_night_where_it_stands_first(dated):
    dated.fires("07:00:01")
    dated.leaves("07:19:58", "2026-03-19.json")
    assert verdicts(dated.report("07:20")) == ["pending"]
    dated.says("07:21")
    assert verdicts(dated.report("23:00")) == ["confirmed"]
    assert "**Pending last night, judged again:** 1 confirmed (`backup`)" in dated.text


def test_33_run_that_was_pending_is_in_the_report_although_it_is_before_its_since(dated):
    dated.fires("07:00:01")
    assert verdicts(dated.report("07:02")) == ["pending"]
    dated.leaves("07:04", "2026-03-19.json")
    dated.says("07:05")
    told = dated.report("23:00")
    assert told["window"]["since"] == "2026-03-19T07:02:00Z"
    assert [(run["due_at"], run["verdict"]) for run in told["runs"]] == [("2026-03-19T07:00:00Z", "confirmed")]


def test_44_run_at_the_border_of_two_reports_is_counted_only_where_it_is_judged(dated):
    dated.fires("07:00:01")
    first = dated.report("07:00:03", 0, "--since", DAY.isoformat())
    dated.leaves("07:04", "2026-03-19.json")
    dated.says("07:05")
    second = dated.report("23:00")
    assert (verdicts(first), verdicts(second)) == (["pending"], ["confirmed"])
    assert (first["summary"]["reported_success_rate"], second["summary"]["reported_success_rate"]) == (None, 1.0)


def test_61_file_that_is_overwritten_each_night_proves_each_that_the_ledger_saw(overwritten):
    for day in range(5):
        overwritten.fires("07:00:01", day)
        overwritten.leaves("07:04", "latest.json", day)
        overwritten.says("07:05", day=day)
        overwritten.report("23:00", day)
    told = overwritten.report("23:30", 4, "--since", DAY.isoformat())
    assert verdicts(told) == ["confirmed"] * 5
