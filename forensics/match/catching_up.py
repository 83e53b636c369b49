"""Starts that are made up for: a timer with ``Persistent=true`` that should have elapsed while its host was down.

Systemd starts its service once when the host is back, for however many due times were lost. That start belongs to the
last of them; those before it stay missed. Nothing but the evidence is asked whether a timer is persistent: a start so
soon after the boot or the waking, of a job that lost a due time, is such a start. OpenClaw makes up in the same way for
what it lost while it was down itself. What is moved on purpose may have been due while all was still up.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from forensics.config import Job
from forensics.evidence.hosts import Outage, concerns
from forensics.match.jobtable import JobTable
from forensics.match.spans import FAR, Ints

CATCHING_UP = frozenset({"systemd", "openclaw"})


def lateness_allowed(table: JobTable, job: Ints, due: Ints, down: Sequence[Outage]) -> Ints:
    """Return for each due time how late (ns) its start may be: the start grace, counted from when the host was back."""
    allowed = table.start_grace[job]
    if not len(due):
        return allowed
    for outage in down:
        is_kept = np.array([makes_up_for(each, outage) for each in table.jobs], dtype=np.bool_)
        lost = np.flatnonzero((due + table.moved[job] >= outage.since) & (due < outage.until) & is_kept[job])
        back = table.start_grace[job[lost]] + outage.until - due[lost]
        allowed[lost] = np.maximum(allowed[lost], back)
    return allowed


def back_before(job: Job, starts: Ints, interval: int, grace: int, down: Sequence[Outage]) -> Ints:
    """Return for each start of a job, ascending, the end of the outage after which it was the first, FAR for others.

    It came within the grace. An outage that nothing but a silence shows counts where it swallowed several due times.
    """
    found = np.full(len(starts), FAR)
    for outage in (each for each in down if makes_up_for(job, each)):
        first = int(np.searchsorted(starts, outage.until))
        if 0 < first < len(starts) and starts[first] <= outage.until + grace:
            lost = (outage.until - starts[first - 1]) // interval
            found[first] = outage.until if lost >= (2 if outage.is_inferred else 1) else FAR
    return found


def makes_up_for(job: Job, outage: Outage) -> bool:
    """Return whether the scheduler of a job starts it once for what it lost in an outage."""
    return job.scheduler in CATCHING_UP and concerns(outage, job.scheduler, job.host)
