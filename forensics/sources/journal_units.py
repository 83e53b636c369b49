"""The runs of services out of what systemd's manager says of them: one start, and one end, for each invocation.

An end is told up to four times (the process ended, the unit failed, its job failed, what stands for it all): one of
these entries becomes the row, the others are counted as said again. What stopped a service before its end came from
outside is an interruption. A restart by ``Restart=`` goes on with the run that it is a part of.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from forensics.sources.journal_entries import Entry
from forensics.sources.journal_words import Word, exit_code_of, result_of, word_of

SECOND = 1_000_000_000
SAID_AGAIN = "said again of the same start or end"
ARMED = "a timer armed or stopped, which is no run"
OTHER = "systemd's other remarks"
TIMEOUTS = frozenset({"timeout", "watchdog"})
# A service that only comes up does so faster than this; a task was at work.
UP_AT_ONCE = SECOND

Who = tuple[str | None, str, str]


@dataclass
class Invocation:
    """One start of a service with all that was said of it.

    ``end`` is (event, entry), ``is_final`` once systemd itself, not just a process, has spoken.
    """

    who: Who
    run_id: str | None
    own_id: str
    boot: str
    started: Entry | None = None
    up: Entry | None = None
    end: tuple[str, Entry] | None = None
    is_final: bool = False
    result: str = ""
    exit_code: int | None = None
    is_restart: bool = False
    is_stopping: bool = False
    is_left_out: bool = False
    has_printed: bool = False


@dataclass
class Units:
    """The services of one file. ``timers`` are those of which a timer was seen, without their suffix."""

    skipped: Counter[str]
    timers: set[Who] = field(default_factory=set)
    _current: dict[Who, Invocation] = field(default_factory=dict)
    _all: list[Invocation] = field(default_factory=list)
    _skips: list[tuple[Who, Entry]] = field(default_factory=list)
    _restarts: dict[tuple[Who, str], str | None] = field(default_factory=dict)
    _telling: set[str | None] = field(default_factory=set)

    def take(self, entry: Entry, unit: str) -> None:
        """Take an entry of a manager about a unit."""
        stem, _, suffix = unit.rpartition(".")
        who = entry.host, owner_of(entry), stem
        if suffix == "timer":
            self.timers.add(who)
        word = word_of(entry) if suffix == "service" else None
        if word is None:
            self.skipped[ARMED if suffix == "timer" else OTHER] += 1
            return
        self._hear(who, word, entry)

    def printed(self, who: Who) -> None:
        """Note that a service wrote something itself."""
        if who in self._current and self._current[who].up is None:
            self._current[who].has_printed = True

    def _hear(self, who: Who, word: Word, entry: Entry) -> None:
        match word:
            case Word.SKIPPED:
                self._skips.append((who, entry))
            case Word.STARTING:
                self._start(who, entry)
            case Word.STARTED if not self._is_known(who, entry):
                self._start(who, entry)
            case Word.RESTARTING:
                current = self._current.get(who)
                self._restarts[who, entry.boot] = None if current is None else current.run_id
                self.skipped[OTHER] += 1
            case Word.STOPPING | Word.STOPPED | Word.LEFT_OUT:
                self._stop(who, word, entry)
            case Word.STARTED:
                self._came_up(self._current[who], entry)
            case _:
                self._end(self._of(who, entry), word, entry)

    def _is_known(self, who: Who, entry: Entry) -> bool:
        current = self._current.get(who)
        if current is None or current.boot != entry.boot:
            return False
        own_id = invocation_of(entry)
        return current.own_id == own_id if own_id and current.own_id else current.up is None and current.end is None

    def _start(self, who: Who, entry: Entry) -> None:
        own_id = invocation_of(entry)
        is_restart = (who, entry.boot) in self._restarts
        run_id = self._restarts.pop((who, entry.boot), None) or own_id or None
        self._open(Invocation(who, run_id, own_id, entry.boot, started=entry, is_restart=is_restart))

    def _open(self, invocation: Invocation) -> Invocation:
        self._current[invocation.who] = invocation
        self._all.append(invocation)
        return invocation

    def _of(self, who: Who, entry: Entry) -> Invocation:
        """Return the invocation that an end belongs to; one whose start was before the file began is new."""
        own_id, current = invocation_of(entry), self._current.get(who)
        is_same = current is not None and (not own_id or not current.own_id or own_id == current.own_id)
        if current is not None and is_same and current.boot == entry.boot:
            return current
        return self._open(Invocation(who, own_id or None, own_id, entry.boot))

    def _came_up(self, invocation: Invocation, entry: Entry) -> None:
        if invocation.up is None and invocation.end is None:
            invocation.up = entry
        else:
            self.skipped[SAID_AGAIN] += 1

    def _stop(self, who: Who, word: Word, entry: Entry) -> None:
        current = self._current.get(who)
        if current is not None and current.boot == entry.boot and (current.end is None or word is Word.LEFT_OUT):
            current.is_left_out = current.is_left_out or word is Word.LEFT_OUT
            current.is_stopping = current.is_stopping or word is Word.STOPPING
            if word is Word.STOPPED and current.is_stopping:
                current.end, current.is_final = ("interrupted", entry), True
                return
        self.skipped[OTHER] += 1

    def _end(self, invocation: Invocation, word: Word, entry: Entry) -> None:
        if word in (Word.SUCCEEDED, Word.FINISHED):
            self._telling.add(entry.host)
        if word is Word.EXITED:
            code = exit_code_of(entry)
            invocation.exit_code = invocation.exit_code or code
            event = None if code is None else "failed" if code else "completed"
        else:
            invocation.result = invocation.result or result_of(entry)
            event = self._event(invocation, word, entry)
        if event is None or invocation.is_final or (word is Word.EXITED and invocation.end is not None):
            self.skipped[SAID_AGAIN] += 1
            return
        self.skipped[SAID_AGAIN] += invocation.end is not None
        invocation.end, invocation.is_final = (event, entry), word is not Word.EXITED

    def _event(self, invocation: Invocation, word: Word, entry: Entry) -> str:
        if word is Word.SUCCEEDED:
            return "interrupted" if invocation.is_stopping else "completed"
        if word is Word.FINISHED:
            return "completed"
        is_timeout = invocation.result in TIMEOUTS or entry.text("JOB_RESULT") == "timeout"
        if is_timeout:
            return "timed_out"
        is_stopped = invocation.is_stopping or entry.text("JOB_RESULT") == "canceled"
        return "interrupted" if is_stopped else "failed"

    def rows(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield (table, row) for all that was taken; columns as in ``evidence.frames``."""
        for who, entry in self._skips:
            yield "triggers", self._row(who, entry, "skipped")
        for each in self._all:
            self._settle(each)
            if each.is_left_out:
                yield from self._left_out(each)
            else:
                yield from self._run(each)

    def _settle(self, each: Invocation) -> None:
        """Take the coming up of a service for its end where this systemd words both alike."""
        if each.up is None:
            return
        if each.end is not None or each.started is None or each.who[0] in self._telling:
            self.skipped[SAID_AGAIN] += 1
            return
        was_at_work = each.has_printed or each.up.at - each.started.at >= UP_AT_ONCE
        each.end = ("completed" if was_at_work else "ended"), each.up

    def _left_out(self, each: Invocation) -> Iterator[tuple[str, dict[str, Any]]]:
        entries = [entry for entry in (each.started, each.end[1] if each.end else None) if entry]
        if entries:
            yield "triggers", self._row(each.who, entries[0], "skipped")
        self.skipped[SAID_AGAIN] += len(entries[1:])

    def _run(self, each: Invocation) -> Iterator[tuple[str, dict[str, Any]]]:
        if each.started is not None:
            row = self._row(each.who, each.started, "started") | {"run_id": each.run_id}
            yield ("lifecycle" if each.is_restart else "triggers"), row
        if each.end is not None:
            event, entry = each.end
            since = each.started.at if each.started else None
            told = {
                "run_id": each.run_id,
                "exit_code": None if event == "completed" else each.exit_code,
                "duration_seconds": None if since is None else max(0, entry.at - since) / SECOND,
            }
            row = self._row(each.who, entry, event) | told
            if event not in ("completed", "ended") and each.result:
                row["attributes"] = row["attributes"] | {"result": each.result}
            yield "lifecycle", row

    def _row(self, who: Who, entry: Entry, event: str) -> dict[str, Any]:
        host, owner, stem = who
        return {
            "at": entry.at,
            "host": host,
            "job": stem,
            "event": event,
            "command": f"{stem}.service" if who in self.timers else None,
            "record": entry.number,
            "time_text": entry.time_text,
            "attributes": {"unit": f"{stem}.service"} | ({"user": owner} if owner else {}),
        }


def owner_of(entry: Entry) -> str:
    """Return whose manager speaks: a user's number, empty for the system's."""
    return entry.text("_UID") if "USER_UNIT" in entry.fields or "_SYSTEMD_USER_UNIT" in entry.fields else ""


def invocation_of(entry: Entry) -> str:
    """Return the id of the invocation that a manager speaks of."""
    return entry.text("USER_INVOCATION_ID") or entry.text("INVOCATION_ID")
