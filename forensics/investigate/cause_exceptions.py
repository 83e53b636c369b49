"""The jobs that were told rightly while others were told wrongly: which, how surely, and what they share."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from forensics.evidence.investigation import ChangePoint, Contrast
from forensics.evidence.paired import Ints
from forensics.investigate.cause_case import Case
from forensics.investigate.exact import chance_of_so_few
from forensics.investigate.words import counted, listed, setting

SHOWN_ATTRIBUTES, SHOWN_SHARED, SHOWN_JOBS = 4, 2, 4
BY_CHANCE = 0.05
# Of those that are told rightly on the whole, so many runs may be told wrongly.
SLIPS = 0.25
# How a contrast says that the few that went well share what others have, too.
SHARED = re.compile(r"\bthat never went wrong have\b")


@dataclass(frozen=True)
class Exceptions:
    """Those that were told rightly while others were not: their rows, and those of the jobs told wrongly.

    ``counts`` are how many runs of each exception were told rightly since it began, of how many.
    """

    right: Ints
    wrong: Ints
    jobs: tuple[str, ...]
    others: tuple[str, ...]
    counts: Mapping[str, tuple[int, int]]

    @property
    def are_few(self) -> bool:
        """Whether there are any, and not so many that they are the rule."""
        return 0 < len(self.jobs) <= len(self.others)


def exceptions(case: Case, since: int, changes: Sequence[ChangePoint]) -> Exceptions:
    """Return which jobs were told rightly since others were told wrongly, in more runs than luck lets them be.

    A job's runs count from its own change on; those of a job that did not change from ``since`` on (ns).
    """
    rows = rows_since(case, since, changes)
    job = case.studied.paired.runs.job
    wrong = np.bincount(job[rows[case.reporting.bad[rows]]], minlength=len(case.studied.paired.jobs))
    runs = np.bincount(job[rows], minlength=len(wrong))
    hit = 2 * wrong > runs
    rate = float(wrong[hit].sum() / runs[hit].sum()) if hit.any() else 0.0
    known = np.flatnonzero(runs)
    spared = [
        code
        for code in known.tolist()
        if wrong[code] <= SLIPS * runs[code]
        and chance_of_so_few(int(wrong[code]), int(runs[code]), rate) * len(known) < BY_CHANCE
    ]
    right, others = rows[np.isin(job[rows], spared)], rows[hit[job[rows]]]
    counts = {case.studied.paired.jobs[code].name: (int(runs[code] - wrong[code]), int(runs[code])) for code in spared}
    return Exceptions(right, others, case.jobs(right), case.jobs(others), counts)


def rows_since(case: Case, since: int, changes: Sequence[ChangePoint]) -> Ints:
    """Return the known runs since it began for each job."""
    begin = np.full(len(case.columns), since)
    for change in sorted(changes, key=lambda each: -each.first_bad):
        begin[case.named(change.jobs)] = change.first_bad
    return np.flatnonzero(case.reporting.known & case.is_asked & (case.columns.moment >= begin))


def alike(case: Case, apart: Exceptions) -> Iterator[str]:
    """Yield which jobs were told rightly all the same, and what they have in common with the others."""
    if not apart.are_few:
        return
    others = counted(len(apart.others), "job")
    yield f"Told rightly at the same time: {named(apart)}, beside {others} told wrongly."
    shared = common(case, apart.right)
    by_all = {each for each in shared if each in common(case, apart.wrong)}
    if by_all:
        pairs = ", ".join(setting(name, value) for name, value in sorted(by_all)[:SHOWN_ATTRIBUTES])
        yield f"Both sides have {pairs}: these cannot be what tells them apart."
    own = sorted(shared - by_all)
    if own and len(apart.jobs) > 1:
        yield f"Only told rightly with {', '.join(own_text(case, pair, apart) for pair in own[:SHOWN_ATTRIBUTES])}."


def named(apart: Exceptions) -> str:
    """Return the exceptions with how many of their runs were told rightly."""
    shares = set(apart.counts.values())
    if len(apart.jobs) > SHOWN_JOBS:
        return listed(apart.jobs)
    if len(shares) == 1:
        right, runs = shares.pop()
        each = " each" if len(apart.jobs) > 1 else ""
        told = f"all {runs:,}" if right == runs else f"{right:,} of {runs:,}"
        return f"{listed(apart.jobs)} ({told} runs{each})"
    return " and ".join(f"`{job}` ({right:,} of {runs:,} runs)" for job, (right, runs) in apart.counts.items())


def shared_by_few(contrasts: Sequence[Contrast]) -> Iterator[str]:
    """Yield what those told rightly have in common beside their settings, where others have it, too."""
    told = [each for each in contrasts if each.standing == "unknown" and SHARED.search(each.reason)]
    for each in told[:SHOWN_SHARED]:
        yield f"`{each.attribute}`: {each.reason}. That is too little to tell."


def own_text(case: Case, pair: tuple[str, str], apart: Exceptions) -> str:
    """Return a value that all exceptions share, with how many of the others have it too."""
    codes = set(case.codes(apart.wrong))
    too = len(codes & case.having(*pair))
    return f"{setting(*pair)} ({too:,} of {len(codes):,} others have it too)"


def common(case: Case, rows: Ints) -> set[tuple[str, str]]:
    """Return what all jobs of some runs are set up with alike."""
    held = [set(case.attributes[code].items()) for code in case.codes(rows)]
    return set.intersection(*held) if held else set()
