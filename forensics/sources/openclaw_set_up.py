"""When OpenClaw's jobs are due, and what may be expected of them, as their own store sets them up.

``every`` goes on from the last start, as OpenClaw reckons it: the grid of its anchor, else of its creation, holds only
until there is one. What is due once (``at``) is told as a grid that begins and ends with that occasion. What an event
starts (``on-exit``, ``stream``) has no schedule. Only the live store sets up jobs; those that an upgrade has lost are
told as well, from the file that still holds them, for they are wanted and nothing starts them. A schedule that was
changed is told as it is now, and since when it is so nothing tells.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from forensics.evidence.records import ToldJob
from forensics.sources.base import ReadOptions
from forensics.sources.openclaw_jobs import StoredJob
from forensics.sources.openclaw_shelf import Stores
from forensics.sources.openclaw_values import moment
from forensics.sources.openclaw_zone import host_zone
from forensics.timeline import NANOS

SCHEDULER = "openclaw"
# Jobs that are due together are run one after the other: each may keep the next waiting for as long, up to an hour.
QUEUED, LONGEST_QUEUE = 600.0, 3600.0
# In seconds: what is shorter or longer was never meant.
SHORTEST_EVERY, LONGEST_EVERY = 1.0, 4e9
DAY = 86_400.0
LONGEST_LIMIT = 31 * 86_400.0


@dataclass(frozen=True)
class Standing:
    """Where a job stands in its store, and what is known beside that: when it started first (ns), or that it did.

    ``name`` is the one that its runs go by, ``together`` how many jobs are due whenever it is.
    """

    name: str
    file: str
    record: int
    first_start: int | None = None
    has_started: bool = False
    together: int = 1


def told_jobs(stores: Stores, names: Mapping[str, str], options: ReadOptions) -> dict[str, tuple[ToldJob, ...]]:
    """Return the jobs of the live store by the file in which they stand, by the names that their runs go by.

    A schedule without a zone is in that of the host (``openclaw_zone``).
    """
    firsts: dict[str, int] = {}
    for run in stores.told:
        firsts[run.job] = min(run.start, firsts.get(run.job, run.start))
    together, found = due_together(stores.jobs.values()), defaultdict[str, list[ToldJob]](list)
    zone = host_zone(stores, options.timezone)
    for called, job in stores.jobs.items():
        file, record = stores.places[called]
        name = names.get(called, called)
        standing = Standing(name, file, record, firsts.get(called), together=together[slot(job)])
        told = told_job(job, standing, options.host)
        is_inferred = told.zone is None and told.schedule is not None and zone != options.timezone.key
        told = replace(told, zone=told.zone or zone, is_zone_inferred=is_inferred)
        found[file].append(told if job.schedule.at is None else due_once(told, job.schedule.at))
    return {file: tuple(jobs) for file, jobs in found.items()}


def told_job(job: StoredJob, standing: Standing, host: str | None = None) -> ToldJob:
    """Return a job as it is set up."""
    schedule, created, is_cron = job.schedule, job.created, job.schedule.kind == "cron"
    every = schedule.every if schedule.every and SHORTEST_EVERY <= schedule.every <= LONGEST_EVERY else None
    starts = [at for at in (created, standing.first_start) if at is not None]
    return ToldJob(
        name=standing.name,
        scheduler=SCHEDULER,
        file=standing.file,
        record=standing.record,
        host=host,
        schedule=schedule.expression.strip() or None if is_cron else None,
        interval=every,
        anchor=None if every is None or has_started(job, standing) else schedule.anchor,
        zone=schedule.zone,
        since=min(starts) if created is not None else None,
        late=lateness(schedule.stagger, standing.together),
        limit=job.limit if job.limit and 0 < job.limit <= LONGEST_LIMIT else None,
        reports="never" if job.delivery == "none" else None,
        is_suspended=not job.is_enabled,
        aliases=(job.id,) if job.id != standing.name else (),
        attributes=job.attributes,
    )


def due_once(told: ToldJob, at: int) -> ToldJob:
    """Return a job with the one instant (ns) at which it is due."""
    return replace(told, interval=DAY, anchor=at, since=at, until=at + NANOS)


def has_started(job: StoredJob, standing: Standing) -> bool:
    """Return whether anything tells of a start of a job."""
    is_known = standing.has_started or standing.first_start is not None
    return is_known or moment(job.state.get("lastRunAtMs")) is not None


def due_together(jobs: Iterable[StoredJob]) -> Counter[tuple[str, str | None]]:
    """Return how many jobs are always due at the same time, by what they have in common."""
    return Counter(slot(job) for job in jobs if job.is_enabled and job.schedule.kind == "cron")


def slot(job: StoredJob) -> tuple[str, str | None]:
    """Return what jobs have in common that are always due together."""
    return " ".join(job.schedule.expression.split()), job.schedule.zone


def lateness(stagger: float, together: int) -> float:
    """Return by how many seconds a job may start late: it is moved on purpose, and waits for those due with it."""
    late = stagger + min(QUEUED * max(0, together - 1), LONGEST_QUEUE)
    return late if late <= LONGEST_EVERY else 0.0
