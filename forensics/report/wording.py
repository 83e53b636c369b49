"""How counts, shares and lists are said: the count and its base first, the rate second."""

from __future__ import annotations

from collections.abc import Sequence


def share(count: int, of: int) -> str:
    """Return a share with its count and base: ``2 of 29 (6.9 %)``; no rate where there is no base."""
    return f"{count:,} of {of:,} ({percent(count / of)})" if of else f"{count:,} of {of:,}"


def percent(rate: float) -> str:
    """Return a rate as ``6.9 %``: one decimal, none for 0 % and 100 %, which nothing else is rounded to."""
    return f"{100 * rate:.0f} %" if rate in (0, 1) else f"{min(max(100 * rate, 0.1), 99.9):.1f} %"


def threshold_text(rate: float) -> str:
    """Return a limit as it was set: ``80 %``."""
    return f"{100 * rate:.4g} %"


def counted(number: int, thing: str, things: str | None = None) -> str:
    """Return a count with its noun: ``1 run``, ``2,316 files``."""
    return f"{number:,} {thing if number == 1 else things or thing + 's'}"


def listed(shown: Sequence[str], count: int) -> str:
    """Return the first of ``count`` names for a sentence: ``a, b and 3 more``."""
    left = count - len(shown)
    return ", ".join(shown) + (f" and {left:,} more" if left > 0 else "")


def number(count: int) -> str:
    """Return a count with its thousands told apart: ``2,316``."""
    return f"{count:,}"


def ordinal(place: int) -> str:
    """Return ``1st``, ``2nd``, ``11th``."""
    ending = {1: "st", 2: "nd", 3: "rd"}.get(place % 10, "th") if place % 100 not in (11, 12, 13) else "th"
    return f"{place:,}{ending}"
