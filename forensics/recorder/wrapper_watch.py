"""How long a command may take to boot, to run and to end, and how it ended."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from contextlib import suppress

from forensics.frozen import frozen
from forensics.recorder.run_record import BOOT_TIMEOUT, COMPLETED, FAILED, TIMED_OUT, TIMEOUT
from forensics.recorder.wrapper_child import Child

SECOND = 10**9
SHORTEST_TICK, LONGEST_TICK = 0.01, 0.25  # seconds between two looks for the ready file
TICKS = 100  # looks within a boot's limit
GROUP_TICK = 0.02


@frozen
class Ending:
    """How an attempt ended; ``code`` is what a shell would give, or 124 after our own time-out."""

    outcome: str
    code: int
    signal: int | None = None
    is_final: bool = False  # somebody asked it to end: it is not to be tried again


@frozen
class Limits:
    """What a command may take, in ns, and the file that it touches when it is up."""

    timeout: int | None = None
    boot: int | None = None
    kill_after: int = 10 * SECOND
    ready: str | None = None


class Watch:
    """A command under watch; ``clock`` gives ns and does not count the time that a host sleeps."""

    def __init__(self, child: Child, limits: Limits, clock: Callable[[], int], booted: Callable[[], None]) -> None:
        self.child = child
        self.limits = limits
        self.clock = clock
        self.booted = booted
        self.began = clock()
        self.awaits_ready = limits.ready is not None and limits.boot is not None

    def ending(self) -> Ending:
        """Wait until the command has ended, by itself or by us."""
        while (status := self.child.ended()) is None:
            self.look_for_ready()
            if late := self.overdue():
                self.stop()
                return Ending(late, TIMED_OUT, is_final=self.child.is_asked_to_end)
            self.child.wait(self.patience())
        self.look_for_ready()
        return ending_of(status, is_final=self.child.is_asked_to_end)

    def look_for_ready(self) -> None:
        """Tell that the command is up, once it is."""
        if self.awaits_ready and self.limits.ready is not None and os.path.lexists(self.limits.ready):
            self.awaits_ready = False
            self.booted()

    def overdue(self) -> str | None:
        """Return which limit is past, None where none is."""
        spent = self.clock() - self.began
        if self.awaits_ready and self.limits.boot is not None and spent >= self.limits.boot:
            return BOOT_TIMEOUT
        return TIMEOUT if self.limits.timeout is not None and spent >= self.limits.timeout else None

    def patience(self) -> float | None:
        """Return for how many seconds nothing need be looked at, None for ever."""
        spent = self.clock() - self.began
        spans = []
        if self.limits.timeout is not None:
            spans.append((self.limits.timeout - spent) / SECOND)
        if self.awaits_ready and self.limits.boot is not None:
            tick = self.limits.boot / SECOND / TICKS
            spans.append(min((self.limits.boot - spent) / SECOND, max(SHORTEST_TICK, min(tick, LONGEST_TICK))))
        return max(0.0, min(spans)) if spans else None

    def stop(self) -> None:
        """End the command and all its processes: they are asked first, and killed when they take too long."""
        self.child.signal_all(signal.SIGTERM)
        self.child.signal_all(signal.SIGCONT)  # one that is stopped would not hear
        until = self.clock() + self.limits.kill_after
        while (left := until - self.clock()) > 0:
            has_ended = self.child.ended() is not None
            if has_ended and not self.child.has_others():
                return
            self.child.wait(min(left / SECOND, GROUP_TICK) if has_ended else left / SECOND)
        self.child.signal_all(signal.SIGKILL)
        while self.child.ended() is None:
            self.child.wait(None)


def ending_of(status: int, *, is_final: bool = False) -> Ending:
    """Return how a command ended, of the status that wait(2) gave."""
    code = os.waitstatus_to_exitcode(status)
    if code < 0:
        return Ending(FAILED, 128 - code, -code, is_final)
    return Ending(FAILED if code else COMPLETED, code, is_final=is_final)


def forget(ready: str | None) -> None:
    """Remove a ready file that an earlier attempt left."""
    if ready is not None:
        with suppress(OSError):
            os.unlink(ready)  # noqa: PTH108 - a text, as it stands in the environment
