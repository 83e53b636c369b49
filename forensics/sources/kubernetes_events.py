"""What a cluster's events tell of runs: a Job that was made, began or ended, a slot that was left out.

The reasons are the controllers' own (kubernetes, pkg/controller/cronjob and pkg/controller/job, and the kubelet's).
Events are kept for an hour by default and sent at best effort: what an object says itself outranks them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from forensics.sources.kubernetes_cluster import Cluster, brief
from forensics.sources.kubernetes_names import Owned
from forensics.sources.kubernetes_objects import Thing, moment
from forensics.sources.kubernetes_rows import Row

OF_NO_JOB = "an event that is about no job"
NO_START_NO_END = "an event that tells of no start and no end"
MISSED = "an event of a start that was missed, which its due time shows"
TOLD_BY_JOB = "an event whose Job tells the same"
MISSES = frozenset({"MissSchedule", "FailedNeedsStart", "TooManyMissedTimes"})
CREATED = re.compile(r"Created job (\S+)")
COMPLETED = re.compile(r"Saw completed job: (\S+?),? (?:status|condition): (Complete|Failed)")
TIMES = ("lastTimestamp", "deprecatedLastTimestamp", "eventTime", "firstTimestamp", "deprecatedFirstTimestamp")


@dataclass(frozen=True)
class Told:
    """An event as both APIs write it: about what, why, what it says, and when (ns) it was seen last."""

    thing: Thing
    kind: str
    namespace: str
    name: str
    reason: str
    message: str
    at: int | None
    time_text: str

    @property
    def attributes(self) -> Mapping[str, str]:
        """Return what is kept of it beside its columns."""
        times = self.thing.get("count") or self.thing.get("deprecatedCount") or ""
        return brief(namespace=self.namespace, reason=self.reason, message=self.message, count=times)


def told_by(event: Thing) -> Told:
    """Return what an event says."""
    about = "involvedObject" if event.get("involvedObject") is not None else "regarding"
    texts = [event.text("series", "lastObservedTime"), *(event.text(name) for name in TIMES)]
    texts.append(event.text("metadata", "creationTimestamp"))
    text = next((each for each in texts if moment(each) is not None), "")
    return Told(
        event,
        event.text(about, "kind"),
        event.text(about, "namespace") or event.namespace,
        event.text(about, "name"),
        event.text("reason"),
        event.text("message") or event.text("note"),
        moment(text),
        text,
    )


def event_rows(event: Thing, cluster: Cluster) -> Iterator[Row]:
    """Yield what an event tells of a run."""
    told = told_by(event)
    read = READ.get((told.kind, told.reason))
    if read is not None and told.at is not None and told.name:
        yield from read(told, told.at, cluster)


def why_nothing(event: Thing, cluster: Cluster) -> str:
    """Return why an event gave no row."""
    told = told_by(event)
    if told.kind not in ("CronJob", "Job", "Pod"):
        return OF_NO_JOB
    if told.kind == "Pod" and cluster.names.of_pod(told.namespace, told.name, told.at) is None:
        return OF_NO_JOB
    if told.reason in MISSES:
        return MISSED
    return TOLD_BY_JOB if (told.kind, told.reason) in READ else NO_START_NO_END


def _row(told: Told, at: int, owned: Owned, event: str, table: str = "lifecycle") -> Row:
    return Row(table, told.thing.number, at, event, owned, told.time_text, attributes=told.attributes, rank=-1)


def _made(told: Told, at: int, cluster: Cluster) -> Iterator[Row]:
    """A CronJob made a Job: the slot stands in the Job's name."""
    found = CREATED.match(told.message)
    if found is None or (told.namespace, found[1]) in cluster.jobs:
        return
    owned = cluster.names.of_job(told.namespace, found[1], at)
    name = cluster.names.job(told.namespace, told.name)
    yield _row(told, owned.slot or at, Owned(name, owned.run, owned.slot), "accepted", "triggers")


def _completed(told: Told, at: int, cluster: Cluster) -> Iterator[Row]:
    """A CronJob saw that a Job of its own had ended."""
    found = COMPLETED.match(told.message)
    if found is None or cluster.has_ended(told.namespace, found[1]):
        return
    owned = Owned(cluster.names.job(told.namespace, told.name), cluster.names.run(told.namespace, found[1]), None)
    yield _row(told, at, owned, "completed" if found[2] == "Complete" else "failed")


def _left_out(told: Told, at: int, cluster: Cluster) -> Iterator[Row]:
    """A slot was left out, as the run before was not over; an event seen often is known by its first and last time."""
    first = told.thing.at("firstTimestamp") or told.thing.at("deprecatedFirstTimestamp") or at
    for moment_of in sorted({at, first}):
        yield _row(told, moment_of, nameless(told, cluster), "skipped", "triggers")


def _not_made(told: Told, at: int, cluster: Cluster) -> Iterator[Row]:
    """A CronJob could not make its Job: it was tried, and came to nothing."""
    yield _row(told, at, nameless(told, cluster), "failed")


def nameless(told: Told, cluster: Cluster) -> Owned:
    """Return a run of a CronJob for which no Job was made."""
    return Owned(cluster.names.job(told.namespace, told.name), None, None)


def _no_pod(told: Told, at: int, cluster: Cluster) -> Iterator[Row]:
    """A Job could not make its Pod, as where a quota is used up; it tries again."""
    yield _row(told, at, cluster.names.of_job(told.namespace, told.name, at), "failed")


def _of_job(event: str) -> Callable[[Told, int, Cluster], Iterator[Row]]:
    def read(told: Told, at: int, cluster: Cluster) -> Iterator[Row]:
        """A Job's controller says how it ended."""
        if not cluster.has_ended(told.namespace, told.name):
            yield _row(told, at, cluster.names.of_job(told.namespace, told.name, at), event)

    return read


def _container(told: Told, at: int, cluster: Cluster) -> Iterator[Row]:
    """A container of a Pod began."""
    owned = cluster.names.of_pod(told.namespace, told.name, at)
    if owned is not None and (told.namespace, told.name) not in cluster.shown_pods:
        yield _row(told, at, owned, "started")


READ: Mapping[tuple[str, str], Callable[[Told, int, Cluster], Iterator[Row]]] = {
    ("CronJob", "SuccessfulCreate"): _made,
    ("CronJob", "SawCompletedJob"): _completed,
    ("CronJob", "JobAlreadyActive"): _left_out,
    ("CronJob", "FailedCreate"): _not_made,
    ("Job", "Completed"): _of_job("completed"),
    ("Job", "BackoffLimitExceeded"): _of_job("failed"),
    ("Job", "DeadlineExceeded"): _of_job("timed_out"),
    ("Job", "FailedCreate"): _no_pod,
    ("Pod", "Started"): _container,
}
