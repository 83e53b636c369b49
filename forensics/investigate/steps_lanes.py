"""Which evidence would tell of a run next time: a lane to add, or one that is there and ends too soon."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from forensics.config import Job
from forensics.evidence.intake import SourceRead
from forensics.evidence.investigation import NextStep
from forensics.evidence.paired import NAT, Ints
from forensics.investigate.cause_case import Case
from forensics.investigate.words import listed, unquoted, when
from forensics.verdicts import Lane

MOST_ASKED = 25  # jobs whose reasons are read for the lanes that they lack: a fleet lacks the same ones all over
MARK = "Lane to add"
LANE_WORDS = {
    Lane.ARTIFACTS: "declare what the job leaves behind, as its `artifacts` or `markers` in the config",
    Lane.LIFECYCLE: "let `forensics run --job NAME --` start it: start, end and exit code are then on record",
    Lane.TRIGGERS: "read the scheduler's own log, as a source of the config",
    Lane.NOTIFICATIONS: "read the channel to which it reports, as a source of the config",
}
# What the reasons of a run say where its artifacts are declared, and tell nothing all the same.
OF_DECLARED = {
    "mend the pattern": "Mend the pattern of the artifacts of {jobs}: files lie near it, and none fits.",
    "a copy's mtimes": "List what {jobs} left on the machine that wrote it: the times of a copy tell nothing.",
    "run's date in their path": "Put the date into the paths of what {jobs} leaves: each run overwrites the last.",
}


def lanes(case: Case, rows: Ints) -> Iterator[NextStep]:
    """Yield which evidence would tell the next time, by what the reasons of runs ask for."""
    wanted: dict[tuple[Lane, str], list[int]] = {}
    for code in case.codes(rows)[:MOST_ASKED]:
        row = case.newest(rows[case.studied.paired.runs.job[rows] == code])
        told = " ".join(reason for reason in case.studied.explain(row) if reason.startswith(MARK))
        for lane in LANE_WORDS:
            if lane.value in told:
                wanted.setdefault((lane, how(case, lane, row, told)), []).append(row)
    for (lane, text), lacking in wanted.items():
        jobs = listed(case.jobs(np.array(lacking, dtype=np.int64)))
        todo = text.replace("{jobs}", jobs) if text else f"Add the lane {lane.value} for {jobs}: {LANE_WORDS[lane]}."
        yield NextStep("lane", todo)


def how(case: Case, lane: Lane, row: int, told: str) -> str:
    """Return what to do where the lane is there already, with ``{jobs}`` for whom; empty where it is to be added."""
    job = case.studied.paired.jobs[int(case.studied.paired.runs.job[row])]
    if lane is Lane.ARTIFACTS:
        if not is_declared(job):
            return ""
        known = next((text for sign, text in OF_DECLARED.items() if sign in told), None)
        if known:
            return known
    sources = [each for each in case.studied.evidence.sources if lane.value in each.lanes and not each.faults]
    if not sources:
        return UNLISTED if lane is Lane.ARTIFACTS else ""
    return to_renew(case, sources, row)


UNLISTED = (
    "Read where {jobs} leaves its files, as a source of the config: its artifacts are declared, and nothing lists them."
)


def is_declared(job: Job) -> bool:
    """Return whether it is known what a job leaves behind."""
    return bool(job.artifacts or job.markers or job.state_files)


def to_renew(case: Case, sources: list[SourceRead], row: int) -> str:
    """Return which source to renew, or to complete, where it ends before a run, or begins after it; else nothing."""
    at = case.at(row)
    if at == NAT:
        return ""
    ends = {each.covers[1]: each for each in sources if each.covers and each.covers[1] is not None}
    begins = {each.covers[0]: each for each in sources if each.covers and each.covers[0] is not None}
    if ends and len(ends) == len(sources) and (last := max(ends)) < settled(case, row):
        source = f"`{unquoted(ends[last].name)}`"
        return f"Renew {source}: it ends {when(last, case.zone)}, too soon to show what {{jobs}} did; then ask again."
    if begins and (first := min(begins)) > at:
        source = f"`{unquoted(begins[first].name)}`"
        return (
            f"Add what is older than {source}, if it was kept: it begins {when(first, case.zone)}, after {{jobs}} ran."
        )
    return ""


def settled(case: Case, row: int) -> int:
    """Return when all that a run may leave is there (ns)."""
    end = int(case.studied.paired.runs.own_end[row])
    return max(end, case.at(row))
