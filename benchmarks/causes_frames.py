"""A fleet as the frames that an investigation reads: what reading its files would come to, without the files."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast
from zoneinfo import ZoneInfo

import numpy as np

from benchmarks.causes_fleet import Fleet
from forensics.config import Job
from forensics.evidence.frames import RUNS
from forensics.evidence.intake import Evidence, Intake
from forensics.evidence.paired import CLAIM_CODES, NAT, Claims, Links, Paired, Proofs, Runs, Steps
from forensics.evidence.records import Batch, FileRead
from forensics.evidence.result import Result
from forensics.verdicts import Claim, Verdict
from forensics.verdicts import Evidence as EvidenceClass

UTC = ZoneInfo("UTC")
SECOND = 10**9


def studied(fleet: Fleet) -> Result:
    """Return what of a result the comparison of runs asks for."""
    parts = SimpleNamespace(
        runs=runs_frame(fleet), paired=paired(fleet), evidence=evidence(fleet), config=SimpleNamespace(timezone=UTC)
    )
    return cast(Result, parts)


def runs_frame(fleet: Fleet) -> Any:
    """Return the judged runs: a bad one said failure, or said success and left nothing."""
    undone = np.where(fleet.said_failure, Verdict.FAILED.value, Verdict.FALSE_SUCCESS.value)
    verdict = np.where(fleet.bad, undone, Verdict.CONFIRMED.value).astype(object)
    names = np.array([job.name for job in fleet.jobs], dtype=object)[fleet.job]
    count = len(fleet.at)
    values = {
        "key": [str(row) for row in range(count)],
        "job": names,
        "host": np.array([job.host for job in fleet.jobs], dtype=object)[fleet.job],
        "configured": np.ones(count, dtype=np.bool_),
        "due_at": fleet.at,
        "triggered_at": fleet.at,
        "claim": np.where(fleet.said_failure, Claim.FAILURE.value, Claim.SUCCESS.value).astype(object),
        "exit_code": np.full(count, np.nan),
        "duration_seconds": np.where(fleet.bad, np.nan, 30.0),
        "evidence": np.where(fleet.bad, EvidenceClass.REPORTED.value, EvidenceClass.BOTH.value).astype(object),
        "verdict": verdict,
        "flags": [""] * count,
        "in_window": np.ones(count, dtype=np.bool_),
    }
    return RUNS.build({**dict.fromkeys(column.name for column in RUNS.columns), **values}, count)


def paired(fleet: Fleet) -> Paired:
    """Return the runs as pairing hands them over: each with its trigger and its message."""
    count, rows = len(fleet.at), np.arange(len(fleet.at))
    none, empty = np.full(count, NAT), np.zeros(0, dtype=np.int64)
    claim = np.where(fleet.said_failure, CLAIM_CODES.index(Claim.FAILURE), CLAIM_CODES.index(Claim.SUCCESS))
    jobs = tuple(Job(job.name, UTC, host=job.host, attributes=job.attributes) for job in fleet.jobs)
    end = fleet.at + 1800 * SECOND
    return Paired(
        jobs=jobs,
        configured=len(jobs),
        runs=Runs(fleet.job, fleet.at, fleet.at, none, none, fleet.at, end, np.full(count, 2**62)),
        triggers=Links(rows, rows),
        steps=Steps(empty, empty, empty, empty, empty.astype(float)),
        claims=Claims(rows, rows, np.zeros(count, dtype=np.int64), claim, fleet.at + 40 * SECOND, rows * 0),
        proofs=Proofs(empty, empty, empty, empty, empty.astype(float), empty.astype(bool)),
        beats=Links(empty, empty),
        patterns=(),
        overwritten=np.zeros(count, dtype=np.bool_),
        orphans={},
        is_copied=False,
    )


def evidence(fleet: Fleet) -> Evidence:
    """Return the rows of triggers and messages."""
    intake, count = Intake(), len(fleet.at)
    facts = [{"node": node, "load": load} for node, load in zip(fleet.node.tolist(), fleet.load.tolist(), strict=True)]
    words = np.where(fleet.said_failure, "❌ {} failed", "✅ {} completed").tolist()
    texts = [text.format(fleet.jobs[job].name) for text, job in zip(words, fleet.job.tolist(), strict=True)]
    numbers = list(range(1, count + 1))
    batches = {
        "triggers": {"at": fleet.at.tolist(), "event": ["started"] * count, "attributes": facts},
        "notifications": {
            "at": (fleet.at + 40 * SECOND).tolist(),
            "text": texts,
            "author": fleet.author.tolist(),
            "channel": ["ops"] * count,
        },
    }
    for table, columns in batches.items():
        batch = Batch(table, f"{table}.jsonl", {**columns, "record": numbers})
        intake.take(table, "jsonl", (table,), [batch, FileRead(batch.file, count)])
    return intake.evidence()
