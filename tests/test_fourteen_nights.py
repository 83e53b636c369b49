"""Fourteen nights of a made-up host, a report each, files overwritten and deleted between: against its known truth."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from benchmarks.host import Host
from benchmarks.host_config import write_config
from forensics.cli import main

pytestmark = pytest.mark.slow
SEEDS = (1, 4)
JOBS, NIGHTS = 16, 14
Runs = dict[tuple[str, str], str]


def report(folder: Path, *options: str) -> dict[str, Any]:
    words = ["report", "--config", str(folder / "forensics.toml"), "--format", "json", "--quiet", *options]
    outcome = CliRunner().invoke(main, words, catch_exceptions=False)
    told: dict[str, Any] = json.loads(outcome.stdout)
    return told


def judged(told: dict[str, Any]) -> list[tuple[tuple[str, str], str]]:
    """Return (job and time, verdict) of the runs that are judged for good."""
    runs = [run for run in told["runs"] if run["verdict"] != "pending" and run["configured"]]
    return [((run["job"], run["due_at"] or run["triggered_at"]), run["verdict"]) for run in runs]


class Story:
    """The host after its last night: what each night's report said, and what is true."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        host = Host(folder, jobs=JOBS, seed=seed)
        self.nightly: list[tuple[tuple[str, str], str]] = []
        for night in host.nights(NIGHTS):
            write_config(folder, host.jobs, str(host.zone), declares=True)
            config = folder / "forensics.toml"
            config.write_text('ledger = "ledger.db"\n' + config.read_text())
            begin = [] if self.nightly else ["--since", night.since]
            self.nightly += judged(report(folder, "--now", night.now, *begin))
            self.now = night.now
        with (folder / "truth" / "runs.csv").open() as file:
            self.truth = list(csv.DictReader(file))
        self.since = json.loads((folder / "truth" / "host.json").read_text())["since"]

    def true(self, column: str) -> Runs:
        """Return what is true of each run that is over, or what could be known of it."""
        return {
            (run["job"], (run["due_at"] or run["triggered_at"]).replace(".000Z", "Z")): run[column]
            for run in self.truth
            if run[column] != "pending"
        }

    def whole(self, *options: str) -> Runs:
        return dict(judged(report(self.folder, "--now", self.now, "--since", self.since, *options)))


@pytest.fixture(scope="module", params=SEEDS)
def story(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Story:
    return Story(tmp_path_factory.mktemp("host"), request.param)


def wrong(found: Runs, true: Runs) -> dict[tuple[str, str], tuple[str | None, str]]:
    """Return the runs with another verdict than the true one; caution is not wrong where one run's time was not over."""
    return {run: (found.get(run), true[run]) for run in true if found.get(run) != true[run]}


def test_no_run_is_judged_twice(story):
    assert [run for run, count in Counter(run for run, _ in story.nightly).items() if count > 1] == []


def test_nearly_every_run_is_judged_right_and_none_wrong(story):
    true = story.true("nightly")
    mistaken = wrong(dict(story.nightly), true)
    assert {found for found, _ in mistaken.values()} <= {None, "unverifiable"}
    assert len(mistaken) <= 0.002 * len(true)


def test_one_look_at_the_end_knows_with_the_ledger_what_the_nights_knew(story):
    found, true = story.whole(), story.true("nightly")
    mistaken = wrong(found, true)
    assert {verdict for verdict, _ in mistaken.values()} <= {None, "unverifiable"}
    assert len(mistaken) <= 0.002 * len(true)


def test_without_the_ledger_what_is_gone_is_unverifiable_and_nothing_wrong(story):
    found, true = story.whole("--no-ledger"), story.true("at_once")
    assert {verdict for verdict, _ in wrong(found, true).values()} <= {None, "unverifiable"}


def test_ledger_tells_of_more_runs_than_one_look(story):
    with_it, without = (Counter(each.values())["unverifiable"] for each in (story.whole(), story.whole("--no-ledger")))
    assert with_it < without


def test_last_night_again_is_byte_equal(story):
    words = ["report", "--config", str(story.folder / "forensics.toml"), "--now", story.now, "--quiet"]
    first, second = (CliRunner().invoke(main, words, catch_exceptions=False).stdout_bytes for _ in range(2))
    assert first == second
    assert len(first) > 1000
