"""What a survey finds, as plain values: jobs and where each is set up, and what could not be used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from forensics.config import Policy, Scheduler, SourceConfig


@dataclass(frozen=True)
class Place:
    """Where something stands: a file as the machine names it, and a line in it."""

    file: str
    line: int | None = None

    def __str__(self) -> str:
        return self.file if self.line is None else f"{self.file}, line {self.line}"


@dataclass(frozen=True)
class FoundJob:
    """A job as the machine is set up to run it.

    ``command`` is the line as it is set up. ``zone`` is the schedule's own, None for the machine's.
    ``since`` is when it was made, ``max_duration`` how long it may take from its start to what it leaves.
    ``said`` is the comment above it, ``spoken`` the name that messages use. ``notes`` and ``perhaps`` become comments:
    what is known, and what is guessed.
    """

    name: str
    places: tuple[Place, ...]
    scheduler: Scheduler = "cron"
    schedule: str | None = None
    interval: timedelta | None = None
    anchor: datetime | None = None
    zone: str | None = None
    start_grace: timedelta | None = None
    max_duration: timedelta | None = None
    since: datetime | None = None
    reports: Policy | None = None
    command: str | None = None
    users: tuple[str, ...] = ()
    said: str | None = None
    spoken: str | None = None
    aliases: tuple[str, ...] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)
    artifacts: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    perhaps: tuple[str, ...] = ()


@dataclass(frozen=True)
class Unused:
    """Something that makes no job, and why: a line that cron could not read either, a file that it passes over."""

    place: Place
    why: str


@dataclass(frozen=True)
class Barred:
    """A place that could not be looked into, and why."""

    path: str
    why: str


@dataclass(frozen=True)
class Zone:
    """The machine's zone and where that was read; ``name`` is None where nothing tells it."""

    name: str | None
    origin: str


@dataclass(frozen=True)
class FoundSource:
    """Evidence at hand, and what to say about it; ``is_asked`` where an option named it."""

    config: SourceConfig
    about: str
    is_asked: bool = False


@dataclass(frozen=True)
class Survey:
    """All that was found on a machine. ``beating`` counts the jobs that write heartbeats into ``beat_folders``."""

    zone: Zone
    jobs: tuple[FoundJob, ...] = ()
    unused: tuple[Unused, ...] = ()
    barred: tuple[Barred, ...] = ()
    sources: tuple[FoundSource, ...] = ()
    beat_folders: tuple[str, ...] = ()
    beating: int = 0
    unplaced: tuple[str, ...] = ()
    looked: tuple[str, ...] = ()


@dataclass(frozen=True)
class Findings:
    """What one part of a survey comes to."""

    jobs: tuple[FoundJob, ...] = ()
    unused: tuple[Unused, ...] = ()
    barred: tuple[Barred, ...] = ()

    def __add__(self, other: Findings) -> Findings:
        return Findings(self.jobs + other.jobs, self.unused + other.unused, self.barred + other.barred)
