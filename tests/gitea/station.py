"""One machine as its cron sees it: heartbeats in a folder, a config, a ledger, and the command run on them."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from tests.checkout import ROOT
from tests.gitea.forge import Forge

START = 1_790_000_000  # seconds since the epoch, 2026-09-21T14:13:20Z; all minutes here are counted from then
INTERVAL = 900


@dataclass(frozen=True)
class Told:
    """What a command said, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def words(self) -> str:
        return self.out + self.err


@dataclass(frozen=True)
class Station:
    """A folder with all that one checker has; ``token`` goes to it by the environment alone."""

    folder: Path
    token: str = field(repr=False)

    @property
    def config(self) -> Path:
        return self.folder / "forensics.toml"

    @property
    def alert(self) -> Path:
        return self.folder / "alerts" / "_tracker.alert"

    def beat(self, job: str, minute: int, **more: object) -> None:
        """Let a job give a sign of life."""
        told = {"job": job, "timestamp": START + 60 * minute, "interval_seconds": INTERVAL, "host": "web1", **more}
        (self.folder / "beats" / f"{job}.last").write_text(json.dumps({**told, "pid": 7, "status": "ok"}))

    def hush(self, job: str) -> None:
        """Let a job be gone, as if it had never given a sign of life."""
        (self.folder / "beats" / f"{job}.last").unlink()

    def command(self, *arguments: str, minute: int = 0) -> list[str]:
        """Return a call of the command on this config."""
        places = ("--config", str(self.config), "--now", instant(minute))
        return [sys.executable, "-m", "forensics", *arguments, *places]

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "GITEA_TOKEN": self.token, "HOME": str(self.folder), "PYTHONPATH": str(ROOT)}

    def run(self, *arguments: str, minute: int = 0) -> Told:
        """Run the command, as if it were so many minutes after the start."""
        done = subprocess.run(
            self.command(*arguments, minute=minute),
            env=self.environment,
            cwd=self.folder,
            capture_output=True,
            check=False,
        )
        return Told(done.returncode, done.stdout.decode(), done.stderr.decode())

    def sync(self, *options: str, minute: int = 0) -> Told:
        return self.run("issues", "sync", *options, minute=minute)

    def report(self, *options: str, minute: int = 0) -> Told:
        return self.run("report", "--file-issues", *options, minute=minute)

    def files(self) -> dict[str, str]:
        """Return all files with what stands for their content."""
        found = (path for path in sorted(self.folder.rglob("*")) if path.is_file())
        return {str(path.relative_to(self.folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


def instant(minute: int) -> str:
    return datetime.fromtimestamp(START + 60 * minute, UTC).isoformat()


def stationed(folder: Path, forge: Forge, repo: str, token: str | None = None, **tracker: object) -> Station:
    """Make a machine whose checker files issues in a repository; ``tracker`` are keys of its section."""
    (folder / "beats").mkdir(parents=True)
    station = Station(folder, forge.bot.token if token is None else token)
    sections = 'timezone = "UTC"\nledger = "ledger.db"\n\n[[source]]\nkind = "heartbeats"\npath = "beats"\n'
    station.config.write_text(sections + section(forge, repo, **tracker))
    return station


def section(forge: Forge, repo: str, **tracker: object) -> str:
    """Return the section of a config about the tracker."""
    token = {} if "token_file" in tracker else {"token_env": "GITEA_TOKEN"}
    settings = {"kind": "gitea", "url": forge.url, "repo": repo, **token, **tracker}
    return "\n".join(["", "[tracker]", *(f"{key} = {json.dumps(value)}" for key, value in settings.items()), ""])
