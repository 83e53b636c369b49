"""Runs that began by the word of a scheduler that is their runner too, and runs that cannot be on any more.

Systemd starts what it also sees ending; and nothing runs on after its host was booted again.
"""

from __future__ import annotations

import numpy as np

from forensics.config import Job
from forensics.evidence.hosts import Outage, concerns, label
from forensics.evidence.intake import Evidence
from forensics.evidence.paired import EVENT_CODES, NAT, Flags, Ints, Paired

BEGINS = tuple(EVENT_CODES.index(word) for word in ("started", "boot_started", "booted"))


def started_by_runner(paired: Paired, evidence: Evidence) -> Flags:
    """Return which runs were started by a source that tells of both, the starts and what came of them."""
    links, found = paired.triggers, np.zeros(len(paired.runs), dtype=np.bool_)
    is_runner = np.array(["lifecycle" in source.lanes for source in evidence.sources], dtype=np.bool_)
    if len(links.row):
        part = evidence.triggers.iloc[links.row]
        is_start = part["event"].eq("started").to_numpy(dtype=np.bool_) & is_runner[part["source"].to_numpy()]
        found[links.run[is_start]] = True
    return found


def gone_at(paired: Paired, evidence: Evidence, now: int) -> Ints:
    """Return when (ns) the process of each run had surely ended, NAT where nothing up to now shows that.

    It did not outlive its host, nor a scheduler that ran it itself: one of these went down after the run's last start,
    and was up again. Where a scheduler's end is but inferred, it is when it was started anew.
    """
    found = np.full(len(paired.runs), NAT)
    started, hosts = last_starts(paired), {label(host) for source in evidence.sources for host in source.hosts}
    for outage in (each for each in evidence.outages[::-1] if not each.is_sleep and each.until <= now):
        is_its = np.array([ends_runs_of(outage, job, hosts) for job in paired.jobs], dtype=np.bool_)
        is_gone = is_its[paired.runs.job] & (started != NAT) & (started <= outage.since)
        found[is_gone] = outage.until if outage.is_inferred else outage.since
    return found


def last_starts(paired: Paired) -> Ints:
    """Return when each run was started, the last time where it was so several times, NAT where none of it is known."""
    runs, steps = paired.runs, paired.steps
    found = np.maximum(runs.triggered, runs.begun)
    begins = np.isin(steps.event, BEGINS)
    np.maximum.at(found, steps.run[begins], steps.at[begins])
    return found


def ends_runs_of(outage: Outage, job: Job, hosts: set[str]) -> bool:
    """Return whether an outage ended all runs of a job; its host must be known, or there be but one of ``hosts``."""
    is_told = job.host is not None or outage.host is None or hosts <= {label(outage.host)}
    return is_told and concerns(outage, job.scheduler, job.host)
