"""Jobs that no config names: found in triggers, lifecycle rows and messages, and joined where they are one."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from forensics.config import Job
from forensics.match.names import NameIndex, command_names, phrases, short_host, slug, tokens
from forensics.match.own import is_own
from forensics.match.spans import Ints
from forensics.match.told import Make

Key = TypeVar("Key", bound=Hashable)
Row = tuple[str | None, str | None, str | None]
Words = tuple[str, ...]


def memoised(keys: Iterable[Key], resolve: Callable[[Key], int]) -> Ints:
    """Return ``resolve`` of every key, asked once for each that differs."""
    known: dict[Key, int] = {}
    return np.array(
        [known[key] if key in known else known.setdefault(key, resolve(key)) for key in keys], dtype=np.int64
    )


class Discovered:
    """Jobs that no config names, found in triggers, lifecycle rows and messages."""

    def __init__(self, jobs: list[Job], make: Make) -> None:
        self.jobs = jobs
        self.template = make("unnamed", None)
        self._make = make
        self._known = len(jobs)
        self._codes: dict[tuple[str, str | None], int] = {}
        self._commands: dict[int, set[str]] = {}
        self._names: dict[str, str] = {}
        self._by_message: dict[tuple[str, str | None], int] = {}
        self._renamed: set[int] = set()
        self._index: NameIndex | None = None
        self._spoken: Spoken | None = None

    def code(self, name: str, host: str | None) -> int:
        """Return the code of a job of that name, made when it is new."""
        key = name, short_host(host)
        if key not in self._codes:
            self._codes[key] = len(self.jobs)
            self.jobs.append(self._make(name, host))
        return self._codes[key]

    def note(self, spoken: Iterable[tuple[int, str | None]]) -> None:
        """Note commands of known jobs, by code: a name that stands in one of them is no other job's."""
        for code, command in spoken:
            if command and code >= 0:
                self._commands.setdefault(code, set()).add(command)

    def codes_of(self, rows: Sequence[Row]) -> Ints:
        """Return the codes of jobs for rows of no configured job, each (job, command, host); -1 where none is named."""
        unnamed = {command for job, command, _ in set(rows) if job is None and command is not None}
        self._names |= command_names(unnamed - self._names.keys())
        return memoised(rows, self._from_row)

    def _from_row(self, row: Row) -> int:
        job, command, host = row
        if (job is None and command is None) or is_own(command):
            return -1
        code = self.code(slug(job) if job else self._names[command or ""], host)
        self.note([(code, command)])
        return code

    def in_text(self, line: str) -> str | None:
        """Return the first name in a line that stands in one command only, as the line spells it."""
        if self._index is None:
            named = ((phrase, codes) for phrase, codes in self._words().starting.items() if len(phrase) > 1)
            own = [" ".join(phrase) for phrase, codes in named if len(codes) == 1]
            self._index = NameIndex([replace(self.template, name=name) for name in sorted(own)])
        found = self._index.in_text(line)
        return line[found[0].start : found[0].end] if found else None

    def _words(self) -> Spoken:
        """Return the words of all commands; they are noted before the first message is read."""
        if self._spoken is None:
            self._spoken = spoken(self._commands)
        return self._spoken

    def from_message(self, name: str, host: str | None) -> int:
        """Return the job of a message's name: that of the one command in which it stands, else one of its own."""
        key = name, short_host(host)
        if key not in self._by_message:
            self._by_message[key] = self._joined(name, host)
        return self._by_message[key]

    def _joined(self, name: str, host: str | None) -> int:
        """Return the job that a message's name means; the first that joins a command names its job."""
        fitting = self._words().holding(tokens(name))
        code = min(fitting, default=-1)
        if len(fitting) != 1 or code < self._known or (slug(name), None) in self._codes:
            return self.code(slug(name), host)
        if code not in self._renamed:
            self._renamed.add(code)
            self.jobs[code] = replace(self.jobs[code], name=slug(name))
        return code


@dataclass(frozen=True)
class Spoken:
    """The words of commands: ``starting`` gives the jobs by what their commands start, ``having`` by each word.

    ``commands`` are those of each job, as words.
    """

    starting: Mapping[Words, set[int]]
    having: Mapping[str, set[int]]
    commands: Mapping[int, frozenset[Words]]

    def holding(self, words: Words) -> set[int]:
        """Return the jobs in whose commands a name stands.

        The closest reading counts: it is the whole of what one command starts, though others hold its words too; else
        its words follow each other; else they stand there in their order, with others in between.
        """
        whole = self.starting.get(words, set())
        if len(whole) == 1 or not words:
            return whole
        near = set.intersection(*(self.having.get(word, set()) for word in words))
        together = {code for code in near if any(contains(command, words) for command in self.commands[code])}
        return together or {code for code in near if any(strews(command, words) for command in self.commands[code])}


def spoken(commands: Mapping[int, set[str]]) -> Spoken:
    """Return the words of the commands of jobs."""
    starting, having = dict[Words, set[int]](), dict[str, set[int]]()
    split = {code: frozenset(map(tokens, told)) for code, told in commands.items()}
    for code, told in commands.items():
        for phrase in frozenset[Words]().union(*map(phrases, told)):
            starting.setdefault(phrase, set()).add(code)
        for word in {word for command in split[code] for word in command}:
            having.setdefault(word, set()).add(code)
    return Spoken(starting, having, split)


def contains(command: Words, words: Words) -> bool:
    """Return whether words stand one after the other in a command."""
    return any(command[start : start + len(words)] == words for start in range(len(command) - len(words) + 1))


def strews(command: Words, words: Words) -> bool:
    """Return whether words stand in a command in their order, with others in between.

    In another order they need not be a name: ``backup-db`` is no job of ``load-db --from backup``.
    """
    left = iter(command)
    return all(word in left for word in words)
