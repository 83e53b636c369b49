"""Starts that are made up for: a timer with ``Persistent=true`` that should have elapsed while its host was down.

Systemd starts its service once when the host is back, for however many due times were lost. That start belongs to the
last of them; those before it stay missed. Nothing but the evidence is asked whether a timer is persistent: a start so
soon after the boot or the waking, of a job that lost a due time, is such a start.
"""

from __future__ import annotations

from collections.abc import Sequence

from forensics.evidence.hosts import Outage, is_on
from forensics.match.jobtable import JobTable
from forensics.match.spans import Ints


def lateness_allowed(table: JobTable, job: Ints, due: Ints, down: Sequence[Outage]) -> Ints:
    """Return for each due time how late (ns) its start may be: the start grace, counted from when the host was back."""
    allowed = table.start_grace[job]
    if not len(due):
        return allowed
    for outage in down:
        is_lost = (due >= outage.since) & (due < outage.until)
        for code in set(job[is_lost].tolist()):
            if table.jobs[code].scheduler == "systemd" and is_on(outage, table.jobs[code].host):
                rows = is_lost & (job == code)
                allowed[rows] += outage.until - due[rows]
    return allowed
