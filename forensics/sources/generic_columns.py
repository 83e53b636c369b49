"""Lays records of any shape into the columns of a lane: their names and words become ours, types are checked.

Everything is done by column. What no column of the lane takes is kept as attributes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from forensics.config import LANE_COLUMNS
from forensics.evidence.records import Batch, Reject, clipped
from forensics.sources.base import ReadOptions
from forensics.sources.generic_chunks import Account, Chunk
from forensics.sources.generic_values import Convert, Refuse, amounts, codes, flags, instants, texts, words
from forensics.sources.listing import OUTSIDE
from forensics.sources.paths import relative_to
from forensics.timeline import shown


def converters(lane: str, options: ReadOptions) -> dict[str, tuple[str, Convert]]:
    """Return for each of our names in a lane the frame's column and the converter."""
    times, own_words = instants(options.timezone), words(lane, options.events)
    special: dict[str, tuple[str, Convert]] = {
        "time": ("at", times),
        "changed": ("changed_at", times),
        "born": ("born_at", times),
        "event": ("event", own_words),
        "claim": ("claim", own_words),
        "exit_code": ("exit_code", codes),
        "duration_seconds": ("duration_seconds", amounts),
        "size": ("size", amounts),
        "is_bot": ("is_bot", flags),
        "is_edited": ("is_edited", flags),
        "is_folder": ("is_folder", flags),
    }
    return {name: special.get(name, (name, texts)) for name in LANE_COLUMNS[lane]}


class LaneReader:
    """Reads chunks of one file into one lane; knows the hosts and the stretch of time that it has seen."""

    def __init__(self, account: Account, lane: str, options: ReadOptions) -> None:
        self.account = account
        self.lane = lane
        self.options = options
        self.oldest: int | None = None
        self.newest: int | None = None
        self.hosts: set[str] = {options.host} if options.host else set()
        self._known_jobs: dict[str, tuple[int, int]] = {}
        self._converters = converters(lane, options)
        self._relative = relative_to(options.root)

    def their_name(self, ours: str) -> str:
        """Return their name of a column: the mapped one, else our own; empty where that is theirs for another."""
        mapped = self.options.columns
        return mapped.get(ours, "" if ours in mapped.values() else ours)

    def knows_columns(self, names: Sequence[str]) -> bool:
        """Return whether a table has the columns without which no row can be read; missing ones are a fault."""
        tops = {*names, *(theirs for theirs in self.options.columns.values() if theirs.split(".")[0] in names)}
        needed = [self.their_name(ours) for ours in ("time", "path")[: 2 if self.lane == "artifacts" else 1]]
        missing = [theirs for theirs in dict.fromkeys([*needed, *self.options.columns.values()]) if theirs not in tops]
        if missing:
            listed = ", ".join(shown(name) for name in names[:20])
            self.account.fault = f"no column {', '.join(shown(name) for name in missing)}; it has {listed or 'none'}"
        return set(needed) <= tops

    def read(self, chunk: Chunk) -> Iterator[Batch | Reject]:
        """Yield the chunk's rows as a batch, and its bad records as rejects."""
        refused: dict[int, str] = {}
        columns = self._columns(chunk, refused.setdefault)
        outside = self._place(columns, len(chunk.numbers))
        for index, reason in sorted(refused.items()):
            yield Reject(self.account.file, chunk.numbers[index], reason, clipped(chunk.text(index)))
        left_out = refused.keys() | outside
        if count := len(outside - refused.keys()):
            self.account.skipped[OUTSIDE] += count
        if left_out:
            kept = [index for index in range(len(chunk.numbers)) if index not in left_out]
            columns = {name: [values[index] for index in kept] for name, values in columns.items()}
        if columns["record"]:
            self._note(columns)
            yield Batch(self.lane, self.account.file, columns)

    def _columns(self, chunk: Chunk, refuse: Refuse) -> dict[str, Sequence[Any]]:
        columns: dict[str, Sequence[Any]] = {"record": chunk.numbers}
        used = set()
        for ours, (target, convert) in self._converters.items():
            theirs = self.their_name(ours)
            values = chunk.column(theirs) if theirs else None
            if values is not None:
                used.add(theirs)
                columns[target] = convert(ours, values, refuse)
                if ours == "time":
                    is_text = set(map(type, values)) == {str}
                    columns["time_text"] = values if is_text else [str(value) for value in values]
        self.require("at", "time", columns, refuse)
        FINISH[self.lane](self, columns, refuse)
        if (rest := chunk.rest(used)) is not None:
            columns["attributes"] = rest
        return columns

    def require(self, target: str, ours: str, columns: Mapping[str, Sequence[Any]], refuse: Refuse) -> None:
        """Refuse each record without a value for a column."""
        values = columns.get(target) or [None] * len(columns["record"])
        for index in _empty(values):
            refuse(index, f"no {ours}: {shown(self.their_name(ours) or ours)} is missing or empty")

    def _place(self, columns: dict[str, Sequence[Any]], length: int) -> set[int]:
        """Name host and job where none is named, and make paths relative; return the rows outside the root."""
        if self.options.host:
            columns["host"] = [host or self.options.host for host in columns.get("host", [None] * length)]
        if self.options.job:
            columns["job"] = [job or self.options.job for job in columns.get("job", [None] * length)]
        if self.lane != "artifacts" or "path" not in columns:
            return set()
        columns["path"] = [path and self._relative(path) for path in columns["path"]]
        return {index for index, path in enumerate(columns["path"]) if path is None}

    def _note(self, columns: Mapping[str, Sequence[Any]]) -> None:
        """Note hosts, and the oldest and newest instant up to ``now``: a later one was not seen, whatever it says."""
        self.hosts.update(host for host in columns.get("host", ()) if host)
        known = [instant for instant in columns["at"] if instant <= self.options.now]
        if known:
            self.oldest = min(known if self.oldest is None else (self.oldest, *known))
            self.newest = max(known if self.newest is None else (self.newest, *known))
        if self.options.preset:
            self._note_jobs(zip(columns.get("job", ()), columns["at"], strict=False))

    def _note_jobs(self, seen: Iterable[tuple[str | None, int]]) -> None:
        for job, instant in seen:
            if job is not None and instant <= self.options.now:
                first, last = self._known_jobs.get(job, (instant, instant))
                self._known_jobs[job] = min(first, instant), max(last, instant)

    def job_spans(self) -> dict[str, tuple[tuple[int, int], ...]]:
        """Return of which jobs alone a preset's file speaks, and when: it holds theirs, not a scheduler's."""
        return {job: (span,) for job, span in self._known_jobs.items()}

    def covers(self) -> tuple[int | None, int | None] | None:
        """Return what the file speaks for: from its oldest to its newest row; a listing from ever to its newest."""
        if self.newest is None:
            return None
        return (None if self.lane == "artifacts" else self.oldest), self.newest


def _empty(values: Sequence[Any]) -> list[int]:
    return [index for index, value in enumerate(values) if value is None] if None in values else []


def finish_triggers(reader: LaneReader, columns: dict[str, Sequence[Any]], refuse: Refuse) -> None:
    """Take a trigger without a word as accepted."""
    columns["event"] = [word or "accepted" for word in columns.get("event", [None] * len(columns["record"]))]


def finish_lifecycle(reader: LaneReader, columns: dict[str, Sequence[Any]], refuse: Refuse) -> None:
    """Let an exit code tell how a run ended where no word does."""
    nothing = [None] * len(columns["record"])
    words, codes = columns.get("event", nothing), columns.get("exit_code", nothing)
    if None in words or "ended" in words:
        told = [None if code is None else "failed" if code else "completed" for code in codes]
        words = [end or word if word in (None, "ended") else word for word, end in zip(words, told, strict=True)]
    columns["event"] = words
    for index in _empty(words):
        refuse(index, "neither an event nor an exit code")


def finish_notifications(reader: LaneReader, columns: dict[str, Sequence[Any]], refuse: Refuse) -> None:
    """Take every message as a bot's, and as unedited, unless it says otherwise."""
    nothing = [None] * len(columns["record"])
    columns["is_bot"] = [flag is not False for flag in columns.get("is_bot", nothing)]
    columns["is_edited"] = [bool(flag) for flag in columns.get("is_edited", nothing)]


def finish_artifacts(reader: LaneReader, columns: dict[str, Sequence[Any]], refuse: Refuse) -> None:
    """Require a path, and take what is not said to be a folder as a file."""
    reader.require("path", "path", columns, refuse)
    columns["is_folder"] = [bool(flag) for flag in columns.get("is_folder", [None] * len(columns["record"]))]


FINISH: dict[str, Callable[[LaneReader, dict[str, Sequence[Any]], Refuse], None]] = {
    "triggers": finish_triggers,
    "lifecycle": finish_lifecycle,
    "notifications": finish_notifications,
    "artifacts": finish_artifacts,
}
