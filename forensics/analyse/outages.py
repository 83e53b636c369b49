"""Stretches of time in which a lane that should show something shows nothing, for any job."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np

from forensics.analyse.troubles import nth_in_a_row
from forensics.analyse.wording import counted, share
from forensics.evidence.columns import Columns
from forensics.evidence.coverage import Coverage
from forensics.evidence.intake import Evidence, SourceRead
from forensics.evidence.paired import NAT, Flags, Ints, Paired
from forensics.evidence.result import Finding
from forensics.evidence.schema import nanoseconds
from forensics.timeline import NANOS, duration_text, local_text, utc_text
from forensics.verdicts import Claim, Lane, Verdict
from forensics.verdicts import Evidence as EvidenceClass

LEAST_RUNS, LEAST_JOBS = 5, 3
BY_CHANCE = 0.01
LEAST_DUE = 2


@dataclass(frozen=True)
class Silence:
    """What a lane's outage looks like: what is missing from the runs, what they show all the same, and what follows."""

    lane: Lane
    missing: str
    although: str
    inferred: str
    todo: str


MESSAGES = Silence(
    Lane.NOTIFICATIONS,
    "no message",
    "their work is proven and the message source covers that time",
    "So messages were not sent, or lost on their way; the jobs were well.",
    "Look at what sends the messages at that time: its token, its rate limit, the channel.",
)
FILES = Silence(
    Lane.ARTIFACTS,
    "no file",
    "each said success and the artifacts source covers that time",
    "So the files lie elsewhere, were taken away, or were never written by any of these jobs.",
    "See whether the tree that was read is the one that these jobs write to, and whether its disk was full.",
)


RUNNER = Silence(
    Lane.LIFECYCLE,
    "no record of the runner",
    "their work is proven and it recorded other runs of these jobs",
    "So the runner's records were lost, or are no longer written; the jobs were well.",
    "See whether what runs these jobs still writes its records, and whether they were moved.",
)


def lane_outages(columns: Columns, zone: ZoneInfo) -> list[Finding]:
    """Return the stretches in which no proven run was reported, or no run that said success left a file."""
    executed_only = columns.among("evidence", EvidenceClass.EXECUTED)
    claims = columns.among("claim", Claim.SUCCESS, Claim.FAILURE)
    unsaid = columns.among("verdict", Verdict.UNREPORTED) & executed_only
    unproven = columns.among("verdict", Verdict.FALSE_SUCCESS)
    return [
        *(outage(MESSAGES, columns, rows, zone) for rows in stretches(columns, unsaid, claims)),
        *(outage(FILES, columns, rows, zone) for rows in stretches(columns, unproven, columns.is_executed)),
    ]


def runner_outages(columns: Columns, paired: Paired, coverage: Coverage, zone: ZoneInfo) -> list[Finding]:
    """Return the stretches of proven runs that the runner, which covers them, tells nothing of.

    The rows of ``columns`` are those of ``paired.runs``.
    """
    recorded = np.bincount(paired.steps.run, minlength=len(paired.runs)) > 0
    if not recorded.any():
        return []
    runs = paired.runs
    covered = coverage.covers(Lane.LIFECYCLE.value, runs.job, runs.start, runs.own_end)
    has_some = np.isin(runs.job, np.unique(runs.job[recorded]))
    silent = has_some & covered & columns.is_executed & ~recorded
    return [outage(RUNNER, columns, rows, zone) for rows in stretches(columns, silent, recorded)]


def stretches(columns: Columns, silent: Flags, heard: Flags) -> Iterator[Ints]:
    """Yield the rows of each stretch of silent runs, too long for chance, that no heard run interrupts."""
    rows = np.flatnonzero(columns.told & (silent | heard) & (columns.moment != NAT))
    rows = rows[np.argsort(columns.moment[rows], kind="stable")]
    nth = nth_in_a_row(silent[rows])
    is_last = np.append(nth[1:] == 0, True) & (nth >= LEAST_RUNS) if len(nth) else np.empty(0, dtype=np.bool_)
    for end in np.flatnonzero(is_last).tolist():
        stretch = rows[end + 1 - int(nth[end]) : end + 1]
        outside = int(silent[rows].sum()) - len(stretch)
        if len(np.unique(columns.job[stretch])) >= LEAST_JOBS and is_rare(len(stretch), outside, len(rows)):
            yield stretch


def is_rare(length: int, silent_outside: int, total: int) -> bool:
    """Return whether a stretch is too long for chance, at the rate of silence outside it."""
    others = total - length
    if not others:
        return True
    usual = (silent_outside + 0.5) / (others + 1)
    return bool(total * usual**length < BY_CHANCE)


def outage(silence: Silence, columns: Columns, rows: Ints, zone: ZoneInfo) -> Finding:
    """Return one stretch of silence as a finding."""
    first, last = (int(columns.moment[rows[place]]) for place in (0, -1))
    jobs = len(np.unique(columns.job[rows]))
    begin, end = local_text(first, zone), local_text(last, zone)
    return Finding(
        kind="lane_outage",
        text=f"From {begin} to {end} {silence.missing} of {counted(len(rows), 'run')} of {counted(jobs, 'job')}, "
        f"although {silence.although}.",
        inferred=silence.inferred,
        todo=silence.todo,
        detail={
            "lane": silence.lane.value,
            "since": utc_text(first),
            "until": utc_text(last),
            "runs": len(rows),
            "jobs": jobs,
        },
    )


def silent_logs(
    columns: Columns, paired: Paired, evidence: Evidence, coverage: Coverage, now: int, zone: ZoneInfo
) -> list[Finding]:
    """Return the trigger logs whose newest line is older than due times that they should show.

    The rows of ``columns`` are those of ``paired.runs``.
    """
    logs = [place for place, source in enumerate(evidence.sources) if Lane.TRIGGERS.value in source.lanes]
    due, job = nanoseconds(columns.runs["due_at"]), paired.runs.job
    covered = coverage.covers(Lane.TRIGGERS.value, job, due, due)
    awaited = columns.told & (due != NAT) & covered & ~columns.among("verdict", Verdict.PENDING, Verdict.SKIPPED)
    found = []
    for place in logs:
        source = evidence.sources[place]
        if source.newest is None:
            continue
        mine = awaited if len(logs) == 1 else awaited & np.isin(job, jobs_in(place, paired, evidence))
        rows = np.flatnonzero(mine & (due > source.newest) & ~columns.is_triggered)
        if len(rows) >= LEAST_DUE and not np.any(mine & (due > source.newest) & columns.is_triggered):
            found.append(silent_log(source, columns, rows, now, zone))
    return found


def jobs_in(place: int, paired: Paired, evidence: Evidence) -> Ints:
    """Return the jobs of which a source shows some trigger."""
    source = evidence.triggers["source"].to_numpy()[paired.triggers.row]
    return np.unique(paired.runs.job[paired.triggers.run[source == place]])


def silent_log(source: SourceRead, columns: Columns, rows: Ints, now: int, zone: ZoneInfo) -> Finding:
    """Return one silent log as a finding."""
    jobs, proven, newest = len(np.unique(columns.job[rows])), int(columns.is_executed[rows].sum()), source.newest or 0
    since, silent_for = local_text(newest, zone), duration_text((now - newest) / NANOS)
    follows = (
        "So the log is no longer written, or no longer the one that is read: jobs still run."
        if proven
        else "So the scheduler or its host stopped, or the log is no longer written."
    )
    return Finding(
        kind="silent_log",
        text=f"{source.name} has been silent since {since}, for {silent_for}: "
        f"{counted(len(rows), 'due time')} of {counted(jobs, 'job')} after that, and none stands in it.",
        observed=(f"Work proven all the same for {share(proven, len(rows))}.",),
        inferred=follows,
        todo="See whether the scheduler and its log service run, and whether the log was moved or rotated away.",
        detail={"source": source.name, "since": utc_text(newest), "runs": len(rows), "jobs": jobs, "proven": proven},
    )
