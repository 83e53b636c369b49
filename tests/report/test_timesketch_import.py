"""Timesketch's own import client takes what ``report`` and ``investigate`` write, whole and without a word."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner

from forensics.cli import main
from tests.checkout import ROOT
from tests.report.timesketch_server import imported, sent_of_frame

pytestmark = pytest.mark.slow

BEATS = "silent-heartbeats"
SAMPLES = {
    "slack-cried-wolf": "2026-03-20T00:00:00+09:00",
    "green-triggers-empty-nights": "2026-03-19T00:00:00+09:00",
    BEATS: "2026-03-20T00:00:00+09:00",
}
COMMANDS = ("report", "investigate", "investigate --timeline")
HOSTILE = (
    "a\nb\r\nc\rd\u2028e\u2029f\x85g\x0bh\x0ci",
    "\x00\x01\x1b[31mred\x7f\x9b\u202e\ufeff",
    '--boundary\r\nContent-Disposition: form-data; name="events"\r\n\r\n{}',
    '{"message": "another", "datetime": "1970"}',
    "{command} {0} %s [{}] _underscored label: x",
    "\ud800 half, 🏃🏽‍♀️ whole, ü",
    "x" * 60_000,
    "ü\n" * 7_000,
    "",
)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return a home for the client, which writes what it knows of its server there."""
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


def exported(command: str, config: Path, now: str, path: Path) -> list[dict[str, Any]]:
    """Have a command write its timeline, and return the events as a reader of JSON lines has them."""
    arguments = [*command.split(), "--config", str(config), "--no-ledger", "--now", now, "--output", str(path)]
    outcome = CliRunner().invoke(main, arguments, catch_exceptions=False)
    assert outcome.exit_code in (0, 1), outcome.stderr
    return [json.loads(line) for line in path.read_text(encoding="ascii").splitlines()]


def as_sent(event: Mapping[str, Any]) -> dict[str, Any]:
    """Return an event as the client sends it on: it writes the instant anew, and changes nothing else."""
    return {**event, "datetime": datetime.fromisoformat(event["datetime"]).isoformat()}


@pytest.mark.parametrize(
    ("command", "sample"),
    [(command, sample) for command in COMMANDS for sample in SAMPLES if command == "report" or sample != BEATS],
)
def test_importer_sends_every_event_of_a_sample(command: str, sample: str, tmp_path: Path, home: Path):
    path = tmp_path / "night.timesketch.jsonl"
    events = exported(command, ROOT / "sample_data" / sample / "forensics.toml", SAMPLES[sample], path)
    done = imported(path, home, at_once=len(events) // 3)
    assert done.complaints == []
    assert done.events == [as_sent(event) for event in events]


@pytest.mark.parametrize("command", COMMANDS)
def test_importer_sends_every_event_of_hostile_evidence(command: str, tmp_path: Path, home: Path):
    path = tmp_path / "night.timesketch.jsonl"
    events = exported(command, hostile_night(tmp_path), "2026-03-20T00:00:00Z", path)
    told = [event for event in events if event["data_type"] == "nightwatch:notification"]
    assert len(told) == len(HOSTILE)
    done = imported(path, home, at_once=2)
    assert done.complaints == []
    assert done.events == [as_sent(event) for event in events]


def test_importer_says_that_the_timeline_is_there(tmp_path: Path, home: Path):
    path = tmp_path / "night.timesketch.jsonl"
    exported("report", hostile_night(tmp_path), "2026-03-20T00:00:00Z", path)
    assert "Checking file upload status: [DONE]" in imported(path, home, at_once=2).output


@pytest.mark.parametrize("command", COMMANDS)
def test_client_sends_every_event_of_a_data_frame(command: str, tmp_path: Path, caplog: pytest.LogCaptureFixture):
    events = exported(command, hostile_night(tmp_path), "2026-03-20T00:00:00Z", tmp_path / "a.timesketch.jsonl")
    found = sent_of_frame(pd.DataFrame(events))
    assert [record.getMessage() for record in caplog.records] == []
    assert [(each["message"], each["timestamp_desc"], datetime.fromisoformat(each["datetime"])) for each in found] == [
        (each["message"], each["timestamp_desc"], datetime.fromisoformat(each["datetime"])) for each in events
    ]


def hostile_night(folder: Path) -> Path:
    """Write a night whose triggers have no year and whose messages hold what breaks lines, forms and templates."""
    hours = range(1, len(HOSTILE) + 1)
    lines = [f"Mar 19 {hour:02}:00:01 web CRON[{hour}]: (root) CMD (bin/backup {hour} \x1b[1m)\n" for hour in hours]
    (folder / "syslog").write_text("".join(lines), encoding="utf-8")
    messages = [
        {"at": f"2026-03-19T{hour:02}:05:00Z", "said": f"✅ backup done {text}", "by": text[:99]}
        for hour, text in zip(hours, HOSTILE, strict=True)
    ]
    (folder / "said.jsonl").write_text("".join(json.dumps(each) + "\n" for each in messages), encoding="utf-8")
    config = folder / "forensics.toml"
    config.write_text(
        """
timezone = "UTC"

[[source]]
kind = "syslog"
path = "syslog"

[[source]]
kind = "jsonl"
lane = "notifications"
path = "said.jsonl"
columns = { time = "at", text = "said", author = "by" }

[[job]]
name = "backup"
schedule = "0 1-9 * * *"
command = "*bin/backup*"
""",
        encoding="utf-8",
    )
    return config
