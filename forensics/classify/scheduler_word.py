"""Why runs came to nothing, where a scheduler's own records show it: a restart ended one, or one blocks the next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from forensics.evidence.intake import Evidence
from forensics.evidence.paired import Flags, Ints, Links, Paired
from forensics.verdicts import Cause


def scheduler_causes(
    paired: Paired, evidence: Evidence, is_missed: Flags, is_cut_off: Flags, is_done: Flags
) -> Iterator[tuple[int, Cause]]:
    """Yield (run, cause): a cut-off run that a restart ended, a missed one while another is marked as running."""
    restarted, marked = flagged(paired, evidence, "interruptedBy"), flagged(paired, evidence, "marked")
    yield from ((int(run), Cause.SCHEDULER_RESTART) for run in np.flatnonzero(is_cut_off & restarted))
    blocking = last_before(paired.runs.job, ~is_missed)
    for run in np.flatnonzero(is_missed):
        before = int(blocking[run])
        if before >= 0 and marked[before] and not is_done[before]:
            yield int(run), Cause.PREVIOUS_STILL_RUNNING


def last_before(job: Ints, chosen: Flags) -> Ints:
    """Return for each run the last chosen one of its job before it, -1 for none; runs are sorted by job and start."""
    rows = np.where(chosen, np.arange(len(job)), -1)
    before = np.append(np.array([-1], dtype=np.int64), np.maximum.accumulate(rows)[:-1]) if len(job) else rows
    return np.where((before >= 0) & (np.append(job, -1)[before] == job), before, -1)


def flagged(paired: Paired, evidence: Evidence, name: str) -> Flags:
    """Return the runs of which some row carries an attribute."""
    found = np.zeros(len(paired.runs), dtype=np.bool_)
    steps = Links(paired.steps.run, paired.steps.row)
    for links, frame in ((paired.triggers, evidence.triggers), (steps, evidence.lifecycle)):
        if frame["attributes"].isna().all():
            continue
        column = frame["attributes"].to_numpy()
        has: list[bool] = [name in attributes_of(column[row]) for row in links.row.tolist()]
        found[links.run[np.array(has, dtype=np.bool_)]] = True
    return found


def attributes_of(value: Any) -> Mapping[str, Any]:
    """Return the attributes of a row, none where it has none."""
    return value if isinstance(value, dict) else {}
