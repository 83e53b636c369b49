"""OpenClaw's own jobs: ``cron/jobs.json`` in its state folder, and in newer versions a SQLite database.

What a job looks like is told in ``sources.openclaw_jobs``. A job has a name, which need not be unique, and an id, by
which its runs are logged. Where the database holds jobs it is the live one, and the file beside it a fossil; rows of
another store in the same database are passed over.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from forensics.config import SourceConfig
from forensics.match.names import slug
from forensics.sources.openclaw import OpenClaw
from forensics.sources.openclaw_jobs import EVENT_KINDS, StoredJob, job_in_row, listed, states_in, stored_job
from forensics.sources.openclaw_set_up import Standing, due_together, slot, told_job
from forensics.sources.openclaw_shelf import DATABASE, JOBS, RUNS, STATES
from forensics.sources.openclaw_tables import opened
from forensics.sources.openclaw_values import NOTHING, Object, an_object, parsed, text
from forensics.survey.found import Barred, Findings, FoundJob, FoundSource, Place, Unused
from forensics.survey.set_up import found_job
from forensics.survey.tree import Tree
from forensics.timeline import shown

FOLDER = ".openclaw"
MOST_JOBS = 10_000
# The tables in which runs stand, and where each names its job.
HISTORIES = {"cron_run_logs": "job_id", "cron_run_receipts": "job_id", "task_runs": "source_id"}
EVENTS = "an event starts it: it is never due"


def openclaw(tree: Tree, more: Sequence[str] = ()) -> Findings:
    """Return the jobs of every OpenClaw on the machine; ``more`` are state folders beside those in the homes."""
    found = Findings()
    for folder in folders(tree, more):
        found += in_state_folder(tree, folder)
    return found


def named_openclaws(tree: Tree, more: Sequence[str], named: Sequence[FoundSource]) -> Findings:
    """Return the jobs of each OpenClaw that an option names by its state folder, and that was not found already."""
    known, found, here = {real(tree, folder) for folder in folders(tree, more)}, Findings(), Tree()
    for source in named:
        folder = source.config.path.rstrip("/")
        if source.config.kind == "openclaw" and real(here, folder) not in known:
            found += in_state_folder(here, folder)
    return found


def real(tree: Tree, folder: str) -> str:
    """Return where a folder of a machine lies for us, as far as its links lead anywhere."""
    try:
        return str(tree.real(folder))
    except OSError:
        return folder


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
        begun = frozenset(name.partition(".")[0] for name in tree.seen(f"{folder}/{RUNS}"))
        return stored + from_file(jobs, tree.text(jobs), states(tree, f"{folder}/{STATES}"), begun)
    except PermissionError:
        return stored + Findings(barred=(Barred(jobs, "it may not be read: ask as root, with sudo"),))
    except OSError as error:
        return stored + Findings(barred=(Barred(jobs, f"it cannot be read: {error.strerror}"),))


def states(tree: Tree, path: str) -> Mapping[str, Object]:
    """Return what the scheduler remembers of each job's last run, where it keeps that apart from the jobs."""
    try:
        return states_in(parsed(tree.text(path)))
    except OSError:
        return {}


def from_file(path: str, content: str, states: Mapping[str, Object], begun: Collection[str]) -> Findings:
    """Return the jobs of ``jobs.json``; ``begun`` are the ids of those of which there is a run log."""
    written = listed(parsed(content))
    if written is None:
        return Findings(unused=(Unused(Place(path), "it is no list of OpenClaw's jobs"),))
    jobs = [stored_job(job, states.get(text(an_object(job).get("id")), NOTHING)) for job in written]
    return from_jobs(path, jobs, begun)


def from_database(real: Path, path: str, store: str) -> Findings:
    """Return the jobs of the database, read from a copy, so that nothing there is altered."""
    try:
        with opened(real) as database:
            rows = [row for _, row in zip(range(MOST_JOBS), database.rows("cron_jobs"), strict=False)]
            begun = {text(row.get(column)) for table, column in HISTORIES.items() for row in database.rows(table)}
            fault = database.fault
    except PermissionError:
        return Findings(barred=(Barred(path, "it may not be read: ask as root, with sudo"),))
    except OSError as error:
        return Findings(barred=(Barred(path, f"it cannot be read: {error.strerror or error}"),))
    barred = (Barred(path, f"it cannot be read: {fault}"),) if fault else ()
    own = [row for row in rows if row.get("store_key") == store] or rows
    return from_jobs(path, map(job_in_row, own), begun) + Findings(barred=barred)


def from_jobs(path: str, jobs: Iterable[StoredJob | None], begun: Collection[str] = ()) -> Findings:
    """Return OpenClaw's own jobs as those of a machine; None stands for one that cannot be read.

    ``begun`` are the ids of jobs of which runs are known.
    """
    found, listed_jobs = Findings(), list(jobs)
    together = due_together(job for job in listed_jobs if job is not None)
    for number, job in enumerate(listed_jobs, 1):
        if job is None:
            found += Findings(unused=(Unused(Place(path), f"job number {number} is no object"),))
        elif not job.is_enabled:
            found += Findings(unused=(Unused(Place(path), f"{shown(name_of(job))} is switched off"),))
        else:
            standing = Standing(name_of(job), path, number, has_started=job.id in begun, together=together[slot(job)])
            found += Findings((job_of(job, standing),))
    return found


def name_of(job: StoredJob) -> str:
    """Return what people call a job, its id where it has no name."""
    return job.name or "openclaw-job"


def job_of(job: StoredJob, standing: Standing) -> FoundJob:
    """Return one of OpenClaw's jobs; one that has no due times says why."""
    found = found_job(told_job(job, standing), slug(standing.name), job.description)
    return found if found.schedule or found.interval or found.notes else replace(found, notes=(why_never_due(job),))


def why_never_due(job: StoredJob) -> str:
    """Return why nothing says when a job is due."""
    schedule = job.schedule
    if schedule.kind == "at":
        return f"once, at {shown(schedule.expression or '?')}: it is due at no other time"
    if schedule.kind == "every":
        return "not used: an interval that is no number"
    if schedule.kind == "cron":
        return "not used: a schedule that says no time"
    return EVENTS if schedule.kind in EVENT_KINDS else "not used: a schedule of a kind that is not known"
