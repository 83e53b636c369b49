"""A fleet as files, with a ``forensics.toml`` beside them: what the whole pipeline is tried on."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

from benchmarks.causes_fleet import DAYS, FIRST_DAY, HOUR, Fleet, FleetJob

SECOND = 10**9
SINCE, UNTIL = FIRST_DAY, FIRST_DAY + DAYS * 24 * HOUR
COVERAGE = "coverage = [{}]".format(
    ", ".join(f'"{np.datetime64(at, "ns").astype("datetime64[s]")}Z"' for at in (SINCE, UNTIL + HOUR))
)
SOURCES = f"""
timezone = "UTC"

[defaults]
max_duration = "20m"
grace = "10m"

[[source]]
kind = "jsonl"
lane = "triggers"
path = "triggers.jsonl"
columns = {{ time = "ts", job = "task", host = "host" }}
live = false
{COVERAGE}

[[source]]
kind = "jsonl"
lane = "notifications"
path = "messages.jsonl"
columns = {{ time = "ts", text = "body", author = "from", channel = "room" }}
live = false
{COVERAGE}

[[source]]
kind = "jsonl"
lane = "artifacts"
path = "files.jsonl"
columns = {{ time = "mtime", path = "path", size = "bytes" }}
live = false
{COVERAGE}
"""


def write_fleet(folder: Path, fleet: Fleet) -> Path:
    """Write what a fleet left behind, and return the path of its config."""
    write(folder / "triggers.jsonl", triggers(fleet))
    write(folder / "messages.jsonl", messages(fleet))
    write(folder / "files.jsonl", files(fleet))
    config = folder / "forensics.toml"
    config.write_text("\n".join([SOURCES, *(block(job) for job in fleet.jobs)]), encoding="utf-8")
    return config


def write(path: Path, rows: Iterable[Mapping[str, object]]) -> None:
    """Write rows as JSON Lines, in order of time."""
    ordered = sorted(rows, key=lambda row: float(str(row.get("ts", row.get("mtime")))))
    path.write_text("".join(json.dumps(row) + "\n" for row in ordered), encoding="utf-8")


def triggers(fleet: Fleet) -> Iterable[Mapping[str, object]]:
    """Yield one start a run, with the node and its load."""
    for job, at, node, load in zip(fleet.job, fleet.at, fleet.node, fleet.load, strict=True):
        own = fleet.jobs[job]
        yield {"ts": at / SECOND, "task": own.name, "host": own.host, "node": str(node), "load": float(load)}


def messages(fleet: Fleet) -> Iterable[Mapping[str, object]]:
    """Yield one message a run."""
    for job, at, author, failed in zip(fleet.job, fleet.at, fleet.author, fleet.said_failure, strict=True):
        text = f"❌ {fleet.jobs[job].name} failed" if failed else f"✅ {fleet.jobs[job].name} completed"
        yield {"ts": at / SECOND + 40, "body": text, "from": str(author), "room": "ops"}


def files(fleet: Fleet) -> Iterable[Mapping[str, object]]:
    """Yield one file for each run that did its work."""
    for job, at, bad in zip(fleet.job, fleet.at, fleet.bad, strict=True):
        if not bad:
            stamp = np.datetime64(int(at), "ns").astype("datetime64[h]").astype(str).replace("T", "-")
            yield {"mtime": at / SECOND + 30, "path": f"{fleet.jobs[job].name}/{stamp}.json", "bytes": 100}


def block(job: FleetJob) -> str:
    """Return a job of the config."""
    hours = ",".join(map(str, job.hours))
    told = ", ".join(f'{name} = "{value}"' for name, value in job.attributes.items())
    return (
        f'[[job]]\nname = "{job.name}"\nhost = "{job.host}"\nschedule = "{job.minute} {hours} * * *"\n'
        f'artifacts = ["{job.name}/{{date:%Y-%m-%d-%H}}.json"]\nattributes = {{ {told} }}\n'
    )
