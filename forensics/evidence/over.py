"""Which troubles are over: a job went wrong in the window, and its later runs did not."""

from __future__ import annotations

import numpy as np

from forensics.evidence.columns import Columns
from forensics.evidence.paired import NAT, Flags, Ints
from forensics.evidence.result import Blocker
from forensics.verdicts import BLOCKING, Verdict

Of = tuple[str, str | None, str]


def over(columns: Columns) -> frozenset[Of]:
    """Return the job, host and verdict of each trouble after whose last run a later one of that job went well.

    What was missed is over once the job began again when it was due, whatever came of that; all else once work is
    proven.
    """
    is_bad = columns.among("verdict", *BLOCKING)
    done = columns.is_executed & ~is_bad & columns.told
    begun = (columns.is_triggered | columns.is_executed) & columns.told
    found = set[Of]()
    for verdict in BLOCKING:
        mine = columns.among("verdict", verdict) & columns.told
        well = begun if verdict is Verdict.MISSED else done
        ended = mine & (newest(columns, mine) < newest(columns, well))[columns.job]
        found.update((*whose(columns, row), verdict.value) for row in np.flatnonzero(ended).tolist())
    return frozenset(found)


def newest(columns: Columns, chosen: Flags) -> Ints:
    """Return when the newest chosen run of each job was, NAT where there is none."""
    found = np.full(int(columns.job.max(initial=-1)) + 1, NAT, dtype=np.int64)
    np.maximum.at(found, columns.job[chosen], columns.moment[chosen])
    return found


def whose(columns: Columns, row: int) -> tuple[str, str | None]:
    """Return the job and the host of a run."""
    host = columns.texts["host"][row]
    return columns.texts["job"][row], None if host is None else str(host)


def has_ended(blocker: Blocker, gone: frozenset[Of]) -> bool:
    """Return whether a blocker tells of a trouble that is over."""
    return blocker.job is not None and (blocker.job, blocker.host, blocker.kind) in gone
