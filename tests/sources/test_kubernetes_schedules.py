"""The CronJobs that the drafting of a config finds in a file."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from forensics.sources.kubernetes_schedules import CronJob, cron_jobs
from tests.sources.kubernetes_builders import cron_job, job, listed


def found(path: Path, *things: object) -> tuple[CronJob, ...]:
    (path / "cluster.json").write_text(listed(*things))
    return cron_jobs(path / "cluster.json")


def test_cron_job_is_told_as_it_is_set_up(tmp_path: Path):
    set_up = cron_job(timeZone="Asia/Tokyo", suspend=True, concurrencyPolicy="Forbid", startingDeadlineSeconds=300)
    assert found(tmp_path, job(), set_up) == (
        CronJob("backup", "prod", "backup", "0 3 * * *", "Asia/Tokyo", True, "Forbid", timedelta(minutes=5), 2),
    )


def test_what_is_not_said_is_what_the_cluster_takes_it_for(tmp_path: Path):
    (plain,) = found(tmp_path, cron_job())
    assert (plain.zone, plain.is_suspended, plain.concurrency, plain.deadline) == (None, False, "Allow", None)


def test_same_name_in_two_namespaces_goes_by_two_names(tmp_path: Path):
    both = found(tmp_path, cron_job(), cron_job(namespace="staging"))
    assert [each.job for each in both] == ["prod/backup", "staging/backup"]
