"""Spellings that are nearly alike: a slip of the finger, or parts in another order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from functools import lru_cache

from forensics.match.names import WORD, base_name, key, tokens

MOST_WORDS = 4
LEAST_LETTERS = 3
SIBLINGS, ONE_LETTER, SLIP = 0.55, 0.7, 0.6


@lru_cache(maxsize=1 << 16)
def likeness(one: str, other: str) -> float:
    """Return how alike two names are, from 0 to 1: parts in another order are the same, siblings are not alike."""
    mine, theirs = tokens(one), tokens(other)
    if not mine or not theirs:
        return 0.0
    if sorted(mine) == sorted(theirs):
        return 1.0
    first, second = key(one), key(other)
    if 2 * min(len(first), len(second)) < max(len(first), len(second)):
        return 0.0
    alike = SequenceMatcher(None, first, second, autojunk=False).ratio()
    if not are_siblings(mine, theirs):
        return alike
    return min(alike, ONE_LETTER if is_one_letter(first, second) else SIBLINGS)


def is_one_letter(one: str, other: str) -> bool:
    """Return whether two texts of one length differ in one letter, and not in a digit."""
    unlike = [pair for pair in zip(one, other, strict=False) if pair[0] != pair[1]]
    return len(one) == len(other) and len(unlike) == 1 and not any(sign.isdigit() for sign in unlike[0])


def are_siblings(mine: Sequence[str], theirs: Sequence[str]) -> bool:
    """Return whether two names differ as ``report-eu`` and ``report-us``, or ``backup-1`` and ``backup-2`` do."""
    if len(mine) != len(theirs):
        return bool(set(mine) < set(theirs) or set(theirs) < set(mine))
    return any(not is_slip(one, other) for one, other in zip(mine, theirs, strict=True) if one != other)


def is_slip(one: str, other: str) -> bool:
    """Return whether two parts of a name differ by a slip of the finger: a letter or two, not in their numbers."""
    digits = ["".join(filter(str.isdigit, part)) for part in (one, other)]
    if digits[0] != digits[1]:
        return False
    return sorted(one) == sorted(other) or SequenceMatcher(None, one, other, autojunk=False).ratio() >= SLIP


def command_words(command: str) -> Iterator[str]:
    """Yield the words of a command that may name its job: without paths, suffixes and the heads of options."""
    for word in command.split():
        value = word.partition("=")[2] if word.startswith("-") else word.split("=")[-1]
        name = base_name(value)
        if len(key(name)) >= LEAST_LETTERS and not name.startswith(("-", ">", "<", "&")) and not name[:1].isdigit():
            yield name


def phrases(line: str) -> Iterator[str]:
    """Yield the words of a line, and those that stand beside each other, as they are written."""
    found = [(match.start(), match.start() + len(match.group().rstrip(".-"))) for match in WORD.finditer(line)]
    for first in range(len(found)):
        for last in range(first, min(len(found), first + MOST_WORDS)):
            text = line[found[first][0] : found[last][1]]
            if len(key(text)) >= LEAST_LETTERS and not text[:1].isdigit():
                yield text


def nearest_of(name: str, spellings: Iterable[str]) -> float:
    """Return how alike a name is to the most alike of some spellings."""
    return max((likeness(name, each) for each in spellings), default=0.0)
