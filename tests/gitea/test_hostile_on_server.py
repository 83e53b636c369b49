"""Texts of somebody who wants to do harm, as names, hosts and messages: on the real server they reach nobody.

Each text is aimed at people, issues and repositories that are there, and at this very server.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from forensics.evidence.concerns import Concern, Recovery, Subject
from forensics.evidence.result import Blocker
from forensics.publish.marks import key_in
from tests.gitea.forge import Forge
from tests.gitea.hosts import Host, events_of, host
from tests.gitea.page import foreign
from tests.gitea.station import START, Station, instant, stationed
from tests.report.hostile import aimed_at

EVERY = 3  # of the texts, one in so many names a job; each is a host or a message of some trouble
ENDED = 40
SOURCES = """
[[source]]
kind = "jsonl"
path = "begun.jsonl"
lane = "triggers"
columns = { time = "at", job = "job", host = "host", command = "command" }

[[source]]
kind = "jsonl"
path = "ended.jsonl"
lane = "lifecycle"
columns = { time = "at", job = "job", host = "host", event = "event", exit_code = "code" }

[[source]]
kind = "jsonl"
path = "said.jsonl"
lane = "notifications"
columns = { time = "at", job = "job", host = "host", claim = "claim", text = "text", author = "by", channel = "in" }

[[source]]
kind = "files"
path = "work"
"""


@dataclass(frozen=True)
class Victims:
    """Who and what the texts are aimed at: numbered issues in the checker's repository and in another one."""

    forge: Forge
    repo: str
    other: str

    def texts(self) -> tuple[str, ...]:
        """Return the hostile texts with the names of what is there."""
        aims = {"ops/watch": self.other, "ops/team": f"{self.forge.owner}/team", "alice": self.forge.colleague.name}
        return tuple(aimed(text, aims) for text in aimed_at(self.forge.url))

    def traces(self) -> list[Any]:
        """Return what the texts left on the issues they are aimed at, and on who wrote them."""
        numbers = ((repo, number) for repo in (self.repo, self.other) for number in range(1, 5))
        events = [(*place, happened) for place in numbers for happened in events_of(self.forge, *place)]
        told = [self.forge.notifications(self.forge.colleague, repo) for repo in (self.repo, self.other)]
        left = [event for event in events if event[2] != "pull_push"]  # of the pull request itself
        return [*left, *(notice["subject"] for notices in told for notice in notices)]


def aimed(text: str, aims: Mapping[str, str]) -> str:
    for name, real in aims.items():
        text = text.replace(name, real)
    return text


@pytest.fixture(scope="module")
def team(forge: Forge) -> None:
    """Make the team that texts call."""
    wanted = {"name": "team", "permission": "write", "units": ["repo.issues"], "includes_all_repositories": True}
    made = forge.done("POST", f"/orgs/{forge.owner}/teams", payload=wanted)
    forge.done("PUT", f"/teams/{made['id']}/members/{forge.colleague.name}")


def victims(forge: Forge) -> Victims:
    """Make two repositories with three issues and a pull request each."""
    found = Victims(forge, forge.new_repo(), forge.new_repo())
    for repo in (found.repo, found.other):
        forge.new_issues(repo, 3, token=forge.colleague.token)
        assert forge.new_pull(repo)["number"] == 4
    return found


@dataclass(frozen=True)
class Filed:
    """What came of filing: who was aimed at, and our issues."""

    victims: Victims
    issues: Sequence[Mapping[str, Any]]
    said: str = ""

    def pages(self) -> Mapping[int, str]:
        """Return the pages of our issues."""
        forge, repo = self.victims.forge, self.victims.repo
        return {issue["number"]: forge.page(f"/{repo}/issues/{issue['number']}") for issue in self.issues}


def ours(aimed_at: Victims) -> list[Mapping[str, Any]]:
    return [issue for issue in aimed_at.forge.issues(aimed_at.repo) if issue["number"] > 4]


# Whatever a trouble may say


@pytest.fixture(scope="module")
def by_words(forge: Forge, team: None, tmp_path_factory: pytest.TempPathFactory) -> Filed:
    """File troubles all of whose texts are hostile, end some of them, and open them again; then roll all up."""
    aims = victims(forge)
    with host(forge, tmp_path_factory.mktemp("ledger") / "ledger.db", aims.repo, rollup_at=10_000) as checker:
        troubles = [trouble_of(aims.texts(), at) for at in range(0, len(aims.texts()), EVERY)]
        checker.sync(*troubles)
        for _ in range(2):
            checker.sync(*(over(each) for each in troubles[:ENDED]))
        checker.sync(*troubles[: ENDED // 2], hours=30)
        roll_up(checker, troubles)
        assert [outcome.troubles for outcome in checker.told if outcome.troubles] == []
    return Filed(aims, ours(aims))


def trouble_of(texts: Sequence[str], at: int) -> Concern:
    """Return a trouble that says nothing but hostile texts."""
    job, name, text, *seen, inferred, todo, cause = (texts[(at + step) % len(texts)] for step in range(8))
    kind = ("stale", "failed", "source", "silent_failure")[at // EVERY % 4]
    blocker = Blocker(job, name, kind, None, 1, text, tuple(seen), inferred, todo, cause=cause)
    return Concern(Subject(kind, job, name), None, (blocker,))


def over(concern: Concern) -> Recovery:
    (blocker,) = concern.blockers
    return Recovery(concern.subject, (blocker.text, *blocker.observed))


def roll_up(checker: Host, troubles: Sequence[Concern]) -> None:
    """File all troubles as one."""
    checker.settings = replace(checker.settings, rollup_at=2)
    blockers = [replace(blocker, kind="missed", cause="host_down") for each in troubles for blocker in each.blockers]
    checker.sync(*(Concern(Subject("missed", each.job or ""), None, (each,)) for each in blockers))


def test_more_than_two_hundred_troubles_are_filed(by_words: Filed):
    assert len(by_words.issues) > 200


def test_texts_leave_no_trace_where_they_are_aimed(by_words: Filed):
    assert by_words.victims.traces() == []


def test_pages_hold_nothing_that_we_did_not_write(by_words: Filed):
    assert {number: found for number, page in by_words.pages().items() if (found := list(foreign(page)))} == {}


def test_each_issue_is_about_something_else(by_words: Filed):
    keys = [key_in(issue["body"]) for issue in by_words.issues]
    assert (None in keys, len(set(keys))) == (False, len(keys))


def test_some_were_closed_and_some_opened_again_with_their_texts_in_comments(by_words: Filed):
    kinds = {(issue["state"], issue["comments"]) for issue in by_words.issues}
    assert kinds == {("open", 0), ("closed", 1), ("open", 2)}


def test_many_are_rolled_up_into_one(by_words: Filed):
    assert [key_in(issue["body"]) for issue in by_words.issues][-1] == "cause=host_down kind=rollup"


def test_nothing_happens_to_our_issues_but_what_we_do(by_words: Filed):
    forge, repo = by_words.victims.forge, by_words.victims.repo
    happened = {event for issue in by_words.issues for event in events_of(forge, repo, issue["number"])}
    assert happened == {"comment", "close", "reopen"}


# Whatever evidence may hold


@pytest.fixture(scope="module")
def by_evidence(forge: Forge, team: None, tmp_path_factory: pytest.TempPathFactory) -> Filed:
    """Run the command on evidence full of hostile names; the night's report goes to the tracker too."""
    aims = victims(forge)
    settings = {"rollup_at": 10_000, "publish": "comment", "labels": []}
    kinds = ["stale", "failed", "silent_failure", "missed", "interrupted", "reporting", "source", "config"]
    folder = tmp_path_factory.mktemp("station")
    station = stationed(folder, forge, aims.repo, **settings, open_for=kinds)
    station.config.write_text(station.config.read_text() + SOURCES)
    write_evidence(station, aims.texts()[:: 2 * EVERY])
    told = station.report()
    return Filed(aims, ours(aims), told.words)


def write_evidence(station: Station, texts: Sequence[str]) -> None:
    """Write heartbeats, triggers, ends, messages and files that are called as the texts say."""
    begun, ended, said = [], [], []
    (station.folder / "work").mkdir()
    for at, text in enumerate(texts):
        name, more = texts[(at + 1) % len(texts)], texts[(at + 2) % len(texts)]
        begun.append({"at": instant(-65), "job": text, "host": name, "command": more})
        ended.append({"at": instant(-60), "job": text, "host": name, "event": "failed", "code": 3})
        said.append({"at": instant(-50), "job": name, "host": text, "claim": "failure", "text": more, "by": text})
        beat = {"job": text, "timestamp": START - 7200, "interval_seconds": 900, "host": name, "status": more}
        write_as(station.folder / "beats", text, ".last", json.dumps(beat))
        write_as(station.folder / "work", text, ".out", "x")
    for lines, file in ((begun, "begun"), (ended, "ended"), (said, "said")):
        told = (json.dumps({**line, "in": line["job"]}) for line in lines)
        (station.folder / f"{file}.jsonl").write_text("\n".join(told))


def write_as(folder: Path, name: str, suffix: str, content: str) -> None:
    """Write a file under a hostile name, as far as a file can be called so."""
    raw = name.replace("/", "\u2215").replace("\0", "").encode("utf-8", "replace")[:200]
    (folder / (os.fsdecode(raw) + suffix)).write_text(content)


def test_command_files_more_than_two_hundred(by_evidence: Filed):
    assert len(by_evidence.issues) > 200


def test_evidence_leaves_no_trace_where_it_is_aimed(by_evidence: Filed):
    assert by_evidence.victims.traces() == []


def test_pages_made_from_evidence_hold_nothing_that_we_did_not_write(by_evidence: Filed):
    assert {number: found for number, page in by_evidence.pages().items() if (found := list(foreign(page)))} == {}


def test_report_of_the_night_is_among_them(by_evidence: Filed):
    (report,) = (issue for issue in by_evidence.issues if key_in(issue["body"]) == "reports")
    assert report["comments"] == 1


def test_command_shows_no_sign_that_could_steer_a_terminal(by_evidence: Filed):
    assert {sign for sign in by_evidence.said if ord(sign) < 32 or 127 <= ord(sign) < 160} <= {"\n"}


# That the looks above would see something


def test_page_with_a_mention_an_image_and_a_link_is_seen_to_have_them(forge: Forge):
    repo = forge.new_repo()
    text = f"@{forge.colleague.name} ![x](/x.png) https://evil.example"
    number = forge.new_issue(repo, "a #1", text, token=forge.bot.token)["number"]
    found = " ".join(foreign(forge.page(f"/{repo}/issues/{number}")))
    wanted = (f"'/{forge.colleague.name}'", "<img", "https://evil.example", "ref-issue")
    assert [what for what in wanted if what not in found] == []


def test_texts_filed_as_they_are_leave_traces(forge: Forge, team: None):
    aims = victims(forge)
    for text in aims.texts()[:12]:
        forge.new_issue(aims.repo, "x", text, token=forge.bot.token)
    assert len(aims.traces()) > 8
