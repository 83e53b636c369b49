"""Which jobs share a change, and of which that is sure enough to name them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forensics.evidence.paired import Flags, Floats, Ints
from forensics.investigate.change_parts import Parts
from forensics.investigate.change_place import (
    SETTLING,
    Rates,
    fits,
    fitting_place,
    gaining,
    log_odds,
    rates_of,
)

# So many jobs are named that, 97 times in a hundred, no more than one in ten of them is wrong: of fewer than ten none
# may be, of ten to nineteen one, and so on. These are the means of Poisson's law for it.
WRONG = (0.030, 0.269, 0.667, 1.158, 1.705)
# The share of jobs that change: inside a group that shares a value nearly all, outside few. Where no group is known it
# is learned; then the first guess counts as much as so many jobs.
NEARLY_ALL, FEW, GUESSED = 0.95, 0.02, 10
ROUNDS = 4
RATHER_THAN_NOT = 0.5
MOST_ODDS = 50.0


@dataclass(frozen=True)
class Belief:
    """How likely each of some parts changed, and by how much that explains their runs better than no change does."""

    likely: Floats
    worth: float


def believed(odds: Floats, share: float, *, learns: bool) -> Belief:
    """Return what to believe of some parts if a share of their like changed; ``learns``: that is but a first guess."""
    odds = np.clip(odds, -MOST_ODDS, MOST_ODDS)
    likely = 1 / (1 + np.exp(-odds - np.log(share / (1 - share))))
    for _ in range(ROUNDS if learns else 0):
        share = float((FEW * GUESSED + likely.sum()) / (GUESSED + len(odds)))
        likely = 1 / (1 + np.exp(-odds - np.log(share / (1 - share))))
    return Belief(likely, float(np.logaddexp(np.log(share) + odds, np.log(1 - share)).sum()))


def gathered(parts: Parts, group: Ints, place: int, is_alone: bool) -> tuple[Ints, int, Belief]:
    """Return the parts that changed near an instant where a group did, the one that fits best, and what to believe.

    One of the group that shows nothing against it belongs to it. ``is_alone``: none outside of it is looked at.
    """
    members, belief = both_sided(parts, group, place), Belief(np.zeros(0), 0.0)
    for _ in range(SETTLING):
        if not len(members):
            break
        rates = rates_of(parts, members, parts.splits(place)[members])
        place = fitting_place(parts, members, rates)
        again, belief = belonging(parts, group, place, rates, is_alone)
        if np.array_equal(again, members):
            break
        members = again
    return members, place, belief


def both_sided(parts: Parts, some: Ints, place: int) -> Ints:
    """Return those of some parts that have runs on both sides of an instant."""
    splits = parts.splits(place)[some]
    found: Ints = some[(splits > parts.starts[some]) & (splits < parts.starts[some + 1])]
    return found


def belonging(parts: Parts, group: Ints, place: int, rates: Rates, is_alone: bool) -> tuple[Ints, Belief]:
    """Return the parts that rather changed at an instant than not, with what to believe of them."""
    odds, inside = log_odds(parts, place, rates), both_sided(parts, group, place)
    outside = np.zeros(0, dtype=np.int64) if is_alone else np.setdiff1d(gaining(parts, place), group)
    one, other = believed(odds[inside], NEARLY_ALL, learns=False), believed(odds[outside], FEW, learns=False)
    likely = np.zeros(len(odds))
    likely[inside], likely[outside] = one.likely, other.likely
    found = np.flatnonzero(likely > RATHER_THAN_NOT)
    found = found[fits(parts, found, place, rates)]
    return found, Belief(likely[found], one.worth + other.worth)


def belief_in(parts: Parts, members: Ints, place: int) -> Belief:
    """Return what to believe of some parts that nothing but their runs names, were they to change at an instant."""
    rates = rates_of(parts, members, parts.splits(place)[members])
    odds = log_odds(parts, place, rates)
    everybody = both_sided(parts, np.arange(len(odds)), place)
    found = believed(odds[everybody], FEW, learns=True)
    return Belief(found.likely[np.searchsorted(everybody, members)], found.worth)


def trusted(likely: Floats) -> Flags:
    """Return which of some parts are sure enough to be named; the surest always is."""
    order = np.argsort(-likely, kind="stable")
    wrong, number = np.cumsum(1 - likely[order]), np.arange(1, len(likely) + 1)
    allowed = np.array(WRONG)[np.minimum(number // 10, len(WRONG) - 1)]
    enough = np.flatnonzero(wrong <= allowed)
    found = np.zeros(len(likely), dtype=np.bool_)
    found[order[: enough[-1] + 1 if len(enough) else 1]] = True
    return found
