from __future__ import annotations

from datetime import timedelta

from tests.survey.builders import drafted, machine, surveyed

HOURLY = "17 * * * * root cd / && run-parts --report /etc/cron.hourly\n"
DAILY = "25 6 * * * root test -x /usr/sbin/anacron || ( cd / && run-parts --report /etc/cron.daily )\n"


def with_script(folder, name="logrotate", mode=0o755, where="etc/cron.daily"):
    machine(folder, {f"{where}/{name}": "#!/bin/sh\n"})
    (folder / where / name).chmod(mode)


def job(config, name):
    return next(job for job in config.jobs if job.name == name)


def test_script_has_an_interval_and_no_time(tmp_path):
    with_script(tmp_path)
    found = job(drafted(tmp_path, {"etc/crontab": DAILY}), "logrotate")
    assert (found.schedule, found.interval, found.scheduler) == (None, timedelta(days=1), "interval")


def test_line_that_starts_a_folder_is_a_job_of_its_own_and_names_the_scripts(tmp_path):
    with_script(tmp_path)
    found = surveyed(tmp_path, {"etc/crontab": DAILY}).jobs[0]
    assert found.schedule == "25 6 * * *"
    assert "logrotate" in found.notes[-1]


def test_script_that_is_not_executable_is_told(tmp_path):
    with_script(tmp_path, mode=0o644)
    found = surveyed(tmp_path, {"etc/crontab": DAILY})
    assert "not executable" in found.unused[0].why


def test_script_with_a_dot_is_told(tmp_path):
    with_script(tmp_path, "backup.sh")
    assert "run-parts starts no file" in surveyed(tmp_path, {"etc/crontab": DAILY}).unused[0].why


def test_script_of_a_folder_that_nothing_starts_says_so(tmp_path):
    with_script(tmp_path)
    assert "is it meant to run?" in surveyed(tmp_path, {}).jobs[0].notes[0]


def test_folder_of_its_own_is_found_by_its_line(tmp_path):
    with_script(tmp_path, "poll", where="etc/periodic/15min")
    config = drafted(tmp_path, {"etc/crontabs/root": "*/15 * * * * run-parts /etc/periodic/15min\n"})
    assert job(config, "poll").interval == timedelta(minutes=15)


def test_script_is_no_word_by_which_other_commands_are_known(tmp_path):
    with_script(tmp_path, "dpkg")
    assert job(drafted(tmp_path, {"etc/crontab": DAILY}), "dpkg").command == "/etc/cron.daily/dpkg"


def test_line_of_anacron_is_due_once_a_period(tmp_path):
    text = (
        "SHELL=/bin/sh\nSTART_HOURS_RANGE=3-22\n1\t5\tcron.daily\trun-parts /etc/cron.daily\n@monthly 45 m /opt/m.sh\n"
    )
    config = drafted(tmp_path, {"etc/anacrontab": text})
    assert job(config, "cron.daily").interval == timedelta(days=1)
    assert job(config, "m").interval == timedelta(days=31)


def test_broken_line_of_anacron_is_told(tmp_path):
    found = surveyed(tmp_path, {"etc/anacrontab": "0 5 x /opt/x.sh\nnonsense\n"})
    assert [each.place.line for each in found.unused] == [1, 2]
