"""Which job every row of evidence speaks of, those included that no config names."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from forensics.config import Job, Phrases
from forensics.evidence.intake import Evidence
from forensics.match.claims import claim_of, streak_of, without
from forensics.match.names import NAME, Named, NameIndex, command_names, phrases, short_host, slug, tokens
from forensics.match.own import is_own
from forensics.match.spans import Ints

Key = TypeVar("Key", bound=Hashable)
OWN_JOB_KINDS = frozenset({"syslog"})


@dataclass(frozen=True)
class Speech:
    """Notifications about jobs, one row a job and line.

    ``row`` is the notification's row, ``line`` the line in it from 1 (0 where the whole message speaks
    of one job), ``job`` the job's code, ``claim`` a ``Claim`` or "", ``streak`` the run of failures it tells of.
    """

    row: Ints
    line: Ints
    job: Ints
    claim: list[str]
    streak: Ints


@dataclass(frozen=True)
class Known:
    """Since when (ns), and in which sources by position, the learnt artifacts of a job would be seen."""

    since: int
    sources: frozenset[int]


@dataclass(frozen=True)
class Resolved:
    """All jobs, configured ones first, and for each table the job code of every row, -1 for none.

    ``learnt`` tells by job code where the artifacts would be seen that nobody declared.
    """

    jobs: tuple[Job, ...]
    configured: int
    triggers: Ints
    lifecycle: Ints
    beats: Ints
    speech: Speech
    unnamed: int
    learnt: Mapping[int, Known] = field(default_factory=dict)


def texts(column: pd.Series[str]) -> list[str | None]:
    """Return a text column as a list with None for null."""
    plain: list[str | None] = column.to_numpy(object, na_value=None).tolist()  # type: ignore[call-overload]
    return plain


def memoised(keys: Iterable[Key], resolve: Callable[[Key], int]) -> Ints:
    """Return ``resolve`` of every key, asked once for each that differs."""
    known: dict[Key, int] = {}
    return np.array(
        [known[key] if key in known else known.setdefault(key, resolve(key)) for key in keys], dtype=np.int64
    )


def resolve_jobs(evidence: Evidence, configured: Sequence[Job], make: Callable[[str, str | None], Job]) -> Resolved:
    """Return the jobs of all rows; ``make`` gives a job that no config names, from its name and host."""
    index = NameIndex(configured)
    triggers = named_rows(evidence.triggers, index)
    lifecycle = named_rows(evidence.lifecycle, index)
    found = Discovered(list(configured), make)
    found.take_configured(evidence.triggers, triggers)
    triggers = found.from_rows(evidence.triggers, triggers)
    lifecycle = found.from_rows(evidence.lifecycle, lifecycle, foreign=foreign_rows(evidence))
    beats = named_rows(evidence.beats, index)
    speech, unnamed = read_speech(evidence.notifications, index, found)
    return Resolved(tuple(found.jobs), len(configured), triggers, lifecycle, beats, speech, unnamed)


def named_rows(frame: pd.DataFrame, index: NameIndex) -> Ints:
    """Return the configured job of each row, by its name, else by its command."""
    commands = texts(frame["command"]) if "command" in frame else [None] * len(frame)

    def resolve(key: tuple[str | None, str | None, str | None]) -> int:
        job, command, host = key
        code = index.by_name(job, host)
        return code if code >= 0 else index.by_command(command, host)

    return memoised(zip(texts(frame["job"]), commands, texts(frame["host"]), strict=True), resolve)


def foreign_rows(evidence: Evidence) -> np.typing.NDArray[np.bool_]:
    """Return which lifecycle rows tell of parts of a cron job (anacron's, run-parts') and make no job."""
    kinds = np.array([source.kind in OWN_JOB_KINDS for source in evidence.sources], dtype=np.bool_)
    frame = evidence.lifecycle
    if not len(frame):
        return np.zeros(0, dtype=np.bool_)
    return np.asarray(kinds[frame["source"].to_numpy()] & frame["command"].isna().to_numpy(), dtype=np.bool_)


class Discovered:
    """Jobs that no config names, found in triggers, lifecycle rows and messages."""

    def __init__(self, jobs: list[Job], make: Callable[[str, str | None], Job]) -> None:
        self.jobs = jobs
        self.template = make("unnamed", None)
        self._make = make
        self._configured = len(jobs)
        self._codes: dict[tuple[str, str | None], int] = {}
        self._commands: dict[int, set[str]] = {}
        self._names: dict[str, str] = {}
        self._by_message: dict[tuple[str, str | None], int] = {}
        self._renamed: set[int] = set()
        self._index: NameIndex | None = None

    def code(self, name: str, host: str | None) -> int:
        """Return the code of a job of that name, made when it is new."""
        key = name, short_host(host)
        if key not in self._codes:
            self._codes[key] = len(self.jobs)
            self.jobs.append(self._make(name, host))
        return self._codes[key]

    def take_configured(self, frame: pd.DataFrame, codes: Ints) -> None:
        """Note the commands of configured jobs: a name that stands in one of them is no other job's."""
        rows = np.flatnonzero(codes >= 0)
        if len(rows) and not frame["command"].isna().all():
            pairs = set(zip(codes[rows].tolist(), texts(frame["command"].iloc[rows]), strict=True))
            for code, command in pairs:
                if command:
                    self._commands.setdefault(code, set()).add(command)

    def from_rows(self, frame: pd.DataFrame, codes: Ints, foreign: np.typing.NDArray[np.bool_] | None = None) -> Ints:
        """Return the codes with the rows of no configured job given to jobs by their name or command."""
        open_rows = np.flatnonzero(codes < 0) if foreign is None else np.flatnonzero((codes < 0) & ~foreign)
        if not len(open_rows):
            return codes
        part = frame.iloc[open_rows]
        keys = list(zip(texts(part["job"]), texts(part["command"]), texts(part["host"]), strict=True))
        unnamed = {command for job, command, _ in set(keys) if job is None and command is not None}
        self._names |= command_names(unnamed - self._names.keys())
        filled = codes.copy()
        filled[open_rows] = memoised(keys, self._from_row)
        return filled

    def _from_row(self, key: tuple[str | None, str | None, str | None]) -> int:
        job, command, host = key
        if job is None and (command is None or is_own(command)):
            return -1
        code = self.code(slug(job) if job else self._names[command or ""], host)
        if command:
            self._commands.setdefault(code, set()).add(command)
        return code

    def in_text(self, line: str) -> str | None:
        """Return the first name in a line that stands in one command only, as the line spells it."""
        if self._index is None:
            named = ((phrase, codes) for phrase, codes in self._starting().items() if len(phrase) > 1)
            own = [" ".join(phrase) for phrase, codes in named if len(codes) == 1]
            self._index = NameIndex([replace(self.template, name=name) for name in sorted(own)])
        found = self._index.in_text(line)
        return line[found[0].start : found[0].end] if found else None

    def _starting(self) -> dict[tuple[str, ...], set[int]]:
        """Return the jobs by the names of what their commands start."""
        owners: dict[tuple[str, ...], set[int]] = {}
        for code, commands in self._commands.items():
            for phrase in frozenset[tuple[str, ...]]().union(*map(phrases, commands)):
                owners.setdefault(phrase, set()).add(code)
        return owners

    def from_message(self, name: str, host: str | None) -> int:
        """Return the job of a message's name: that of the one command in which its words stand, else one of its own."""
        key = name, short_host(host)
        if key not in self._by_message:
            self._by_message[key] = self._joined(name, host)
        return self._by_message[key]

    def _holding(self, words: tuple[str, ...]) -> list[int]:
        """Return the jobs in whose commands some words stand one after the other."""
        every = self._commands.items()
        return [code for code, commands in every if any(contains(tokens(command), words) for command in commands)]

    def _joined(self, name: str, host: str | None) -> int:
        """Return the job that a message's name means; the first that joins a command names its job.

        A name that is the whole of what one command starts is that one's, though others hold its words too.
        """
        words = tokens(name)
        whole = [code for code, commands in self._commands.items() if any(words in phrases(each) for each in commands)]
        fitting = whole if len(whole) == 1 else self._holding(words)
        if len(fitting) != 1 or fitting[0] < self._configured or (slug(name), None) in self._codes:
            return self.code(slug(name), host)
        if fitting[0] not in self._renamed:
            self._renamed.add(fitting[0])
            self.jobs[fitting[0]] = replace(self.jobs[fitting[0]], name=slug(name))
        return fitting[0]


def contains(command: tuple[str, ...], words: tuple[str, ...]) -> bool:
    """Return whether words stand one after the other in a command."""
    return any(command[start : start + len(words)] == words for start in range(len(command) - len(words) + 1))


def read_speech(frame: pd.DataFrame, index: NameIndex, found: Discovered) -> tuple[Speech, int]:
    """Return what the notifications say of which job, and how many bots' messages named no job at all."""
    rows: list[tuple[int, int, int, str, int]] = []
    columns = (frame["job"], frame["text"], frame["claim"], frame["author"], frame["host"], frame["color"])
    unnamed = 0
    known: dict[Any, list[tuple[int, int, str, int]]] = {}
    for row, key in enumerate(zip(*(texts(column) for column in columns), frame["is_bot"].tolist(), strict=True)):
        said = known.get(key)
        if said is None:
            said = known[key] = Message(*key).speech(index, found)
        for each in said:
            rows.append((row, *each))
        unnamed += not said
    columns_out = list(zip(*rows, strict=True)) or [(), (), (), (), ()]
    numbers = [np.array(columns_out[place], dtype=np.int64) for place in (0, 1, 2, 4)]
    return Speech(numbers[0], numbers[1], numbers[2], list(columns_out[3]), numbers[3]), unnamed


@dataclass(frozen=True, slots=True)
class Message:
    """One notification, as it is read for claims."""

    job: str | None
    text: str | None
    claim: str | None
    author: str | None
    host: str | None
    color: str | None
    is_bot: bool

    def speech(self, index: NameIndex, found: Discovered) -> list[tuple[int, int, str, int]]:
        """Return (line, job code, claim, streak) for every job that the message speaks of."""
        text = self.text or ""
        if self.job is not None:
            code = index.by_name(self.job, self.host)
            code = code if code >= 0 else found.code(slug(self.job), self.host)
            return [(0, code, self._claim(found.jobs[code], text, index.in_text(text)), streak_of(text))]
        lines = [line for line in enumerate(text.split("\n"), 1) if line[1].strip()]
        named = [(number, line, names) for number, line in lines if (names := index.in_text(line))]
        if len({names[0].job for _, _, names in named}) > 1:
            return [*self._by_line(lines, named, found)]
        if named:
            _, line, names = named[0]
            names = names if line == text else index.in_text(text)
            return [(0, names[0].job, self._claim(found.jobs[names[0].job], text, names), streak_of(text))]
        return [*self._unconfigured(lines, found)]

    def _claim(self, job: Job, text: str, names: Sequence[Named]) -> str:
        if not self._may_claim(job):
            return ""
        if self.claim:
            return self.claim
        return claim_of(without(text, [(name.start, name.end) for name in names]), job.phrases, self.color) or ""

    def _may_claim(self, job: Job) -> bool:
        if job.authors:
            return any(re.fullmatch(pattern.replace("*", ".*"), self.author or "") for pattern in job.authors)
        return self.is_bot

    def _by_line(
        self, lines: Sequence[tuple[int, str]], named: Sequence[tuple[int, str, Sequence[Named]]], found: Discovered
    ) -> Iterable[tuple[int, int, str, int]]:
        """One notification a line; a line without a claim of its own has that of the heading above it."""
        by_number = {number: (line, names) for number, line, names in named}
        heading = ""
        for number, line in lines:
            if number not in by_number:
                heading = self._claim(found.jobs[named[0][2][0].job], line, ())
                continue
            _, names = by_number[number]
            job = found.jobs[names[0].job]
            yield number, names[0].job, self._claim(job, line, names) or heading, streak_of(line)

    def _unconfigured(self, lines: Sequence[tuple[int, str]], found: Discovered) -> Iterable[tuple[int, int, str, int]]:
        """Jobs that nothing names but this message: a bot's line that claims something of a name-like word."""
        template = found.template
        for number, line in lines:
            claim = self._claim(template, line, ()) if self._may_claim(template) else ""
            name = (found.in_text(line) or name_in(line)) if claim else None
            if name is not None:
                rest = self._claim(template, line.replace(name, " ", 1), ())
                if rest:
                    yield number if len(lines) > 1 else 0, found.from_message(name, self.host), rest, streak_of(line)


LABEL = re.compile(r"\b(?:cron[ -]?job|job|task|cron)\b\s{0,2}[:=]?\s{0,2}[`'\"]?([A-Za-z][\w.-]{0,63})", re.IGNORECASE)
PARTED = re.compile(r"[A-Za-z0-9][_-][A-Za-z0-9]")
OUTCOMES = frozenset(word.casefold() for words in vars(Phrases()).values() for word in words)


def name_in(line: str) -> str | None:
    """Return the first word of a line that can only be a job's name: labelled as one, or of several parts."""
    for labelled in LABEL.finditer(line):
        name = labelled.group(1).rstrip(".-")
        if name.casefold() not in OUTCOMES:
            return name
    words = (found.group().rstrip(".-") for found in re.finditer(r"[A-Za-z][\w.-]*", line))
    return next((word for word in words if PARTED.search(word) and NAME.fullmatch(word)), None)
