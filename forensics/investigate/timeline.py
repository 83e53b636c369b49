"""All evidence of an incident in order of time across lanes: due times, triggers, lifecycle, messages, files, events.

Every row of evidence that speaks for a run of the window is a moment, and every due time, every event and every
stretch in which a host was down. Texts quote evidence: what shows them must treat them as untrusted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from forensics.evidence.columns import Columns, words
from forensics.evidence.hosts import Outage
from forensics.evidence.investigation import Cause, Moment
from forensics.evidence.paired import CLAIM_CODES, NAT, Flags, Ints, Links
from forensics.evidence.provenance import LANES
from forensics.evidence.result import Result
from forensics.evidence.schema import nanoseconds
from forensics.investigate.outcomes import reporting, work
from forensics.timeline import duration_text, utc_instant

DUE, EVENT = "due", "event"
TIMELINE_LANES = (EVENT, DUE, "triggers", "lifecycle", "notifications", "artifacts")
LONGEST = 300


@dataclass(frozen=True)
class Wanted:
    """What of a timeline is asked for: lanes and jobs (globs; none: all), ``[since, until)`` in ns, keys of runs."""

    lanes: tuple[str, ...] = ()
    jobs: tuple[str, ...] = ()
    since: int | None = None
    until: int | None = None
    runs: frozenset[str] | None = None

    def has_lane(self, lane: str) -> bool:
        """Return whether a lane is asked for."""
        return not self.lanes or lane in self.lanes

    def has_job(self, job: str) -> bool:
        """Return whether a job is asked for."""
        return not self.jobs or any(fnmatchcase(job, glob) for glob in self.jobs)

    def has_time(self, at: int) -> bool:
        """Return whether an instant is asked for."""
        return (self.since is None or at >= self.since) and (self.until is None or at < self.until)


ALL = Wanted()


@dataclass(frozen=True)
class Ground:
    """The runs that a timeline is about, and what tells of them by row."""

    result: Result
    wanted: Wanted

    @cached_property
    def chosen(self) -> Flags:
        """Return the runs of the window that are asked for."""
        runs = self.result.runs
        names = [name for name in runs["job"].unique() if self.wanted.has_job(name)]
        chosen = runs["in_window"].to_numpy(dtype=np.bool_) & runs["job"].isin(names).to_numpy(dtype=np.bool_)
        if self.wanted.runs is not None:
            chosen = chosen & runs["key"].isin(sorted(self.wanted.runs)).to_numpy(dtype=np.bool_)
        return np.asarray(chosen, dtype=np.bool_)

    @cached_property
    def names(self) -> dict[str, list[Any]]:
        """Return of each run its job, host and key."""
        return {name: words(self.result.runs[name]).tolist() for name in ("job", "host", "key")}


def moments(result: Result, wanted: Wanted = ALL) -> Iterator[Moment]:
    """Yield what is known of the window's runs in order of time; a row without a time is left out."""
    ground = Ground(result, wanted)
    found = [*events(ground), *due_times(ground)]
    for table, tell in TELLERS.items():
        if wanted.has_lane(LANES[table]):
            found += rows_of(ground, table, tell)
    yield from sorted((each for each in found if wanted.has_time(each.at)), key=place)


def place(moment: Moment) -> tuple[int, int, str, str, int]:
    """Return where a moment stands: by time, then in the order of lanes, a due time before its trigger."""
    order = TIMELINE_LANES.index(moment.lane)
    return moment.at, order, moment.job or "", moment.file or "", moment.record or 0


def events(ground: Ground) -> Iterator[Moment]:
    """Yield what happened to the hosts, and to what runs the jobs, in the window."""
    if not ground.wanted.has_lane(EVENT):
        return
    window, evidence = ground.result.window, ground.result.evidence
    told = {(utc_instant(each.at), each.kind, each.name): each for each in evidence.happenings}
    for each in ground.result.events:
        at = round(each.at.timestamp()) * 10**9
        row = told.get((each.at, each.kind, each.name))
        file, record = (row.file, row.record) if row else (None, None)
        if window.since <= at < window.until:
            text = f"{each.kind}: {each.name}"
            yield Moment(row.at if row else at, EVENT, None, None, text, file=file, record=record)
    for gap in evidence.outages:
        if window.since <= gap.since < window.until:
            lasted = duration_text((gap.until - gap.since) / 10**9)
            text = f"{gap.of or 'host'} {state_of(gap)} for {lasted}"
            yield Moment(gap.since, EVENT, None, gap.host, text, file=gap.file, record=gap.record)


def state_of(gap: Outage) -> str:
    """Return in a word what a host, or a scheduler on it, was meanwhile."""
    return "asleep" if gap.is_sleep else "silent" if gap.is_inferred else "down"


def due_times(ground: Ground) -> Iterator[Moment]:
    """Yield when the runs were due."""
    if not ground.wanted.has_lane(DUE):
        return
    runs, names = ground.result.runs, ground.names
    due, verdicts = nanoseconds(runs["due_at"]), runs["verdict"].tolist()
    for row in np.flatnonzero(ground.chosen & (due != NAT)).tolist():
        text = f"due; what came of it: {verdicts[row].replace('_', ' ')}"
        yield Moment(int(due[row]), DUE, names["job"][row], names["host"][row], text, run=names["key"][row])


def links_of(result: Result, table: str) -> Links:
    """Return which rows of a table speak for which runs."""
    paired = result.paired
    found: dict[str, Links] = {
        "triggers": paired.triggers,
        "lifecycle": paired.steps,
        "notifications": paired.claims,
        "artifacts": paired.proofs,
        "beats": paired.beats,
    }
    return found[table]


def rows_of(ground: Ground, table: str, tell: Callable[[pd.DataFrame, Ints, Result], list[str]]) -> Iterator[Moment]:
    """Yield the rows of one table that speak for a run, each told in a few words."""
    result, links = ground.result, links_of(ground.result, table)
    chosen = np.flatnonzero(ground.chosen[links.run])
    rows, runs = result.evidence.frame(table).iloc[links.row[chosen]], links.run[chosen]
    at = nanoseconds(rows["at"]).tolist()
    hosts = words(rows["host"]).tolist()
    told, records = tell(rows, chosen, result), rows["record"].tolist()
    sources, files = rows["source"].tolist(), rows["file"].tolist()
    names = result.evidence.files["name"].tolist()
    for position, run in enumerate(runs.tolist()):
        if at[position] != NAT:
            yield Moment(
                at=at[position],
                lane=LANES[table],
                job=ground.names["job"][run],
                host=hosts[position] or ground.names["host"][run],
                text=told[position][:LONGEST],
                run=ground.names["key"][run],
                source=result.evidence.sources[sources[position]].name,
                file=names[files[position]],
                record=records[position],
            )


def triggers(rows: pd.DataFrame, _chosen: Ints, _result: Result) -> list[str]:
    """Return what the scheduler did."""
    return [joined(f"trigger {event}", command) for event, command in columns(rows, "event", "command")]


def steps(rows: pd.DataFrame, _chosen: Ints, _result: Result) -> list[str]:
    """Return what the runner recorded."""
    codes = rows["exit_code"].tolist()
    told = zip(columns(rows, "event", "command"), codes, strict=True)
    return [
        joined(event.replace("_", " ") + ("" if code != code else f" with exit code {int(code)}"), command)
        for (event, command), code in told
    ]


def messages(rows: pd.DataFrame, chosen: Ints, result: Result) -> list[str]:
    """Return what was said, and as what it was understood."""
    claims = [CLAIM_CODES[code] for code in result.paired.claims.claim[chosen].tolist()]
    texts = words(rows["text"]).tolist()
    return [
        joined(f"message claims {claim}" if claim else "message", text)
        for claim, text in zip(claims, texts, strict=True)
    ]


def files(rows: pd.DataFrame, _chosen: Ints, _result: Result) -> list[str]:
    """Return what was written."""
    return [
        f"{'folder' if is_folder else 'file'} written: {path}" for path, is_folder in columns(rows, "path", "is_folder")
    ]


def beats(rows: pd.DataFrame, _chosen: Ints, _result: Result) -> list[str]:
    """Return what the heartbeats say."""
    return [
        joined(f"heartbeat {status}" if status else "heartbeat", path)
        for status, path in columns(rows, "status", "path")
    ]


def columns(rows: pd.DataFrame, *names: str) -> list[tuple[Any, ...]]:
    """Return some columns row by row, null as None."""
    return list(zip(*(words(rows[name]).tolist() for name in names), strict=True))


def joined(what: str, detail: str | None) -> str:
    """Return what happened, with what the row says of it."""
    return f"{what}: {detail}" if detail else what


TELLERS: dict[str, Callable[[pd.DataFrame, Ints, Result], list[str]]] = {
    "triggers": triggers,
    "lifecycle": steps,
    "notifications": messages,
    "artifacts": files,
    "beats": beats,
}


def begin(result: Result, cause: Cause) -> int:
    """Return since when what a cause explains goes wrong, as far as that is known, in ns."""
    about = "reporting" if cause.kind == "reporting" else "work"
    changes = result.investigation.change_points if result.investigation else ()
    mine = [each for each in changes if each.about == about and not each.is_better and set(each.jobs) & set(cause.jobs)]
    return min([each.first_bad for each in mine], default=result.window.since)


def incident_runs(result: Result) -> frozenset[str]:
    """Return the keys of the bad runs of the likeliest cause, else of all, and of the good one before the first."""
    columns = Columns(result.runs)
    causes = result.investigation.causes if result.investigation else ()
    bad = work(columns).bad | reporting(columns).bad
    if causes and causes[0].jobs:
        mine = result.runs["job"].isin(list(causes[0].jobs)).to_numpy(dtype=np.bool_)
        bad = bad & mine & (columns.moment >= begin(result, causes[0]))
    if not bad.any():
        return frozenset()
    rows = np.flatnonzero(bad)
    first = rows[np.argmin(columns.moment[rows])]
    good = columns.is_executed & ~bad & columns.told & (columns.job == columns.job[first])
    before = np.flatnonzero(good & (columns.moment < columns.moment[first]))
    chosen = np.append(rows, before[np.argmax(columns.moment[before])]) if len(before) else rows
    return frozenset(words(result.runs["key"])[chosen].tolist())
