"""What a cluster's objects are called here: which job a Job, a Pod or an event is of, and which slot it was made for.

A CronJob names its Jobs by itself and the slot: in minutes since the epoch, before Kubernetes 1.21 in seconds. A Job
names its Pods by itself and five signs.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from forensics.sources.json_values import mappings, words
from forensics.sources.kubernetes_objects import Thing, moment
from forensics.timeline import NANOS

SLOT_ANNOTATION = "batch.kubernetes.io/cronjob-scheduled-timestamp"
MANUAL_ANNOTATION = "cronjob.kubernetes.io/instantiate"
SLOT = re.compile(r"(.+)-(\d{8}|\d{10})", re.ASCII)
POD = re.compile(r"(.+?)(?:-\d{1,6})?-[a-z0-9]{5}", re.ASCII)
DAY = 86_400 * NANOS
# How long after its slot a Job may be made: the controller gives up on a slot long before.
LONGEST_WAIT = 31 * DAY
MINUTES, SECONDS = 8, 10


@dataclass(frozen=True, slots=True)
class Owned:
    """Whose run a Job is: the job's name, the run's id, and the slot (ns) where its name or annotation tells one.

    ``is_scheduled``: a CronJob made it; any other is of no schedule, and matters only to who configures it.
    """

    job: str
    run: str | None
    slot: int | None
    is_scheduled: bool = True


@dataclass(frozen=True)
class Names:
    """The names of one file: ``shared`` are those that stand in several namespaces, ``owners`` whose each Job is.

    ``host`` tells one cluster's runs from another's.
    """

    shared: frozenset[str]
    owners: Mapping[tuple[str, str], str]
    slots: Mapping[tuple[str, str], int]
    scheduled: frozenset[tuple[str, str]]
    host: str | None = None

    def job(self, namespace: str, name: str) -> str:
        """Return a job's name; with its namespace where another one has a job of that name, too."""
        return f"{namespace}/{name}" if namespace and name in self.shared else name

    def run(self, namespace: str, name: str) -> str:
        """Return the id of the run that a Job is."""
        return "/".join(part for part in (self.host, namespace, name) if part)

    def of_job(self, namespace: str, name: str, near: int | None) -> Owned:
        """Return whose run a Job is, by its owner, else by its name; a slot in that must lie near to an instant."""
        key = namespace, name
        if key in self.owners:
            job = self.job(namespace, self.owners[key])
            return Owned(job, self.run(*key), self.slots.get(key), key in self.scheduled)
        slot = slot_in(name, near)
        owner = SLOT.sub(r"\1", name) if slot is not None else name
        return Owned(self.job(namespace, owner), self.run(*key), slot, slot is not None)

    def of_pod(self, namespace: str, name: str, near: int | None) -> Owned | None:
        """Return whose run a Pod is by its name alone; None where no Job is known of that name, and it has no slot."""
        found = POD.fullmatch(name)
        if found is None:
            return None
        owned = self.of_job(namespace, found[1], near)
        return owned if owned.slot is not None or (namespace, found[1]) in self.owners else None


def names_of(known: Sequence[Thing], host: str | None) -> Names:
    """Return the names of a file's objects."""
    jobs = {(each.namespace, each.name): each for each in known if each.kind == "Job"}
    owners = {key: words(owner_of(job).get("name")) or job.name for key, job in jobs.items()}
    scheduled = frozenset(key for key, job in jobs.items() if owner_of(job).get("kind") == "CronJob")
    slots = {key: slot for key in scheduled if (slot := slot_of(jobs[key])) is not None}
    places = defaultdict[str, set[str]](set)
    for (namespace, _), owner in owners.items():
        places[owner].add(namespace)
    for each in known:
        if each.kind == "CronJob":
            places[each.name].add(each.namespace)
    return Names(frozenset(name for name, found in places.items() if len(found) > 1), owners, slots, scheduled, host)


def owner_of(each: Thing) -> Mapping[str, Any]:
    """Return the reference to an object's owner, empty where it has none."""
    owners = list(mappings(each.get("metadata", "ownerReferences")))
    return next((owner for owner in owners if owner.get("controller") is True), owners[0] if owners else {})


def slot_of(job: Thing) -> int | None:
    """Return the instant that a Job was made for, in ns; None for one that a person made of a CronJob."""
    annotations = job.get("metadata", "annotations")
    annotations = annotations if isinstance(annotations, dict) else {}
    if annotations.get(MANUAL_ANNOTATION) == "manual":
        return None
    told = moment(annotations.get(SLOT_ANNOTATION))
    return slot_in(job.name, job.at("metadata", "creationTimestamp")) if told is None else told


def slot_in(name: str, near: int | None) -> int | None:
    """Return the slot in a Job's name; None where there is none, or one that is not near to what is known of it."""
    found = SLOT.fullmatch(name)
    if found is None:
        return None
    slot = int(found[2]) * (60 if len(found[2]) == MINUTES else 1) * NANOS
    return slot if near is None or slot - DAY <= near <= slot + LONGEST_WAIT else None


def named_for(cron_job: str, slot: int, digits: int) -> str:
    """Return the name of the Job that a CronJob makes for a slot, in as many digits as its controller writes."""
    return f"{cron_job}-{slot // NANOS // (60 if digits == MINUTES else 1)}"
