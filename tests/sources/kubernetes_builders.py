"""Small objects of a cluster, as ``kubectl get -o json`` prints them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from forensics.evidence.records import Batch, FileRead, Reject, Yielded
from forensics.sources.base import ReadOptions
from forensics.sources.kubernetes import Kubernetes
from forensics.timeline import NANOS

Thing = dict[str, Any]
NOW = "2026-03-20T07:00:00Z"


def ns(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp()) * NANOS


def slot_name(cron_job: str, slot: str) -> str:
    return f"{cron_job}-{ns(slot) // NANOS // 60}"


def meta(name: str, owner: tuple[str, str] | None, made: str | None, namespace: str, **told: Any) -> Thing:
    owners = [{"kind": owner[0], "name": owner[1], "controller": True}] if owner else []
    return {"name": name, "namespace": namespace, "creationTimestamp": made, "ownerReferences": owners, **told}


def cron_job(name: str = "backup", *, namespace: str = "prod", last: str | None = None, **spec: Any) -> Thing:
    return {
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "metadata": meta(name, None, "2026-01-01T00:00:00Z", namespace),
        "spec": {"schedule": "0 3 * * *", **spec},
        "status": {"lastScheduleTime": last} if last else {},
    }


def job(
    slot: str = "2026-03-19T03:00:00Z",
    *,
    of: str = "backup",
    namespace: str = "prod",
    name: str | None = None,
    done: str | None = None,
    failed: str | None = None,
    reason: str = "BackoffLimitExceeded",
    annotations: dict[str, str] | None = None,
    owner: tuple[str, str] | None = ("CronJob", "backup"),
) -> Thing:
    conditions = [{"type": "Complete", "status": "True", "lastTransitionTime": done}] if done else []
    if failed:
        conditions = [{"type": "Failed", "status": "True", "reason": reason, "lastTransitionTime": failed}]
    name = slot_name(of, slot) if name is None else name
    owner = owner and (owner[0], of)
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": meta(name, owner, slot, namespace, annotations=annotations or {}),
        "status": {"startTime": slot, "conditions": conditions, **({"completionTime": done} if done else {})},
    }


def ended(code: int, at: str, **told: Any) -> Thing:
    return {"terminated": {"exitCode": code, "startedAt": at, "finishedAt": at, **told}}


def pod(
    of: str, *states: Thing, phase: str = "Running", last: Thing | None = None, name: str = "aaaaa", **status: Any
) -> Thing:
    containers = [{"name": "main", "state": state, "lastState": last or {}} for state in states]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": meta(f"{of}-{name}", ("Job", of), "2026-03-19T03:00:01Z", "prod"),
        "spec": {"nodeName": "node1"},
        "status": {"phase": phase, "containerStatuses": containers, **status},
    }


def event(about: str, reason: str, message: str = "", at: str = "2026-03-19T03:00:01Z", **told: Any) -> Thing:
    kind, _, name = about.partition("/")
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": f"{name}.{reason}.{at}", "namespace": "prod"},
        "involvedObject": {"kind": kind, "name": name, "namespace": "prod"},
        "reason": reason,
        "message": message,
        "lastTimestamp": at,
        **told,
    }


def listed(*things: Thing) -> str:
    return json.dumps({"apiVersion": "v1", "items": things, "kind": "List"}, indent=4)


def read(path: Path, text: str | bytes, **options: Any) -> list[Yielded]:
    path.mkdir(exist_ok=True)
    file = path / "cluster.json"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return list(Kubernetes().read(file, ReadOptions(now=ns(NOW), **options)))


def rows(yielded: Iterable[Yielded], table: str) -> list[Thing]:
    """Return the rows of a table, each by its columns."""
    found = [each for each in yielded if isinstance(each, Batch) and each.table == table]
    return [
        dict(zip(batch.columns, row, strict=True))
        for batch in found
        for row in zip(*batch.columns.values(), strict=True)
    ]


def told(path: Path, *things: Thing, table: str = "lifecycle") -> list[tuple[str, str]]:
    """Return (event, time) of the rows that some objects give."""
    found = rows(read(path, listed(*things)), table)
    return [(row["event"], datetime.fromtimestamp(row["at"] / NANOS).astimezone().isoformat()) for row in found]


def account(yielded: Iterable[Yielded]) -> FileRead:
    (found,) = (each for each in yielded if isinstance(each, FileRead))
    return found


def rejects(yielded: Iterable[Yielded]) -> list[Reject]:
    return [each for each in yielded if isinstance(each, Reject)]
