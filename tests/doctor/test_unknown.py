"""Jobs that fire and stand in no config come with the section that names them."""

from __future__ import annotations

from tests.doctor.builders import days, fired, job, kinds, mended, said, scene

LOG = [*fired("07:00:01", "/opt/backup"), *fired("08:30:01", "/usr/bin/python3 /srv/tasks.py --task ship-logs")]


def test_job_that_nobody_configured_is_told_with_count_and_place(tmp_path):
    (found,) = scene(tmp_path, job(), log=LOG).checked().problems
    assert found.kind == "unconfigured"
    assert found.observed == ("14 triggers on web1, 2026-03-02 08:30 to 2026-03-15 08:30 (cron.log:28).",)


def test_its_section_has_the_schedule_that_it_keeps(tmp_path):
    (found,) = scene(tmp_path, job(), log=LOG).checked().problems
    assert 'schedule = "30 8 * * *"' in found.mends[0].lines


def test_its_section_makes_it_known(tmp_path):
    told = scene(tmp_path, job(), log=LOG)
    assert told.checked(mended(told.text, *told.checked().problems[0].mends)).problems == ()


def test_job_on_two_hosts_is_one_finding_with_two_sections(tmp_path):
    log = [*LOG, *fired("09:00:01", "/opt/ship"), *fired("09:00:01", "/opt/ship", host="web2")]
    told = scene(tmp_path, job(), log=log)
    found = next(each for each in told.checked().problems if each.detail["name"] == "ship")
    assert len(found.mends) == 2
    again = told.checked(mended(told.text, *found.mends))
    assert [each.detail["name"] for each in again.problems] == ["tasks-ship-logs"]


def test_what_every_system_has_is_a_remark(tmp_path):
    told = scene(
        tmp_path,
        job(),
        log=[*fired("07:00:01", "/opt/backup"), *fired("06:25:01", "cd / && run-parts --report /etc/cron.daily")],
    )
    assert told.checked().problems == ()
    assert "unconfigured" in [each.kind for each in told.checked().remarks]


def test_one_run_by_hand_is_a_remark(tmp_path):
    told = scene(tmp_path, job(), log=[*fired("07:00:01", "/opt/backup"), *fired("12:00:01", "/opt/once", days(5, 5))])
    assert kinds(told.checked()) == []


def test_config_without_jobs_is_told_how_to_begin(tmp_path):
    told = scene(tmp_path, "", log=LOG).checked()
    assert [(each.kind, each.detail["jobs"]) for each in told.remarks] == [("no_jobs", ["backup", "tasks-ship-logs"])]


def test_job_that_only_messages_name_is_told_too(tmp_path):
    told = scene(tmp_path, job(), log=fired("07:00:01", "/opt/backup"),
                 messages=[*said("07:05:00", "✅ backup done"), *said("09:00:00", "✅ ship-logs completed")])  # fmt: skip
    assert [each.detail["name"] for each in told.checked().problems] == ["ship-logs"]
