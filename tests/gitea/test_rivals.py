"""Two checkers at the same moment, on one host and on two: never two issues of one job in the end."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import pytest

from forensics.publish.marks import key_in
from tests.gitea.forge import Forge
from tests.gitea.station import Station, Told, instant, stationed

ROUNDS = 50
JOBS = 25
QUARTER = 15  # minutes between two rounds
BUSY = "another sync is at work on this ledger"


@dataclass(frozen=True)
class Round:
    """What both said in one round, and our issues after it."""

    told: tuple[Told, Told]
    issues: Sequence[Mapping[str, Any]]

    def open_keys(self) -> Counter[str | None]:
        return Counter(key_in(issue["body"]) for issue in self.issues if issue["state"] == "open")

    def keys(self) -> Counter[str | None]:
        return Counter(key_in(issue["body"]) for issue in self.issues)


@contextmanager
def rival(station: Station) -> Iterator[subprocess.Popen[str]]:
    """Start a checker that waits for its instants."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.gitea.rival", str(station.config)],
        env=station.environment,
        cwd=station.folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield process


def name_of(number: int) -> str:
    return f"job{number % JOBS}"


def key_of(number: int) -> str:
    return f"job={name_of(number)} kind=stale"


def both(rivals: Sequence[subprocess.Popen[str]], minute: int) -> tuple[Told, Told]:
    """Let both check at once, and wait for both."""
    for process in rivals:
        assert process.stdin is not None
        process.stdin.write(f"{instant(minute)}\n")
        process.stdin.flush()
    one, other = (answer_of(process) for process in rivals)
    return one, other


def answer_of(process: subprocess.Popen[str]) -> Told:
    assert process.stdout is not None
    code, said, fault = json.loads(process.stdout.readline())
    return Told(code, said, "" if "SystemExit" in fault or fault == "''" else fault)


def race(forge: Forge, repo: str, stations: Sequence[Station]) -> tuple[Round, ...]:
    """Let two checkers meet, round by round: a job falls silent, the one before it comes back; later all relapse."""
    rounds = []
    with ExitStack() as stack:
        rivals = [stack.enter_context(rival(station)) for station in (stations[0], stations[-1])]
        for number in range(ROUNDS):
            minute = QUARTER * number
            for station in stations:
                station.beat("steady", minute)
                station.beat(name_of(number), minute - 60)
                if number:
                    station.beat(name_of(number - 1), minute)
                if number > 1:
                    station.hush(name_of(number - 2))
            told = both(rivals, minute)
            rounds.append(Round(told, tuple(MappingProxyType(issue) for issue in forge.issues(repo))))
    return tuple(rounds)


@pytest.fixture(scope="module")
def on_one_host(forge: Forge, tmp_path_factory: pytest.TempPathFactory) -> Sequence[Round]:
    """Let two processes race on one ledger."""
    repo = forge.new_repo()
    station = stationed(tmp_path_factory.mktemp("station"), forge, repo, close_after=1, rollup_at=1000)
    return race(forge, repo, [station])


@pytest.fixture(scope="module")
def on_two_hosts(forge: Forge, tmp_path_factory: pytest.TempPathFactory) -> Sequence[Round]:
    """Let two hosts race, each with a ledger of its own, both seeing the same heartbeats."""
    repo = forge.new_repo()
    places = [tmp_path_factory.mktemp("station") for _ in range(2)]
    return race(forge, repo, [stationed(place, forge, repo, close_after=1, rollup_at=1000) for place in places])


def test_one_host_never_has_two_issues_of_one_job(on_one_host: Sequence[Round]):
    assert [(at, round_.keys()) for at, round_ in enumerate(on_one_host) if max(round_.keys().values()) > 1] == []


def test_one_host_files_every_job_in_its_own_round(on_one_host: Sequence[Round]):
    assert [at for at, round_ in enumerate(on_one_host) if key_of(at) not in round_.open_keys()] == []


def test_one_of_two_on_one_host_leaves_the_work_to_the_other(on_one_host: Sequence[Round]):
    assert any(BUSY in told.out for round_ in on_one_host for told in round_.told)


def test_two_hosts_never_leave_two_issues_of_one_job_open(on_two_hosts: Sequence[Round]):
    doubles = [(at, round_.open_keys()) for at, round_ in enumerate(on_two_hosts)]
    assert [(at, keys) for at, keys in doubles if max(keys.values()) > 1] == []


def test_two_hosts_leave_every_job_of_a_round_filed(on_two_hosts: Sequence[Round]):
    assert [at for at, round_ in enumerate(on_two_hosts) if key_of(at) not in round_.open_keys()] == []


def test_two_hosts_did_meet(on_two_hosts: Sequence[Round]):
    assert max(on_two_hosts[-1].keys().values()) > 1, "no round had two openings: the race proves nothing"


def test_two_hosts_close_what_has_recovered(on_two_hosts: Sequence[Round]):
    found = enumerate(on_two_hosts)
    assert [at for at, round_ in found if at and key_of(at - 1) in round_.open_keys()] == []


def test_neither_of_two_on_one_host_fails(on_one_host: Sequence[Round]):
    assert {(told.code, told.err) for round_ in on_one_host for told in round_.told} == {(1, "")}


def test_neither_of_two_hosts_fails(on_two_hosts: Sequence[Round]):
    assert {(told.code, told.err) for round_ in on_two_hosts for told in round_.told} == {(1, "")}
