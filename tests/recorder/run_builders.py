"""Runs, registries and wrapped commands for the tests of this room."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from forensics.database.opening import Care, noted
from forensics.frozen import changed
from forensics.recorder.registry import begin, open_registry, save
from forensics.recorder.registry_rows import latest_runs, run_of, transitions_of
from forensics.recorder.run_locks import RunLocks
from forensics.recorder.run_record import COMPLETED, Attempt, Options, Run, new_run_id
from tests.checkout import ROOT

NOW = 1_773_885_600_000_000_000  # 2026-03-19T02:00:00Z
SECOND = 10**9
DAY = 86_400 * SECOND
NOBODY = 65534
PIPE = subprocess.PIPE
ENTRY = "import sys; from forensics.entry import run; sys.exit(run(['run', *sys.argv[1:]]))"


def run(job: str = "db", **parts: object) -> Run:
    given = {"id": new_run_id(), "started_at": NOW, "attempts": (Attempt(1, NOW),), **parts}
    return changed(Run("", job, "web1", 0, ("true",), "/"), **given)


def completed(of: Run, at: int = NOW + SECOND) -> Run:
    last = changed(of.attempts[-1], ended_at=at, duration=SECOND, outcome=COMPLETED, exit_code=0)
    return changed(of.with_attempt(last), status=COMPLETED, completed_at=at, exit_code=0)


def filled(path: Path, *runs: Run) -> Path:
    """Make a registry in which some runs have begun."""
    with open_registry(path, NOW, Care()) as database:
        for each in runs:
            begin(database, path, each)
    return path


def saved(path: Path, *runs: Run) -> None:
    with open_registry(path, NOW, Care()) as database:
        for each in runs:
            save(database, each, NOW)


def stored(path: Path, run_id: str) -> Run | None:
    with open_registry(path, NOW, Care()) as database:
        return run_of(database, run_id)


def all_runs(path: Path, glob: str = "*") -> list[Run]:
    """Return the runs of a registry, the newest first."""
    with open_registry(path, NOW, Care()) as database:
        return latest_runs(database, glob, 100_000)


def only_run(path: Path) -> Run:
    (found,) = all_runs(path)
    return found


def changes(path: Path, run_id: str) -> list[tuple[str, str]]:
    with open_registry(path, NOW, Care()) as database:
        return [(old, new) for _, old, new, _ in transitions_of(database, run_id)]


def notes_in(path: Path, now: int = NOW) -> list[str]:
    with open_registry(path, now, Care()) as database:
        return noted(database, 0, 2**62)


def held_locks(path: Path, of: Run) -> RunLocks:
    """Take the locks of a run, as its wrapper does; they are to be given up."""
    locks = RunLocks(path, of.id)
    locks.take()
    return locks


def asked(**parts: object) -> Options:
    return Options(**parts)  # type: ignore[arg-type]


def started(
    registry: Path,
    *words: str,
    code: str = ENTRY,
    before: Sequence[str] = (),
    is_in_session: bool = True,
    **environment: str,
) -> subprocess.Popen[bytes]:
    """Start ``forensics run`` with these words; it is to be waited for. It has no terminal, as under cron."""
    command = [*before, sys.executable, "-B", "-c", code, *words]
    places = {**os.environ, "PYTHONPATH": str(ROOT), "FORENSICS_REGISTRY": str(registry), **environment}
    return subprocess.Popen(command, env=places, stdin=PIPE, stdout=PIPE, stderr=PIPE, start_new_session=is_in_session)


def wrapped(registry: Path, *words: str, given: bytes = b"", **options: object) -> tuple[int, bytes, str]:
    """Run ``forensics run`` with these words; return its exit code, what it wrote, and its messages."""
    with started(registry, *words, **options) as process:  # type: ignore[arg-type]
        output, errors = process.communicate(given, timeout=120)
    return process.returncode, output, errors.decode()


def shell(script: str, *words: str) -> list[str]:
    """Return a command that runs a script."""
    return ["--", "sh", "-c", script, "sh", *words]


def eventually(claim: Callable[[], bool]) -> bool:
    """Return whether a claim becomes true, for which another process needs a moment."""
    until = time.monotonic() + 30
    while not (is_true := claim()) and time.monotonic() < until:
        time.sleep(0.005)
    return is_true
