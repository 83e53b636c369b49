"""Cases to look for causes in: results in a few lines, and what was found out about them before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from forensics.config import Config, Event, Job
from forensics.evidence.coverage import Coverage
from forensics.evidence.investigation import Cause, ChangePoint, Contrast, Depth, Group, LayerSeen, Occasion
from forensics.evidence.paired import EVENT_CODES, Steps
from forensics.evidence.result import Result
from forensics.investigate.causes import causes
from tests.report.builders import at, ints, result, run

ISOLATED = {"sessionTarget": "isolated", "payload": "agentTurn"}
MAIN = {"sessionTarget": "main", "payload": "systemEvent"}


def world(
    runs: Sequence[Mapping[str, Any]],
    *,
    attributes: Mapping[str, Mapping[str, str]] | None = None,
    schedulers: Mapping[str, str] | None = None,
    boots: Sequence[str] = (),
    covered: bool = True,
    events: Sequence[Event] = (),
    **more: Any,
) -> Result:
    """Return a result of these runs; ``boots`` are the keys of runs whose boot began and was not heard of again."""
    config = Config(timezone=ZoneInfo("UTC"), events=tuple(events))
    made = result(runs, config=config, **more)
    jobs = tuple(known(job, attributes or {}, schedulers or {}) for job in made.paired.jobs)
    begun = [row for row, each in enumerate(runs) if each["key"] in boots]
    moments = [at("07:00")] * len(begun)
    steps = Steps(
        run=ints(begun),
        row=ints([0] * len(begun)),
        event=ints([EVENT_CODES.index("boot_started")] * len(begun)),
        at=ints(moments),
        exit_code=np.full(len(begun), np.nan),
    )
    spans = made.coverage.spans if covered else {lane: [()] * len(jobs) for lane in made.coverage.spans}
    paired = replace(made.paired, jobs=jobs, steps=steps)
    return replace(made, paired=paired, coverage=Coverage(spans), events=tuple(events))


def known(job: Job, attributes: Mapping[str, Mapping[str, str]], schedulers: Mapping[str, str]) -> Job:
    """Return a job with what it is set up with."""
    return replace(
        job,
        attributes=attributes.get(job.name, {}),
        scheduler=schedulers.get(job.name, "cron"),  # type: ignore[arg-type]
    )


def days(job: str, *verdicts: str, first: int = 10, **values: Any) -> list[dict[str, Any]]:
    """Return a run of a job a day at 07:00, from the 10th of March on, with these verdicts."""
    return [
        run(job, verdict, f"2026-03-{first + day} 07:00", **{"key": f"{job}/{first + day}", **values})
        for day, verdict in enumerate(verdicts)
    ]


def contrast(attribute: str = "sessionTarget", value: str = "isolated", **values: Any) -> Contrast:
    """Return an attribute whose runs are all bad, where all others are good."""
    return Contrast(
        **{
            "attribute": attribute,
            "value": value,
            "about": "work",
            "level": "job",
            "within": Group(8, 8, 4),
            "others": Group(0, 8, 4),
            "effect": 1.0,
            "p_value": 0.01,
            "adjusted": 0.03,
            "standing": "differs",
            **values,
        }
    )


def change(*jobs: str, occasion: str | None = "gateway 2026.3.14", **values: Any) -> ChangePoint:
    """Return a change of some jobs on the 13th, with an upgrade in its interval."""
    told = (Occasion(at("2026-03-13 02:00"), "upgrade", occasion),) if occasion else ()
    return ChangePoint(
        **{
            "about": "work",
            "jobs": jobs,
            "hosts": (None,) * len(jobs),
            "last_good": at("2026-03-12 07:00"),
            "first_bad": at("2026-03-13 07:00"),
            "before": Group(0, 6, len(jobs)),
            "after": Group(6, 6, len(jobs)),
            "p_value": 0.001,
            "occasions": told,
            **values,
        }
    )


def depth(job: str, stops_at: str | None = "booted", runs: int = 2) -> Depth:
    """Return how far runs of a job got: accepted, begun to boot, and no farther."""
    seen = {"due": runs, "triggered": runs, "accepted": runs, "boot_started": runs, "booted": 0, "delivered": None}
    layers = tuple(LayerSeen(name, count, "cron.log:1") for name, count in seen.items())  # type: ignore[arg-type]
    begin, end = at("2026-03-13 07:00"), at("2026-03-14 07:00")
    return Depth(job, None, runs, begin, end, layers, stops_at, (f"{job}/11",))  # type: ignore[arg-type]


def upgrade(at_: datetime, name: str = "gateway 2026.3.14") -> Event:
    """Return an upgrade."""
    return Event(at_, "upgrade", name)


def found(
    studied: Result,
    contrasts: Sequence[Contrast] = (),
    changes: Sequence[ChangePoint] = (),
    depths: Sequence[Depth] = (),
    focus: frozenset[str] = frozenset(),
) -> tuple[Cause, ...]:
    """Return the causes of what went wrong."""
    return causes(studied, contrasts, changes, depths, focus)


def kinds(found_causes: Sequence[Cause]) -> list[str]:
    """Return the kinds of causes in their order."""
    return [cause.kind for cause in found_causes]
