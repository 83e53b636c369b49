"""Report after report over the same host: what one night leaves, the next one knows."""

from __future__ import annotations

import json
import os
import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from forensics.cli import main

pytestmark = pytest.mark.slow

FIRST = datetime(2026, 3, 2, tzinfo=UTC)
CONFIG = """
ledger = "ledger.db"

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
artifacts = ["newest.tar"]
max_duration = "30m"
reports = "never"
"""


@dataclass
class Host:
    """A host with a trigger log and a file tree, which reports are made of night by night."""

    folder: Path
    lines: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        (self.folder / "out").mkdir()
        self.configure(CONFIG)

    def configure(self, text: str) -> None:
        (self.folder / "forensics.toml").write_text(text)

    def fires(self, at: datetime, job: str = "backup") -> None:
        self.lines.append(f"{at:%Y-%m-%dT%H:%M:%S}+00:00 web1 CRON[1]: (root) CMD (/opt/{job}.sh)\n")
        log = self.folder / "cron.log"
        log.write_text("".join(self.lines))
        os.utime(log, (at.timestamp(), at.timestamp()))

    def writes(self, at: datetime, name: str = "newest.tar", content: str = "x") -> None:
        file = self.folder / "out" / name
        file.write_text(content)
        os.utime(file, (at.timestamp(), at.timestamp()))

    def report(self, now: datetime, *options: str) -> dict[str, Any]:
        words = ["report", "--config", str(self.folder / "forensics.toml"), "--now", now.isoformat()]
        outcome = CliRunner().invoke(main, [*words, "--format", "json", "--quiet", *options], catch_exceptions=False)
        assert outcome.exit_code in (0, 1), outcome.stderr
        told: dict[str, Any] = json.loads(outcome.stdout)
        return told


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(tmp_path)


def night(days: float) -> datetime:
    """Return an instant so many days after the first night began."""
    return FIRST + timedelta(days=days)


def verdicts(report: Mapping[str, Any]) -> list[str]:
    return [run["verdict"] for run in report["runs"]]


def runs_of(reports: Sequence[Mapping[str, Any]]) -> Counter[tuple[str, str]]:
    return Counter((run["key"], run["verdict"]) for report in reports for run in report["runs"])


def nightly(host: Host, days: int, *options: str) -> list[dict[str, Any]]:
    """Let the job run and overwrite its one file every night, with a report at each midnight."""
    reports = []
    for day in range(days):
        host.fires(night(day) + timedelta(hours=3))
        host.writes(night(day) + timedelta(hours=3, minutes=4))
        reports.append(host.report(night(day + 1), *options))
    return reports


def test_next_report_begins_where_the_last_one_ended(host: Host) -> None:
    nightly(host, 1)
    assert host.report(night(1.75))["window"]["since"] == "2026-03-03T00:00:00Z"


def test_report_without_a_ledger_looks_a_day_back(host: Host) -> None:
    nightly(host, 1)
    assert host.report(night(1.75), "--no-ledger")["window"]["since"] == "2026-03-02T18:00:00Z"


def test_look_at_some_other_time_does_not_move_the_next_report(host: Host) -> None:
    nightly(host, 1)
    host.report(night(1.5), "--since", night(1.25).isoformat())
    host.report(night(1.6), "--since", night(0).isoformat(), "--until", night(1.2).isoformat())
    assert host.report(night(1.75))["window"]["since"] == "2026-03-03T00:00:00Z"


def test_look_at_one_job_does_not_move_the_next_report(host: Host) -> None:
    nightly(host, 1)
    host.report(night(1.5), "--job", "backup")
    assert host.report(night(1.75))["window"]["since"] == "2026-03-03T00:00:00Z"


def test_longer_look_that_leaves_no_gap_moves_the_next_report(host: Host) -> None:
    nightly(host, 1)
    host.report(night(1.5), "--since", night(0).isoformat())
    assert host.report(night(1.75))["window"]["since"] == "2026-03-03T12:00:00Z"


def test_dry_run_leaves_nothing(host: Host) -> None:
    host.fires(night(0) + timedelta(hours=3))
    host.report(night(1), "--dry-run")
    assert not (host.folder / "ledger.db").exists()


def test_dry_run_knows_what_earlier_reports_left(host: Host) -> None:
    nightly(host, 1)
    assert host.report(night(1.75), "--dry-run")["window"]["since"] == "2026-03-03T00:00:00Z"


def test_overwritten_file_still_proves_its_nights(host: Host) -> None:
    nightly(host, 5)
    told = host.report(night(5.1), "--since", night(0).isoformat())
    assert verdicts(told) == ["confirmed"] * 5


def test_overwritten_file_proves_its_last_night_alone_without_a_ledger(host: Host) -> None:
    nightly(host, 5)
    told = host.report(night(5.1), "--since", night(0).isoformat(), "--no-ledger")
    assert Counter(verdicts(told)) == {"unverifiable": 4, "confirmed": 1}


def test_night_without_a_file_is_told_from_those_that_were_overwritten(host: Host) -> None:
    for day in range(4):
        host.fires(night(day) + timedelta(hours=3))
        if day != 2:
            host.writes(night(day) + timedelta(hours=3, minutes=4))
        host.report(night(day + 1))
    told = host.report(night(4.1), "--since", night(0).isoformat())
    assert sorted((run["due_at"][:10], run["verdict"]) for run in told["runs"]) == [
        ("2026-03-02", "confirmed"),
        ("2026-03-03", "confirmed"),
        ("2026-03-04", "silent_failure"),
        ("2026-03-05", "confirmed"),
    ]


def test_file_that_nobody_saw_before_it_was_overwritten_proves_nothing(host: Host) -> None:
    nightly(host, 1)
    for day in (1, 2):  # no report in between
        host.fires(night(day) + timedelta(hours=3))
        host.writes(night(day) + timedelta(hours=3, minutes=4))
    assert sorted(verdicts(host.report(night(3)))) == ["confirmed", "unverifiable"]


def test_deleted_file_still_proves_its_night(host: Host) -> None:
    nightly(host, 1)
    (host.folder / "out" / "newest.tar").unlink()
    assert verdicts(host.report(night(1.1), "--since", night(0).isoformat())) == ["confirmed"]


def test_evidence_out_of_the_ledger_says_so(host: Host) -> None:
    nightly(host, 1)
    (host.folder / "out" / "newest.tar").unlink()
    told = host.report(night(1.1), "--since", night(0).isoformat())
    assert "ledger" in {each["source"] for each in told["runs"][0]["provenance"]}
    assert told["sources"][-1]["kind"] == "ledger"
    assert told["sources"][-1]["rows"] == 1


def test_pending_run_is_judged_in_the_next_report(host: Host) -> None:
    host.fires(night(0) + timedelta(hours=3))
    first = host.report(night(0) + timedelta(hours=3, minutes=2))
    host.writes(night(0) + timedelta(hours=3, minutes=4))
    second = host.report(night(1))
    assert (verdicts(first), verdicts(second)) == (["pending"], ["confirmed"])


def test_pending_run_keeps_the_proof_that_was_seen_though_it_was_overwritten_since(host: Host) -> None:
    (host.folder / "words.jsonl").write_text("")
    words = '[[source]]\nkind = "jsonl"\nlane = "notifications"\npath = "words.jsonl"\nlive = true\n\n[[job]]'
    slow = CONFIG.replace('reports = "never"', 'reports = "always"\nreport_grace = "2h"').replace("[[job]]", words)
    host.configure(slow)
    message = {"time": (night(0) - timedelta(days=1)).isoformat(), "text": "other failed", "is_bot": True}
    (host.folder / "words.jsonl").write_text(json.dumps(message) + "\n")
    host.fires(night(0) + timedelta(hours=3))
    host.writes(night(0) + timedelta(hours=3, minutes=4))
    first = host.report(night(0) + timedelta(hours=4))
    host.writes(night(0) + timedelta(hours=20), content="a person's")
    second = host.report(night(1))
    mine = [[run["verdict"] for run in told["runs"] if run["job"] == "backup"] for told in (first, second)]
    assert mine[0] == ["pending"]
    assert mine[1][0] == "unreported"


def test_run_that_stays_pending_is_carried_on(host: Host) -> None:
    host.fires(night(0) + timedelta(hours=3))
    for minutes in (2, 4, 6):
        assert verdicts(host.report(night(0) + timedelta(hours=3, minutes=minutes))) == ["pending"]
    host.writes(night(0) + timedelta(hours=3, minutes=7))
    assert verdicts(host.report(night(1))) == ["confirmed"]


def test_every_run_is_judged_once(host: Host) -> None:
    found = runs_of(nightly(host, 6))
    assert len(found) == 6
    assert set(found.values()) == {1}


def test_same_report_again_is_the_same(host: Host) -> None:
    nightly(host, 3)
    folder = host.folder / "kept"
    before = host.report(night(3))
    shutil.copytree(host.folder / "out", folder)
    assert host.report(night(3)) == before


def test_report_of_an_older_night_knows_nothing_of_later_ones(host: Host) -> None:
    nightly(host, 2)
    before = host.report(night(2))
    nightly_files = (host.folder / "out" / "newest.tar").stat().st_mtime
    host.fires(night(2) + timedelta(hours=3))
    host.report(night(3))
    os.utime(host.folder / "cron.log", (night(2).timestamp(), night(2).timestamp()))
    again = host.report(night(2))
    assert nightly_files
    assert again["runs"] == before["runs"]
    assert again["window"] == before["window"]


def test_older_night_that_is_made_again_is_not_remembered(host: Host) -> None:
    nightly(host, 2)
    host.report(night(1.2))
    assert host.report(night(2.5))["window"]["since"] == "2026-03-04T00:00:00Z"


def test_damaged_ledger_is_set_aside_and_told(host: Host) -> None:
    nightly(host, 1)
    (host.folder / "ledger.db").write_bytes(b"no database at all" * 100)
    told = host.report(night(2))
    assert told["window"]["since"] == "2026-03-03T00:00:00Z"
    assert list(host.folder.glob("ledger.db.*")) != []


def test_reports_of_two_configs_do_not_move_each_other(host: Host) -> None:
    nightly(host, 1)
    shutil.copy(host.folder / "forensics.toml", host.folder / "other.toml")
    words = ["report", "--config", str(host.folder / "other.toml"), "--now", night(1.75).isoformat()]
    outcome = CliRunner().invoke(main, [*words, "--format", "json", "--quiet"], catch_exceptions=False)
    assert json.loads(outcome.stdout)["window"]["since"] == "2026-03-02T18:00:00Z"


def test_ledger_that_cannot_be_written_is_told_and_the_report_made(host: Host) -> None:
    host.fires(night(0) + timedelta(hours=3))
    (host.folder / "ledger.db").mkdir()
    words = ["report", "--config", str(host.folder / "forensics.toml"), "--now", night(1).isoformat()]
    outcome = CliRunner().invoke(main, words, catch_exceptions=False)
    assert outcome.exit_code == 4
    assert "could not be remembered" in outcome.stderr
    assert outcome.stdout.startswith("# Night Watch")
