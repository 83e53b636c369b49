"""Small exact tests of what goes together: labels dealt out over units, tables within strata, and many tests at once.

Our own, because a statistics library takes longer to load than all of these take to run; the tests hold them to one.
Each gives a p-value together with the smallest that it could have come to, whatever had happened: a test that could
not have come out significant is none (see ``holm``).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from forensics.evidence.paired import Flags, Floats, Ints

# Units are counted out exactly up to so many steps of work; beyond, the normal distribution is as good.
MOST_WORK = 20_000_000
FINEST, COARSEST = 840, 60
MOST_SUPPORT = 20_000
NEGLIGIBLE = 1e-30
# Where every run goes wrong, a good one is still no proof of another rate.
SUREST = 0.9
# Two outcomes as far out as each other may differ in their last digits.
TIE = 1e-9


@dataclass(frozen=True)
class Chance:
    """The chance of something at least as extreme, were there nothing to it; ``least`` is the smallest possible one."""

    p_value: float
    least: float


NOTHING = Chance(1.0, 1.0)


@dataclass(frozen=True)
class Labels:
    """How far apart two groups of units lie when labels are dealt out at random: Fisher's permutation test (1935).

    ``values`` are one number a unit, such as a job's share of bad runs, rounded to a fine grid, so that all deals can
    be counted out. Of ``most`` labels at most; more go by the normal distribution of all deals.
    """

    values: Floats
    most: int

    def chance(self, labelled: Flags) -> Chance:
        """Return how likely the mean of the labelled units lies as far from the others', on either side."""
        chosen, count = int(labelled.sum()), len(self.values)
        if not 0 < chosen < count:
            return NOTHING
        if np.ptp(self.values) == 0:
            return Chance(1.0, 1.0)
        if chosen > count - chosen:
            return self.chance(~labelled)
        if chosen > self._reach:
            return self._nearly(labelled)
        law = self._counts[chosen]
        sums = np.arange(len(law)) - self._lowest
        apart = np.abs(sums - chosen * self._steps.mean())
        seen = abs(int(self._steps[labelled].sum()) - chosen * self._steps.mean())
        p_value = law[apart >= seen - TIE * max(1.0, seen)].sum()
        furthest = apart[law > 0].max()
        return Chance(chance(p_value), chance(law[apart >= furthest - TIE * furthest].sum()))

    def _nearly(self, labelled: Flags) -> Chance:
        # Mean and variance of a sum drawn without replacement (Hoeffding's theorem makes it normal).
        chosen, count = int(labelled.sum()), len(self.values)
        mean = chosen * self.values.mean()
        spread = math.sqrt(chosen * (count - chosen) / (count - 1) * float(self.values.var()))
        away = abs(float(self.values[labelled].sum()) - mean)
        order = np.sort(self.values)
        furthest = max(mean - order[:chosen].sum(), order[-chosen:].sum() - mean)
        return Chance(two_sided(away / spread), two_sided(float(furthest) / spread))

    @cached_property
    def _grid(self) -> int:
        moved = np.abs(self.values - self._usual)
        work = max(1.0, np.count_nonzero(moved) * self._wanted**2 * float(moved.max()))
        return int(min(FINEST, max(COARSEST, MOST_WORK / work)))

    @cached_property
    def _wanted(self) -> int:
        return max(1, min(self.most, len(self.values) // 2))

    @cached_property
    def _usual(self) -> float:
        """The commonest value: units that have it need no counting."""
        found, often = np.unique(self.values, return_counts=True)
        return float(found[np.argmax(often)])

    @cached_property
    def _steps(self) -> Ints:
        return np.rint((self.values - self._usual) * self._grid).astype(np.int64)

    @cached_property
    def _reach(self) -> int:
        moved = np.abs(self._steps[self._steps != 0])
        per_label = max(1.0, len(moved) * float(moved.max(initial=1)))
        return min(self._wanted, max(2, math.isqrt(int(MOST_WORK / per_label))))

    @cached_property
    def _lowest(self) -> int:
        below = np.sort(-self._steps[self._steps < 0])[::-1]
        return int(below[: self._reach].sum())

    @cached_property
    def _counts(self) -> Floats:
        """Return for each number of labels the chance of each sum of the units that get them.

        The shift algorithm of Streitberg and Röhmel (1986). A label goes to each unit by itself, at a rate that makes
        no number too small to hold; what holds of deals of just so many labels is then the share among these.
        """
        moved = self._steps[self._steps != 0]
        above = np.sort(moved[moved > 0])[::-1]
        width = self._lowest + int(above[: self._reach].sum()) + 1
        rate = min(0.5, self._reach / len(self.values))
        found = np.zeros((min(self._reach, len(moved)) + 1, width))
        found[0, self._lowest] = 1.0
        for step in moved.tolist():
            found = with_unit(found, step, rate)
        return self._dealt(found, rate)

    def _dealt(self, found: Floats, rate: float) -> Floats:
        """Return the chances of sums for each number of labels in all, those of units with the usual value included."""
        rest = len(self._steps) - int(np.count_nonzero(self._steps))
        law = np.zeros((self._reach + 1, found.shape[1]))
        for chosen in range(1, self._reach + 1):
            moved = np.arange(max(0, chosen - rest), min(chosen, len(found) - 1) + 1)
            ways = np.exp([log_binomial(chosen - each, rest, rate) for each in moved.tolist()])
            law[chosen] = ways @ found[moved]
            law[chosen] /= law[chosen].sum()
        return law


def chance(total: float) -> float:
    """Return a sum of chances; 1 where only its last digits are missing, and never so small as to look like none."""
    return 1.0 if total > 1 - TIE else max(NEGLIGIBLE, float(total))


def with_unit(found: Floats, step: int, rate: float) -> Floats:
    """Return the chances of (labels, sum) with one more unit, which brings ``step`` where it gets a label."""
    labelled = found[:-1] * rate
    grown = found * (1 - rate)
    if step >= 0:
        grown[1:, step:] += labelled[:, : labelled.shape[1] - step]
    else:
        grown[1:, :step] += labelled[:, -step:]
    return grown


def log_binomial(successes: int, trials: int, rate: float) -> float:
    """Return the logarithm of the chance of just so many successes."""
    ways = math.lgamma(trials + 1) - math.lgamma(successes + 1) - math.lgamma(trials - successes + 1)
    return ways + successes * math.log(rate) + (trials - successes) * math.log1p(-rate)


def chance_of_so_few(bad: int, runs: int, rate: float) -> float:
    """Return how likely no more than so many of some runs are bad, at a rate that is never taken for sure."""
    usual = min(SUREST, rate)
    if usual <= 0:
        return 1.0
    return sum(math.exp(log_binomial(count, runs, usual)) for count in range(bad + 1))


def two_sided(distance: float) -> float:
    """Return the chance of a normal variable at least so many standard deviations off, on either side."""
    return chance(math.erfc(distance / math.sqrt(2)))


@dataclass(frozen=True)
class Table:
    """The four cells of a stratum: bad runs among those with a value, and bad ones among the others."""

    bad: int
    runs: int
    other_bad: int
    other_runs: int


def fisher(table: Table) -> float:
    """Return Fisher's exact test (1922) of one table, two-sided: all tables that are no likelier than this one."""
    return stratified([table]).p_value


def stratified(tables: Sequence[Table]) -> Chance:
    """Return the exact conditional test of one odds ratio of 1 in all strata (Birch 1964; Agresti 2002, 6.3).

    Given the margins of each stratum, its bad runs with the value are hypergeometric; their sum over strata has the
    convolution of these. Two-sided as in ``fisher``. Very many runs go by the normal distribution of that sum, which is
    the test of Cochran (1954), and Mantel and Haenszel (1959).
    """
    telling = [each for each in tables if is_telling(each)]
    if not telling:
        return NOTHING
    if sum(min(each.bad + each.other_bad, each.runs) for each in telling) > MOST_SUPPORT:
        return nearly(telling)
    law, lowest = np.ones(1), 0
    for each in telling:
        chances, first = hypergeometric(each)
        law, lowest = trimmed(np.convolve(law, chances), lowest + first)
    law /= law.sum()
    at = sum(each.bad for each in telling) - lowest
    seen = float(law[at]) if 0 <= at < len(law) else NEGLIGIBLE
    return Chance(chance(law[law <= seen * (1 + 1e-7)].sum()), chance(min(law[0], law[-1])))


def is_telling(table: Table) -> bool:
    """Return whether a stratum holds runs with and without the value, bad ones and good ones."""
    bad, runs = table.bad + table.other_bad, table.runs + table.other_runs
    return min(table.runs, table.other_runs, bad, runs - bad) > 0


def hypergeometric(table: Table) -> tuple[Floats, int]:
    """Return the chances of each number of bad runs with the value, given the margins, and the smallest such number."""
    bad, all_runs = table.bad + table.other_bad, table.runs + table.other_runs
    first, last = max(0, bad - table.other_runs), min(bad, table.runs)
    logs = [log_ways(table.runs, count) + log_ways(table.other_runs, bad - count) for count in range(first, last + 1)]
    chances = np.exp(np.array(logs) - log_ways(all_runs, bad))
    return trimmed(chances / chances.sum(), first)


def log_ways(things: int, chosen: int) -> float:
    """Return the logarithm of the number of ways to choose some of some things."""
    return math.lgamma(things + 1) - math.lgamma(chosen + 1) - math.lgamma(things - chosen + 1)


def trimmed(chances: Floats, first: int) -> tuple[Floats, int]:
    """Return a distribution without the ends that no one could ever see."""
    kept = np.flatnonzero(chances > NEGLIGIBLE)
    return chances[kept[0] : kept[-1] + 1], first + int(kept[0])


def nearly(tables: Sequence[Table]) -> Chance:
    """Return the stratified test by the normal distribution of the sum."""
    runs, others, bad, other_bad = (
        np.array(cells, dtype=np.float64)
        for cells in zip(*((each.runs, each.other_runs, each.bad, each.other_bad) for each in tables), strict=True)
    )
    total, ill = runs + others, bad + other_bad
    spread = math.sqrt(float((runs * others * ill * (total - ill) / (total**2 * (total - 1))).sum()))
    expected = float((runs * ill / total).sum())
    furthest = max(expected - np.maximum(0, ill - others).sum(), np.minimum(ill, runs).sum() - expected)
    return Chance(two_sided(abs(bad.sum() - expected) / spread), two_sided(float(furthest) / spread))


def holm(p_values: Sequence[float], weights: Sequence[float] | None = None) -> list[float]:
    """Return p-values corrected for their number by Holm's weighted method (1979): a weightier test gets more room."""
    shares = list(weights) if weights is not None else [1.0] * len(p_values)
    order = sorted(range(len(p_values)), key=lambda place: p_values[place] / shares[place])
    found, left, highest = [1.0] * len(p_values), sum(shares), 0.0
    for place in order:
        highest = max(highest, p_values[place], min(1.0, p_values[place] * left / shares[place]))
        found[place] = highest
        left -= shares[place]
    return found


def hopeless(least: Sequence[float], weights: Sequence[float], level: float) -> set[int]:
    """Return the tests that could not come out significant among the others, however clean the case; they are none.

    Tarone's idea (1990), for weighted tests: the one farthest from its share of the level is left out, until all that
    are left could do it. This looks at what could have been seen and never at what was, so that it takes nothing from
    the level.
    """
    left, total = dict(enumerate(least)), sum(weights)
    while left:
        worst = max(left, key=lambda place: (left[place] / weights[place], place))
        if left[worst] * total <= level * weights[worst]:
            break
        total -= weights[worst]
        del left[worst]
    return set(range(len(least))) - set(left)
