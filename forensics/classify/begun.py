"""Runs of which a scheduler that is their runner too says that they began: systemd starts what it also sees ending."""

from __future__ import annotations

import numpy as np

from forensics.evidence.hosts import is_on
from forensics.evidence.intake import Evidence
from forensics.evidence.paired import Flags, Paired


def started_by_runner(paired: Paired, evidence: Evidence) -> Flags:
    """Return which runs were started by a source that tells of both, the starts and what came of them."""
    links, found = paired.triggers, np.zeros(len(paired.runs), dtype=np.bool_)
    is_runner = np.array(["lifecycle" in source.lanes for source in evidence.sources], dtype=np.bool_)
    if len(links.row):
        part = evidence.triggers.iloc[links.row]
        is_start = part["event"].eq("started").to_numpy(dtype=np.bool_) & is_runner[part["source"].to_numpy()]
        found[links.run[is_start]] = True
    return found


def lost_host(paired: Paired, evidence: Evidence) -> Flags:
    """Return after the start of which runs their host went down: none of them can end later."""
    runs, lost = paired.runs, np.zeros(len(paired.runs), dtype=np.bool_)
    for outage in (each for each in evidence.outages if not each.of):
        is_there = np.array([is_on(outage, job.host) for job in paired.jobs], dtype=np.bool_)[runs.job]
        lost |= is_there & (runs.start <= outage.since) & (not outage.is_sleep)
    return lost
