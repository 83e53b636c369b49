"""Which CronJobs a cluster is set up to run, and when each is due.

Without a ``timeZone`` the zone of the cluster's controller holds, which is UTC unless somebody made it another. A
suspended one was due up to its last slot, or up to when somebody changed nothing else of it, where its managed fields
tell that (``kubectl get --show-managed-fields``); since when it is suspended nothing else tells.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from forensics.evidence.records import ToldJob
from forensics.sources.kubernetes_cluster import Cluster, brief, cluster_of
from forensics.sources.kubernetes_objects import Thing, moment, things
from forensics.sources.opening import EvidenceFile
from forensics.timeline import NANOS

SCHEDULER, CONTROLLERS_ZONE = "kubernetes", "UTC"
# https://pkg.go.dev/github.com/robfig/cron/v3: so long after each slot, in whole seconds.
EVERY = re.compile(r"@every (?:(\d{1,5})h)?(?:(\d{1,6})m)?(?:(\d{1,8})s)?")
LONGEST = 1 << 31
CONTAINERS = ("template", "spec", "containers")
SUSPENDING: Mapping[str, object] = {"f:spec": {"f:suspend": {}}}


def cron_jobs(path: Path, host: str | None = None) -> tuple[ToldJob, ...]:
    """Return the CronJobs of a file as they are set up, in its order; none where it holds none.

    Raises:
        OSError: the path cannot be opened.
    """
    known = {each.identity: each for each in things(EvidenceFile(path)) if isinstance(each, Thing)}
    return told_jobs(cluster_of(list(known.values()), host), str(path))


def told_jobs(cluster: Cluster, file: str) -> tuple[ToldJob, ...]:
    """Return the CronJobs of a cluster as they are set up, by the names that their runs go by."""
    return tuple(told_job(each, cluster, file) for each in cluster.of_kind("CronJob"))


def told_job(cron_job: Thing, cluster: Cluster, file: str) -> ToldJob:
    """Return a CronJob as it is set up."""
    schedule, template = cron_job.text("spec", "schedule"), ("spec", "jobTemplate", "spec")
    name, every = cluster.names.job(cron_job.namespace, cron_job.name), interval(schedule)
    made = cron_job.at("metadata", "creationTimestamp")
    full, is_suspended = f"{cron_job.namespace}/{cron_job.name}", cron_job.get("spec", "suspend") is True
    has_started = cron_job.at("status", "lastScheduleTime") is not None or bool(cluster.jobs_of(cron_job))
    return ToldJob(
        name=name,
        scheduler=SCHEDULER,
        file=file,
        record=cron_job.number,
        host=cluster.names.host,
        schedule=schedule if schedule and every is None else None,
        interval=every,
        anchor=None if every is None or has_started else made,
        zone=cron_job.text("spec", "timeZone") or CONTROLLERS_ZONE,
        since=made,
        until=due_until(cron_job) if is_suspended else None,
        late=seconds(cron_job.get("spec", "startingDeadlineSeconds")) or 0.0,
        limit=seconds(cron_job.get(*template, "activeDeadlineSeconds")) or None,
        is_suspended=is_suspended,
        aliases=(full,) if cron_job.namespace and full != name else (),
        attributes=brief(
            namespace=cron_job.namespace,
            concurrencyPolicy=cron_job.text("spec", "concurrencyPolicy") or "Allow",
            image=next((str(each.get("image") or "") for each in cron_job.each(*template, *CONTAINERS)), ""),
        ),
    )


def seconds(value: object) -> float | None:
    """Return a number of seconds, None for anything else."""
    return float(value) if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < LONGEST else None


def interval(schedule: str) -> float | None:
    """Return the seconds of a schedule that is an interval, such as ``@every 1h30m``; None for any other."""
    found = EVERY.fullmatch(schedule.strip())
    hours, minutes, rest = (int(part or 0) for part in found.groups()) if found else (0, 0, 0)
    return float(hours * 3600 + minutes * 60 + rest) or None


def due_until(cron_job: Thing) -> int | None:
    """Return up to when (ns) a suspended CronJob was due for certain, past its last slot; None where nothing tells."""
    last, written = cron_job.at("status", "lastScheduleTime"), cron_job.each("metadata", "managedFields")
    told = [moment(each.get("time")) for each in written if each.get("fieldsV1") == SUSPENDING]
    return max((at for at in (*told, None if last is None else last + NANOS) if at is not None), default=None)
