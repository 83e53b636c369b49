from __future__ import annotations

import json
from datetime import timedelta

import pytest

from forensics.recorder.units import CHECK, NIGHTLY
from forensics.survey.draft import draft
from tests.survey.builders import SPOOL, drafted, drafted_job, surveyed

FOLDER = "var/lib/forensics/heartbeats"


def beat(job, interval=900):
    return {f"{FOLDER}/{job}.last": json.dumps({"job": job, "timestamp": 1_767_603_600, "interval_seconds": interval})}


def test_heartbeat_of_a_job_that_nothing_else_tells_of_is_one(tmp_path):
    found = drafted_job(tmp_path, beat("agent-loop"))
    assert (found.name, found.interval) == ("agent-loop", timedelta(minutes=15))


def test_heartbeat_of_a_job_in_a_crontab_makes_no_second_one(tmp_path):
    config = drafted(tmp_path, {**beat("backup_db"), f"{SPOOL}/app": "0 3 * * * /opt/backup-db.sh\n"})
    assert [job.name for job in config.jobs] == ["backup-db"]


def test_heartbeat_without_an_interval_makes_a_job_without_one(tmp_path):
    found = drafted_job(tmp_path, {f"{FOLDER}/loop.last": "2026-01-05T09:00:00Z"})
    assert found.interval is None


def test_heartbeats_are_read_where_most_jobs_have_one(tmp_path):
    assert drafted(tmp_path, beat("loop")).heartbeats.dirs == (str(tmp_path / FOLDER),)


def test_heartbeats_are_left_as_a_comment_where_few_jobs_have_one(tmp_path):
    lines = "".join(f"0 {hour} * * * /opt/job{hour}.sh\n" for hour in range(5))
    found = surveyed(tmp_path, {**beat("loop"), f"{SPOOL}/app": lines})
    assert "# [heartbeats]\n" in draft(found)


def test_heartbeats_in_every_home_are_found(tmp_path):
    assert drafted_job(tmp_path, {"home/ann/.bezalel/heartbeats/x.last": ""}).name == "x"


def test_odd_name_is_told(tmp_path):
    assert "no job can have" in surveyed(tmp_path, {f"{FOLDER}/ü x.last": ""}).unused[0].why


@pytest.mark.parametrize("own", [CHECK, NIGHTLY])
def test_own_heartbeats_are_no_jobs(tmp_path, own):
    assert surveyed(tmp_path, beat(own)).jobs == ()
