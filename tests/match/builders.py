"""Tiny builders: jobs, instants, runs and rows of evidence, by hand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from forensics.config import Config, Job
from forensics.config_jobs import unconfigured_job
from forensics.evidence.coverage import ALWAYS, EVER, Coverage
from forensics.evidence.intake import Evidence, Intake
from forensics.evidence.paired import CLAIM_CODES, EVENT_CODES, NAT, Paired, Window
from forensics.evidence.records import Batch
from forensics.match.fleet import pair_runs
from forensics.match.jobtable import JobTable, job_table
from forensics.match.resolve import Resolved, resolve_jobs
from forensics.match.spine import Signals, Spine, signals

ZONE = ZoneInfo("UTC")
SECOND = 10**9
MINUTE = 60 * SECOND
DAY = "2026-03-19"


def at(clock: str) -> int:
    """Return an instant in ns: ``07:04`` or ``07:04:30`` of 2026-03-19, or a full date and time; UTC."""
    moment = datetime.fromisoformat(clock if "-" in clock else f"{DAY}T{clock}").replace(tzinfo=UTC)
    return round(moment.timestamp()) * SECOND


def clock(instant: int) -> str | None:
    """Return the time of day of an instant, with the date where it is another day."""
    if instant == NAT:
        return None
    moment = datetime.fromtimestamp(instant // SECOND, UTC)
    text = moment.strftime("%H:%M:%S" if moment.second else "%H:%M")
    return text if moment.strftime("%Y-%m-%d") == DAY else f"{moment:%Y-%m-%d}T{text}"


def job(name: str = "daily", **more: Any) -> Job:
    """Return a job that is due at 07:00 and may take half an hour."""
    values: dict[str, Any] = {"schedule": "0 7 * * *", "max_duration": timedelta(minutes=30), **more}
    return Job(name=name, timezone=values.pop("timezone", ZONE), **values)


def ints(values: Iterable[int]) -> Any:
    return np.array(list(values), dtype=np.int64)


def window(since: str = f"{DAY}T00:00", until: str = "2026-03-20T00:00", now: str | None = None) -> Window:
    return Window(at(since), at(until), at(now or until))


def starts(*clocks: str, of: int = 0) -> Signals:
    """Return signals of one job, their rows numbered as given."""
    return signals(ints([of] * len(clocks)), ints(map(at, clocks)), ints(range(len(clocks))))


def table(*jobs: Job) -> JobTable:
    return job_table(jobs or (job(),))


def spine(*runs: tuple[str | None, str | None], of: int = 0) -> Spine:
    """Return runs of one job, each (due, triggered)."""
    columns = [ints(NAT if text is None else at(text) for text in column) for column in zip(*runs, strict=True)]
    none = ints([NAT] * len(runs))
    return Spine(ints([of] * len(runs)), columns[0], columns[1], none, none, none)


def trigger(when: str, name: str | None = "daily", event: str = "started", **more: Any) -> dict[str, Any]:
    return {"table": "triggers", "at": at(when), "job": name, "event": event, **more}


def file(path: str, when: str, size: float = 9, **more: Any) -> dict[str, Any]:
    return {"table": "artifacts", "at": at(when), "path": path, "size": size, "is_folder": False, **more}


def message(text: str, when: str, is_bot: bool = True, **more: Any) -> dict[str, Any]:
    return {"table": "notifications", "at": at(when), "text": text, "is_bot": is_bot, "is_edited": False, **more}


def step(event: str, when: str, name: str | None = "daily", **more: Any) -> dict[str, Any]:
    return {"table": "lifecycle", "at": at(when), "job": name, "event": event, **more}


def beat(when: str, name: str = "daily", **more: Any) -> dict[str, Any]:
    return {"table": "beats", "at": at(when), "job": name, "path": f"{name}.last", **more}


def evidence(*rows: dict[str, Any]) -> Evidence:
    """Return rows as frames, one source a table, records numbered from 1."""
    intake = Intake()
    for name in dict.fromkeys(["triggers", "lifecycle", "notifications", "artifacts", "beats"]):
        mine = [{key: value for key, value in row.items() if key != "table"} for row in rows if row["table"] == name]
        names = dict.fromkeys(key for row in mine for key in row)
        columns: dict[str, Any] = {key: [row.get(key) for row in mine] for key in names}
        batches = [Batch(name, f"{name}.jsonl", {**columns, "record": list(range(1, len(mine) + 1))})] if mine else []
        intake.take(name, "jsonl", (name,), batches)
    return intake.evidence()


def resolved(read: Evidence, *jobs: Job) -> Resolved:
    return resolve_jobs(read, jobs, partial(unconfigured_job, Config()))


def covered(jobs: int, *lanes: str) -> Coverage:
    """Return a coverage without limits of some lanes, all but the runner's by default."""
    chosen = lanes or ("triggers", "notifications", "artifacts")
    everywhere = ((EVER, ALWAYS),)
    names = ("triggers", "lifecycle", "notifications", "artifacts", "beats")
    return Coverage({name: [everywhere if name in chosen else ()] * jobs for name in names})


def paired(
    *rows: dict[str, Any], jobs: Sequence[Job] = (), of: Window | None = None, lanes: Sequence[str] = ()
) -> Paired:
    """Return the runs of some rows of evidence."""
    read = evidence(*rows)
    known = resolved(read, *(jobs or (job(),)))
    return pair_runs(known, read, covered(len(known.jobs), *lanes), of or window())


def told(result: Paired, name: str | None = None) -> list[dict[str, Any]]:
    """Return the runs of the 19th as plain words: when, and the rows of each table that speak for them."""
    runs, found = result.runs, []
    for run in range(len(runs)):
        if not at("00:00") <= (runs.due[run] if runs.due[run] != NAT else runs.start[run]) < at("2026-03-20T00:00"):
            continue
        if name is not None and result.jobs[runs.job[run]].name != name:
            continue
        claims = result.claims.claim[result.claims.run == run]
        shown = {
            "due": clock(int(runs.due[run])),
            "triggered": clock(int(runs.triggered[run])),
            "files": [clock(int(each)) for each in result.proofs.at[result.proofs.run == run]],
            "claims": [CLAIM_CODES[code] for code in claims],
            "steps": [EVENT_CODES[code] for code in result.steps.event[result.steps.run == run]],
        }
        found.append({key: value for key, value in shown.items() if value or key == "due"})
    return found


def every(minutes: int, **more: Any) -> Job:
    """Return a job that is due every so many minutes."""
    return replace(job(), schedule=f"*/{minutes} * * * *", **more)
