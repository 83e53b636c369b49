"""A long story of troubles, night by night, played by the real client on a real ledger; and players that can be killed.

Run as a program, ``python -m tests.publish.long_story``, it reads lines ``URL LEDGER NIGHT``, plays each in a child of
its own, and says the child's process id and later what became of it.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from forensics.config import Tracker as Settings
from forensics.evidence.concerns import Check, Concern, Recovery
from forensics.ledger.database import open_ledger
from forensics.ledger.rows import Intent, Remembered
from forensics.ledger.tracker import TrackerMemory
from forensics.publish.gitea import Gitea
from forensics.publish.http import Limits
from forensics.publish.issues import Issue
from forensics.publish.marks import key_in
from forensics.publish.sync import Desk, Outcome, sync
from forensics.report.issue import IssueWords
from tests.publish.memory_forge import BOT, PERSON, START, Tracker
from tests.publish.served_forge import REPO, TOKEN
from tests.publish.tracked import HOUR, concern, good

UTC = ZoneInfo("UTC")
PATIENT = Limits(connect=20.0, whole=60.0, tries=3, first_wait=0.001, longest_wait=0.002)
SETTINGS = Settings(
    "http://127.0.0.1",
    REPO,
    labels=("heartbeat", "night"),
    assignees=("ann",),
    due_in=timedelta(days=3),
    rollup_at=3,
)
MISSED, ROLLUP = "job=mail_import kind=missed", "cause=host_down kind=rollup"
RACK = tuple(concern(job, "missed", cause="host_down") for job in ("crawl", "index", "trim"))
MORE = concern("pack", "missed", cause="host_down")
RACK_IS_WELL = tuple(good(job, "missed") for job in ("crawl", "index", "trim", "pack"))


@dataclass(frozen=True)
class Night:
    """What a check finds, after what others did to the tracker."""

    told: tuple[Concern | Recovery, ...]
    before: Callable[[Tracker], None] = lambda tracker: None

    def check(self, at: int) -> Check:
        """Return the check of the night with a number."""
        concerns = tuple(each for each in self.told if isinstance(each, Concern))
        recoveries = tuple(each for each in self.told if isinstance(each, Recovery))
        return Check(moment(at), f"inputs {at}", concerns, recoveries)


def moment(at: int) -> int:
    return START + at * 26 * HOUR  # more than a day, so that each reopening may be told


def number_of(tracker: Tracker, key: str) -> int:
    """Return the first of our issues about something."""
    return min(row.number for row in tracker.rows.values() if row.author == BOT and key_in(row.body) == key)


def close_by_hand(tracker: Tracker) -> None:
    tracker.change(number_of(tracker, MISSED), is_open=False, closed_at=tracker.clock())


def file_a_twin(tracker: Tracker) -> None:
    """Do what a second host does that filed at the same moment."""
    number = tracker.next_number()
    tracker.rows[number] = replace(tracker.row(number_of(tracker, ROLLUP)), number=number)


def of_others(tracker: Tracker) -> None:
    """File what is none of ours: an issue of a person, and one with a mark that was copied from us."""
    for body in ("printer on fire", f"<!-- nightwatch:{MISSED} -->\nlooks like ours"):
        number = tracker.next_number()
        tracker.rows[number] = Issue(number, "by hand", body, is_open=True, author=PERSON, content_version=0)
        tracker.comments[number] = [(PERSON, "me too")]


BACKUP, WORSE, IMPORT = (
    concern("db_backup"),
    concern("db_backup", text="it hurts more"),
    concern("mail_import", "missed"),
)
BACKED_UP, IMPORTED = good("db_backup"), good("mail_import", "missed")
STORY = (
    Night((BACKUP, IMPORT), of_others),  # two are opened
    Night((WORSE, IMPORT)),  # one is updated
    Night((BACKED_UP, IMPORT)),
    Night((BACKED_UP, IMPORT)),  # one is closed
    Night((BACKUP, IMPORT), close_by_hand),  # one is reopened, and one that a person closed
    Night((BACKED_UP, IMPORTED, *RACK)),  # three of one cause are rolled up
    Night((BACKED_UP, IMPORTED, *RACK, MORE), file_a_twin),  # two are closed, a twin is folded, the roll-up grows
    Night(RACK_IS_WELL),
    Night(RACK_IS_WELL),  # the roll-up is closed
)


def play(url: str, ledger: Path, check: Check, limits: Limits = PATIENT) -> Outcome:
    """Sync with what a check found, as the command does."""
    with (
        open_ledger(ledger, check.now) as opened,
        Gitea(url, REPO, TOKEN, clock=time.monotonic, limits=limits) as forge,
    ):
        return sync(check, Desk(forge, TrackerMemory(opened, REPO), SETTINGS, IssueWords(UTC), UTC))


def known(ledger: Path) -> tuple[dict[str, Remembered], list[Intent]]:
    """Return what is remembered, without the numbers of issues, and what is not settled."""
    with open_ledger(ledger, START) as opened:
        memory = TrackerMemory(opened, REPO)
        return {key: replace(each, number=None) for key, each in memory.remembered().items()}, memory.intents()


def players() -> None:
    """Play what is asked for, each in a child."""
    for line in sys.stdin:
        url, ledger, night = line.split()
        child = os.fork()
        if not child:
            play(url, Path(ledger), STORY[int(night)].check(int(night)))
            os._exit(0)
        say(child)
        _, status = os.waitpid(child, 0)
        say(os.waitstatus_to_exitcode(status))


def say(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    players()
