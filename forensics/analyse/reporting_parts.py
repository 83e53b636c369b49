"""Whom to believe: what each lane said of the runs, and how the reporting did in each channel and on each host."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from forensics.evidence.columns import Columns, Names, words
from forensics.evidence.intake import Evidence
from forensics.evidence.paired import CLAIM_CODES, EVENT_CODES, NAT, Flags, Paired
from forensics.evidence.result import ReportedPart
from forensics.evidence.run_hosts import hosts_of_runs
from forensics.evidence.schema import nanoseconds
from forensics.verdicts import Claim, Lane, Verdict

NOT_KNOWN = "not known"
ENDS = [EVENT_CODES.index(event) for event in ("completed", "failed", "timed_out", "interrupted", "ended")]
COMPLETED = EVENT_CODES.index("completed")
OUTCOMES = [CLAIM_CODES.index(claim) for claim in (Claim.SUCCESS, Claim.FAILURE)]


def reporting_parts(
    runs: pd.DataFrame, owed: Flags, checkable: Flags, paired: Paired, evidence: Evidence
) -> tuple[ReportedPart, ...]:
    """Return what each lane said of the runs, and the reporting by channel and by host where there are several.

    The rows of ``runs``, ``owed`` and ``checkable`` are those of ``paired.runs``. Jobs that never report, and were
    not set up to, make no channel or host look silent; a host with no other jobs is told with nothing owed.
    """
    columns, hosts = Columns(runs), hosts_of_runs(paired, evidence)
    due = owed & columns.in_window
    told = due & reporters(paired)[paired.runs.job]
    quiet = due & ~pd.Series(hosts).isin({*hosts[told].tolist(), None}).to_numpy(dtype=np.bool_)
    return (
        *by_lane(columns, due, checkable, paired),
        *by_name("channel", channels(paired, evidence.notifications), columns, told, checkable),
        *by_name("host", hosts, columns, told, checkable, quiet),
    )


def reporters(paired: Paired) -> Flags:
    """Return the jobs that report, or are meant to: a message spoke of them, the config names them or their channel."""
    speaks: Flags = np.arange(len(paired.jobs)) < paired.configured
    speaks |= np.array(["channel" in job.attributes for job in paired.jobs], dtype=np.bool_)
    speaks[paired.runs.job[paired.claims.run]] = True
    return speaks


def by_lane(columns: Columns, due: Flags, checkable: Flags, paired: Paired) -> Iterator[ReportedPart]:
    """Yield of how many runs scheduler, runner and messages said that all is well, and what that is worth."""
    counts = columns.told & ~columns.among("verdict", Verdict.SKIPPED, Verdict.PENDING)
    ended, completed = ends(paired)
    was_due = nanoseconds(columns.runs["due_at"]) != NAT
    lanes = (
        (Lane.TRIGGERS, counts & (was_due | columns.is_triggered), columns.is_triggered),
        (Lane.LIFECYCLE, counts & ended, completed),
        (Lane.NOTIFICATIONS, due, columns.among("claim", Claim.SUCCESS)),
    )
    has_triggers = len(paired.triggers.run) > 0
    for lane, asked, well in lanes:
        if asked.any() and (lane is not Lane.TRIGGERS or has_triggers):
            said = asked & well
            proven, could = said & columns.is_executed, said & checkable
            yield ReportedPart("lane", lane.value, *(int(each.sum()) for each in (said, asked, proven, could)))


def ends(paired: Paired) -> tuple[Flags, Flags]:
    """Return the runs of which the runner recorded an end, and those whose last one was good."""
    count, steps = len(paired.runs), paired.steps
    last = np.full(count, -1, dtype=np.int64)
    rows = np.flatnonzero(np.isin(steps.event, ENDS))
    last[steps.run[rows]] = rows
    known, good = last >= 0, np.zeros(count, dtype=np.bool_)
    code = steps.exit_code[last[known]]
    good[known] = (steps.event[last[known]] == COMPLETED) & (np.isnan(code) | (code == 0))
    return known, good


def by_name(
    by: str, names: Names, columns: Columns, due: Flags, checkable: Flags, quiet: Flags | None = None
) -> Iterator[ReportedPart]:
    """Yield the reporting of the runs with each name, where there are several, then of ``quiet`` ones what was done."""
    shown = due if quiet is None else due | quiet
    codes, found = pd.factorize(names[shown], sort=True)
    if len(found) < 2 or not due.any():
        return
    said = due & columns.among("claim", Claim.SUCCESS)
    masks = [mask[shown] for mask in (said, due, columns.is_executed, checkable)]
    # Where it is not known comes last.
    counts = np.stack(
        [np.bincount(np.where(codes < 0, len(found), codes)[mask], minlength=len(found) + 1) for mask in masks]
    )
    runs = np.bincount(np.where(codes < 0, len(found), codes), minlength=len(found) + 1).tolist()
    for name, told, count in zip([*found, NOT_KNOWN], counts.T.tolist(), runs, strict=True):
        if count:
            yield ReportedPart(by, str(name), *told)


def channels(paired: Paired, notifications: pd.DataFrame) -> Names:
    """Return the channel of each run's last claim; of a silent run that of its job's others, else as it is set up."""
    claims, runs = paired.claims, paired.runs
    said = np.flatnonzero(np.isin(claims.claim, OUTCOMES))
    where = words(notifications["channel"])[claims.row[said]]
    usual: list[str | None] = [job.attributes.get("channel") for job in paired.jobs]
    for code, name in zip(runs.job[claims.run[said]].tolist(), where.tolist(), strict=True):
        usual[code] = name or usual[code]
    found = np.array([*usual, None], dtype=object)[runs.job]
    found[claims.run[said]] = where
    return found
