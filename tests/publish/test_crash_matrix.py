"""The real client on a server that fails at any one request of a long story: the next run repairs it.

Whatever befalls a request, and whether or not it was carried out: no issue and no comment is there twice, nothing is
lost, nobody else's issue is touched, no intent stays open, and what adds something is never sent twice in a run.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from queue import SimpleQueue
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from forensics.ledger.rows import Remembered
from forensics.publish import http
from forensics.publish.http import Limits
from forensics.publish.marks import key_in
from forensics.publish.sync import Outcome
from forensics.publish.transport import Transport
from tests.checkout import ROOT
from tests.publish.long_story import PATIENT, SETTINGS, STORY, known, moment, play
from tests.publish.memory_forge import BOT, Clock, Killed, Tracker
from tests.publish.scripted import Answer, Cut, Dropped, Hung, Reply, page, serving
from tests.publish.served_forge import Asked, CarryOut, Disturbance, ServedForge, undisturbed

pytestmark = pytest.mark.slow  # some 700 stories

REQUESTS = (13, 4, 3, 7, 11, 8, 16, 3, 7)  # that each night needs
PLACES = [(night, at) for night, requests in enumerate(REQUESTS) for at in range(requests)]
HASTY = replace(PATIENT, whole=0.1)
MEMORY = Path("/dev/shm")


@dataclass(frozen=True)
class Chapter:
    """A night as it goes undisturbed: the tracker and the ledger before, what they know after, and what was asked."""

    before: Tracker
    ledger: bytes | None
    after: list[Any]
    remembered: dict[str, Remembered]
    asked: list[Asked]
    outcome: Outcome


@dataclass
class Stage:
    """A night to be played, on a tracker and a ledger of its own."""

    night: int
    ledger: Path
    served: ServedForge
    url: str

    @property
    def tracker(self) -> Tracker:
        return self.served.tracker

    def play(self, disturb: Disturbance = undisturbed, limits: Limits = PATIENT) -> Outcome:
        self.prepare(disturb)
        return play(self.url, self.ledger, STORY[self.night].check(self.night), limits)

    def prepare(self, disturb: Disturbance) -> None:
        """Let another run begin."""
        self.served.asked.clear()
        self.served.disturb = disturb

    def go_on(self) -> None:
        """Let the next night fall, and others do what they do."""
        self.night += 1
        self.tracker.clock = Clock(moment(self.night))
        STORY[self.night].before(self.tracker)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    if not os.access(MEMORY, os.W_OK):
        yield tmp_path
        return
    with TemporaryDirectory(dir=MEMORY) as path:
        yield Path(path)


@contextmanager
def staged(night: int, folder: Path) -> Iterator[Stage]:
    """Set the stage for a night as it begins undisturbed."""
    chapter, ledger = story()[night], folder / "ledger.db"
    if chapter.ledger is not None:
        ledger.write_bytes(chapter.ledger)
        ledger.chmod(0o640)
    served = ServedForge(deepcopy(chapter.before))
    with serving(served) as server:
        yield Stage(night, ledger, served, server.url)


@cache
def story() -> tuple[Chapter, ...]:
    """Play the story undisturbed."""
    served, chapters = ServedForge(Tracker(Clock())), []
    with TemporaryDirectory() as folder, serving(served) as server:
        stage = Stage(-1, Path(folder) / "ledger.db", served, server.url)
        for _ in STORY:
            stage.go_on()
            before, ledger = deepcopy(stage.tracker), stage.ledger.read_bytes() if stage.ledger.exists() else None
            outcome = stage.play()
            after, (remembered, _) = state_of(stage.tracker), known(stage.ledger)
            chapters.append(Chapter(before, ledger, after, remembered, list(served.asked), outcome))
    return tuple(chapters)


def state_of(tracker: Tracker) -> list[Any]:
    """Return all that the tracker shows, whatever numbers the issues have."""
    found = []
    for row in tracker.rows.values():
        told = [(author, unnumbered(text)) for author, text in tracker.comments.get(row.number, ())]
        shown = row.author, key_in(row.body), row.title, unnumbered(row.body), row.is_open, row.closed_at
        dress = sorted(row.labels), tracker.assignees.get(row.number), tracker.due.get(row.number)
        found.append((*shown, *dress, told))
    return sorted(found, key=repr)


def unnumbered(text: str) -> str:
    """Return a text without the numbers of issues, and the marks that hang on them."""
    return re.sub(r"#[0-9]+|nightwatch-note:[0-9a-f]+|sha=[0-9a-f]+", "#", text)


def of_others(tracker: Tracker) -> list[Any]:
    """Return the issues that are not ours, and all that is on them."""
    mine = (tracker.comments, tracker.assignees, tracker.due)
    return [(row, *(each.get(row.number) for each in mine)) for row in tracker.rows.values() if row.author != BOT]


def assert_repaired(stage: Stage) -> None:
    """Assert that one more run brings all to where it is undisturbed, and a further one finds nothing to do."""
    chapter = story()[stage.night]
    assert of_others(stage.tracker) == of_others(chapter.before)
    stage.play()
    assert stage.served.sent_twice == []
    assert state_of(stage.tracker) == chapter.after
    assert of_others(stage.tracker) == of_others(chapter.before)
    assert known(stage.ledger) == (chapter.remembered, [])
    stage.play()
    assert stage.served.writes == []


# The story itself


def test_faults_reach_every_request_of_the_story():
    assert tuple(len(chapter.asked) for chapter in story()) == REQUESTS


def test_story_undisturbed_has_nothing_to_tell_but_what_it_did():
    assert not any(chapter.outcome.troubles or chapter.outcome.notes for chapter in story())


def test_story_holds_all_that_a_sync_does():
    verbs = [action.verb for chapter in story() for action in chapter.outcome.done]
    assert sorted(verbs) == ["close"] * 4 + ["fold"] + ["open"] * 3 + ["reopen"] * 2 + ["update"] * 2


# A request that fails


@dataclass(frozen=True)
class Fault:
    """What a request gets instead of its answer: carried out or not; ``lasts`` says that all later ones get it too."""

    answer: Answer
    is_done: bool
    lasts: bool = False
    limits: Limits = PATIENT

    def at(self, place: int) -> Disturbance:
        def disturb(at: int, carry_out: CarryOut) -> Answer:
            if at < place or (at > place and not self.lasts):
                return carry_out()
            reply = carry_out() if self.is_done else Reply()
            return replace(self.answer, reply=reply) if isinstance(self.answer, Cut) else self.answer

        return disturb


SILENT = Reply(500, {"message": ""})
FAULTS = {
    "reply lost": Fault(Dropped(), is_done=True),
    "500 before": Fault(SILENT, is_done=False),
    "500 after": Fault(SILENT, is_done=True),
    "502": Fault(page(502), is_done=False),
    "502 from now on": Fault(page(502), is_done=False, lasts=True),
    "429": Fault(Reply(429, {"message": "slow down"}, {"Retry-After": "30"}), is_done=False),
    "cut": Fault(Cut(Reply(), kept=20), is_done=True),
    "late": Fault(Hung(), is_done=True, limits=HASTY),
}


def is_assigning(night: int, at: int) -> bool:
    asked = story()[night].asked[at]
    return asked.is_write and "assignees" in asked.body


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
@pytest.mark.parametrize(("night", "at"), PLACES)
def test_request_that_fails_is_told_and_made_good(night: int, at: int, fault: Fault, folder: Path):
    with staged(night, folder) as stage:
        outcome = stage.play(fault.at(at), fault.limits)
        assert stage.served.sent_twice == []
        assert outcome.troubles or outcome.notes or state_of(stage.tracker) == story()[night].after
        if fault.answer is SILENT and is_assigning(night, at):
            # So an unknown name is answered; it is told, and not tried again: the one thing that may stay undone.
            assert "is not assigned" in outcome.notes[0]
            ours = (number for number, row in stage.tracker.rows.items() if row.author == BOT)
            stage.tracker.assignees |= dict.fromkeys(ours, SETTINGS.assignees)
        assert_repaired(stage)


# A run that is killed


def doomed(at: int, is_sent: bool) -> type[Transport]:
    """Return a transport in which the run ends at a request: before it is sent, or after it was carried out."""

    class Doomed(Transport):
        sent = 0

        def handle_request(self, request):
            if self.sent == at and not is_sent:
                raise Killed
            response = super().handle_request(request)
            if self.sent == at:
                response.close()
                raise Killed
            self.sent += 1
            return response

    return Doomed


@pytest.mark.parametrize("is_sent", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(("night", "at"), PLACES)
def test_run_that_ends_at_a_request_is_made_good(night, at, is_sent, folder, monkeypatch):
    with staged(night, folder) as stage:
        with monkeypatch.context() as patch:
            patch.setattr(http, "Transport", doomed(at, is_sent))
            with pytest.raises(Killed):
                stage.play()
        assert_repaired(stage)


class Players:
    """A process that plays nights in children of its own, which can be killed."""

    def __init__(self) -> None:
        program = [sys.executable, "-m", "tests.publish.long_story"]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"}
        self.process = subprocess.Popen(
            program, env=environment, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def play(self, stage: Stage, disturb: Callable[[int], Disturbance]) -> int:
        """Play a night, disturbed by one who knows the player's process id; return its exit code."""
        pids: SimpleQueue[int] = SimpleQueue()
        ready: list[Disturbance] = []

        def wait(at: int, carry_out: CarryOut) -> Answer:
            if not ready:
                ready.append(disturb(pids.get()))
            return ready[0](at, carry_out)

        stage.prepare(wait)
        self.process.stdin.write(f"{stage.url} {stage.ledger} {stage.night}\n")
        self.process.stdin.flush()
        pids.put(int(self.process.stdout.readline()))
        return int(self.process.stdout.readline())


@pytest.fixture(scope="module")
def players() -> Iterator[Players]:
    found = Players()
    with found.process:
        yield found
        found.process.stdin.close()


@pytest.mark.parametrize("is_sent", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(("night", "at"), PLACES[3::7])
def test_story_goes_on_where_a_process_was_killed(night, at, is_sent, folder, players):
    def disturb(pid: int) -> Disturbance:
        def kill(place: int, carry_out: CarryOut) -> Answer:
            if place == at and not is_sent:
                os.kill(pid, signal.SIGKILL)
                return Dropped()
            reply = carry_out()
            if place == at:
                os.kill(pid, signal.SIGKILL)
            return reply

        return kill

    with staged(night, folder) as stage:
        assert players.play(stage, disturb) == -signal.SIGKILL
        assert_repaired(stage)
        while stage.night + 1 < len(STORY):
            stage.go_on()
            stage.play()
        assert state_of(stage.tracker) == story()[-1].after
        assert known(stage.ledger) == (story()[-1].remembered, [])
