"""Whether durations have grown: a rank test within strata, and how large the shift is.

Mann and Whitney's U (1947), summed over strata (one for each job), so that a job is compared with itself alone.
A duration may be infinite: what never came to an end took longer than all that did, and ties with its like.
Small samples are counted out exactly, ties included, which ``scipy.stats.mannwhitneyu`` does not do; large ones
go by the normal distribution, with its correction for ties.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from forensics.evidence.paired import Floats, Ints

Stratum = tuple[Floats, Floats]  # durations before and after, in seconds
MOST_COUNTED, MOST_PAIRS = 40, 4000  # in a stratum, and in all: beyond these the normal distribution is as good
SPREAD = 1000
SHORTEST = 0.001


@dataclass(frozen=True)
class Shift:
    """How much later is longer.

    ``superiority`` is the chance that one after is longer than one before, ties shared (common-language effect size);
    ``delta`` is Cliff's; ``seconds`` and ``ratio`` are Hodges and Lehmann's: the middle one of all differences, and
    of all quotients, of one after and one before.
    """

    superiority: float
    delta: float
    seconds: float
    ratio: float


def p_longer(strata: Sequence[Stratum]) -> float:
    """Return the chance of a U at least as large as this one, were nothing changed."""
    if sum(len(before) * len(after) for before, after in strata) == 0:
        return 1.0
    is_small = all(len(before) + len(after) <= MOST_COUNTED for before, after in strata)
    if is_small and sum(len(before) * len(after) for before, after in strata) <= MOST_PAIRS:
        return p_counted(strata)
    return p_normal(strata)


def least_p(strata: Sequence[Stratum]) -> float:
    """Return the smallest p that samples of these sizes could ever come to."""
    ways = math.prod(math.comb(len(before) + len(after), len(after)) for before, after in strata)
    return 1 / ways


def p_counted(strata: Sequence[Stratum]) -> float:
    """Return the chance by counting all ways in which the ranks could have fallen."""
    chances = np.ones(1)
    for before, after in strata:
        chances = np.convolve(chances, chances_of(before, after))
    return min(1.0, float(chances[sum(twice_u(*stratum) for stratum in strata) :].sum()))


def p_normal(strata: Sequence[Stratum]) -> float:
    """Return the chance by the normal distribution, corrected for ties and for U's steps."""
    u = sum(twice_u(*stratum) for stratum in strata) / 2
    mean = sum(len(before) * len(after) for before, after in strata) / 2
    variance = sum(variance_of(*stratum) for stratum in strata)
    if variance <= 0:
        return 1.0
    return 0.5 * math.erfc((u - mean - 0.5) / math.sqrt(2 * variance))


def twice_ranks(values: Floats) -> Ints:
    """Return the rank of each value, from 1; those that tie share theirs, which is why all are doubled."""
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(count)
    return np.asarray((2 * ends - count + 1)[place], dtype=np.int64)


def twice_u(before: Floats, after: Floats) -> int:
    """Return twice the number of pairs in which the one after is longer, a tie counting for half a pair."""
    ranks = twice_ranks(np.concatenate([before, after]))
    return int(ranks[len(before) :].sum()) - len(after) * (len(after) + 1)


def chances_of(before: Floats, after: Floats) -> Floats:
    """Return the chance of each twice U from 0 on, given the ties that there are."""
    chosen = min(len(before), len(after))
    ranks = twice_ranks(np.concatenate([before, after]))
    highest = int(np.sort(ranks)[len(ranks) - chosen :].sum())
    ways = np.zeros((chosen + 1, highest + 1))
    ways[0, 0] = 1
    for rank in ranks[ranks <= highest].tolist():
        ways[1:, rank:] += ways[:-1, : highest + 1 - rank].copy()
    least = chosen * (chosen + 1)
    found = np.zeros(2 * len(before) * len(after) + 1)
    sums = ways[chosen, least : least + len(found)]
    found[: len(sums)] = sums / ways[chosen].sum()
    return found if chosen == len(after) else found[::-1]


def variance_of(before: Floats, after: Floats) -> float:
    """Return the variance of U where nothing changed, less what ties take from it."""
    both = np.concatenate([before, after])
    total = len(both)
    if total < 2:
        return 0.0
    ties = np.unique(both, return_counts=True)[1].astype(np.float64)
    lost = float((ties**3 - ties).sum()) / (total * (total - 1))
    return len(before) * len(after) / 12 * (total + 1 - lost)


def shift_of(strata: Sequence[Stratum]) -> Shift:
    """Return how much longer those after are; all strata must hold some of both."""
    pairs = sum(len(before) * len(after) for before, after in strata)
    superiority = sum(twice_u(*stratum) for stratum in strata) / (2 * pairs)
    few = max(20, round(SPREAD / math.sqrt(len(strata))))
    thin = [(spread(before, few), spread(after, few)) for before, after in strata]
    return Shift(
        superiority=superiority,
        delta=2 * superiority - 1,
        seconds=middle(np.concatenate([differences(*stratum) for stratum in thin])),
        ratio=middle(np.concatenate([quotients(*stratum) for stratum in thin])),
    )


def spread(values: Floats, few: int) -> Floats:
    """Return some values that lie as all of them do, evenly chosen by rank where there are too many."""
    if len(values) <= few:
        return values
    return np.sort(values)[np.linspace(0, len(values) - 1, few).round().astype(np.int64)]


def differences(before: Floats, after: Floats) -> Floats:
    """Return by how much each after is longer than each before; two that never ended do not differ."""
    with np.errstate(invalid="ignore"):
        found = (after[:, None] - before[None, :]).ravel()
    return np.nan_to_num(found, nan=0.0, posinf=math.inf, neginf=-math.inf)


def quotients(before: Floats, after: Floats) -> Floats:
    """Return how many times as long each after is as each before."""
    with np.errstate(invalid="ignore"):
        found = (np.maximum(after, SHORTEST)[:, None] / np.maximum(before, SHORTEST)[None, :]).ravel()
    return np.nan_to_num(found, nan=1.0, posinf=math.inf)


def middle(values: Floats) -> float:
    """Return the median; of an even number the lower one of the middle two where these are not both finite."""
    ordered = np.sort(values)
    low, high = float(ordered[(len(ordered) - 1) // 2]), float(ordered[len(ordered) // 2])
    return (low + high) / 2 if math.isfinite(low) and math.isfinite(high) else low


def holm(chances: Sequence[float]) -> list[float]:
    """Return each chance as it counts among all of them (Holm, 1979): at most this often is any one of them wrong."""
    order = sorted(range(len(chances)), key=chances.__getitem__)
    adjusted, highest = [1.0] * len(chances), 0.0
    for nth, place in enumerate(order):
        highest = max(highest, min(1.0, chances[place] * (len(chances) - nth)))
        adjusted[place] = highest
    return adjusted
