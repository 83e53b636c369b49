"""Attributes of the message that a run's claim stands in: where it went, how it looks, and what came beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

import numpy as np
import pandas as pd

from forensics.config import Job
from forensics.evidence.columns import Names, words
from forensics.evidence.paired import CLAIM_CODES, NAT, Flags, Ints, Paired
from forensics.evidence.schema import nanoseconds
from forensics.investigate.contrast_attributes import UNKNOWN, Attribute, extremes, of_words
from forensics.timeline import NANOS
from forensics.verdicts import Claim

SUCCESS, FAILURE = CLAIM_CODES.index(Claim.SUCCESS), CLAIM_CODES.index(Claim.FAILURE)
ONLY_FAILURES = "only messages of failure have it: whence it comes and how it looks cannot be told from what it says"
BY_CLAIM = "it goes with what the message says: neither can be told from the other"
NAME_AND_CLAIM = "its name and claim only"
MOST_KEEP = 0.5
TEMPLATE_LENGTH = 60
NUMBER, STREAK = re.compile(r"\d+"), re.compile(r"\(#(?:st|nd|rd|th)? consecutive\)")


@dataclass(frozen=True)
class Messages:
    """The message of each run that makes the claim which counts: its row, UNKNOWN of none, its line and its claim."""

    row: Ints
    line: Ints
    claim: Ints

    @property
    def known(self) -> Flags:
        """Return the runs that have one."""
        return np.asarray(self.row != UNKNOWN, dtype=np.bool_)

    def picked(self, column: Names) -> Names:
        """Return what a column of the frame of notifications holds for each run, None where there is no message."""
        found = np.full(len(self.row), None, dtype=object)
        found[self.known] = column[self.row[self.known]]
        return found


def messages_of(paired: Paired) -> Messages:
    """Return the last message of each run that says success or failure."""
    claims, count = paired.claims, len(paired.runs)
    found = Messages(*(np.full(count, UNKNOWN, dtype=np.int64) for _ in range(3)))
    said = np.flatnonzero((claims.claim == SUCCESS) | (claims.claim == FAILURE))
    for kept, column in ((found.row, claims.row), (found.line, claims.line), (found.claim, claims.claim)):
        kept[claims.run[said]] = column[said]
    return found


def of_messages(
    paired: Paired, notifications: pd.DataFrame, about: Literal["work", "reporting"]
) -> Iterator[Attribute]:
    """Yield the attributes of runs that their messages show.

    A message of failure goes elsewhere, or looks otherwise, because it is one. Where it is asked whether the work was
    done, messages are compared with those that say the same; where it is asked whether they are true, that is no way.
    """
    sent = messages_of(paired)
    if not sent.known.any():
        return
    strata = sent.claim + 1 if about == "work" else None
    channel, author, texts = (sent.picked(words(notifications[name])) for name in ("channel", "author", "text"))
    for each in (
        failing_alone(replace(of_words("channel", channel), is_declared=True), sent),
        failing_alone(of_words("author of the message", author), sent),
        told_by_claim(looks("lines of the message", lines(texts, sent.line), about), sent, paired.runs.job),
        told_by_claim(looks("form of the message", templates(texts, paired), about), sent, paired.runs.job),
    ):
        yield replace(each, strata=strata)
    yield from crowded(sent, notifications)


def looks(name: str, words: Sequence[str | None], about: Literal["work", "reporting"]) -> Attribute:
    """Return how messages look; it comes of how the work went, and can be why only of what is told of it."""
    return of_words(name, words, is_symptom=about == "work")


def failing_alone(attribute: Attribute, sent: Messages) -> Attribute:
    """Return the attribute with those values veiled that only messages of failure have, where others say success."""
    if not (sent.claim == SUCCESS).any():
        return attribute
    succeeded = set(attribute.codes[sent.claim == SUCCESS].tolist())
    alone = set(range(len(attribute.values))) - succeeded
    return replace(attribute, veiled=dict.fromkeys(sorted(alone), ONLY_FAILURES))


def told_by_claim(attribute: Attribute, sent: Messages, job: Ints) -> Attribute:
    """Return the attribute with all values veiled, unless most jobs keep theirs whatever their messages say."""
    claims = extremes(sent.claim, job, sent.known)
    codes = extremes(attribute.codes, job, sent.known)
    says_both = claims[1] > claims[0]
    keeps = says_both & (codes[0] == codes[1])
    if not (sent.claim == FAILURE).any() or not (sent.claim == SUCCESS).any():
        return attribute
    if keeps.sum() > MOST_KEEP * says_both.sum():
        return attribute
    return replace(attribute, veiled=dict.fromkeys(range(len(attribute.values)), BY_CLAIM))


def lines(texts: Names, line: Ints) -> list[str | None]:
    """Return how long each message is; one that tells of several jobs is a list."""
    return [
        None if text is None else "in a list" if at else "one" if "\n" not in text.strip() else "several"
        for text, at in zip(texts.tolist(), line.tolist(), strict=True)
    ]


def templates(texts: Names, paired: Paired) -> list[str | None]:
    """Return each message without names, numbers and claims: what messages of several jobs have in common."""
    forms: dict[tuple[int, str], str] = {}
    found: list[str | None] = []
    for code, text in zip(paired.runs.job.tolist(), texts.tolist(), strict=True):
        plain = None if text is None else without_numbers(text)
        if plain is not None and (code, plain) not in forms:
            forms[code, plain] = template(plain, paired.jobs[code])
        found.append(None if plain is None else forms[code, plain])
    return found


def template(text: str, job: Job) -> str:
    """Return a message without the names of its job, numbers, and the words by which it claims an outcome."""
    phrases = job.phrases
    claims = (*phrases.success, *phrases.failure, *phrases.started, *phrases.skipped)
    names = tuple(without_numbers(name) for name in (job.name, *job.aliases))
    plain = pattern(names).sub(" ", STREAK.sub(" ", without_numbers(text)))
    return " ".join(pattern(claims).sub(" ", plain).split())[:TEMPLATE_LENGTH] or NAME_AND_CLAIM


def without_numbers(text: str) -> str:
    """Return a text with a sign for each number."""
    return NUMBER.sub("#", text)


@cache
def pattern(phrases: Sequence[str]) -> re.Pattern[str]:
    """Return a pattern that finds any of some phrases, as words where they are words."""
    longest = sorted(phrases, key=len, reverse=True)
    found = [rf"(?<!\w){re.escape(each)}(?!\w)" if each[:1].isalnum() else re.escape(each) for each in longest if each]
    return re.compile("|".join(found) or r"(?!)", re.IGNORECASE)


def crowded(sent: Messages, notifications: pd.DataFrame) -> Iterator[Attribute]:
    """Yield whether another message came to the same channel within a second, and within a minute."""
    gap = gaps(nanoseconds(notifications["at"]), words(notifications["channel"]))
    near = np.full(len(sent.row), -1, dtype=np.int64)
    near[sent.known] = gap[sent.row[sent.known]]
    for name, limit in (("second", NANOS), ("minute", 60 * NANOS)):
        told = [None if each < 0 else "yes" if each <= limit else "no" for each in near.tolist()]
        yield of_words(f"another message within a {name}", told)


def gaps(at: Ints, channel: Names) -> Ints:
    """Return how far in ns the nearest other message of its channel lies, the largest number where there is none."""
    found = np.full(len(at), np.iinfo(np.int64).max)
    codes = pd.factorize(channel, use_na_sentinel=False)[0]
    order = np.lexsort((at, codes))
    order = order[at[order] != NAT]
    apart = np.diff(at[order])
    apart = np.where(np.diff(codes[order]) == 0, apart, np.iinfo(np.int64).max)
    found[order[1:]] = apart
    found[order[:-1]] = np.minimum(found[order[:-1]], apart)
    return found
