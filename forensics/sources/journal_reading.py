"""Walks over the entries of one journal and accounts for each: a row, a reject, or skipped for a reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from forensics.evidence.hosts import Stretch
from forensics.evidence.records import TEXT_LIMIT, Batch, Reject, clipped
from forensics.sources.journal_entries import Entry, Unfit, entry, parsed
from forensics.sources.journal_export import Export
from forensics.sources.journal_units import Units
from forensics.sources.journal_words import SLEPT, WOKE
from forensics.sources.opening import LINE_LIMIT
from forensics.sources.syslog_failures import Failures
from forensics.sources.syslog_lines import NOT_ABOUT_JOBS, Meaning, grammars, text_of, wording_of
from forensics.sources.syslog_lines import REMARK as CRONS

BLANK = "blank line"
REMARK = "journalctl's own remark"
AGAIN = "the same entry again"
INCOMPLETE = "incomplete last line"
TOO_LONG = f"longer than {LINE_LIMIT >> 10} KiB"
TABLES = ("triggers", "lifecycle")
TOLD = ("event", "job", "command", "exit_code")
OPTIONAL = ("run_id", "process_id", "exit_code", "duration_seconds", "attributes")
SYSTEM_MANAGER = "1"
MINUTE = 60 * 10**9
# So much is no drift of a clock; so soon after a boot it was put right, later the host may have slept instead.
PUT_RIGHT, UNSET = 5 * MINUTE, 10 * MINUTE


@dataclass
class Boot:
    """What is known of one boot, in ns: since when the host is up, its first and last entry, and the first's number.

    ``offset`` is the wall clock's time at which the host's own clock began, by the latest entry.
    """

    since: int
    first: int
    last: int
    number: int
    offset: int | None

    @classmethod
    def begun(cls, found: Entry) -> Boot:
        """Return a boot of which an entry is the first."""
        awake = found.awake
        since = found.at - (awake or 0)
        return cls(since, found.at, found.at, found.number, None if awake is None else since)

    def set_ahead(self, found: Entry) -> int:
        """Return by how much the clock was set ahead before an entry soon after the boot, in ns."""
        awake = found.awake
        return 0 if awake is None or awake > UNSET or self.offset is None else found.at - awake - self.offset


class Reading:
    """The reading of one journal: its rows so far, and the account of all else."""

    def __init__(self, file: str, host: str | None) -> None:
        self.skipped: Counter[str] = Counter()
        self.hosts: set[str] = set()
        self._file = file
        self._host = host
        self._rows: dict[str, list[dict[str, Any]]] = {table: [] for table in TABLES}
        self._units = Units(self.skipped)
        self._grammars = grammars()
        self._failures = Failures()
        self._cursors: set[str] = set()
        self._boots: dict[tuple[str | None, str], Boot] = {}
        self._sleeps: list[Stretch] = []
        self._asleep: dict[tuple[str | None, str], Entry] = {}

    def take_lines(self, numbered: Iterable[tuple[int, bytes]], ends_open: bool = False) -> Iterator[Reject]:
        """Read lines of JSON; ``ends_open`` holds where the last of them has no line end, and may be half-written."""
        for number, line in numbered:
            if not line.strip():
                self.skipped[BLANK] += 1
            elif line.startswith(b"-- "):
                self.skipped[REMARK] += 1
            else:
                try:
                    self.take(parsed(number, line))
                except Unfit as unfit:
                    reason = TOO_LONG if len(line) >= LINE_LIMIT else INCOMPLETE if ends_open else str(unfit)
                    yield Reject(self._file, number, reason, clipped(text_of(line[: 4 * TEXT_LIMIT])))

    def take_export(self, blocks: Iterator[bytes]) -> Generator[Reject, None, int]:
        """Read entries in the export format; return how many there were."""
        export, number = Export(), 0
        for number, fields in enumerate(export.entries(blocks), 1):
            try:
                self.take(entry(number, fields))
            except Unfit as unfit:
                yield Reject(self._file, number, str(unfit))
        if export.fault:
            number += 1
            yield Reject(self._file, number, export.fault)
        return number

    def take(self, found: Entry) -> None:
        """Read one entry."""
        if found.host is None and self._host is not None:
            found = found._replace(host=self._host)
        self._note_time(found)
        unit = found.text("UNIT") or found.text("USER_UNIT")
        if unit and is_managers(found):
            if not self._is_again(found):
                self._units.take(found, unit)
            return
        meaning = self._cron(found)
        if meaning is None:
            self._pass_over(found)
        elif meaning.event is None:
            self.skipped[meaning.reason] += 1
        elif not self._is_again(found):
            self._take_cron(found, meaning)

    def _take_cron(self, found: Entry, meaning: Meaning) -> None:
        process = (found.text("SYSLOG_PID") or found.text("_PID")).encode()
        if meaning.is_trigger:
            self._failures.start(found.host, process, meaning)
            self._rows["triggers"].append(cron_row(found, meaning, process))
            return
        told = self._failures.end(found.host, process, meaning)
        if told is None:
            self.skipped[CRONS] += 1
        else:
            self._rows["lifecycle"].append(cron_row(found, told[1], told[0]))

    def _note_time(self, found: Entry) -> None:
        if found.host:
            self.hosts.add(found.host)
        key = found.host, found.boot
        known = self._boots.get(key)
        set_ahead = 0 if known is None or key in self._asleep else known.set_ahead(found)
        if known is None or set_ahead > PUT_RIGHT:
            # A board without a clock of its own made up the times before this entry: they show nothing of when it was.
            self._boots[key] = Boot.begun(found)
            return
        if set_ahead < -PUT_RIGHT:
            return
        known.first, known.last = min(known.first, found.at), max(known.last, found.at)
        known.since = min(known.since, found.at)
        if found.awake is not None:
            known.offset = found.at - found.awake

    def _cron(self, found: Entry) -> Meaning | None:
        """Return what cron or anacron says in an entry, None where neither speaks."""
        identifier = found.text("SYSLOG_IDENTIFIER") or found.text("_COMM")
        program = identifier.encode("utf-8", "backslashreplace")
        if identifier == "kernel" or wording_of(program) is None:
            return None
        grammar = self._grammars[program]
        return None if grammar is None else grammar[found.text("MESSAGE").encode("utf-8", "backslashreplace")]

    def _is_again(self, found: Entry) -> bool:
        cursor = found.text("__CURSOR")
        if cursor and cursor in self._cursors:
            self.skipped[AGAIN] += 1
            return True
        self._cursors.add(cursor)
        return False

    def _pass_over(self, found: Entry) -> None:
        """Account for an entry that is no evidence of a run; it may tell that the host fell asleep or woke."""
        self.skipped[NOT_ABOUT_JOBS] += 1
        key, word = (found.host, found.boot), found.text("MESSAGE_ID")
        if word == SLEPT:
            self._asleep[key] = found
        elif word == WOKE and key in self._asleep:
            begun = self._asleep.pop(key)
            self._sleeps.append(Stretch(found.host, "", begun.at, found.at, self._file, begun.number))
        unit = found.text("_SYSTEMD_USER_UNIT") or found.text("_SYSTEMD_UNIT")
        if unit.endswith(".service"):
            owner = found.text("_UID") if "_SYSTEMD_USER_UNIT" in found.fields else ""
            self._units.printed((found.host, owner, unit.removesuffix(".service")))

    def batches(self) -> Iterator[Batch]:
        """Yield the rows by table, in the order of their records."""
        for table, row in self._units.rows():
            self._rows[table].append(row)
        for table, rows in self._rows.items():
            if rows:
                yield Batch(table, self._file, columns_of(sorted(rows, key=lambda row: row["record"])))

    @property
    def stretches(self) -> tuple[Stretch, ...]:
        """Return when the hosts were up, and when they slept."""
        boots = ((*key, each) for key, each in self._boots.items() if key[1])
        up = (Stretch(host, boot, each.since, each.last, self._file, each.number) for host, boot, each in boots)
        return (*up, *self._sleeps)

    @property
    def covers(self) -> tuple[int, int] | None:
        """Return the first and the last instant of the entries, but for made-up ones."""
        boots = self._boots.values()
        return (min(each.first for each in boots), max(each.last for each in boots)) if boots else None


def is_managers(found: Entry) -> bool:
    """Return whether an entry is by systemd's manager itself: others may write the field UNIT, too."""
    if found.text("UNIT"):
        return found.text("_PID") in (SYSTEM_MANAGER, "")
    return found.text("_COMM") in ("systemd", "")


def cron_row(found: Entry, meaning: Meaning, process: bytes) -> dict[str, Any]:
    """Return the row of what cron or anacron says."""
    return {
        "at": found.at,
        "host": found.host,
        "record": found.number,
        "time_text": found.time_text,
        "process_id": text_of(process) or None,
        **{name: getattr(meaning, name) for name in TOLD},
    }


def columns_of(rows: list[dict[str, Any]]) -> Mapping[str, list[Any]]:
    """Return rows by column; a column that no row fills is left out."""
    names = [*("at", "host", "event", "job", "command", "record", "time_text"), *OPTIONAL]
    columns = {name: [row.get(name) for row in rows] for name in names}
    bare = {name for name in OPTIONAL if all(each is None for each in columns[name])}
    return {name: values for name, values in columns.items() if name not in bare}
