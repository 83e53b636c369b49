"""The nightly over a live workspace: what one report read of it, the next one need not ask for again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from forensics.cli import main
from forensics.sources import Readers
from forensics.sources.slack import SlackLive
from tests.sources.slack_builders import EIGHT, said_at
from tests.sources.slack_server import METRICS, TOKEN, FakeWorkspace, Room, refuses, serving

DAY = 86_400
CONFIG = """
ledger = "ledger.db"

[[source]]
kind = "slack"
channels = ["metrics"]
token_env = "SLACK_TOKEN"

[[source]]
kind = "find-listing"
path = "listing.txt"

[[job]]
name = "backup"
schedule = "0 8 * * *"
timezone = "Asia/Tokyo"
artifacts = ["{date:%Y-%m-%d}.tar"]
max_duration = "30m"
"""


@pytest.fixture
def slack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeWorkspace]:
    (tmp_path / "forensics.toml").write_text(CONFIG)
    files = [
        f"{EIGHT + day * DAY + 60}\t9\t{datetime.fromtimestamp(EIGHT + day * DAY, UTC):%Y-%m-}{19 + day:02d}.tar\n"
        for day in range(4)
    ]
    (tmp_path / "listing.txt").write_text("".join([*files, f"{EIGHT + 9 * DAY}\t1\tlater\n"]))
    monkeypatch.setenv("SLACK_TOKEN", TOKEN)
    workspace = FakeWorkspace(
        {METRICS: Room("metrics", [said_at(90, "✅ backup", bot_id="B1"), said_at(DAY + 90, "✅ backup", bot_id="B1")])}
    )
    with serving(workspace):
        live = SlackLive(workspace.url, pause=lambda _seconds: None)
        monkeypatch.setattr("forensics.sources.reading.SOURCES", Readers(made=[live]))
        yield workspace


def report(folder: Path, monkeypatch: pytest.MonkeyPatch, day: int, code: tuple[int, ...] = (0, 1)) -> dict[str, Any]:
    """Make the report of noon on some day."""
    monkeypatch.setenv("SLACK_TOKEN", TOKEN)  # each command takes it out of the environment
    now = datetime.fromtimestamp(EIGHT + day * DAY + 4 * 3600, UTC).isoformat()
    words = ["report", "--config", str(folder / "forensics.toml"), "--now", now, "--format", "json", "--quiet"]
    outcome = CliRunner().invoke(main, words, catch_exceptions=False)
    assert outcome.exit_code in code, outcome.stderr
    assert TOKEN not in outcome.output
    told: dict[str, Any] = json.loads(outcome.stdout)
    return told


def asked_since(slack: FakeWorkspace) -> float:
    return min(float(params.get("oldest", "0")) for params in slack.params("conversations.history"))


def test_messages_of_each_night_are_believed(slack, tmp_path, monkeypatch):
    verdicts = [[run["verdict"] for run in report(tmp_path, monkeypatch, day)["runs"]] for day in range(2)]
    assert verdicts == [["confirmed"], ["confirmed"]]


def test_second_report_asks_for_no_more_than_a_day_again(slack, tmp_path, monkeypatch):
    report(tmp_path, monkeypatch, 0)
    assert asked_since(slack) < EIGHT - DAY
    slack.asked.clear()
    report(tmp_path, monkeypatch, 1)
    assert asked_since(slack) >= EIGHT + 4 * 3600 - DAY


def test_what_was_read_is_still_known_when_the_token_is_revoked(slack, tmp_path, monkeypatch):
    report(tmp_path, monkeypatch, 1)
    slack.broken = dict.fromkeys(("conversations.history", "conversations.list"), refuses("token_revoked"))
    told = report(tmp_path, monkeypatch, 2, (3,))
    assert {source["kind"]: source["rows"] for source in told["sources"]}["slack"] == 2


def test_edited_message_takes_the_place_of_the_one_that_was_read(slack, tmp_path, monkeypatch):
    report(tmp_path, monkeypatch, 1)
    failed = said_at(DAY + 90, "❌ backup", bot_id="B1", edited={"user": "U1", "ts": f"{EIGHT + DAY + 99}.0"})
    slack.rooms[METRICS].messages[1] = failed
    now = datetime.fromtimestamp(EIGHT + DAY + 5 * 3600, UTC).isoformat()
    since = datetime.fromtimestamp(EIGHT + DAY - 3600, UTC).isoformat()
    monkeypatch.setenv("SLACK_TOKEN", TOKEN)
    words = ["report", "--config", str(tmp_path / "forensics.toml"), "--since", since, "--now", now, "--quiet"]
    outcome = CliRunner().invoke(main, [*words, "--format", "json"], catch_exceptions=False)
    assert [run["verdict"] for run in json.loads(outcome.stdout)["runs"]] == ["false_alarm"]


def test_missing_token_is_a_fault_of_the_source_alone(slack, tmp_path, monkeypatch):
    now = datetime.fromtimestamp(EIGHT + 4 * 3600, UTC).isoformat()
    monkeypatch.delenv("SLACK_TOKEN")
    words = ["report", "--config", str(tmp_path / "forensics.toml"), "--now", now]
    outcome = CliRunner().invoke(main, words, catch_exceptions=False)
    assert outcome.exit_code == 3
    assert "SLACK_TOKEN" in outcome.stdout
    assert "# Night Watch" in outcome.stdout
