"""Which due time each trigger met, and the runs that come of both: one for each due time, and for each other trigger.

A start may be late for a reason: its host was down, its scheduler was busy, or held the job back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from forensics.evidence.hosts import Outage
from forensics.evidence.paired import Window
from forensics.match.back_off import NONE as NO_WAITS
from forensics.match.back_off import Waits, held_until, unmet_waits, wait_of
from forensics.match.catching_up import lateness_allowed
from forensics.match.jobtable import JobTable
from forensics.match.queued import Queues
from forensics.match.spans import NAT, SECOND, Flags, Ints, at, first_after, keys
from forensics.match.spine import SPINE, Signals, Spine, due_runs, meet_due_times

NO_QUEUES = Queues()
MICRO = SECOND // 10**6


@dataclass(frozen=True)
class Hindrances:
    """What kept jobs from starting: outages, waits after errors, and a scheduler that was busy with other jobs."""

    down: Sequence[Outage] = ()
    waits: Waits = NO_WAITS
    queues: Queues = NO_QUEUES


UNHINDERED = Hindrances()


@dataclass(frozen=True)
class Met:
    """Due times, sorted by (job, due), in ns; ``started`` and ``skipped`` are the rows that starts and skips met.

    ``held`` is until when each was held back, NAT for those that were not.
    """

    job: Ints
    due: Ints
    held: Ints
    started: Ints
    skipped: Ints

    @property
    def is_met(self) -> Flags:
        """Return which due times something came for."""
        return np.isin(np.arange(len(self.due)), np.concatenate([self.started, self.skipped]))

    def without_held(self) -> Met:
        """Return them without those that were held back and that nothing came for: these were none."""
        is_due = (self.held == NAT) | self.is_met
        rows, position = np.flatnonzero(is_due), np.cumsum(is_due) - 1
        started, skipped = (np.where(run >= 0, at(position, run), -1) for run in (self.started, self.skipped))
        return Met(self.job[rows], self.due[rows], self.held[rows], started, skipped)


def trigger_spine(
    table: JobTable,
    started: Signals,
    skips: Signals,
    clocks: Signals,
    window: Window,
    hindrances: Hindrances = UNHINDERED,
) -> tuple[Spine, Ints, Ints]:
    """Return the runs that due times and triggers make, and the run of every trigger and of every recorded skip.

    ``clocks`` are the starts from which the due times of interval jobs are counted.
    """
    met = met_by(table, *due_runs(table, clocks, window, hindrances.down), started, skips, hindrances)
    met = with_lost(table, met, started, skips, hindrances, window.now).without_held()
    spine = Spine(met.job, met.due, *(np.full(len(met.job), NAT) for _ in SPINE[2:]))
    started_run, skipped_run = met.started, met.skipped
    spine.triggered[started_run[started_run >= 0]] = started.at[started_run >= 0]
    spine.skipped[skipped_run[skipped_run >= 0]] = skips.at[skipped_run >= 0]
    off = table.off_since[spine.job]
    is_off = (off != NAT) & (spine.due >= off) & (spine.triggered == NAT) & (spine.skipped == NAT)
    spine.skipped[is_off] = spine.due[is_off]
    for seen, run, name in ((started, started_run, "triggered"), (skips, skipped_run, "skipped")):
        extra = run < 0
        run[extra] = len(spine) + np.arange(int(extra.sum()))
        spine = spine.with_runs(job=seen.job[extra], **{name: seen.at[extra]})
    spine, position = spine.sorted()
    return spine, position[started_run], position[skipped_run]


def met_by(table: JobTable, job: Ints, due: Ints, started: Signals, skips: Signals, hindrances: Hindrances) -> Met:
    """Return what met which due time, a start also so late as what hindered it made it."""
    held = held_until(hindrances.waits, wait_of(hindrances.waits, job, due))
    allowed = lateness_allowed(table, job, due, hindrances.down)
    allowed = np.where(held == NAT, allowed, np.maximum(allowed, held - due + table.start_grace[job]))
    free = hindrances.queues.free_again(table, job, due + allowed - table.start_grace[job])
    allowed = np.where(free == NAT, allowed, np.maximum(allowed, free - due))
    runs = meet_due_times(table, job, due, started, allowed), meet_due_times(table, job, due, skips)
    return Met(job, due, held, *runs)


def with_lost(table: JobTable, met: Met, started: Signals, skips: Signals, hindrances: Hindrances, now: int) -> Met:
    """Return the due times with those that were put off to the end of a wait, at which nothing came either."""
    waits = hindrances.waits
    unmet = unmet_waits(waits, wait_of(waits, met.job, met.due), met.is_met)
    lost = lost_ends(table, waits, unmet, started.with_others(skips), hindrances.queues, now)
    if not len(lost):
        return met
    job, due = with_dues(met, waits.job[lost], waits.until[lost])
    return met_by(table, job, due, started, skips, hindrances)


def lost_ends(table: JobTable, waits: Waits, rows: Ints, seen: Signals, queues: Queues, now: int) -> Ints:
    """Return those of some waits, up to now, at whose end nothing came: a run was due there, and was lost.

    What comes within the clock tolerance of the end, or of when the scheduler was free again, came for it; where the
    end is not well known, what comes within the start grace may have.
    """
    if not len(rows):
        return rows
    job, ends = waits.job[rows], waits.until[rows]
    slack = np.where(waits.is_known[rows], table.tolerance[job], table.start_grace[job])
    last = np.maximum(ends, queues.free_again(table, job, ends)) + slack
    origin, opens = int(ends[0]), np.maximum(ends - table.tolerance[job], waits.since[rows] + MICRO)
    came = first_after(keys(seen.job, seen.at, origin), seen.job, keys(job, opens, origin), job)
    died = table.until[job]
    is_lost: Flags = ((came < 0) | (at(seen.at, came) > last)) & (ends <= now) & ((died == NAT) | (ends < died))
    return rows[is_lost]


def with_dues(met: Met, job: Ints, due: Ints) -> tuple[Ints, Ints]:
    """Return the due times with others among them, each of a job once, sorted."""
    job, due = np.append(met.job, job), np.append(met.due, due)
    order = np.lexsort((due, job))
    job, due = job[order], due[order]
    is_new = np.append(True, (np.diff(job) != 0) | (np.diff(due) != 0))
    return job[is_new], due[is_new]
