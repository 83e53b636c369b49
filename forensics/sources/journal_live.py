"""Asks journalctl(1) for this machine's journal: read-only, without a shell, within a time and an amount.

The program is looked for in the few places where distributions put it, never by ``PATH``, and it gets no environment
but its language, so that nobody's settings change what it prints.
"""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Timer
from typing import IO

from forensics.evidence.records import FileRead, Yielded, clipped
from forensics.sources.base import ReadOptions
from forensics.sources.journal_entries import Unfit, parsed
from forensics.sources.journal_reading import Reading
from forensics.sources.opening import LINE_LIMIT

JOURNALCTL = ("/usr/bin/journalctl", "/bin/journalctl", "/run/current-system/sw/bin/journalctl")
NAME = "journalctl"
SECOND = 1_000_000_000
HOUR = 3600 * SECOND
FAR_BACK = 50 * HOUR
ENVIRONMENT = {"LC_ALL": "C.UTF-8", "SYSTEMD_COLORS": "0"}
# What is read of an entry; its time, boot and cursor are always there.
FIELDS = (
    "MESSAGE",
    "MESSAGE_ID",
    "SYSLOG_IDENTIFIER",
    "SYSLOG_PID",
    "UNIT",
    "USER_UNIT",
    "INVOCATION_ID",
    "USER_INVOCATION_ID",
    "JOB_RESULT",
    "UNIT_RESULT",
    "EXIT_CODE",
    "EXIT_STATUS",
    "COMMAND",
    "_PID",
    "_UID",
    "_COMM",
    "_HOSTNAME",
    "_SYSTEMD_UNIT",
    "_SYSTEMD_USER_UNIT",
    "_SOURCE_REALTIME_TIMESTAMP",
)
ABSENT = "not on this machine - name an export of the journal as the source's path (journalctl -o json > FILE)"
NOT_ALLOWED = "only a part of the journal may be read - run this as root, or add the user to the group systemd-journal"
NO_JOURNAL = "the journal of this machine holds nothing - see whether journald runs, and Storage= in journald.conf(5)"
REFUSALS = ("insufficient permissions", "not seeing messages from", "Permission denied")
EXPORT = "export a part of it with journalctl -o json, and name that file as the source's path"


@dataclass(frozen=True)
class Limits:
    """How many bytes are read at most, and for how many seconds."""

    budget: int = 2 << 30
    patience: float = 300.0


class Call:
    """One run of journalctl; once its lines have been read, ``fault`` says what was wrong."""

    def __init__(self, child: subprocess.Popen[bytes], limits: Limits) -> None:
        self.fault: str | None = None
        self.records = 0
        self._child = child
        self._limits = limits
        self._is_late = False
        self._digest = hashlib.sha256()

    @property
    def sha256(self) -> str:
        """Return the digest of what was read."""
        return self._digest.hexdigest()

    def lines(self) -> Iterator[tuple[int, bytes]]:
        """Yield (number, line); the child is gone afterwards."""
        left = self._limits.budget
        watchdog = Timer(self._limits.patience, self._give_up)
        watchdog.daemon = True
        watchdog.start()
        try:
            while line := piped(self._child.stdout).readline(LINE_LIMIT):
                left -= len(line)
                if left < 0:
                    self.fault = f"abandoned: it holds more than {self._limits.budget >> 20} MiB - {EXPORT}"
                    self._child.kill()
                    return
                self._digest.update(line)
                self.records += 1
                yield self.records, line
            said = piped(self._child.stderr).read(LINE_LIMIT).decode("utf-8", "backslashreplace")
            self.fault = self._ending(self._child.wait(), said)
        finally:
            watchdog.cancel()

    def _give_up(self) -> None:
        self._is_late = True
        self._child.kill()

    def _ending(self, code: int, said: str) -> str | None:
        if self._is_late:
            return f"abandoned: it took longer than {self._limits.patience:.0f} s - {EXPORT}"
        if any(words in said for words in REFUSALS):
            return NOT_ALLOWED
        last = clipped(" ".join(said.split()))
        return f"it failed with exit code {code}: {last or 'it said nothing'}" if code else None


def piped(stream: IO[bytes] | None) -> IO[bytes]:
    """Return a pipe that was asked for."""
    if stream is None:
        raise ValueError("not a pipe")
    return stream


@contextmanager
def called(program: str, arguments: Sequence[str], limits: Limits) -> Iterator[Call]:
    """Open a run of journalctl, which is ended however this is left.

    Raises:
        OSError: it cannot be started.
    """
    pipe, none = subprocess.PIPE, subprocess.DEVNULL
    command = [program, "--output=json", "--no-pager", *arguments]
    with subprocess.Popen(command, stdin=none, stdout=pipe, stderr=pipe, env=ENVIRONMENT, cwd="/") as child:
        try:
            yield Call(child, limits)
        finally:
            with suppress(OSError):
                child.kill()


def read_live(programs: Sequence[str], options: ReadOptions, limits: Limits) -> Iterator[Yielded]:
    """Yield the runs that this machine's journal shows since the instant that the options name."""
    program = next((each for each in programs if Path(each).is_file()), None)
    if program is None:
        yield FileRead(NAME, 0, fault=ABSENT)
        return
    since = options.now - FAR_BACK if options.since is None else options.since
    span = f"--since=@{since // SECOND}", f"--until=@{options.now // SECOND + 1}"
    reading = Reading(NAME, options.host)
    try:
        with called(program, [*span, f"--output-fields={','.join(FIELDS)}"], limits) as call:
            yield from reading.take_lines(call.lines())
        oldest = oldest_in(program, limits) if call.fault is None else None
        if call.fault is None and oldest is None:
            call.fault = NO_JOURNAL
    except OSError as error:
        yield FileRead(NAME, 0, fault=f"{program} cannot be started: {error.strerror or error}")
        return
    yield from reading.batches()
    yield account(reading, call, max(since, since if oldest is None else oldest))


def account(reading: Reading, call: Call, begun: int) -> FileRead:
    """Return the account of what journalctl printed: it speaks up to now, or for what was read before a fault."""
    newest = reading.covers[1] if reading.covers else None
    is_part = call.fault is not None and call.fault.startswith("abandoned") and newest is not None
    return FileRead(
        file=NAME,
        records=call.records,
        sha256=call.sha256,
        covers=(begun, None) if call.fault is None else (begun, newest) if is_part else None,
        newest=newest,
        fault=call.fault,
        skipped=dict(reading.skipped),
        hosts=frozenset(reading.hosts),
        stretches=reading.stretches,
    )


def oldest_in(program: str, limits: Limits) -> int | None:
    """Return the instant of the oldest entry that is kept, in ns; None where there is none.

    Raises:
        OSError: journalctl cannot be started.
    """
    with called(program, ["--output-fields=MESSAGE_ID"], limits) as call:
        for number, line in call.lines():
            with suppress(Unfit):
                return parsed(number, line).at
    return None
