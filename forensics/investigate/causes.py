"""Likely causes, and what to do next.

Each bad run is put down to what its own rows show, and what is left to what was found by comparing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from forensics.evidence.investigation import Cause, ChangePoint, Contrast, Depth
from forensics.evidence.paired import Flags, Ints
from forensics.evidence.result import Result
from forensics.investigate.cause_alone import alone, over, several
from forensics.investigate.cause_boot import boot, never_booted
from forensics.investigate.cause_case import Case
from forensics.investigate.cause_pattern import event, occasions, outages, pattern
from forensics.investigate.cause_reporting import reporting
from forensics.investigate.cause_scheduler import SURROUNDINGS, host_down, never_triggered, surrounding
from forensics.investigate.cause_unseen import unseen
from forensics.verdicts import Cause as Known
from forensics.verdicts import Lane, Verdict

MOST_ALONE, MOST_PATTERNS = 5, 3
# What no row names, or what explains nothing, comes after what does, however many runs it is about.
LATER = {"event": 1, "jobs": 2, "messages": 2, "unseen": 3}


def causes(
    studied: Result,
    compared: Sequence[Contrast],
    changed: Sequence[ChangePoint],
    reached: Sequence[Depth],
    focus: frozenset[str] = frozenset(),
) -> tuple[Cause, ...]:
    """Return likely causes, the likeliest first; ``focus`` are the jobs that were asked about, none for all."""
    case = Case(studied, compared, changed, reached, focus)
    return tuple(sorted(found(case), key=lambda cause: rank(cause)))


def rank(cause: Cause) -> tuple[int, bool, int, str]:
    """Return the place of a cause: what lasts before what is over, what explains many runs before what explains few."""
    return LATER.get(cause.kind, 0), bool(cause.detail.get("is_over")), -int(cause.detail["runs"]), cause.title


def found(case: Case) -> Iterator[Cause]:
    """Yield all causes that something speaks for."""
    groups = mechanisms(case)
    for kind, rows in groups.items():
        yield named(case, kind, rows)
    patterns = unexplained_patterns(case, groups)
    for contrast in patterns:
        yield pattern(case, contrast)
    yield from own_failures(case, groups, patterns)
    rows = np.flatnonzero(case.mistold)
    if len(rows) and (broken := reporting(case, rows)) is not None:
        yield broken
    yield from outages(case)
    yield from (event(case, occasion, changes) for occasion, changes in occasions(case).items())
    doubtful = np.flatnonzero(case.unseen)
    if len(doubtful):
        yield unseen(case, doubtful)


def named(case: Case, kind: str, rows: Ints) -> Cause:
    """Return the cause that runs' own rows show."""
    match kind:
        case "boot":
            return boot(case, rows)
        case "host_down":
            return host_down(case, rows)
        case "never_triggered":
            return never_triggered(case, rows)
        case _:
            return surrounding(case, rows, kind)


def mechanisms(case: Case) -> dict[str, Ints]:
    """Return the undone runs whose own rows show what came in their way, by what it was; each run once."""
    cause, left = case.columns.texts["cause"], case.undone.copy()
    shown: dict[str, Flags] = {
        "host_down": cause == Known.HOST_DOWN.value,
        "boot": never_booted(case),
        **{kind: cause == kind for kind in SURROUNDINGS},
        "never_triggered": not_triggered(case),
    }
    groups = {}
    for kind, holds in shown.items():
        rows = np.flatnonzero(left & holds)
        left[rows] = False
        if len(rows):
            groups[kind] = rows
    return groups


def not_triggered(case: Case) -> Flags:
    """Return the missed runs for which a log of their scheduler covers the time, and shows nothing."""
    missed = case.columns.among("verdict", Verdict.MISSED) & ~case.columns.is_triggered
    job, at = case.studied.paired.runs.job, case.columns.moment
    return np.asarray(missed & case.studied.coverage.covers(Lane.TRIGGERS.value, job, at, at), dtype=np.bool_)


def unexplained_patterns(case: Case, groups: dict[str, Ints]) -> list[Contrast]:
    """Return the contrasts that tell bad runs from good ones, without those whose bad runs a mechanism explains."""
    left = case.undone.copy()
    for rows in groups.values():
        left[rows] = False
    telling = (each for each in case.contrasts if each.standing == "differs" and each.effect > 0)
    found = [each for each in telling if each.about == "work" and is_unexplained(case, each, left)]
    return found[:MOST_PATTERNS]


def is_unexplained(case: Case, contrast: Contrast, left: Flags) -> bool:
    """Return whether most bad runs of a contrast may be among those that are left without a mechanism."""
    mine = case.runs_having(contrast) & case.undone
    if mine.any():
        return 2 * int((left & mine).sum()) > int(mine.sum())
    return 2 * int(left.sum()) > contrast.within.bad


def own_failures(case: Case, groups: dict[str, Ints], patterns: Sequence[Contrast]) -> Iterator[Cause]:
    """Yield the jobs that fail by themselves, and that nothing else explains; those with most bad runs one by one."""
    left = case.undone.copy()
    for rows in groups.values():
        left[rows] = False
    for contrast in patterns:
        left &= ~case.runs_having(contrast)
    lasting = case.lasting(np.flatnonzero(left))
    by_job = rows_by_job(case, lasting)
    yield from (alone(case, mine) for mine in by_job[:MOST_ALONE])
    if len(by_job) > MOST_ALONE:
        yield several(case, np.concatenate(by_job[MOST_ALONE:]))
    gone = np.setdiff1d(np.flatnonzero(left), lasting)
    if len(gone):
        yield over(case, gone)


def rows_by_job(case: Case, rows: Ints) -> list[Ints]:
    """Return rows job by job, the job with most of them first."""
    jobs = case.studied.paired.runs.job[rows]
    ordered = rows[np.argsort(jobs, kind="stable")]
    found = np.split(ordered, np.flatnonzero(np.diff(np.sort(jobs))) + 1) if len(rows) else []
    return sorted(found, key=lambda mine: (-len(mine), int(mine[0])))
