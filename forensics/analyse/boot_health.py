"""How long boots take, whether they take longer and longer, and how near that is to their limit."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from forensics.analyse.boots import Boots
from forensics.evidence.paired import Flags, Floats, Ints
from forensics.timeline import NANOS

LOOK_BACK = 60  # boots of each job, the newest
LATELY = 10
NEAR = 0.8  # of the limit
LEAST_NEAR, LEAST_RISING, LEAST_SLOWING, LEAST_HUNG = 3, 6, 10, 2
BY_CHANCE, BY_CHANCE_WITHOUT_LIMIT = 0.001, 0.0001
AHEAD = 2  # times as many boots as were seen: a trend is not believed for longer
SLOWER, SLOWER_SECONDS = 1.15, 1.0
PATIENCE, LEAST_PATIENCE = 4, 60 * NANOS


class State(StrEnum):
    """What is wrong with boots, the worst first."""

    HUNG = "hung"  # the newest began, and nothing more was recorded
    MET = "met"  # some were given up
    NEAR = "near"
    RISING = "rising"  # as they go, the limit is met soon
    SLOWING = "slowing"  # no limit is known


@dataclass(frozen=True)
class Health:
    """The boots of a job, or of several; spans in seconds.

    ``boots`` came up or were given up; one that was given up counts as having taken all that it was allowed.
    ``typical`` is the median, ``slow`` the 95th percentile, ``share`` what the latter is of the limit; ``limit`` is
    the smallest, None where none is known. ``slope`` is how much longer each boot of a job takes than the one before
    (Theil and Sen), ``rise_p`` the chance of such an order without a trend (Mann and Kendall), ``first`` and ``level``
    where the trend begins and where it has come to; ``left`` how many more boots it takes to meet the limit.
    ``hung`` of the newest began, one after the other, and nothing more was recorded.
    """

    boots: int
    timed_out: int
    hung: int
    typical: float
    slow: float
    limit: float | None
    share: float
    is_lately_near: bool
    slope: float
    rise_p: float
    first: float
    level: float
    left: float

    @property
    def state(self) -> State | None:
        """Return what is wrong, None where nothing is."""
        if self.hung >= LEAST_HUNG and self.boots >= LEAST_NEAR:
            return State.HUNG
        if self.limit is None:
            return State.SLOWING if self.is_slowing else None
        if self.boots >= LEAST_NEAR and self.share >= NEAR and self.is_lately_near:
            return State.MET if self.timed_out else State.NEAR
        is_rising = self.boots >= LEAST_RISING and self.slope > 0 and self.rise_p < BY_CHANCE
        return State.RISING if is_rising and self.left <= AHEAD * self.boots else None

    @property
    def is_slowing(self) -> bool:
        """Return whether boots without a known limit take so much longer that somebody should know."""
        is_sure = self.boots >= LEAST_SLOWING and self.rise_p < BY_CHANCE_WITHOUT_LIMIT
        return is_sure and self.level >= max(SLOWER * self.first, self.first + SLOWER_SECONDS)


@dataclass(frozen=True)
class Series:
    """The boots of one job in order of time: how long each took, or was allowed; what of it is not known is left out.

    ``pace`` is by how many seconds a boot each later one differs from each earlier one; ``ordered`` counts the later
    ones that took longer, less those that took less, and ``variance`` is its own without a trend.
    """

    seconds: Floats
    timed_out: int
    limit: float
    pace: Floats
    ordered: float
    variance: float


def is_hung(boots: Boots, now: int) -> Flags:
    """Return the boots of which nothing more was recorded for much longer than any of their job ever took."""
    found = np.zeros(len(boots), dtype=np.bool_)
    for job in np.unique(boots.job[~np.isnan(boots.seconds)]).tolist():
        mine = boots.job == job
        longest = float(np.nanmax(boots.seconds[mine])) * NANOS
        found |= mine & boots.is_open & (now - boots.started > PATIENCE * longest + LEAST_PATIENCE)
    return found


def newest(boots: Boots, count: int = LOOK_BACK) -> Boots:
    """Return the newest boots of each job."""
    _, first, held = np.unique(boots.job, return_index=True, return_counts=True)
    end = np.repeat(first + held, held)
    return boots.chosen(end - np.arange(len(boots)) <= count)


def series_of(boots: Boots) -> Series:
    """Return the boots of one job."""
    limit = limit_of(boots)
    given_up = np.minimum(boots.waited, np.inf if math.isnan(limit) else limit)
    seconds = np.where(np.isnan(boots.seconds), given_up, boots.seconds)
    seconds = seconds[~np.isnan(seconds)]
    early, late = np.triu_indices(len(seconds), 1)
    steps = seconds[late] - seconds[early]
    return Series(
        seconds=seconds,
        timed_out=int((~np.isnan(boots.waited)).sum()),
        limit=limit,
        pace=steps / (late - early),
        ordered=float(np.sign(steps).sum()),
        variance=variance_of_order(seconds),
    )


def limit_of(boots: Boots) -> float:
    """Return how long a job's boots are allowed, NaN where nothing tells.

    That is what the newest one that says was allowed; else the shortest after which one was given up, unless a later
    one came up after longer than that: then the limit has been raised since.
    """
    said = boots.limit[~np.isnan(boots.limit)]
    if len(said):
        return float(said[-1])
    longest_later = np.fmax.accumulate(np.nan_to_num(boots.seconds, nan=0.0)[::-1])[::-1]
    still_holds = boots.waited[~np.isnan(boots.waited) & (boots.waited >= longest_later)]
    return float(still_holds.min()) if len(still_holds) else math.nan


def variance_of_order(values: Floats) -> float:
    """Return the variance of Kendall's count, less what ties take from it."""
    ties = np.append(np.unique(values, return_counts=True)[1], len(values)).astype(np.float64)
    terms = ties * (ties - 1) * (2 * ties + 5) / 18
    return float(terms[-1] - terms[:-1].sum())


def health_of(series: Sequence[Series], hung: int) -> Health:
    """Return the health of one job's boots, or of several jobs' together; ``hung`` of the newest did not come up."""
    seconds = joined([each.seconds for each in series])
    shares = joined([each.seconds / each.limit for each in series if not math.isnan(each.limit)])
    recent = joined([(each.seconds / each.limit)[-LATELY:] for each in series if not math.isnan(each.limit)])
    limits = [each.limit for each in series if not math.isnan(each.limit)]
    slope = float(np.median(joined([each.pace for each in series]))) if any(len(each.pace) for each in series) else 0.0
    level = median(joined([each.seconds + slope * age_of(each) for each in series]))
    return Health(
        boots=len(seconds),
        timed_out=sum(each.timed_out for each in series),
        hung=hung,
        typical=median(seconds),
        slow=percentile(seconds),
        limit=min(limits) if limits else None,
        share=percentile(shares) if limits else 0.0,
        is_lately_near=bool((recent >= NEAR).any()) and int((shares >= NEAR).sum()) > 1,
        slope=slope,
        rise_p=rise_p(series),
        first=level - slope * max((len(each.seconds) for each in series), default=1) + slope,
        level=level,
        left=max(0.0, (min(limits) - level) / slope) if limits and slope > 0 else math.inf,
    )


def joined(parts: Sequence[Floats]) -> Floats:
    """Return some columns as one."""
    return np.concatenate([np.empty(0), *parts])


def age_of(series: Series) -> Ints:
    """Return how many boots of the job came after each."""
    return np.arange(len(series.seconds))[::-1]


def median(values: Floats) -> float:
    """Return the middle one, NaN where there is none."""
    return float(np.median(values)) if len(values) else math.nan


def percentile(values: Floats, share: float = 0.95) -> float:
    """Return what that share of the values does not exceed, NaN where there are none."""
    return float(np.quantile(values, share)) if len(values) else math.nan


def rise_p(series: Sequence[Series]) -> float:
    """Return the chance that values without a trend rise as much (Mann and Kendall, one-sided).

    It is counted out for one job without ties, and goes by the normal distribution for all others.
    """
    ordered, variance = (sum(getattr(each, name) for each in series) for name in ("ordered", "variance"))
    if variance <= 0 or ordered <= 0:
        return 1.0
    count = len(series[0].seconds)
    if len(series) == 1 and len(np.unique(series[0].seconds)) == count:
        swapped = round((count * (count - 1) / 2 - ordered) / 2)
        return float(chances_of_swaps(count)[: swapped + 1].sum())
    return 0.5 * math.erfc((ordered - 1) / math.sqrt(2 * variance))


def chances_of_swaps(count: int) -> Floats:
    """Return the chance of 0, 1, … pairs in falling order among that many values in any order."""
    chances = np.ones(1)
    for place in range(2, count + 1):
        chances = np.convolve(chances, np.full(place, 1 / place))
    return chances
