"""Results in a line or two: runs by what became of them, judged on 2026-03-20 at midnight."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from forensics.config import Config, Job
from forensics.evidence.coverage import ALWAYS, EVER, Coverage
from forensics.evidence.frames import RUNS
from forensics.evidence.intake import Evidence, Intake
from forensics.evidence.paired import NAT, Claims, Links, Paired, Pattern, Proofs, Runs, Steps, Window
from forensics.evidence.provenance import Provenance
from forensics.evidence.records import Batch, FileRead, Reject
from forensics.evidence.result import Blocker, Finding, Heartbeat, ReportingCheck, Result, Summary
from forensics.timeline import NANOS, instant
from forensics.verdicts import Evidence as EvidenceClass
from forensics.verdicts import Verdict

UTC = ZoneInfo("UTC")
PROVEN = {"confirmed", "false_alarm", "unreported"}
SAYS = {"confirmed": "success", "false_success": "success", "false_alarm": "failure", "failed": "failure"}
OK_CHECK = ReportingCheck("ok", "said success 1 of 1 (100 %)", 0.8, 1, 1, 1, 1)


def at(text: str) -> int:
    """Return an instant of 2026-03-19 UTC, or of the date that the text names."""
    return instant(text if "-" in text else f"2026-03-19 {text}", UTC)


def run(job: str = "backup", verdict: str = "confirmed", due: str | None = "07:00", **values: Any) -> dict[str, Any]:
    """Return a run as a row of the frame: proven four minutes after it was due, told of a minute later."""
    start = at(due) if due else at("03:00")
    claim = values.pop("claim", SAYS.get(verdict))
    proven, said = verdict in PROVEN, claim in ("success", "failure")
    return {
        "key": f"{job}/{due}",
        "job": job,
        "host": None,
        "configured": True,
        "run_id": None,
        "due_at": at(due) if due else None,
        "triggered_at": start + NANOS,
        "executed_at": start + 240 * NANOS if proven else None,
        "reported_at": start + 300 * NANOS if said else None,
        "claim": claim,
        "exit_code": float("nan"),
        "duration_seconds": 239.0 if proven else float("nan"),
        "evidence": {
            (True, True): "both",
            (True, False): "executed",
            (False, True): "reported",
            (False, False): "neither",
        }[proven, said],
        "verdict": verdict,
        "flags": "",
        "cause": None,
        "in_window": True,
        **values,
    }


def source(
    name: str = "cron.log",
    kind: str = "syslog",
    lanes: Sequence[str] = ("triggers",),
    rows: int = 3,
    faults: Sequence[str] = (),
    rejects: Sequence[tuple[str, str]] = (),
    covers: tuple[int | None, int | None] | None = (None, None),
    file: str | None = None,
) -> tuple[Any, ...]:
    """Return what an intake takes: a source of one file, whose rows say nothing but that they are there."""
    path = file or f"/evidence/{name}"
    table = lanes[0]
    batch = Batch(table, path, {**bare_columns(table, rows), "record": list(range(1, rows + 1))})
    refused = [Reject(path, rows + number, reason, text) for number, (reason, text) in enumerate(rejects, 1)]
    read = FileRead(path, rows + len(refused), sha256="ab" * 32, covers=covers)
    return name, kind, tuple(lanes), [*([batch] if rows else []), *refused, read], tuple(faults)


def bare_columns(table: str, rows: int) -> dict[str, list[Any]]:
    """Return the columns of a table that may not be null."""
    needed = {
        "triggers": {"event": "started"},
        "lifecycle": {"event": "started"},
        "notifications": {"is_bot": True, "is_edited": False},
        "artifacts": {"path": "out", "is_folder": False},
        "beats": {"path": "out.last"},
    }
    return {name: [value] * rows for name, value in needed[table].items()}


def missing_source(name: str) -> tuple[Any, ...]:
    """Return a source whose path matches no file."""
    return name, "syslog", ("triggers",), [], (f"{name}: no such file",)


def evidence_of(sources: Sequence[tuple[Any, ...]]) -> Evidence:
    """Return the evidence of some sources."""
    intake = Intake()
    for each in sources:
        intake.take(*each)
    return intake.evidence()


def result(
    runs: Sequence[Mapping[str, Any]] = (),
    *,
    sources: Sequence[tuple[Any, ...]] | None = None,
    blockers: Sequence[Blocker] = (),
    heartbeats: Sequence[Heartbeat] = (),
    findings: Sequence[Finding] = (),
    check: ReportingCheck = OK_CHECK,
    reasons: Sequence[str] = ("Due, triggered (cron.log:1).",),
    since: str = "00:00",
    until: str = "2026-03-20 00:00",
    now: str = "2026-03-20 00:00",
    zone: str = "UTC",
    exit_code: int = 0,
    config: Config | None = None,
    patterns: bool = True,
    streaks: Mapping[int, int] | None = None,
) -> Result:
    """Return a result of these runs; their evidence is the first rows of the first source's first table."""
    config = config or Config(timezone=ZoneInfo(zone))
    evidence = evidence_of([source()] if sources is None else sources)
    paired = paired_of(runs, config, patterns, streaks or {})
    frame = RUNS.build({name: [row.get(name) for row in runs] for name in frame_names(runs)}, len(runs))
    return Result(
        config=config,
        window=Window(at(since), at(until), at(now)),
        evidence=evidence,
        coverage=Coverage(
            {
                lane: [((EVER, ALWAYS),)] * len(paired.jobs)
                for lane in ("triggers", "lifecycle", "notifications", "artifacts")
            }
        ),
        paired=paired,
        runs=frame,
        summary=summary_of([row for row in runs if row["in_window"]]),
        reporting=check,
        blockers=tuple(blockers),
        heartbeats=tuple(heartbeats),
        findings=tuple(findings),
        provenance=Provenance(paired, evidence),
        explain=lambda row: list(reasons),
        exit_code=exit_code,
        inputs="9f2c61d4" * 8,
    )


def frame_names(runs: Sequence[Mapping[str, Any]]) -> list[str]:
    return [column.name for column in RUNS.columns if runs and column.name in runs[0]]


def paired_of(runs: Sequence[Mapping[str, Any]], config: Config, patterns: bool, streaks: Mapping[int, int]) -> Paired:
    """Return runs of half an hour each; the trigger of the first is the first row of the first source."""
    names = list(dict.fromkeys(row["job"] for row in runs))
    jobs = tuple(Job(name=name, timezone=config.timezone) for name in names)
    start = ints([row["due_at"] or row.get("triggered_at") or at("03:00") for row in runs])
    unknown = np.full(len(runs), NAT)
    said = ints(list(streaks))
    return Paired(
        jobs=jobs,
        configured=len(jobs),
        runs=Runs(
            job=ints([names.index(row["job"]) for row in runs]),
            due=start,
            triggered=start,
            skipped=unknown,
            begun=unknown,
            start=start,
            own_end=start + 1800 * NANOS,
            next_start=unknown,
        ),
        triggers=Links(ints([0] if runs else []), ints([0] if runs else [])),
        steps=Steps(ints([]), ints([]), ints([]), ints([]), np.empty(0)),
        claims=Claims(said, said * 0, said * 0, said * 0 + 2, said * 0, ints(list(streaks.values()))),
        proofs=Proofs(ints([]), ints([]), ints([]), ints([]), np.empty(0), np.empty(0, dtype=np.bool_)),
        beats=Links(ints([]), ints([])),
        patterns=tuple(Pattern(code, code, "artifact", "{date:%Y}.json", False) for code in range(len(jobs)))
        if patterns
        else (),
        overwritten=np.zeros(len(runs), dtype=np.bool_),
        orphans={},
        is_copied=False,
    )


def ints(values: Sequence[int]) -> np.ndarray[Any, np.dtype[np.int64]]:
    return np.array(values, dtype=np.int64)


def summary_of(runs: Sequence[Mapping[str, Any]]) -> Summary:
    """Return the counts of some runs."""
    verdicts, classes = Counter(row["verdict"] for row in runs), Counter(row["evidence"] for row in runs)
    said = sum(row["claim"] == "success" for row in runs)
    proven = classes["both"] + classes["executed"]
    return Summary(
        jobs=len({row["job"] for row in runs}),
        runs=len(runs),
        evidence={each.value: classes[each.value] for each in EvidenceClass},
        verdicts={each.value: verdicts[each.value] for each in Verdict if verdicts[each.value]},
        reported_success_rate=said / len(runs) if runs else None,
        executed_rate=proven / len(runs) if runs else None,
    )


def blocker(job: str | None = "backup", kind: str = "failed", text: str = "failed once", **values: Any) -> Blocker:
    """Return a blocker since 07:00."""
    return Blocker(**{"host": None, "since": at("07:00"), "count": 1, "job": job, "kind": kind, "text": text, **values})
