"""What fires or reports under a name that no job of the config has."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase, translate

from forensics.config import Job
from forensics.doctor.observed import Observed, Watched
from forensics.doctor.words import command_words
from forensics.match.names import DATES, WRAPPERS, NameIndex, base_name, segments
from forensics.match.resolve import texts
from forensics.redaction import MASK, redact

Row = tuple[str | None, str | None, str | None]
MASKED = re.compile(rf"{MASK}[\w-]*")
LEAST_MET = 0.9


@dataclass(frozen=True)
class Stranger:
    """A job that no config names: its triggers, what it is called in rows (name, command, host), and how often."""

    watched: Watched
    rows: Counter[Row]
    messages: int
    steps: int

    @property
    def name(self) -> str:
        """Return the name that was made for it."""
        return self.watched.job.name

    @property
    def commands(self) -> list[str]:
        """Return the commands that were started, the most frequent first."""
        return list(dict.fromkeys(command.strip() for (_, command, _), _ in self.rows.most_common() if command))

    @property
    def hosts(self) -> list[str]:
        """Return the hosts on which it was seen."""
        return sorted({host for _, _, host in self.rows if host})

    @property
    def spellings(self) -> list[str]:
        """Return all by which it may be known."""
        told = [name for name, _, _ in self.rows if name]
        words = [word for command in self.commands[:5] for word in command_words(command)]
        return list(dict.fromkeys([*told, self.name, *words]))


def strangers(observed: Observed) -> list[Stranger]:
    """Return the jobs of the evidence that the config does not name, in the order of their codes."""
    claims, steps = observed.counts["claims"], observed.counts["steps"]
    found = []
    for each in observed.watched[observed.configured :]:
        rows = rows_of(observed, "triggers", each.rows.tolist())
        if steps[each.code]:
            rows += rows_of(observed, "lifecycle", observed.rows_of(observed.paired.steps, each.code).tolist())
        found.append(Stranger(each, rows, int(claims[each.code]), int(steps[each.code])))
    return [each for each in found if len(each.watched.triggers) or each.messages or each.steps]


def rows_of(observed: Observed, table: str, rows: Sequence[int]) -> Counter[Row]:
    """Return how often rows of a table give each name, command and host."""
    frame = observed.evidence.frame(table).iloc[list(rows)]
    columns = (texts(frame[name]) for name in ("job", "command", "host"))
    return Counter(zip(*columns, strict=True))


def resolves(jobs: Sequence[Job], code: int, rows: Mapping[Row, int]) -> bool:
    """Return whether nearly all rows would be a job's, were the config so."""
    index = NameIndex(jobs)
    mine = 0
    for (name, command, host), count in rows.items():
        found = index.by_name(name, host)
        found = found if found >= 0 else index.by_command(command, host)
        mine += count if found == code else 0
    return mine >= LEAST_MET * sum(rows.values()) > 0


def command_globs(commands: Sequence[str]) -> Iterator[str]:
    """Yield globs that fit all of some commands, the shortest first; secrets and dates are left open."""
    if not commands:
        return
    whole = globbed(commands[0].strip())
    tail = program_text(commands[0])
    for glob in [f"*{globbed(tail)}", f"*{globbed(tail)}*", whole, f"{whole}*"] if tail else [whole, f"{whole}*"]:
        if all(fnmatchcase(command.strip(), glob) for command in commands):
            yield glob


def globbed(text: str) -> str:
    """Return a text as a glob for itself, with ``*`` for dates and secrets."""
    plain = re.sub(r"[*?\[]", lambda found: f"[{found[0]}]", redact(text))
    return MASKED.sub("*", DATES.sub("*", plain))


def program_text(command: str) -> str:
    """Return a command from its program's own name on, up to its last word that is no redirection."""
    for words in segments(command):
        if words and base_name(words[0]) not in WRAPPERS:
            start = command.find(words[0])
            end = command.find(words[-1], start) + len(words[-1])
            text = command[start:end]
            return (
                text.rsplit("/", 1)[-1]
                if " " not in text
                else text.partition(" ")[0].rsplit("/", 1)[-1] + (" " + text.partition(" ")[2])
            )
    return ""


def fits_any(glob: str, commands: Sequence[str]) -> bool:
    """Return whether a glob fits one of some commands."""
    pattern = re.compile(translate(glob), re.DOTALL)
    return any(pattern.match(command.strip()) for command in commands)
