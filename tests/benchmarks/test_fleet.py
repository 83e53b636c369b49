"""The generator says the truth, and the scorer sees every way to miss it."""

from __future__ import annotations

import dataclasses
import json
import re
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from benchmarks import fleet, fleet_jobs, fleet_kinds, fleet_runs, fleet_truth
from benchmarks import score as scoring
from forensics.configfile import read_config

pytestmark = pytest.mark.slow

MINUTE = 60_000
DUE = 1_772_434_800_000
NONE = fleet_kinds.NEVER
BOTH_LANES = fleet_truth.Lanes()
NOW = DUE + 17 * 60 * MINUTE

JOB = fleet_jobs.Job(
    name="backup", host=0, schedule="0 7 * * *", zone="UTC", period=24 * 60 * MINUTE, outlasts=False, tangled=False,
    duration=4 * MINUTE, spread=0.05, max_duration=30 * MINUTE, start_delay=0, path="date", pair=False, marker=False,
    runner=False, reports="always", spelling="backup", command="/opt/jobs/backup", glob=None, template=0,
    announces=False, digest=False,
)  # fmt: skip


def rows(columns: tuple[str, ...], *values: tuple[int, ...]) -> pd.DataFrame:
    """Return evidence of run 0; each row gives the columns after ``run``."""
    return pd.DataFrame([(0, *row) for row in values], columns=list(columns), dtype="int64")


def verdict(
    *, triggers: Any = ((DUE + 1000, 0, 0),), said: Any = (), files: Any = (), life: Any = (), now: int = NOW,
    lanes: fleet_truth.Lanes = BOTH_LANES, **traits: Any,
) -> str:  # fmt: skip
    """Return what the truth's rules say of one run, due at 07:00; times of claims and files are minutes after it."""
    job = dataclasses.replace(JOB, **traits)
    runs = pd.DataFrame({"job": [0], "due": [DUE], "next_due": [DUE + 24 * 60 * MINUTE]})
    messages = [(DUE + round(minute * MINUTE), ord(claim), 0) for claim, minute in said]
    made = [(DUE + round(minute * MINUTE), DUE, slot, size) for slot, size, minute in files]
    facts = fleet_truth.gather_facts(
        [job],
        runs,
        rows(fleet_kinds.TRIGGER_COLUMNS, *triggers),
        rows(fleet_kinds.MESSAGE_COLUMNS, *messages),
        rows(fleet_kinds.FILE_COLUMNS, *made),
        rows(
            fleet_kinds.LIFE_COLUMNS, *((DUE + round(minute * MINUTE), event, code, 0) for event, code, minute in life)
        ),
        np.array([NONE]),
    )
    return str(fleet_truth.judge([job], runs, facts, now, lanes)[0])


FILE = (0, 500, 4)
EMPTY = (0, 0, 4)
RUNNER = {"runner": True}
EXIT_1 = (fleet_kinds.FAILED, 1, 5)
KILLED = (fleet_kinds.FAILED, 137, 5)
BEGUN = (fleet_kinds.BOOT_STARTED, -1, 0.1)
TIMED_OUT = (fleet_kinds.TIMED_OUT, -1, 1)
COMPLETED = (fleet_kinds.COMPLETED, 0, 4)


@pytest.mark.parametrize(
    ("expected", "given"),
    [
        ("confirmed", {"files": [FILE], "said": [("S", 5)]}),
        ("false_alarm", {"files": [FILE], "said": [("F", 5)]}),
        ("unreported", {"files": [FILE]}),
        ("false_success", {"said": [("S", 5)]}),
        ("failed", {"said": [("F", 5)]}),
        ("silent_failure", {}),
        ("missed", {"triggers": ()}),
        ("confirmed", {"triggers": (), "files": [FILE], "said": [("S", 5)]}),
        ("confirmed", {"files": [FILE], "said": [("F", 5), ("S", 6)]}),
        ("false_alarm", {"files": [FILE], "said": [("S", 5), ("F", 6)]}),
        ("unreported", {"files": [(0, 500, 240)], "said": [("F", 5)]}),
        ("failed", {"files": [FILE], "said": [("F", 5)], "pair": True}),
        ("false_alarm", {"files": [FILE], "said": [("F", 3.5)]}),
        ("confirmed", {"files": [FILE], "lanes": fleet_truth.Lanes(notifications=False)}),
        ("missed", {"triggers": (), "lanes": fleet_truth.Lanes(triggers=False)}),
        ("unverifiable", {"said": [("S", 5)], "path": "none"}),
        ("failed", {"said": [("F", 5)], "path": "none"}),
        ("unverifiable", {"path": "none"}),
        ("missed", {"path": "none", "triggers": ()}),
        ("pending", {"now": DUE + 20 * MINUTE}),
        ("pending", {"files": [(0, 500, 19)], "now": DUE + 20 * MINUTE}),
        ("pending", {"said": [("F", 5)], "now": DUE + 10 * MINUTE}),
        ("failed", {"said": [("F", 5)], "now": DUE + 16 * MINUTE}),
        ("false_success", {"files": [EMPTY], "said": [("S", 5)]}),
        ("interrupted", {"files": [EMPTY]}),
        ("interrupted", {"files": [FILE], "pair": True}),
        ("interrupted", {"said": [("B", 0.1)]}),
        ("skipped", {"said": [("K", 0.1)]}),
        ("skipped", {"triggers": ((DUE + 1000, 1, 0),)}),
        ("failed", {"files": [FILE], "said": [("F", 6)], "life": [BEGUN, EXIT_1], **RUNNER}),
        ("silent_failure", {"files": [FILE], "life": [BEGUN, EXIT_1], **RUNNER}),
        ("interrupted", {"said": [("F", 6)], "life": [BEGUN, KILLED], **RUNNER}),
        ("silent_failure", {"life": [BEGUN, TIMED_OUT], **RUNNER}),
        ("interrupted", {"life": [BEGUN], **RUNNER}),
        ("confirmed", {"files": [FILE], "said": [("S", 5)], "life": [BEGUN, TIMED_OUT, COMPLETED], **RUNNER}),
        ("confirmed", {"said": [("S", 5)], "life": [BEGUN, COMPLETED], "path": "none", **RUNNER}),
        ("confirmed", {"files": [FILE], "reports": "on-failure"}),
        ("silent_failure", {"reports": "never"}),
    ],
)
def test_truth_follows_the_table_of_verdicts(expected: str, given: dict[str, Any]) -> None:
    assert verdict(**given) == expected


def small(folder: Path, **options: Any) -> dict[str, Any]:
    """Write a small fleet."""
    return fleet.generate(folder, **({"jobs": 6, "days": 1, "seed": 3, "after_hours": 12} | options))


def content(folder: Path) -> dict[str, bytes]:
    """Return every file of a fleet."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def test_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    small(tmp_path / "one")
    small(tmp_path / "two")
    assert content(tmp_path / "one") == content(tmp_path / "two")


def test_another_seed_gives_another_fleet(tmp_path: Path) -> None:
    small(tmp_path / "one")
    small(tmp_path / "two", seed=7)
    assert content(tmp_path / "one")["truth.csv"] != content(tmp_path / "two")["truth.csv"]


@pytest.mark.parametrize("preset", [*fleet.PRESETS, "only:missed", "only:manual"])
def test_every_preset_writes_a_fleet_with_a_verdict_for_each_run(tmp_path: Path, preset: str) -> None:
    story = small(tmp_path, preset=preset, jobs=4)
    truth = scoring.read_truth(tmp_path)
    assert len(truth) == story["runs"] > 0
    assert (truth["verdict"] != "").all()


def test_no_two_jobs_have_one_name() -> None:
    assert len({fleet_jobs.job_name(number) for number in range(3000)}) == 3000


def test_clock_that_is_off_moves_rows_and_no_truth(tmp_path: Path) -> None:
    for preset in ("clocks", "clocks_back"):
        small(tmp_path / preset, preset=preset, jobs=8)
    ahead, behind = (pd.read_csv(tmp_path / preset / "truth.csv") for preset in ("clocks", "clocks_back"))
    told = ["job", "due_at", "verdict", "evidence"]
    pd.testing.assert_frame_equal(ahead[told], behind[told])
    days = (sorted((tmp_path / preset / "slack" / "metrics").glob("*.json")) for preset in ("clocks", "clocks_back"))
    assert [day.read_bytes() for day in next(days)] != [day.read_bytes() for day in next(days)]


@pytest.mark.parametrize("preset", ["everything", "wide", "no_triggers"])
def test_the_product_accepts_the_config(tmp_path: Path, preset: str) -> None:
    story = small(tmp_path, preset=preset, jobs=60, runs=None)
    config = tmp_path / "forensics.toml"
    jobs = read_config(config.read_text(encoding="utf-8"), str(config)).jobs
    assert len(jobs) == story["jobs"]
    assert not [job.problem for job in jobs if job.problem]


@pytest.mark.parametrize(
    ("fault", "expected"),
    [("lost_message", "unreported"), ("missed", "missed"), ("false_alarm", "false_alarm"), ("skipped", "skipped")],
)
def test_a_fault_alone_gives_its_verdict(tmp_path: Path, fault: str, expected: str) -> None:
    small(tmp_path, faults={fault: 1.0}, preset="sparse_paths")
    truth = scoring.read_truth(tmp_path)
    assert (truth.loc[truth["kind"] == fault, "verdict"] == expected).mean() > 0.7


@pytest.mark.parametrize("form", ["syslog", "syslog-3164"])
def test_trigger_marks_name_the_line_that_starts_the_job(tmp_path: Path, form: str) -> None:
    small(tmp_path, triggers=form)
    lines = (tmp_path / "logs" / "cron.log").read_text(encoding="utf-8").split("\n")
    globs = tomllib.loads((tmp_path / "forensics.toml").read_text(encoding="utf-8"))["job"]
    commands = {job["name"]: job.get("command", f"/opt/jobs/{job['name']}").strip("*") for job in globs}
    marked = [
        (row["job"], mark)
        for row in scoring.read_truth(tmp_path).to_dict("records")
        for mark in row["triggers"].split()
    ]
    assert marked
    assert all(commands[job] in lines[int(mark.rsplit(":", 1)[1]) - 1] for job, mark in marked)


def test_message_marks_name_the_post_that_spells_the_job(tmp_path: Path) -> None:
    small(tmp_path, preset="spelled", seed=4)
    jobs = tomllib.loads((tmp_path / "forensics.toml").read_text(encoding="utf-8"))["job"]
    spelled = {job["name"]: job.get("aliases", [job["name"]])[0] for job in jobs}
    for row in scoring.read_truth(tmp_path).to_dict("records"):
        for mark in row["notifications"].split():
            file, record = mark.rsplit(":", 1)
            post = json.loads((tmp_path / file).read_text(encoding="utf-8"))[int(record) - 1]
            assert spelled[row["job"]] in post["text"] + json.dumps(post.get("attachments", ""), ensure_ascii=False)


def test_file_marks_name_lines_whose_path_fits_a_pattern_of_the_job(tmp_path: Path) -> None:
    small(tmp_path, artifacts="find-listing", jobs=12)
    jobs = tomllib.loads((tmp_path / "forensics.toml").read_text(encoding="utf-8"))["job"]
    lines = (tmp_path / "listing.txt").read_text(encoding="utf-8").split("\n")
    for row in scoring.read_truth(tmp_path).to_dict("records"):
        job = next(job for job in jobs if job["name"] == row["job"])
        declared = [*job.get("artifacts", ()), *job.get("markers", ())]
        shapes = [re.sub(r"\\\{date:[^}]*\}|\\\*", r"[^/]+", re.escape(pattern)) for pattern in declared]
        for mark in row["artifacts"].split():
            path = lines[int(mark.rsplit(":", 1)[1]) - 1].split("\t")[2].removeprefix("/srv/out/")
            assert any(re.fullmatch(f"{shape}(/index.md)?", path) for shape in shapes)


def test_no_evidence_speaks_for_two_runs_of_a_job(tmp_path: Path) -> None:
    small(tmp_path, preset="heavy", jobs=10, days=2)
    truth = scoring.read_truth(tmp_path)
    for lane in scoring.LANES:
        marks = (
            truth["job"].astype(str).repeat(truth[lane].str.split().str.len())
            + truth[lane].str.split().explode().dropna()
        )
        assert not marks.duplicated().any()


def test_claims_come_before_the_next_start_where_runs_do_not_overlap() -> None:
    happened = fleet_kinds.Fleet()
    job = dataclasses.replace(JOB, schedule="*/15 * * * *", period=15 * MINUTE, path="random", max_duration=None)
    rates = {"late_message": 0.5, "lost_message": 0.1, "retried": 0.2}
    span = (DUE, DUE + 48 * 60 * MINUTE)
    fleet_runs.happen(happened, 0, job, span, -30_000, rates, False, np.random.default_rng(1))
    messages, runs = happened.messages.frame(), happened.runs.frame()
    after = runs["next_due"].to_numpy()[messages["run"].to_numpy()]
    assert (messages["at"].to_numpy() < after - 30_000).all()
    assert (messages["at"].to_numpy() - runs["due"].to_numpy()[messages["run"].to_numpy()] > 10 * MINUTE).any()


def test_messages_of_outlasting_runs_keep_the_order_of_the_runs() -> None:
    happened = fleet_kinds.Fleet()
    job = dataclasses.replace(
        JOB,
        schedule="*/15 * * * *",
        period=15 * MINUTE,
        duration=40 * MINUTE,
        outlasts=True,
        path="random",
        max_duration=90 * MINUTE,
    )
    span = (DUE, DUE + 48 * 60 * MINUTE)
    fleet_runs.happen(happened, 0, job, span, 0, {"late_message": 0.5}, False, np.random.default_rng(1))
    messages = happened.messages.frame().sort_values("at")
    assert messages["run"].is_monotonic_increasing


def test_asked_for_runs_are_there(tmp_path: Path) -> None:
    story = small(tmp_path, runs=1500, preset="plain", after_hours=1)
    assert 1500 <= story["runs"] < 3000


def test_what_is_judged_at_once_has_pending_runs(tmp_path: Path) -> None:
    small(tmp_path, preset="overlap", after_hours=0, faults={}, jobs=10)
    assert (scoring.read_truth(tmp_path)["verdict"] == "pending").any()


def test_what_is_judged_days_later_has_no_pending_runs(tmp_path: Path) -> None:
    small(tmp_path, preset="overlap", after_hours=24, jobs=10)
    assert not (scoring.read_truth(tmp_path)["verdict"] == "pending").any()


def told(folder: Path) -> pd.DataFrame:
    """Return a report that says the truth, as the product would."""
    truth = scoring.read_truth(folder)
    runs = truth[["job", "verdict", "evidence"]].copy()
    for name in ("due_at", "triggered_at"):
        runs[name] = [None if pd.isna(at) else at.isoformat() for at in truth[name]]
    runs["executed_at"] = [at.isoformat() if not pd.isna(at) else None for at in truth["first_evidence_at"]]
    runs["configured"] = True
    runs["provenance"] = [
        [
            {"lane": lane, "file": mark.rsplit(":", 1)[0], "record": int(mark.rsplit(":", 1)[1])}
            for lane in scoring.LANES
            for mark in row[lane].split()
        ]
        for row in truth.to_dict("records")
    ]
    return runs


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a small fleet with manual runs and digests among the rest."""
    small(tmp_path, jobs=10, days=2, preset="heavy")
    return tmp_path


def test_the_truth_scores_in_full(folder: Path) -> None:
    result = scoring.score(folder, told(folder))
    assert (result.share, result.too_few, result.too_many, result.used_twice) == (1.0, 0, 0, 0)
    assert set(result.pairs.values()) == {(0, 0)}


def test_a_wrong_verdict_is_counted(folder: Path) -> None:
    runs = told(folder)
    runs.loc[0, "verdict"] = "nonsense"
    assert scoring.score(folder, runs).right == len(runs) - 1


def test_a_run_left_out_is_too_few_and_wrong(folder: Path) -> None:
    result = scoring.score(folder, told(folder).iloc[1:])
    assert (result.too_few, result.runs - result.right) == (1, 1)


def test_a_run_made_up_is_too_many(folder: Path) -> None:
    runs = told(folder)
    made_up = runs.iloc[[0]].assign(due_at="2026-03-02T00:00:59Z")
    assert scoring.score(folder, pd.concat([runs, made_up])).too_many == 1


def test_the_same_run_twice_is_too_many(folder: Path) -> None:
    runs = told(folder)
    assert scoring.score(folder, pd.concat([runs, runs.iloc[[0]]])).too_many == 1


def test_runs_of_jobs_that_no_config_names_are_left_aside(folder: Path) -> None:
    runs = told(folder)
    stray = runs.iloc[[0]].assign(job="run-parts", configured=False)
    assert scoring.score(folder, pd.concat([runs, stray])).too_many == 0


def test_evidence_of_two_runs_is_used_twice(folder: Path) -> None:
    runs = told(folder)
    with_evidence = runs.index[runs["provenance"].str.len() > 0]
    runs.at[with_evidence[1], "provenance"] = runs.at[with_evidence[0], "provenance"]
    assert scoring.score(folder, runs).used_twice == len(runs.at[with_evidence[0], "provenance"])


def test_a_pair_swapped_is_strange_and_missing(folder: Path) -> None:
    runs = told(folder)
    first, second = runs.index[(runs["job"] == runs["job"].iloc[0]) & (runs["provenance"].str.len() > 1)][:2]
    swapped = runs["provenance"].copy()
    swapped[first], swapped[second] = runs["provenance"][second], runs["provenance"][first]
    pairs = scoring.score(folder, runs.assign(provenance=swapped)).pairs
    assert pairs["triggers"][0] == pairs["triggers"][1] > 0


def test_a_report_as_csv_scores_alike(folder: Path, tmp_path: Path) -> None:
    told(folder).drop(columns="provenance").to_csv(tmp_path / "report.csv", index=False)
    assert scoring.score(folder, scoring.read_runs(tmp_path / "report.csv")).share == 1.0
