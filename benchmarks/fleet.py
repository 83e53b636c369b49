"""A seeded generator of fleets of scheduled jobs, with the contract's verdict known for every run.

``python benchmarks/fleet.py OUT --jobs 20 --days 7 --seed 1 --overlap 0.1 --preset everything`` writes
``forensics.toml``, the raw evidence that it names, ``truth.csv`` (one row a run) and ``fleet.json``
(the window and the instant of judging). The same arguments give the same bytes.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pa_csv

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # so that it also runs as a script

from benchmarks import fleet_files as disk
from benchmarks.fleet_config import write_config
from benchmarks.fleet_jobs import DAY, HOUR, MINUTE, Job, Traits, draw_jobs, due_times
from benchmarks.fleet_kinds import HABITS, KINDS, NAMES, NEVER, Fleet
from benchmarks.fleet_runs import happen
from benchmarks.fleet_slack import write_slack
from benchmarks.fleet_truth import FAR, Lanes, evidence_class, gather_facts, judge

HABITUAL = {"late_message": 0.08, "doubled_message": 0.01, "doubled_trigger": 0.005}
NOISY = HABITUAL | {
    "lost_message": 0.015, "silent": 0.01, "missed": 0.007, "false_alarm": 0.01, "false_success": 0.008,
    "failed": 0.011, "retried": 0.01, "lost_trigger": 0.005, "manual": 0.001,
}  # fmt: skip
EVERYTHING = HABITUAL | {name: 0.01 for name in KINDS if name != "ok"}
EVERYTHING |= {"lost_trigger": 0.02, "manual": 0.01, "manual_untriggered": 0.01, "doubled_message": 0.02}
HEAVY = {name: 2 * rate for name, rate in EVERYTHING.items()} | {"late_message": 0.08}


@dataclass(frozen=True)
class Preset:
    """A sort of fleet: its jobs' traits, how often what goes wrong, and further arguments of ``generate``."""

    traits: Traits = field(default_factory=Traits)
    rates: Mapping[str, float] = field(default_factory=lambda: dict(EVERYTHING))
    further: Mapping[str, Any] = field(default_factory=dict)


PRESETS: dict[str, Preset] = {
    "plain": Preset(rates={}),
    "noisy": Preset(rates=NOISY),
    "overlap": Preset(Traits(overlap=0.5)),
    "tangled": Preset(Traits(overlap=0.5, tangled=True)),
    "everything": Preset(Traits(overlap=0.15)),
    "heavy": Preset(Traits(overlap=0.15), HEAVY),
    "short": Preset(Traits(schedules="short")),
    "daily": Preset(Traits(schedules="daily"), HEAVY),
    "wide": Preset(Traits(wide=True), further={"defaults": '[defaults]\nmax_duration = "30m"'}),
    "long": Preset(Traits(long=True)),
    "sparse_paths": Preset(Traits(paths="random", unproven=0.0, overlap=0.15)),
    "overwritten": Preset(Traits(paths="overwritten", overlap=0.0)),
    "coarse": Preset(Traits(paths="coarse", overlap=0.0)),
    "no_triggers": Preset(further={"has_triggers": False}),
    "no_notifications": Preset(further={"has_notifications": False}),
    "spelled": Preset(Traits(spelled=1.0)),
    "digests": Preset(Traits(schedules="daily", digests=1.0)),
    "runners": Preset(Traits(runners=1.0)),
    "spring": Preset(Traits(zones=("America/New_York", "Europe/Berlin")), further={"start": "2026-03-05"}),
    "autumn": Preset(Traits(zones=("Europe/Berlin", "America/New_York")), further={"start": "2026-10-22"}),
    "judged_at_once": Preset(further={"after_hours": 0.0}),
    "clocks": Preset(Traits(overlap=0.1), further={"clocks": {"messages": (0, 40, -300, 3600)}}),
    "clocks_back": Preset(Traits(overlap=0.1), further={"clocks": {"messages": (0, -40, 300, -3600)}}),
    "clocks_of_logs": Preset(Traits(overlap=0.1), further={"clocks": {"triggers": (-40, 300, 0, -3600)}}),
    "clocks_of_nodes": Preset(
        Traits(overlap=0.1),
        further={"clocks": dict.fromkeys(("triggers", "files", "life"), (-40, 300, 0, -3600))},
    ),
    "clocks_of_files": Preset(Traits(overlap=0.1), further={"clocks": {"files": (300, -300, 0, 3600)}}),
}


def preset_of(name: str) -> Preset:
    """Return a preset by name; ``only:FAULT`` has that fault alone, in one run of twenty.

    Raises:
        KeyError: there is no preset or fault of that name.
    """
    if not name.startswith("only:"):
        return PRESETS[name]
    fault = name.removeprefix("only:")
    if fault not in KINDS and fault not in HABITS:
        raise KeyError(fault)
    return Preset(rates={fault: 0.05})


def generate(
    folder: str | Path,
    *,
    jobs: int = 20,
    days: float = 7,
    seed: int = 0,
    runs: int | None = None,
    overlap: float | None = None,
    preset: str = "everything",
    faults: Mapping[str, float] | None = None,
    triggers: str | None = None,
    artifacts: str | None = None,
    start: str = "2026-03-02",
    after_hours: float = 24,
    lead_hours: float = 6,
    has_triggers: bool = True,
    has_notifications: bool = True,
    defaults: str = "",
    noise: float = 0.1,
    chatter: float = 0.04,
) -> dict[str, Any]:
    """Write a fleet into a folder and return what ``fleet.json`` says of it.

    ``runs`` adds jobs until there are at least so many due times. ``after_hours`` is how long after
    the window's end it is judged (0: some runs are pending). ``triggers`` is syslog, syslog-3164 or
    jsonl and ``artifacts`` find-listing, bodyfile or jsonl; by default the seed chooses.
    """
    chosen = preset_of(preset)
    options: dict[str, Any] = {"start": start, "after_hours": after_hours, "has_triggers": has_triggers,
               "has_notifications": has_notifications, "defaults": defaults} | dict(chosen.further)  # fmt: skip
    rng = np.random.default_rng([seed, 20260319])
    since = round(datetime.fromisoformat(options["start"]).replace(tzinfo=UTC).timestamp() * 1000)
    until = since + round(days * DAY)
    now = until + round(options["after_hours"] * HOUR)
    span = (since - round(lead_hours * HOUR), now)
    traits = chosen.traits if overlap is None else replace(chosen.traits, overlap=overlap)
    fleet_jobs = _enough_jobs(rng, jobs, runs, traits, (since, until))
    forms = (
        triggers or ("syslog", "syslog-3164", "jsonl", "syslog")[seed % 4],
        artifacts or ("find-listing", "bodyfile", "find-listing", "jsonl", "find-listing")[seed % 5],
    )
    rates = dict(chosen.rates if faults is None else faults)
    if not options["has_triggers"]:
        rates.pop("manual", None)  # nothing would tell such a run from the due one before it
    evidence = _happenings(rng, fleet_jobs, span, rates, forms[0], options)
    stamped = _stamped(evidence, options.get("clocks", {}))
    told = _write(Path(folder), rng, fleet_jobs, stamped, span, forms, options, noise, chatter)
    return _finish(Path(folder), fleet_jobs, evidence, told, (since, until, now), options, seed, preset)


def _enough_jobs(
    rng: np.random.Generator, jobs: int, runs: int | None, traits: Traits, window: tuple[int, int]
) -> list[Job]:
    if runs is None:
        return draw_jobs(rng, jobs, traits)
    count = max(4, round(runs / max(1, (window[1] - window[0]) / DAY) / 70))
    while True:
        drawn = draw_jobs(rng, count, traits)
        sizes = np.cumsum([len(due_times(job.schedule, job.zone, *window)) for job in drawn])
        if sizes[-1] >= runs:
            return drawn[: int(np.searchsorted(sizes, runs)) + 1]
        count = round(count * max(1.1, runs / max(1, sizes[-1]) * 1.05))


@dataclass(frozen=True)
class Evidence:
    """The runs and every row of evidence up to ``now``, as frames; rows carry run and job."""

    runs: pd.DataFrame
    triggers: pd.DataFrame
    messages: pd.DataFrame
    files: pd.DataFrame
    life: pd.DataFrame
    covered_from: np.ndarray[Any, Any]


def _happenings(
    rng: np.random.Generator, jobs: list[Job], span: tuple[int, int], rates: Mapping[str, float], form: str,
    options: Mapping[str, Any],
) -> Evidence:  # fmt: skip
    skews = np.clip(rng.normal(0, 15_000, len(disk.HOSTS)), -40_000, 40_000).astype(np.int64)
    skews[rng.random(len(skews)) < 0.4] = 0
    skews *= not options.get("clocks")
    fleet = Fleet()
    for number, job in enumerate(jobs):
        happen(fleet, number, job, span, int(skews[job.host]), rates, form == "jsonl", rng)
    runs = fleet.runs.frame()
    frames = {}
    for name in ("triggers", "messages", "files", "life"):
        rows = getattr(fleet, name).frame()
        rows = rows[rows["at"] < span[1]].reset_index(drop=True)
        rows["job"] = runs["job"].to_numpy()[rows["run"].to_numpy()]
        frames[name] = rows
    frames["triggers"]["host"] = runs["host"].to_numpy()[frames["triggers"]["run"].to_numpy()]
    if form == "syslog-3164":
        frames["triggers"]["at"] = frames["triggers"]["at"] // 1000 * 1000
    if not options["has_triggers"]:
        frames["triggers"] = frames["triggers"].iloc[:0]
    if not options["has_notifications"]:
        frames["messages"] = frames["messages"].iloc[:0]
    files, covered_from = _overwrite(jobs, runs, frames.pop("files"))
    return Evidence(runs, files=files, covered_from=covered_from, **frames)


def _stamped(evidence: Evidence, clocks: Mapping[str, tuple[int, ...]]) -> Evidence:
    """Return the evidence as clocks that are off stamp it; ``clocks`` are seconds for each host, by kind of row.

    What happened, and so the truth, stays: a clock that is an hour behind fires an hour later, by its own due times.
    """
    frames: dict[str, Any] = {}
    for name, seconds in clocks.items():
        rows: pd.DataFrame = getattr(evidence, name)
        host = evidence.runs["host"].to_numpy()[rows["run"].to_numpy()]
        frames[name] = rows.assign(at=rows["at"] + 1000 * np.array(seconds, dtype=np.int64)[host])
    return replace(evidence, **frames)


def _overwrite(jobs: list[Job], runs: pd.DataFrame, files: pd.DataFrame) -> tuple[pd.DataFrame, np.ndarray[Any, Any]]:
    """Return the files with only the last of those written to one path, and since when each run's paths can tell."""
    covered_from = np.full(len(runs), NEVER)
    files = files.sort_values("job", kind="stable", ignore_index=True)
    if not any(job.overwrites for job in jobs):
        return files, covered_from
    key = pd.Series(_shared_paths(jobs, runs["job"].to_numpy(), runs["stamp"].to_numpy()))
    path = key.reindex(files["run"]).to_numpy()
    last = files.groupby([path, "slot"])["at"].transform("max") == files["at"]
    kept = files[last | (path < 0)].reset_index(drop=True)
    newest = files[path >= 0].groupby(path[path >= 0])["at"].max()
    since = key.map(newest)
    return kept, np.where((key >= 0) & since.notna(), since.fillna(0).astype("int64"), covered_from)


def _shared_paths(jobs: list[Job], job: np.ndarray[Any, Any], stamp: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return a number for each run that is the same where runs write one path, -1 where a run's path is its own."""
    keys = np.full(len(job), -1, dtype=np.int64)
    for number, one in enumerate(jobs):
        if one.overwrites:
            mine = job == number
            days = [disk.local_text(stamp[mine], one.zone, "D")] if one.path == "coarse" else []
            day = np.array(days[0], dtype="datetime64[D]").astype(np.int64) if days else 0
            keys[mine] = number * 1_000_000 + day
    return keys


def _write(
    folder: Path, rng: np.random.Generator, jobs: list[Job], evidence: Evidence, span: tuple[int, int],
    forms: tuple[str, str], options: Mapping[str, Any], noise: float, chatter: float,
) -> dict[str, tuple[pd.DataFrame, disk.Written]]:  # fmt: skip
    """Write the raw files; return each lane's rows with where they stand."""
    folder.mkdir(parents=True, exist_ok=True)
    told = {}
    if options["has_triggers"]:
        written = disk.write_triggers(folder, forms[0], jobs, evidence.triggers, span, noise, rng)
        told["triggers"] = (evidence.triggers, written)
    if options["has_notifications"]:
        told["notifications"] = (
            evidence.messages,
            write_slack(folder, jobs, evidence.messages, span, chatter, rng),
        )
    written, _ = disk.write_files(folder, forms[1], jobs, evidence.files, noise / 5, rng)
    told["artifacts"] = (evidence.files, written)
    if len(evidence.life):
        told["lifecycle"] = (evidence.life, disk.write_life(folder, jobs, evidence.life))
    year = datetime.fromtimestamp(span[0] / 1000, UTC).year
    write_config(folder, jobs, span, forms, options["defaults"], year, told.__contains__)
    return told


def _finish(
    folder: Path, jobs: list[Job], evidence: Evidence, told: Mapping[str, tuple[pd.DataFrame, disk.Written]],
    when: tuple[int, int, int], options: Mapping[str, Any], seed: int, preset: str,
) -> dict[str, Any]:  # fmt: skip
    since, until, now = when
    covering = _with_defaults(jobs, options["defaults"])
    lanes = Lanes(options["has_triggers"], options["has_notifications"])
    facts = gather_facts(
        covering,
        evidence.runs,
        evidence.triggers,
        evidence.messages,
        evidence.files,
        evidence.life,
        evidence.covered_from,
    )
    verdict = judge(covering, evidence.runs, facts, now, lanes)
    due = evidence.runs["due"].to_numpy()
    belongs = np.where(due != NEVER, due, np.where(facts.triggered != NEVER, facts.triggered, facts.first))
    inside = (belongs >= since) & (belongs < until)
    columns = {
        "job": [jobs[i].name for i in evidence.runs["job"].to_numpy()[inside]],
        "host": [""] * int(inside.sum()),
        "due_at": _instants(due[inside]),
        "triggered_at": _instants(facts.triggered[inside]),
        "first_evidence_at": _instants(np.where(facts.first < FAR, facts.first, NEVER)[inside]),
        "verdict": verdict[inside].tolist(),
        "evidence": evidence_class(facts)[inside].tolist(),
        "kind": np.array(NAMES)[evidence.runs["kind"].to_numpy()[inside]].tolist(),
    }
    for lane in ("triggers", "notifications", "artifacts", "lifecycle"):
        columns[lane] = _identities(len(inside), inside, *told[lane]) if lane in told else [""] * int(inside.sum())
    pa_csv.write_csv(pa.table(columns), folder / "truth.csv")
    story = {
        "since": disk.utc_text(np.array([since]), "s")[0], "until": disk.utc_text(np.array([until]), "s")[0],
        "now": disk.utc_text(np.array([now]), "s")[0], "seed": seed, "preset": preset, "jobs": len(jobs),
        "runs": int(inside.sum()), "outlasting_jobs": [job.name for job in jobs if job.outlasts],
    }  # fmt: skip
    (folder / "fleet.json").write_text(json.dumps(story, indent=1) + "\n", encoding="utf-8")
    return story


def _with_defaults(jobs: list[Job], defaults: str) -> list[Job]:
    """Return the jobs as the product sees them: a default of 30 minutes fills in where a job says nothing."""
    if 'max_duration = "30m"' not in defaults:
        return jobs
    return [replace(job, max_duration=job.max_duration or 30 * MINUTE) for job in jobs]


def _instants(at: np.ndarray[Any, Any]) -> list[str]:
    known = np.where(at == NEVER, 0, at)
    return [text if here else "" for text, here in zip(disk.utc_text(known), (at != NEVER).tolist(), strict=True)]


def _identities(count: int, inside: np.ndarray[Any, Any], rows: pd.DataFrame, written: disk.Written) -> list[str]:
    """Return, for each run in the window, its rows as ``file:record`` joined by blanks."""
    found: list[str] = [""] * count
    copies = rows["double"].tolist() if "double" in rows else [0] * len(rows)
    for run, file, record, double in zip(
        rows["run"].tolist(), written.file, written.record.tolist(), copies, strict=True
    ):
        mark = f"{file}:{record}" + (f" {file}:{record + 1}" if double else "")
        found[run] = f"{found[run]} {mark}" if found[run] else mark
    return [found[i] for i in np.flatnonzero(inside).tolist()]


def main(arguments: list[str] | None = None) -> None:
    """Read the command line and write the fleet."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", metavar="OUT")
    parser.add_argument("--jobs", type=int, default=20)
    parser.add_argument("--days", type=float, default=7)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--runs", type=int)
    parser.add_argument("--overlap", type=float)
    parser.add_argument("--preset", default="everything", help=", ".join([*PRESETS, "only:FAULT"]))
    parser.add_argument("--triggers", choices=(*disk.HEADS, "jsonl"))
    parser.add_argument("--artifacts", choices=tuple(disk.LISTINGS))
    parser.add_argument("--after-hours", type=float, default=24)
    given = vars(parser.parse_args(arguments))
    print(json.dumps(generate(given.pop("folder"), **given), indent=1))


if __name__ == "__main__":
    main()
