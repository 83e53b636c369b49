"""Which CronJobs a cluster is set up to run, for the drafting of a config: name, schedule, zone, whether suspended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from forensics.sources.kubernetes_cluster import cluster_of
from forensics.sources.kubernetes_objects import Thing, things
from forensics.sources.opening import EvidenceFile


@dataclass(frozen=True)
class CronJob:
    """A CronJob as it is set up; ``job`` is the name by which its runs go.

    ``zone`` is None where its controller's own holds, mostly UTC. ``deadline`` is how late a start may be, None for
    no limit. ``record`` is the number of the object in its file.
    """

    job: str
    namespace: str
    name: str
    schedule: str
    zone: str | None
    is_suspended: bool
    concurrency: str
    deadline: timedelta | None
    record: int


def cron_jobs(path: Path) -> tuple[CronJob, ...]:
    """Return the CronJobs of a file in its order; none where it holds none.

    Raises:
        OSError: the path cannot be opened.
    """
    known = {each.identity: each for each in things(EvidenceFile(path)) if isinstance(each, Thing)}
    cluster = cluster_of(list(known.values()), None)
    return tuple(cron_job(each, cluster.names.job(each.namespace, each.name)) for each in cluster.of_kind("CronJob"))


def cron_job(each: Thing, job: str) -> CronJob:
    """Return a CronJob as it is set up."""
    limit = each.get("spec", "startingDeadlineSeconds")
    has_limit = isinstance(limit, int) and not isinstance(limit, bool) and 0 <= limit < 1 << 31
    return CronJob(
        job=job,
        namespace=each.namespace,
        name=each.name,
        schedule=each.text("spec", "schedule"),
        zone=each.text("spec", "timeZone") or None,
        is_suspended=each.get("spec", "suspend") is True,
        concurrency=each.text("spec", "concurrencyPolicy") or "Allow",
        deadline=timedelta(seconds=limit) if has_limit else None,
        record=each.number,
    )
