"""The verdicts as a frame of runs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from forensics.classify.facts import Facts, facts
from forensics.classify.flags import Columns, causes, flags
from forensics.classify.rules import RULES, judge
from forensics.config import Mute
from forensics.evidence.coverage import Coverage
from forensics.evidence.frames import RUNS
from forensics.evidence.intake import Evidence
from forensics.evidence.paired import CLAIM_CODES, NAT, Floats, Ints, Paired, Window
from forensics.verdicts import Evidence as EvidenceClass
from forensics.verdicts import Flag

SECOND = 1_000_000_000
CLASSES = (EvidenceClass.NEITHER, EvidenceClass.REPORTED, EvidenceClass.EXECUTED, EvidenceClass.BOTH)


@dataclass(frozen=True)
class Judged:
    """Runs with their verdicts: ``rule`` is the position in RULES of the one that holds, ``runs`` a frame RUNS."""

    runs: pd.DataFrame
    facts: Facts
    rule: Ints
    flags: Columns


def judge_runs(
    paired: Paired, evidence: Evidence, coverage: Coverage, mutes: tuple[Mute, ...], window: Window
) -> Judged:
    """Return every run with its verdict, evidence class, flags and cause."""
    known = facts(paired, evidence, coverage, window)
    rule = judge(paired, known)
    marks = flags(paired, known, rule, mutes, window)
    return Judged(frame_of(paired, evidence, known, rule, marks, window), known, rule, marks)


def frame_of(
    paired: Paired, evidence: Evidence, known: Facts, rule: Ints, marks: Columns, window: Window
) -> pd.DataFrame:
    """Return the runs as a frame of type RUNS, in the order of ``paired.runs``."""
    runs, said, steps = paired.runs, known.said, known.recorded
    names = (
        np.array([job.name for job in paired.jobs], dtype=object)[runs.job] if len(runs) else np.empty(0, dtype=object)
    )
    hosts = np.array([job.host for job in paired.jobs], dtype=object)[runs.job] if len(runs) else names
    claim = np.where(said.last > 0, said.last, np.where(said.has_skipped, 4, np.where(said.has_started, 3, 0)))
    words = np.array([None, *CLAIM_CODES[1:]], dtype=object)
    verdicts = np.array([each.verdict.value for each in RULES], dtype=object)
    evidence_class = known.executed * 2 + (said.last > 0)
    moment = moments(paired)
    return RUNS.build(
        {
            "key": run_keys(names, hosts, moment),
            "job": names,
            "host": hosts,
            "configured": runs.job < paired.configured,
            "run_id": run_ids(paired, evidence),
            "due_at": runs.due,
            "triggered_at": runs.triggered,
            "started_at": runs.begun,
            "executed_at": known.executed_at,
            "reported_at": said.last_at,
            "claim": words[claim],
            "exit_code": steps.exit_code,
            "duration_seconds": durations(paired, known),
            "evidence": np.array([each.value for each in CLASSES], dtype=object)[evidence_class],
            "verdict": verdicts[rule],
            "flags": flag_texts(marks, len(runs)),
            "cause": causes(paired, known, rule, evidence),
            "in_window": (moment >= window.since) & (moment < window.until),
        },
        len(runs),
    )


def moments(paired: Paired) -> Ints:
    """Return the instant by which each run belongs to a window: due, else triggered, else its first evidence."""
    runs = paired.runs
    return np.where(runs.due != NAT, runs.due, np.where(runs.triggered != NAT, runs.triggered, runs.start))


def run_keys(names: np.typing.NDArray[np.object_], hosts: np.typing.NDArray[np.object_], moment: Ints) -> list[str]:
    """Return each run's name in any report: job, host where known, and its moment; equals are numbered."""
    stamps = np.datetime_as_string(moment.view("datetime64[ns]"), unit="s").tolist()
    keys = [
        f"{name}{f'@{host}' if host else ''}/{stamp}Z" for name, host, stamp in zip(names, hosts, stamps, strict=True)
    ]
    if len(set(keys)) == len(keys):
        return keys
    nth = pd.Series(keys).groupby(keys, sort=False).cumcount().tolist()
    return [f"{key}#{number + 1}" if number else key for key, number in zip(keys, nth, strict=True)]


def run_ids(paired: Paired, evidence: Evidence) -> np.typing.NDArray[np.object_]:
    """Return the first id that a source gives for each run, None where none does."""
    found = np.full(len(paired.runs), None, dtype=object)
    for links, frame in ((paired.steps, evidence.lifecycle), (paired.triggers, evidence.triggers)):
        column = frame["run_id"]
        if column.isna().all():
            continue
        names = column.iloc[links.row].astype(object).to_numpy()
        known = ~pd.isna(names)
        found[links.run[known][::-1]] = names[known][::-1]
    return found


def durations(paired: Paired, known: Facts) -> Floats:
    """Return the seconds from a run's start to its recorded end, else to its proof; NaN where neither is known."""
    runs = paired.runs
    start = np.where(runs.begun != NAT, runs.begun, np.where(runs.triggered != NAT, runs.triggered, NAT))
    recorded = np.where(known.recorded.is_noticed, NAT, known.recorded.end_at)
    end = np.where(recorded != NAT, recorded, known.executed_at)
    is_known = (start != NAT) & (end != NAT) & (end >= start)
    return np.where(is_known, (np.where(is_known, end, 0) - np.where(is_known, start, 0)) / SECOND, np.nan)


def flag_texts(marks: Columns, count: int) -> np.typing.NDArray[np.object_]:
    """Return the flags of each run joined by blanks."""
    order = list(Flag)
    bits = np.zeros(count, dtype=np.int64)
    for position, flag in enumerate(order):
        bits |= marks[flag].astype(np.int64) << position
    unique, inverse = np.unique(bits, return_inverse=True)
    words = [
        " ".join(flag.value for position, flag in enumerate(order) if mask >> position & 1) for mask in unique.tolist()
    ]
    return np.array([*words, ""], dtype=object)[inverse] if count else np.empty(0, dtype=object)
