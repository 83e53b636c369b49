"""Jobs whose nights are written down: ``.`` went well, ``x`` left nothing behind, a blank is a run nobody can judge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

import numpy as np

from benchmarks.changes_frames import BEGIN, DAY, HOUR, judged
from forensics.config import Config, Event
from forensics.evidence.hosts import Stretch
from forensics.evidence.intake import SourceRead
from forensics.evidence.result import Result
from forensics.investigate.change_parts import Parts, laid_out
from forensics.timeline import utc_instant


def night(day: int, hour: float = 0.0) -> int:
    """Return an instant of a day counted from the first, in ns."""
    return BEGIN + day * DAY + round(hour * HOUR)


def parts(*jobs: str, every: int = DAY) -> Parts:
    """Return jobs laid out for a search, each an hour after the one before."""
    job = np.repeat(np.arange(len(jobs)), [len(each) for each in jobs])
    nth = np.concatenate([np.arange(len(each)) for each in jobs])
    bad = np.array([sign == "x" for each in jobs for sign in each], dtype=np.bool_)
    return laid_out(job, BEGIN + nth * every + job * (every // 24), bad)[0]


def studied(
    nights: Mapping[str, str],
    events: Sequence[Event] = (),
    zone: str = "UTC",
    hosts: Mapping[str, str] | None = None,
    stretches: Sequence[Stretch] = (),
    every: int = DAY,
) -> Result:
    """Return jobs as an investigation is handed them: the first is due at 00:00, each other an hour after."""
    names = list(nights)
    rows = [
        (code, BEGIN + nth * every + code * (every // 24), sign == "x")
        for code, name in enumerate(names)
        for nth, sign in enumerate(nights[name])
        if sign != " "
    ]
    job, due = (np.array([row[place] for row in rows], dtype=np.int64) for place in (0, 1))
    made = judged(names, job, due, np.array([row[2] for row in rows], dtype=np.bool_), BEGIN + 14 * DAY)
    jobs = tuple(replace(each, host=(hosts or {}).get(each.name)) for each in made.paired.jobs)
    told = [(hosts or {}).get(names[code]) for code in job.tolist()]
    source = SourceRead("journal", "journal", ("triggers",), stretches=tuple(stretches))
    return replace(
        made,
        config=Config(jobs=jobs, timezone=ZoneInfo(zone)),
        paired=replace(made.paired, jobs=jobs),
        runs=made.runs.assign(host=np.array(told, dtype=object)).astype({"host": "str"}) if hosts else made.runs,
        evidence=replace(made.evidence, sources=(source,)),
        events=tuple(events),
    )


def event(at: int, name: str = "gateway 2", kind: str = "upgrade") -> Event:
    """Return what changed at an instant."""
    return Event(utc_instant(at), kind, name)
