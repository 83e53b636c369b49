"""Values as the JSON report has them: every text redacted, numbers finite, times in UTC."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from forensics.redaction import redact, redact_all
from forensics.timeline import utc_text


@lru_cache(maxsize=1 << 14)  # names of files and sources stand with every run
def clean(text: str | None) -> str | None:
    """Return a text redacted, and without halves of characters that no strict reader accepts."""
    return None if text is None else whole(redact(text))


def whole(text: str) -> str:
    """Return a text with halves of characters written out."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def clean_all(texts: Sequence[str | None]) -> list[str | None]:
    """Return many texts as ``clean`` does."""
    done = iter(redact_all([text for text in texts if text is not None]))
    return [None if text is None else whole(next(done)) for text in texts]


def rounded(number: float | None, digits: int = 3) -> float | None:
    """Return a number as it is shown, None where it is none."""
    return None if number is None or not math.isfinite(number) else round(number, digits)


def fraction(number: float | None, digits: int = 3) -> float | None:
    """Return a number as it is shown, to so many places, but none that is small as 0: a chance is never nil."""
    short = rounded(number, digits)
    is_lost = number is not None and short is not None and abs(number) < 10.0 ** (2 - digits) and number != 0
    return float(f"{number:.3g}") if is_lost else short


def instant(at: int | None) -> str | None:
    """Return an instant in UTC."""
    return None if at is None else utc_text(at)


def plain(value: Any) -> Any:
    """Return a value as JSON has it: texts redacted, numbers finite, sets in order."""
    match value:
        case None | bool() | int():
            return value
        case str():
            return clean(value)
        case float():
            return fraction(value, 6)
        case np.generic():
            return plain(value.item())
        case Mapping():
            return {str(clean(str(key))): plain(each) for key, each in value.items()}
        case set() | frozenset():
            return sorted((plain(each) for each in value), key=str)
        case list() | tuple() | np.ndarray():
            return [plain(each) for each in value]
        case _:
            return clean(str(value))
