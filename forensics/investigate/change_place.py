"""Where a change that several jobs share lies, and which of them share it.

The rates on both sides say how much each run speaks for lying after the change rather than before it; summed up from
the newest run back, that tells how well each instant fits.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forensics.evidence.paired import Flags, Floats, Ints
from forensics.investigate.change_chance import ROUNDING, log_chance_of_more
from forensics.investigate.change_parts import Parts

# ln 20: an instant that the runs make twenty times less likely is not that of the change; fifty times, ln 50, where
# several jobs share it, as it is not known for sure which. Of these a single one's runs must make it 150 times less
# likely, ln 150: of many some will be odd.
DOUBT, SHARED_DOUBT, STRANGE = 3.0, 4.0, 5.0
# A rate is never taken as sure; but one run against this one is enough to rule an instant out.
SUREST = 0.995
# The share of jobs that may stand by chance among those that changed together.
STRANGERS = 0.1
SETTLING = 5
LUCK = 3
# ln 3: a job changed with others where that is three times as likely as that it did not.
RATHER = 1.1
EASING = 10
# What is held possible of jobs none of whose runs failed before: one of many hundred.
SPARE = 0.1


@dataclass(frozen=True)
class Rates:
    """How often runs go wrong: ``before`` for each part, ``usual`` and ``after`` for all that changed together."""

    before: Floats
    usual: float
    after: float

    def scores(self, parts: Parts, runs: Ints) -> Floats:
        """Return by how much each of some runs speaks for lying after the change."""
        before = np.minimum(self.before[parts.part[runs]], self.after)
        return np.where(parts.bad[runs], np.log(self.after / before), np.log((1 - self.after) / (1 - before)))


def rates_of(parts: Parts, members: Ints, splits: Ints) -> Rates:
    """Return the rates on both sides of the splits of some parts, what is usual for one of them eased to that of all.

    What is usual for any other part is told by its own best split: bad runs just before the shared instant are not to
    pass for its usual ones.
    """
    sides, own = parts.sides(members, splits), parts.sides(np.arange(len(parts.best)), parts.best)
    usual = (sides.bad_before.sum() + 0.5) / (sides.before.sum() + 1)
    rate = sides.bad_before / np.maximum(sides.before, 1)
    steady = rate <= np.median(rate)  # one flaky job among them must not make all others seem so
    least = (sides.bad_before[steady].sum() + SPARE) / (sides.before[steady].sum() + 1)
    after = sides.bad_after.sum() / max(1, sides.after.sum())
    before = np.maximum((own.bad_before + 2 * least) / (own.before + 2), least)
    before[members] = (sides.bad_before + EASING * usual) / (sides.before + EASING)
    return Rates(np.clip(before, 1 - SUREST, SUREST), float(usual), float(np.clip(after, 1 - SUREST, SUREST)))


def settled(parts: Parts, place: int) -> tuple[Ints, int]:
    """Return the parts that changed together near an instant (a place in ``times``), and the one that fits them best.

    The first guess are those that stand out by themselves, of these those whose own best split is there: one that
    changed a run earlier or later is no member. How often these fail tells which others belong to them.
    """
    members = joining(parts, place)
    core = members[parts.best[members] == parts.splits(place)[members]]
    members = next((some for some in (core, members) if len(some)), gaining(parts, place))
    for _ in range(SETTLING):
        if not len(members):
            break
        rates = rates_of(parts, members, parts.splits(place)[members])
        place = fitting_place(parts, members, rates)
        again = likely(parts, place, rates, len(members))
        again = again[fits(parts, again, place, rates)]
        if np.array_equal(again, members):
            break
        members = again
    return members, place


def gaining(parts: Parts, place: int) -> Ints:
    """Return the parts that a change at an instant explains better than none."""
    splits = parts.splits(place)
    found = np.flatnonzero(parts.is_open & (splits < parts.starts[1:]))
    return found[parts.gain[splits[found]] > 0]


def log_odds(parts: Parts, place: int, rates: Rates) -> Floats:
    """Return for each part by how much its runs after an instant are rather those of one that changed (ln)."""
    scores = rates.scores(parts, np.arange(len(parts.part)))
    return np.bincount(parts.part, weights=np.where(parts.place >= place, scores, 0.0)).astype(np.float64)


def likely(parts: Parts, place: int, rates: Rates, members: int) -> Ints:
    """Return the parts whose runs after an instant are rather those of a member, if so many are members.

    One that failed often before changes too little to be one, as good as its runs may fit.
    """
    odds = log_odds(parts, place, rates)
    others = len(odds) - members + 1
    found = gaining(parts, place)
    sides = parts.sides(found, parts.splits(place)[found])
    rise = sides.bad_after / sides.after - sides.bad_before / sides.before
    found = found[rise * 2 >= rates.after - rates.usual]
    return np.asarray(found[odds[found] + np.log(members / others) > RATHER], dtype=np.int64)


def joining(parts: Parts, place: int) -> Ints:
    """Return the parts that got worse at an instant, so few of them by chance as is allowed."""
    found = gaining(parts, place)
    sides = parts.sides(found, parts.splits(place)[found])
    chance = log_chance_of_more(sides.bad_after, sides.after, sides.bad, sides.runs)
    order = np.argsort(chance, kind="stable")
    allowed = np.log(STRANGERS * np.arange(1, len(found) + 1) / max(1, parts.is_open.sum()))
    enough = np.flatnonzero(chance[order] <= allowed)
    return np.sort(found[order[: enough[-1] + 1 if len(enough) else 0]])


def fits(parts: Parts, members: Ints, place: int, rates: Rates) -> Flags:
    """Return of which parts their own runs do not rule an instant out, were all to fail as often after it.

    One of many may be odd; where more are odd in the same way than luck makes, these changed at another time.
    """
    if not len(members):
        return np.zeros(0, dtype=np.bool_)
    runs = parts.runs_of(members)
    summed = np.concatenate([[0.0], np.cumsum(rates.scores(parts, runs))])
    begin = np.searchsorted(parts.part[runs], members)
    end = np.append(begin[1:], len(runs))
    lowest = np.minimum(np.minimum.reduceat(summed[:-1], begin), summed[end])
    chosen = begin + parts.splits(place)[members] - parts.starts[members]
    odd = summed[chosen] - lowest
    near = np.sort(odd[odd <= STRANGE])
    as_odd = len(near) - np.searchsorted(near, odd - ROUNDING)
    return np.asarray((odd <= STRANGE) & (as_odd <= 1 + LUCK * len(near) * np.exp(-odd)), dtype=np.bool_)


def fitness(parts: Parts, members: Ints, rates: Rates) -> tuple[Ints, Floats]:
    """Return the moments of the runs of some parts (places in ``times``), and how well a change at each fits."""
    runs = parts.runs_of(members)
    places, where = np.unique(parts.place[runs], return_inverse=True)
    score = np.bincount(where, weights=rates.scores(parts, runs)).astype(np.float64)
    fit: Floats = np.cumsum(score[::-1])[::-1]
    return places, fit


def fitting_place(parts: Parts, members: Ints, rates: Rates) -> int:
    """Return the moment from which on a change fits best."""
    places, fit = fitness(parts, members, rates)
    return int(places[np.argmax(fit)])


def interval(parts: Parts, members: Ints, place: int) -> tuple[int, int, int]:
    """Return after which instant a change lies, up to which it most likely does, and up to which at all, in ns.

    Good runs before the first bad one belong to it as far as they may be luck: where runs fail six times in ten, a good
    one right after the change is no wonder; where all fail, there is none. And so do bad runs that may be those of
    before: one alone, and then a few good ones.
    """
    rates = rates_of(parts, members, parts.splits(place)[members])
    places, fit = fitness(parts, members, rates)
    here = int(np.searchsorted(places, place))
    supported = np.flatnonzero(fit >= fit[here] - (SHARED_DOUBT if len(members) > 1 else DOUBT))
    first, last = int(supported[0]), int(supported[-1])
    runs = parts.runs_of(members)
    good = parts.place[runs[~parts.bad[runs]]]
    before = good[good < places[first]]
    since = before.max() if len(before) else places[0]
    return int(parts.times[since]), int(parts.times[place]), int(parts.times[places[last]])
