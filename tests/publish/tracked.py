"""A tracker, a ledger and nights that pass: what syncs do, told in a few words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from zoneinfo import ZoneInfo

from forensics.config import Tracker as Settings
from forensics.evidence.concerns import Check, Concern, History, Recovery, Subject
from forensics.evidence.result import Blocker
from forensics.ledger.database import empty_ledger
from forensics.ledger.tracker import TrackerMemory
from forensics.publish.sync import Desk, Outcome, planned, sync
from tests.publish.memory_forge import MemoryForge

HOUR = 3600 * 10**9
START = 1_790_000_000 * 10**9
UTC = ZoneInfo("UTC")


class PlainWords:
    """Words that say just what they are asked to."""

    def title(self, subject: Subject) -> str:
        return f"[test] {subject.job or subject.cause or 'all'} {subject.kind}"

    def trouble(self, concern: Concern, history: History) -> str:
        members = ", ".join(sorted({str(blocker.job) for blocker in concern.blockers}))
        return f"trouble of {members}: {concern.blockers[0].text}{' (flapping)' if history.is_flapping else ''}"

    def recovered(self, recovery: Recovery, history: History) -> str:
        return f"over: {recovery.observed[0]}"

    def closing(self, recovery: Recovery, history: History) -> str:
        return f"closed: {recovery.observed[0]}"

    def reopening(self, concern: Concern, history: History, was_closed_by_hand: bool) -> str:
        return "reopened, closed by hand" if was_closed_by_hand else "reopened"

    def duplicate(self, number: int) -> str:
        return f"twin of {number}"


def blocker(
    job: str | None, kind: str = "stale", since: int | None = None, cause: str | None = None, text: str = "it hurts"
) -> Blocker:
    return Blocker(job, None, kind, since, 1, text, cause=cause)


def concern(
    job: str, kind: str = "stale", since: int | None = None, cause: str | None = None, text: str = "it hurts"
) -> Concern:
    return Concern(Subject(kind, job), since, (blocker(job, kind, since, cause, text),))


def good(job: str, kind: str = "stale") -> Recovery:
    return Recovery(Subject(kind, job), (f"{job} beats again",))


@dataclass
class World:
    """One host that syncs with a tracker, hour after hour."""

    forge: MemoryForge
    memory: TrackerMemory
    settings: Settings
    now: int = START
    nights: int = 0
    last: Check | None = None
    outcomes: list[Outcome] = field(default_factory=list)

    @property
    def desk(self) -> Desk:
        return Desk(self.forge, self.memory, self.settings, PlainWords(), UTC)

    def check(self, *told: Concern | Recovery, muted: tuple[str, ...] = (), hours: float = 1) -> Check:
        self.now += round(hours * HOUR)
        self.forge.tracker.clock.now = self.now
        self.nights += 1
        self.last = Check(
            self.now,
            f"inputs {self.nights}",
            tuple(each for each in told if isinstance(each, Concern)),
            tuple(each for each in told if isinstance(each, Recovery)),
            frozenset(muted),
        )
        return self.last

    def again(self) -> Outcome:
        """Sync once more with what was last read."""
        assert self.last is not None
        return sync(self.last, self.desk)

    def sync(self, *told: Concern | Recovery, muted: tuple[str, ...] = (), hours: float = 1) -> Outcome:
        self.outcomes.append(sync(self.check(*told, muted=muted, hours=hours), self.desk))
        return self.outcomes[-1]

    def plan(self, *told: Concern | Recovery) -> Outcome:
        return planned(self.check(*told), self.desk)

    def issue(self, number: int = 1):
        return self.forge.tracker.rows[number]

    def said(self, number: int = 1) -> list[str]:
        """Return the comments of an issue without their marks."""
        return [text.split("\n", 1)[-1] for _, text in self.forge.tracker.comments.get(number, [])]

    @property
    def verbs(self) -> list[str]:
        return [action.verb for action in self.outcomes[-1].done]

    @property
    def open_numbers(self) -> list[int]:
        return sorted(self.forge.tracker.open_numbers())


def settings(**changes: object) -> Settings:
    return Settings(**{"url": "http://127.0.0.1:3000", "repo": "ops/night", "labels": (), **changes})


@contextmanager
def world(forge: MemoryForge | None = None, **changes: object) -> Iterator[World]:
    with empty_ledger() as ledger:
        yield World(forge or MemoryForge(), TrackerMemory(ledger, "test"), settings(**changes))


def days(number: float) -> timedelta:
    return timedelta(days=number)
