"""Our own commands in a scheduler's log: the checks and the nightly report are no jobs to be judged like others.

They would be judged by themselves, a hundred times a day. The report's audit and their heartbeats tell of them.
"""

from __future__ import annotations

import re
import shlex

TASKS = frozenset({("heartbeat", "check"), ("runs", "retry"), ("issues", "sync")})
PYTHON = re.compile(r"python[0-9.]*")
# The services of our own timers.
UNITS = frozenset({"forensics-heartbeat-check.service", "forensics-report.service", "forensics-retry.service"})


def is_own(command: str | None) -> bool:
    """Return whether a command line starts with one of our own tasks; ``forensics run`` starts a job of others."""
    words = (command or "").split(";", 1)[0]
    if "forensics" not in words:
        return False
    if command in UNITS:
        return True
    called, *rest = without_interpreter(split(words)) or [""]
    return called.rpartition("/")[2] == "forensics" and (rest[:1] == ["report"] or tuple(rest[:2]) in TASKS)


def split(text: str) -> list[str]:
    """Return the words of a shell's line, as they stand where its quotes do not close."""
    try:
        return shlex.split(text)
    except ValueError:
        return text.split()


def without_interpreter(words: list[str]) -> list[str]:
    """Return the words behind ``python -m``."""
    is_module = words[1:2] == ["-m"] and PYTHON.fullmatch(words[0].rpartition("/")[2])
    return words[2:] if is_module else words
