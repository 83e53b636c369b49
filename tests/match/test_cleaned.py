"""A tree that is cleaned up now and then: the lack of an old file proves nothing, that of a young one does."""

from __future__ import annotations

import json
import os
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from forensics.cli import main

FIRST = datetime(2026, 3, 2, 3, tzinfo=UTC)
CONFIG = """
[[source]]
kind = "syslog"
path = "cron.log"
live = true

[[source]]
kind = "files"
path = "out"

[[job]]
name = "backup"
schedule = "0 3 * * *"
artifacts = ["{date:%Y-%m-%d}.tar"]
max_duration = "30m"
"""


MESSAGES = """
[[source]]
kind = "jsonl"
path = "said.jsonl"
lane = "notifications"
columns = { time = "ts", job = "job", claim = "claim" }
coverage = ["2026-03-01T00:00:00Z", "2026-03-20T00:00:00Z"]
"""


@pytest.fixture
def out(tmp_path: Path) -> Path:
    (tmp_path / "out").mkdir()
    (tmp_path / "forensics.toml").write_text(CONFIG)
    return tmp_path / "out"


def left(out: Path, *days: int) -> None:
    """Leave the files of the runs of some days."""
    for day in days:
        at = FIRST + timedelta(days=day, minutes=4)
        file = out / f"{at:%Y-%m-%d}.tar"
        file.write_text("x")
        os.utime(file, (at.timestamp(), at.timestamp()))


def said(out: Path, **words: str) -> None:
    """Let messages speak of the runs: one letter a day, ``s`` for success, ``f`` for failure, ``-`` for none."""
    claims = {"s": "success", "f": "failure"}
    rows = [
        {"ts": (FIRST + timedelta(days=day, minutes=5)).isoformat(), "job": job, "claim": claims[letter]}
        for job, letters in words.items()
        for day, letter in enumerate(letters)
        if letter in claims
    ]
    (out.parent / "said.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (out.parent / "forensics.toml").write_text(CONFIG + MESSAGES)


def verdicts(out: Path, days: int = 8, since: int = 0, hour: int = 12) -> list[str]:
    """Return what the runs of the first so many days come to, from the day ``since`` on."""
    folder = out.parent
    fired = [FIRST + timedelta(days=day) for day in range(days)]
    lines = [f"{at:%Y-%m-%dT%H:%M:%S}+00:00 web1 CRON[1]: (root) CMD (/opt/backup.sh)\n" for at in fired]
    (folder / "cron.log").write_text("".join(lines))
    now = fired[-1] + timedelta(hours=hour - 3)
    begin = FIRST + timedelta(days=since, hours=-3)
    words = ["--since", begin.isoformat(), "--now", now.isoformat(), "--no-ledger", "--format", "json", "--quiet"]
    outcome = CliRunner().invoke(main, ["report", "--config", str(folder / "forensics.toml"), *words])
    return [run["verdict"] for run in sorted(json.loads(outcome.stdout)["runs"], key=lambda run: run["due_at"])]


def test_runs_from_before_a_clean_up_cannot_be_told(out):
    left(out, 4, 5, 6, 7)
    assert verdicts(out) == ["unverifiable"] * 4 + ["confirmed"] * 4


def test_reason_says_that_files_may_have_been_deleted(out):
    left(out, 4, 5, 6, 7)
    verdicts(out)
    words = ["--since", "2026-03-02", "--now", "2026-03-09T12:00:00Z", "--no-ledger", "--quiet"]
    told = CliRunner().invoke(main, ["report", "--config", str(out.parent / "forensics.toml"), *words]).stdout
    assert "those of earlier runs may have been deleted since" in told


def test_gap_after_a_file_is_a_failure(out):
    left(out, 0, 4, 5, 6, 7)
    assert Counter(verdicts(out)) == {"confirmed": 5, "silent_failure": 3}


def test_files_that_end_are_a_failure(out):
    left(out, 0, 1, 2, 3)
    assert verdicts(out) == ["confirmed"] * 4 + ["silent_failure"] * 4


def test_single_run_without_a_file_is_a_failure(out):
    left(out, 1, 2, 3, 4, 5, 6, 7)
    assert verdicts(out)[0] == "silent_failure"


def test_older_file_far_before_the_window_shows_that_nothing_is_cleaned_up(out):
    left(out, -9, 4, 5, 6, 7)
    assert verdicts(out)[:4] == ["silent_failure"] * 4


def test_job_that_leaves_files_now_and_then_is_not_cleaned_up(out):
    left(out, 4, 7)
    assert set(verdicts(out)) == {"silent_failure", "confirmed"}


def test_break_within_the_last_day_is_a_failure(out):
    left(out, 7)
    assert verdicts(out) == ["silent_failure"] * 7 + ["confirmed"]


def test_job_without_any_file_fails(out):
    assert verdicts(out) == ["silent_failure"] * 8


def test_job_that_said_of_itself_that_it_failed_was_not_cleaned_up(out):
    left(out, 4, 5, 6, 7)
    said(out, backup="ffffssss")
    assert verdicts(out) == ["failed"] * 4 + ["confirmed"] * 4


def test_job_that_speaks_only_since_it_leaves_files_was_not_cleaned_up(out):
    left(out, 4, 5, 6, 7)
    said(out, backup="--f-ssss")
    assert Counter(verdicts(out)) == {"silent_failure": 3, "failed": 1, "confirmed": 4}


def test_job_that_was_as_well_before_was_cleaned_up(out):
    left(out, 4, 5, 6, 7)
    said(out, backup="ssfsssss")
    assert Counter(verdicts(out)) == {"unverifiable": 3, "failed": 1, "confirmed": 4}


def test_silence_of_messages_that_begin_later_tells_nothing(out):
    left(out, 4, 5, 6, 7)
    said(out, backup="----ssss")
    config = out.parent / "forensics.toml"
    config.write_text(config.read_text().replace("2026-03-01T", "2026-03-06T"))
    assert verdicts(out) == ["unverifiable"] * 4 + ["confirmed"] * 4


def test_job_that_reports_failures_alone_and_did_was_not_cleaned_up(out):
    left(out, 4, 5, 6, 7)
    said(out, backup="ff-f----")
    config = out.parent / "forensics.toml"
    config.write_text(
        config.read_text().replace('max_duration = "30m"', 'max_duration = "30m"\nreports = "on-failure"')
    )
    assert Counter(verdicts(out)) == {"silent_failure": 1, "failed": 3, "confirmed": 4}


def test_runner_tells_as_well_as_messages_do(out):
    left(out, 4, 5, 6, 7)
    said(out, backup="ff-fssss")
    config = out.parent / "forensics.toml"
    config.write_text(config.read_text().replace("notifications", "lifecycle").replace("claim", "event"))
    said_as_events = (
        (out.parent / "said.jsonl").read_text().replace("success", "completed").replace("failure", "failed")
    )
    (out.parent / "said.jsonl").write_text(said_as_events.replace("claim", "event"))
    assert verdicts(out)[2] == "silent_failure"
