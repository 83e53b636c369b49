"""The starts from which interval jobs are counted: all that any evidence shows, however long before the window.

So a due time is the same in every report on the same evidence, be it of one night or of a fortnight.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from forensics.evidence.intake import Evidence
from forensics.evidence.schema import nanoseconds
from forensics.match.jobtable import JobTable, nanos
from forensics.match.resolve import Resolved
from forensics.match.spans import FAR, NAT, Flags, Ints, at, first_after, keys, latest_before
from forensics.match.spine import Signals, signals
from forensics.match.steps import heads_of, lifecycle_rows

NOTHING: Ints = np.empty(0, dtype=np.int64)
NONE = Signals(NOTHING, NOTHING, NOTHING)


def interval_starts(table: JobTable, resolved: Resolved, evidence: Evidence) -> Signals:
    """Return all starts of the jobs whose due times are counted from them.

    Triggers count; the runner's word does where no trigger is near, and a heartbeat where neither is.
    """
    counts = np.array([is_counted(table, code) for code in range(len(table.jobs))], dtype=np.bool_)
    if not counts.any():
        return NONE
    step = nanos([job.interval for job in table.jobs])
    found = triggers_of(resolved, evidence, counts)
    own = replace(resolved, lifecycle=only(resolved.lifecycle, counts))
    for others in (heads_of(lifecycle_rows(own, evidence, -int(FAR))), beats_of(resolved, evidence, counts)):
        found = found.with_others(others.where(~is_near(others, found, step)))
    return found


def is_counted(table: JobTable, code: int) -> bool:
    """Return whether a job's due times are counted from its starts."""
    job = table.jobs[code]
    return job.problem is None and job.schedule is None and job.interval is not None and job.anchor is None


def only(job: Ints, chosen: Flags) -> Ints:
    """Return job codes with those of other jobs than the chosen ones as -1."""
    return np.where((job >= 0) & chosen[job], job, -1)


def triggers_of(resolved: Resolved, evidence: Evidence, chosen: Flags) -> Signals:
    """Return the starts that schedulers recorded of some jobs; of what several files tell of one start, the first."""
    moment = nanoseconds(evidence.triggers["at"])
    is_start = evidence.triggers["event"].ne("skipped").to_numpy(dtype=np.bool_)
    rows = np.flatnonzero(is_start & (moment != NAT) & (only(resolved.triggers, chosen) >= 0))
    rows = rows[first_of_same(evidence, resolved.triggers, rows) == rows]
    return signals(resolved.triggers[rows], moment[rows], rows)


def first_of_same(evidence: Evidence, job: Ints, rows: Ints) -> Ints:
    """Return for each trigger row the first row that says the very same thing.

    One line of cron may stand in a syslog to the second, and in a journal more exactly.
    """
    frame = evidence.triggers.iloc[rows]
    said = frame[["at", "host", "run_id", "event", "command", "process_id"]].assign(job=job[rows])
    said["at"] = said["at"].where(said["process_id"].isna(), said["at"].dt.floor("s"))
    numbers = said.groupby(list(said.columns), sort=False, dropna=False).ngroup().to_numpy()
    _, first, inverse = np.unique(numbers, return_index=True, return_inverse=True)
    return np.asarray(rows[first[inverse]], dtype=np.int64)


def beats_of(resolved: Resolved, evidence: Evidence, chosen: Flags) -> Signals:
    """Return the heartbeats of some jobs that can be believed, as signs of a start."""
    moment = nanoseconds(evidence.beats["at"])
    is_sound = evidence.beats["fault"].isna().to_numpy(dtype=np.bool_)
    rows = np.flatnonzero(is_sound & (moment != NAT) & (only(resolved.beats, chosen) >= 0))
    return signals(resolved.beats[rows], moment[rows], rows)


def is_near(others: Signals, known: Signals, step: Ints) -> Flags:
    """Return which signals lie less than an interval of their job, ``step`` (ns), before or after a known one."""
    if not len(known.at) or not len(others.at):
        return np.zeros(len(others.at), dtype=np.bool_)
    origin = int(known.at[0])
    known_keys, other_keys = keys(known.job, known.at, origin), keys(others.job, others.at, origin)
    before = latest_before(known_keys, known.job, other_keys, others.job)
    after = first_after(known_keys, known.job, other_keys, others.job)
    is_after = (before >= 0) & (others.at - at(known.at, before) < step[others.job])
    return is_after | ((after >= 0) & (at(known.at, after) - others.at < step[others.job]))
