"""OpenClaw's own jobs: ``cron/jobs.json`` in its state folder, in newer versions a row of a database each.

Written by OpenClaw; the object of a job is the same in all its versions. A job has a name, which need not be unique,
and an id, by which its runs are told. Times are in milliseconds. A schedule is ``cron`` (``expr`` of 5 or 6 fields;
no ``tz``: the host's zone; ``staggerMs`` moves each start by up to as much), ``every`` (on
a grid from its anchor, else from its creation, until its first start; then so long after each start), ``at`` (once; no
offset: UTC), or an event, which is never due.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from forensics.sources.openclaw_values import NOTHING, Object, an_object, inner, moment, number, span, stamp, text

MAIN = "main"
EVENT_KINDS = frozenset({"on-exit", "stream"})
# By how much a job that is due at minute 0 of every hour is moved, where nothing says by how much.
HOURLY_STAGGER = 300.0
LONGEST_ATTRIBUTE = 100
DELIVERY = {"mode": "delivery", "channel": "channel"}


@dataclass(frozen=True)
class Schedule:
    """When a job is due. ``every`` in seconds, ``anchor`` and ``at`` in ns.

    ``kind`` is OpenClaw's own word, empty where there is none. ``stagger`` is how late, in seconds, it is on purpose.
    """

    kind: str = ""
    expression: str = ""
    zone: str | None = None
    every: float | None = None
    anchor: int | None = None
    at: int | None = None
    stagger: float = 0.0


@dataclass(frozen=True)
class StoredJob:
    """One of OpenClaw's jobs; times in ns. ``state`` is what the scheduler itself remembers of its last run.

    ``limit`` is how long a run may take, in seconds. ``wanted`` is the text that the job asks to be worked on.
    """

    id: str
    name: str
    schedule: Schedule = field(default_factory=Schedule)
    is_enabled: bool = True
    target: str = ""
    payload: str = ""
    wanted: str = ""
    limit: float | None = None
    delivery: str = ""
    channel: str = ""
    description: str = ""
    created: int | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
    state: Object = field(default_factory=dict)

    @property
    def is_main(self) -> bool:
        """Return whether the job only queues an event for the main session: its ``ok`` means accepted."""
        return self.target == MAIN or (not self.target and self.payload == "systemEvent")


def listed(document: object) -> list[Any] | None:
    """Return the jobs of ``jobs.json`` as they stand there, None where it is no such file."""
    found = document if isinstance(document, list) else an_object(document).get("jobs")
    if isinstance(found, Mapping):
        return [{"id": key, **an_object(value)} for key, value in found.items()]
    return found if isinstance(found, list) else None


def states_in(document: object) -> dict[str, Object]:
    """Return by id what the scheduler remembers of the last run of each job of ``jobs-state.json``."""
    found = an_object(an_object(document).get("jobs"))
    return {text(called): an_object(an_object(written).get("state")) for called, written in found.items()}


def stored_job(written: object, state: Object = NOTHING) -> StoredJob | None:
    """Return a job, None for what is no object; ``state`` outranks what stands in the job itself."""
    if not isinstance(written, dict):
        return None
    job, payload = written, an_object(written.get("payload"))
    delivery = an_object(job.get("delivery")) or of_old(payload)
    called = next((text(job[key]) for key in ("id", "jobId", "name") if text(job.get(key))), "")
    return StoredJob(
        id=called,
        name=text(job.get("name")) or called,
        schedule=schedule_of(an_object(job.get("schedule")), job),
        is_enabled=job.get("enabled") is not False,
        target=text(job.get("sessionTarget")),
        payload=text(payload.get("kind")),
        wanted=" ".join((text(payload.get("text")) or text(payload.get("message"))).split()),
        limit=number(payload.get("timeoutSeconds")) or None,
        delivery=text(delivery.get("mode")),
        channel=text(delivery.get("channel")),
        description=text(job.get("description")),
        created=moment(job.get("createdAtMs")),
        attributes=attributes_of(job, payload, delivery),
        state=state or an_object(job.get("state")),
    )


def of_old(payload: Object) -> Object:
    """Return how the first versions sent a result, which stood with what was to be done."""
    if not isinstance(payload.get("deliver"), bool):
        return NOTHING
    return {"mode": "announce" if payload["deliver"] else "none", "channel": payload.get("channel")}


def attributes_of(job: Object, payload: Object, delivery: Object) -> dict[str, str]:
    """Return what sets a job apart from others: where it runs, what it is made of, how its result is sent."""
    found = {key: text(job.get(key)) for key in ("sessionTarget", "wakeMode", "agentId")}
    found |= {"payload": text(payload.get("kind")), "model": text(payload.get("model"))}
    found |= {ours: text(delivery.get(theirs)) for theirs, ours in DELIVERY.items()}
    return {key: value for key, value in found.items() if value.isprintable() and 0 < len(value) <= LONGEST_ATTRIBUTE}


def schedule_of(written: Object, job: Object) -> Schedule:
    """Return when a job is due."""
    kind = text(written.get("kind"))
    match kind:
        case "cron":
            zone, expression = written.get("tz"), text(written.get("expr"))
            named = text(str(zone)) if zone not in (None, "") else None
            return Schedule(kind, expression, named, stagger=stagger(written, expression))
        case "every":
            anchor = next(filter(None, map(moment, (written.get("anchorMs"), job.get("createdAtMs")))), None)
            return Schedule(kind, every=span(written.get("everyMs")) or None, anchor=anchor)
        case "at":
            return Schedule(
                kind, str(written.get("at", written.get("atMs", ""))), at=stamp(written.get("at", written.get("atMs")))
            )
    return Schedule(kind)


def stagger(written: Object, expression: str) -> float:
    """Return by how many seconds a job may be late on purpose: those due on every full hour are, unless told not to."""
    told = span(written.get("staggerMs"))
    if told is not None:
        return told
    fields = expression.split()[-5:]
    return HOURLY_STAGGER if len(fields) == 5 and fields[0] == "0" and fields[1].startswith("*") else 0.0


def job_in_row(row: Object) -> StoredJob | None:
    """Return the job of a row of the table ``cron_jobs``; its columns stand in for an object that cannot be read."""
    written = inner(row.get("job_json"))
    if not written:
        called = next((row[key] for key in ("job_id", "id") if text(row.get(key))), None)
        written = {"id": called, "name": row.get("name")} if called else NOTHING
    elif not (text(written.get("id")) or text(written.get("jobId"))) and text(row.get("job_id")):
        written = {**written, "id": row["job_id"]}
    return stored_job(dict(written), inner(row.get("state_json"))) if written else None


def spoken_names(jobs: Iterable[StoredJob]) -> dict[str, str]:
    """Return what each job is called, by its id: its name, where no other has it, else the id."""
    known = {job.id: job.name for job in jobs}
    shared = Counter(name.casefold() for name in known.values())
    return {called: name if shared[name.casefold()] == 1 else called for called, name in known.items()}
