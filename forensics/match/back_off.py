"""Due times that OpenClaw passes over after an error: it waits before a job's next run, longer after each in a row.

The next run comes at the later of the schedule and the end of that wait; a run that went well, or was skipped, ends the
counting (``src/cron/service/timer.ts``). So a due time within a wait at which nothing started was none; but where
nothing came at the end of the wait either, the run was due there, and was lost.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from forensics.evidence.intake import Evidence
from forensics.evidence.schema import nanoseconds
from forensics.match.jobtable import JobTable
from forensics.match.resolve import Resolved
from forensics.match.spans import (
    MINUTE,
    NAT,
    SECOND,
    Flags,
    Ints,
    at,
    keys,
    latest_before,
    next_in_job,
)

# How long it waits after the first error of a row of them, the second, and so on; after the last it stays at that.
WAITS: Ints = np.array([30 * SECOND, MINUTE, 5 * MINUTE, 15 * MINUTE, 60 * MINUTE], dtype=np.int64)
# What a restart cut off counts as well: its own start marks it as failed.
ERRORS = ("error", "failed", "failure", "timeout", "timed_out", "interrupted")
RESETS = ("ok", "success", "succeeded", "completed", "skipped")
ENDS = ("completed", "failed", "timed_out", "interrupted", "ended")
# What a row of the scheduler's calls the length of its run, in seconds; nobody believes one of more than a day.
LENGTH, LONGEST = "durationSeconds", 86_400.0


@dataclass(frozen=True)
class Waits:
    """Stretches ``[since, until)`` in which a job is not started, in ns; sorted by (job, since), none overlapping.

    ``is_known``: something tells when the run ended after which it waits; else it may begin and end later than said.
    """

    job: Ints
    since: Ints
    until: Ints
    is_known: Flags


NOTHING: Ints = np.empty(0, dtype=np.int64)
NONE = Waits(NOTHING, NOTHING, NOTHING, np.empty(0, dtype=np.bool_))


def waits_of(table: JobTable, resolved: Resolved, evidence: Evidence) -> Waits:
    """Return when OpenClaw held back its jobs, by what it says itself of how their runs went."""
    is_own = np.array([job.scheduler == "openclaw" for job in table.jobs], dtype=np.bool_)
    frame = evidence.triggers
    if not is_own.any() or frame["status"].isna().all():
        return NONE
    word = frame["status"].fillna("").str.casefold()
    is_error, moment = word.isin(ERRORS).to_numpy(dtype=np.bool_), nanoseconds(frame["at"])
    tells = is_error | word.isin(RESETS).to_numpy(dtype=np.bool_) | frame["event"].eq("skipped").to_numpy(np.bool_)
    rows = np.flatnonzero(tells & (moment != NAT) & (resolved.triggers >= 0) & is_own[resolved.triggers])
    rows = rows[np.lexsort((rows, moment[rows], resolved.triggers[rows]))]
    job, start, failed = resolved.triggers[rows], moment[rows], is_error[rows]
    following = next_in_job(job, start)
    end = np.maximum(ends_of(job, start, following, resolved, evidence), start + lasted(frame, rows, failed))
    until = np.minimum(end + WAITS[np.minimum(in_a_row(job, failed), len(WAITS)) - 1], following)
    kept = failed & (until > end)
    return Waits(job[kept], end[kept], until[kept], (end > start)[kept])


def in_a_row(job: Ints, failed: Flags) -> Ints:
    """Return how many errors of its job in a row each one makes, itself included; 0 for what is none."""
    rows = np.arange(len(job))
    opens = np.ones(len(job), dtype=np.bool_)
    opens[1:] = job[1:] != job[:-1]
    before = np.maximum.accumulate(np.where(~failed, rows, np.where(opens, rows - 1, -1))) if len(job) else rows
    return np.where(failed, rows - before, 0)


def ends_of(job: Ints, start: Ints, following: Ints, resolved: Resolved, evidence: Evidence) -> Ints:
    """Return when runs ended, by the first end on record before the next one; where there is none, when they began."""
    frame: pd.DataFrame = evidence.lifecycle
    moment = nanoseconds(frame["at"])
    is_end = frame["event"].isin(ENDS).to_numpy(dtype=np.bool_)
    rows = np.flatnonzero(is_end & (moment != NAT) & np.isin(resolved.lifecycle, job))
    if not len(rows):
        return start
    rows = rows[np.lexsort((moment[rows], resolved.lifecycle[rows]))]
    ended, owner, origin = moment[rows], resolved.lifecycle[rows], int(start[0])
    first = np.searchsorted(keys(owner, ended, origin), keys(job, start, origin))
    is_its = (at(owner, first) == job) & (first < len(rows)) & (at(ended, first) < following)
    return np.where(is_its, at(ended, first), start)


def lasted(frame: pd.DataFrame, rows: Ints, failed: Flags) -> Ints:
    """Return in ns how long runs that failed took by the scheduler's own word, 0 where it says nothing."""
    found = np.zeros(len(rows), dtype=np.int64)
    told = frame["attributes"].to_numpy()
    for place in np.flatnonzero(failed).tolist():
        attributes = told[rows[place]]
        seconds = attributes.get(LENGTH) if isinstance(attributes, dict) else None
        if isinstance(seconds, int | float) and 0 < seconds < LONGEST:
            found[place] = round(seconds * SECOND)
    return found


def wait_of(waits: Waits, job: Ints, due: Ints) -> Ints:
    """Return for each due time the row of the wait into which it falls, -1 for one that falls into none."""
    if not len(waits.job) or not len(due):
        return np.full(len(due), -1, dtype=np.int64)
    origin = int(due[0])
    last = latest_before(keys(waits.job, waits.since, origin), waits.job, keys(job, due, origin), job)
    return np.where((last >= 0) & (at(waits.until, last) > due), last, -1)


def held_until(waits: Waits, wait: Ints) -> Ints:
    """Return when waits end, NAT for those of row -1."""
    return np.where(wait >= 0, at(waits.until, wait), NAT)


def unmet_waits(waits: Waits, wait: Ints, is_met: Flags) -> Ints:
    """Return the rows of the waits that held back some due time, none of which anything came for."""
    held, met = (np.bincount(wait[chosen], minlength=len(waits.job)) for chosen in (wait >= 0, (wait >= 0) & is_met))
    return np.flatnonzero((held > 0) & (met == 0))
