"""A command measured before it is rolled out: run so and so often, timed by a clock that no one sets."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from forensics.errors import ForensicsError
from forensics.recorder.run_options import span

STEP = 0.005
PATIENCE = 5.0
STDERR = 2
READY_FILE = "FORENSICS_READY_FILE"
COMPLETED, FAILED, UP, BOOT_TIMEOUT, TIMEOUT = "completed", "failed", "up", "boot_timeout", "timeout"
OUTCOMES = frozenset({COMPLETED, FAILED, UP, BOOT_TIMEOUT, TIMEOUT})


@dataclass(frozen=True)
class Trial:
    """What is to be tried, how often, and how long it may take, in seconds."""

    command: tuple[str, ...]
    times: int
    boot_timeout: float | None = None
    timeout: float | None = None
    stops_once_up: bool = False


@dataclass(frozen=True)
class Attempt:
    """One go: seconds until it was up, None where it never said so; until it ended, None where it was made to."""

    outcome: str
    boot_seconds: float | None = None
    run_seconds: float | None = None
    exit_code: int | None = None


def split(command: str) -> tuple[str, ...]:
    """Return the words of a command, as a shell would split them; no shell is started.

    Raises:
        ForensicsError: there are none, or a quotation has no end.
    """
    try:
        words = tuple(shlex.split(command))
    except ValueError as error:
        raise ForensicsError(f"--command: {error} - quote it as a shell would want it") from error
    if not words:
        raise ForensicsError("--command: it is empty - name the command to measure")
    return words


def span_of(name: str, text: str | None) -> float | None:
    """Return the seconds of a span such as ``90s``.

    Raises:
        ForensicsError: it is none.
    """
    if text is None:
        return None
    try:
        return span(text) / 1e9
    except ValueError as error:
        raise ForensicsError(f"{name} {text[:60]!a} {error}") from error


def attempts_of(trial: Trial) -> Iterator[Attempt]:
    """Yield one attempt after the other.

    Raises:
        ForensicsError: the command cannot be started.
    """
    with tempfile.TemporaryDirectory(prefix="forensics-gate-") as folder:
        for number in range(trial.times):
            yield attempt(trial, Path(folder) / f"ready-{number}")


def attempt(trial: Trial, ready: Path) -> Attempt:
    """Run the command once; what it writes goes to stderr, and it has nothing to read.

    Raises:
        ForensicsError: it cannot be started.
    """
    started = time.monotonic()
    try:
        child = subprocess.Popen(
            trial.command,
            stdin=subprocess.DEVNULL,
            stdout=STDERR,
            env={**os.environ, READY_FILE: str(ready)},
            start_new_session=True,
        )
    except OSError as error:
        raise ForensicsError(f"--command {trial.command[0]}: cannot be started - {error.strerror}") from error
    try:
        return watched(trial, child, ready, started)
    finally:
        end(child)


def watched(trial: Trial, child: subprocess.Popen[bytes], ready: Path, started: float) -> Attempt:
    """Return what a running command came to."""
    boot = None
    while True:
        code = waited(child)
        elapsed = time.monotonic() - started
        if boot is None and ready.exists():
            boot = elapsed
        if code is not None:
            return Attempt(COMPLETED if code == 0 else FAILED, boot, elapsed, code)
        if boot is not None and trial.stops_once_up:
            return Attempt(UP, boot)
        if boot is None and trial.boot_timeout is not None and elapsed > trial.boot_timeout:
            return Attempt(BOOT_TIMEOUT)
        if trial.timeout is not None and elapsed > trial.timeout:
            return Attempt(TIMEOUT, boot)


def waited(child: subprocess.Popen[bytes]) -> int | None:
    """Wait a moment; return the exit code of a command that has ended, 128+n after signal n."""
    try:
        code = child.wait(STEP)
    except subprocess.TimeoutExpired:
        return None
    return code if code >= 0 else 128 - code


def end(child: subprocess.Popen[bytes]) -> None:
    """End a command with all its processes, gently at first."""
    if child.poll() is not None:
        return
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(child.pid, number)
        with suppress(subprocess.TimeoutExpired):
            child.wait(PATIENCE)
            return
