"""What is wrong with the config or with what was read, seen from the runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

import numpy as np

from forensics.analyse.wording import counted, listed, percent
from forensics.config import Job
from forensics.evidence.columns import Columns
from forensics.evidence.intake import Evidence
from forensics.evidence.paired import NAT, Paired, Pattern
from forensics.evidence.result import Finding
from forensics.evidence.schema import nanoseconds
from forensics.timeline import NANOS, local_text

MINUTE = 60 * NANOS
COPIED_SHARE = 0.5
UNKNOWN = "So nothing says when they are due or what they leave: they can be missed unseen."
NAME_THEM = "Name them in the config, or as aliases of jobs that are there."
HALF_KNOWN = "So their own scheduler says when they are due, and nothing says what they leave."
DECLARE_THEM = "Name them in the config, with what they leave: `forensics init` drafts that."


def unusable_schedules(jobs: Sequence[Job]) -> list[Finding]:
    """Return the jobs whose schedule cannot be used."""
    return [
        Finding(
            kind="lint",
            text=f"The schedule of {job.name} cannot be used: {job.problem}.",
            observed=(*([f"`{job.schedule}`."] if job.schedule else []), *([job.set_up] if job.set_up else [])),
            inferred="So it has no due times; its other evidence is judged as ever.",
            todo="Mend it where its scheduler is set up." if job.set_up else "Mend it in the config.",
            detail={"job": job.name, "schedule": job.schedule},
        )
        for job in jobs
        if job.problem is not None
    ]


def near_paths(columns: Columns, paired: Paired) -> list[Finding]:
    """Return the patterns that never fit a file while files lie at a path much like them."""
    return [near_path(pattern, pattern.near, columns, paired) for pattern in paired.patterns if pattern.near]


def near_path(pattern: Pattern, near: str, columns: Columns, paired: Paired) -> Finding:
    """Return one such pattern."""
    job = paired.jobs[pattern.job]
    triggered = int((columns.is_triggered & (paired.runs.job == pattern.job)).sum())
    return Finding(
        kind="near_path",
        text=f"`{pattern.text}` of {job.name} fits no file in {counted(triggered, 'triggered run')}; "
        f"`{near}` has one each time.",
        inferred="So the pattern is mistyped; until it is mended nothing can prove this job's runs.",
        todo=f"Write `{near}` in the config, if that is the job's file.",
        detail={"job": job.name, "pattern": pattern.text, "near": near, "runs": triggered},
    )


def copied_trees(paired: Paired, evidence: Evidence, zone: ZoneInfo) -> list[Finding]:
    """Return the trees whose files carry the time of a copy."""
    return list(copied(evidence, zone)) if paired.is_copied else []


def copied(evidence: Evidence, zone: ZoneInfo) -> Iterator[Finding]:
    """Yield the sources of which more than half of the files share one minute."""
    frame = evidence.artifacts
    mtime, source = nanoseconds(frame["at"]), frame["source"].to_numpy()
    is_file = ~frame["is_folder"].to_numpy(dtype=np.bool_) & (mtime != NAT)
    for place in np.unique(source[is_file]).tolist():
        mine = mtime[is_file & (source == place)] // MINUTE
        minutes, counts = np.unique(mine, return_counts=True)
        most = int(counts.max())
        if most > COPIED_SHARE * len(mine):
            name, minute = evidence.sources[place].name, local_text(int(minutes[np.argmax(counts)]) * MINUTE, zone)
            yield Finding(
                kind="copied_tree",
                text=f"{name} was copied {minute}: {most:,} of {len(mine):,} files "
                f"({percent(most, len(mine))}) carry that minute.",
                inferred="So the mtimes of these files prove nothing; a path that names its run still does.",
                todo="Read a listing made where the files were written, or copy with the times kept.",
                detail={"source": name, "files": len(mine), "sharing": most},
            )


def unconfigured(columns: Columns, paired: Paired) -> list[Finding]:
    """Return the jobs that were seen in the window and that no config names, where one names any."""
    codes = np.unique(paired.runs.job[columns.in_window])
    jobs = [paired.jobs[code] for code in codes[codes >= paired.configured].tolist()]
    if not paired.configured:
        return []
    told, strangers = ([job for job in jobs if (job.set_up is not None) is is_told] for is_told in (True, False))
    return [*unnamed(strangers, UNKNOWN, NAME_THEM), *unnamed(told, HALF_KNOWN, DECLARE_THEM)]


def unnamed(jobs: Sequence[Job], inferred: str, todo: str) -> Iterator[Finding]:
    """Yield that some jobs are not in the config, and what follows."""
    if jobs:
        names = [called(job) for job in jobs]
        yield Finding(
            kind="unconfigured",
            text=f"{counted(len(names), 'job')} in the evidence, not in the config.",
            observed=(f"Seen: {listed(names, 20)}.",),
            inferred=inferred,
            todo=todo,
            detail={"jobs": names},
        )


def called(job: Job) -> str:
    """Return a job's name, with its host where that is known."""
    return f"{job.name} on {job.host}" if job.host else job.name


def orphans(paired: Paired) -> list[Finding]:
    """Return the evidence that belongs to no run."""
    return [
        Finding(
            kind="orphans",
            text=f"{count:,} {what}.",
            inferred="So what they say is in no verdict.",
            todo="If they are about jobs, give these the names that the messages use as aliases.",
            detail={"what": what, "count": count},
        )
        for what, count in paired.orphans.items()
        if count
    ]
