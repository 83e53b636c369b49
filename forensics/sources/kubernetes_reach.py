"""Of which jobs a file can say since when it shows all their runs: only of those is its silence worth anything.

A CronJob keeps so many of its finished Jobs (three that went well and one that failed, unless it says otherwise), a
Job may be gone so many seconds after its end, and events are kept for an hour: what was before that is not known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from forensics.sources.kubernetes_cluster import Cluster, ending
from forensics.sources.kubernetes_events import told_by
from forensics.sources.kubernetes_names import owner_of
from forensics.sources.kubernetes_objects import Thing
from forensics.timeline import NANOS

Span = tuple[int, int]
# A run is covered from its slot less the tolerance of clocks on, which is this by default.
TOLERANCE = 90 * NANOS
KEPT = {"Complete": ("successfulJobsHistoryLimit", 3), "Failed": ("failedJobsHistoryLimit", 1)}


def spans_by_job(cluster: Cluster, newest: int | None) -> Mapping[str, tuple[Span, ...]]:
    """Return for each CronJob of a file the stretches (ns) of which it shows all runs, up to its newest record."""
    if newest is None:
        return {}
    events = event_span(cluster, newest)
    since_by_job = {**kept_alone(cluster), **dict(kept_since(cluster, newest))}
    spans = {
        name: tuple(span for span in ((since, newest) if since is not None else None, events) if span is not None)
        for name, since in since_by_job.items()
    }
    return {name: own for name, own in spans.items() if own}


def event_span(cluster: Cluster, newest: int) -> Span | None:
    """Return since when events are kept: the one that was seen last before all others is about to go."""
    last = [at for event in cluster.of_kind("Event") if (at := told_by(event).at) is not None]
    return (min(last), newest) if last and min(last) < newest else None


def kept_since(cluster: Cluster, newest: int) -> Iterator[tuple[str, int | None]]:
    """Yield each CronJob's name, and since when all Jobs of it are kept; None where nothing tells that."""
    for cron_job in cluster.of_kind("CronJob"):
        name = cluster.names.job(cron_job.namespace, cron_job.name)
        yield name, all_kept_since(cron_job, cluster, newest) if cluster.jobs else None


def kept_alone(cluster: Cluster) -> dict[str, int | None]:
    """Return since when all Jobs are kept of the CronJobs that the file only names: what they keep is not known."""
    oldest: dict[str, dict[str, int]] = {}
    for job in cluster.jobs.values():
        how = ending(job)
        if how is not None and owner_of(job).get("kind") == "CronJob":
            by_kind, at = oldest.setdefault(cluster.whose(job).job, {}), slot_or_start(job, cluster)
            by_kind[how.kind] = min(at, by_kind.get(how.kind, at))
    return {name: max(by_kind.values()) for name, by_kind in oldest.items()}


def all_kept_since(cron_job: Thing, cluster: Cluster, newest: int) -> int | None:
    """Return since when all Jobs of a CronJob are kept."""
    own = cluster.jobs_of(cron_job)
    since = [cron_job.at("metadata", "creationTimestamp") or 0]
    for kind, (limit_name, usual) in KEPT.items():
        limit = number(cron_job.get("spec", limit_name), usual)
        if limit == 0:
            return None
        kept = [slot_or_start(job, cluster) for job in own if (how := ending(job)) is not None and how.kind == kind]
        since += [min(kept)] if len(kept) >= limit else []
    gone_after = cron_job.get("spec", "jobTemplate", "spec", "ttlSecondsAfterFinished")
    if gone_after is not None:
        since.append(newest - number(gone_after, 0) * NANOS)
    return max(since)


def number(value: object, usual: int) -> int:
    """Return a whole number that is not negative, the usual one for anything else."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 31 else usual


def slot_or_start(job: Thing, cluster: Cluster) -> int:
    """Return the slot of a Job, else when it was made, less what its clock may be off: the run itself is known."""
    slot = cluster.whose(job).slot
    return max(0, (slot if slot is not None else job.at("metadata", "creationTimestamp") or 0) - TOLERANCE)
