"""Starts that come late because OpenClaw was busy: it runs one job at a time, and those that are due meanwhile wait.

What keeps it busy are runs of any of its jobs, by its own word on how long they took; one that follows the other at
once continues the stretch. A start within a stretch that was on at its due time was waited for, and is no other's. Each
source tells of one such scheduler.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from forensics.evidence.intake import Evidence
from forensics.evidence.schema import nanoseconds
from forensics.match.back_off import LENGTH, LONGEST
from forensics.match.jobtable import JobTable
from forensics.match.resolve import Resolved
from forensics.match.spans import NAT, SECOND, Ints

# A run that begins so shortly after another one was waiting for it: what comes between is clearing up.
AT_ONCE = 30 * SECOND


@dataclass(frozen=True)
class Stretches:
    """When a scheduler was busy, ``[since, until)`` in ns, ascending and apart; ``jobs`` are the codes of its own."""

    since: Ints
    until: Ints
    jobs: Ints


@dataclass(frozen=True)
class Queues:
    """When each of the schedulers was busy that run one job at a time."""

    each: tuple[Stretches, ...] = field(default=())

    def free_again(self, table: JobTable, job: Ints, ready: Ints) -> Ints:
        """Return until when (ns) each due time had to wait, NAT for none; ``ready`` is when it might have begun.

        It begins later where it is moved on purpose, and a little after what is due with it.
        """
        found = np.full(len(ready), NAT)
        for busy in self.each:
            own = np.flatnonzero(np.isin(job, busy.jobs))
            at = np.searchsorted(busy.since, ready[own] + table.moved[job[own]] + AT_ONCE, side="right") - 1
            until = np.where(at >= 0, busy.until[at], NAT)
            waits = until > ready[own]
            found[own[waits]] = np.maximum(found[own[waits]], until[waits])
        return found


def queues_of(table: JobTable, resolved: Resolved, evidence: Evidence) -> Queues:
    """Return when OpenClaw was busy, by what it says itself of its runs."""
    is_own = np.array([job.scheduler == "openclaw" for job in table.jobs], dtype=np.bool_)
    frame = evidence.triggers
    if not is_own.any() or frame["attributes"].isna().all():
        return Queues()
    moment, source = nanoseconds(frame["at"]), frame["source"].to_numpy(np.int64)
    rows = np.flatnonzero((resolved.triggers >= 0) & (moment != NAT) & is_own[resolved.triggers])
    end = moment[rows] + lengths(frame["attributes"].to_numpy()[rows])
    return Queues(
        tuple(
            stretches(moment[rows][own], end[own], resolved.triggers[rows][own])
            for own in (source[rows] == each for each in np.unique(source[rows]))
        )
    )


def lengths(told: np.typing.NDArray[np.object_]) -> Ints:
    """Return how long runs took (ns) by their rows' attributes, 0 where these do not tell."""
    seconds = [each.get(LENGTH) if isinstance(each, dict) else None for each in told.tolist()]
    known = (each if isinstance(each, int | float) and 0 < each < LONGEST else 0 for each in seconds)
    return np.array([round(each * SECOND) for each in known], dtype=np.int64)


def stretches(begin: Ints, end: Ints, jobs: Ints) -> Stretches:
    """Return when one scheduler was busy, by its runs."""
    order = np.argsort(begin, kind="stable")
    begin, reached = begin[order], np.maximum.accumulate(end[order])
    opens = np.append(True, begin[1:] > reached[:-1] + AT_ONCE)[: len(begin)]
    last = np.append(opens[1:], True)[: len(begin)]
    return Stretches(begin[opens], reached[last] + AT_ONCE, np.unique(jobs))
