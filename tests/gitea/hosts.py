"""A checker in this process, with the real client, ledger and words, on the real server; what it sees, a test says."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from forensics.config import Tracker
from forensics.evidence.concerns import Check, Concern, Recovery
from forensics.ledger.database import open_ledger
from forensics.ledger.tracker import TrackerMemory
from forensics.publish.gitea import Gitea
from forensics.publish.http import Limits
from forensics.publish.marks import key_in
from forensics.publish.sync import Desk, Outcome, sync
from forensics.report.issue import IssueWords
from tests.gitea.forge import Forge
from tests.publish.tracked import HOUR, START, UTC, settings

LIMITS = Limits(first_wait=0.01, longest_wait=0.02)


@dataclass
class Host:
    """One checker and the repository that it files in."""

    forge: Forge
    repo: str
    client: Gitea
    memory: TrackerMemory
    settings: Tracker
    now: int = START
    nights: int = 0
    told: list[Outcome] = field(default_factory=list)

    def sync(self, *told: Concern | Recovery, hours: float = 1, muted: tuple[str, ...] = ()) -> Outcome:
        """Let time pass, and sync with what was seen."""
        self.now += round(hours * HOUR)
        self.nights += 1
        concerns = tuple(each for each in told if isinstance(each, Concern))
        recoveries = tuple(each for each in told if isinstance(each, Recovery))
        check = Check(self.now, f"inputs {self.nights}", concerns, recoveries, frozenset(muted))
        words = IssueWords(UTC, "", self.settings.hold_label)
        self.told.append(sync(check, Desk(self.client, self.memory, self.settings, words, UTC)))
        return self.told[-1]

    @property
    def did(self) -> list[str]:
        """Return what the last sync did."""
        return [action.verb for action in self.told[-1].done]

    @property
    def troubles(self) -> tuple[str, ...]:
        """Return what the last sync could not do."""
        return self.told[-1].troubles

    def issue(self, number: int = 1) -> Any:
        return self.forge.issue(self.repo, number)

    def edit(self, number: int = 1, **fields: object) -> None:
        """Change an issue as a person does."""
        path = f"/repos/{self.repo}/issues/{number}"
        self.forge.done("PATCH", path, token=self.forge.colleague.token, payload=fields)

    def said(self, number: int = 1) -> list[str]:
        """Return the comments of an issue, without their marks."""
        return [comment["body"].split("\n", 1)[-1] for comment in self.forge.comments(self.repo, number)]

    def marked(self, state: str = "all") -> list[tuple[str | None, int]]:
        """Return the keys and numbers of the issues that carry a mark and are the bot's."""
        ours = (issue for issue in self.forge.issues(self.repo, state) if issue["user"]["id"] == self.forge.bot.id)
        return [(key_in(issue["body"]), issue["number"]) for issue in ours if key_in(issue["body"])]


@contextmanager
def host(forge: Forge, ledger: Path, repo: str | None = None, **changes: object) -> Iterator[Host]:
    """Give a checker with a ledger of its own; ``changes`` are to the settings of the tracker."""
    repo = repo or forge.new_repo()
    ours = settings(url=forge.url, repo=repo, **changes)
    with (
        open_ledger(ledger, START) as opened,
        Gitea(forge.url, repo, forge.bot.token, clock=time.monotonic, limits=LIMITS) as client,
    ):
        yield Host(forge, repo, client, TrackerMemory(opened, f"{forge.url} {repo}"), ours)


def events_of(forge: Forge, repo: str, number: int) -> list[str]:
    """Return what happened to an issue, in words of the server; it says null where nothing did."""
    return [event["type"] for event in forge.done("GET", f"/repos/{repo}/issues/{number}/timeline", limit=50) or ()]
