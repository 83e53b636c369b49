"""Cron's lines in a syslog: what it started, and what anacron, run-parts and some crons tell of an end.

Written by syslogd, rsyslog, syslog-ng and busybox (RFC 3164, RFC 5424, or an ISO 8601 time before
the old form), and by Synology's synocrond. A time without a zone is in ``options.timezone``, one
without a year gets it as ``syslog_years`` says. The format cannot tell whether a command did its
work, nor what a line that never reached the log would have said.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from forensics.evidence.records import FileRead, Yielded
from forensics.sources.base import ReadOptions
from forensics.sources.opening import EvidenceFile, head
from forensics.sources.paths import shown
from forensics.sources.syslog_clock import Calendar
from forensics.sources.syslog_lines import anatomy, wording_of
from forensics.sources.syslog_reading import Reading
from forensics.sources.syslog_stamps import Form, found_stamp

FIRST_LINES = 20


class Syslog:
    """Reads cron's lines from a syslog of any common form."""

    kind: ClassVar[str] = "syslog"
    lanes: ClassVar[tuple[str, ...]] = ("triggers", "lifecycle")
    blind_spot: ClassVar[str] = (
        "It shows that cron started a command, seldom that it ended, and never whether it did its work."
    )
    is_live: ClassVar[bool] = False
    is_log: ClassVar[bool] = True

    def detect(self, path: Path) -> bool:
        """Return whether most of the first lines have a syslog time stamp and a sender."""
        lines = head(path).split(b"\n")
        whole = lines[:-1] or lines
        first = [line for line in whole if line.strip() and not line[:1].isspace()][:FIRST_LINES]
        return sum(map(is_syslog_line, first)) * 2 > len(first)

    def read(self, path: Path, options: ReadOptions) -> Iterator[Yielded]:
        """Yield the cron lines of one file; rows come at its end, when its years are known.

        Raises:
            OSError: the path itself cannot be opened.
        """
        file, reading = EvidenceFile(path), Reading(shown(str(path)))
        for first, lines in file.chunks():
            yield from reading.take(first, lines, ends_open=file.ends_open)
        calendar = Calendar(reading.clock.years.first_year(options.year, file.modified, options.now), options.timezone)
        yield from reading.rows(calendar, options.host)
        covers = reading.covers(calendar)
        yield FileRead(
            file=shown(str(path)),
            records=file.records + reading.records_beyond_lines,
            sha256=file.sha256,
            covers=covers,
            newest=covers and covers[1],
            modified=file.modified,
            fault=file.fault,
            skipped=dict(reading.skipped),
            hosts=reading.named_hosts(options.host),
        )


def is_syslog_line(line: bytes) -> bool:
    """Return whether a line has a syslog time stamp, and a sender after it."""
    found = found_stamp(line)
    if found is None:
        return False
    stamp, shape = found
    if stamp.form in (Form.MODERN, Form.FORWARDED):
        return True
    parts = anatomy(stamp.form, line[shape.width :])
    return parts.is_tagged or wording_of(parts.program) is not None
