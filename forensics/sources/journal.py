"""The journal of systemd: what cron started in it, and what systemd itself says of the services that timers start.

Written by journald, read as ``journalctl -o json`` or ``-o export`` prints it, also live. A timer
that is armed (``Started X.timer``) is no run: the start of its service is. Whether a timer or a person started that
the journal does not tell; nor, before systemd 240, whether a service ended well.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from forensics.evidence.records import FileRead, Yielded
from forensics.sources.base import ReadOptions
from forensics.sources.journal_entries import RECEIVED, Unfit, parsed
from forensics.sources.journal_export import is_export
from forensics.sources.journal_live import JOURNALCTL, Limits, read_live
from forensics.sources.journal_reading import Reading
from forensics.sources.opening import EvidenceFile, head
from forensics.sources.paths import HERE, shown

HEAD = 1 << 16


class Journal:
    """Reads exports of systemd's journal, and the journal of this machine where no path is given.

    ``programs`` are where journalctl may lie, ``limits`` how much of it is read: other than by default in tests only.
    """

    kind: ClassVar[str] = "journal"
    lanes: ClassVar[tuple[str, ...]] = ("triggers", "lifecycle")
    blind_spot: ClassVar[str] = (
        "It shows that cron started a command, and how a timer's service ended by systemd's word; not whether a timer "
        "or a person started that service."
    )
    is_live: ClassVar[bool] = False
    is_log: ClassVar[bool] = True

    def __init__(self, programs: tuple[str, ...] = JOURNALCTL, limits: Limits | None = None) -> None:
        self._programs = programs
        self._limits = limits or Limits()

    def detect(self, path: Path) -> bool:
        """Return whether the first entry has its time and its boot."""
        beginning = head(path, HEAD)
        if is_export(beginning):
            return True
        line, _, _ = beginning.partition(b"\n")
        if RECEIVED.encode() not in line:
            return False
        try:
            return "_BOOT_ID" in parsed(1, line).fields
        except Unfit:
            return False

    def read(self, path: Path, options: ReadOptions) -> Iterator[Yielded]:
        """Yield the runs that a journal shows; rows come at its end, when all timers are known.

        Raises:
            OSError: the path itself cannot be opened.
        """
        if str(path) == HERE:
            yield from read_live(self._programs, options, self._limits)
            return
        file, reading = EvidenceFile(path), Reading(shown(str(path)), options.host)
        if is_export(head(path, HEAD)):
            records = yield from reading.take_export(file.blocks())
        else:
            for first, lines in file.chunks():
                yield from reading.take_lines(enumerate(lines, first), file.ends_open)
            records = file.records
        yield from reading.batches()
        yield FileRead(
            file=shown(str(path)),
            records=records,
            sha256=file.sha256,
            covers=reading.covers,
            newest=reading.covers and reading.covers[1],
            modified=file.modified,
            fault=file.fault,
            skipped=dict(reading.skipped),
            hosts=frozenset(reading.hosts),
            stretches=reading.stretches,
        )
