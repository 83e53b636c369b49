"""How counts, shares and lists are said: the count and its base first, the rate second."""

from __future__ import annotations

from collections.abc import Sequence

LISTED = 5


def percent(count: float, of: float) -> str:
    """Return a share as ``6.9 %``: one decimal, none for 0 % and 100 %."""
    rate = 100 * count / of if of else 0.0
    if count in (0, of):
        return f"{rate:.0f} %"
    return f"{min(max(rate, 0.1), 99.9):.1f} %"


def share(count: int, of: int) -> str:
    """Return a share with its count and base: ``2 of 29 (6.9 %)``."""
    return f"{count:,} of {of:,} ({percent(count, of)})"


def counted(number: int, thing: str) -> str:
    """Return a count with its noun: ``1 run``, ``2,316 files``."""
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"


def listed(names: Sequence[str], shown: int = LISTED) -> str:
    """Return names for a sentence, no more than are read at a glance."""
    left = len(names) - shown
    return ", ".join(names[:shown]) + (f" and {left:,} more" if left > 0 else "")


def times(number: int) -> str:
    """Return how often: ``once``, ``twice``, ``4 times``."""
    return {1: "once", 2: "twice"}.get(number, f"{number:,} times")
