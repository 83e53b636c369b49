"""All that one file shows of a cluster, by kind, so that objects of one run can be told together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from forensics.sources.kubernetes_names import Names, Owned, names_of, owner_of
from forensics.sources.kubernetes_objects import Thing, moment, value_at

Key = tuple[str, str]
TOLD = frozenset({"CronJob", "Job", "Pod", "Event"})
# What of an object was written when; the rest of its times may lie ahead.
TIMES = (
    ("metadata", "creationTimestamp"),
    ("status", "lastScheduleTime"),
    ("status", "lastSuccessfulTime"),
    ("status", "startTime"),
    ("status", "completionTime"),
    ("lastTimestamp",),
    ("firstTimestamp",),
    ("eventTime",),
    ("deprecatedLastTimestamp",),
    ("series", "lastObservedTime"),
)


@dataclass(frozen=True)
class Ending:
    """How a Job ended by its own status: the condition's type and reason, and when (ns)."""

    kind: str
    reason: str
    at: int | None
    time_text: str


@dataclass(frozen=True)
class Cluster:
    """The objects of a file in their last states, and what they are called."""

    known: Sequence[Thing]
    names: Names

    def of_kind(self, kind: str) -> list[Thing]:
        """Return the objects of a kind."""
        return [each for each in self.known if each.kind == kind]

    @cached_property
    def jobs(self) -> Mapping[Key, Thing]:
        """Return the Jobs by namespace and name."""
        return {(each.namespace, each.name): each for each in self.of_kind("Job")}

    @cached_property
    def pods(self) -> Mapping[Key, list[Thing]]:
        """Return the Pods by the namespace and name of their Job."""
        found = defaultdict[Key, list[Thing]](list)
        for pod in self.of_kind("Pod"):
            if (name := job_of(pod)) is not None:
                found[pod.namespace, name].append(pod)
        return found

    @cached_property
    def shown_pods(self) -> frozenset[Key]:
        """Return the namespaces and names of the Pods that are in the file themselves."""
        return frozenset((pod.namespace, pod.name) for pod in self.of_kind("Pod"))

    @cached_property
    def _by_cron_job(self) -> Mapping[Key, list[Thing]]:
        found = defaultdict[Key, list[Thing]](list)
        for job in self.of_kind("Job"):
            owner = owner_of(job)
            if owner.get("kind") == "CronJob":
                found[job.namespace, str(owner.get("name"))].append(job)
        return found

    def jobs_of(self, cron_job: Thing) -> list[Thing]:
        """Return the Jobs of a CronJob."""
        return self._by_cron_job.get((cron_job.namespace, cron_job.name), [])

    def whose(self, job: Thing) -> Owned:
        """Return whose run a Job is."""
        return self.names.of_job(job.namespace, job.name, job.at("metadata", "creationTimestamp"))

    def has_ended(self, namespace: str, name: str) -> bool:
        """Return whether a Job is in the file and says itself how it ended."""
        job = self.jobs.get((namespace, name))
        return job is not None and ending(job) is not None

    def newest(self, now: int) -> int | None:
        """Return the newest instant that any object names, leaving out those after ``now``."""
        seen = (at for each in self.known for at in times(each) if at <= now)
        return max(seen, default=None)


def cluster_of(known: Sequence[Thing], host: str | None) -> Cluster:
    """Return what a file shows."""
    return Cluster(known, names_of(known, host))


def job_of(pod: Thing) -> str | None:
    """Return the name of the Job that a Pod is of, None for a Pod of anything else."""
    owner = owner_of(pod)
    return owner["name"] if owner.get("kind") == "Job" and isinstance(owner.get("name"), str) else None


def ending(job: Thing) -> Ending | None:
    """Return how a Job says that it ended, None while it has not."""
    for condition in job.each("status", "conditions"):
        kind = condition.get("type")
        if kind in ("Complete", "Failed") and condition.get("status") == "True":
            text = str(condition.get("lastTransitionTime") or "")
            if kind == "Complete" and job.at("status", "completionTime") is not None:
                text = job.text("status", "completionTime")
            return Ending(kind, str(condition.get("reason") or kind), moment(text), text)
    return None


def times(each: Thing) -> Iterable[int]:
    """Yield the instants at which something was written into an object, or happened to it."""
    yield from (at for keys in TIMES if (at := each.at(*keys)) is not None)
    for name in ("conditions", "containerStatuses", "initContainerStatuses"):
        for part in each.each("status", name):
            paths: tuple[tuple[str, ...], ...] = (("lastTransitionTime",), ("state", "terminated", "finishedAt"))
            paths += (("state", "running", "startedAt"),)
            yield from (at for keys in paths if (at := moment(value_at(part, *keys))) is not None)
    for written in each.each("metadata", "managedFields"):
        if (at := moment(written.get("time"))) is not None:
            yield at


def brief(**told: Any) -> dict[str, str]:
    """Return attributes as text, without the empty ones."""
    return {name: str(value)[:300] for name, value in told.items() if value not in (None, "")}
