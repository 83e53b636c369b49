"""What happens on a made-up host: runs with their faults, and the events by which each becomes visible."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np

from benchmarks.fleet_jobs import DAY, HOUR, MINUTE, due_times
from benchmarks.host_jobs import HostJob, Slot

RATES = {"missed": 0.012, "silent": 0.014, "failed": 0.014, "false_alarm": 0.012, "false_success": 0.01,
         "lost_message": 0.014, "late": 0.02}  # fmt: skip
KINDS = ("ok", *RATES)
SECOND = 1_000
LONGEST = 6 * HOUR
NICKNAMES = {"@daily": "0 0 * * *", "@hourly": "0 * * * *", "@weekly": "0 0 * * 0"}
PLACEHOLDER = re.compile(r"\{date:([^{}]+)\}")


@dataclass(frozen=True)
class Written:
    """A file that was written: ``path`` is relative to ``srv``, ``run`` the run's number (-1: no run's)."""

    at: int
    path: str
    size: int
    run: int = -1
    slot: int = -1


@dataclass
class Run:
    """One due time of a job and what came of it. Times in ms; ``claim`` is S, F or nothing."""

    number: int
    job: int
    due: int
    next_due: int
    kind: str
    triggered: int | None
    end: int
    claim: str
    claim_at: int
    files: list[Written] = field(default_factory=list)

    @property
    def start(self) -> int:
        """When it began, as far as its scheduler tells."""
        return self.due if self.triggered is None else self.triggered

    @property
    def own_end(self) -> int:
        """When its own time is over."""
        return self.start + min(self.next_due - self.due, LONGEST)


def runs_of_day(
    jobs: Sequence[HostJob], zone: str, begin: int, end: int, seed: tuple[int, ...], first: int, faults: float
) -> Iterator[Run]:
    """Yield the runs that are due in [begin, end), numbered from ``first``; each job has its own chance."""
    number = first
    for code, job in enumerate(jobs):
        rng = np.random.default_rng([*seed, code])
        schedule = NICKNAMES.get(job.schedule, job.schedule)
        dues = due_times(schedule, job.zone or zone, begin, end + 9 * DAY).tolist()
        for due, after in pairwise(dues):
            if due >= end:
                break
            yield _run(rng, number, code, job, (due, after), zone, faults)
            number += 1


def _run(
    rng: np.random.Generator, number: int, code: int, job: HostJob, due: tuple[int, int], zone: str, faults: float
) -> Run:
    kind = _kind(rng, job, faults)
    triggered = due[0] + int(rng.integers(800, 2_400))
    duration = round(job.duration * float(np.exp(rng.normal(0, job.spread))))
    if kind == "late":
        duration = min(round(duration * rng.uniform(2, 5)), round(0.7 * (due[1] - due[0])), 5 * HOUR)
    end = triggered + max(1_000, duration)
    claim = {"failed": "F", "false_alarm": "F", "missed": "", "silent": "", "lost_message": ""}.get(kind, "S")
    claim = claim if job.slack else ""
    slow = int(rng.integers(3 * MINUTE, 8 * MINUTE)) if rng.random() < 0.04 else 0
    claim_at = end + int(rng.integers(1_000, 15_000)) + slow
    started = None if kind == "missed" else triggered
    run = Run(number, code, due[0], due[1], kind, started, end, claim, claim_at if claim else 0)
    if kind in ("ok", "lost_message", "false_alarm", "late"):
        run.files.extend(_files(rng, job, run, ZoneInfo(job.zone or zone)))
    return run


def _kind(rng: np.random.Generator, job: HostJob, faults: float) -> str:
    edges = np.cumsum([rate * faults for rate in RATES.values()])
    kind = ("ok", *RATES)[(int(np.searchsorted(edges, rng.random(), side="right")) + 1) % (len(RATES) + 1)]
    if not job.slack:
        return {"failed": "silent", "false_alarm": "ok", "false_success": "silent", "lost_message": "ok"}.get(
            kind, kind
        )
    return kind


def _files(rng: np.random.Generator, job: HostJob, run: Run, zone: ZoneInfo) -> Iterator[Written]:
    """Yield what a run writes; the last of its files comes at its end."""
    last = len(job.slots) - 1
    length = run.end - run.start
    for number, slot in enumerate(job.slots):
        share = 1.0 if number == last else float(rng.uniform(0.9, 0.97))
        at = run.start + round(length * share)
        stamp = {"due": run.due, "start": run.start + 400, "end": at - 200}[slot.clock]
        count = int(rng.integers(2, 6)) if slot.star == "parts" else 1
        for part in range(count):
            moment = at - round((count - 1 - part) * length * 0.01)
            path = filled(slot, stamp, zone, star_text(rng, slot, run, part))
            yield Written(moment, path, int(rng.integers(200, 4_000)), run.number, number)


def star_text(rng: np.random.Generator, slot: Slot, run: Run, part: int) -> str:
    """Return what the ``*`` of a path stands for in one file."""
    match slot.star:
        case "parts":
            return f"{part:05d}"
        case "epoch":
            return str((run.start + 300) // 1_000)
        case _:
            return f"{int(rng.integers(0, 2**40)):010x}"


def filled(slot: Slot, stamp: int, zone: ZoneInfo, star: str) -> str:
    """Return the path that a run writes whose clock shows ``stamp``."""
    moment = datetime.fromtimestamp(stamp / 1_000, zone)
    return PLACEHOLDER.sub(lambda found: moment.strftime(found.group(1)), slot.pattern).replace("*", star)
