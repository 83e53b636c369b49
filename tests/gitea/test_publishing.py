"""The night's report on the tracker: as a comment or as a file, each night's once, however often it is made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from tests.gitea.forge import Forge, accepted, called
from tests.gitea.station import Station, Told, stationed

WAYS = ("comment", "attachment")
TITLE = "[night-watch] nightly reports"
DAY = 24 * 60


@dataclass(frozen=True)
class Nights:
    """What was said, and what is on the tracker, after each report."""

    forge: Forge
    repo: str
    station: Station
    told: Sequence[Told]
    after: Sequence[Sequence[Mapping[str, Any]]]


def reports_on(forge: Forge, repo: str) -> list[Mapping[str, Any]]:
    """Return the reports on the tracker: the comments and files of the issue for them."""
    found: list[Mapping[str, Any]] = []
    for issue in forge.issues(repo):
        if issue["title"] == TITLE:
            found += forge.comments(repo, issue["number"])
            found += issue["assets"]
    return found


@pytest.fixture(scope="module")
def nights(forge: Forge, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Nights]:
    """Report a night twice, then one with the tracker away, then the next."""
    return MappingProxyType({way: told_of(way, forge, tmp_path_factory.mktemp(way)) for way in WAYS})


def told_of(way: str, forge: Forge, folder: Path) -> Nights:
    repo = forge.new_repo()
    station = stationed(folder, forge, repo, publish=way)
    station.beat("db_backup", -120)
    told, after = [], []
    for minute in (0, 0):
        told.append(station.report(minute=minute))
        after.append(reports_on(forge, repo))
    station.beat("db_backup", DAY)
    with forge.down():
        told.append(station.report(minute=DAY))
    after.append(reports_on(forge, repo))
    told.append(station.report(minute=2 * DAY))
    after.append(reports_on(forge, repo))
    return Nights(forge, repo, station, told, after)


@pytest.mark.parametrize("way", WAYS)
def test_report_of_a_night_arrives(nights, way):
    assert len(nights[way].after[0]) == 1


@pytest.mark.parametrize("way", WAYS)
def test_report_that_is_made_again_is_not_published_again(nights, way):
    assert nights[way].after[1] == nights[way].after[0]


@pytest.mark.parametrize("way", WAYS)
def test_report_that_could_not_be_published_arrives_with_the_next(nights, way):
    assert [len(found) for found in nights[way].after] == [1, 1, 1, 3]


@pytest.mark.parametrize("way", WAYS)
def test_next_report_says_that_one_was_late(nights, way):
    reporting = nights[way].told[-1].out.partition("## Reporting")[2].partition("##")[0]
    assert "the tracker cannot be reached" in reporting


@pytest.mark.parametrize("way", WAYS)
def test_tracker_that_is_away_is_exit_4(nights, way):
    assert [told.code for told in nights[way].told] == [1, 1, 4, 1]


@pytest.mark.parametrize("way", WAYS)
def test_there_is_one_issue_for_reports(nights, way):
    titles = [issue["title"] for issue in nights[way].forge.issues(nights[way].repo)]
    assert sorted(titles) == ["[heartbeat-checker] db_backup is stale", TITLE]


def test_comment_is_the_report_below_a_mark(nights):
    mark, heading, *_ = nights["comment"].after[0][0]["body"].split("\n")
    assert mark.startswith("<!-- nightwatch:report=")
    assert heading.startswith("# Night Watch")


def test_file_is_the_report(nights):
    (asset,) = nights["attachment"].after[0]
    path = asset["browser_download_url"].removeprefix(nights["attachment"].forge.url)
    reply = accepted(called(nights["attachment"].forge.url, "GET", path, {}), path)
    assert (asset["name"].endswith(".md"), str(reply.body).startswith("# Night Watch")) == (True, True)


@pytest.mark.parametrize("way", WAYS)
def test_sync_alone_publishes_nothing(way: str, forge: Forge, tmp_path: Path):
    repo = forge.new_repo()
    station = stationed(tmp_path / "station", forge, repo, publish=way)
    station.sync()
    assert forge.issues(repo) == []


def test_file_goes_to_the_issue_of_many_where_there_is_one(forge: Forge, tmp_path: Path):
    repo = forge.new_repo()
    station = stationed(tmp_path / "station", forge, repo, publish="attachment", rollup_at=2)
    for job in ("one", "two", "three"):
        station.beat(job, -120)
    station.report()
    (issue,) = forge.issues(repo)
    assert (issue["title"], len(issue["assets"])) == ("[night-watch] several jobs: heartbeats silent", 1)


def test_report_that_a_person_deleted_does_not_come_back(nights, forge: Forge):
    found = nights["comment"]
    (issue,) = (issue for issue in forge.issues(found.repo) if issue["title"] == TITLE)
    forge.done("DELETE", f"/repos/{found.repo}/issues/comments/{found.after[0][0]['id']}")
    found.station.report(minute=2 * DAY)
    assert len(forge.comments(found.repo, issue["number"])) == len(found.after[-1]) - 1
