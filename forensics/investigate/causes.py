"""Likely causes, and what to do next.

Each bad run is put down to what its own rows show, and what is left to what was found by comparing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from forensics.evidence.investigation import Cause, ChangePoint, Contrast, Depth
from forensics.evidence.paired import Flags, Ints
from forensics.evidence.result import Result
from forensics.investigate.cause_alone import alone, come_again, over, several
from forensics.investigate.cause_boot import boot, never_booted
from forensics.investigate.cause_case import Case
from forensics.investigate.cause_pattern import event, occasions, pattern
from forensics.investigate.cause_recurring import recurring, repeated
from forensics.investigate.cause_reporting import reporting
from forensics.investigate.cause_scheduler import SURROUNDINGS, host_down, never_triggered, surrounding
from forensics.investigate.cause_shared import Shared, concerned, shared, shared_changes
from forensics.investigate.cause_silence import outages, silenced
from forensics.investigate.cause_unseen import is_blind, unread, unseen
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
    left = case.undone.copy()
    for rows in groups.values():
        left[rows] = False
    for contrast in unexplained_patterns(case, left):
        yield pattern(case, contrast)
        left &= ~case.runs_having(contrast)
    for again in recurring(case, left):
        yield repeated(case, again)
        left &= ~again.rows
    together = shared_changes(case, left)
    for each in together:
        yield shared(case, each)
        left[each.rows] = False
    yield from own_failures(case, left, together)
    yield from of_messages(case)
    told = [change for each in together for change in each.changes]
    yield from (event(case, occasion, changes) for occasion, changes in occasions(case, told).items())
    yield from blind_spots(case)


def of_messages(case: Case) -> Iterator[Cause]:
    """Yield what is wrong with the messages: lanes that were silent, and of what these leave what else broke."""
    yield from outages(case)
    rows = np.flatnonzero(case.mistold & ~silenced(case))
    if len(rows) and (broken := reporting(case, rows)) is not None:
        yield broken


def blind_spots(case: Case) -> Iterator[Cause]:
    """Yield what nothing could tell: that nothing was read at all, else the runs of which nothing could tell."""
    doubtful = np.flatnonzero(case.unseen)
    if is_blind(case):
        yield unread(case)
    elif len(doubtful):
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


def unexplained_patterns(case: Case, left: Flags) -> Iterator[Contrast]:
    """Yield the contrasts that tell bad runs from good ones, without those whose bad runs are explained already.

    ``left`` are the undone runs without a mechanism; of these each contrast takes its own from those after it.
    """
    left, found = left.copy(), 0
    for contrast in case.contrasts:
        is_telling = contrast.standing == "differs" and contrast.effect > 0 and contrast.about == "work"
        if is_telling and found < MOST_PATTERNS and is_unexplained(case, contrast, left):
            found += 1
            yield contrast
            left &= ~case.runs_having(contrast)


def is_unexplained(case: Case, contrast: Contrast, left: Flags) -> bool:
    """Return whether most bad runs of a contrast may be among those that are left without a cause."""
    mine = case.runs_having(contrast) & case.undone
    if mine.any():
        return 2 * int((left & mine).sum()) > int(mine.sum())
    return 2 * int(left.sum()) > contrast.within.bad


def own_failures(case: Case, left: Flags, together: Sequence[Shared]) -> Iterator[Cause]:
    """Yield the jobs that fail by themselves, and that nothing else explains; those with most bad runs one by one."""
    rows = np.flatnonzero(left)
    lasting = np.setdiff1d(case.lasting(rows), np.flatnonzero(came_before(case, together)))
    lasting = np.union1d(lasting, come_again(case, np.setdiff1d(rows, lasting)))
    by_job = rows_by_job(case, lasting)
    yield from (alone(case, mine) for mine in by_job[:MOST_ALONE])
    if len(by_job) > MOST_ALONE:
        yield several(case, np.concatenate(by_job[MOST_ALONE:]))
    gone = np.setdiff1d(rows, lasting)
    if len(gone):
        yield over(case, gone)


def came_before(case: Case, together: Sequence[Shared]) -> Flags:
    """Return the runs of jobs that changed together which were before it: how these would have gone on is not known."""
    found = np.zeros(len(case.columns), dtype=np.bool_)
    for each in together:
        found |= concerned(case, each) & (case.columns.moment < each.since)
    return found


def rows_by_job(case: Case, rows: Ints) -> list[Ints]:
    """Return rows job by job, the job with most of them first."""
    jobs = case.studied.paired.runs.job[rows]
    ordered = rows[np.argsort(jobs, kind="stable")]
    found = np.split(ordered, np.flatnonzero(np.diff(np.sort(jobs))) + 1) if len(rows) else []
    return sorted(found, key=lambda mine: (-len(mine), int(mine[0])))
