"""The night on which the messages cried wolf: 27 of 29 jobs said failed and were not; what is filed is two issues."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from forensics.publish.marks import key_in
from tests.checkout import ROOT
from tests.gitea.forge import Forge
from tests.gitea.station import Station, Told, section

NIGHT = ("--since", "2026-03-19", "--until", "2026-03-20", "--now", "2026-03-20T00:00:00+09:00")


@dataclass(frozen=True)
class Night:
    """Two reports of one night, and our issues after each."""

    first: Told
    issues: Sequence[Mapping[str, Any]]
    again: Told
    issues_again: Sequence[Mapping[str, Any]]


@pytest.fixture(scope="module")
def night(forge: Forge, tmp_path_factory: pytest.TempPathFactory) -> Night:
    """Report the night of the sample, twice."""
    repo = forge.new_repo()
    folder = tmp_path_factory.mktemp("night") / "slack-cried-wolf"
    shutil.copytree(ROOT / "sample_data" / "slack-cried-wolf", folder)
    station = Station(folder, forge.bot.token)
    config = station.config.read_text()
    station.config.write_text(f'ledger = "../ledger.db"\n{config}{section(forge, repo)}')
    first, issues = station.report(*NIGHT), forge.issues(repo)
    again = station.report(*NIGHT)
    return Night(first, issues, again, forge.issues(repo))


def test_what_is_filed_is_the_reporting_and_the_one_job_that_failed(night: Night):
    assert sorted(issue["title"] for issue in night.issues) == [
        "[night-watch] larry-post-morning-ja failed",
        "[night-watch] the reporting cannot be believed",
    ]


def test_both_are_open_and_marked(night: Night):
    assert sorted((issue["state"], key_in(issue["body"])) for issue in night.issues) == [
        ("open", "all-jobs kind=reporting"),
        ("open", "job=larry-post-morning-ja kind=failed"),
    ]


def test_night_with_blockers_is_exit_1(night: Night):
    assert (night.first.code, night.again.code) == (1, 1)


def test_report_is_that_of_the_sample(night: Night):
    assert "# Night Watch — 2026-03-19" in night.first.out


def test_report_that_is_made_again_changes_nothing(night: Night):
    assert night.issues_again == night.issues


def test_no_job_is_accused_in_the_issue_about_the_reporting(night: Night):
    (reporting,) = (issue for issue in night.issues if "reporting" in issue["title"])
    assert "27" in reporting["body"]
