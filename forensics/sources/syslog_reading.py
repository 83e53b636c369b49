"""Walks over the lines of one syslog and accounts for each: a row, a reject, or skipped for a reason.

A stamp is read once and remembered by its bytes, since cron's lines share their seconds; so is
what a message means. Nothing else is looked at in a line that is not from a scheduler.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from itertools import compress, pairwise
from operator import attrgetter
from typing import Any

from forensics.evidence.records import TEXT_LIMIT, Batch, Reject, clipped
from forensics.sources.syslog_clock import Calendar, Clock
from forensics.sources.syslog_failures import joined
from forensics.sources.syslog_lines import (
    NOT_ABOUT_JOBS,
    OF_JOURNALCTL,
    PRIORITIES,
    Meaning,
    anatomy,
    grammars,
    host_of,
    text_of,
    told_end,
    wording_of,
)
from forensics.sources.syslog_stamps import (
    NEXT_RECORD,
    SECONDS,
    STAMP,
    Form,
    Shape,
    Stamp,
    found_stamp,
    is_seconds,
    nanoseconds,
)

BLANK = "blank line"
CONTINUATION = "continuation of a message"
NO_TIME = "no readable time stamp"
IMPOSSIBLE_TIME = "impossible time stamp"
JOURNALCTLS = "journalctl's own remark"
INCOMPLETE = "incomplete last line"
NO_SUCH_DAY = "29 February in a year that has none"
STAMPS_KEPT = 200_000
PLAIN = Form.PLAIN
NO_STAMP = Stamp(b"", 0, None, is_yearless=False, form=PLAIN)
# What a message may tell, by the names of the columns.
TOLD = ("event", "job", "command", "exit_code")
# What a crash leaves at the start of a line, and what an editor leaves at the start of a file.
LITTER = b"\x00\xef\xbb\xbf"
LOOSE_PRIORITY = re.compile(rb"<\d{1,3}>\Z")


class Rows:
    """Rows of one table in file order, before their instants are known."""

    WIDTH = 6

    def __init__(self) -> None:
        # One list of all values grows faster than a list for each column, or a million tuples.
        self.values: list[Any] = []

    def columns(self, calendar: Calendar, hosts: Mapping[bytes, str | None]) -> dict[str, list[Any]]:
        """Return the columns of the frames, and keep no rows; ``hosts`` are the names by their bytes."""
        by_column = (self.values[place :: self.WIDTH] for place in range(self.WIDTH))
        records, stamps, seconds, raw_hosts, processes, meanings = by_column
        self.values.clear()

        def speaker(row: int) -> tuple[Hashable, Hashable]:
            return (raw_hosts[row], meanings[row].event, meanings[row].job, meanings[row].command), processes[row]

        columns: dict[str, list[Any]] = {
            "at": with_seconds(calendar.instants(stamps, speaker), seconds),
            "host": list(map(hosts.__getitem__, raw_hosts)),
            "process_id": process_ids(processes),
            "record": records,
            "time_text": texts(stamps, seconds),
        }
        spoken = set(meanings)
        told = [name for name in TOLD if any(getattr(meaning, name) is not None for meaning in spoken)]
        return columns | {name: list(map(attrgetter(name), meanings)) for name in told}


def with_seconds(instants: list[int | None], seconds: Sequence[bytes]) -> list[int | None]:
    """Return instants of whole minutes with the seconds of their lines."""
    passed = [SECONDS[text] if text in SECONDS else nanoseconds(text) for text in seconds]
    return [None if instant is None else instant + more for instant, more in zip(instants, passed, strict=True)]


def texts(stamps: Sequence[Stamp], seconds: Sequence[bytes]) -> list[str]:
    """Return times as they were written; a text that several lines on end share is made once."""
    written: list[str] = []
    last, text = (NO_STAMP, b""), ""
    for each in zip(stamps, seconds, strict=True):
        if each != last:
            last, text = each, each[0].text(each[1])
        written.append(text)
    return written


def process_ids(raw: Sequence[bytes]) -> list[str | None]:
    """Return process ids as text, out of tags cut behind their bracket; decoded all at once, since most are unlike."""
    return [text or None for text in text_of(b"\n".join(raw)).replace("]", "").replace(":", "").split("\n")]


class Reading:
    """The reading of one file: its rows so far, and the account of all else."""

    def __init__(self, file: str) -> None:
        self.clock = Clock()
        self.skipped: Counter[str] = Counter()
        self.records_beyond_lines = 0
        self._file = file
        self._tables = {"triggers": Rows(), "lifecycle": Rows()}
        self._hosts: set[bytes] = set()
        self._covered: list[int] = []
        self._rejects: list[Reject] = []
        self._grammars = grammars()
        self._stamps: dict[bytes, Stamp] = {}
        self._shape = Shape()
        self._has_priorities = False
        self._current = NO_STAMP, NO_STAMP, b"00"

    def take(self, first: int, lines: Sequence[bytes], ends_open: bool) -> Iterator[Reject]:
        """Read lines of which the first has this number; yield those that cannot be read.

        ``ends_open`` holds where the last of them has no line end, and may be half-written.
        """
        numbers: Sequence[int] = range(first, first + len(lines))
        self._has_priorities = self._has_priorities or b"<" in {line[:1] for line in lines}
        if self._has_priorities:
            numbers, lines = self._split(numbers, lines)
        if ends_open and is_cut_off(lines[-1]):
            self._reject(numbers[-1], INCOMPLETE, lines[-1])
            lines = lines[:-1]
        self._walk(numbers, lines)
        yield from self._rejects
        self._rejects.clear()

    def _split(self, numbers: Sequence[int], lines: Sequence[bytes]) -> tuple[list[int], list[bytes]]:
        pairs = zip(numbers, lines, strict=True)
        numbered = [(number, record) for number, line in pairs for record in records_in(line)]
        self.records_beyond_lines += len(numbered) - len(lines)
        return [number for number, _ in numbered], [record for _, record in numbered]

    def _walk(self, numbers: Sequence[int], lines: Sequence[bytes]) -> None:
        stamps, programs, hosts, follow = self._stamps, self._grammars, self._hosts, self.clock.follow
        triggered, lived = (rows.values.extend for rows in self._tables.values())
        width, start, end = self._shape
        last, current, left = self._current
        unrelated = 0
        for number, line in zip(numbers, lines, strict=False):
            stamp, seconds = stamps.get(line[:start] + line[end:width]), line[start:end]
            if stamp is None or (seconds not in SECONDS and not is_seconds(seconds)):
                stamp = self._new_stamp(number, line)
                if stamp is None:
                    continue
                width, start, end = self._shape
                seconds = line[start:end]
            if stamp is not last:
                last, current = stamp, follow(stamp, seconds, left)
            left = seconds
            parts = line[width:].split(b" ", 2)
            # An empty host or one that ends in such a mark is none: the line begins with its tag, or oddly.
            if stamp.form is PLAIN and len(parts) == 3 and parts[1] and parts[0][-1:] not in b":>)":
                host, tag, message = parts
                program, _, process_id = tag.partition(b"[")
            else:
                host, program, process_id, message, _ = anatomy(stamp.form, line[width:])
            grammar = programs[program]
            if grammar is PRIORITIES:
                host, program, process_id, message, _ = anatomy(stamp.form, line[width:])
                grammar = programs[program]
            hosts.add(host)
            if grammar is None or grammar is PRIORITIES:
                unrelated += 1
                continue
            meaning = grammar[message]
            if meaning.event is None:
                self._remark(meaning, current)
                continue
            (triggered if meaning.is_trigger else lived)((number, current, seconds, host, process_id, meaning))
        self._current = last, current, left
        self.skipped.update({NOT_ABOUT_JOBS: unrelated} if unrelated else {})

    def _new_stamp(self, number: int, line: bytes) -> Stamp | None:
        """Return the stamp of a line that is unlike those before; account for the line where it has none."""
        litter = len(line) - len(line.lstrip(LITTER))
        found = found_stamp(line, litter)
        if found is None:
            self._unreadable(number, line, litter)
            return None
        stamp, self._shape = found
        if len(self._stamps) >= STAMPS_KEPT:
            self._stamps.clear()
        return self._stamps.setdefault(stamp.key, stamp)

    def _unreadable(self, number: int, line: bytes, litter: int) -> None:
        if not line[litter:].strip():
            self.skipped[BLANK] += 1
        elif line[:1].isspace():
            self.skipped[CONTINUATION] += 1
        elif OF_JOURNALCTL.match(line):
            self.skipped[JOURNALCTLS] += 1
            self.clock.years.end_by(told_end(line))
        else:
            self._reject(number, IMPOSSIBLE_TIME if STAMP.match(line, litter) else NO_TIME, line)

    def _reject(self, number: int, reason: str, line: bytes) -> None:
        self._rejects.append(Reject(self._file, number, reason, clipped(text_of(line[: 4 * TEXT_LIMIT]))))

    def _remark(self, meaning: Meaning, stamp: Stamp) -> None:
        self.skipped[meaning.reason] += 1
        if meaning.day is not None:
            self.clock.years.hear(stamp, meaning.day)

    def rows(self, calendar: Calendar, host: str | None) -> Iterator[Batch | Reject]:
        """Yield the rows by table; ``host`` stands where a line names none."""
        hosts = {raw: host_of(raw) or host for raw in self._hosts}
        triggered, lived = self._tables.values()
        lived.values, left_out = joined(triggered.values, lived.values, Rows.WIDTH)
        self.skipped.update(left_out)
        for table, rows in self._tables.items():
            if not rows.values:
                continue
            columns = rows.columns(calendar, hosts)
            if None in columns["at"]:
                yield from (Reject(self._file, *broken) for broken in without_instant(columns))
            if columns["at"]:
                if not self.clock.has_strayed:
                    self._covered += [min(columns["at"]), max(columns["at"])]
                yield Batch(table, self._file, columns)

    def covers(self, calendar: Calendar) -> tuple[int, int] | None:
        """Return the first and the last instant on any readable line."""
        ends = [(calendar.instant(stamp), seconds) for stamp, seconds in self.clock.extremes(self._current[-1])]
        instants = [instant + nanoseconds(seconds) for instant, seconds in ends if instant is not None]
        instants += self._covered
        return (min(instants), max(instants)) if instants else None

    def named_hosts(self, host: str | None) -> frozenset[str]:
        """Return the hosts on the lines; ``host`` stands where a line names none."""
        return frozenset(name for raw in self._hosts if (name := host_of(raw) or host))


def without_instant(columns: dict[str, list[Any]]) -> list[tuple[int, str, str]]:
    """Take the rows out of the columns that have no instant; return record, reason and time of each."""
    has_instant = [instant is not None for instant in columns["at"]]
    broken = zip(columns["record"], columns["time_text"], has_instant, strict=True)
    for name, column in columns.items():
        columns[name] = list(compress(column, has_instant))
    return [(record, NO_SUCH_DAY, text) for record, text, is_good in broken if not is_good]


def records_in(line: bytes) -> list[bytes]:
    """Return the records of a line of rsyslog's forward format, which puts no line ends between them."""
    starts = [match.start() for match in NEXT_RECORD.finditer(line)]
    if not starts:
        return [line]
    cuts = [*([] if starts[0] == 0 else [0]), *starts, len(line)]
    return [LOOSE_PRIORITY.sub(b"", line[begin:end]) for begin, end in pairwise(cuts)]


def is_cut_off(line: bytes) -> bool:
    """Return whether a last line without a line end cannot be shown to be whole where that matters."""
    found = found_stamp(line, len(line) - len(line.lstrip(LITTER)))
    if found is None:
        return bool(line.strip()) and not line[:1].isspace()
    stamp, shape = found
    parts = anatomy(stamp.form, line[shape.width :])
    wording = wording_of(parts.program)
    return not parts.is_tagged if wording is None else not wording(parts.message).is_whole
