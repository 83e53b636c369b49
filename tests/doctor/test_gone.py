"""A job that the scheduler starts no longer is told from one whose log fell silent."""

from __future__ import annotations

import pytest

from forensics.doctor.checkup import Known
from forensics.doctor.gone import Line
from tests.doctor.builders import about, days, fired, fleet, job, kinds, left, mended, scene, without_traces

OTHER = fired("08:00:01", "/opt/report")
JOBS = job() + job("report", "0 8 * * *")
STOPPED = fired("07:00:01", "/opt/backup", days(2, 8))


@pytest.mark.parametrize("seed", [1, 4, 5])
def test_job_taken_out_of_the_crontab_is_named_and_the_mend_ends_it(tmp_path, seed):
    told = fleet(tmp_path, seed=seed, triggers="syslog", artifacts="find-listing")
    name = told.names()[2]
    without_traces(told, name, "2026-03-08")
    (found,) = about(told.checked(), name)
    assert found.kind == "gone"
    assert kinds(told.checked(mended(told.text, *found.mends))) == []


def test_end_of_its_life_is_its_first_missed_due_time(tmp_path):
    told = scene(tmp_path, JOBS, log=[*STOPPED, *OTHER])
    (found,) = told.checked().problems
    assert found.mends[0].lines == ('until = "2026-03-09T07:00+00:00"',)


def test_last_trigger_is_named_with_its_place(tmp_path):
    told = scene(tmp_path, JOBS, log=[*STOPPED, *OTHER])
    assert told.checked().problems[0].observed[0] == "Last triggered 2026-03-08 07:00 UTC (cron.log:13)."


def test_job_that_never_fired_is_gone_too(tmp_path):
    told = scene(tmp_path, JOBS, log=OTHER)
    assert [(each.kind, each.jobs) for each in told.checked().problems] == [("gone", ("backup",))]


def test_job_that_fires_again_is_not_gone(tmp_path):
    told = scene(tmp_path, JOBS, log=[*STOPPED, *fired("07:00:01", "/opt/backup", ["2026-03-15"]), *OTHER])
    assert kinds(told.checked()) == []


def test_two_missed_nights_are_no_end(tmp_path):
    told = scene(tmp_path, JOBS, log=[*fired("07:00:01", "/opt/backup", days(2, 13)), *OTHER])
    assert kinds(told.checked()) == []


def test_log_that_fell_silent_makes_no_job_gone(tmp_path):
    told = scene(tmp_path, JOBS, log=[*STOPPED, *fired("08:00:01", "/opt/report", days(2, 8))])
    assert "gone" not in kinds(told.checked())


def test_job_that_goes_on_by_other_means_is_not_ended(tmp_path):
    text = JOBS.replace('schedule = "0 7 * * *"\n', 'schedule = "0 7 * * *"\nartifacts = ["{date:%Y-%m-%d}.json"]\n')
    told = scene(tmp_path, text, log=[*STOPPED, *OTHER], files=left("07:02:00", "{day}.json"))
    (found,) = told.checked().problems
    assert (found.mends, found.detail["still_running"]) == ((), 7)


def test_line_that_is_still_in_the_crontab_is_named(tmp_path):
    told = scene(tmp_path, JOBS, log=[*STOPPED, *OTHER])
    known = Known(crontab=(Line("/opt/backup", "/etc/cron.d/jobs, line 3"),))
    assert "It stands in /etc/cron.d/jobs, line 3." in told.checked(known=known).problems[0].observed


def test_crontab_without_the_line_is_said(tmp_path):
    told = scene(tmp_path, JOBS, log=[*STOPPED, *OTHER])
    known = Known(crontab=(Line("/opt/report", "/etc/cron.d/jobs, line 4"),))
    assert "None of 1 line of this machine's crontabs starts it." in told.checked(known=known).problems[0].observed
