"""Which processes belong to a command, as ``/proc`` knows them.

They are told by their group; those of a command on a terminal, which stays in our own group, by their descent.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from forensics.frozen import frozen

PROC = Path("/proc")
LONGEST = 4096
DEAD = frozenset({b"Z", b"X"})  # a zombie is still in its group until it is waited for


@frozen
class Process:
    """What is known of a process that is not dead."""

    parent: int
    group: int


def descendants(pid: int, proc: Path = PROC) -> set[int]:
    """Return the processes that a process started, and those that they did; none where there is no ``/proc``."""
    known = processes(proc)
    found: set[int] = set()
    wanted = {pid}
    while wanted:
        wanted = {child for child, each in known.items() if each.parent in wanted} - found
        found |= wanted
    return found


def living(pids: set[int], proc: Path = PROC) -> set[int]:
    """Return those of some processes that live."""
    return pids & processes(proc).keys()


def has_members(group: int, proc: Path = PROC) -> bool | None:
    """Return whether a process group has members that live, None where there is no ``/proc``."""
    known = processes(proc)
    return any(each.group == group for each in known.values()) if known else None


def processes(proc: Path) -> dict[int, Process]:
    """Return all processes that live."""
    found = {}
    with suppress(OSError):
        for name in os.listdir(proc):  # noqa: PTH208 - quick
            if name.isdecimal() and (each := process_in(proc / name / "stat")):
                found[int(name)] = each
    return found


def process_in(path: Path) -> Process | None:
    """Return what ``/proc/PID/stat`` (proc_pid_stat(5)) tells, None where the process is dead or gone."""
    try:
        with path.open("rb", buffering=0) as file:
            text = file.read(LONGEST) or b""
    except OSError:
        return None
    fields = text.rpartition(b")")[2].split()  # the name before may hold anything
    return None if len(fields) < 3 or fields[0] in DEAD else Process(int(fields[1]), int(fields[2]))
