"""The runs before any proof or message is looked at: due times, and what triggered them (``match.triggered``).

A trigger belongs to the due time that it is nearest to, early by no more than the clock tolerance or a
third of the interval, late by no more than the start grace; of several the nearest is the run's, the
others are runs of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

import numpy as np

from forensics.config import Job
from forensics.evidence.hosts import Outage
from forensics.evidence.paired import Window
from forensics.match.catching_up import back_before
from forensics.match.expected import EMPTY, due_times, grid_due_times, interval_due_times
from forensics.match.jobtable import JobTable, nanos, stamps
from forensics.match.spans import FAR, HOUR, NAT, Flags, Ints, at, first_after, keys, latest_before, next_in_job

REACH = 50 * HOUR
MARGIN = 2 * HOUR


@dataclass(frozen=True)
class Spine:
    """Runs sorted by (job, start); instants in ns, NAT where there is none.

    ``due`` by the schedule, ``triggered`` and ``skipped`` by the scheduler's log, ``begun`` by the
    runner, ``first_seen`` is the first evidence of a run that has none of these.
    """

    job: Ints
    due: Ints
    triggered: Ints
    skipped: Ints
    begun: Ints
    first_seen: Ints

    @cached_property
    def start(self) -> Ints:
        """Return when each run started, as far as is known."""
        started = np.where(self.triggered != NAT, self.triggered, self.begun)
        for fallback in (self.due, self.skipped, self.first_seen):
            started = np.where(started != NAT, started, fallback)
        return started

    @cached_property
    def moment(self) -> Ints:
        """Return the instant by which each run names its paths: its due time, else its trigger."""
        return np.where(self.due != NAT, self.due, self.triggered)

    def __len__(self) -> int:
        return len(self.job)

    def sorted(self) -> tuple[Spine, Ints]:
        """Return the runs in order, and for each old row its new one."""
        order = np.lexsort((self.due, self.start, self.job))
        position = np.empty(len(order), dtype=np.int64)
        position[order] = np.arange(len(order))
        return self.taken(order), position

    def taken(self, rows: Ints) -> Spine:
        """Return some runs."""
        return Spine(*(getattr(self, name)[rows] for name in SPINE))

    def with_runs(self, **columns: Ints) -> Spine:
        """Return these runs and new ones behind them; columns left out are unknown."""
        count = len(columns["job"])
        return Spine(*(np.concatenate([getattr(self, name), columns.get(name, np.full(count, NAT))]) for name in SPINE))


SPINE = ("job", "due", "triggered", "skipped", "begun", "first_seen")


@dataclass(frozen=True)
class Signals:
    """Rows that show a run's start: sorted by (job, at); ``row`` is the row in their table."""

    job: Ints
    at: Ints
    row: Ints

    def with_others(self, others: Signals) -> Signals:
        """Return these and others, sorted."""
        return signals(*(np.concatenate([getattr(self, name), getattr(others, name)]) for name in ("job", "at", "row")))

    def where(self, chosen: Flags) -> Signals:
        """Return some of them."""
        return Signals(self.job[chosen], self.at[chosen], self.row[chosen])


def signals(job: Ints, at: Ints, row: Ints) -> Signals:
    """Return rows with a job and a time, sorted."""
    order = np.lexsort((row, at, job))
    return Signals(job[order], at[order], row[order])


def due_runs(table: JobTable, started: Signals, window: Window, down: Sequence[Outage] = ()) -> tuple[Ints, Ints]:
    """Return (job, due) of every due time that matters to the window, sorted; intervals count from starts seen."""
    parts = [(code, due_of(job, code, started, table, window, down)) for code, job in enumerate(table.jobs)]
    parts = [(code, _pruned(due, int(table.longest[code]), window)) for code, due in parts]
    codes = np.repeat(np.array([code for code, _ in parts], dtype=np.int64), [len(due) for _, due in parts])
    return codes, np.concatenate([EMPTY, *(due for _, due in parts)])


def due_of(job: Job, code: int, started: Signals, table: JobTable, window: Window, down: Sequence[Outage] = ()) -> Ints:
    """Return the due times of one job around the window, within the job's own life."""
    since, until = window.since - REACH, min(window.until + REACH, window.now + 1)
    if job.problem or (job.schedule is None and job.interval is None):
        return EMPTY
    if job.schedule is not None:
        due = due_times(job.schedule, job.timezone, since, until)
    else:
        starts = started.at[(started.job == code) & (started.at <= window.now)]
        slack = int(table.tolerance[code]), int(table.start_grace[code])
        due = _interval_dues(job, starts, (since, until), slack, down)
    born, died = int(table.since[code]), int(table.until[code])
    return due[(due >= born) & ((died == NAT) | (due < died))]


def _interval_dues(
    job: Job, starts: Ints, span: tuple[int, int], slack: tuple[int, int], down: Sequence[Outage]
) -> Ints:
    """Return the due times of an interval job: on its anchor's grid, else counted from all starts that were seen.

    Where none ever was they lie on a grid of their own, the same for every window. ``slack`` is how early and how late
    a start may be.
    """
    step = int(nanos([job.interval])[0])
    if job.anchor is not None or not len(starts):
        return grid_due_times(int(stamps([job.anchor or grid_origin(job)])[0]), step, *span)
    back = back_before(job, starts, step, slack[1], down)
    due = interval_due_times(starts, step, span[1], slack[0], back)[0]
    return due[np.searchsorted(due, span[0]) :]


def grid_origin(job: Job) -> datetime:
    """Return whence due times are counted of which no start was ever seen: the job's own, else a midnight of its."""
    return job.since or datetime(1970, 1, 1, tzinfo=job.timezone)


def _pruned(due: Ints, longest: int, window: Window) -> Ints:
    """Leave out due times that are too far from the window to have a say in it; two to either side stay."""
    reach = longest + MARGIN
    first = min(int(np.searchsorted(due, window.since - reach)), max(0, int(np.searchsorted(due, window.since)) - 2))
    last = max(int(np.searchsorted(due, window.until + reach)), int(np.searchsorted(due, window.until)) + 2)
    return due[first:last]


def meet_due_times(table: JobTable, job: Ints, due: Ints, seen: Signals, allowed: Ints | None = None) -> Ints:
    """Return for each signal the row of the due time that is its, -1 for none; no due time gets two.

    ``allowed`` is for each due time how late (ns) a signal may be, by default the start grace.
    """
    if not len(due) or not len(seen.at):
        return np.full(len(seen.at), -1, dtype=np.int64)
    origin = int(due[0])
    due_keys, seen_keys = keys(job, due, origin), keys(seen.job, seen.at, origin)
    left = latest_before(due_keys, job, seen_keys, seen.job)
    right = first_after(due_keys, job, seen_keys, seen.job)
    gap = np.where((left >= 0) & (right >= 0), at(due, right) - at(due, left), FAR)
    early = np.minimum(table.tolerance[seen.job], gap // 3)
    late_by = np.where((left >= 0), seen.at - at(due, left), FAR)
    early_by = np.where((right >= 0), at(due, right) - seen.at, FAR)
    fits_left = late_by <= (table.start_grace[seen.job] if allowed is None else at(allowed, left))
    fits_right = early_by <= early
    nearest = np.where(fits_left & (~fits_right | (late_by <= early_by)), left, np.where(fits_right, right, -1))
    return _nearest_only(nearest, np.abs(seen.at - at(due, nearest)))


def _nearest_only(due_row: Ints, distance: Ints) -> Ints:
    """Leave each due time to the signal that lies nearest to it, the first of equals."""
    order = np.lexsort((np.arange(len(due_row)), distance, due_row))
    is_first = np.ones(len(order), dtype=np.bool_)
    is_first[1:] = due_row[order][1:] != due_row[order][:-1]
    kept = np.full(len(due_row), -1, dtype=np.int64)
    kept[order[is_first]] = due_row[order[is_first]]
    return kept


def own_ends(table: JobTable, spine: Spine) -> Ints:
    """Return until when each run may take: its start and the longest that it may last, or up to the next due time."""
    longest = table.longest[spine.job]
    is_open = table.max_duration[spine.job] < 0
    has_due = spine.due != NAT
    following = next_in_job(spine.job, np.where(has_due, spine.due, spine.start))
    return np.where(
        is_open, np.minimum(spine.start + longest, np.maximum(following, spine.start)), spine.start + longest
    )
