"""Tiny builders: frames of runs, and as much evidence around them as a question needs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from forensics.config import Job
from forensics.evidence.frames import RUNS
from forensics.evidence.intake import Evidence, Intake, SourceRead
from forensics.evidence.paired import CLAIM_CODES, NAT, Claims, Links, Paired, Pattern, Proofs, Runs, Steps, Window
from forensics.evidence.provenance import Provenance
from forensics.evidence.records import Batch, FileRead
from forensics.evidence.result import ReportingCheck

UTC = ZoneInfo("UTC")
CLASS = {
    "confirmed": "both",
    "false_alarm": "both",
    "unreported": "executed",
    "failed": "reported",
    "false_success": "reported",
}
CLAIM = {"confirmed": "success", "false_success": "success", "false_alarm": "failure", "failed": "failure"}


def at(clock: str) -> int:
    """Return an instant in ns: ``07:04`` of 2026-03-19, or a full date and time; UTC where no zone is named."""
    text = clock if "-" in clock else f"2026-03-19T{clock}"
    moment = datetime.fromisoformat(text)
    return round((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1e3) * 10**6


WINDOW = Window(at("00:00"), at("2026-03-20T00:00"), at("2026-03-20T00:00"))


def run(
    verdict: str, job: str = "daily", due: str | None = "07:00", triggered: str | None = None, **columns: Any
) -> dict[str, Any]:
    """Return one run; class and claim follow its verdict unless they are given."""
    started = at(triggered) if triggered else at(due) if due and verdict != "missed" else None
    row = {
        "key": f"{job}/{due}",
        "job": job,
        "configured": True,
        "due_at": at(due) if due else None,
        "triggered_at": started,
        "claim": CLAIM.get(verdict),
        "evidence": CLASS.get(verdict, "neither"),
        "verdict": verdict,
        "flags": "",
        "in_window": True,
    }
    return {**row, **columns}


def frame(*rows: dict[str, Any]) -> pd.DataFrame:
    """Return runs as a frame of type RUNS."""
    names = [column.name for column in RUNS.columns]
    values: dict[str, Any] = {name: [row.get(name) for row in rows] for name in names}
    for name in ("exit_code", "duration_seconds"):
        values[name] = [np.nan if value is None else value for value in values[name]]
    return RUNS.build(values, len(rows))


def flags(*holds: bool) -> Any:
    return np.array(holds, dtype=np.bool_)


def all_of(runs: pd.DataFrame) -> Any:
    return np.ones(len(runs), dtype=np.bool_)


def source(name: str = "cron.log", lane: str = "triggers", **account: Any) -> SourceRead:
    """Return the account of a source that gave a row, unless it says otherwise."""
    return SourceRead(name, "syslog", (lane,), **{"rows": {lane: 1}, "records": 1, **account})


def evidence(*sources: SourceRead, **tables: Sequence[dict[str, Any]]) -> Evidence:
    """Return rows by table as frames, all of them out of one file, with the accounts given."""
    intake = Intake()
    for table, rows in tables.items():
        names = sorted({name for row in rows for name in row})
        columns = {name: [row.get(name) for row in rows] for name in names}
        batch = Batch(table, f"{table}.txt", {**columns, "record": list(range(1, len(rows) + 1))})
        intake.take(table, table, (table,), [batch, FileRead(f"{table}.txt", len(rows))] if rows else [])
    taken = intake.evidence()
    accounts = sources or taken.sources
    return Evidence(
        **{
            each: taken.frame(each)
            for each in ("triggers", "lifecycle", "notifications", "artifacts", "beats", "files", "rejects")
        },
        sources=tuple(accounts),
    )


def ints(values: Any) -> Any:
    return np.array(list(values), dtype=np.int64)


def paired(
    runs: pd.DataFrame,
    jobs: Sequence[Job] | None = None,
    configured: int | None = None,
    claims: Sequence[tuple[int, str, int]] = (),
    triggers: Sequence[int] = (),
    patterns: Sequence[Pattern] = (),
    orphans: dict[str, int] | None = None,
    is_copied: bool = False,
) -> Paired:
    """Return the runs of a frame as pairing hands them over.

    ``claims`` are (run, claim, streak), ``triggers`` the runs of trigger rows 0, 1, …
    """
    names = list(dict.fromkeys(runs["job"]))
    known = jobs if jobs is not None else [Job(name=name, timezone=UTC, schedule="0 7 * * *") for name in names]
    codes = ints(names.index(name) for name in runs["job"])
    due, triggered = (
        ints(NAT if pd.isna(moment) else moment.value for moment in runs[name]) for name in ("due_at", "triggered_at")
    )
    count, none = len(runs), np.full(len(runs), NAT)
    start = np.where(triggered != NAT, triggered, due)
    empty = ints([])
    spoken = [ints(each[place] for each in claims) for place in (0, 2)]
    return Paired(
        jobs=tuple(known),
        configured=len(known) if configured is None else configured,
        runs=Runs(codes, due, triggered, none, none, start, start, np.full(count, 2**62)),
        triggers=Links(ints(triggers), ints(range(len(triggers)))),
        steps=Steps(empty, empty, empty, empty, empty.astype(float)),
        claims=Claims(
            spoken[0],
            ints(range(len(claims))),
            ints([0] * len(claims)),
            ints(CLAIM_CODES.index(each[1]) for each in claims),
            start[spoken[0]],
            spoken[1],
        ),
        proofs=Proofs(empty, empty, empty, empty, empty.astype(float), empty.astype(bool)),
        beats=Links(empty, empty),
        patterns=tuple(patterns),
        overwritten=np.zeros(count, dtype=np.bool_),
        orphans=orphans or {},
        is_copied=is_copied,
    )


def provenance(runs: pd.DataFrame) -> Provenance:
    """Return the provenance of runs, each with one trigger row."""
    rows = range(len(runs))
    return Provenance(
        paired(runs, triggers=rows), evidence(triggers=[{"at": at("07:00"), "event": "started"} for _ in rows])
    )


def reporting(status: str = "ok") -> ReportingCheck:
    return ReportingCheck(status, "said success 2 of 29 (6.9 %)", 0.8, 2, 29, 27, 28)
