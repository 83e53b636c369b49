"""By how much one kind of event steadily trails another, over all jobs of a host at once.

Each job brings causes and effects: due times and triggers, files and messages. Effects come soon after
their causes, some much later, so that the lags' lower edge tells how two clocks stand, not their
middle. Every pair of a job's cause and effect within reach counts, so that nothing has to be matched
beforehand; jobs of an even rhythm then fit many lags equally well, and the others decide.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from forensics.match.spans import MINUTE, SECOND, Flags, Ints, keys
from forensics.match.spine import Signals

Floats = npt.NDArray[np.float64]

EACH = 40
WEIGHTIEST = 5
BIN, PEAKS, APART, LIKELY = 4.0, 12, 30.0, 0.25
EARLY = 1.5
CLEARLY, DEVIATIONS = (0.15, 0.25), 1.6
MARGIN, MUCH_NEARER = 2.0, 0.6
DISSENT, RIVALRY = 0.1, 0.35
FEW_RUNS, MANY_RUNS = 5, 10
FEWEST_JOBS, FEWEST_WORDS, MANY_JOBS = 2, 3, 3


@dataclass(frozen=True)
class Habit:
    """How effects follow causes where clocks agree, in seconds.

    Most come within ``usual`` of the cause, many within ``prompt`` (``least_usual`` and ``least_prompt`` are the
    shares to be asked for), and where no clock is off within ``at_once``. ``latency`` is how long the soonest take;
    ``is_steady``: nearly all take equally long, so that their middle tells it. ``settled`` are the seconds within which
    so large a share of them comes that no clock can be off. ``least`` is the smallest lag that
    says anything of clocks, ``reach`` the longest that is looked for.
    """

    prompt: float
    usual: float
    at_once: float
    latency: float
    least: float
    reach: float
    least_prompt: float
    least_usual: float
    is_steady: bool
    settled: tuple[float, float]


STARTING = Habit(6.0, 12.0, 4.5, 1.0, 5.0, 14.5 * 3600, 0.6, 0.6, True, (4.5, 0.8))
REPORTING = Habit(10.0, 30.0, 15.0, 0.7, 20.0, 6.0 * 3600, 0.3, 0.5, False, (30.0, 0.65))


@dataclass(frozen=True)
class Lag:
    """How far effects stand off where they should be, with its uncertainty, in seconds.

    ``pairs`` of ``jobs`` tell it; ``share`` of the effects come as promptly as this lag has it; ``jobs_known`` had
    anything to tell.
    """

    seconds: float
    uncertainty: float
    pairs: int
    jobs: int
    share: float
    jobs_known: int


@dataclass(frozen=True)
class Gaps:
    """Every pair of a cause and an effect of one job, sorted by lag (seconds).

    ``effect`` numbers the effects; ``owner`` is the place of each effect's job in ``jobs``, ``count`` how many it has.
    """

    lag: Floats
    effect: Ints
    owner: Ints
    jobs: Ints
    count: Ints

    def prompt(self, low: float, high: float) -> Floats:
        """Return for each job the share of its effects that have a cause so far before them."""
        first, last = np.searchsorted(self.lag, (low, high))
        is_met: Flags = np.zeros(len(self.owner), dtype=np.bool_)
        is_met[self.effect[first:last]] = True
        return np.bincount(self.owner[is_met], minlength=len(self.jobs)) / self.count

    def between(self, low: float, high: float) -> Floats:
        """Return the lags in a stretch."""
        return self.lag[slice(*np.searchsorted(self.lag, (low, high)))]

    @property
    def weight(self) -> Floats:
        """Return how much each job's word counts: one that runs often not much more than one that runs daily."""
        return np.minimum(self.count, WEIGHTIEST).astype(np.float64)

    @property
    def attest(self) -> Floats:
        """Return what each job's word weighs: 2 where it rests on many runs, else 1."""
        return np.where(self.count >= MANY_RUNS, 2.0, 1.0)

    @property
    def clearly(self) -> Floats:
        """Return by how much each job's share must differ between two lags to be no chance, the less the more runs."""
        return np.clip(DEVIATIONS * np.sqrt(0.5 / self.count), *CLEARLY)

    def mean(self, share: Floats) -> float:
        """Return the mean of a share over all jobs."""
        return float(np.average(share, weights=self.weight)) if len(self.jobs) else 0.0


def gaps_between(causes: Signals, effects: Signals, reach: float) -> Gaps:
    """Return all pairs within reach, of jobs that have both; of a job with many effects some, evenly spread."""
    effects = thinned(effects.where(np.isin(effects.job, causes.job)))
    jobs, owner = np.unique(effects.job, return_inverse=True)
    if not len(jobs):
        none = np.zeros(0, dtype=np.int64)
        return Gaps(none.astype(np.float64), none, none, jobs, none)
    origin, span = int(effects.at[0]), round(reach * SECOND)
    known = keys(causes.job, causes.at, origin)
    low = np.searchsorted(known, keys(effects.job, effects.at - span, origin), side="left")
    width = np.searchsorted(known, keys(effects.job, effects.at + span, origin), side="right") - low
    effect = np.repeat(np.arange(len(width)), width)
    cause = np.arange(len(effect)) - np.repeat(np.cumsum(width) - width - low, width)
    lag = (effects.at[effect] - causes.at[cause]) / SECOND
    order = np.argsort(lag, kind="stable")
    return Gaps(lag[order], effect[order], owner, jobs, np.bincount(owner))


def thinned(events: Signals) -> Signals:
    """Return at most so many events of each job, evenly spread."""
    _, first, count = np.unique(events.job, return_index=True, return_counts=True)
    nth = np.arange(len(events.job)) - np.repeat(first, count)
    return events.where(nth % np.repeat(-(-count // EACH), count) == 0)


@dataclass(frozen=True)
class Peak:
    """A lag at which effects gather: its lower edge in seconds, and what share of each job's effects comes promptly.

    ``attest`` is what each job's word weighs, ``clearly`` by how much its share must differ to say anything.
    """

    edge: float
    prompt: Floats
    attest: Floats
    clearly: Floats
    score: float

    def votes(self, other: Peak) -> tuple[Flags, Flags]:
        """Return the jobs that clearly fit this lag better than another, and those that fit the other better."""
        difference = self.prompt - other.prompt
        return difference > self.clearly, difference < -self.clearly

    def beats(self, other: Peak) -> bool:
        """Return whether the jobs prefer this lag, or cannot tell and it is much the nearer one."""
        better, worse = (float(self.attest[each].sum()) for each in self.votes(other))
        if worse > RIVALRY * better:
            return False
        return better - worse >= MARGIN or abs(self.edge) <= MUCH_NEARER * abs(other.edge)


def steady_lag(causes: Signals, effects: Signals, habit: Habit) -> Lag | None:
    """Return the lag at which the effects of a host's jobs steadily stand, None where there is none or it is unsure."""
    within, share = habit.settled
    near = gaps_between(causes, effects, within)
    if not len(near.jobs) or near.mean(near.prompt(-EARLY, within)) >= share:
        return None
    gaps = gaps_between(causes, effects, habit.reach)
    if not len(gaps.lag):
        return None
    at_once = gaps.prompt(-EARLY, habit.prompt)
    peaks = peaks_of(gaps, habit)
    best = next((one for one in peaks if all(one is other or one.beats(other) for other in peaks)), None)
    none = Peak(0.0, at_once, gaps.attest, gaps.clearly, gaps.mean(at_once))
    return measured(gaps, habit, best) if best is not None and is_sure(gaps, habit, best, none) else None


def peaks_of(gaps: Gaps, habit: Habit) -> list[Peak]:
    """Return the lags at which most jobs' effects gather, the fullest first, of equals the nearest."""
    bins = np.floor((gaps.lag + habit.reach) / BIN).astype(np.int64)
    share = (gaps.weight / gaps.count)[gaps.owner[gaps.effect]]
    mass = np.convolve(np.bincount(bins, share), np.ones(3))[2:]
    found: list[float] = []
    lags = np.arange(len(mass)) * BIN - habit.reach
    likely = np.flatnonzero(mass >= LIKELY * mass.max())
    fullness = np.floor(mass[likely] / mass.max() / LIKELY**2)
    for lag in lags[likely][np.lexsort((lags[likely], np.abs(lags[likely]), -fullness))].tolist():
        if all(abs(lag - other) > APART for other in found):
            found.append(lag)
        if len(found) == PEAKS:
            break
    peaks = [peak_at(gaps, habit, lag) for lag in found]
    return sorted(peaks, key=lambda peak: -peak.score)


def peak_at(gaps: Gaps, habit: Habit, lag: float) -> Peak:
    """Return the peak around a lag, with its lower edge where the density of lags rises most."""
    lags = gaps.between(lag - habit.prompt - BIN, lag + 3 * BIN + habit.prompt)
    below, here, above = (np.searchsorted(lags, lags + step) for step in (-habit.prompt, 0.0, habit.prompt))
    edge = float(lags[np.argmax((above - here) - 2 * (here - below))]) if len(lags) else lag
    prompt = gaps.prompt(edge - EARLY, edge + habit.prompt)
    return Peak(edge, prompt, gaps.attest, gaps.clearly, gaps.mean(prompt))


def is_sure(gaps: Gaps, habit: Habit, best: Peak, none: Peak) -> bool:
    """Return whether enough jobs and runs speak for a lag, hardly any for no lag at all, and most keep to it."""
    lag = best.edge - habit.latency
    for_it, against = best.votes(none)
    runs, jobs = float((best.prompt * gaps.count)[for_it].sum()), int(for_it.sum())
    usual = gaps.mean(gaps.prompt(best.edge - EARLY, best.edge + habit.usual))
    return (
        abs(lag) >= habit.least
        and against.sum() <= DISSENT * jobs
        and runs >= FEW_RUNS
        and jobs >= (FEWEST_JOBS if not habit.is_steady or is_whole(lag) else 1)
        and float(best.attest[for_it].sum()) >= (FEWEST_WORDS if not habit.is_steady else 1)
        and best.score >= habit.least_prompt
        and usual >= habit.least_usual
    )


def is_whole(lag: float) -> bool:
    """Return whether a lag is of whole minutes, as a schedule or a zone may be wrong by; no clock drifts so far."""
    unit = MINUTE / SECOND
    return abs(lag) >= unit / 2 and abs(lag - round(lag / unit) * unit) <= 2 * EARLY


def measured(gaps: Gaps, habit: Habit, best: Peak) -> Lag:
    """Return a lag with its uncertainty: from its middle where all keep to it, else from its lower edge."""
    near = gaps.between(best.edge - EARLY, best.edge + (habit.prompt if habit.is_steady else habit.usual))
    hits = best.prompt * gaps.count
    lag = Lag(0.0, 0.0, round(float(hits.sum())), int((hits > 0).sum()), best.score, len(gaps.jobs))
    if habit.is_steady:
        middle = float(np.median(near))
        spread = 1.4826 * float(np.median(np.abs(near - middle)))
        return replace(lag, seconds=middle, uncertainty=max(1.0, 2 * spread / len(near) ** 0.5))
    blur = float(np.quantile(near, 0.1)) - best.edge
    return replace(lag, seconds=best.edge - habit.latency, uncertainty=1.0 + max(0.5, blur))
