"""Results with an investigation, and results in which every text is one that somebody hostile wrote."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from forensics.config import Event
from forensics.evidence.investigation import (
    Cause,
    ChangePoint,
    Contrast,
    Depth,
    Group,
    Investigation,
    LayerSeen,
    NextStep,
    Occasion,
)
from forensics.evidence.result import Finding, Heartbeat, Result, Undelivered
from tests.report.builders import at, blocker, result, run, source

BEFORE, FIRST = "2026-03-18 07:00", "2026-03-19 07:00"
DIFF = "--- jobs.json\n+++ jobs.json\n@@ -3,2 +3,2 @@\n context\n-old\n+new"


def contrast(standing: str = "differs", attribute: str = "target", value: str = "isolated", **values: Any) -> Contrast:
    """Return a comparison of 12 runs with 8, by default one that tells them apart."""
    given = {
        "about": "work",
        "level": "job",
        "within": Group(12, 12, 3),
        "others": Group(0, 8, 2),
        "effect": 1.0,
        "p_value": 0.01,
        "adjusted": 0.1,
        "standing": standing,
        **values,
    }
    return Contrast(attribute, value, **given)


def change_point(jobs: tuple[str, ...] = ("a",), **values: Any) -> ChangePoint:
    """Return a change between 07:00 on two days."""
    given = {
        "about": "work",
        "hosts": tuple(None for _ in jobs),
        "last_good": at(BEFORE),
        "first_bad": at(FIRST),
        "before": Group(0, 10, 1),
        "after": Group(4, 4, 1),
        "p_value": 0.001,
        **values,
    }
    return ChangePoint(jobs=jobs, **given)


def depth(job: str = "a", stops_at: str | None = "booted", evidence: str = "gateway.log:7", **values: Any) -> Depth:
    """Return four runs that were triggered, half of them accepted, and none booted."""
    layers = (
        LayerSeen("triggered", 4, evidence),
        LayerSeen("accepted", 2, evidence),
        LayerSeen("booted", 0, evidence),
        LayerSeen("done", 0, evidence),
        LayerSeen("delivered", None, evidence),
    )
    return Depth(job, values.pop("host", None), 4, at(BEFORE), at(FIRST), layers, stops_at, **values)  # type: ignore[arg-type]


def cause(title: str = "It no longer boots", jobs: tuple[str, ...] = ("a",), **values: Any) -> Cause:
    """Return a cause with one change to make."""
    step = NextStep("change", "Set it back.", command="forensics gate", diff=DIFF, cost="Slower.")
    return Cause("boot_timeout", title, **{"supports": ("12 of 12 stop.",), "jobs": jobs, "steps": (step,), **values})


def investigation(**values: Any) -> Investigation:
    """Return what an investigation over two days came to, by default nothing."""
    return Investigation(at(BEFORE), at("2026-03-20 00:00"), **values)


def investigated(shown: Result, **values: Any) -> Result:
    """Return a result with an investigation over its own runs."""
    return replace(shown, investigation=investigation(**values), studied=shown.runs)


def event(moment: str = "2026-03-19 05:00", kind: str = "upgrade", name: str = "gateway 2") -> Event:
    """Return something that changed, at a time in UTC."""
    return Event(datetime.fromisoformat(moment).replace(tzinfo=UTC), kind, name)


def hostile(text: str) -> Result:
    """Return a result in which every text that may come out of evidence is this one."""
    framed = text.encode("utf-8", "replace").decode()  # frames hold no halves of signs
    name = framed or "x"
    shown = result(
        [
            run(name, "failed", host=framed or None, cause="exit_code"),
            run("b", "false_alarm"),
            run(name, "missed", f"{BEFORE}"),
            run("c", "confirmed"),
        ],
        sources=[
            (name, *source(rejects=[(framed, framed)], faults=[text])[1:]),
            source("slack", "slack-export", ("notifications",)),
        ],
        blockers=[blocker(name, text=text, host=text or None, observed=(text, text), inferred=text, todo=text)],
        heartbeats=[Heartbeat(name, "corrupt", None, None, None, 2.5, text)],
        findings=[Finding(name, text, (text,), text, text)],
        reasons=[text, f"said `{text}`", f'said "{text}" at 07:00'],
        streaks={1: 3},
    )
    step = NextStep("change", text, command=text, diff=f"{DIFF}\n+{text}", cost=text)
    told = investigated(
        replace(shown, reporting=replace(shown.reporting, reason=text), events=(event(kind=name, name=text),)),
        contrasts=tuple(
            contrast(standing, name, text, reason=text, alongside=((name, text),))
            for standing in ("differs", "same", "unknown")
        ),
        change_points=(
            change_point(
                (name,), hosts=(text or None,), occasions=(Occasion(at("05:00"), name, text),), controls=(name,)
            ),
        ),
        depths=(depth(name, evidence=text, host=text or None),),
        causes=(
            cause(text, (name,), supports=(text,), contradicts=(text,), inferred=text, unknown=text, steps=(step,)),
        ),
    )
    return replace(told, undelivered=(Undelivered(name, name, at("05:00"), 2, text),))
