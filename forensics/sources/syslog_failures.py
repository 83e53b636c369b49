"""Failures that cron tells by the number of a process, given to the command that this process was.

Debian's cron writes ``error (grandchild #7 failed with exit status 1)``; the line that started the command has the 7
as its process, or in brackets before the command. After it some settings have cron tell the end as well.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

from forensics.sources.syslog_lines import REMARK, Meaning

Process = tuple[object, bytes]


class Failures:
    """What the commands of one file were, by their hosts and processes, as its lines are followed."""

    def __init__(self) -> None:
        self._commands: dict[Process, Meaning] = {}
        self._failed: set[Process] = set()

    def start(self, host: object, process: bytes, meaning: Meaning) -> None:
        """Take the line that started a command."""
        # A tag may still have its end.
        key = host, meaning.process or process.rstrip(b"]:")
        self._commands[key] = meaning
        self._failed.discard(key)

    def end(self, host: object, process: bytes, meaning: Meaning) -> tuple[bytes, Meaning] | None:
        """Return the process and the meaning of a line about an end.

        None where it tells nothing of a known command, or what was told before.
        """
        key = host, meaning.process or process.rstrip(b"]:")
        if meaning.command is not None or meaning.job is not None or not meaning.process:
            return None if key in self._failed else (process, meaning)
        started = self._commands.get(key)
        if started is None:
            return None
        self._failed.add(key)
        return meaning.process, replace(meaning, job=started.job, command=started.command)


def joined(triggered: list[Any], lived: list[Any], width: int) -> tuple[list[Any], Counter[str]]:
    """Return the rows about ends with the commands of the failures, and what was skipped then.

    Rows lie flat, so many values wide: first the number of the record, fourth the host, then process and meaning.
    """
    if not any(each.process for each in lived[width - 1 :: width]):
        return lived, Counter()
    failures, kept, begun = Failures(), list[Any](), 0
    for first in range(0, len(lived), width):
        row = lived[first : first + width]
        while begun < len(triggered) and triggered[begun] < row[0]:
            failures.start(*triggered[begun + width - 3 : begun + width])
            begun += width
        told = failures.end(*row[-3:])
        if told is not None:
            kept += [*row[: width - 2], *told]
    left_out = (len(lived) - len(kept)) // width
    return kept, Counter({REMARK: left_out} if left_out else {})
