"""Of each job: which lanes could show it, how much each did, and what could prove its runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from forensics.analyse.wording import counted, listed
from forensics.config import Job
from forensics.doctor.lint import REMARK, Lint
from forensics.doctor.observed import Observed

NOTHING = "nothing"


@dataclass(frozen=True)
class JobLanes:
    """A job's lanes: how many rows each holds of it, None where no source could show it.

    ``files`` counts the runs that left one. ``proof`` says what could prove a run, ``runs`` and ``provable`` how many
    there are in the window and of how many that holds.
    """

    job: str
    host: str | None
    runs: int
    triggers: int | None
    runner: int | None
    messages: int | None
    files: int | None
    proof: str
    provable: int


def job_lanes(observed: Observed) -> list[JobLanes]:
    """Return the lanes of all configured jobs, in the order of the config."""
    paired = observed.paired
    steps, beats = observed.counts["steps"], observed.counts["beats"]
    filed = np.zeros(len(paired.runs), dtype=np.bool_)
    filed[paired.proofs.run] = True
    runs = observed.result.runs
    unprovable = (runs["verdict"] == "unverifiable").to_numpy()
    told = runs["in_window"].to_numpy()
    names, hosts = runs["job"].to_numpy(object), runs["host"].to_numpy(object, na_value=None)  # type: ignore[call-overload]
    has_files = any("artifacts" in source.lanes for source in observed.evidence.sources)
    found = []
    for each in observed.watched[: observed.configured]:
        code, job = each.code, each.job
        mine = told & (names == job.name) & ((hosts == job.host) if job.host else True)
        count = int(mine.sum())
        declares = bool(job.artifacts or job.markers)
        files = int((filed & observed.in_window & (paired.runs.job == code)).sum())
        proof = proof_of(job, has_files=has_files, steps=int(steps[code]), beats=int(beats[code]))
        found.append(
            JobLanes(
                job=job.name,
                host=job.host,
                runs=count,
                triggers=len(each.triggers) if observed.is_covered("triggers", code) or len(each.triggers) else None,
                runner=int(steps[code] + beats[code]) or None,
                messages=int(observed.mentions[code]) if observed.is_covered("notifications", code) else None,
                files=files if declares and has_files else None,
                proof=proof,
                provable=0 if proof == NOTHING else count - int((mine & unprovable).sum()),
            )
        )
    return found


def proof_of(job: Job, *, has_files: bool, steps: int, beats: int) -> str:
    """Return in a word or two what could prove a job's runs."""
    told = []
    if has_files and (job.artifacts or job.markers):
        told.append("learnt files" if job.is_learnt else "markers" if job.markers and not job.artifacts else "files")
    if steps and not told:
        told.append("runner")
    if beats and not told:
        told.append("heartbeat")
    return ", ".join(told) or NOTHING


def lane_lint(lanes: Sequence[JobLanes]) -> Iterator[Lint]:
    """Yield the jobs that nothing could prove."""
    never = [each.job for each in lanes if each.proof == NOTHING]
    if never:
        yield Lint(
            kind="unprovable",
            level=REMARK,
            text=f"{counted(len(never), 'job')} whose work nothing could prove: {listed(never, 8)}.",
            jobs=tuple(never),
            inferred="So whatever their messages claim stays a claim.",
            todo="Give each the file that it leaves, as artifacts; or start it by"
            " `forensics run --job NAME -- COMMAND`; or let it end with `forensics heartbeat write NAME INTERVAL`.",
            detail={"jobs": never},
        )
