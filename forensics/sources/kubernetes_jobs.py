"""What CronJobs and their Jobs tell: which slot was taken up, when the Job began, and how it ended."""

from __future__ import annotations

from collections.abc import Iterator

from forensics.sources.kubernetes_cluster import Cluster, Ending, brief, ending
from forensics.sources.kubernetes_names import MINUTES, SECONDS, SLOT, Owned, named_for, owner_of
from forensics.sources.kubernetes_objects import Thing
from forensics.sources.kubernetes_pods import exit_of_last, is_stuck
from forensics.sources.kubernetes_rows import Row
from forensics.timeline import NANOS

NOT_BEGUN = "a Job that has not begun"
NEVER_RUN = "a CronJob that has not run yet"
TOLD_BY_JOBS = "a CronJob whose Jobs tell of its runs"
ENDS = {"Complete": "completed", "Failed": "failed"}
DEADLINE = "DeadlineExceeded"


def job_rows(job: Thing, cluster: Cluster) -> Iterator[Row]:
    """Yield what a Job tells: that it was made, that it began, that it ended."""
    yield from made_row(job, cluster)
    owned, begun = cluster.whose(job), job.at("status", "startTime")
    pods = cluster.pods.get((job.namespace, job.name), [])
    if begun is not None:
        word = "boot_started" if pods and all(map(is_stuck, pods)) else "started"
        text = job.text("status", "startTime")
        yield Row("lifecycle", job.number, begun, word, owned, text, attributes=common(job))
    how = ending(job)
    if how is not None and how.at is not None:
        yield end_row(job, how, how.at, cluster)


def common(job: Thing, **told: object) -> dict[str, str]:
    """Return what each row of a Job keeps of it."""
    return brief(namespace=job.namespace, kubernetes_job=job.name, **told)


def made_row(job: Thing, cluster: Cluster) -> Iterator[Row]:
    """Yield that a CronJob made a Job: at its slot, or when a person had it made."""
    owned, made = cluster.whose(job), job.at("metadata", "creationTimestamp")
    at, text = (owned.slot, job.name) if owned.slot is not None else (made, job.text("metadata", "creationTimestamp"))
    if owner_of(job).get("kind") == "CronJob" and at is not None:
        by = "hand" if owned.slot is None else ""
        told = common(job, created_at=job.text("metadata", "creationTimestamp"), made_by=by)
        yield Row("triggers", job.number, at, "accepted", owned, text, attributes=told)


def end_row(job: Thing, how: Ending, at: int, cluster: Cluster) -> Row:
    """Return how a Job ended; its exit code is that of its last container, where a Pod is there to tell it."""
    owned, begun = cluster.whose(job), job.at("status", "startTime")
    is_late = how.reason == DEADLINE
    code = None if is_late else exit_of_last(cluster.pods.get((job.namespace, job.name), []), how.kind == "Complete")
    return Row(
        "lifecycle",
        job.number,
        at,
        "timed_out" if is_late else ENDS[how.kind],
        owned,
        how.time_text,
        exit_code=code,
        duration_seconds=None if begun is None or begun > at else (at - begun) / NANOS,
        attributes=common(job, reason=told_reason(how), failed_pods=job.get("status", "failed") or ""),
        rank=1,
    )


def told_reason(how: Ending) -> str:
    """Return why a Job ended, empty where it did its work."""
    return "" if how.kind == "Complete" else how.reason


def cron_job_rows(cron_job: Thing, cluster: Cluster, newest: int | None) -> Iterator[Row]:
    """Yield what a CronJob itself tells: its last slot where no Job of it is left, and that it is suspended."""
    name = cluster.names.job(cron_job.namespace, cron_job.name)
    told = brief(namespace=cron_job.namespace, schedule=cron_job.text("spec", "schedule"))
    last = cron_job.at("status", "lastScheduleTime")
    own = cluster.jobs_of(cron_job)
    if last is not None and last not in [cluster.whose(job).slot for job in own]:
        run = cluster.names.run(cron_job.namespace, named_for(cron_job.name, last, digits(cron_job, own)))
        text = cron_job.text("status", "lastScheduleTime")
        yield Row("triggers", cron_job.number, last, "accepted", Owned(name, run, last), text, attributes=told)
    if cron_job.get("spec", "suspend") is True and newest is not None:
        told = brief(**told, reason="Suspended")
        yield Row("triggers", cron_job.number, newest, "skipped", Owned(name, None, None), "", attributes=told)


def digits(cron_job: Thing, jobs: list[Thing]) -> int:
    """Return in how many digits the controller of a cluster writes slots: as it did for a CronJob's last Job."""
    written = [len(found[2]) for job in jobs if (found := SLOT.fullmatch(job.name))]
    if written:
        return written[-1]
    return SECONDS if cron_job.text("apiVersion").endswith("beta1") else MINUTES


def why_nothing(thing: Thing) -> str:
    """Return why a Job or a CronJob gave no row."""
    if thing.kind == "Job":
        return NOT_BEGUN
    return NEVER_RUN if thing.at("status", "lastScheduleTime") is None else TOLD_BY_JOBS
