"""What the reporting usually comes to, out of earlier reports, and whether a night lies far under it.

A night under the threshold is no part of what is usual: it was an outage, or work was missing, and it was told of
then. So no outage, however long, moves the baseline. What is left is pooled. To be far under it takes three things:
ten points less, of all runs and of those that are proven; so few messages that chance does not explain it; and fewer
than one earlier night in ten that was as bad, so that a bad weekday is not an alarm every week.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from forensics.evidence.memory import PastRate

NEWEST_NIGHTS = 60
LEAST_NIGHTS, LEAST_OWED = 5, 50
LEAST_DROP = 0.1
RARE = 0.01
AS_BAD = 0.1
NEGLIGIBLE = 1e-18


@dataclass(frozen=True)
class Baseline:
    """The ordinary nights: of ``owed`` runs from which a message was due, ``said`` said success.

    ``nights`` are the rates of the single ones, ascending.
    """

    said: int
    owed: int
    nights: tuple[float, ...]

    @property
    def rate(self) -> float:
        """Return the usual rate."""
        return self.said / self.owed


def baseline_of(rates: Sequence[PastRate], threshold: float) -> Baseline | None:
    """Return what is usual, None where too few nights, or too few runs, are known to say."""
    due = [each for each in rates[-NEWEST_NIGHTS:] if each.owed > 0]
    ordinary = [each for each in due if each.said >= threshold * each.owed]
    said, owed = sum(each.said for each in ordinary), sum(each.owed for each in ordinary)
    if len(ordinary) < LEAST_NIGHTS or owed < LEAST_OWED:
        return None
    return Baseline(said, owed, tuple(sorted(each.said / each.owed for each in ordinary)))


def is_far_under(usual: Baseline, rate: float, proven_and_said: int, proven: int) -> bool:
    """Return whether a night lies far under what is usual, judged by the runs whose work is proven."""
    if not proven or usual.rate - max(rate, proven_and_said / proven) < LEAST_DROP:
        return False
    as_bad = sum(night <= rate for night in usual.nights)
    # Half a miss more than there were: a baseline without one does not make the first a wonder.
    chance = lower_tail(proven_and_said, proven, (usual.said + 0.5) / (usual.owed + 1))
    return as_bad < AS_BAD * len(usual.nights) and chance < RARE


def lower_tail(successes: int, trials: int, rate: float) -> float:
    """Return the chance of at most so many successes, where each trial succeeds at a rate between 0 and 1, exactly.

    From the largest term down: each is the one above it times a quotient, until no more is added.
    """
    if successes >= trials or rate <= 0:
        return 1.0
    if rate >= 1:
        return 0.0
    top = min(successes, math.floor((trials + 1) * rate))
    above = sum(terms(range(top + 1, successes + 1), top, trials, rate))
    below = sum(terms(range(top, 0, -1), top, trials, rate))
    return min(1.0, term(top, trials, rate) * (1 + above + below))


def term(successes: int, trials: int, rate: float) -> float:
    """Return the chance of exactly so many successes."""
    ways = math.lgamma(trials + 1) - math.lgamma(successes + 1) - math.lgamma(trials - successes + 1)
    return math.exp(ways + successes * math.log(rate) + (trials - successes) * math.log1p(-rate))


def terms(places: range, top: int, trials: int, rate: float) -> list[float]:
    """Return the terms on one side of the one at ``top``, in shares of it, as far as they count."""
    found, odds, share = list[float](), rate / (1 - rate), 1.0
    for place in places:
        # Upwards a place is the term's own, downwards that of the term above it.
        step = odds * (trials - place + 1) / place
        share *= step if places.step > 0 else 1 / step
        found.append(share)
        if share < NEGLIGIBLE:
            break
    return found
