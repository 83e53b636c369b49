"""What a cluster is set up to run, as its CronJobs tell it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from forensics.evidence.records import ToldJob
from forensics.sources.kubernetes_schedules import cron_jobs
from forensics.timeline import NANOS
from tests.sources.kubernetes_builders import account, cron_job, job, listed, ns, read

LAST = "2026-03-19T03:00:00Z"


def told(path: Path, *things: object) -> tuple[ToldJob, ...]:
    return account(read(path, listed(*things))).jobs


def test_cron_job_is_told_as_it_is_set_up(tmp_path: Path):
    template = {"spec": {"activeDeadlineSeconds": 900, "template": {"spec": {"containers": [{"image": "tool:3"}]}}}}
    spec = {"timeZone": "Asia/Tokyo", "concurrencyPolicy": "Forbid", "startingDeadlineSeconds": 300}
    assert told(tmp_path, job(), cron_job(**spec, jobTemplate=template)) == (
        ToldJob(
            name="backup",
            scheduler="kubernetes",
            file=str(tmp_path / "cluster.json"),
            record=2,
            schedule="0 3 * * *",
            zone="Asia/Tokyo",
            since=ns("2026-01-01T00:00:00Z"),
            late=300.0,
            limit=900.0,
            aliases=("prod/backup",),
            attributes={"namespace": "prod", "concurrencyPolicy": "Forbid", "image": "tool:3"},
        ),
    )


def test_what_is_not_said_is_what_the_cluster_takes_it_for(tmp_path: Path):
    (plain,) = told(tmp_path, cron_job())
    assert (plain.zone, plain.is_suspended, plain.late, plain.limit) == ("UTC", False, 0.0, None)
    assert plain.attributes["concurrencyPolicy"] == "Allow"


def test_same_name_in_two_namespaces_goes_by_two_names(tmp_path: Path):
    both = told(tmp_path, cron_job(), cron_job(namespace="staging"))
    assert [(each.name, each.aliases) for each in both] == [("prod/backup", ()), ("staging/backup", ())]


def test_its_last_state_is_told_and_no_earlier_one(tmp_path: Path):
    assert [each.schedule for each in told(tmp_path, cron_job(schedule="0 1 * * *"), cron_job())] == ["0 3 * * *"]


def test_host_is_the_one_that_its_runs_have(tmp_path: Path):
    assert account(read(tmp_path, listed(cron_job()), host="east")).jobs[0].host == "east"


def test_suspended_one_was_due_up_to_its_last_slot(tmp_path: Path):
    (found,) = told(tmp_path, cron_job(last=LAST, suspend=True))
    assert (found.is_suspended, found.until) == (True, ns(LAST) + NANOS)


def test_suspended_one_that_never_ran_was_due_nobody_knows_when(tmp_path: Path):
    (found,) = told(tmp_path, cron_job(suspend=True))
    assert (found.is_suspended, found.until) == (True, None)


def managed(fields: dict[str, Any], at: str = "2026-03-20T01:00:00Z") -> dict[str, Any]:
    found = cron_job(last=LAST, suspend=True)
    return {**found, "metadata": {**found["metadata"], "managedFields": [{"fieldsV1": fields, "time": at}]}}


def test_who_changed_nothing_but_that_tells_when_it_was_suspended(tmp_path: Path):
    assert told(tmp_path, managed({"f:spec": {"f:suspend": {}}}))[0].until == ns("2026-03-20T01:00:00Z")


def test_who_changed_other_things_too_does_not_tell_when_it_was_suspended(tmp_path: Path):
    fields = {"f:spec": {"f:suspend": {}, "f:schedule": {}}}
    assert told(tmp_path, managed(fields))[0].until == ns(LAST) + NANOS


def test_one_that_is_not_suspended_has_no_end(tmp_path: Path):
    assert told(tmp_path, cron_job(last=LAST))[0].until is None


@pytest.mark.parametrize(("written", "seconds"), [("@every 1h30m", 5400.0), ("@every 45s", 45.0)])
def test_every_is_an_interval_that_goes_on_from_the_last_slot(tmp_path: Path, written: str, seconds: float):
    (found,) = told(tmp_path, cron_job(schedule=written, last=LAST))
    assert (found.schedule, found.interval, found.anchor) == (None, seconds, None)


def test_every_stands_on_its_creation_while_there_was_no_slot(tmp_path: Path):
    assert told(tmp_path, cron_job(schedule="@every 1h"))[0].anchor == ns("2026-01-01T00:00:00Z")


@pytest.mark.parametrize("odd", [None, 3, [], {}, "x" * 5000, True, -1, 1 << 70])
@pytest.mark.parametrize("key", ["schedule", "timeZone", "suspend", "startingDeadlineSeconds", "jobTemplate"])
def test_odd_value_raises_nothing(tmp_path: Path, key: str, odd: object):
    assert len(told(tmp_path, cron_job(**{key: odd}))) == 1


def test_drafting_finds_the_same(tmp_path: Path):
    reported = told(tmp_path, cron_job(), job())
    assert cron_jobs(tmp_path / "cluster.json") == reported
