"""What a message claims: success, failure, started, skipped, or nothing.

The job's own names are taken out first. Words match as words; failure wins over success, success
over started; counts of nothing (``0 errors``) are no failure; a leading sign decides.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from forensics.config import Phrases
from forensics.verdicts import Claim

TROUBLE = r"(?:errors?|failures?|failed|warnings?|exceptions?|timeouts?|crashe[sd]|issues?|problems?)"
NOTHING_WRONG = re.compile(
    rf"\b(?:0|no|zero|without|without any|none|not)\s+{TROUBLE}\b|\b{TROUBLE}\s{{0,2}}[:=]\s{{0,2}}(?:0|none)\b",
    re.IGNORECASE,
)
STREAK = re.compile(r"\((\d{1,6})(?:st|nd|rd|th) (?:consecutive|in a row)\)", re.IGNORECASE)
BULLETS = " \t*-•–>#|[(\"'`_~.:0123456789)]"
COLORS = {"danger": Claim.FAILURE, "good": Claim.SUCCESS}


@dataclass(frozen=True)
class Reader:
    """The phrases of a job, compiled."""

    success: re.Pattern[str]
    failure: re.Pattern[str]
    started: re.Pattern[str]
    skipped: re.Pattern[str]
    signs: tuple[tuple[str, Claim], ...]


@lru_cache(maxsize=256)
def reader(phrases: Phrases) -> Reader:
    """Return the compiled form of a job's phrases."""
    signs = [(phrase, Claim.SUCCESS) for phrase in phrases.success] + [
        (phrase, Claim.FAILURE) for phrase in phrases.failure
    ]
    return Reader(
        success=alternation(phrases.success),
        failure=alternation(phrases.failure),
        started=alternation(phrases.started),
        skipped=alternation(phrases.skipped),
        signs=tuple((phrase, claim) for phrase, claim in signs if is_sign(phrase)),
    )


def is_sign(phrase: str) -> bool:
    """Return whether a phrase is an emoji or its code, not a word."""
    return not phrase[:1].isalnum()


def alternation(phrases: Sequence[str]) -> re.Pattern[str]:
    """Return a pattern that finds any of the phrases; those of letters only as whole words."""
    parts = [
        re.escape(phrase) if is_sign(phrase) else rf"(?<!\w){re.escape(phrase)}(?!\w)" for phrase in phrases if phrase
    ]
    return re.compile("|".join(parts) or r"(?!)", re.IGNORECASE)


def claim_of(text: str, phrases: Phrases, color: str | None = None) -> Claim | None:
    """Return what a text without job names claims; its attachment's colour decides where no phrase does."""
    compiled = reader(phrases)
    own, lead = text.lstrip(), text.lstrip(BULLETS)
    leading = next((claim for sign, claim in compiled.signs if lead.startswith(sign) or own.startswith(sign)), None)
    if leading is not None:
        return leading
    plain = NOTHING_WRONG.sub(" ", text)
    if compiled.failure.search(plain):
        return Claim.FAILURE
    success, skipped = compiled.success.search(plain), compiled.skipped.search(plain)
    if skipped and not (success and success.start() < skipped.start()):
        return Claim.SKIPPED
    if success:
        return Claim.SUCCESS
    if compiled.started.search(plain):
        return Claim.STARTED
    return COLORS.get(color or "")


def streak_of(text: str) -> int:
    """Return the number in a streak such as ``(3rd consecutive)``, 0 where there is none."""
    found = STREAK.search(text)
    return int(found.group(1)) if found else 0


def without(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """Return a text without the stretches in which job names stand."""
    for start, end in sorted(spans, reverse=True):
        text = f"{text[:start]} {text[end:]}"
    return text
