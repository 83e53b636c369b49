"""Clocks that are off: triggers of a host that come early or late by the same amount each time."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from forensics.analyse.columns import Columns, Names, words
from forensics.analyse.wording import counted
from forensics.evidence.intake import Evidence
from forensics.evidence.paired import NAT, Floats, Ints, Paired
from forensics.evidence.result import Finding
from forensics.timeline import NANOS

LEAST_RUNS = 5
LEAST_OFFSET = 5.0
SPREAD = 2.0
SPREAD_SHARE = 0.1
TO_SIGMA = 1.4826


def clock_offsets(columns: Columns, paired: Paired, evidence: Evidence) -> list[Finding]:
    """Return the hosts whose triggers stand steadily off their due times; rows are those of ``paired.runs``."""
    runs = paired.runs
    has_schedule = np.array([job.schedule is not None for job in paired.jobs], dtype=np.bool_)
    rows = np.flatnonzero((runs.due != NAT) & (runs.triggered != NAT) & has_schedule[runs.job] & ~columns.is_muted)
    seconds = (runs.triggered[rows] - runs.due[rows]) / NANOS
    hosts = hosts_of(paired, evidence)[rows]
    return [
        finding
        for host, mine in by_host(hosts)
        if (finding := offset_of(host, seconds[mine], len(np.unique(runs.job[rows[mine]])))) is not None
    ]


def hosts_of(paired: Paired, evidence: Evidence) -> Names:
    """Return the host of each run, by its trigger's line, else by the job; None where neither tells."""
    codes = paired.runs.job
    found: Names = np.array([*(job.host for job in paired.jobs), None], dtype=object)[:-1][codes]
    told = words(evidence.triggers["host"].iloc[paired.triggers.row])
    is_told = np.array([host is not None for host in told], dtype=np.bool_)
    found[paired.triggers.run[is_told]] = told[is_told]
    return found


def by_host(hosts: Names) -> Iterator[tuple[str | None, Ints]]:
    """Yield each host with its places, in order of names."""
    places: dict[str | None, list[int]] = {}
    for place, host in enumerate(hosts.tolist()):
        places.setdefault(host, []).append(place)
    for host in sorted(places, key=lambda host: host or ""):
        yield host, np.array(places[host], dtype=np.int64)


def offset_of(host: str | None, seconds: Floats, jobs: int) -> Finding | None:
    """Return the steady offset of a host's triggers with its uncertainty, None where there is none."""
    if len(seconds) < LEAST_RUNS:
        return None
    offset = float(np.median(seconds))
    spread = float(np.median(np.abs(seconds - offset))) * TO_SIGMA
    if abs(offset) <= LEAST_OFFSET or spread > max(SPREAD, SPREAD_SHARE * abs(offset)):
        return None
    error = max(1.0, 2 * spread / len(seconds) ** 0.5)
    way, whose = "early" if offset < 0 else "late", f"of host {host}" if host else "of the trigger log"
    return Finding(
        kind="clock_offset",
        text=f"Triggers {whose} come {abs(offset):.0f} s (± {error:.0f} s) {way}, steadily.",
        observed=(f"Median over {counted(len(seconds), 'run')} of {counted(jobs, 'job')}; spread {spread:.1f} s.",),
        inferred="So its clock is off by about that much, or everything there starts with the same delay.",
        todo="Compare that clock with a time server; until then read its times with this correction.",
        detail={"host": host, "offset_seconds": offset, "uncertainty_seconds": error, "runs": len(seconds)},
    )
