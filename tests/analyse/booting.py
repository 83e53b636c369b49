"""Tiny builders: lifecycle rows of jobs that boot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from forensics.config import Job
from forensics.evidence.columns import Columns
from forensics.evidence.intake import Evidence
from forensics.evidence.paired import Paired, Steps, Window
from tests.analyse.builders import UTC, at, evidence, frame, ints, paired, run

SECOND = 10**9
DAY = 86_400 * SECOND
BEGIN = at("2026-03-01T07:00")
HUNG = "hung"
Boot = float | str  # seconds; "60!" was given up after 60 s; HUNG began, and no more was recorded


def row(event: str, moment: int, job: str = "daily", run_id: str | None = None, **columns: Any) -> dict[str, Any]:
    """Return a lifecycle row; what no column takes stands among its attributes."""
    known = {name: columns.pop(name) for name in ("exit_code", "duration_seconds", "host") if name in columns}
    missing = {"exit_code": np.nan, "duration_seconds": np.nan, **known}
    return {"event": event, "at": moment, "job": job, "run_id": run_id, "attributes": columns or None, **missing}


def boot_rows(
    boot: Boot, begin: int, job: str = "daily", run_id: str | None = None, **facts: Any
) -> list[dict[str, Any]]:
    """Return the rows of one boot."""
    rows = [row("boot_started", begin, job, run_id, **facts)]
    if isinstance(boot, str) and boot.endswith("!"):
        rows.append(row("timed_out", begin + round(float(boot[:-1]) * SECOND), job, run_id))
    elif not isinstance(boot, str):
        up = begin + round(boot * SECOND)
        rows += [row("booted", up, job, run_id), row("completed", up + 5 * SECOND, job, run_id, exit_code=0)]
    return rows


def daily(*boots: Boot, job: str = "daily", **facts: Any) -> list[dict[str, Any]]:
    """Return the rows of a job that boots once a day."""
    return [
        each
        for day, boot in enumerate(boots)
        for each in boot_rows(boot, BEGIN + day * DAY, job, f"{job}-{day:03d}", **facts)
    ]


def reading(
    *rows: dict[str, Any], attributes: dict[str, dict[str, str]] | None = None, is_told: Sequence[str] | None = None
) -> tuple[Columns, Paired, Evidence, Window]:
    """Return what a report reads of lifecycle rows: a run for each run id, and the window of the newest day."""
    names = list(dict.fromkeys(each["job"] for each in rows))
    jobs = [Job(name, UTC, attributes=(attributes or {}).get(name, {})) for name in names]
    ids = sorted({(names.index(each["job"]), each["run_id"]) for each in rows})
    first = {key: min(each["at"] for each in rows if (names.index(each["job"]), each["run_id"]) == key) for key in ids}
    until = max(each["at"] for each in rows) + 3600 * SECOND
    window = Window(until - DAY, until, until)
    runs = frame(
        *(
            run(
                "confirmed",
                job=names[job],
                due=None,
                started_at=first[job, name],
                in_window=first[job, name] >= window.since,
            )
            for job, name in ids
        )
    )
    links = paired(runs, jobs=jobs)
    of_run = ints(ids.index((names.index(each["job"]), each["run_id"])) for each in rows)
    order = ints(range(len(rows)))
    steps = Steps(of_run, order, order, ints(each["at"] for each in rows), np.full(len(rows), np.nan))
    known = Paired(**{**vars(links), "steps": steps, "runs": links.runs})
    return Columns(runs), known, evidence(lifecycle=list(rows)), window
