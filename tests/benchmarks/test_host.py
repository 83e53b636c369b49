"""The made-up host says the truth about itself, and looks like one that nobody prepared."""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from benchmarks.fleet_jobs import DAY, HOUR, MINUTE
from benchmarks.host import Host, build_host
from benchmarks.host_config import write_config
from benchmarks.host_jobs import HostJob, Slot
from benchmarks.host_runs import Run, Written
from benchmarks.host_truth import Judge, histories
from forensics.configfile import read_config
from forensics.match.patterns import compiled

pytestmark = pytest.mark.slow

SMALL: dict[str, Any] = {"jobs": 10, "days": 4}
DUE = 1_772_434_800_000
JOB = HostJob(
    name="sync-orders", crontab="etc/crontab", user="root", cadence="daily", schedule="0 7 * * *", zone="UTC",
    command="/opt/sync-orders", written="/opt/sync-orders", slack="sync-orders", slots=(Slot("o/{date:%Y-%m-%d}.csv"),),
    duration=MINUTE, spread=0.1, log=None, keep=None, template=0,
)  # fmt: skip
FIXED = replace(JOB, slots=(Slot("o/latest.csv"),))


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Host:
    """Return a small host; nobody changes it."""
    return build_host(tmp_path_factory.mktemp("host"), seed=3, **SMALL)


def snapshot(folder: Path) -> dict[str, tuple[str, int]]:
    """Return the digest and the mtime of every file."""
    found = {}
    for path in sorted(each for each in folder.rglob("*") if each.is_file()):
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        found[str(path.relative_to(folder))] = digest, path.stat().st_mtime_ns
    return found


def test_same_arguments_give_the_same_bytes_and_times(tmp_path: Path) -> None:
    for name in ("one", "other"):
        build_host(tmp_path / name, seed=5, **SMALL)
    assert snapshot(tmp_path / "one") == snapshot(tmp_path / "other")


def test_another_seed_gives_another_host(tmp_path: Path, host: Host) -> None:
    other = build_host(tmp_path, seed=4, **SMALL)
    assert [job.command for job in other.jobs] != [job.command for job in host.jobs]


def test_every_job_stands_in_its_line(host: Host) -> None:
    for job, line in zip(host.jobs, host.lines, strict=True):
        text = (host.folder / job.crontab).read_text().splitlines()[line - 1]
        assert text.startswith(job.schedule)
        assert text.endswith(job.written)


def test_log_shows_every_trigger_once(host: Host) -> None:
    log = "".join(
        (gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()).decode()
        for path in (host.folder / "var" / "log").iterdir()
    )
    began = [run for run in host.runs if run.triggered is not None and run.triggered < host.looks[-1]]
    assert log.count(" CMD (") - log.count("run-parts") == len(began)


def test_every_file_of_a_run_fits_its_template(host: Host) -> None:
    assert all(
        compiled(host.jobs[run.job].slots[file.slot].pattern).fitted(file.path)
        for run in host.runs
        for file in run.files
    )


def test_no_template_fits_a_file_of_anything_else(host: Host) -> None:
    owners = host.writers()
    there = [str(path.relative_to(host.folder / "srv")) for path in (host.folder / "srv").rglob("*") if path.is_file()]
    strange = [path for path in there if path not in owners]
    patterns = [compiled(slot.pattern) for job in host.jobs for slot in job.slots]
    assert not [path for path in strange if any(pattern.fitted(path) for pattern in patterns)]


def test_truth_holds_every_run_that_was_due(host: Host) -> None:
    rows = list(csv.DictReader((host.folder / "truth" / "runs.csv").read_text().splitlines()))
    assert len(rows) == sum(run.due < host.looks[-1] for run in host.runs)


def test_truth_names_every_job(host: Host) -> None:
    told = json.loads((host.folder / "truth" / "jobs.json").read_text())
    assert [job["job"] for job in told] == [job.name for job in host.jobs]


def test_host_without_faults_only_has_runs_that_went_well(tmp_path: Path) -> None:
    assert {run.kind for run in build_host(tmp_path, seed=1, faults=0, **SMALL).runs} == {"ok"}


def test_config_by_hand_can_be_read(host: Host, tmp_path: Path) -> None:
    path = write_config(tmp_path, host.jobs, "Europe/Berlin", declares=True)
    assert len(read_config(path.read_text(), str(path)).jobs) == len(host.jobs)


def test_nights_end_where_one_look_at_the_end_would(tmp_path: Path) -> None:
    once = build_host(tmp_path / "once", seed=2, jobs=8, days=3)
    nightly = Host(tmp_path / "nightly", seed=2, jobs=8)
    for _ in nightly.nights(3):
        pass
    shown = [snapshot(each.folder / "srv") for each in (once, nightly)]
    assert shown[0] == shown[1]


def test_window_of_each_night_begins_where_the_last_one_ended(tmp_path: Path) -> None:
    nights = list(Host(tmp_path, seed=2, jobs=3).nights(3))
    assert [night.since for night in nights[1:]] == [night.now for night in nights[:-1]]


def test_overwritten_file_is_gone_from_the_folder_after_its_time(tmp_path: Path) -> None:
    host = Host(tmp_path, seed=2, jobs=1)
    host.jobs = [replace(host.jobs[0], slots=JOB.slots, cadence="daily", schedule="0 1 * * *", keep=2, spread=0.0)]
    counts = [len(list((tmp_path / "srv" / "o").glob("*.csv"))) for _ in host.nights(4)]
    assert max(counts) <= 3


def run(job: HostJob = JOB, number: int = 0, **more: Any) -> Run:
    """Return a run that went well: a file after a minute, and a message right after it."""
    due = more.pop("due", DUE)
    path = "o/latest.csv" if job is FIXED else f"o/{number}.csv"
    values: dict[str, Any] = {
        "number": number, "job": 0, "due": due, "next_due": due + DAY, "kind": "ok", "triggered": due + 1_000,
        "end": due + MINUTE, "claim": "S", "claim_at": due + MINUTE + 5_000,
        "files": [Written(due + MINUTE, path, 9, number, 0)],
    }  # fmt: skip
    return Run(**{**values, **more})


def verdict(*runs: Run, job: HostJob = JOB, now: int = DUE + 3 * DAY, looks: Sequence[int] | None = None) -> str:
    """Return the verdict of the first run, by some looks, else by all that ever was there."""
    versions: dict[str, list[Written]] = {}
    for each in runs:
        for file in each.files:
            versions.setdefault(file.path, []).append(file)
    return Judge([job], "UTC", histories([job], "UTC", runs, versions, {}), now, looks).verdict(runs[0])


VERDICTS = [
    ("file and message", {}, "confirmed"),
    ("file and no message", {"claim": ""}, "unreported"),
    ("file and a failure", {"claim": "F"}, "false_alarm"),
    ("message and no file", {"files": []}, "false_success"),
    ("failure and no file", {"files": [], "claim": "F"}, "failed"),
    ("nothing but a trigger", {"files": [], "claim": ""}, "silent_failure"),
    ("nothing at all", {"files": [], "claim": "", "triggered": None}, "missed"),
]


@pytest.mark.parametrize(("title", "changes", "said"), VERDICTS)
def test_truth_of_a_run(title: str, changes: dict[str, Any], said: str) -> None:
    assert verdict(run(**changes)) == said, title


def test_run_without_a_claim_is_pending_while_one_may_come() -> None:
    assert verdict(run(claim=""), now=DUE + 5 * MINUTE) == "pending"


def test_overwritten_proof_is_not_known_to_a_later_look() -> None:
    later = run(FIXED, 1, due=DUE + DAY)
    assert verdict(run(FIXED), later, job=FIXED, looks=[DUE + 2 * DAY]) == "unverifiable"


def test_overwritten_proof_is_known_to_a_look_before_it_was_written_again() -> None:
    later = run(FIXED, 1, due=DUE + DAY)
    assert verdict(run(FIXED), later, job=FIXED, looks=[DUE + HOUR, DUE + 2 * DAY]) == "confirmed"


def test_job_that_leaves_nothing_cannot_be_verified() -> None:
    bare = replace(JOB, slots=())
    assert verdict(run(files=[]), job=bare) == "unverifiable"
