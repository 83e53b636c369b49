"""Ledgers and people for the tests of this room."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from forensics.ledger.database import noted, open_ledger
from forensics.ledger.rows import Remembered
from forensics.ledger.tracker import TrackerMemory
from tests.checkout import ROOT

NOW = 1_773_885_600_000_000_000  # 2026-03-19T02:00:00Z
STAMP = "20260319T020000Z"
HERE = "https://forge.example.org ops/nightwatch"
NOBODY = 65534
# Another user may not be able to read this installation: what is needed is imported before.
AS_NOBODY = f"""
import os, forensics.ledger.publications, forensics.ledger.tracker
os.setgroups([]); os.setgid({NOBODY}); os.setuid({NOBODY})
"""


def remembered(key: str = "job=db kind=stale", **values: object) -> Remembered:
    return Remembered(**{"key": key, "title": f"[{key}]", "first_seen": NOW, **values})  # type: ignore[arg-type]


def filled(path: Path, *keys: str) -> Path:
    """Make a ledger that remembers something under each key."""
    with open_ledger(path, NOW) as ledger:
        for key in keys:
            TrackerMemory(ledger, HERE).remember(remembered(key))
    return path


def keys_in(path: Path) -> set[str]:
    with open_ledger(path, NOW) as ledger:
        return set(TrackerMemory(ledger, HERE).remembered())


def notes_in(path: Path, now: int = NOW) -> list[str]:
    """Open a ledger, and return what was found wrong with it."""
    with open_ledger(path, now) as ledger:
        return noted(ledger, now, now)


def names_in(folder: Path) -> set[str]:
    return {each.name for each in folder.iterdir()}


def python(code: str, *arguments: object, before: Sequence[str] = ()) -> subprocess.Popen[str]:
    """Start Python with the modules of the checkout; what it says is to be read, or waited for."""
    command = [*before, sys.executable, "-B", "-X", "dev", "-c", code, *map(str, arguments)]
    places = {**os.environ, "PYTHONPATH": str(ROOT)}
    pipe = subprocess.PIPE
    return subprocess.Popen(command, env=places, stdin=pipe, stdout=pipe, stderr=pipe, text=True)


def said(code: str, *arguments: object, before: Sequence[str] = ()) -> str:
    """Return what Python prints; it must end well, and say nothing else."""
    with python(code, *arguments, before=before) as process:
        output, errors = process.communicate(timeout=120)
    assert (errors, process.returncode) == ("", 0)
    return output.strip()


@contextmanager
def open_folder(mode: int) -> Iterator[Path]:
    """Give a folder that other users can reach."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(mode)
        yield folder
        folder.chmod(0o700)


def root_only() -> None:
    if os.geteuid():
        pytest.skip("only root can be somebody else")


def needed(*tools: str) -> None:
    for tool in tools:
        if not shutil.which(tool):
            pytest.skip(
                f"{tool} is not there; on Debian: apt-get install {'util-linux' if tool == 'unshare' else tool}"
            )
