"""One value of an attribute against all others: who is on which side, how they fare, how likely that is by chance."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np

from forensics.evidence.investigation import Group
from forensics.evidence.paired import Flags, Floats, Ints
from forensics.investigate.contrast_attributes import UNKNOWN, Attribute, extremes
from forensics.investigate.exact import NOTHING, Chance, Labels, Table, is_telling, stratified
from forensics.investigate.outcomes import Outcomes

# A difference of rates that is worth telling of.
LEAST_EFFECT = 0.1
# One job or day with a value says only which job or day it is.
LEAST_UNITS = 2
SURE_UNITS, SURE_RUNS = 5, 30
MOSTLY = 0.8
ONE_STRETCH = "it held for one stretch of time, as does all that changed then: see since when it went wrong"
SURE = 1.96


@dataclass(frozen=True)
class Split:
    """Two sides of the runs of which one can tell, for a value of an attribute.

    ``effect`` is the difference of their rates; ``spread`` its standard error, infinite where that is not known;
    ``is_steady``: it does not hang on a single job or day. ``key`` is the same for values that split alike. ``units``
    are how many jobs, days or runs stand on either side. ``veil`` says why nothing can be told.
    """

    attribute: Attribute
    code: int
    key: bytes
    within: Group
    others: Group
    units: tuple[int, int]
    effect: float
    spread: float
    chance: Chance
    is_steady: bool
    veil: str = ""

    @property
    def value(self) -> str:
        """Return the value in words."""
        return self.attribute.values[self.code]

    @property
    def is_tested(self) -> bool:
        """Return whether a test could tell anything."""
        return not self.veil and self.chance is not NOTHING


class Ground:
    """The runs of which one can tell whether they were bad, job by job.

    ``lately`` are those since ``begin``, the day of the first bad one. Jobs are compared over these alone: what all did
    before tells nothing of what sets the bad ones apart.
    """

    def __init__(self, outcomes: Outcomes, job: Ints, told: Flags, moment: Ints, begin: int) -> None:
        self.told = told
        self.moment = moment
        self.known = outcomes.known
        self.lately = outcomes.known & np.asarray(moment >= begin, dtype=np.bool_)
        self.bad = outcomes.bad
        self.job = job
        self.count = int(job.max(initial=-1)) + 1
        self._labels: dict[bytes, Labels] = {}

    @property
    def rate(self) -> float:
        """Return the share of bad runs."""
        return float(self.bad.sum() / max(1, self.known.sum()))

    @cached_property
    def runs_of(self) -> Ints:
        """Return the late runs of each job."""
        return self.counted(self.lately)

    @cached_property
    def shares(self) -> Floats:
        """Return the share of bad runs of each job's late ones, 0 of a job without any."""
        return self.counted(self.bad) / np.maximum(1, self.runs_of)

    @cached_property
    def residual(self) -> Floats:
        """Return how much worse than all runs of its job each run was."""
        return self.bad - (self.counted(self.bad) / np.maximum(1, self.counted(self.known)))[self.job]

    def counted(self, runs: Flags) -> Ints:
        """Return how many of some runs each job has."""
        return np.bincount(self.job[runs], minlength=self.count).astype(np.int64)

    def group(self, runs: Flags) -> Group:
        """Return some runs as a group."""
        return Group(int((runs & self.bad).sum()), int(runs.sum()), len(np.unique(self.job[runs])))

    def labels(self, values: Floats) -> Labels:
        """Return the law of labels dealt over some values, worked out once."""
        return self._labels.setdefault(values.tobytes(), Labels(values, len(values)))


def splits_of(attribute: Attribute, ground: Ground) -> Iterator[Split]:
    """Yield for every value of an attribute its side against the others; of two values the worse one alone.

    What is veiled is shown beside all others, and is no part of what these are compared with.
    """
    seen = ground.known & (attribute.codes != UNKNOWN)
    hidden = attribute.veiled if attribute.strata is None else {}
    veiled = [code for code in np.unique(attribute.codes[seen]).tolist() if code in hidden]
    plain = seen & ~np.isin(attribute.codes, veiled)
    codes = np.unique(attribute.codes[plain]).tolist()
    found = [split_of(attribute, code, ground, seen) for code in veiled if len(codes) + len(veiled) > 1]
    shown = [split_of(attribute, code, ground, plain) for code in codes if len(codes) > 1]
    if len(shown) == 2:
        shown = [max(shown, key=lambda each: (each.effect, -each.code))]
    yield from (each for each in (*found, *shown) if min(each.units) > 0)


def split_of(attribute: Attribute, code: int, ground: Ground, seen: Flags) -> Split:
    """Return one value against all others, compared over jobs, over days and hours, or within jobs."""
    if attribute.level == "job":
        return over_jobs(attribute, code, ground, seen & ground.lately)
    strata = (
        ground.job if attribute.strata is None else ground.job * (int(attribute.strata.max()) + 1) + attribute.strata
    )
    least, most = extremes((attribute.codes == code).astype(np.int64), strata, seen)
    telling = seen & (most > least)[strata]
    if attribute.clusters is not None:
        return over_clusters(attribute, code, ground, telling, attribute.clusters)
    return within_strata(attribute, code, ground, telling, strata)


def over_jobs(attribute: Attribute, code: int, ground: Ground, seen: Flags) -> Split:
    """Return a value of jobs against the others: each job is one unit with its share of bad runs.

    Jobs that run at the same hour share what befalls it: then the hours must tell it as well.
    """
    has = extremes(attribute.codes, ground.job, seen)[1]
    units = np.flatnonzero(has != UNKNOWN)
    side, rows = has[units] == code, seen & (attribute.codes == code)
    split = united(attribute, code, ground, rows, seen, units, side, ground.shares[units])
    if attribute.clusters is None or split.chance is NOTHING:
        return split
    times, when, means = by_cluster(attribute, code, seen, attribute.clusters, ground.bad.astype(np.float64))
    other = united(attribute, code, ground, rows, seen, times, when, means)
    chance = Chance(max(split.chance.p_value, other.chance.p_value), max(split.chance.least, other.chance.least))
    return replace(split, chance=chance, is_steady=split.is_steady and other.is_steady)


def over_clusters(attribute: Attribute, code: int, ground: Ground, telling: Flags, clusters: Ints) -> Split:
    """Return a value of hours or days against the others: each is one unit, beside the usual rates of its jobs."""
    rows = telling & (attribute.codes == code)
    units, side, means = by_cluster(attribute, code, telling, clusters, ground.residual)
    return united(attribute, code, ground, rows, telling, units, side, means)


def by_cluster(
    attribute: Attribute, code: int, rows: Flags, clusters: Ints, values: Floats
) -> tuple[Ints, Flags, Floats]:
    """Return the clusters of some runs, which of them have a value, and the mean of something over the runs of each."""
    units, place = np.unique(clusters[rows], return_inverse=True)
    side = np.zeros(len(units), dtype=np.bool_)
    side[place[attribute.codes[rows] == code]] = True
    return units, side, np.bincount(place, values[rows]) / np.maximum(1, np.bincount(place))


def united(
    attribute: Attribute, code: int, ground: Ground, rows: Flags, seen: Flags, units: Ints, side: Flags, values: Floats
) -> Split:
    """Return a split over units with one value each."""
    sizes = int(side.sum()), int((~side).sum())
    within, others = ground.group(rows), ground.group(seen & ~rows)
    effect = difference(within, others)
    is_enough = min(sizes) >= LEAST_UNITS
    return Split(
        attribute=attribute,
        code=code,
        key=key_of(attribute.level, units, side),
        within=within,
        others=others,
        units=sizes,
        effect=effect,
        spread=spread_of(values, side, ground, within, others),
        chance=ground.labels(values).chance(side) if is_enough else NOTHING,
        is_steady=is_enough and without_worst(values, side) * math.copysign(1, effect) >= LEAST_EFFECT,
        veil=attribute.veiled.get(code, ""),
    )


def within_strata(attribute: Attribute, code: int, ground: Ground, telling: Flags, strata: Ints) -> Split:
    """Return a value of runs against the others, each run beside others of its own job and stratum."""
    rows = telling & (attribute.codes == code)
    within, others = ground.group(rows), ground.group(telling & ~rows)
    effect = difference(within, others)
    enough = min(within.runs, others.runs) >= SURE_RUNS
    return Split(
        attribute=attribute,
        code=code,
        key=key_of("run", np.flatnonzero(telling), rows[telling]),
        within=within,
        others=others,
        units=(within.runs, others.runs),
        effect=effect,
        spread=spread_by_runs(ground, within, others) if enough else math.inf,
        chance=stratified(list(tables(rows, telling, ground.bad, strata))),
        is_steady=True,
        veil=veil_of(attribute, code) or (ONE_STRETCH if is_one_stretch(rows, telling, ground) else ""),
    )


def veil_of(attribute: Attribute, code: int) -> str:
    """Return why nothing can be told of a value, empty where something can."""
    return "" if attribute.strata is not None else attribute.veiled.get(code, "")


def is_one_stretch(rows: Flags, telling: Flags, ground: Ground) -> bool:
    """Return whether a value held for one stretch of time and never before or after, job by job or for all at once.

    Then it is a change like any other, and what else changed at that time is as likely to be why.
    """
    places = np.flatnonzero(telling)
    if not len(places):
        return False
    by_job = places[np.lexsort((ground.moment[places], ground.job[places]))]
    job, has = ground.job[by_job], rows[by_job]
    begins = has & np.append(True, (job[1:] != job[:-1]) | ~has[:-1])
    stretches, inside, outside = (np.bincount(job[mask], minlength=ground.count) for mask in (begins, has, ~has))
    says = (inside >= LEAST_UNITS) & (outside >= LEAST_UNITS)
    if says.any():
        return bool((stretches[says] == 1).mean() >= MOSTLY)
    in_time = rows[places[np.argsort(ground.moment[places], kind="stable")]]
    return int((in_time & np.append(True, ~in_time[:-1])).sum()) == 1


def tables(rows: Flags, telling: Flags, bad: Flags, strata: Ints) -> Iterator[Table]:
    """Yield the table of each stratum that tells anything."""
    others, count = telling & ~rows, int(strata.max(initial=-1)) + 1
    cells = (np.bincount(strata[each], minlength=count) for each in (rows & bad, rows, others & bad, others))
    for told in zip(*(each.tolist() for each in cells), strict=True):
        if is_telling(table := Table(*map(int, told))):
            yield table


def key_of(level: Literal["job", "run"], units: Ints, side: Flags) -> bytes:
    """Return what is the same for values that split the same units in the same way, whichever side they name."""
    turned = side ^ side[:1] if len(side) else side
    return level.encode() + units.tobytes() + b"|" + turned.tobytes()


def difference(within: Group, others: Group) -> float:
    """Return by how much the first is worse, 0 where either has no runs."""
    return within.rate - others.rate if within.rate is not None and others.rate is not None else 0.0


def without_worst(values: Floats, side: Flags) -> float:
    """Return the difference of means without the unit that does most for it."""
    one, other = np.sort(values[side]), np.sort(values[~side])
    left = [float(one[:-1].mean() - other.mean()), float(one.mean() - other[1:].mean())]
    right = [float(one[1:].mean() - other.mean()), float(one.mean() - other[:-1].mean())]
    return min(left) if one.mean() >= other.mean() else max(right)


def spread_of(values: Floats, side: Flags, ground: Ground, within: Group, others: Group) -> float:
    """Return the standard error of a difference of means over units, and at least that of so many runs."""
    one, other = values[side], values[~side]
    if min(len(one), len(other)) < SURE_UNITS:
        return math.inf
    welch = math.sqrt(float(one.var(ddof=1)) / len(one) + float(other.var(ddof=1)) / len(other))
    return max(welch, spread_by_runs(ground, within, others))


def spread_by_runs(ground: Ground, within: Group, others: Group) -> float:
    """Return the standard error of a difference of rates of so many independent runs."""
    return math.sqrt(ground.rate * (1 - ground.rate) * (1 / max(1, within.runs) + 1 / max(1, others.runs)))
