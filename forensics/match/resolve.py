"""Which job every row of evidence speaks of, those included that no config names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from forensics.config import Job, Phrases
from forensics.evidence.intake import Evidence
from forensics.match.claims import claim_of, streak_of, without
from forensics.match.discovered import Discovered, memoised
from forensics.match.names import NAME, Named, NameIndex, slug
from forensics.match.spans import Ints
from forensics.match.told import Make, newest_first, with_told

# Rows of these kinds without a command are parts of a job, or services that no timer starts.
OWN_JOB_KINDS = frozenset({"syslog", "journal", "kubernetes"})


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

    Behind the configured ones stand those that schedulers are set up to run, be there a row of them or none.
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


def resolve_jobs(evidence: Evidence, configured: Sequence[Job], make: Make) -> Resolved:
    """Return the jobs of all rows, and those that a scheduler is set up to run; ``make`` gives one no config names."""
    told = [job for source in evidence.sources for job in newest_first(source.jobs)]
    known = with_told(configured, told, make)
    names = NameIndex(known)
    commands = NameIndex(known[: len(configured)]) if told else names
    triggers = named_rows(evidence.triggers, names, commands)
    lifecycle = named_rows(evidence.lifecycle, names, commands)
    found = Discovered(known, make)
    if not evidence.triggers["command"].isna().all():
        found.note(set(zip(triggers.tolist(), texts(evidence.triggers["command"]), strict=True)))
    own = own_names(evidence)
    triggers = discover(evidence.triggers, triggers, found, foreign_rows(evidence, evidence.triggers, own))
    lifecycle = discover(evidence.lifecycle, lifecycle, found, foreign_rows(evidence, evidence.lifecycle, own))
    beats = named_rows(evidence.beats, names, commands)
    speech, unnamed = read_speech(evidence.notifications, names, found)
    return Resolved(tuple(found.jobs), len(configured), triggers, lifecycle, beats, speech, unnamed)


def named_rows(frame: pd.DataFrame, names: NameIndex, commands: NameIndex) -> Ints:
    """Return the known job of each row, by its name, else by its command, where a job may be known by that."""
    started = texts(frame["command"]) if "command" in frame else [None] * len(frame)

    def resolve(key: tuple[str | None, str | None, str | None]) -> int:
        job, command, host = key
        code = names.by_name(job, host)
        return code if code >= 0 else commands.by_command(command, host)

    return memoised(zip(texts(frame["job"]), started, texts(frame["host"]), strict=True), resolve)


def own_names(evidence: Evidence) -> frozenset[tuple[str | None, str | None]]:
    """Return (job, host) of the rows with a name and a command: in another file the command may not be known."""
    found = set[tuple[str | None, str | None]]()
    if all(source.kind != "journal" for source in evidence.sources):
        return frozenset()
    for frame in (evidence.triggers, evidence.lifecycle):
        part = frame[frame["job"].notna() & frame["command"].notna()]
        found |= set(zip(texts(part["job"]), texts(part["host"]), strict=True))
    return frozenset(found)


def discover(frame: pd.DataFrame, codes: Ints, found: Discovered, foreign: np.typing.NDArray[np.bool_]) -> Ints:
    """Return the codes with the rows of no configured job given to jobs by their name or command."""
    open_rows = np.flatnonzero((codes < 0) & ~foreign)
    if not len(open_rows):
        return codes
    part = frame.iloc[open_rows]
    filled = codes.copy()
    filled[open_rows] = found.codes_of(
        list(zip(texts(part["job"]), texts(part["command"]), texts(part["host"]), strict=True))
    )
    return filled


def foreign_rows(
    evidence: Evidence, frame: pd.DataFrame, own: frozenset[tuple[str | None, str | None]]
) -> np.typing.NDArray[np.bool_]:
    """Return which rows tell of parts of a cron job (anacron's, run-parts') or of mere services, and make no job."""
    kinds = np.array([source.kind in OWN_JOB_KINDS for source in evidence.sources], dtype=np.bool_)
    if not len(frame):
        return np.zeros(0, dtype=np.bool_)
    is_bare = kinds[frame["source"].to_numpy()] & frame["command"].isna().to_numpy(dtype=np.bool_)
    rows = np.flatnonzero(is_bare)
    named = zip(texts(frame["job"].iloc[rows]), texts(frame["host"].iloc[rows]), strict=True)
    is_bare[rows] = [each not in own for each in named]
    return np.asarray(is_bare, dtype=np.bool_)


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
