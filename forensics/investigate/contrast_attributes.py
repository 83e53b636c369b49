"""What can tell one run from another: every attribute of jobs and runs that the evidence shows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import pandas as pd

from forensics.evidence.columns import Names
from forensics.evidence.paired import Flags, Ints

UNKNOWN = -1
NOT_SET = "not set"
# An attribute of a job that changes in some of its runs is still one of the job for the others, if these are many.
ENOUGH_SETTLED = 0.5


@dataclass(frozen=True)
class Attribute:
    """An attribute of every run: ``codes`` number the words in ``values``, UNKNOWN where none is known.

    ``level`` is ``job`` for what a job has in all its runs, ``run`` for what changes from run to run. ``clusters`` are
    given where runs share it by the hour or the day, so that what befell them together must count once.
    ``is_declared``: somebody set it, rather than we worked it out. ``is_symptom``: it comes of how a run went.
    ``veiled`` are values that nothing can tell from something else, each with the reason. Where ``strata`` are given,
    runs are compared with those of the same stratum alone, which lifts the veil.
    """

    name: str
    values: tuple[str, ...]
    codes: Ints
    level: Literal["job", "run"] = "run"
    is_declared: bool = False
    is_symptom: bool = False
    clusters: Ints | None = None
    veiled: dict[int, str] = field(default_factory=dict)
    strata: Ints | None = None


def of_words(name: str, words: Names | Sequence[str | None], **about: bool) -> Attribute:
    """Return an attribute by a word for each run, None where it is not known."""
    codes, values = pd.factorize(np.asarray(words, dtype=object), sort=True)
    return Attribute(name, tuple(map(str, values)), np.asarray(codes, dtype=np.int64), **about)  # type: ignore[arg-type]


def of_jobs(name: str, words: Sequence[str | None], job: Ints, is_declared: bool = False) -> Attribute:
    """Return an attribute by a word for each job; ``job`` is the job of each run."""
    told = of_words(name, words)
    return replace(told, codes=told.codes[job], level="job", is_declared=is_declared)


def settled(attribute: Attribute, job: Ints, known: Flags) -> Iterator[Attribute]:
    """Yield an attribute of runs as one of jobs, where it does not change within them; else as it is, or as both."""
    seen = known & (attribute.codes != UNKNOWN)
    values = len(np.unique(attribute.codes[seen]))
    # That all runs were on one day, or at one hour, says only which runs are looked at.
    if not values or (values == 1 and attribute.clusters is not None):
        return
    least, most = extremes(attribute.codes, job, seen)
    has_any, changes = most >= 0, most > least
    if changes.any():
        yield attribute
    steady = has_any & ~changes
    if steady.sum() >= ENOUGH_SETTLED * has_any.sum() and (not changes.any() or len(set(most[steady].tolist())) > 1):
        yield replace(attribute, codes=np.where(steady, most, UNKNOWN)[job], level="job", strata=None)


def extremes(codes: Ints, job: Ints, seen: Flags) -> tuple[Ints, Ints]:
    """Return of each job the smallest and the largest code of its seen runs, UNKNOWN of none."""
    count = int(job.max(initial=-1)) + 1
    least, most = np.full(count, np.iinfo(np.int64).max), np.full(count, UNKNOWN)
    np.minimum.at(least, job[seen], codes[seen])
    np.maximum.at(most, job[seen], codes[seen])
    return np.where(most == UNKNOWN, UNKNOWN, least), most


def is_of_its_own(attribute: Attribute, job: Ints, known: Flags) -> bool:
    """Return whether every job has another value, so that it only says which job it is."""
    seen = known & (attribute.codes != UNKNOWN)
    pairs = np.unique(np.stack([job[seen], attribute.codes[seen]]), axis=1)
    jobs, values = len(np.unique(pairs[0])), len(np.unique(pairs[1]))
    return bool(1 < jobs == values == pairs.shape[1])
