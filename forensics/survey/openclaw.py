"""OpenClaw's own jobs: ``cron/jobs.json`` in its state folder, and in newer versions a SQLite database.

Written by OpenClaw. A job has a name, which need not be unique, and an id, by which its runs are logged. A schedule
is ``cron`` (no ``tz``: the host's zone), ``every`` (a grid from its anchor, else from its creation), ``at`` (once), or
an event, which is never due. Where the database holds jobs it is the live one, and the file beside it a fossil; rows
of another store in the same database are passed over.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from forensics.config_keys import zone_named
from forensics.config_schedule import schedule_problem
from forensics.match.names import slug
from forensics.sources.registry_copy import copied
from forensics.survey.found import Barred, Findings, FoundJob, Place, Unused
from forensics.survey.tree import Tree
from forensics.timeline import shown

JOBS, DATABASE = "cron/jobs.json", "state/openclaw.sqlite"
FOLDER = ".openclaw"
MOST_JOBS = 10_000
SHOWN_ATTRIBUTES = ("sessionTarget", "wakeMode")
EVENTS = "an event starts it: it is never due"


def openclaw(tree: Tree, more: Sequence[str] = ()) -> Findings:
    """Return the jobs of every OpenClaw on the machine; ``more`` are state folders beside those in the homes."""
    folders = [*(f"{home}/{FOLDER}" for home in tree.homes()), *more]
    found = Findings()
    for folder in dict.fromkeys(folders):
        found += in_state_folder(tree, folder)
    return found


def in_state_folder(tree: Tree, folder: str) -> Findings:
    """Return the jobs of one OpenClaw."""
    jobs, database = f"{folder}/{JOBS}", f"{folder}/{DATABASE}"
    stored = from_database(tree, database, jobs) if tree.is_file(database) else Findings()
    if stored.jobs or stored.unused:
        return stored
    if not tree.is_file(jobs):
        return stored
    try:
        return stored + from_file(jobs, tree.text(jobs))
    except PermissionError:
        return stored + Findings(barred=(Barred(jobs, "it may not be read: ask as root, with sudo"),))
    except OSError as error:
        return stored + Findings(barred=(Barred(jobs, f"it cannot be read: {error.strerror}"),))


def from_file(path: str, text: str) -> Findings:
    """Return the jobs of ``jobs.json``."""
    try:
        listed = json.loads(text)["jobs"]
    except (ValueError, RecursionError, KeyError, TypeError):
        return Findings(unused=(Unused(Place(path), "it is no list of OpenClaw's jobs"),))
    return from_objects(path, listed if isinstance(listed, list) else [])


def from_database(tree: Tree, path: str, store: str) -> Findings:
    """Return the jobs of the database, read from a copy, so that nothing there is altered."""
    try:
        with TemporaryDirectory() as folder:
            copy = copied(tree.real(path), Path(folder))
            with closing(sqlite3.connect(copy.file)) as connection:
                rows = connection.execute(
                    "SELECT store_key, job_json FROM cron_jobs ORDER BY 1, 2 LIMIT ?", (MOST_JOBS,)
                ).fetchall()
    except PermissionError:
        return Findings(barred=(Barred(path, "it may not be read: ask as root, with sudo"),))
    except (OSError, sqlite3.Error) as error:
        return Findings(barred=(Barred(path, f"it cannot be read: {error}"),))
    own = [text for key, text in rows if key == store] or [text for _, text in rows]
    return from_objects(path, [parsed(text) for text in own])


def parsed(text: object) -> object:
    """Return an object that is stored as JSON, None where it is none."""
    try:
        return json.loads(text) if isinstance(text, str) else None
    except (ValueError, RecursionError):
        return None


def from_objects(path: str, listed: Iterable[object]) -> Findings:
    """Return the jobs of OpenClaw's own objects."""
    found = Findings()
    for number, each in enumerate(listed, 1):
        if not isinstance(each, dict):
            found += Findings(unused=(Unused(Place(path), f"job number {number} is no object"),))
        elif each.get("enabled") is False:
            found += Findings(unused=(Unused(Place(path), f"{shown(name_of(each))} is switched off"),))
        else:
            found += Findings((job_of(each, Place(path)),))
    return found


def name_of(job: Mapping[str, Any]) -> str:
    """Return what people call a job, its id where it has no name."""
    return next((str(job[key]) for key in ("name", "id", "jobId") if job.get(key)), "openclaw-job")


def job_of(job: Mapping[str, Any], place: Place) -> FoundJob:
    """Return one of OpenClaw's jobs."""
    name, schedule = name_of(job), job.get("schedule")
    known = [str(job[key]) for key in ("name", "id", "jobId") if job.get(key)]
    found = FoundJob(
        name=slug(name),
        places=(place,),
        scheduler="openclaw",
        aliases=tuple(alias for alias in dict.fromkeys(known) if alias != slug(name)),
        attributes=attributes_of(job),
        said=job["description"] if isinstance(job.get("description"), str) else None,
    )
    return scheduled(found, schedule if isinstance(schedule, dict) else {}, job)


def attributes_of(job: Mapping[str, Any]) -> dict[str, str]:
    """Return what sets a job apart from others: where it runs, and how its result is sent."""
    found = {key: str(job[key]) for key in SHOWN_ATTRIBUTES if isinstance(job.get(key), str)}
    delivery = job.get("delivery")
    for ours, theirs in (("delivery", "mode"), ("channel", "channel")):
        if isinstance(delivery, dict) and isinstance(delivery.get(theirs), str):
            found[ours] = delivery[theirs]
    return {key: value for key, value in found.items() if value.isprintable() and len(value) <= 100}


def scheduled(found: FoundJob, schedule: Mapping[str, Any], job: Mapping[str, Any]) -> FoundJob:
    """Return a job with when it is due."""
    match schedule.get("kind"):
        case "cron":
            return by_expression(found, str(schedule.get("expr", "")), schedule.get("tz"))
        case "every":
            return by_interval(found, schedule, job)
        case "at":
            when = shown(str(schedule.get("at", schedule.get("atMs", "?"))))
            return replace(found, notes=(f"once, at {when}: it is due at no other time",))
        case "on-exit" | "stream":
            return replace(found, notes=(EVENTS,))
    return replace(found, notes=("not used: a schedule of a kind that is not known",))


def by_expression(found: FoundJob, expression: str, zone: object) -> FoundJob:
    """Return a job with its cron schedule."""
    problem = schedule_problem("openclaw", expression)
    if problem:
        return replace(found, notes=(f"not used: {problem}",))
    if zone is None or zone == "":
        return replace(found, schedule=expression)
    if not isinstance(zone, str) or zone_named(zone) is None:
        return replace(found, notes=(f"not used: schedule {shown(expression)}, as {shown(str(zone))} is no zone",))
    return replace(found, schedule=expression, zone=zone)


def by_interval(found: FoundJob, schedule: Mapping[str, Any], job: Mapping[str, Any]) -> FoundJob:
    """Return a job with its interval, and the grid that it stands on."""
    every, anchor = (
        milliseconds(schedule.get("everyMs")),
        milliseconds(schedule.get("anchorMs", job.get("createdAtMs"))),
    )
    if not every:
        return replace(found, notes=("not used: an interval that is no number",))
    grid = None if anchor is None else datetime.fromtimestamp(0, UTC) + anchor
    return replace(found, interval=every, anchor=grid)


def milliseconds(value: object) -> timedelta | None:
    """Return a number of milliseconds as a span, None for what is none, or too long to be one."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < 4 * 10**12:
        return None
    return timedelta(milliseconds=int(value))
