"""Jobs whose last run was given up as it booted, after all its attempts: told until a later run comes up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from forensics.config import Config
    from forensics.evidence.result import Blocker, Result

BOOT = "Boot "  # how what we say of a boot begins
KIND = "silent_failure"
INFERRED = "So nothing of the job itself ran."
TODO = (
    "Find what holds its boot up, or raise the limit; `forensics runs list` shows its runs. "
    "Mute the job if it is to run no more."
)
ENDS = frozenset({"completed", "failed", "timed_out"})
Key = tuple[str, int, str]  # job, file, run


@dataclass(frozen=True)
class BootEnds:
    """What the last runs of jobs say of their boots: a blocker for each that is in trouble, the names of those up."""

    blockers: tuple[Blocker, ...] = ()
    up: frozenset[str] = frozenset()


@dataclass
class Trial:
    """A run as its last attempt tells of it; ``ended_at`` in ns, ``limit`` in seconds."""

    run: str
    host: str | None
    attempts: int = 0
    events: set[str] = field(default_factory=set)
    ended_at: int = 0
    limit: float | None = None
    is_interrupted: bool = False

    @property
    def is_up(self) -> bool | None:
        """Return whether it came up; None where it has not ended, or its end says nothing of its boot."""
        if self.is_interrupted or not self.events & ENDS:
            return None
        if self.events & {"completed", "booted"}:
            return True
        return False if self.events >= {"boot_started", "timed_out"} else None


def boot_ends(result: Result) -> BootEnds:
    """Return how the boots of all jobs stand, by the registries that were read; each registry has a say of its own.

    A run that ended before it was up, but not by the time-out of its boot, changes nothing.
    """
    from forensics.cli_boot import named

    last: dict[str, list[list[Trial]]] = {}
    for (job, _), trials in by_registry(result).items():
        last.setdefault(job, []).append(trials)
    stuck = {job: [each for each in told if not each[-1].is_up] for job, told in last.items()}
    blockers = [
        blocker_of(job, told[0], result) for job, told in sorted(stuck.items()) if told and is_awaited(job, result)
    ]
    return BootEnds(tuple(blockers), frozenset(named(job) for job, told in stuck.items() if not told))


def by_registry(result: Result) -> dict[tuple[str, int], list[Trial]]:
    """Return the runs whose end tells of their boot, by job and registry, in order of their ends."""
    found: dict[tuple[str, int], list[Trial]] = {}
    for (job, file, _), trial in trials_of(result).items():
        if trial.is_up is not None:
            found.setdefault((job, file), []).append(trial)
    return {key: sorted(trials, key=lambda trial: trial.ended_at) for key, trials in found.items()}


def trials_of(result: Result) -> dict[Key, Trial]:
    """Return all runs that the registries tell of, up to the instant of judging."""
    found: dict[Key, Trial] = {}
    names: dict[str, str] = {}
    for job, host, run, file, event, at, attributes in rows_of(result):
        if job not in names:
            names[job] = configured(job, result.config)
        add(found.setdefault((names[job], file, run), Trial(run, host)), event, at, attributes)
    return found


def rows_of(result: Result) -> Iterator[tuple[str, str | None, str, int, str, int, Mapping[str, Any]]]:
    """Yield job, host, run, file, event, instant in ns and attributes of each event."""
    from forensics.evidence.schema import nanoseconds

    lifecycle = result.evidence.lifecycle
    instants = nanoseconds(lifecycle["at"]).tolist()
    names = ("job", "host", "run_id", "file", "event", "attributes")
    columns: Sequence[list[Any]] = [lifecycle[name].tolist() for name in names]
    for (job, host, run, file, event, attributes), at in zip(zip(*columns, strict=True), instants, strict=True):
        if at <= result.window.now and isinstance(job, str) and isinstance(run, str):
            yield job, host if isinstance(host, str) else None, run, file, event, at, attributes or {}


def configured(job: str, config: Config) -> str:
    """Return the name that the config has for a job, by the rule for heartbeats: one alert tells of both."""
    from forensics.analyse.heartbeats import Beat, named

    return named(Beat(job, None, None, None, None), config.jobs).job


def add(trial: Trial, event: str, at: int, attributes: Mapping[str, Any]) -> None:
    """Add an event to a run, of which the last attempt counts."""
    if event == "interrupted":
        trial.is_interrupted = True
        return
    attempt, limit = attributes.get("attempt"), attributes.get("boot_limit_seconds")
    attempt = attempt if isinstance(attempt, int) else 0
    if attempt < trial.attempts:
        return
    if attempt > trial.attempts:
        trial.attempts, trial.events = attempt, set()
    trial.events.add(event)
    if event in ENDS:
        trial.ended_at = at
    if isinstance(limit, float) and isfinite(limit):
        trial.limit = limit


def is_awaited(job: str, result: Result) -> bool:
    """Return whether a job is to be told of: neither muted, nor outside the life that the config gives it."""
    from forensics.analyse.blockers import is_muted
    from forensics.analyse.heartbeats import is_alive

    config, now = result.config, result.window.now
    lives = [is_alive(each, now) for each in config.jobs if each.name == job]
    return not is_muted(job, config.mutes, now) and (not lives or any(lives))


def blocker_of(job: str, trials: Sequence[Trial], result: Result) -> Blocker:
    """Return the blocker of a job whose last run was given up as it booted."""
    from forensics.analyse.wording import counted
    from forensics.evidence.result import Blocker
    from forensics.timeline import duration_text, local_text

    place = next((place for place in range(len(trials), 0, -1) if trials[place - 1].is_up), 0)
    stuck, last, zone = trials[place:], trials[-1], result.config.timezone
    limit = "in time" if last.limit is None else f"within {duration_text(last.limit)}"
    ended = f"{local_text(last.ended_at, zone)} {zone}"
    return Blocker(
        job=job,
        host=last.host,
        kind=KIND,
        since=stuck[0].ended_at,
        count=len(stuck),
        text=f"{BOOT}timed out: not up {limit}, given up after {counted(max(1, last.attempts), 'attempt')} at {ended}.",
        observed=(f"{counted(len(stuck), 'run')} ended so since one last came up; the last is {last.run}.",),
        inferred=INFERRED,
        todo=TODO,
        cause="boot_timeout",
    )
