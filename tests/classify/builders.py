"""Tiny builders: one job's runs on one night, with hand-placed evidence, judged and explained."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from forensics.classify.judged import Judged, judge_runs
from forensics.classify.reasons import explainer
from forensics.config import Job, Mute
from forensics.evidence.coverage import ALWAYS, EVER, Coverage
from forensics.evidence.hosts import Stretch
from forensics.evidence.intake import Evidence, Intake
from forensics.evidence.paired import (
    CLAIM_CODES,
    EVENT_CODES,
    NAT,
    Claims,
    Learnt,
    Links,
    Paired,
    Pattern,
    Proofs,
    Runs,
    Steps,
    Window,
)
from forensics.evidence.provenance import Provenance
from forensics.evidence.records import Batch

UTC = ZoneInfo("UTC")
MINUTE = 60 * 10**9
JOB = Job(
    name="daily",
    timezone=UTC,
    schedule="0 7 * * *",
    artifacts=("{date:%Y-%m-%d}.json",),
    max_duration=timedelta(minutes=30),
)
BARE = replace(JOB, artifacts=())
SOURCES = {
    "triggers": "cron.log",
    "lifecycle": "runner.jsonl",
    "notifications": "slack",
    "artifacts": "body.txt",
    "beats": "daily.last",
}


def at(clock: str) -> int:
    """Return an instant in ns: ``07:04`` of 2026-03-19, or a full date and time; UTC where no zone is named."""
    text = clock if "-" in clock else f"2026-03-19T{clock}"
    moment = datetime.fromisoformat(text)
    return round((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1e3) * 10**6


@dataclass(frozen=True)
class Row:
    """A row of evidence: its table, its columns, and what pairing says of it."""

    table: str
    columns: dict[str, Any]
    run: int = 0
    link: dict[str, Any] = field(default_factory=dict)


def trigger(clock: str, run: int = 0, **columns: Any) -> Row:
    return Row("triggers", {"at": at(clock), "event": "started", **columns}, run)


def skip(clock: str) -> Row:
    return Row("triggers", {"at": at(clock), "event": "skipped"})


def file(
    path: str, clock: str | None, size: float = 9, pattern: int = 0, run: int = 0, is_late: bool = False, **columns: Any
) -> Row:
    link = {"pattern": pattern, "at": NAT if clock is None else at(clock), "size": size, "is_late": is_late}
    return Row(
        "artifacts", {"at": at(clock or "22:00"), "path": path, "size": size, "is_folder": False, **columns}, run, link
    )


def said(claim: str, clock: str, streak: int = 0, line: int = 0, run: int = 0, is_edited: bool = False) -> Row:
    link = {"claim": CLAIM_CODES.index(claim), "at": at(clock), "streak": streak, "line": line}
    return Row("notifications", {"at": at(clock), "text": claim, "is_bot": True, "is_edited": is_edited}, run, link)


def step(event: str, clock: str, exit_code: float = float("nan"), run: int = 0, **columns: Any) -> Row:
    link = {"event": EVENT_CODES.index(event), "at": at(clock), "exit_code": exit_code}
    return Row("lifecycle", {"at": at(clock), "event": event, "exit_code": exit_code, **columns}, run, link)


def beat(clock: str, status: str | None = None) -> Row:
    return Row("beats", {"at": at(clock), "job": "daily", "path": "daily.last", "status": status})


@dataclass(frozen=True)
class Told:
    """What came out: everything judged, and the reasons of a run."""

    judged: Judged
    paired: Paired
    explain: Any

    @property
    def reasons(self) -> list[str]:
        return self.explain(0)

    @property
    def text(self) -> str:
        return "\n".join(self.reasons)

    @property
    def verdict(self) -> str:
        return str(self.judged.runs["verdict"].iloc[0])

    @property
    def flags(self) -> list[str]:
        return self.judged.runs["flags"].iloc[0].split()


def told(
    *rows: Row,
    job: Job = JOB,
    due: Sequence[str | None] = ("07:00",),
    now: str = "2026-03-20T00:00",
    covers: dict[str, tuple[str | None, str | None] | None] | None = None,
    patterns: Sequence[Pattern] | None = None,
    is_overwritten: bool = False,
    is_copied: bool = False,
    mutes: tuple[Mute, ...] = (),
    zone: ZoneInfo = UTC,
    learnt: Sequence[Learnt] = (),
    stretches: Sequence[Stretch] = (),
) -> Told:
    """Return the judged and explained runs of one job.

    ``covers`` bounds a lane (None at an end: no limit there; None for the whole: nothing was read for it);
    a lane that is not named is covered for ever, the runner's and the heartbeats' only where a row of them is given.
    """
    given = {row.table for row in rows}
    spans: dict[str, Any] = {lane: ((None, None) if lane in given else None) for lane in ("lifecycle", "beats")}
    spans |= dict.fromkeys(("triggers", "notifications", "artifacts"), (None, None)) | (covers or {})
    evidence = evidence_of(rows, {lane for lane, span in spans.items() if span is not None or lane in given})
    evidence = replace(
        evidence, sources=(replace(evidence.sources[0], stretches=tuple(stretches)), *evidence.sources[1:])
    )
    coverage = Coverage({lane: [span_of(span)] for lane, span in spans.items()})
    window = Window(at("00:00"), at("2026-03-20T00:00"), at(now))
    paired = paired_of(rows, job, due, patterns, is_overwritten, is_copied)
    judged = judge_runs(paired, evidence, coverage, mutes, window)
    explain = explainer(judged, paired, evidence, coverage, Provenance(paired, evidence), window, zone, learnt)
    return Told(judged, paired, explain)


def span_of(span: tuple[str | None, str | None] | None) -> tuple[tuple[int, int], ...]:
    if span is None:
        return ()
    start, end = span
    return ((EVER if start is None else at(start), ALWAYS if end is None else at(end)),)


def evidence_of(rows: Sequence[Row], lanes: set[str]) -> Evidence:
    """Return the rows as frames: one source a lane, records numbered from 1 in each."""
    intake = Intake()
    for lane, name in SOURCES.items():
        mine = [row.columns for row in rows if row.table == lane]
        if lane not in lanes and not mine:
            continue
        names = sorted({name for columns in mine for name in columns})
        columns: dict[str, list[Any]] = {each: [row.get(each) for row in mine] for each in names}
        batch = Batch(lane, name, {**columns, "record": list(range(1, len(mine) + 1))})
        intake.take(name, lane, (lane,), [batch] if mine else [])
    return intake.evidence()


def paired_of(
    rows: Sequence[Row],
    job: Job,
    due: Sequence[str | None],
    patterns: Sequence[Pattern] | None,
    is_overwritten: bool,
    is_copied: bool,
) -> Paired:
    """Return runs, one for each due time (None: never due), with the rows linked as each says."""
    runs = runs_of(rows, job, due)
    by_table = {lane: [row for row in rows if row.table == lane] for lane in SOURCES}
    links = {lane: (ints([row.run for row in mine]), ints(range(len(mine)))) for lane, mine in by_table.items()}

    def column(lane: str, name: str, dtype: type) -> Any:
        return np.array([row.link[name] for row in by_table[lane]], dtype=dtype)

    return Paired(
        jobs=(job,),
        configured=1,
        runs=runs,
        triggers=Links(*links["triggers"]),
        steps=Steps(*links["lifecycle"], *(column("lifecycle", name, kind) for name, kind in STEPS)),
        claims=Claims(
            *links["notifications"],
            *(column("notifications", name, np.int64) for name in ("line", "claim", "at", "streak")),
        ),
        proofs=Proofs(*links["artifacts"], *(column("artifacts", name, kind) for name, kind in PROOFS)),
        beats=Links(*links["beats"]),
        patterns=tuple(declared(job) if patterns is None else patterns),
        overwritten=np.full(len(runs), is_overwritten),
        orphans={},
        is_copied=is_copied,
    )


STEPS = (("event", np.int64), ("at", np.int64), ("exit_code", np.float64))
PROOFS = (("pattern", np.int64), ("at", np.int64), ("size", np.float64), ("is_late", np.bool_))


def ints(values: Any) -> Any:
    return np.array(list(values), dtype=np.int64)


def declared(job: Job) -> list[Pattern]:
    roles = (("artifact", job.artifacts), ("marker", job.markers), ("state", job.state_files))
    texts = [(role, text) for role, declared_texts in roles for text in declared_texts]
    return [Pattern(number, 0, role, text, is_shared=False) for number, (role, text) in enumerate(texts)]


def runs_of(rows: Sequence[Row], job: Job, due: Sequence[str | None]) -> Runs:
    count = len(due)
    dues = ints(NAT if each is None else at(each) for each in due)
    first = {name: np.full(count, NAT) for name in ("triggered", "skipped", "begun", "seen")}
    for row in reversed(rows):
        name = "skipped" if row.columns.get("event") == "skipped" else "triggered"
        begun = row.columns.get("event") in ("started", "boot_started")
        kind = name if row.table == "triggers" else "begun" if row.table == "lifecycle" and begun else "seen"
        first[kind][row.run] = row.columns["at"]
    start = first["triggered"]
    for fallback in (first["begun"], dues, first["skipped"], first["seen"]):
        start = np.where(start == NAT, fallback, start)
    longest = round((job.max_duration or timedelta(hours=6)).total_seconds()) * 10**9
    following = np.append(start[1:], 2**62)
    return Runs(
        ints([0] * count), dues, first["triggered"], first["skipped"], first["begun"], start, start + longest, following
    )
