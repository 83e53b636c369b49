"""Small worlds of a few hosts whose clocks may be off, and what a report makes of them.

A world is made once, by true clocks; then its rows are stamped by those that are off. So the same runs happened in
every stamping of a world, and the same verdicts must come out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any

import numpy as np

from forensics.classify.judged import judge_runs
from forensics.config import Config, Job
from forensics.config_jobs import unconfigured_job
from forensics.evidence.intake import Evidence
from forensics.evidence.paired import NAT, ClockOffset, Window
from forensics.match.clock_correction import corrected
from forensics.match.clocks import clock_offsets
from forensics.match.expected import due_times
from forensics.match.fleet import pair_runs
from forensics.match.jobfiles import JobFiles
from forensics.match.resolve import resolve_jobs
from tests.match import builders
from tests.match.builders import SECOND, ZONE, at, covered

SCHEDULES = ("*/15 * * * *", "17 * * * *", "5 */6 * * *", "30 2 * * *", "45 21 * * *", "10 5,11 * * *")
HOSTS = ("web1", "web2", "db1", "db2")
WINDOW = Window(at("2026-03-19T00:00"), at("2026-03-20T00:00"), at("2026-03-21T00:00"))
FROM = at("2026-03-18T00:00")
FAULTS = {"missed": 0.04, "silent": 0.04, "failed": 0.04, "false_success": 0.03, "late": 0.04, "ok": 0.81}
Row = dict[str, Any]


@dataclass(frozen=True)
class Habits:
    """How the jobs of a world do: ``report`` gives when a run says its success, from its start, end, and job's number.

    ``start`` is how long after its due time a run starts, ``lasts`` how long a job usually takes, in seconds.
    """

    report: Callable[[float, float, int, np.random.Generator], float] = lambda _start, end, _job, rng: (
        end + 0.4 + rng.exponential(3)
    )
    start: Callable[[np.random.Generator], float] = lambda rng: rng.uniform(1, 2)
    lasts: tuple[float, ...] = (9, 40, 700, 75, 1500, 20)
    schedules: tuple[str, ...] = SCHEDULES


@dataclass(frozen=True)
class World:
    """Jobs and what they left, each row with the host on which it was made, by true clocks."""

    jobs: tuple[Job, ...]
    rows: tuple[tuple[str, Row], ...]

    def stamped(self, clocks: Mapping[str, Mapping[str, float]]) -> World:
        """Return the world as clocks stamp it that are so many seconds ahead, by table and host."""
        rows = [
            (host, {**row, "at": row["at"] + round(clocks.get(row["table"], {}).get(host, 0) * SECOND)})
            for host, row in self.rows
        ]
        return replace(self, rows=tuple(rows))

    @property
    def evidence(self) -> Evidence:
        """Return its rows as frames."""
        return builders.evidence(*(row for _, row in self.rows))


def world(seed: int, hosts: tuple[str, ...] = HOSTS, habits: Habits | None = None) -> World:
    """Return two days of some jobs on each host; some runs fail, some leave out what they should leave."""
    rng, habits = np.random.default_rng(seed), habits or Habits()
    jobs, rows = [], []
    for host in hosts:
        for number, schedule in enumerate(habits.schedules):
            name = f"{host}-{'abcdefgh'[number]}x"
            limit = timedelta(minutes=10) if number == 0 else timedelta(minutes=50)
            jobs.append(
                builders.job(
                    name, schedule=schedule, artifacts=(f"{name}/{{date:%Y-%m-%dT%H%M}}.json",), max_duration=limit
                )
            )
            for due in due_times(schedule, ZONE, FROM, WINDOW.now).tolist():
                rows += [(host, row) for row in happened(name, host, due, number, habits, rng)]
    return World(tuple(jobs), tuple(rows))


def happened(name: str, host: str, due: int, number: int, habits: Habits, rng: np.random.Generator) -> list[Row]:
    """Return what one run leaves."""
    fate = str(rng.choice(list(FAULTS), p=list(FAULTS.values())))
    start = habits.start(rng)
    end = start + habits.lasts[number] * float(np.exp(rng.normal(0, 0.2)))
    said = habits.report(start, end, number, rng) + (rng.uniform(60, 300) if fate == "late" else 0)

    def moment(after: float) -> int:
        return due + round(after * 1000) * 10**6

    stamp = np.datetime_as_string(np.datetime64(due, "ns"), unit="m").replace(":", "")
    text = f"❌ {name} failed" if fate == "failed" else f"✅ {name} completed"
    trigger = {"table": "triggers", "at": moment(start), "job": name, "event": "started", "host": host}
    file = {"table": "artifacts", "at": moment(end), "path": f"{name}/{stamp}.json", "size": 9, "is_folder": False}
    message = {"table": "notifications", "at": moment(said), "text": text, "is_bot": True, "is_edited": False}
    left = {"missed": [], "silent": [trigger], "failed": [trigger, message], "false_success": [trigger, message]}
    return left.get(fate, [trigger, file, message])


def offsets_in(told: World) -> tuple[ClockOffset, ...]:
    """Return the clock offsets that a world shows."""
    evidence = told.evidence
    resolved = resolve_jobs(evidence, told.jobs, partial(unconfigured_job, Config()))
    return clock_offsets(resolved, evidence, JobFiles(resolved.jobs, evidence), WINDOW)


def used(told: World) -> dict[tuple[str | None, str], float]:
    """Return the offsets that are used, by host and by what they were held against."""
    return {(each.host, each.against): each.seconds for each in offsets_in(told) if each.is_used}


def verdicts(told: World) -> dict[tuple[str, int], tuple[str, str]]:
    """Return the verdict and class of every run that was due in the window, clocks corrected, by job and due time."""
    evidence = told.evidence
    resolved = resolve_jobs(evidence, told.jobs, partial(unconfigured_job, Config()))
    files = JobFiles(resolved.jobs, evidence)
    timed = corrected(evidence, clock_offsets(resolved, evidence, files, WINDOW), resolved, files)
    coverage = covered(len(resolved.jobs))
    paired = pair_runs(resolved, timed, coverage, WINDOW)
    runs = judge_runs(paired, timed, coverage, (), WINDOW).runs
    inside = runs["in_window"].to_numpy()
    names = [resolved.jobs[code].name for code in paired.runs.job]
    return {
        (names[row], int(paired.runs.due[row])): (runs["verdict"].iloc[row], runs["evidence"].iloc[row])
        for row in np.flatnonzero(inside & (paired.runs.due != NAT)).tolist()
    } | {("without due time", 0): (str(int((inside & (paired.runs.due == NAT)).sum())), "")}
