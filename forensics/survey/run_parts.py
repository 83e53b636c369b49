"""Scripts that are started one after the other out of a folder such as /etc/cron.daily, and anacron's table.

Cron logs a line for the folder, never one for a script; Red Hat's run-parts logs the scripts themselves. None has
a time of its own: it comes when those before it are done, so that only the interval is known.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta

from forensics.survey.commands import folder_of, wished_name
from forensics.survey.crontabs import is_cronie
from forensics.survey.found import Barred, Findings, FoundJob, Place, Unused
from forensics.survey.tree import Tree
from forensics.timeline import shown

ANACRONTAB = "/etc/anacrontab"
FOLDERS = ("/etc/cron.hourly", "/etc/cron.daily", "/etc/cron.weekly", "/etc/cron.monthly")
PERIODS = {
    "hourly": timedelta(hours=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(days=7),
    "monthly": timedelta(days=31),
    "yearly": timedelta(days=366),
    "annually": timedelta(days=366),
    "15min": timedelta(minutes=15),
}
# Anacron waits a while of its own before each job, and may wait at random on top.
ANACRON_GRACE = timedelta(hours=1)
ANACRON_LINE = re.compile(r"(\d{1,4}|@[a-z]+)[ \t]+(\d{1,6})[ \t]+(\S+)[ \t]+(\S.*)")
VARIABLE = re.compile(r"\s*[A-Za-z_]\w*\s*=.*")
# Debian's run-parts takes these alone; Red Hat's takes all but what editors and packages leave behind.
STRICT_NAME = re.compile(r"[A-Za-z0-9_-]+")
LEFT_BEHIND = re.compile(r".*(?:~|,|\.rpm(?:save|new|orig)|\.swp|\.cfsaved)|[.#].*")
UNHEARD = "started by run-parts, at no time of its own; Debian's cron logs no line for it, so that only files show it"


def anacrontab(tree: Tree) -> Findings:
    """Return the jobs of anacron's table: each has a period in days, and no time of day."""
    try:
        text = tree.text(ANACRONTAB) if tree.has(ANACRONTAB) else ""
    except OSError:
        return Findings(barred=(Barred(ANACRONTAB, "it may not be read: ask as root, with sudo"),))
    found = Findings()
    for number, line in enumerate(text.split("\n"), 1):
        stripped = line.strip()
        if stripped and not stripped.startswith("#") and not VARIABLE.fullmatch(stripped):
            found += anacron_line(stripped, Place(ANACRONTAB, number))
    return found


def anacron_line(line: str, place: Place) -> Findings:
    """Return the job of a line of anacron's table."""
    match = ANACRON_LINE.fullmatch(line)
    period = period_of(match[1]) if match else None
    if match is None or period is None:
        return Findings(
            unused=(Unused(place, f"{shown(line)} is no line of anacron's: days, minutes, a name, a command"),)
        )
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", match[3]).strip("-._")[:64] or wished_name(match[4])
    job = FoundJob(
        name=name,
        places=(place,),
        scheduler="interval",
        interval=period,
        start_grace=ANACRON_GRACE,
        command=match[4],
        notes=("anacron starts it once in this period, whenever the machine is up",),
    )
    return Findings((job,))


def period_of(text: str) -> timedelta | None:
    """Return a period of anacron's: a number of days, or a word."""
    if text.isdecimal():
        return timedelta(days=int(text)) if int(text) else None
    return PERIODS.get(text.removeprefix("@"))


def scripts(tree: Tree, lines: Iterable[FoundJob]) -> Findings:
    """Return a job for each script in a folder that one of the lines starts, or that is usual."""
    starters: dict[str, list[FoundJob]] = {folder: [] for folder in FOLDERS}
    for line in lines:
        folder = folder_of(line.command or "")
        if folder:
            starters.setdefault(folder, []).append(line)
    found = Findings()
    for folder, starting in starters.items():
        found += in_folder(tree, folder, starting, reads_dots=is_cronie(tree))
    return found


def in_folder(tree: Tree, folder: str, starting: list[FoundJob], *, reads_dots: bool) -> Findings:
    """Return the jobs of the scripts in a folder, and the files in it that are not started."""
    found = Findings()
    for name in tree.seen(folder):
        path = f"{folder}/{name}"
        why = refused(tree, path, reads_dots=reads_dots)
        if why is None:
            found += Findings((script(path, folder, starting),))
        elif why:
            found += Findings(unused=(Unused(Place(path), why),))
    return found


def refused(tree: Tree, path: str, *, reads_dots: bool) -> str | None:
    """Return why run-parts does not start a file, None where it does, nothing where that goes without saying."""
    name, mode = path.rsplit("/", 1)[-1], tree.mode(path)
    if name.startswith(".") or not stat.S_ISREG(mode):
        return ""
    if LEFT_BEHIND.fullmatch(name) or (not reads_dots and not STRICT_NAME.fullmatch(name)):
        return "run-parts starts no file of such a name: only letters, digits, `_` and `-`"
    return None if mode & 0o111 else "run-parts does not start it: it is not executable (chmod +x)"


def script(path: str, folder: str, starting: list[FoundJob]) -> FoundJob:
    """Return the job of a script."""
    period = next((job.interval for job in starting if job.interval), None) or usual_period(folder)
    notes = [UNHEARD]
    if not starting:
        notes = ["nothing in a crontab or in /etc/anacrontab starts this folder: is it meant to run?"]
    return FoundJob(
        name=wished_name(path),
        places=(Place(path),),
        scheduler="interval",
        interval=period,
        start_grace=ANACRON_GRACE,
        command=path,
        notes=tuple(notes),
    )


def usual_period(folder: str) -> timedelta | None:
    """Return the period that a folder's name tells, such as that of ``cron.daily`` or ``periodic/weekly``."""
    return PERIODS.get(re.split(r"[./]", folder)[-1])


def with_scripts(jobs: Iterable[FoundJob], found: Iterable[FoundJob]) -> Iterator[FoundJob]:
    """Yield jobs, those that start a folder with a note on which scripts."""
    by_folder: dict[str, list[str]] = {}
    for each in found:
        folder, _, name = each.places[0].file.rpartition("/")
        by_folder.setdefault(folder, []).append(name)
    for job in jobs:
        folder = folder_of(job.command or "") or ""
        if folder in by_folder:
            yield replace(job, notes=(*job.notes, f"starts the scripts in {folder}: {', '.join(by_folder[folder])}"))
        else:
            yield job
