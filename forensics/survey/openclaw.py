"""OpenClaw's own jobs: ``cron/jobs.json`` in its state folder, and in newer versions a SQLite database.

What a job looks like is told in ``sources.openclaw_jobs``. A job has a name, which need not be unique, and an id, by
which its runs are logged. Where the database holds jobs it is the live one, and the file beside it a fossil; rows of
another store in the same database are passed over.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from forensics.config import SourceConfig
from forensics.config_keys import zone_named
from forensics.config_schedule import schedule_problem
from forensics.match.names import slug
from forensics.sources.openclaw import OpenClaw
from forensics.sources.openclaw_jobs import EVENT_KINDS, StoredJob, job_in_row, listed, stored_job
from forensics.sources.openclaw_tables import opened
from forensics.sources.openclaw_values import parsed
from forensics.survey.found import Barred, Findings, FoundJob, FoundSource, Place, Unused
from forensics.survey.tree import Tree
from forensics.timeline import shown

JOBS, DATABASE = "cron/jobs.json", "state/openclaw.sqlite"
FOLDER = ".openclaw"
MOST_JOBS = 10_000
EVENTS = "an event starts it: it is never due"
# A job may be this late anyway, in seconds; one that is late on purpose by more needs a grace of its own.
USUAL_GRACE = 600.0
# Jobs that are due together are run one after the other: each may keep the next waiting for as long, up to an hour.
QUEUED, LONGEST_QUEUE = 600.0, 3600.0
LONGEST_EVERY = 4 * 10**9


def openclaw(tree: Tree, more: Sequence[str] = ()) -> Findings:
    """Return the jobs of every OpenClaw on the machine; ``more`` are state folders beside those in the homes."""
    found = Findings()
    for folder in folders(tree, more):
        found += in_state_folder(tree, folder)
    return found


def folders(tree: Tree, more: Sequence[str] = ()) -> list[str]:
    """Return where an OpenClaw may have its state: in every home, and where else was named."""
    return list(dict.fromkeys([*(f"{home}/{FOLDER}" for home in tree.homes()), *more]))


def state_folders(tree: Tree, more: Sequence[str] = ()) -> Iterator[FoundSource]:
    """Yield the state folders that are there, as sources: what OpenClaw started, and what its runs left in them."""
    for folder in folders(tree, more):
        real = tree.real(folder)
        if OpenClaw().detect(real) and real.is_dir():
            yield FoundSource(SourceConfig("openclaw", str(real)), "what OpenClaw started, and how its runs ended")


def in_state_folder(tree: Tree, folder: str) -> Findings:
    """Return the jobs of one OpenClaw."""
    jobs, database = f"{folder}/{JOBS}", f"{folder}/{DATABASE}"
    stored = from_database(tree.real(database), database, jobs) if tree.is_file(database) else Findings()
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
    written = listed(parsed(text))
    if written is None:
        return Findings(unused=(Unused(Place(path), "it is no list of OpenClaw's jobs"),))
    return from_jobs(path, map(stored_job, written))


def from_database(real: Path, path: str, store: str) -> Findings:
    """Return the jobs of the database, read from a copy, so that nothing there is altered."""
    try:
        with opened(real) as database:
            rows = [row for _, row in zip(range(MOST_JOBS), database.rows("cron_jobs"), strict=False)]
            fault = database.fault
    except PermissionError:
        return Findings(barred=(Barred(path, "it may not be read: ask as root, with sudo"),))
    except OSError as error:
        return Findings(barred=(Barred(path, f"it cannot be read: {error.strerror or error}"),))
    barred = (Barred(path, f"it cannot be read: {fault}"),) if fault else ()
    own = [row for row in rows if row.get("store_key") == store] or rows
    return from_jobs(path, map(job_in_row, own)) + Findings(barred=barred)


def from_jobs(path: str, jobs: Iterable[StoredJob | None]) -> Findings:
    """Return OpenClaw's own jobs as those of a machine; None stands for one that cannot be read."""
    found, listed_jobs = Findings(), list(jobs)
    together = Counter(slot(job) for job in listed_jobs if job is not None and job.is_enabled)
    for number, job in enumerate(listed_jobs, 1):
        if job is None:
            found += Findings(unused=(Unused(Place(path), f"job number {number} is no object"),))
        elif not job.is_enabled:
            found += Findings(unused=(Unused(Place(path), f"{shown(name_of(job))} is switched off"),))
        else:
            found += Findings((job_of(job, Place(path), together[slot(job)]),))
    return found


def slot(job: StoredJob) -> tuple[str, str | None]:
    """Return what jobs have in common that are always due together."""
    return job.schedule.expression, job.schedule.zone


def name_of(job: StoredJob) -> str:
    """Return what people call a job, its id where it has no name."""
    return job.name or "openclaw-job"


def job_of(job: StoredJob, place: Place, together: int = 1) -> FoundJob:
    """Return one of OpenClaw's jobs; ``together`` is how many are due when it is."""
    name = slug(name_of(job))
    return scheduled(
        FoundJob(
            name=name,
            places=(place,),
            scheduler="openclaw",
            aliases=tuple(alias for alias in dict.fromkeys((job.name, job.id)) if alias and alias != name),
            attributes=job.attributes,
            said=job.description or None,
        ),
        job,
        together,
    )


def scheduled(found: FoundJob, job: StoredJob, together: int) -> FoundJob:
    """Return a job with when it is due."""
    schedule = job.schedule
    if schedule.kind == "cron":
        grace = grace_of(schedule.stagger, together)
        return replace(by_expression(found, schedule.expression, schedule.zone), start_grace=grace)
    if schedule.kind == "every":
        return by_interval(found, schedule.every, schedule.anchor)
    if schedule.kind == "at":
        return replace(found, notes=(f"once, at {shown(schedule.expression or '?')}: it is due at no other time",))
    known = schedule.kind in EVENT_KINDS
    return replace(found, notes=(EVENTS if known else "not used: a schedule of a kind that is not known",))


def grace_of(stagger: float, together: int) -> timedelta | None:
    """Return how late a job may start, None where that is no more than any job may."""
    queue = min(QUEUED * (together - 1), LONGEST_QUEUE)
    late = queue + (stagger if stagger > USUAL_GRACE / 2 else 0)
    return timedelta(seconds=round(late + USUAL_GRACE)) if 0 < late < LONGEST_EVERY else None


def by_expression(found: FoundJob, expression: str, zone: str | None) -> FoundJob:
    """Return a job with its cron schedule."""
    problem = schedule_problem("openclaw", expression)
    if problem:
        return replace(found, notes=(f"not used: {problem}",))
    if zone is None:
        return replace(found, schedule=expression)
    if zone_named(zone) is None:
        return replace(found, notes=(f"not used: schedule {shown(expression)}, as {shown(zone)} is no zone",))
    return replace(found, schedule=expression, zone=zone)


def by_interval(found: FoundJob, every: float | None, anchor: int | None) -> FoundJob:
    """Return a job with its interval, and the grid that it stands on."""
    if not every or every > LONGEST_EVERY:
        return replace(found, notes=("not used: an interval that is no number",))
    grid = None if anchor is None else datetime.fromtimestamp(0, UTC) + timedelta(microseconds=anchor // 1000)
    return replace(found, interval=timedelta(seconds=every), anchor=grid)
