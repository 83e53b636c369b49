"""Faults at every system call of a writer: strace lists the calls once, then breaks one after the other.

strace counts the calls of each name, in each process: a point is a name and a number. A child is reached by a stand-in
for its program on the PATH, since what is traced with its parent dies where the parent does.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from tests.recorder.tools import strace
from tests.recorder.writers import OLD, beat_in, drafts_in, surroundings

CALL = re.compile(r"([a-z_0-9]+)\((.*)")
ERRORS = ("ENOSPC", "EIO", "EACCES")
# Memory, signals and children are not the file's.
FILE_CALLS = re.compile(
    r"(?:p?read|p?write)(?:64|v)?|(?:open|creat|mkdir|rename|unlink|chmod|fchmod|access|faccessat|newfstat|fstat)[a-z0-9]*"
    r"|close|f(?:data)?sync|l?stat|statx|getdents64|lseek|rmdir|ftruncate"
)
IS_THOROUGH = os.environ.get("NIGHT_WATCH_TORTURE") == "1"


@dataclass(frozen=True)
class Call:
    """One system call: its name, and how many of that name its process had made with it."""

    name: str
    number: int
    words: str


@dataclass(frozen=True)
class Fault:
    """What strace does to a call: ``signal=KILL``, or ``error=EIO``, to that one or from it on."""

    call: Call
    kind: str
    is_for_ever: bool = False

    @property
    def options(self) -> list[str]:
        name, when = self.call.name, f"{self.call.number}{'+' if self.is_for_ever else ''}"
        return ["-e", f"trace={name}", "-e", f"inject={name}:{self.kind}:when={when}"]

    def __str__(self) -> str:
        return (
            f"{self.call.name} {self.call.number}{'+' if self.is_for_ever else ''} {self.kind} ({self.call.words:.60})"
        )


@dataclass(frozen=True)
class Target:
    """A command, and the process of it that is to be broken: its own, or that of a program it calls."""

    command: Sequence[str]
    folder: Path
    program: str | None = None

    def broken(self, options: Sequence[str], log: str = os.devnull) -> subprocess.CompletedProcess[str]:
        """Run the command with a process of it under strace; before it, there is an old heartbeat."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()
        (self.folder / "backup.last").write_bytes(OLD)
        tracer = [strace_path(), "-qq", "-o", log, *options]
        if self.program is None:
            return run([*tracer, *self.command])
        stand_in = self.folder.parent / "stand-ins" / self.program
        stand_in.parent.mkdir(exist_ok=True)
        real = shutil.which(self.program)
        stand_in.write_text(f'#!/bin/sh\nexec {" ".join(map(quoted, [*tracer, str(real)]))} "$@"\n')
        stand_in.chmod(0o755)
        return run(self.command, {"PATH": f"{stand_in.parent}:{os.environ['PATH']}"})

    def calls(self, since: str = "") -> list[Call]:
        """Return the calls that the process makes where nothing is broken, from the first that shows ``since``."""
        log = self.folder.parent / "calls"
        done = self.broken([], str(log))
        assert (done.returncode, done.stderr) == (0, "")
        calls = list(numbered(log.read_text(errors="replace").splitlines()))
        first = next(at for at, call in enumerate(calls) if since in call.words and call.name != "execve")
        return calls[first:]


def strace_path() -> str:
    return shutil.which("strace") or strace()


def quoted(word: str) -> str:
    return "'" + word.replace("'", "'\\''") + "'"


def run(command: Sequence[str], more: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    environment = surroundings({"PYTHONHASHSEED": "0", **(more or {})})
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)


def numbered(lines: Sequence[str]) -> Iterator[Call]:
    counts: dict[str, int] = {}
    for line in lines:
        if found := CALL.match(line):
            name = found[1]
            counts[name] = counts.get(name, 0) + 1
            yield Call(name, counts[name], found[2])


def kills(calls: Sequence[Call]) -> list[Fault]:
    return [Fault(call, "signal=KILL") for call in calls if not call.name.startswith(("exit", "execve"))]


def errors(calls: Sequence[Call]) -> list[Fault]:
    touching = [call for call in calls if FILE_CALLS.fullmatch(call.name)]
    return [
        Fault(call, f"error={error}", for_ever) for call, error, for_ever in product(touching, ERRORS, (False, True))
    ]


def sampled(faults: Sequence[Fault], limit: int) -> list[Fault]:
    """Return as many faults, evenly spread; all of them where one asks for torture."""
    if IS_THOROUGH or len(faults) <= limit:
        return list(faults)
    return [faults[at * len(faults) // limit] for at in range(limit)]


def broken_promises(target: Target, faults: Sequence[Fault], promises: Callable[[Outcome], list[str]]) -> list[str]:
    """Return what does not hold after one of the faults."""
    found = []
    for fault in faults:
        done = target.broken(fault.options)
        outcome = Outcome(fault, done.returncode, done.stderr, target.folder)
        found += [f"{fault}: {promise}; exit {done.returncode}, {done.stderr!r}" for promise in promises(outcome)]
    return found


@dataclass(frozen=True)
class Outcome:
    """What was left after a fault."""

    fault: Fault
    code: int
    told: str
    folder: Path

    @property
    def is_old(self) -> bool:
        return (self.folder / "backup.last").read_bytes() == OLD

    @property
    def is_new(self) -> bool:
        beat = beat_in(self.folder)
        return beat.problem is None and beat.interval_seconds == 900 and beat.at is not None and not self.is_old

    @property
    def drafts(self) -> int:
        return len(drafts_in(self.folder))
