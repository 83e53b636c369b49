"""The command itself: started with nothing of ours about it, and waited for with our signals handed on to it.

All signals that we hand on are blocked from our start to our end, and taken one by one: what came early waits
until there is a command to hand it to, and none is lost between two looks.
"""

from __future__ import annotations

import errno
import os
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from forensics.frozen import frozen
from forensics.recorder.wrapper_tree import descendants, has_members, living

HANDED_ON = frozenset(
    {
        signal.SIGHUP,
        signal.SIGINT,
        signal.SIGQUIT,
        signal.SIGTERM,
        signal.SIGUSR1,
        signal.SIGUSR2,
        signal.SIGALRM,
        signal.SIGVTALRM,
        signal.SIGPROF,
        *(number for name in ("SIGPOLL", "SIGPWR", "SIGSTKFLT") if (number := getattr(signal, name, None))),
        *(range(signal.SIGRTMIN, signal.SIGRTMAX + 1) if hasattr(signal, "SIGRTMIN") else ()),
    }
)
WATCHED = HANDED_ON | {signal.SIGCHLD}
ENDING = frozenset({signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM})
FROM_TERMINAL = frozenset({signal.SIGHUP, signal.SIGINT, signal.SIGQUIT})
IGNORED_BY_PYTHON = (signal.SIGPIPE, signal.SIGXFSZ)
BY_KERNEL = 0x80  # SI_KERNEL, sigaction(2)
NOT_THERE = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG})
NO_PROGRAM, NO_RIGHT = 127, 126  # POSIX, "Exit Status for Commands"
STREAMS = (0, 1, 2)
SHELL = "/bin/sh"
DEFAULT_PATH = "/bin:/usr/bin"
TICK = 0.05  # seconds between two looks, where signals cannot be waited for with an end


@frozen
class Before:
    """What was before us, and shall be so for the command: blocked signals, and streams that were closed."""

    mask: frozenset[int]
    closed: tuple[int, ...]


def block_signals() -> Before:
    """Keep the signals that are to be handed on until they are asked for; return what was before."""
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, WATCHED)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # one who ignores it never learns how a child ended
    return Before(frozenset(map(int, mask)), tuple(file for file in STREAMS if not is_open(file)))


def is_open(file: int) -> bool:
    """Return whether a descriptor is open."""
    try:
        os.fstat(file)
    except OSError:
        return False
    return True


class Child:
    """A command that was started, and how it is reached. ``has_group``: it leads a process group of its own."""

    def __init__(self, pid: int, *, has_group: bool) -> None:
        self.pid = pid
        self.has_group = has_group
        self.is_asked_to_end = False
        self._status: int | None = None
        self._known: set[int] = set()

    def ended(self) -> int | None:
        """Return the status that wait(2) gives once the command has ended; others that were left to us are buried."""
        while self._status is None:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == self.pid:
                self._status = status
            elif not pid:
                break
        return self._status

    def wait(self, seconds: float | None) -> None:
        """Wait for a change or so long; hand a signal on to the command, unless the terminal gave it one already."""
        number, is_kernels = taken_signal(seconds)
        if number not in HANDED_ON:
            return
        self.is_asked_to_end |= number in ENDING
        if self._status is None and (self.has_group or number not in FROM_TERMINAL or not is_kernels):
            send(os.kill, self.pid, number)

    def signal_all(self, number: int) -> None:
        """Send a signal to all processes of the command."""
        if self.has_group:
            send(os.killpg, self.pid, number)
            return
        self._known |= descendants(self.pid)
        for pid in self._known if self._status is not None else (self.pid, *self._known):
            send(os.kill, pid, number)

    def has_others(self) -> bool:
        """Return whether processes of the command are left, once it has ended itself."""
        if self.has_group:
            known = has_members(self.pid)
            return send(os.killpg, self.pid, 0) if known is None else known
        return bool(living(self._known))


def send(how: Callable[[int, int], None], target: int, number: int) -> bool:
    """Send a signal, or nothing but the question; return whether the target is there."""
    try:
        how(target, number)
    except ProcessLookupError:
        return False
    except PermissionError:  # somebody else's by now, as after sudo
        return True
    return True


def taken_signal(seconds: float | None) -> tuple[int, bool]:
    """Wait for a watched signal; return its number, 0 where none came, and whether the kernel itself sent it."""
    if not hasattr(signal, "sigtimedwait"):  # as on macOS
        return polled_signal(seconds)
    if seconds is None:
        found = signal.sigwaitinfo(WATCHED)
    else:
        got = signal.sigtimedwait(WATCHED, max(0.0, seconds))
        if got is None:
            return 0, False
        found = got
    return found.si_signo, found.si_code == BY_KERNEL


def polled_signal(seconds: float | None) -> tuple[int, bool]:
    """Do as ``taken_signal`` where the system can only tell what is pending; who sent it remains unknown."""
    waiting = signal.sigpending() & WATCHED
    if waiting:
        return int(signal.sigwait(waiting)), os.isatty(0)
    time.sleep(TICK if seconds is None else max(0.0, min(seconds, TICK)))
    return 0, False


def started(command: Sequence[str], environment: Mapping[str, str], before: Before, *, has_group: bool) -> Child:
    """Start a command with our input, output and terminal, and with the signals as they were before us.

    Raises:
        OSError: it is not there, or may not be run.
    """
    try:
        pid = spawned(list(command), environment, before, has_group=has_group)
    except OSError as error:
        if error.errno != errno.ENOEXEC:
            raise
        script = [SHELL, found_in(environment.get("PATH", DEFAULT_PATH), command[0]), *command[1:]]  # as shells do
        pid = spawned(script, environment, before, has_group=has_group)
    return Child(pid, has_group=has_group)


def spawned(words: list[str], environment: Mapping[str, str], before: Before, *, has_group: bool) -> int:
    """Start a program; return its process. Nothing of Python runs in between.

    Raises:
        OSError: it cannot be started.
    """
    spawn = partial(os.posix_spawnp, setpgroup=0) if has_group else os.posix_spawnp
    return spawn(
        words[0],
        words,
        environment,
        file_actions=[(os.POSIX_SPAWN_CLOSE, file) for file in before.closed],  # SQLite opens these, to keep off them
        setsigmask=before.mask,
        setsigdef=IGNORED_BY_PYTHON,
    )


def found_in(places: str, name: str) -> str:
    """Return the path of a program that is surely in one of some folders, with colons between."""
    if "/" in name:
        return name
    candidates = [f"{folder or '.'}/{name}" for folder in places.split(":")]
    return next((each for each in candidates if os.access(each, os.X_OK)), name)


def code_without_start(error: OSError) -> int:
    """Return the exit code that a shell gives a command that could not be started."""
    return NO_PROGRAM if error.errno in NOT_THERE else NO_RIGHT


def has_terminal() -> bool:
    """Return whether there is a terminal that could stop or signal us: then the command stays in our process group."""
    try:
        os.close(os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY | os.O_CLOEXEC))
    except OSError:
        return False
    return True
