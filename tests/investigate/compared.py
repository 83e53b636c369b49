"""Tiny worlds whose runs are compared: jobs with attributes, runs with an outcome, and what their rows say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast
from zoneinfo import ZoneInfo

import numpy as np

from forensics.config import Job
from forensics.evidence.investigation import Contrast
from forensics.evidence.result import Result
from forensics.investigate.contrasts import contrasts
from tests.analyse.builders import CLASS, UTC, at, evidence, frame, ints, paired, run

DAY, MINUTE = 86_400 * 10**9, 60 * 10**9
FIRST = at("2026-03-02T00:00")  # a Monday


@dataclass(frozen=True)
class Ran:
    """One run: its job, when, how it went, what its trigger and its message say. ``after`` ns comes the message.

    ``host`` is where its trigger was seen.
    """

    job: str
    at: int
    verdict: str = "confirmed"
    said: str | None = "success"
    attributes: Mapping[str, Any] = field(default_factory=dict)
    text: str = ""
    author: str = "bot"
    channel: str = "ops"
    duration: float | None = None
    after: int = 30 * 10**9
    host: str | None = None


def ran(job: str, day: int = 0, hour: int = 7, minute: int = 0, is_bad: bool = False, **told: Any) -> Ran:
    """Return a run of a day counted from the first; a bad one did no work and said it had."""
    moment = FIRST + day * DAY + hour * 60 * MINUTE + minute * MINUTE
    return Ran(job, moment, **{"verdict": "false_success" if is_bad else "confirmed", **told})


def nightly(job: str, bad: int, days: int = 14, **told: Any) -> list[Ran]:
    """Return one run a day, the last ``bad`` of which went wrong."""
    return [ran(job, day, is_bad=day >= days - bad, **told) for day in range(days)]


def studied(
    runs: Sequence[Ran], jobs: Mapping[str, Mapping[str, str]] | Sequence[Job] = (), zone: ZoneInfo = UTC
) -> Result:
    """Return runs as an investigation is handed them; ``jobs`` tell their attributes by name."""
    known = (
        [Job(name, UTC, attributes=told) for name, told in jobs.items()] if isinstance(jobs, Mapping) else list(jobs)
    )
    known += [
        Job(name, UTC) for name in dict.fromkeys(each.job for each in runs) if name not in {j.name for j in known}
    ]
    order = {job.name: place for place, job in enumerate(known)}
    rows = sorted(runs, key=lambda each: (order[each.job], each.at))
    table = frame(*(judged(each, place, known[order[each.job]]) for place, each in enumerate(rows)))
    told = [place for place, each in enumerate(rows) if each.said]
    links = paired(
        table,
        jobs=known,
        claims=[(place, str(rows[place].said), 0) for place in told],
        triggers=range(len(rows)),
    )
    links.runs.job[:] = ints(order[each.job] for each in rows)
    read = evidence(
        triggers=[trigger(each) for each in rows],
        notifications=[message(rows[place]) for place in told],
    )
    parts = SimpleNamespace(runs=table, paired=links, evidence=read, config=SimpleNamespace(timezone=zone))
    return cast(Result, parts)


def judged(each: Ran, place: int, job: Job) -> dict[str, Any]:
    moment = str(np.datetime64(each.at, "ns"))
    row = run(each.verdict, each.job, due=moment, triggered=moment, key=str(place), claim=each.said, host=job.host)
    return {**row, "duration_seconds": each.duration, "evidence": CLASS.get(each.verdict, "neither")}


def trigger(each: Ran) -> dict[str, Any]:
    return {"at": each.at, "event": "started", "host": each.host, "attributes": dict(each.attributes) or None}


def message(each: Ran) -> dict[str, Any]:
    text = each.text or ("✅ {} done" if each.said == "success" else "❌ {} failed").format(each.job)
    return {"at": each.at + each.after, "text": text, "author": each.author, "channel": each.channel}


def compared(runs: Sequence[Ran], jobs: Any = (), about: str = "work", zone: ZoneInfo = UTC) -> list[Contrast]:
    """Return what the comparison of some runs comes to, for one question."""
    return [each for each in contrasts(studied(runs, jobs, zone)) if each.about == about]


def told(found: Sequence[Contrast], attribute: str) -> Contrast:
    """Return the first contrast of an attribute."""
    return next(each for each in found if each.attribute == attribute)


def differing(found: Sequence[Contrast]) -> list[tuple[str, str]]:
    """Return the attributes and values that tell bad from good, in order."""
    return [(each.attribute, each.value) for each in found if each.standing == "differs"]
