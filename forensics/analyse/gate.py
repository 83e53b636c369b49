"""Boots and runs before and after a change, compared: a job with itself alone, and no more said than samples allow."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from forensics.analyse.ranks import Shift, Stratum, holm, least_p, p_longer, shift_of
from forensics.analyse.timings import Timings, names_of, timings_of, values_of
from forensics.evidence.columns import Columns, Names
from forensics.evidence.intake import Evidence
from forensics.evidence.paired import Flags, Floats, Paired, Window

ALL_JOBS = "(all jobs)"


class Outcome(StrEnum):
    """What a comparison comes to."""

    REGRESSION = "regression"
    NONE = "no_regression"
    TOO_FEW = "too_few"


@dataclass(frozen=True)
class Terms:
    """What counts as a regression: at most this chance that it is none, and at least this much longer."""

    alpha: float = 0.01
    min_shift: float = 0.1


@dataclass(frozen=True)
class Side:
    """The durations before, or after: how many, how many of them never came to their end, median, 95th percentile."""

    count: int
    never: int
    typical: float | None
    slow: float | None


@dataclass(frozen=True)
class Comparison:
    """One group of jobs before and after; ``p_value`` is one-sided, ``p_adjusted`` by Holm over its sample's groups.

    ``jobs`` are those of which there are durations on both sides, ``left_out`` those of which there are on one only.
    """

    measure: str
    group: str
    jobs: tuple[str, ...]
    left_out: tuple[str, ...]
    before: Side
    after: Side
    outcome: Outcome
    p_value: float | None = None
    p_adjusted: float | None = None
    shift: Shift | None = None


@dataclass(frozen=True)
class Sample:
    """What is to be compared: durations with the group, the job and the side of each; a group of None is left out."""

    timings: Timings
    group: Names
    job: Names
    is_after: Flags

    def groups(self) -> Iterator[tuple[str, Flags]]:
        """Yield each group's name and rows."""
        for name in sorted({group for group in self.group if group is not None}):
            yield name, np.asarray(self.group == name, dtype=np.bool_)


def sample_of(measure: str, name: str, before: Sequence[float], after: Sequence[float]) -> Sample:
    """Return the durations of one thing alone as a sample; NaN ones are left out."""
    seconds = np.array([*before, *after], dtype=np.float64)
    rows = np.flatnonzero(~np.isnan(seconds)).astype(np.int64)
    names = np.full(len(rows), name, dtype=object)
    return Sample(Timings(measure, rows, np.zeros_like(rows), rows, seconds[rows]), names, names, rows >= len(before))


def samples_around(
    at: int, by: Sequence[str], columns: Columns, paired: Paired, evidence: Evidence, window: Window
) -> list[Sample]:
    """Return boots and runs before and after an instant, grouped by the values of some attributes.

    Without attributes all jobs are one group, and then each is one by itself. The rows are those of ``paired.runs``.
    """
    names = names_of(columns)
    groups = [labelled(name, values_of(name, paired, evidence)) for name in by]
    return [
        Sample(timings, group[timings.run], names[timings.run], timings.at >= at)
        for timings in timings_of(columns, paired, evidence, window)
        for group in groups or [np.full(len(names), ALL_JOBS, dtype=object), names]
    ]


def labelled(name: str, values: Names) -> Names:
    """Return the values of an attribute as names of groups, None where there is none."""
    return np.array([None if value is None else f"{name} = {value}" for value in values], dtype=object)


@dataclass(frozen=True)
class Pair:
    """A group's durations before and after, job by job, and in all."""

    measure: str
    group: str
    strata: dict[str, Stratum]
    left_out: tuple[str, ...]
    before: Floats
    after: Floats


def compare(samples: Sequence[Sample], terms: Terms) -> tuple[Comparison, ...]:
    """Return every group of every sample, in order; the groups of one sample share the chance of a wrong claim."""
    return tuple(found for sample in samples for found in compared(list(pairs_of(sample)), terms))


def compared(pairs: Sequence[Pair], terms: Terms) -> Iterator[Comparison]:
    """Yield what each group of one sample comes to."""
    chances = [p_longer(list(pair.strata.values())) for pair in pairs if pair.strata]
    found = zip(chances, holm(chances), strict=True)
    for pair in pairs:
        yield judged(pair, *next(found), terms, len(chances)) if pair.strata else uncompared(pair)


def pairs_of(sample: Sample) -> Iterator[Pair]:
    """Yield each group of a sample."""
    seconds = sample.timings.seconds
    for name, mine in sample.groups():
        strata, left_out = {}, []
        for job in sorted(set(sample.job[mine])):
            of_job = mine & np.asarray(sample.job == job, dtype=np.bool_)
            stratum = seconds[of_job & ~sample.is_after], seconds[of_job & sample.is_after]
            if all(len(each) for each in stratum):
                strata[job] = stratum
            else:
                left_out.append(job)
        before, after = seconds[mine & ~sample.is_after], seconds[mine & sample.is_after]
        yield Pair(sample.timings.measure, name, strata, tuple(left_out), before, after)


def uncompared(pair: Pair) -> Comparison:
    """Return a group that has no job with durations on both sides."""
    return Comparison(
        measure=pair.measure,
        group=pair.group,
        jobs=tuple(pair.strata),
        left_out=pair.left_out,
        before=side_of(pair.before),
        after=side_of(pair.after),
        outcome=Outcome.TOO_FEW,
    )


def judged(pair: Pair, p_value: float, p_adjusted: float, terms: Terms, groups: int) -> Comparison:
    """Return a group as it was found; ``groups`` share the chance of a wrong claim."""
    strata = list(pair.strata.values())
    before, after = (np.concatenate([stratum[place] for stratum in strata]) for place in (0, 1))
    found = Comparison(
        measure=pair.measure,
        group=pair.group,
        jobs=tuple(pair.strata),
        left_out=pair.left_out,
        before=side_of(before),
        after=side_of(after),
        outcome=Outcome.NONE,
        p_value=p_value,
        p_adjusted=p_adjusted,
        shift=shift_of(strata),
    )
    if p_adjusted <= terms.alpha:
        return replace(found, outcome=Outcome.REGRESSION) if is_large(found, terms) else found
    return replace(found, outcome=Outcome.TOO_FEW) if least_p(strata) * groups > terms.alpha else found


def is_large(found: Comparison, terms: Terms) -> bool:
    """Return whether durations grew by enough, or so many more never came to their end."""
    lost = found.after.never / found.after.count - found.before.never / found.before.count
    return (found.shift is not None and found.shift.ratio >= 1 + terms.min_shift) or lost >= terms.min_shift


def side_of(seconds: Floats) -> Side:
    """Return what is to be told of some durations; a median among those that never ended is none."""
    if not len(seconds):
        return Side(0, 0, None, None)
    typical, slow = (float(np.quantile(seconds, share, method="inverted_cdf")) for share in (0.5, 0.95))
    return Side(len(seconds), int(np.isinf(seconds).sum()), finite(typical), finite(slow))


def finite(number: float) -> float | None:
    """Return a number, None for an infinite one."""
    return number if math.isfinite(number) else None
