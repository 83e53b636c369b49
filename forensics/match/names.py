"""Which job a spelling, a command line or a sentence speaks of.

Spellings are compared by their letters and digits alone (``Backup DB``, ``backup_db`` and
``backup-db`` are one); a name counts in running text only as whole words, and the longest wins.
"""

from __future__ import annotations

import fnmatch
import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from operator import eq

from forensics.config import Job
from forensics.match.own import is_own
from forensics.redaction import redact

WORD = re.compile(r"\w[\w.-]*", re.UNICODE)
SEPARATORS = re.compile(r"[\W_]+", re.UNICODE)
MAX_WORDS = 6
SUFFIXES = (".sh", ".py", ".pl", ".rb", ".js", ".bash", ".exe")


@lru_cache(maxsize=1 << 16)
def key(text: str) -> str:
    """Return what is left of a spelling when case and separators do not count."""
    return SEPARATORS.sub("", text.casefold())


def short_host(host: str | None) -> str | None:
    """Return a host's first label, in lower case: ``web1`` for ``Web1.example.org``."""
    return host.casefold().split(".")[0] if host else None


@dataclass(frozen=True, slots=True)
class Named:
    """A job named in a text: its code, and where the name stands."""

    job: int
    start: int
    end: int


class NameIndex:
    """Looks jobs up by the names, aliases, commands and hosts that the config gives them."""

    def __init__(self, jobs: Sequence[Job]) -> None:
        self._by_key: dict[str, list[int]] = {}
        self._globs: list[tuple[re.Pattern[str], int]] = []
        self._commands: list[tuple[Callable[[str], object], int]] = []
        self._hosts = [short_host(job.host) for job in jobs]
        self._known_hosts = {host for host in self._hosts if host}
        for code, job in enumerate(jobs):
            self._add(code, job)
        self._globbed_commands = {code for code, job in enumerate(jobs) if job.command}
        self._beginnings = {name[:end] for name in self._by_key for end in range(len(name) + 1)}

    def _add(self, code: int, job: Job) -> None:
        for spelling in (job.name, *job.aliases):
            if any(sign in spelling for sign in "*?["):
                self._globs.append((re.compile(fnmatch.translate(spelling.casefold())), code))
            elif code not in self._by_key.setdefault(key(spelling), []):
                self._by_key[key(spelling)].append(code)
        if job.command:
            self._commands.append((glob(job.command), code))

    def by_name(self, name: str | None, host: str | None) -> int:
        """Return the code of the job that a source names outright, -1 where none is configured."""
        if not name:
            return -1
        found = self._by_key.get(key(name))
        if found is None:
            text = name.casefold()
            found = [code for pattern, code in self._globs if pattern.match(text)]
        return self._on_host(found, host)

    def _on_host(self, codes: Sequence[int], host: str | None) -> int:
        short = short_host(host)
        at_home = [code for code in codes if self._hosts[code] == short]
        anywhere = [code for code in codes if self._hosts[code] is None]
        if at_home or anywhere:
            return (at_home or anywhere)[0]
        return codes[0] if codes and short is None else -1

    def by_command(self, command: str | None, host: str | None) -> int:
        """Return the code of the job that a command line starts: by its glob, else by its name as a word."""
        if not command:
            return -1
        stripped = command.strip()
        globbed = self._on_host([code for fits, code in self._commands if fits(stripped)], host)
        if globbed >= 0 or is_own(stripped):
            return globbed
        codes = [self._on_host(self._without_glob(word), host) for word in self._command_keys(stripped)]
        return next((code for code in codes if code >= 0), -1)

    def _without_glob(self, word: str) -> list[int]:
        """Return the jobs so named that do not say themselves how their command looks."""
        return [code for code in self._by_key[word] if code not in self._globbed_commands]

    def _command_keys(self, command: str) -> list[str]:
        values = (part.partition("=")[2] if part.startswith("-") else part for part in command.split())
        words = (base_name(word) for value in values for word in (value, value.split("=")[-1]) if word)
        keys = {key(word) for word in words} & self._by_key.keys()
        return sorted(keys, key=lambda found: (-len(found), found))

    def in_text(self, text: str) -> list[Named]:
        """Return the jobs named in a line, leftmost first; of overlapping names the longest."""
        words = [(match.group().rstrip(".-"), match.start()) for match in WORD.finditer(text)]
        hosts = {short_host(word) for word, _ in words} & self._known_hosts if self._known_hosts else set()
        host = hosts.pop() if len(hosts) == 1 else None
        found: list[Named] = []
        position = 0
        while position < len(words):
            if not self._globs and key(words[position][0]) not in self._beginnings:
                position += 1  # as most words: no name begins with it
                continue
            named, length = self._named_at(words, position, host)
            if named is not None:
                found.append(named)
            position += length
        return found

    def _named_at(self, words: Sequence[tuple[str, int]], position: int, host: str | None) -> tuple[Named | None, int]:
        joined, best = "", None
        for offset, (word, start) in enumerate(words[position : position + MAX_WORDS]):
            joined += key(word)
            if joined not in self._beginnings:
                break
            codes = self._by_key.get(joined)
            if codes is not None and (code := self._on_host(codes, host)) >= 0:
                best = Named(code, words[position][1], start + len(word)), offset + 1
        if best is None and self._globs:
            return self._globbed(words[position], host), 1
        return best or (None, 1)

    def _globbed(self, word: tuple[str, int], host: str | None) -> Named | None:
        text, start = word[0].casefold(), word[1]
        code = self._on_host([code for pattern, code in self._globs if pattern.match(text)], host)
        return Named(code, start, start + len(text)) if code >= 0 else None


def glob(text: str) -> Callable[[str], object]:
    """Return what tells whether a whole line fits a glob; where that has stars alone, no expression is compiled."""
    if "?" in text or "[" in text:
        return re.compile(fnmatch.translate(text)).match
    head, *parts = text.split("*")
    return partial(fits_stars, head, parts) if parts else partial(eq, text)


def fits_stars(head: str, parts: Sequence[str], text: str) -> bool:
    """Return whether a text is made of some parts in their order, from its head on, with anything in between."""
    if not text.startswith(head):
        return False
    position = len(head)
    for part in parts[:-1]:
        found = text.find(part, position)
        if found < 0:
            return False
        position = found + len(part)
    return text.endswith(parts[-1]) and len(text) - len(parts[-1]) >= position


def base_name(word: str) -> str:
    """Return the last part of a path in a command, without quotes and a script's suffix."""
    name = word.strip("'\"();").rstrip("/").rsplit("/", 1)[-1]
    return next((name[: -len(suffix)] for suffix in SUFFIXES if name.endswith(suffix)), name)


ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
NAME_LIKE = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[._-][A-Za-z0-9]+)*")
DATES = re.compile(r"\d{4}-?\d\d-?\d\d(?:[T_-]?\d\d[:-]?\d\d(?:[:-]?\d\d)?)?")
WRAPPERS = frozenset(
    "sh bash zsh dash ksh env sudo doas nice ionice nohup timeout flock setsid time exec cd test command chronic "
    "systemd-cat caffeinate su python python2 python3 perl ruby node php java true then do if [ { & && || ; |".split()
)
GLUED = re.compile(r"(&&|\|\||[;&|])")
# Options of wrappers that take the next word as their value, wrappers that take a plain amount, or one word first:
# a lock's file, a user.
VALUED = {"nice": "n", "ionice": "cnp", "timeout": "ks", "sudo": "ugp", "env": "uC", "flock": "wE", "exec": "a"}
VALUED |= {"su": "sg"}
TIMED = frozenset({"timeout", "sleep", "nice"})
LEADING = frozenset({"flock", "su"})
REDIRECTION = re.compile(r"(?:\d|&)?(?:>>?|<)[|&]?")
SETTING = re.compile(r"""(?<!\S)[A-Za-z_]\w*=(?:'[^']*'|"[^"]*")""")
LONG_NUMBER = re.compile(r"\d{7,}")
AMOUNT = re.compile(r"\d+(?:\.\d+)?[smhd]?")


def command_name(command: str) -> str:
    """Return a name for a cron line that no config knows.

    It is the base name of the first word that is no shell, environment, redirection or interpreter,
    with a name-like argument where one follows; dates do not count.
    """
    programs = [words for words in segments(DATES.sub("", redact(command))) if words]
    words = next((words for words in programs if base_name(words[0]) not in WRAPPERS), programs[-1] if programs else [])
    if not words:
        return slug(command)
    argument = next((base_name(word) for word in words[1:] if is_argument(word)), None)
    name = base_name(words[0])
    return slug(f"{name}-{argument}" if argument and argument != name else name)


def segments(command: str) -> Iterable[list[str]]:
    """Yield the words of each simple command of a line, without wrappers, assignments and redirections."""
    words: list[str] = []
    wrapper, skips, leads = "", False, False
    for word in GLUED.sub(r" \1 ", SETTING.sub(" ", unjoined(command))).split():
        if GLUED.fullmatch(word):
            yield words
            words, wrapper, skips, leads = [], "", False, False
        elif skips:
            skips = False
        elif found := REDIRECTION.match(word):
            skips = found.end() == len(word)
        elif words or not is_wrapping(word, wrapper):
            is_first = leads and not words
            leads = leads and not is_first
            words += [] if is_first or ASSIGNMENT.match(word) else [word]
        elif word.startswith("-"):
            skips = len(word) == 2 and word[1] in VALUED.get(wrapper, "")
        else:
            wrapper = base_name(word) if base_name(word) in WRAPPERS else wrapper
            leads = base_name(word) in LEADING or (leads and base_name(word) not in WRAPPERS)
    yield words


def unjoined(command: str) -> str:
    """Return a line with its redirections of descriptors left out: their ``&`` parts no commands."""
    return re.sub(r"\d?>&\d?-?|&>>?\s*\S+", " ", command)


def is_wrapping(word: str, wrapper: str) -> bool:
    """Return whether a word at a command's head only says how to run it: a wrapper, or its option or time."""
    if wrapper and (word.startswith("-") or (wrapper in TIMED and AMOUNT.fullmatch(word))):
        return True
    return base_name(word) in WRAPPERS - {"cd", "test", "true", "["}


def command_names(commands: Iterable[str]) -> dict[str, str]:
    """Return a name for each cron line; lines that differ in more than dates have names that differ.

    Where several lines would go by one name, the words in which they differ are added to it.
    """
    alike: dict[str, dict[str, list[str]]] = {}
    for command in commands:
        alike.setdefault(command_name(command), {}).setdefault(undated(command), []).append(command)
    names: dict[str, str] = {}
    for name, lines in alike.items():
        told = dict.fromkeys(lines, name) if len(lines) == 1 else told_apart(name, sorted(lines))
        names.update((command, told[line]) for line, found in lines.items() for command in found)
    return names


def undated(command: str) -> str:
    """Return a cron line without what may differ from run to run: dates, long numbers, blanks."""
    return " ".join(LONG_NUMBER.sub("", DATES.sub("", redact(command))).split())


def told_apart(name: str, lines: Sequence[str]) -> dict[str, str]:
    """Return names for lines that would all go by one: with the words of their own, else with a digest."""
    words = [[base_name(word.lstrip("-")) for words in segments(line) for word in words] for line in lines]
    common = set.intersection(*map(set, words))
    own = [slug("-".join([name, *(word for word in each if word and word not in common)])) for each in words]
    return {
        line: text if own.count(text) == 1 and text != name else f"{name[:59]}-{digest(line)}"
        for line, text in zip(lines, own, strict=True)
    }


def digest(text: str) -> str:
    """Return four hex digits that stand for a text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:4]


@lru_cache(maxsize=1 << 13)
def phrases(command: str) -> frozenset[tuple[str, ...]]:
    """Return the names that stand in a cron line, as tokens: of what it starts, and of each name-like argument."""
    found: set[tuple[str, ...]] = set()
    for words in segments(DATES.sub("", redact(command))):
        if words and base_name(words[0]) not in WRAPPERS:
            values = (word.rpartition("=")[2] for word in words[1:])
            found.add(tokens(base_name(words[0])))
            found |= {tokens(base_name(word)) for word in values if is_argument(word) and "/" not in word}
    return frozenset(found - {()})


def is_argument(word: str) -> bool:
    """Return whether a word of a command can be part of a job's name."""
    return not word.startswith("-") and NAME_LIKE.fullmatch(base_name(word)) is not None


def slug(text: str) -> str:
    """Return a text as a job name may be written, ``job`` where nothing of it may."""
    # Secrets are masked first: without the signs around it none would be known any more.
    return re.sub(r"[^A-Za-z0-9._-]+", "-", redact(text)).strip("-._")[:64] or "job"


def tokens(text: str) -> tuple[str, ...]:
    """Return the letters-and-digits parts of a text in lower case."""
    return tuple(part for part in SEPARATORS.split(text.casefold()) if part)
