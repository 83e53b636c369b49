"""What a person must act on: one blocker for each job and kind of trouble, worst first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from forensics.analyse import advice
from forensics.analyse.heartbeats import EMPTY, UNKNOWN_INTERVAL, is_over
from forensics.analyse.run_blockers import Explain, of_trouble
from forensics.analyse.troubles import troubles
from forensics.analyse.unread import Unread, unread
from forensics.analyse.wording import counted
from forensics.config import Job, Mute
from forensics.evidence.columns import Columns
from forensics.evidence.intake import Evidence
from forensics.evidence.over import Of, has_ended, over
from forensics.evidence.paired import NAT, Window
from forensics.evidence.provenance import Provenance
from forensics.evidence.result import Blocker, Heartbeat, ReportingCheck
from forensics.timeline import NANOS, duration_text
from forensics.verdicts import Flag, Verdict

KINDS = (
    Verdict.FALSE_SUCCESS.value,
    Verdict.SILENT_FAILURE.value,
    Verdict.MISSED.value,
    Verdict.INTERRUPTED.value,
    "stale",
    Verdict.FAILED.value,
    Verdict.SKIPPED.value,
    "reporting",
    "source",
    "config",
)
HEALTHY = frozenset({"ok", "late"})
SHOWN_FAULTS = 4
STALE = "So the job did not end well since, or its heartbeat is not written."


def blockers(
    runs: pd.DataFrame,
    reporting: ReportingCheck,
    heartbeats: Sequence[Heartbeat],
    evidence: Evidence,
    jobs: Sequence[Job],
    window: Window,
    explain: Explain,
    provenance: Provenance,
    zone: ZoneInfo,
    mutes: Sequence[Mute] = (),
    others: Sequence[Blocker] = (),
) -> tuple[Blocker, ...]:
    """Return everything that a person must act on, worst first.

    ``explain`` and ``provenance`` are asked for rows of ``runs``; times in texts are in ``zone``.
    ``mutes`` silence the heartbeats and schedules of their jobs; muted runs are known by their flag.
    ``others`` are found elsewhere, and ranked among them.
    """
    columns = Columns(runs)
    found = [of_trouble(each, columns, explain, provenance, zone) for each in troubles(columns, window.since)]
    found += of_heartbeats([beat for beat in heartbeats if not is_muted(beat.job, mutes, window.now)])
    found += of_reporting(reporting, columns)
    found += [of_source(each) for each in unread(evidence)]
    found += [of_config(job) for job in jobs if job.problem is not None and is_awaited(job, mutes, window.now)]
    gone = over(columns)
    return tuple(sorted([*found, *others], key=lambda each: rank(each, gone)))


def rank(blocker: Blocker, gone: frozenset[Of] = frozenset()) -> tuple[bool, int, bool, int, str, str]:
    """Return the place of a blocker: what lasts before what is over, by kind, the sure and the frequent first."""
    is_doubtful = Flag.UNPROVEN in blocker.flags
    place = KINDS.index(blocker.kind), is_doubtful, -blocker.count, blocker.job or "", blocker.host or ""
    return has_ended(blocker, gone), *place


def is_muted(job: str, mutes: Sequence[Mute], now: int) -> bool:
    """Return whether a job is muted at an instant."""
    return any(
        any(fnmatchcase(job, glob) for glob in mute.jobs)
        and (mute.since is None or mute.since.timestamp() * NANOS <= now)
        and (mute.until is None or now < mute.until.timestamp() * NANOS)
        for mute in mutes
    )


def is_awaited(job: Job, mutes: Sequence[Mute], now: int) -> bool:
    """Return whether anything is to be expected of a job: its life is not over, and nobody muted it."""
    return not is_over(job, now) and not is_muted(job.name, mutes, now)


def of_heartbeats(heartbeats: Sequence[Heartbeat]) -> Iterator[Blocker]:
    """Yield a blocker for each job whose heartbeat is overdue, absent, or not to be believed."""
    by_job: dict[str, list[Heartbeat]] = {}
    for beat in heartbeats:
        if beat.status not in HEALTHY:
            by_job.setdefault(beat.job, []).append(beat)
    for job, beats in by_job.items():
        worst = beats[0]
        yield Blocker(
            job=job,
            host=None,
            kind="stale",
            since=worst.last if worst.status == "stale" else None,
            count=len(beats),
            text=beat_text(worst),
            observed=(*said_of(worst), *(beat_text(beat) for beat in beats[1:SHOWN_FAULTS])),
            inferred=STALE if worst.status == "stale" else "",
            todo=advice.NO_INTERVAL if worst.reason in (UNKNOWN_INTERVAL, EMPTY) else advice.BY_BEAT[worst.status],
        )


def said_of(beat: Heartbeat) -> Iterator[str]:
    """Yield what else is known of a beat that can be believed: its host, or its own word for how the job went."""
    if beat.ratio is not None and beat.reason:
        yield f"Of this beat: {beat.reason}."


def beat_text(beat: Heartbeat) -> str:
    """Return a line of the panel as a sentence."""
    if beat.status == "missing":
        return "Heartbeat missing: the folders that were read hold no file of this job."
    if beat.ratio is None or beat.age_seconds is None or beat.interval_seconds is None:
        return f"Heartbeat {beat.status}: {beat.reason}."
    interval = duration_text(beat.interval_seconds)
    return f"Heartbeat {beat.status}: silent for {duration_text(beat.age_seconds)}, {beat.ratio:.2f} × its {interval}."


def of_reporting(reporting: ReportingCheck, columns: Columns) -> Iterator[Blocker]:
    """Yield the blocker of a reporting that cannot be believed."""
    if reporting.status != "suspect":
        return
    alarms, silent = (
        np.flatnonzero(columns.told & columns.among("verdict", verdict))
        for verdict in (Verdict.FALSE_ALARM, Verdict.UNREPORTED)
    )
    wrong = np.concatenate([alarms, silent])
    yield Blocker(
        job=None,
        host=None,
        kind="reporting",
        since=min((moment for moment in columns.moment[wrong].tolist() if moment != NAT), default=None),
        count=len(wrong),
        text=f"Reporting suspect: {reporting.reason}.",
        observed=(
            f"{counted(len(alarms), 'failure message')} although the work is proven, "
            f"{counted(len(silent), 'proven run')} without any message.",
        ),
        inferred="So one cause is likely, after the work is done, where messages are made or sent.",
        todo=advice.REPORTING,
    )


def of_source(gap: Unread) -> Blocker:
    """Return the blocker of a source that could not be read."""
    name = gap.source or "Nothing was read"
    return Blocker(
        job=None,
        host=None,
        kind="source",
        since=None,
        count=len(gap.faults),
        text=f"{name}: {'; '.join(gap.faults[:SHOWN_FAULTS])}.",
        observed=gap.faults,
        inferred="So what this source would have shown is not known.",
        todo=advice.SOURCE,
        about=gap.source,
    )


def of_config(job: Job) -> Blocker:
    """Return the blocker of a job whose schedule cannot be used."""
    return Blocker(
        job=job.name,
        host=job.host,
        kind="config",
        since=None,
        count=1,
        text=f"Its schedule cannot be used: {job.problem}.",
        observed=tuple(each for each in (job.schedule and f"`{job.schedule}`: {job.problem}.", job.set_up) if each),
        inferred="So it has no due times, and nothing of it can be missed.",
        todo=advice.CONFIG,
    )
