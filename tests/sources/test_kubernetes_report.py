"""What a report makes of a cluster: each end gets its verdict and its cause, and silence is believed where it may be."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from forensics.cli import main
from tests.sources.kubernetes_builders import cron_job, ended, event, job, listed, pod, slot_name

CONFIG = """timezone = "UTC"
[[source]]
kind = "kubernetes"
path = "*.json"
[[job]]
name = "backup"
scheduler = "kubernetes"
schedule = "0 * * * *"
"""
SLOT = "2026-03-19T03:00:00Z"
NAME = slot_name("backup", SLOT)
OLDER = [cron_job(), job("2026-03-19T01:00:00Z", done="2026-03-19T01:01:00Z")]


def reported(folder: Path, *files: str, config: str = CONFIG) -> list[dict[str, Any]]:
    """Return the runs of a morning as a report tells them."""
    (folder / "forensics.toml").write_text(config)
    for number, text in enumerate(files):
        (folder / f"{number}.json").write_text(text)
    times = ["--since", "2026-03-19T01:30Z", "--until", "2026-03-19T04:30Z", "--now", "2026-03-19T09:00Z"]
    ended_with = CliRunner().invoke(
        main, ["report", "--config", str(folder / "forensics.toml"), *times, "--no-ledger", "--format", "json"]
    )
    found: list[dict[str, Any]] = json.loads(ended_with.stdout)["runs"]
    return found


def verdict(folder: Path, *things: object, due: str = SLOT) -> tuple[str, str | None]:
    (run,) = (each for each in reported(folder, listed(*OLDER, *things)) if each["due_at"] == due)
    return run["verdict"], run["cause"]


def test_job_that_went_well_is_confirmed(tmp_path: Path):
    assert verdict(tmp_path, job(SLOT, done="2026-03-19T03:04:00Z")) == ("confirmed", None)


def test_job_whose_container_failed_is_a_silent_failure(tmp_path: Path):
    failed = pod(NAME, ended(3, "2026-03-19T03:03:00Z"), phase="Failed")
    assert verdict(tmp_path, job(SLOT, failed="2026-03-19T03:04:00Z"), failed) == ("silent_failure", "exit_code")


def test_job_that_ran_out_of_memory_was_killed(tmp_path: Path):
    killed = pod(NAME, ended(137, "2026-03-19T03:03:00Z", reason="OOMKilled"), phase="Failed")
    assert verdict(tmp_path, job(SLOT, failed="2026-03-19T03:04:00Z"), killed) == ("interrupted", "killed")


def test_job_that_passed_its_deadline_timed_out(tmp_path: Path):
    late = job(SLOT, failed="2026-03-19T03:30:00Z", reason="DeadlineExceeded")
    assert verdict(tmp_path, late) == ("interrupted", "timed_out")


def test_job_that_went_well_at_its_second_try_is_confirmed(tmp_path: Path):
    tries = [
        pod(NAME, ended(1, "2026-03-19T03:01:00Z"), phase="Failed", name="aaaaa"),
        pod(NAME, ended(0, "2026-03-19T03:03:00Z"), phase="Succeeded", name="bbbbb"),
    ]
    assert verdict(tmp_path, job(SLOT, done="2026-03-19T03:04:00Z"), *tries) == ("confirmed", None)


def test_slot_without_a_job_is_missed(tmp_path: Path):
    later = job("2026-03-19T04:00:00Z", done="2026-03-19T04:01:00Z")
    assert verdict(tmp_path, later) == ("missed", None)


def test_slot_after_the_newest_record_is_not_known(tmp_path: Path):
    later = job(SLOT, done="2026-03-19T03:01:00Z")
    assert verdict(tmp_path, later, due="2026-03-19T04:00:00Z") == ("unverifiable", None)


def test_slot_left_out_for_the_run_before_is_skipped(tmp_path: Path):
    left_out = event("CronJob/backup", "JobAlreadyActive", "Not starting job", "2026-03-19T03:00:01Z")
    assert verdict(tmp_path, left_out) == ("skipped", None)


def test_job_that_could_not_be_made_is_a_silent_failure(tmp_path: Path):
    refused = event("CronJob/backup", "FailedCreate", "Error creating job: exceeded quota", "2026-03-19T03:00:01Z")
    assert verdict(tmp_path, refused) == ("silent_failure", None)


def test_job_whose_image_cannot_be_had_is_a_silent_failure(tmp_path: Path):
    waiting = pod(NAME, {"waiting": {"reason": "ImagePullBackOff"}}, phase="Pending")
    seen = event("Node/a", "Ready", at="2026-03-19T08:59:00Z")
    assert verdict(tmp_path, job(SLOT), waiting, seen) == ("silent_failure", None)


def test_files_of_several_looks_make_no_run_twice(tmp_path: Path):
    done = job(SLOT, done="2026-03-19T03:04:00Z")
    made = event("CronJob/backup", "SuccessfulCreate", f"Created job {NAME}", "2026-03-19T03:00:02Z")
    runs = reported(tmp_path, listed(*OLDER, job(SLOT)), listed(*OLDER, done), listed(made))
    assert [run["run_id"] for run in runs if run["triggered_at"] == SLOT] == [f"prod/{NAME}"]


def test_cluster_says_nothing_of_crons_jobs(tmp_path: Path):
    config = (
        CONFIG.replace("backup", "tidy").replace("kubernetes", "cron").replace('kind = "cron"', 'kind = "kubernetes"')
    )
    later = job("2026-03-19T04:00:00Z", done="2026-03-19T04:01:00Z")
    runs = reported(tmp_path, listed(*OLDER, later), config=config)
    assert {run["verdict"] for run in runs if run["job"] == "tidy"} == {"unverifiable"}


def test_job_that_no_schedule_made_is_nobodys_unless_it_is_configured(tmp_path: Path):
    alone = job(SLOT, name="migrate", owner=None, done="2026-03-19T03:04:00Z")
    assert "migrate" not in {run["job"] for run in reported(tmp_path, listed(*OLDER, alone))}
    named = f'{CONFIG}[[job]]\nname = "migrate"\n'
    assert "migrate" in {run["job"] for run in reported(tmp_path, listed(*OLDER, alone), config=named)}


def test_cron_job_that_no_config_names_is_reported(tmp_path: Path):
    other = job(SLOT, of="other", done="2026-03-19T03:04:00Z")
    assert [run["configured"] for run in reported(tmp_path, listed(*OLDER, other)) if run["job"] == "other"] == [False]


SOURCE_ALONE = CONFIG.partition("[[job]]")[0]


def test_skips_of_a_suspended_cron_job_that_no_config_names_are_no_strangers(tmp_path: Path):
    suspended = listed(cron_job(last="2026-03-19T02:00:00Z", suspend=True), job("2026-03-19T02:00:00Z", done=SLOT))
    runs = reported(tmp_path, suspended, config=SOURCE_ALONE)
    skips = [each for each in runs if each["verdict"] == "skipped"]
    assert skips
    assert [each["flags"] for each in skips if "unscheduled" in each["flags"]] == []


def test_last_of_several_snapshots_tells_the_newest_schedule(tmp_path: Path):
    snapshots = listed(cron_job(schedule="0 * * * *")), listed(cron_job(schedule="30 * * * *"))
    due = {each["due_at"] for each in reported(tmp_path, *snapshots, config=SOURCE_ALONE)}
    assert due
    assert {at[14:16] for at in due} == {"30"}
