"""No secret of the evidence, and neither of our own two, is in anything that the command writes, sends or shows."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from subprocess import DEVNULL, TimeoutExpired
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from forensics.config import Tracker as Settings
from forensics.ledger.database import empty_ledger
from forensics.ledger.tracker import TrackerMemory
from forensics.publish.gitea import Gitea
from forensics.publish.sync import Desk
from forensics.redaction import MASK
from forensics.report.issue import IssueWords
from tests.checkout import ROOT
from tests.publish.fake_slack import OK, SECRET, says
from tests.publish.fake_slack import serving as slack_serving
from tests.publish.memory_forge import Clock, Tracker
from tests.publish.scripted import Reply, serving
from tests.publish.served_forge import REPO, TOKEN, ServedForge
from tests.secrets_corpus import SECRETS, coloured, remains

pytestmark = pytest.mark.slow


def one_line(text: str) -> str:
    return text.replace("\n", " ")


START = 1_790_000_000  # seconds since the epoch, 2026-09-21T14:13:20Z
HOUR = 3600
PLAIN = [text for text, _ in SECRETS]
COLOURED = [coloured(text, secret) for text, secret in SECRETS]
FILE_NAMES = [one_line(text) for text in PLAIN if "/" not in text]


def stamp(at: float) -> str:
    return datetime.fromtimestamp(START + at, UTC).isoformat()


def named(path: Path, suffix: str = "") -> list[Path]:
    """Return paths in a folder, named by all secrets that may be in a name."""
    path.mkdir(parents=True, exist_ok=True)
    return [path / f"{name}{suffix}" for name in FILE_NAMES]


def beats(folder: Path, at: float) -> None:
    """Let every job give a sign of life: such as are named by a secret, and such as write one into it."""
    for path in named(folder / "beats", ".last"):
        path.write_text(json.dumps({"timestamp": START + at, "interval_seconds": 900, "status": "ok"}))
    for nth, text in enumerate(COLOURED):
        beat = {"timestamp": START + at, "interval_seconds": 900, "host": text, "status": text, "message": text}
        (folder / "beats" / f"beat{nth}.last").write_text(json.dumps(beat))
        (folder / "beats" / f"other{nth}.last").write_text(json.dumps({**beat, "job": text}))


def lines(path: Path, *rows: dict[str, Any]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def evidence(folder: Path) -> None:
    """Write secrets wherever evidence can hold one."""
    beats(folder, -5 * HOUR)
    for path in named(folder / "made"):
        path.write_text("made")
    cron = (
        f"{stamp(-HOUR + nth)} web1 CRON[{nth + 1}]: (root) CMD (/opt/run {one_line(text)})"
        for nth, text in enumerate(PLAIN)
    )
    (folder / "cron.log").write_text("".join(f"{line}\n" for line in cron))
    lines(
        folder / "triggers.jsonl",
        *({"time": stamp(-HOUR), "job": text, "event": "started", "host": text} for text in PLAIN),
    )
    lines(
        folder / "lifecycle.jsonl",
        *({"time": stamp(-HOUR + 60), "job": text, "event": "failed", "status": text} for text in PLAIN),
    )
    lines(folder / "messages.jsonl", *message_rows())
    lines(folder / "odd.jsonl", *({"time": text, "job": text} for text in PLAIN))
    slack_export(folder / "slack")
    (folder / "tree.txt").write_text("".join(f"{START - HOUR}.0\t9\t/srv/{one_line(text)}\n" for text in PLAIN))


def message_rows() -> Iterator[dict[str, Any]]:
    for nth, text in enumerate(COLOURED):
        yield {
            "time": stamp(-HOUR + 90),
            "job": text,
            "text": f"❌ job{nth} failed: {text}",
            "author": text,
            "channel": text,
        }


def slack_export(folder: Path) -> None:
    """Write an export whose messages tell of failures, with secrets in every part."""
    (folder / "ops").mkdir(parents=True)
    (folder / "channels.json").write_text(json.dumps([{"id": "C1", "name": "ops"}]))
    (folder / "users.json").write_text(json.dumps([]))
    told = [
        {
            "type": "message",
            "subtype": "bot_message",
            "ts": f"{START - HOUR + 120}.{nth:06}",
            "username": text,
            "bot_id": "B1",
            "text": f"❌ job{nth} failed ({text})",
            "attachments": [
                {"fallback": text, "title": text, "text": text, "fields": [{"title": text, "value": text}]}
            ],
        }
        for nth, text in enumerate(PLAIN)
    ]
    (folder / "ops" / "2026-09-21.json").write_text(json.dumps(told))


SOURCES = """
[[source]]
kind = "heartbeats"
path = "beats"

[[source]]
kind = "syslog"
path = "cron.log"

[[source]]
kind = "slack-export"
path = "slack"

[[source]]
kind = "files"
path = "made"

[[source]]
kind = "find-listing"
path = "tree.txt"
root = "/srv"
"""


def value(text: str) -> str:
    """Return a text as TOML."""
    return json.dumps(text).replace("\\u001b", "\\u001B")


def config(folder: Path, url: str) -> None:
    """Write a config with secrets in all values that are free."""
    paths = [f"out/{one_line(text)}" if "://" not in text else "out/made" for text in PLAIN]
    jobs = [
        f'[[job]]\nname = "job{nth}"\nschedule = "0 13 * * *"\naliases = [{value(text)}]\ncommand = {value("*" + text)}\n'
        f"artifacts = [{value(paths[nth])}]\nattributes = {{ note = {value(text)} }}\n"
        for nth, text in enumerate(PLAIN)
    ]
    jobs += [f'[[job]]\nname = "beat{nth}"\ninterval = "15m"\n' for nth in range(len(PLAIN))]
    generic = [
        f'[[source]]\nkind = "jsonl"\nlane = "{lane}"\npath = "{name}.jsonl"\n'
        for lane, name in (
            ("triggers", "triggers"),
            ("lifecycle", "lifecycle"),
            ("notifications", "messages"),
            ("triggers", "odd"),
        )
    ]
    others = [f'[[event]]\nat = "{stamp(-HOUR)}"\nkind = "upgrade"\nname = {value(text)}\n' for text in PLAIN]
    mutes = [f'[[mute]]\njobs = ["job0"]\nreason = {value(text)}\n' for text in PLAIN]
    tracker = (
        f'[tracker]\nkind = "gitea"\nurl = "{url}"\nrepo = "{REPO}"\ntoken_file = "token"\nrollup_at = 1000\n'
        'close_after = 1\nopen_for = ["stale", "failed", "silent_failure"]\npublish = "comment"\n[publish.slack]\nwebhook_env = "WEBHOOK"\n'
    )
    head = 'timezone = "UTC"\nledger = "state/ledger.db"\n'
    (folder / "forensics.toml").write_text("\n".join([head, SOURCES, *generic, *others, *mutes, *jobs, tracker]))
    (folder / "token").write_text(TOKEN)
    (folder / "token").chmod(0o600)


# The command at work: a night of troubles, one of recoveries, and one on which everybody refuses


# Run by every Python beforehand: once the network is used, a child says what it was given.
SPY = """
import os, subprocess, sys

def spy(event, _):
    path = os.path.join(os.environ["SPIED"], f"{os.getpid()}.env")
    if event == "socket.connect" and not os.path.exists(path):
        with open(path, "wb") as file:
            subprocess.run(["env"], stdout=file)

sys.addaudithook(spy)
"""


@dataclass
class Seen:
    """All that the command let out, by where, and what others on the machine could see of it."""

    texts: dict[str, str] = field(default_factory=dict)
    command_lines: set[bytes] = field(default_factory=set)
    own_environments: set[bytes] = field(default_factory=set)
    child_environments: list[str] = field(default_factory=list)

    def run(self, name: str, folder: Path, webhook: str, *arguments: str, **variables: str) -> None:
        """Run the command and watch it."""
        places = ("--config", str(folder / "forensics.toml"), "--now", stamp(0), "--since", stamp(-20 * HOUR))
        spy = {"SPIED": str(folder / "spy"), "PYTHONPATH": os.pathsep.join([str(ROOT), str(folder / "spy")])}
        with (folder / "out").open("wb") as out, (folder / "err").open("wb") as err:
            process = subprocess.Popen(
                [sys.executable, "-m", "forensics", *arguments, *places],
                env={**os.environ, **spy, **variables, "WEBHOOK": webhook},
                cwd=folder,
                stdin=DEVNULL,
                stdout=out,
                stderr=err,
            )
            self.watch(process)
        self.texts[f"{name}: stdout"] = (folder / "out").read_text()
        self.texts[f"{name}: stderr"] = (folder / "err").read_text()
        self.texts[f"{name}: exit code"] = str(process.returncode)

    def watch(self, process: subprocess.Popen[bytes]) -> None:
        """Look at a process and its children until it ends."""
        while True:
            self.command_lines |= {content_of(pid, "cmdline") for pid in (process.pid, *children(process.pid))}
            self.own_environments.add(content_of(process.pid, "environ"))
            try:
                process.wait(0.05)
            except TimeoutExpired:
                continue
            return


def content_of(pid: int, name: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/{name}").read_bytes()
    except OSError:  # it is over
        return b""


def children(pid: int) -> list[int]:
    return [int(child) for child in content_of(pid, f"task/{pid}/children").split()]


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    """Run the command on all secrets, and collect what came out."""
    folder, found = tmp_path_factory.mktemp("evidence"), Seen()
    evidence(folder)
    (folder / "spy").mkdir()
    (folder / "spy" / "sitecustomize.py").write_text(SPY)
    served = ServedForge(Tracker(Clock(START * 10**9)))
    with serving(served) as server, slack_serving(OK, says(403, f"invalid_token {SECRET}")) as slack:
        config(folder, server.url)
        outputs = [f"--output={folder / 'report'}.{suffix}" for suffix in ("json", "csv", "md", "html")]
        archive = f"--archive={folder / 'nights'}"
        found.run("troubles", folder, slack.url, "report", "--file-issues", archive, *outputs)
        for suffix in ("json", "csv", "md"):
            found.texts[f"report.{suffix}"] = (folder / f"report.{suffix}").read_text()
        found.texts["report.html"] = unescape((folder / "report.html").read_text())
        found.texts["index.html"] = unescape((folder / "nights" / "index.html").read_text())
        found.texts["issue titles"] = "\n".join(row.title for row in served.tracker.rows.values())
        found.texts["issue bodies"] = "\n".join(row.body for row in served.tracker.rows.values())
        beats(folder, -60)
        text = (folder / "forensics.toml").read_text()
        (folder / "forensics.toml").write_text(text.replace('token_file = "token"', 'token_env = "FORGE_TOKEN"'))
        found.run("recoveries", folder, slack.url, "issues", "sync", "--format=json", FORGE_TOKEN=TOKEN)
        served.disturb = lambda at, carry_out: Reply(401, {"message": f"no such token: {TOKEN}"})
        beats(folder, -5 * HOUR)
        found.run("refusals", folder, slack.url, "report", "--file-issues", FORGE_TOKEN=TOKEN)
        found.texts["issue comments"] = "\n".join(text for each in served.tracker.comments.values() for _, text in each)
        found.texts["what became of issues"] = "\n".join(row.body for row in served.tracker.rows.values())
        found.texts["slack"] = "\n".join(slack.texts)
    found.texts["alert"] = (folder / "state" / "alerts" / "_tracker.alert").read_text()
    found.texts["ledger"] = (folder / "state" / "ledger.db").read_bytes().decode("utf-8", "replace")
    with closing(sqlite3.connect(folder / "state" / "ledger.db")) as ledger:
        found.texts["ledger"] += "\n".join(ledger.iterdump())
    found.child_environments = [path.read_text() for path in sorted((folder / "spy").glob("*.env"))]
    return found


PAGES = ("report.html", "index.html")
REPORTS = (*PAGES, "report.json", "report.csv", "report.md", "troubles: stdout", "refusals: stdout")
ISSUES = ("issue titles", "issue bodies", "issue comments", "what became of issues", "recoveries: stdout")
OTHERS = ("troubles: stderr", "recoveries: stderr", "refusals: stderr", "slack", "alert", "ledger")
SINKS = (*REPORTS, *ISSUES, *OTHERS)
# The summary names but a few jobs, and a sync says on stderr only what went wrong.
TELLING = [sink for sink in SINKS if sink not in ("slack", "recoveries: stderr")]
HASHES = re.compile(r"[0-9a-f]{64}|(?:note:|sha=|~)[0-9a-f]{8,16}")


def test_the_nights_went_as_they_were_meant_to(seen: Seen):
    codes = [seen.texts[f"{name}: exit code"] for name in ("troubles", "recoveries", "refusals")]
    assert codes == ["3", "3", "4"]
    assert seen.texts["recoveries: stdout"].count('"action": "close"') == 2 * len(SECRETS)  # planned, and done


@pytest.mark.parametrize("sink", TELLING)
def test_secrets_are_told_of_as_masks(seen: Seen, sink: str):
    assert MASK in seen.texts[sink]


@pytest.mark.parametrize("sink", SINKS)
def test_no_secret_of_the_evidence_is_in(seen: Seen, sink: str):
    shown = HASHES.sub("", seen.texts[sink])
    assert [left for _, secret in SECRETS for left in telling(shown, secret)] == []


def telling(shown: str, secret: str) -> list[str]:
    """Return what of a secret is in a text; of halves only those that are in no word of ours."""
    return [left for left in remains(shown, secret) if left == secret or len(left) > 5]


@pytest.mark.parametrize("sink", SINKS)
def test_neither_the_token_nor_the_webhook_is_in(seen: Seen, sink: str):
    assert TOKEN not in seen.texts[sink]
    assert not any(part in seen.texts[sink] for part in SECRET.split("/"))


def test_no_process_list_shows_a_secret(seen: Seen):
    shown = b"\n".join(seen.command_lines).decode()
    assert "forensics" in shown
    assert [secret for secret in (TOKEN, SECRET, *(secret for _, secret in SECRETS)) if secret in shown] == []


def test_token_from_a_file_is_in_no_environment(seen: Seen):
    assert any(TOKEN.encode() not in environment for environment in seen.own_environments if environment)


def test_children_get_neither_the_token_nor_the_webhook(seen: Seen):
    assert len(seen.child_environments) == 3
    assert all("SPIED=" in given and TOKEN not in given and SECRET not in given for given in seen.child_environments)


# What is shown of the parts


def test_no_representation_shows_the_token():
    utc = ZoneInfo("UTC")
    with empty_ledger() as ledger, Gitea("http://127.0.0.1:1", REPO, TOKEN, clock=time.monotonic) as forge:
        desk = Desk(forge, TrackerMemory(ledger, REPO), Settings("http://127.0.0.1:1", REPO), IssueWords(utc), utc)
        parts = (forge, desk, vars(forge), vars(forge)["_exchange"])
        assert not any(TOKEN in repr(part) for part in parts)


# Errors


def problems_of(folder: Path, content: str) -> str:
    (folder / "forensics.toml").write_text(content)
    command = [sys.executable, "-m", "forensics", "report", "--config", str(folder / "forensics.toml")]
    done = subprocess.run(command, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, check=False)
    assert done.returncode == 2
    return done.stderr.decode()


@pytest.mark.parametrize("texts", [PLAIN, COLOURED], ids=["plain", "coloured"])
@pytest.mark.parametrize("room", ["", "x" * 40], ids=["at the head", "where a message is cut"])
def test_no_secret_is_in_what_is_wrong_with_a_config(tmp_path: Path, texts: list[str], room: str):
    shown = problems_of(tmp_path, "".join(f"[[job]]\nname = {value(room + ' ' + text)}\n" for text in texts))
    assert MASK in shown
    assert [left for _, secret in SECRETS for left in telling(shown, secret)] == []
