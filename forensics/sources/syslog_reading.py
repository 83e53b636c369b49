"""Walks over the lines of one syslog and accounts for each: a row, a reject, or skipped for a reason.

A stamp is read once and remembered by its bytes, since cron's lines share their seconds; so is
what a message means. Nothing else is looked at in a line that is not from a scheduler.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from itertools import compress, pairwise
from typing import Any

from forensics.evidence.records import TEXT_LIMIT, Batch, Reject, clipped
from forensics.sources.syslog_clock import Calendar, Clock
from forensics.sources.syslog_lines import NOT_ABOUT_JOBS, Meaning, anatomy, grammars, text_of, wording_of
from forensics.sources.syslog_stamps import CLOCKS, NEXT_RECORD, STAMP, Form, Shape, Stamp, found_stamp, with_clock, with_fraction

BLANK = "blank line"
CONTINUATION = "continuation of a message"
NO_TIME = "no readable time stamp"
IMPOSSIBLE_TIME = "impossible time stamp"
INCOMPLETE = "incomplete last line"
NO_SUCH_DAY = "29 February in a year that has none"
STAMPS_KEPT = 200_000
NO_STAMP = Stamp("", 0, None, is_yearless=False, form=Form.PLAIN, seam=0)
# What a crash leaves at the start of a line, and what an editor leaves at the start of a file.
LITTER = b"\x00\xef\xbb\xbf"
LOOSE_PRIORITY = re.compile(rb"<\d{1,3}>\Z")


class Rows:
    """Rows of one table in file order, before their instants are known."""

    WIDTH = 5

    def __init__(self) -> None:
        # One list of five values a row grows faster than five lists, or a million tuples.
        self.values: list[Any] = []

    def columns(self, calendar: Calendar, hosts: Mapping[bytes, str | None]) -> dict[str, list[Any]]:
        """Return the columns of the frames; ``hosts`` are the names by their bytes."""
        records, stamps, raw_hosts, processes, meanings = (self.values[place :: self.WIDTH] for place in range(self.WIDTH))
        process_ids = {raw: text_of(raw.rstrip(b"]:")) or None for raw in set(processes)}

        def speaker(row: int) -> tuple[Hashable, Hashable]:
            return (raw_hosts[row], meanings[row].event, meanings[row].job, meanings[row].command), processes[row]

        return {
            "at": calendar.instants(stamps, speaker),
            "host": [hosts[raw] for raw in raw_hosts],
            "job": [meaning.job for meaning in meanings],
            "event": [meaning.event for meaning in meanings],
            "command": [meaning.command for meaning in meanings],
            "process_id": [process_ids[raw] for raw in processes],
            "exit_code": [meaning.exit_code for meaning in meanings],
            "record": records,
            "time_text": [stamp.text for stamp in stamps],
        }


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
        self._days: dict[bytes, Stamp] = {}
        self._shape = Shape()
        self._has_priorities = False
        self._current = NO_STAMP, NO_STAMP

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
        numbered = [(number, record) for number, line in zip(numbers, lines, strict=True) for record in records_in(line)]
        self.records_beyond_lines += len(numbered) - len(lines)
        return [number for number, _ in numbered], [record for _, record in numbered]

    def _walk(self, numbers: Sequence[int], lines: Sequence[bytes]) -> None:
        stamps, programs, hosts, plain, follow = self._stamps, self._grammars, self._hosts, Form.PLAIN, self.clock.follow
        triggered, lived = (rows.values.extend for rows in self._tables.values())
        width, _, start, end = self._shape
        last, current = self._current
        unrelated = 0
        for number, line in zip(numbers, lines, strict=False):
            key = line[:start] + line[end:width]
            stamp = stamps.get(key)
            if stamp is None or (end > start and not line[start:end].isdigit()):
                stamp = self._new_stamp(number, line)
                if stamp is None:
                    continue
                width, _, start, end = self._shape
            if stamp is not last:
                last, current = stamp, follow(stamp)
            parts = line[width:].split(b" ", 2)
            # An empty host or one that ends in a colon is none: the line begins with its tag, or oddly.
            if stamp.form is plain and len(parts) == 3 and parts[1] and parts[0][-1:] not in b":":
                host, tag, message = parts
                program, _, process_id = tag.partition(b"[")
            else:
                host, program, process_id, message, _ = anatomy(stamp.form, line[width:])
            hosts.add(host)
            grammar = programs[program]
            if grammar is None:
                unrelated += 1
                continue
            meaning = grammar[message]
            if meaning.event is None:
                self._remark(meaning, current)
                continue
            exact = current if end == start else with_fraction(current, line[start:end], line[start - 1 : start])
            (triggered if meaning.is_trigger else lived)((number, exact, host, process_id, meaning))
        self._current = last, current
        self.skipped.update({NOT_ABOUT_JOBS: unrelated} if unrelated else {})

    def _new_stamp(self, number: int, line: bytes) -> Stamp | None:
        """Return the stamp of a line that is unlike the one before; account for the line where it has none."""
        stamp = self._later_that_day(line)
        if stamp is not None:
            return stamp
        clean = line.lstrip(LITTER)
        found = found_stamp(clean)
        if found is None:
            self._unreadable(number, line, clean)
            return None
        stamp, shape = found
        self._shape = shape = shape.moved(len(line) - len(clean))
        passed = CLOCKS[line[shape.clock : shape.clock + 8]] or 0
        self._days[shape.day_key(line)] = stamp._replace(local=stamp.local - passed)
        return self._remember(shape.key(line), stamp)

    def _later_that_day(self, line: bytes) -> Stamp | None:
        """Return the stamp of a line that differs from a line seen only in its time of day; the common case."""
        shape = self._shape
        day = self._days.get(shape.day_key(line))
        if day is None or (shape.end > shape.start and not line[shape.start : shape.end].isdigit()):
            return None
        stamp = with_clock(day, line[shape.clock : shape.clock + 8])
        return None if stamp is None else self._remember(shape.key(line), stamp)

    def _remember(self, key: bytes, stamp: Stamp) -> Stamp:
        if len(self._stamps) >= STAMPS_KEPT:
            self._stamps.clear()
            self._days.clear()
        return self._stamps.setdefault(key, stamp)

    def _unreadable(self, number: int, line: bytes, clean: bytes) -> None:
        if not clean.strip():
            self.skipped[BLANK] += 1
        elif line[:1].isspace():
            self.skipped[CONTINUATION] += 1
        else:
            self._reject(number, IMPOSSIBLE_TIME if STAMP.match(clean) else NO_TIME, line)

    def _reject(self, number: int, reason: str, line: bytes) -> None:
        self._rejects.append(Reject(self._file, number, reason, clipped(text_of(line[: 4 * TEXT_LIMIT]))))

    def _remark(self, meaning: Meaning, stamp: Stamp) -> None:
        self.skipped[meaning.reason] += 1
        if meaning.day is not None:
            self.clock.years.hear(stamp, meaning.day)

    def rows(self, calendar: Calendar, host: str | None) -> Iterator[Batch | Reject]:
        """Yield the rows by table; ``host`` stands where a line names none."""
        hosts = {raw: text_of(raw) or host for raw in self._hosts}
        for table, rows in self._tables.items():
            columns = rows.columns(calendar, hosts)
            if table == "triggers":
                del columns["exit_code"]
            if None in columns["at"]:
                yield from (Reject(self._file, *broken) for broken in without_instant(columns))
            if columns["at"]:
                self._covered += [min(columns["at"]), max(columns["at"])]
                yield Batch(table, self._file, columns)

    def covers(self, calendar: Calendar) -> tuple[int, int] | None:
        """Return the first and the last instant on any readable line, to whole seconds where it is no row's."""
        ends = (calendar.instant(stamp) for stamp in self.clock.extremes())
        instants = [*self._covered, *(instant for instant in ends if instant is not None)]
        return (min(instants), max(instants)) if instants else None

    def named_hosts(self, host: str | None) -> frozenset[str]:
        """Return the hosts on the lines; ``host`` stands where a line names none."""
        return frozenset(name for raw in self._hosts if (name := text_of(raw) or host))


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
    found = found_stamp(line.lstrip(LITTER))
    if found is None:
        return bool(line.strip()) and not line[:1].isspace()
    stamp, shape = found
    parts = anatomy(stamp.form, line.lstrip(LITTER)[shape.width :])
    wording = wording_of(parts.program)
    return not parts.is_tagged if wording is None else not wording(parts.message).is_whole
