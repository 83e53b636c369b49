"""Which job a path is named after: the names that stand in commands, looked for in paths."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import combinations

from forensics.config import Job
from forensics.match.names import phrases, tokens

# What is touched whether the work was done or not, or by anybody: never proof of it.
IDLE_FOLDERS = frozenset(
    "cache caches .cache tmp temp log logs lock locks run session sessions spool inbox incoming upload uploads".split()
)
IDLE_ENDINGS = (".log", ".lock", ".pid", ".tmp", ".err", ".out", ".swp", ".part", ".sock")
REDIRECTED = re.compile(r"(?:\d|&)?>{1,2}\s*([^\s;&|)'\"]+)|\bflock\b(?:\s+-\S+)*\s+([^\s;&|]+)")
SHORTEST_ALONE = 4
LONGEST_PHRASE = 8
COMMON_TO, LONG_WORD, FEW = 6, 5, 2
COMMON_WORDS = frozenset(
    "app archive backup build cache check clean cron daily data day db dump eu export feed fetch file full hourly "
    "image import index job latest list load log main nightly out page part report run scan script send state sync "
    "task test update upload us weekly".split()
)


class PathNames:
    """Tells after which jobs a path is named: of the names that stand in it the longest counts."""

    def __init__(self, jobs: Sequence[Job], commands: Mapping[int, Iterable[str]]) -> None:
        self._owners: dict[tuple[str, ...], set[int]] = defaultdict(set)
        self._touched: set[str] = set()
        for code, job in enumerate(jobs):
            lines = list(commands.get(code, ()))
            started = (phrase for line in lines for phrase in phrases(line))
            for phrase in (tokens(job.name), *map(tokens, job.aliases), *started):
                if sum(map(len, phrase)) >= SHORTEST_ALONE and len(phrase) <= LONGEST_PHRASE:
                    self._owners[phrase].add(code)
            self._touched |= {path for line in lines for path in touched_by(line)}
        self._heads = {phrase[0] for phrase in self._owners}
        self._parts = parts_of(self._owners)

    def owners(self, path: str) -> frozenset[int]:
        """Return the jobs after which a path is named, none where no name stands in it."""
        words = path_tokens(path)
        if self._heads.isdisjoint(words):
            return frozenset()
        best: tuple[str, ...] = ()
        for start, word in enumerate(words):
            for length in range(1, LONGEST_PHRASE + 1) if word in self._heads else ():
                phrase = words[start : start + length]
                if len(phrase) == length and phrase in self._owners and len(phrase) > len(best):
                    best = phrase
        return frozenset(self._owners[best]) if best else frozenset()

    def kin(self, path: str) -> tuple[frozenset[int], bool]:
        """Return the jobs in whose names the longest part stands that a path shares with any name, and if it says much.

        A single word of which folders are commonly made (``exports``) tells nothing; a long one that hardly any name
        holds says as much as two words.
        """
        words = tuple(map(stem, path_tokens(path)))
        best, rank, longest = frozenset[int](), (0, 0), 0
        for start, word in enumerate(words):
            for length in range(1, LONGEST_PHRASE + 1) if (word,) in self._parts else ():
                owners = self._parts.get(words[start : start + length], frozenset())
                is_telling = owners and len(owners) <= COMMON_TO and (length > 1 or word not in COMMON_WORDS)
                if is_telling and (length, -len(owners)) > (rank if best else (0, -COMMON_TO - 1)):
                    best, rank, longest = owners, (length, -len(owners)), len(word)
        return best, rank[0] > 1 or (longest >= LONG_WORD and len(best) <= FEW)

    def is_idle(self, path: str, of: frozenset[int] = frozenset()) -> bool:
        """Return whether a path looks like what is touched whether the work was done or not.

        A folder that is named like a job which cares for such things (``of``), for logs or a cache, is none of these.
        """
        *folders, name = path.casefold().split("/")
        own = {word for phrase, codes in self._owners.items() if codes & of for word in phrase}
        if name.endswith(IDLE_ENDINGS) or not IDLE_FOLDERS.isdisjoint(set(folders) - own):
            return True
        return any(touched.endswith("/" + path) for touched in self._touched)


def parts_of(owners: Mapping[tuple[str, ...], Iterable[int]]) -> dict[tuple[str, ...], frozenset[int]]:
    """Return for each part of a name the jobs in whose names it stands."""
    parts: dict[tuple[str, ...], set[int]] = defaultdict(set)
    for phrase, codes in owners.items():
        words = tuple(map(stem, phrase))
        for start, end in combinations(range(len(words) + 1), 2):
            parts[words[start:end]] |= set(codes)
    return {part: frozenset(codes) for part, codes in parts.items()}


def stem(word: str) -> str:
    """Return a word without the ending of a plural."""
    return word[:-1] if len(word) > SHORTEST_ALONE and word.endswith("s") else word


def path_tokens(path: str) -> tuple[str, ...]:
    """Return the parts of a path in lower case; those of its folder are remembered, many files share one."""
    folder, _, name = path.rpartition("/")
    return (*folder_tokens(folder), *tokens(name))


@lru_cache(maxsize=1 << 15)
def folder_tokens(folder: str) -> tuple[str, ...]:
    """Return the parts of a folder's path in lower case."""
    return tokens(folder)


def touched_by(command: str) -> list[str]:
    """Return the paths that a command line itself writes to, before any work is done: of its output, of its lock."""
    found = [one or other for one, other in REDIRECTED.findall(command)]
    return [path for path in found if path.startswith("/") and path != "/dev/null"]


def commands_of(codes: Sequence[int], commands: Sequence[str | None]) -> dict[int, set[str]]:
    """Return the command lines of each job."""
    found: dict[int, set[str]] = defaultdict(set)
    for code, command in set(zip(codes, commands, strict=True)):
        if code >= 0 and command:
            found[code].add(command)
    return found
