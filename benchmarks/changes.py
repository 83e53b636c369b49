"""Whether planted change points are found, and none where nothing changed.

``python -m benchmarks.changes [SEEDS]``. Each seed makes fleets of 40 jobs over 14 days, daily and hourly ones mixed,
whose runs fail 2 times in 100 (a few jobs far more often, in the flaky fleets). Nothing is written to disk: what is
measured is ``change_points`` on judged runs.

What is planted, at an instant at least three days from both ends:

- ``shared``: a third of the jobs or more fail 60 to 100 times in 100 from then on, as after an upgrade.
- ``hourly``: one hourly job alone fails each time from then on. (With 60 in 100 its first bad run would come one to
  three runs late, whatever anybody computes.)
- ``daily``: one daily job alone, with five nights or more on both sides. It has no more than 14 runs, and must convince
  among 40 jobs: one odd failure before the change, as one such job in eight has it, hides that. No limit is set here;
  where four jobs die at once, as in ``green-triggers-empty-nights``, two nights are enough.
- ``none`` and ``flaky``: nothing; in the latter every fifth job always fails 10 to 40 times in 100.

A change is found where one reported point lies so that the true instant is in its interval, widened by one run (of the
most frequent of its jobs) on each side, and at least nine in ten of the jobs it names did change. It is named where it
names at least two thirds of the jobs that changed.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from forensics.config import Config, Job
from forensics.evidence.coverage import Coverage
from forensics.evidence.frames import RUNS
from forensics.evidence.intake import Intake
from forensics.evidence.investigation import ChangePoint
from forensics.evidence.paired import NAT, Claims, Floats, Ints, Links, Paired, Proofs, Runs, Steps, Window
from forensics.evidence.provenance import Provenance
from forensics.evidence.result import ReportingCheck, Result, Summary
from forensics.investigate.change_points import change_points

SEEDS = 100
KINDS = ("shared", "hourly", "daily", "none", "flaky")
UTC = ZoneInfo("UTC")
HOUR = 3600 * 10**9
DAY = 24 * HOUR
BEGIN = 1_772_668_800 * 10**9  # 2026-03-05T00:00:00Z


@dataclass(frozen=True)
class Fleet:
    """Judged runs of which the truth is known: which jobs changed at an instant (ns), none where it is None."""

    studied: Result
    every: dict[str, int]
    changed: frozenset[str] = frozenset()
    at: int | None = None


def fleet(seed: int, kind: str, jobs: int = 40, days: int = 14) -> Fleet:
    """Return one fleet; the same seed gives the same one."""
    random = np.random.default_rng([seed, KINDS.index(kind)])
    is_hourly = random.random(jobs) < 0.3
    every = np.where(is_hourly, HOUR, DAY)
    job, due = grid(random, every, days)
    margin = 5 if kind == "daily" else 3
    at = BEGIN + int(random.uniform(margin, days - margin) * DAY)
    usual = np.full(jobs, 0.02)
    if kind == "flaky":
        usual[::5] = random.uniform(0.1, 0.4, len(usual[::5]))
    rate = usual[job]
    changed = planted(random, kind, every)
    broken = random.uniform(0.6, 1.0) if kind == "shared" else 1.0
    rate = np.where(np.isin(job, changed) & (due >= at), broken, rate)
    names = [f"job-{number:02d}" for number in range(jobs)]
    studied = judged(names, job, due, random.random(len(job)) < rate, BEGIN + days * DAY)
    told = dict(zip(names, every.tolist(), strict=True))
    return Fleet(studied, told, frozenset(names[each] for each in changed), at if len(changed) else None)


def planted(random: np.random.Generator, kind: str, every: Ints) -> Ints:
    """Return the jobs that change."""
    chosen = random.permutation(len(every))
    match kind:
        case "shared":
            return np.sort(chosen[: random.integers(len(every) // 3, len(every) * 2 // 3)])
        case "hourly" | "daily":
            return chosen[every[chosen] == (HOUR if kind == "hourly" else DAY)][:1]
    return chosen[:0]


def grid(random: np.random.Generator, every: Ints, days: int) -> tuple[Ints, Ints]:
    """Return jobs and due times: each job at a minute of its own."""
    runs = days * DAY // every
    first = (random.integers(0, 1440, len(every)) * 60 * 10**9) % every
    job = np.repeat(np.arange(len(every)), runs)
    nth = np.arange(len(job)) - np.repeat(np.cumsum(runs) - runs, runs)
    return job, BEGIN + first[job] + nth * every[job]


def judged(names: Sequence[str], job: Ints, due: Ints, bad: np.typing.NDArray[np.bool_], until: int) -> Result:
    """Return runs as they are judged: a bad one left nothing behind and told nobody, any other is confirmed."""
    count, silent = len(job), ~bad
    runs = RUNS.build(
        {
            "key": [f"{names[code]}/{at}" for code, at in zip(job.tolist(), due.tolist(), strict=True)],
            "job": np.array(names, dtype=object)[job],
            "configured": np.ones(count, dtype=np.bool_),
            "due_at": due,
            "triggered_at": due,
            "claim": np.where(silent, "success", None),
            "exit_code": np.full(count, np.nan),
            "duration_seconds": np.full(count, np.nan),
            "evidence": np.where(bad, "neither", "both"),
            "verdict": np.where(bad, "silent_failure", "confirmed"),
            "flags": [""] * count,
            "in_window": np.ones(count, dtype=np.bool_),
        },
        count,
    )
    return result(runs, tuple(Job(name=name, timezone=UTC) for name in names), job, due, until)


def result(runs: pd.DataFrame, jobs: tuple[Job, ...], job: Ints, due: Ints, until: int) -> Result:
    """Return judged runs as a report's result, with no evidence behind them."""
    window, evidence = Window(BEGIN, until, until), Intake().evidence()
    paired = paired_runs(jobs, job, due)
    return Result(
        config=Config(jobs=jobs),
        window=window,
        evidence=evidence,
        coverage=Coverage({lane: [()] * len(jobs) for lane in ("triggers", "lifecycle", "notifications", "artifacts")}),
        paired=paired,
        runs=runs,
        summary=Summary(len(jobs), len(runs), {}, {}, None, None),
        reporting=ReportingCheck("unknown", "", 0.8, 0, 0, 0, 0),
        blockers=(),
        heartbeats=(),
        findings=(),
        provenance=Provenance(paired, evidence),
        explain=lambda _row: [],
        exit_code=0,
        inputs="",
    )


def paired_runs(jobs: tuple[Job, ...], job: Ints, due: Ints) -> Paired:
    """Return runs for which nothing speaks but their triggers' times."""
    none, empty = np.full(len(job), NAT), np.zeros(0, dtype=np.int64)
    numbers: Floats = np.zeros(0)
    hour = timedelta(hours=1) // timedelta(microseconds=1) * 1000
    return Paired(
        jobs=jobs,
        configured=len(jobs),
        runs=Runs(job, due, due, none, none, due, due + hour, np.full(len(job), 2**62)),
        triggers=Links(empty, empty),
        steps=Steps(empty, empty, empty, empty, numbers),
        claims=Claims(empty, empty, empty, empty, empty, empty),
        proofs=Proofs(empty, empty, empty, empty, numbers, np.zeros(0, dtype=np.bool_)),
        beats=Links(empty, empty),
        patterns=(),
        overwritten=np.zeros(len(job), dtype=np.bool_),
        orphans={},
        is_copied=False,
    )


def is_found(truth: Fleet, point: ChangePoint) -> bool:
    """Return whether a reported point is the planted one, within one run."""
    if truth.at is None or point.is_better or point.about != "work":
        return False
    slack = min(truth.every[name] for name in point.jobs)
    right = sum(name in truth.changed for name in point.jobs)
    return point.last_good - slack <= truth.at <= point.first_bad + slack and right >= 0.9 * len(point.jobs)


@dataclass(frozen=True)
class Tally:
    """What came of the fleets of one kind: in how many the change was found and named, and no other was told."""

    fleets: int
    found: int
    named: int
    quiet: int
    width: float
    seconds: float


def tally(kind: str, seeds: Sequence[int]) -> Tally:
    """Return what is found in the fleets of some seeds; ``quiet`` counts those in which no untrue point is told."""
    found = named = quiet = 0
    widths, begun = [], time.perf_counter()
    for seed in seeds:
        truth = fleet(seed, kind)
        points = change_points(truth.studied)
        hits = [each for each in points if is_found(truth, each)]
        found += bool(hits)
        named += any(len(truth.changed & set(each.jobs)) * 3 >= len(truth.changed) * 2 for each in hits)
        quiet += len(points) == len(hits)
        widths += [(each.first_bad - each.last_good) / HOUR for each in hits[:1]]
    return Tally(
        len(seeds), found, named, quiet, float(np.median(widths)) if widths else 0.0, time.perf_counter() - begun
    )


def main() -> None:
    seeds = range(int(sys.argv[1]) if len(sys.argv) > 1 else SEEDS)
    print(f"{'fleets':8} {'found':>9} {'named':>9} {'no other':>9} {'interval':>9} {'seconds':>8}")
    for kind in KINDS:
        done = tally(kind, seeds)
        told = [f"{count} of {done.fleets}" for count in (done.found, done.named, done.quiet)]
        width = f"{done.width:.1f} h"
        print(f"{kind:8} {told[0]:>9} {told[1]:>9} {told[2]:>9} {width:>9} {done.seconds:8.1f}")


if __name__ == "__main__":
    main()
