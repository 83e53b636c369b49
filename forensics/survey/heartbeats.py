"""Heartbeat files that lie about: each names a job and, most of them, how often it should give a sign of life."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from forensics.config import HEARTBEAT_DIRS
from forensics.sources.heartbeat_text import Beat, parse_beat
from forensics.survey.found import Barred, Findings, FoundJob, Place, Unused
from forensics.survey.tree import Tree

SUFFIX = ".last"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
MOST_FILES = 1000
OWN = re.compile(r"forensics-[a-z-]+|night-watch")
UTC = ZoneInfo("UTC")


@dataclass(frozen=True)
class Beats:
    """The jobs that write heartbeats, and the folders in which some lie."""

    findings: Findings
    folders: tuple[str, ...]


def heartbeats(tree: Tree, more: Sequence[str] = ()) -> Beats:
    """Return the jobs of all heartbeat files in the built-in folders, ``~`` being every home, and in some more."""
    built_in = [
        folder.replace("~", home, 1)
        for folder in HEARTBEAT_DIRS
        for home in (tree.homes() if folder.startswith("~") else ("",))
    ]
    found, folders = Findings(), []
    for folder in dict.fromkeys([*built_in, *more]):
        own = in_folder(tree, folder)
        found += own
        if own.jobs:
            folders.append(folder)
    return Beats(found, tuple(folders))


def in_folder(tree: Tree, folder: str) -> Findings:
    """Return the jobs of the heartbeat files in a folder."""
    try:
        names = [name for name in tree.names(folder) if name.endswith(SUFFIX) and not name.startswith(".")]
    except OSError:
        return Findings(barred=(Barred(folder, "it may not be read: ask as root, with sudo"),))
    found = Findings()
    for name in names[:MOST_FILES]:
        job, place = name.removesuffix(SUFFIX), Place(f"{folder}/{name}")
        if not NAME.fullmatch(job):
            found += Findings(unused=(Unused(place, "a heartbeat whose name no job can have"),))
        elif not OWN.fullmatch(job):
            found += Findings((job_of(job, place, beat_at(tree, place.file)),))
    return found


def beat_at(tree: Tree, path: str) -> Beat:
    """Return what a heartbeat file says; one that cannot be read says nothing."""
    try:
        return parse_beat(tree.content(path)[:4096], UTC)
    except OSError:
        return Beat(problem="not to be read")


def job_of(name: str, place: Place, beat: Beat) -> FoundJob:
    """Return the job that writes a heartbeat."""
    interval = timedelta(seconds=round(beat.interval_seconds)) if beat.interval_seconds else None
    if not interval:
        note = ("its heartbeat names no interval: write one here, or a schedule",)
        return FoundJob(name, (place,), notes=note)
    return FoundJob(name, (place,), scheduler="interval", interval=interval)
