"""Limits and names of jobs that do not fit what they leave: sizes, durations, aliases, heartbeats."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil

import numpy as np

from forensics.analyse.wording import counted, listed, share
from forensics.doctor.lint import REMARK, Lint, for_job
from forensics.doctor.observed import Observed
from forensics.doctor.words import likeness
from forensics.evidence.paired import CLAIM_CODES
from forensics.match.names import key, tokens
from forensics.match.resolve import texts
from forensics.timeline import NANOS, duration_text

LEAST_RUNS, OFTEN = 4, 0.5
SPARE = 1.25
ALIKE = 0.8
HARDLY_MEANT = 10  # seconds
SUCCESS = CLAIM_CODES.index("success")


def limit_lint(observed: Observed) -> Iterator[Lint]:
    """Yield the limits that files hardly ever keep, and the names that nobody uses."""
    for code in range(observed.configured):
        yield from too_small(observed, code)
        yield from list(too_late(observed, code)) or too_short(observed, code)
    yield from idle_aliases(observed)
    yield from missing_beats(observed)


def too_small(observed: Observed, code: int) -> Iterator[Lint]:
    """Yield that all files of a job are smaller than its least size."""
    job, proofs = observed.jobs[code], observed.paired.proofs
    sizes = proofs.size[(observed.paired.runs.job[proofs.run] == code) & observed.in_window[proofs.run]]
    sizes = sizes[~np.isnan(sizes)]
    if len(sizes) >= LEAST_RUNS and job.min_size > 1 and sizes.max() < job.min_size:
        yield Lint(
            kind="min_size",
            text=f"{job.name}: none of its {counted(len(sizes), 'file')} reaches min_size = {job.min_size}.",
            jobs=(job.name,),
            observed=(f"The largest has {int(sizes.max()):,} bytes.",),
            inferred="So no run of it can be proven.",
            mends=(for_job(job, min_size=max(1, int(sizes.min()) // 2)),),
            detail={"min_size": job.min_size, "largest": int(sizes.max()), "files": len(sizes)},
        )


def too_late(observed: Observed, code: int) -> Iterator[Lint]:
    """Yield that a job often takes longer than the config allows."""
    job, proofs, runs = observed.jobs[code], observed.paired.proofs, observed.paired.runs
    mine = (runs.job[proofs.run] == code) & observed.in_window[proofs.run] & (proofs.at > runs.start[proofs.run])
    late = proofs.is_late[mine]
    if job.max_duration is None or int(late.sum()) < LEAST_RUNS or late.mean() < OFTEN or said_in_time(observed, code):
        return
    took = (proofs.at[mine] - runs.start[proofs.run][mine]) / NANOS
    minutes = ceil(float(np.quantile(took, 0.95)) * SPARE / 60)
    yield Lint(
        kind="max_duration",
        text=f"{job.name}: {share(int(late.sum()), len(late))} files come after max_duration, "
        f"{duration_text(job.max_duration.total_seconds())}.",
        jobs=(job.name,),
        observed=(f"Typically {duration_text(float(np.median(took)))} after the start.",),
        inferred="So its runs are judged before they are done.",
        mends=(for_job(job, max_duration=f"{minutes}m"),),
        detail={"late": int(late.sum()), "files": len(late)},
    )


def too_short(observed: Observed, code: int) -> Iterator[Lint]:
    """Yield that a job is given a few seconds, and leaves no file within them: most likely a unit was forgotten."""
    job = observed.jobs[code]
    limit = None if job.max_duration is None else job.max_duration.total_seconds()
    if limit is None or limit >= HARDLY_MEANT or not (job.artifacts or job.markers) or in_time(observed, code):
        return
    yield Lint(
        kind="max_duration",
        level=REMARK,
        text=f"{job.name}: max_duration is {duration_text(limit)}, and no file of it comes so soon.",
        jobs=(job.name,),
        inferred="A number without a unit is seconds.",
        todo=f'If minutes were meant, write max_duration = "{limit:g}m".',
        detail={"max_duration_seconds": limit},
    )


def in_time(observed: Observed, code: int) -> bool:
    """Return whether some file of a job came within its runs' own time."""
    proofs, runs = observed.paired.proofs, observed.paired.runs
    return bool((~proofs.is_late[runs.job[proofs.run] == code]).any())


def said_in_time(observed: Observed, code: int) -> bool:
    """Return whether messages mostly say within the limit that a job's runs are done: then a clock is off."""
    claims, runs = observed.paired.claims, observed.paired.runs
    mine = (runs.job[claims.run] == code) & (claims.claim == SUCCESS)
    return bool(mine.any() and (claims.at[mine] <= runs.own_end[claims.run][mine]).mean() >= OFTEN)


def idle_aliases(observed: Observed) -> Iterator[Lint]:
    """Yield the aliases that stand in no message, command or name, and are not what a command is called by itself."""
    jobs = observed.jobs[: observed.configured]
    # The name that a report without a config gives a command keeps what was known of the job together.
    aliased = [
        (job.name, alias)
        for job in jobs
        for alias in job.aliases
        if not set(tokens(alias)) <= set(tokens(job.command or ""))
    ]
    named = [(name, alias) for name, alias in aliased if not any(sign in alias for sign in "*?[")]
    if not named:
        return
    spoken = "\n".join({key(text) for text, _ in observed.messages} | rows_keys(observed))
    idle = [f"{alias} ({name})" for name, alias in named if key(alias) not in spoken]
    if idle:
        yield Lint(
            kind="alias",
            level=REMARK,
            text=f"{len(idle)} of {counted(len(named), 'alias').replace('aliass', 'aliases')} never used: "
            f"{listed(idle, 6)}.",
            inferred="So they can go, or they are misspelled.",
            detail={"aliases": idle},
        )


def rows_keys(observed: Observed) -> set[str]:
    """Return the names and commands of all rows, and the names that schedulers give their jobs, as they are compared.

    An id by which a scheduler knows a job is of use where two jobs share a name, and is no slip.
    """
    found = {key(name) for told in observed.evidence.told_jobs for name in (told.name, *told.aliases)}
    for table in ("triggers", "lifecycle", "notifications", "beats"):
        frame = observed.evidence.frame(table)
        for column in {"job", "command"} & set(frame.columns):
            found |= {key(text) for text in set(texts(frame[column])) if text}
    return found


def missing_beats(observed: Observed) -> Iterator[Lint]:
    """Yield the jobs without a heartbeat file although heartbeats are read, and the file that may be theirs."""
    missing = [beat.job for beat in observed.result.heartbeats if beat.status == "missing"]
    names = {key(job.name) for job in observed.jobs[: observed.configured]}
    strange = [beat.job for beat in observed.result.heartbeats if key(beat.job) not in names]
    for name in list(missing):
        near = max(strange, key=lambda each: likeness(name, each), default=None)
        if near is not None and likeness(name, near) >= ALIKE:
            missing.remove(name)
            job = next(job for job in observed.jobs if job.name == name)
            yield Lint(
                kind="name",
                text=f"{name}: it has no heartbeat file, and {near}.last is no job's.",
                jobs=(name,),
                inferred="So its heartbeat goes by another spelling.",
                mends=(for_job(job, aliases=(*job.aliases, near)),),
                detail={"seen_as": near},
            )
    if missing:
        yield Lint(
            kind="heartbeat",
            level=REMARK,
            text=f"{counted(len(missing), 'job')} never wrote a heartbeat: {listed(missing, 8)}.",
            jobs=tuple(missing),
            inferred="So each is `missing` on the panel, and a blocker.",
            todo="Let each end with `forensics heartbeat write NAME INTERVAL`.",
            detail={"jobs": missing},
        )
