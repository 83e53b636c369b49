"""Where the delays of a run's events are counted from: its start, or its end where that is known better."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forensics.evidence.paired import NAT, Flags, Ints
from forensics.match.delays import spreads
from forensics.match.proofs import Filed
from forensics.match.spans import FAR
from forensics.match.spine import Spine

TELLING = 3


@dataclass(frozen=True)
class Starts:
    """Instants that delays are counted from, how uncertain each is, and how long after the start it lies, in ns."""

    at: Ints
    blur: Ints
    lead: Ints


def likely_starts(spine: Spine) -> Starts:
    """Return the starts of runs: of those that nothing shows to have begun, as long after the due time as is usual."""
    is_known = (spine.triggered != NAT) & (spine.due != NAT)
    is_guessed = (spine.triggered == NAT) & (spine.begun == NAT) & (spine.due != NAT)
    lag = (spine.start - spine.due)[is_known].astype(np.float64)
    jobs = int(spine.job.max(initial=-1)) + 1
    usual, count = spreads(spine.job[is_known], lag, jobs), np.bincount(spine.job[is_known], minlength=jobs)
    rows = np.flatnonzero(is_guessed & (count[spine.job] >= TELLING))
    lead, blur = np.zeros(len(spine), dtype=np.int64), np.zeros(len(spine), dtype=np.int64)
    lead[rows] = usual.middle[spine.job[rows]].astype(np.int64)
    blur[rows] = np.maximum(usual.early, usual.late)[spine.job[rows]].astype(np.int64)
    return Starts(spine.start + lead, blur, lead)


def started_from(spine: Spine, filed: Filed, run: Ints, does_overlap: Flags, latest: Ints) -> Starts:
    """Return the instants that messages count from: the starts, but where runs overlap the ends, known or likely.

    A file shows the end of its run where it came before the run's ``latest`` instant.
    """
    starts = likely_starts(spine)
    rows = np.flatnonzero((run >= 0) & (filed.role != "state") & ~filed.is_copied)
    rows = rows[does_overlap[run[rows]] & (filed.mtime[rows] <= latest[run[rows]])] if len(rows) else rows
    if not len(rows):
        return starts
    proven = np.full(len(spine), FAR)
    np.minimum.at(proven, run[rows], filed.mtime[rows])
    is_proven = proven < FAR
    job, delay = spine.job[is_proven], (proven - starts.at)[is_proven].astype(np.float64)
    jobs = int(spine.job.max()) + 1
    usual, is_usual = spreads(job, delay, jobs), np.bincount(job, minlength=jobs) > 0
    lasting, spread = (each[spine.job].astype(np.int64) for each in (usual.middle, np.maximum(usual.early, usual.late)))
    is_guessed = does_overlap & ~is_proven & is_usual[spine.job]
    ends = np.where(is_proven, proven, np.where(is_guessed, starts.at + lasting, starts.at))
    blur = np.where(is_guessed, np.hypot(starts.blur, spread).astype(np.int64), np.where(is_proven, 0, starts.blur))
    return Starts(ends, blur, ends - spine.start)
