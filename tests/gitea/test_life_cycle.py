"""A job falls silent, goes on being silent, comes back, and falls silent again: what the command does on the server.

The story is told once; each test looks at one scene of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import pytest

from forensics.publish.marks import key_in
from tests.gitea.forge import Forge
from tests.gitea.station import Station, Told, stationed

HOUR = 60
DAY = 24 * HOUR
TITLE = "[heartbeat-checker] db_backup is stale"


@dataclass(frozen=True)
class Scene:
    """What the command said, and what is there after it: on the server, and beside the config."""

    told: Told
    issues: tuple[Mapping[str, Any], ...]
    comments: tuple[str, ...]
    events: tuple[str, ...]
    files: Mapping[str, str]

    @property
    def issue(self) -> Mapping[str, Any]:
        (issue,) = self.issues
        return issue

    @property
    def server(self) -> tuple[object, ...]:
        return self.issues, self.comments, self.events


def seen(told: Told, station: Station, forge: Forge, repo: str) -> Scene:
    issues = tuple(MappingProxyType(issue) for issue in forge.issues(repo))
    comments = tuple(comment["body"] for issue in issues for comment in forge.comments(repo, issue["number"]))
    events = tuple(event["type"] for issue in issues for event in forge.timeline(repo, issue["number"]))
    return Scene(told, issues, comments, events, MappingProxyType(station.files()))


@pytest.fixture(scope="module")
def story(forge: Forge, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Scene]:
    """Tell the story: scenes by name, each after one run of the command."""
    repo = forge.new_repo()
    settings = {"due_in": "3d", "assignees": [forge.colleague.name]}
    station = stationed(tmp_path_factory.mktemp("station"), forge, repo, **settings)
    scenes: dict[str, Scene] = {}

    def scene(name: str, minute: int, command: str, *options: str) -> None:
        station.beat("steady", minute)
        told = station.report(*options, minute=minute) if command == "report" else station.sync(*options, minute=minute)
        scenes[name] = seen(told, station, forge, repo)

    station.beat("db_backup", -2 * HOUR)
    scene("dry opening", 0, "sync", "--dry-run")
    scene("opening", 0, "sync")
    scene("opening again", 0, "sync")
    scene("a day later", 26 * HOUR, "sync")
    station.beat("db_backup", 27 * HOUR)
    scene("first good check", 27 * HOUR, "sync")
    scene("first good check again", 27 * HOUR, "sync")
    station.beat("db_backup", 27 * HOUR + 15)
    scene("dry closing", 27 * HOUR + 15, "sync", "--dry-run")
    scene("closing", 27 * HOUR + 15, "sync")
    scene("closing again", 27 * HOUR + 15, "sync")
    scene("relapse", 3 * DAY, "report", "--quiet")
    return MappingProxyType(scenes)


def test_dry_run_tells_the_opening(story):
    told = story["dry opening"].told
    assert (told.code, told.out.splitlines()[0]) == (1, f"to do  open      new  {TITLE}: the trouble holds")


def test_dry_run_leaves_nothing_on_the_server(story):
    assert story["dry opening"].issues == ()


def test_dry_run_makes_no_ledger(story):
    assert sorted(story["dry opening"].files) == ["beats/db_backup.last", "beats/steady.last", "forensics.toml"]


def test_silent_job_gets_one_open_issue_with_its_mark(story):
    issue = story["opening"].issue
    assert (issue["state"], issue["title"], key_in(issue["body"])) == ("open", TITLE, "job=db_backup kind=stale")


def test_blocker_is_exit_1(story):
    assert story["opening"].told.code == 1


def test_opening_is_told_with_its_number(story):
    assert f"done   open       #1  {TITLE}: the trouble holds" in story["opening"].told.out


def test_issue_carries_its_label(story):
    assert [label["name"] for label in story["opening"].issue["labels"]] == ["heartbeat"]


def test_issue_is_due_three_days_after_the_check(story):
    assert story["opening"].issue["due_date"][:10] == "2026-09-24"


def test_issue_is_assigned(story, forge: Forge):
    assert [person["login"] for person in story["opening"].issue["assignees"]] == [forge.colleague.name]


@pytest.mark.parametrize("name", ["opening", "first good check", "closing"])
def test_same_check_again_changes_nothing_on_the_server(story, name):
    assert story[f"{name} again"].server == story[name].server


@pytest.mark.parametrize("name", ["opening", "closing"])
def test_same_check_again_finds_nothing_to_do(story, name):
    assert "done" not in story[f"{name} again"].told.out.replace("0 done", "")


def test_silence_that_goes_on_is_told_in_the_text(story):
    assert story["a day later"].issue["body"] != story["opening"].issue["body"]


def test_silence_that_goes_on_is_no_reason_for_a_comment(story):
    assert story["a day later"].comments == ()


def test_first_good_check_leaves_the_issue_open(story):
    scene = story["first good check"]
    assert (scene.told.code, scene.issue["state"]) == (0, "open")


def test_check_that_is_run_twice_counts_once(story):
    assert "good check 1 of 2" in story["first good check again"].told.out


def test_dry_closing_is_told(story):
    assert f"to do  close      #1  {TITLE}: 2 good checks in a row" in story["dry closing"].told.out


def test_dry_closing_changes_nothing_on_the_server(story):
    assert story["dry closing"].server == story["first good check again"].server


def test_dry_closing_changes_no_file(story):
    before, after = story["first good check again"].files, story["dry closing"].files
    assert {name for name in after if after[name] != before.get(name)} <= {"beats/steady.last", "beats/db_backup.last"}
    assert before["ledger.db"] == after["ledger.db"]


def test_second_good_check_closes_the_issue(story):
    scene = story["closing"]
    assert (scene.told.code, scene.issue["state"]) == (0, "closed")


def test_last_comment_shows_the_recovery(story):
    (comment,) = story["closing"].comments
    assert "**Recovered:** `db_backup`" in comment
    assert "Heartbeat ok: last 0 s ago, its interval is 15 min" in comment


def test_relapse_opens_the_same_issue_again(story):
    scene = story["relapse"]
    assert (scene.told.code, scene.issue["number"], scene.issue["state"]) == (1, 1, "open")


def test_relapse_is_told_in_a_comment(story):
    _closing, comment = story["relapse"].comments
    assert "again" in comment.split("\n")[1].lower()


def test_report_that_files_issues_is_a_report(story):
    assert story["relapse"].told.out.startswith("# Night Watch")


def test_title_stays_as_it_is(story):
    assert "change_title" not in story["relapse"].events


def test_all_that_happened_is_what_had_to_happen(story):
    events = ["label", "assignees", "added_deadline", "comment", "close", "comment", "reopen"]
    assert list(story["relapse"].events) == events


def test_nothing_is_left_in_the_folder_but_the_ledger_and_its_lock(story):
    ours = {"beats/db_backup.last", "beats/steady.last", "forensics.toml"}
    assert set(story["relapse"].files) - ours == {"ledger.db", "ledger.db.lock"}
