"""A clock that is off on one host is no wrong schedule of its jobs."""

from __future__ import annotations

from tests.doctor.builders import fired, job, kinds, said, scene

JOBS = job() + job("report", "0 9 * * *") + job("sync", "30 10 * * *")


def test_all_jobs_of_one_host_off_by_one_amount_are_its_clock(tmp_path):
    log = [
        *fired("08:00:01", "/opt/backup"),
        *fired("10:00:01", "/opt/report"),
        *fired("10:30:01", "/opt/sync", host="web2"),
    ]
    (found,) = scene(tmp_path, JOBS, log=log).checked().problems
    assert (found.kind, found.detail["host"], found.detail["offset_seconds"]) == ("clock", "web1", 3600.0)


def test_one_job_of_a_host_is_a_schedule(tmp_path):
    log = [
        *fired("08:00:01", "/opt/backup"),
        *fired("09:00:01", "/opt/report"),
        *fired("10:30:01", "/opt/sync", host="web2"),
    ]
    assert kinds(scene(tmp_path, JOBS, log=log).checked()) == ["schedule"]


def test_messages_before_their_triggers_show_a_clock_that_is_ahead(tmp_path):
    log = [*fired("08:00:01", "/opt/backup"), *fired("09:00:01", "/opt/report", host="web2")]
    messages = [*said("07:05:00", "✅ backup completed"), *said("09:05:00", "✅ report completed")]
    told = scene(tmp_path, job() + job("report", "0 9 * * *"), log=log, messages=messages)
    assert kinds(told.checked()) == ["clock"]
