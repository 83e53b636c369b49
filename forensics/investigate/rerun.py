"""Which runs are to be run again: those whose work was not done, and no others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forensics.evidence.columns import Columns, words
from forensics.evidence.paired import NAT
from forensics.evidence.result import Result
from forensics.investigate.outcomes import work


@dataclass(frozen=True)
class Lost:
    """A run whose work was not done: ``at`` is when it was due, else first seen, in ns."""

    job: str
    at: int
    key: str


def lost_runs(result: Result) -> list[Lost]:
    """Return the window's runs to run again, in order of time; what only a message says, and nothing shows, is none."""
    columns = Columns(result.runs)
    rows = np.flatnonzero(work(columns).bad & (columns.moment != NAT))
    jobs, keys = words(result.runs["job"]), words(result.runs["key"])
    found = [Lost(jobs[row], int(columns.moment[row]), keys[row]) for row in rows.tolist()]
    return sorted(found, key=lambda each: (each.at, each.job, each.key))
