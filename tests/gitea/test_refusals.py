"""What is said and kept when the tracker does not let us: no scope, archived, not there, wrong token, switched off."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import pytest

from forensics.ledger.database import copied_ledger
from forensics.ledger.tracker import TrackerMemory
from tests.gitea.forge import Forge
from tests.gitea.station import START, Station, Told, stationed

NOBODYS = "0123456789abcdef" * 2 + "01234567"
# What refuses, and what a person must find in the message.
REFUSALS = {
    "read only": ("the token lacks a scope (403)", "write:issue"),
    "no scope": ("the token lacks a scope (403)", "write:issue"),
    "archived": ("the repository takes no changes (423)", "unarchive it"),
    "no repository": ("there is no such thing (404)", "check [tracker] url and repo"),
    "wrong token": ("the tracker does not know the token (401)", "make a new one with the scope write:issue"),
    "down": ("the tracker cannot be reached", "the next run tries again"),
}


@dataclass(frozen=True)
class Refused:
    """A report whose issues could not be filed."""

    station: Station
    told: Told
    repo: str


@pytest.fixture(scope="module")
def refused(forge: Forge, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Refused]:
    """Run the report once for each way of being refused."""
    found: dict[str, Refused] = {}
    for name in REFUSALS:
        repo = forge.new_repo()
        if name == "archived":
            forge.archive(repo)
        wanted = f"{forge.owner}/nothing-here" if name == "no repository" else repo
        station = stationed(tmp_path_factory.mktemp("station"), forge, wanted, token=token_for(name, forge))
        station.beat("db_backup", -120)
        with forge.down() if name == "down" else nullcontext():
            found[name] = Refused(station, station.report(), repo)
    return MappingProxyType(found)


def token_for(name: str, forge: Forge) -> str:
    match name:
        case "read only":
            return forge.new_token(forge.bot, "read:issue")
        case "no scope":
            return forge.new_token(forge.bot, "write:notification")
        case "wrong token":
            return NOBODYS
        case _:
            return forge.bot.token


@pytest.mark.parametrize("name", REFUSALS)
def test_refusal_is_exit_4(refused, name):
    assert refused[name].told.code == 4


@pytest.mark.parametrize("name", REFUSALS)
def test_refusal_says_what_and_what_to_do(refused, name):
    assert [words for words in REFUSALS[name] if words not in refused[name].told.err] == []


@pytest.mark.parametrize("name", REFUSALS)
def test_report_is_made_all_the_same(refused, name):
    out = refused[name].told.out
    assert out.startswith("# Night Watch")
    assert "db_backup" in out


@pytest.mark.parametrize("name", REFUSALS)
def test_alert_beside_the_ledger_says_why_and_what_waits(refused, name):
    first, error, waits = refused[name].station.alert.read_text().splitlines()
    assert first == "ALERT _tracker since 2026-09-21T14:13:20Z, still so 2026-09-21T14:13:20Z"
    assert REFUSALS[name][0] in error
    assert waits == "waits: open [heartbeat-checker] db_backup is stale: " + (
        "the trouble holds" if name in ("archived", "read only") else "the tracker was away"
    )


@pytest.mark.parametrize("name", REFUSALS)
def test_nothing_was_filed(refused, name, forge: Forge):
    assert forge.issues(refused[name].repo) == []


@pytest.mark.parametrize("name", REFUSALS)
def test_token_is_neither_said_nor_written_anywhere(refused, name):
    station = refused[name].station
    files = [path.read_bytes() for path in station.folder.rglob("*") if path.is_file()]
    assert station.token not in refused[name].told.words
    assert [content for content in files if station.token.encode() in content] == []


# Away and back


@pytest.fixture(scope="module")
def recovered(forge: Forge, tmp_path_factory: pytest.TempPathFactory) -> Refused:
    """Let the server be away for three checks, and come back for the fourth."""
    repo = forge.new_repo()
    station = stationed(tmp_path_factory.mktemp("station"), forge, repo)
    station.beat("db_backup", -120)
    with forge.down():
        for minute in (0, 15, 30):
            station.sync(minute=minute)
    return Refused(station, station.sync(minute=45), repo)


def test_tracker_that_is_back_is_exit_1_as_ever(recovered):
    assert recovered.told.code == 1


def test_tracker_that_is_back_gets_one_issue(recovered, forge: Forge):
    assert [issue["title"] for issue in forge.issues(recovered.repo)] == ["[heartbeat-checker] db_backup is stale"]


def test_issue_tells_when_the_silence_was_first_seen(recovered, forge: Forge):
    assert "| First seen by the checker | 2026-09-21 14:13 UTC |" in forge.issue(recovered.repo, 1)["body"]


def test_alert_is_gone(recovered):
    assert not recovered.station.alert.exists()


# An uncertain answer


def test_intent_that_was_refused_does_not_stay(refused):
    station = refused["archived"].station
    with copied_ledger(station.folder / "ledger.db", START * 10**9) as ledger:
        trackers = [row[0] for row in ledger.rows("SELECT DISTINCT tracker FROM remembered")]
        assert [TrackerMemory(ledger, tracker).intents() for tracker in trackers] == [[]]


# The list of processes


@contextmanager
def started(station: Station, *arguments: str, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """Start the command and go on."""
    with subprocess.Popen(
        station.command(*arguments),
        env={**station.environment, **environment},
        cwd=station.folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        yield process


def command_lines() -> list[bytes]:
    """Return the command line of every process."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found.append(path.read_bytes())
        except OSError:
            continue
    return found


def test_token_is_in_no_command_line_while_issues_are_filed(forge: Forge, tmp_path: Path):
    station = stationed(tmp_path / "station", forge, forge.new_repo())
    station.beat("db_backup", -120)
    looks, shown = 0, []
    with started(station, "issues", "sync") as process:
        while process.poll() is None:
            shown += [line for line in command_lines() if station.token.encode() in line]
            looks += 1
    assert (process.returncode, looks > 5, shown) == (1, True, [])


def test_token_in_a_file_that_others_may_read_is_refused(forge: Forge, tmp_path: Path):
    station = stationed(tmp_path / "station", forge, forge.new_repo(), token_file="token")
    (station.folder / "token").write_text(station.token)
    (station.folder / "token").chmod(0o644)
    told = station.sync()
    assert (told.code, "chmod 600" in told.err, station.token in told.words) == (4, True, False)


def test_token_in_a_file_of_our_own_files_issues(forge: Forge, tmp_path: Path):
    repo = forge.new_repo()
    station = stationed(tmp_path / "station", forge, repo, token_file="token")
    (station.folder / "token").write_text(station.token)
    (station.folder / "token").chmod(0o600)
    station.beat("db_backup", -120)
    assert (station.sync().code, len(forge.issues(repo))) == (1, 1)


def test_token_that_can_do_more_than_file_issues_is_told(forge: Forge, tmp_path: Path):
    station = stationed(tmp_path / "station", forge, forge.new_repo(), token=forge.colleague.token)
    station.beat("db_backup", -120)
    assert "the token can do more than it needs" in station.sync().err


def test_token_for_issues_alone_is_not_complained_of(forge: Forge, tmp_path: Path):
    station = stationed(tmp_path / "station", forge, forge.new_repo())
    assert station.sync().err == ""
