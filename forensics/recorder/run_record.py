"""A run as the registry knows it: what was to be done, how each attempt went, how it ended."""

from __future__ import annotations

import json
import os

from forensics.frozen import changed, frozen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

RUNNING = "running"
COMPLETED = "completed"
FAILED = "failed"
TIMEOUT = "timeout"
INTERRUPTED = "interrupted"
SKIPPED = "skipped"
BOOT_TIMEOUT = "boot_timeout"  # of an attempt
TIMED_OUT = 124  # the exit code after our own time-out, as that of coreutils' timeout


@frozen
class Facts:
    """What the host was like; None where it does not tell."""

    memory_total: int | None = None  # bytes
    memory_available: int | None = None
    load: float | None = None  # of the last minute
    processors: int | None = None
    uptime: float | None = None  # seconds


@frozen
class Attempt:
    """One time a command was started. Instants are ns since the epoch, spans ns."""

    number: int
    started_at: int
    booted_at: int | None = None
    ended_at: int | None = None
    boot: int | None = None
    duration: int | None = None
    outcome: str | None = None
    exit_code: int | None = None
    signal: int | None = None
    facts: Facts = Facts()


@frozen
class Options:
    """What was asked for with a run; spans are ns."""

    interval: int | None = None
    timeout: int | None = None
    boot_timeout: int | None = None
    kill_after: int = 10_000_000_000
    retries: int = 0
    retry_on: tuple[int, ...] = ()
    marker: str | None = None
    overlap: bool = True
    keep: int = 400 * 86_400_000_000_000
    attributes: tuple[tuple[str, str], ...] = ()


@frozen
class Run:
    """One occasion on which a command was run under a job's name."""

    id: str
    job: str
    host: str
    started_at: int
    command: tuple[str, ...]
    folder: str
    options: Options = Options()
    boot_id: str | None = None
    pid: int = 0
    status: str = RUNNING
    completed_at: int | None = None
    duration: int | None = None
    exit_code: int | None = None
    signal: int | None = None
    retries_left: int = 0
    attempts: tuple[Attempt, ...] = ()

    def with_attempt(self, attempt: Attempt) -> Run:
        """Return the run with one attempt more, or with a known one as it is now."""
        return changed(self, attempts=(*(each for each in self.attempts if each.number != attempt.number), attempt))


def new_run_id() -> str:
    """Return an id that no other run has: ``cron:`` and a random UUID (RFC 9562, version 4)."""
    random = bytearray(os.urandom(16))
    random[6] = random[6] & 0x0F | 0x40
    random[8] = random[8] & 0x3F | 0x80
    digits = random.hex()
    return f"cron:{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def to_json(run: Run) -> bytes:
    """Return a run as text that ``from_json`` reads."""
    attempts = [{**vars(each), "facts": vars(each.facts)} for each in run.attempts]
    return json.dumps({**vars(run), "options": vars(run.options), "attempts": attempts}).encode()


def from_json(text: bytes) -> Run:
    """Return the run that was written with ``to_json``.

    Raises:
        ValueError: it was not.
    """
    try:
        found = json.loads(text)
        attempts = [Attempt(**{**each, "facts": Facts(**each["facts"])}) for each in found.pop("attempts")]
        options = options_of(found.pop("options"))
        command = tuple(map(str, found.pop("command")))
        return Run(**found, command=command, options=options, attempts=tuple(attempts))
    except (TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ValueError("it is no record of a run") from error


def options_of(found: dict[str, Any]) -> Options:
    """Return options as they were before they became JSON.

    Raises:
        TypeError: they were none.
    """
    retry_on, attributes = tuple(found.pop("retry_on")), tuple(map(tuple, found.pop("attributes")))
    return Options(**found, retry_on=retry_on, attributes=attributes)
