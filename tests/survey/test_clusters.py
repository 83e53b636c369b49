"""The CronJobs of a cluster become jobs of the draft where an option names what kubectl printed of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from forensics.config import Config, SourceConfig
from forensics.survey.found import FoundSource, Survey
from forensics.survey.machine import Beside, survey
from tests.sources.kubernetes_builders import cron_job, job, listed
from tests.survey.builders import config_of, machine


def surveyed(folder: Path, *files: str, path: str = "cluster.json") -> Survey:
    """Return what is found on a machine in Tokyo with what was printed of a cluster beside it."""
    for number, text in enumerate(files):
        (folder / (path if len(files) == 1 else f"cluster-{number}.json")).write_text(text)
    named = FoundSource(SourceConfig("kubernetes", str(folder / path)), "as asked", is_asked=True)
    return survey(machine(folder / "root", {"etc/timezone": "Asia/Tokyo"}), Beside(sources=(named,)))


def drafted(folder: Path, *things: object) -> Config:
    return config_of(surveyed(folder, listed(*things)))


def test_cron_job_is_drafted_as_it_is_set_up(tmp_path: Path):
    spec = {"timeZone": "Europe/Berlin", "concurrencyPolicy": "Forbid", "startingDeadlineSeconds": 1200}
    (found,) = drafted(tmp_path, cron_job(**spec, jobTemplate={"spec": {"activeDeadlineSeconds": 900}})).jobs
    assert (found.name, found.scheduler, found.schedule) == ("backup", "kubernetes", "0 3 * * *")
    assert (found.timezone.key, found.since) == ("Europe/Berlin", datetime(2026, 1, 1, tzinfo=UTC))
    assert (found.start_grace, found.max_duration) == (timedelta(minutes=30), timedelta(minutes=17))
    assert found.attributes["concurrencyPolicy"] == "Forbid"


def test_without_a_zone_it_is_in_the_controllers_and_not_in_the_machines(tmp_path: Path):
    assert drafted(tmp_path, cron_job()).jobs[0].timezone.key == "UTC"


def test_same_name_in_two_namespaces_is_two_jobs(tmp_path: Path):
    found = drafted(tmp_path, cron_job(), cron_job(namespace="staging")).jobs
    assert [each.name for each in found] == ["prod-backup", "staging-backup"]


def test_suspended_one_makes_no_job_and_is_told(tmp_path: Path):
    found = surveyed(tmp_path, listed(cron_job(suspend=True)))
    assert (found.jobs, [each.why for each in found.unused]) == ((), ['"backup" is suspended'])


def test_of_several_files_of_one_cluster_the_last_counts(tmp_path: Path):
    found = surveyed(tmp_path, listed(cron_job(schedule="0 1 * * *")), listed(cron_job()), path="cluster-*.json")
    assert [each.schedule for each in found.jobs] == ["0 3 * * *"]


def test_schedule_that_cannot_be_read_leaves_a_job_that_says_so(tmp_path: Path):
    (found,) = surveyed(tmp_path, listed(cron_job(schedule="often"))).jobs
    assert (found.schedule, len(found.notes)) == (None, 1)


def test_file_without_cron_jobs_adds_none(tmp_path: Path):
    assert surveyed(tmp_path, listed(job())).jobs == ()


def test_file_that_is_not_there_adds_none(tmp_path: Path):
    assert surveyed(tmp_path, path="nowhere-*.json").jobs == ()


def test_folder_in_its_place_is_told(tmp_path: Path):
    (tmp_path / "cluster.json").mkdir()
    assert [each.path for each in surveyed(tmp_path).barred] == [str(tmp_path / "cluster.json")]
