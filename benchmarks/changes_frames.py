"""Judged runs as an investigation is handed them, with no evidence behind them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from forensics.config import Config, Job
from forensics.evidence.coverage import Coverage
from forensics.evidence.frames import RUNS
from forensics.evidence.intake import Intake
from forensics.evidence.paired import NAT, Claims, Floats, Ints, Links, Paired, Proofs, Runs, Steps, Window
from forensics.evidence.provenance import Provenance
from forensics.evidence.result import ReportingCheck, Result, Summary

UTC = ZoneInfo("UTC")
HOUR = 3600 * 10**9
DAY = 24 * HOUR
BEGIN = 1_772_668_800 * 10**9  # 2026-03-05T00:00:00Z


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
