"""The two writers of heartbeats, run as commands, and what they left."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from forensics.recorder.script import WRITER as SCRIPT
from forensics.sources.heartbeat_text import Beat, parse_beat
from tests.checkout import ROOT

SHELLS = ("sh", "dash", "bash --posix", "busybox sh", "mksh", "posh", "yash")
OLD = b'{"job": "backup", "timestamp": 1000, "interval_seconds": 60, "host": "web1", "pid": 1, "status": "SUCCESS"}\n'
DRAFT = re.compile(r"\..+\.[0-9a-f-]{8,40}\.tmp")


@dataclass(frozen=True)
class Writer:
    """A command that writes a heartbeat; ``is_loud`` says that its exit code tells of failure."""

    name: str
    command: tuple[str, ...]
    is_loud: bool


PYTHON = Writer("python", (sys.executable, "-m", "forensics", "heartbeat", "write"), is_loud=True)


def shell_writer(shell: str, script: Path = SCRIPT) -> Writer:
    return Writer(shell, (*shell.split(), str(script)), is_loud=False)


def missing(shell: str) -> pytest.MarkDecorator:
    program = shell.split()[0]
    return pytest.mark.skipif(shutil.which(program) is None, reason=f"{program} is not installed")


SHELL_WRITERS = [pytest.param(shell_writer(shell), id=shell, marks=missing(shell)) for shell in SHELLS]
WRITERS = [pytest.param(PYTHON, id="python"), *SHELL_WRITERS]


def surroundings(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return an environment in which no writer reaches for this user's own folders."""
    kept = {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}
    path = os.environ.get("PATH", os.defpath)
    return {
        "PATH": path,
        "LC_ALL": "C.UTF-8",
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        **kept,
        **(more or {}),
    }


def run(
    command: Sequence[str], environment: Mapping[str, str] | None = None, folder: Path | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        env=surroundings(environment),
        cwd=folder or ROOT,
        capture_output=True,
        text=True,
        errors="backslashreplace",
        stdin=subprocess.DEVNULL,
        timeout=60,
        check=False,
    )


def write(writer: Writer, folder: Path | str, *words: str) -> subprocess.CompletedProcess[str]:
    """Let a writer write into a folder: by default the heartbeat of ``backup``, due every 15 minutes."""
    return run([*writer.command, *(words or ("backup", "15m")), "--dir", str(folder)])


def beat_in(folder: Path, job: str = "backup") -> Beat:
    return parse_beat((folder / f"{job}.last").read_bytes(), ZoneInfo("UTC"))


def drafts_in(folder: Path) -> list[str]:
    return [name for name in os.listdir(folder) if DRAFT.fullmatch(name)]  # noqa: PTH208 - names are wanted


def complaint(done: subprocess.CompletedProcess[str]) -> str:
    """Return the one line that a writer has said."""
    assert done.stderr.startswith("night-watch: "), done.stderr
    assert done.stderr.count("\n") == 1
    return done.stderr.removeprefix("night-watch: ").rstrip("\n")


def has_told(done: subprocess.CompletedProcess[str], writer: Writer) -> bool:
    """Say whether a writer has told that it failed, as loudly as it may."""
    return bool(complaint(done)) and (done.returncode != 0) == writer.is_loud
