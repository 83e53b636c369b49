from __future__ import annotations

from pathlib import Path

import pytest

from forensics.configfile import read_config
from forensics.survey.difference import difference
from forensics.survey.draft import draft
from tests.survey.builders import SPOOL, surveyed

TABLE = "0 3 * * * /opt/backup.sh --all\n30 4 * * * /opt/vacuum.sh\n"


def differing(folder: Path, before: str, table: str, host: str | None = None, **more: str):
    found = surveyed(folder, {f"{SPOOL}/app": table, **more})
    return difference(read_config(before, "forensics.toml"), before, found, host)


def written(folder: Path, table: str = TABLE, **more: str) -> str:
    return draft(surveyed(folder, {f"{SPOOL}/app": table, **more}))


def job(name: str, *lines: str) -> str:
    return "".join(f"{line}\n" for line in ("[[job]]", f'name = "{name}"', *lines, ""))


def names(jobs):
    return [each.name for each in jobs]


def test_what_was_just_written_differs_in_nothing(tmp_path):
    before = written(tmp_path)
    found = differing(tmp_path, before, TABLE)
    assert found.is_none
    assert found.unified(before, "forensics.toml") == ""


def test_job_that_is_new_on_the_machine_is_added_behind_the_others(tmp_path):
    found = differing(tmp_path, written(tmp_path), TABLE + "0 5 * * * /opt/new.sh\n")
    assert names(found.new) == ["new"]
    assert names(read_config(found.text, "f").jobs) == ["backup", "vacuum", "new"]


def test_job_that_is_gone_is_taken_out_and_no_other_line(tmp_path):
    before = written(tmp_path)
    found = differing(tmp_path, before, "0 3 * * * /opt/backup.sh --all\n")
    assert names(found.gone) == ["vacuum"]
    assert set(before.split("\n")) - set(found.text.split("\n")) == {
        "# /var/spool/cron/crontabs/app, line 2, as app",
        'name = "vacuum"',
        'schedule = "30 4 * * *"',
        'command = "/opt/vacuum.sh"',
    }


def test_schedule_that_differs_is_taken_from_the_machine(tmp_path):
    found = differing(tmp_path, written(tmp_path), TABLE.replace("0 3 *", "15 3 *"))
    assert [each.job.name for each in found.moved] == ["backup"]
    assert read_config(found.text, "f").jobs[0].schedule == "15 3 * * *"


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [("@daily", "0 0 * * *"), ("0 4 * * sun", "0 4 * * 7"), ("0 4 * jan *", "0 4 * 1 *"), ("0  4 * * *", "0 4 * * *")],
)
def test_schedules_that_mean_the_same_do_not_differ(tmp_path, ours, theirs):
    before = job("x", f'schedule = "{ours}"', 'command = "/opt/x.sh"')
    assert differing(tmp_path, before, f"{theirs} /opt/x.sh\n").is_none


def test_job_is_known_by_its_command_whatever_it_was_called(tmp_path):
    before = job("nightly", 'schedule = "0 3 * * *"', 'command = "/opt/backup.sh*"')
    assert differing(tmp_path, before, "0 3 * * * /opt/backup.sh --all\n").is_none


def test_job_is_known_by_an_alias(tmp_path):
    before = job("nightly", 'schedule = "0 3 * * *"', 'aliases = ["backup"]')
    assert differing(tmp_path, before, "0 3 * * * /opt/backup.sh\n").is_none


def test_what_a_person_changed_beside_the_times_is_no_difference(tmp_path):
    before = written(tmp_path).replace(
        'command = "/opt/vacuum.sh"', 'command = "/opt/vacuum*"\nmax_duration = "2h"\nartifacts = ["a"]'
    )
    assert differing(tmp_path, before + '\n[[mute]]\njobs = ["backup"]\n', TABLE).is_none


def test_person_s_lines_stay_as_they_are_where_something_differs(tmp_path):
    before = written(tmp_path).replace('name = "vacuum"', 'name = "vacuum"    # not before four\nmax_duration = "2h"')
    found = differing(tmp_path, before, TABLE.replace("30 4", "45 4"))
    assert 'name = "vacuum"    # not before four\nmax_duration = "2h"\nschedule = "45 4 * * *"' in found.text


def test_command_that_changed_under_a_name_is_taken_from_the_machine(tmp_path):
    found = differing(tmp_path, written(tmp_path), TABLE.replace("/opt/vacuum.sh", "/srv/bin/vacuum.sh"))
    assert (names(found.started), found.new, found.gone) == (["vacuum"], (), ())
    assert read_config(found.text, "f").jobs[1].command == "/srv/bin/vacuum.sh"


def test_new_job_gets_no_name_that_the_config_has(tmp_path):
    before = job("run", 'schedule = "0 3 * * *"', 'command = "/opt/a/run.sh"')
    found = differing(tmp_path, before, "0 3 * * * /opt/a/run.sh\n0 4 * * * /opt/b/run.sh\n")
    assert len(found.new) == 1
    assert read_config(found.text, "f").jobs[1].command == "/opt/b/run.sh"


def test_job_of_another_host_is_not_missed(tmp_path):
    before = job("x", 'host = "web2"', 'schedule = "0 3 * * *"')
    assert differing(tmp_path, before, "", host="web1").is_none


def test_name_on_two_hosts_is_told_apart_by_this_one_s(tmp_path):
    before = job("x", 'host = "web1"', 'schedule = "0 3 * * *"') + job("x", 'host = "web2"', 'schedule = "0 4 * * *"')
    found = differing(tmp_path, before, "0 5 * * * /opt/x.sh\n", host="web1.example.org")
    assert [each.job.host for each in found.moved] == ["web1"]
    assert 'host = "web2"\nschedule = "0 4 * * *"' in found.text


def test_job_that_has_ended_is_not_missed(tmp_path):
    assert differing(tmp_path, job("x", 'schedule = "0 3 * * *"', 'until = "2026-01-01"'), "").is_none


def test_job_of_another_scheduler_that_is_not_looked_at_is_not_missed(tmp_path):
    assert differing(tmp_path, job("x", 'scheduler = "kubernetes"', 'schedule = "0 3 * * *"'), "").is_none


def test_zone_of_the_machine_that_is_not_the_config_s_is_shown_once(tmp_path):
    before = 'timezone = "UTC"\n\n' + written(tmp_path).split("# ---- Jobs", 1)[1].split("\n", 1)[1]
    found = differing(tmp_path, before, TABLE, **{"etc/timezone": "Asia/Tokyo\n"})
    assert (found.zone, found.moved) == ("Asia/Tokyo", ())
    assert read_config(found.text, "f").timezone.key == "Asia/Tokyo"


def test_zone_of_one_job_that_differs_is_taken_from_its_crontab(tmp_path):
    before = written(tmp_path)
    found = differing(
        tmp_path,
        before,
        "0 3 * * * /opt/backup.sh --all\nCRON_TZ=Asia/Tokyo\n30 4 * * * /opt/vacuum.sh\n",
        **{"etc/timezone": "UTC\n"},
    )
    assert [(each.job.name, each.is_zone) for each in found.moved] == [("vacuum", True)]
    assert read_config(found.text, "f").jobs[1].timezone.key == "Asia/Tokyo"


def test_zones_that_go_alike_do_not_differ(tmp_path):
    before = written(tmp_path, **{"etc/timezone": "UTC\n"})
    assert differing(tmp_path, before, TABLE, **{"etc/timezone": "Etc/UTC\n"}).is_none


def test_config_that_cannot_be_changed_line_by_line_is_left(tmp_path):
    before = 'job = [{ name = "backup", schedule = "0 3 * * *" }]\n'
    found = differing(tmp_path, before, TABLE)
    assert names(found.new) == ["vacuum"]
    assert found.text == before


def test_config_with_line_ends_of_windows_is_compared_as_well(tmp_path):
    before = written(tmp_path).replace("\n", "\r\n")
    assert differing(tmp_path, before, TABLE).is_none


def test_log_that_a_person_left_out_is_not_offered_again(tmp_path):
    log = "Mar 19 03:00:01 web1 CRON[101]: (app) CMD (/opt/backup.sh --all)\n"
    before = '[[source]]\nkind = "syslog"\npath = "/srv/logs/cron*"\n\n' + "".join(
        job(name, f'schedule = "{schedule}"', f'command = "{command}"')
        for name, schedule, command in (("b", "0 3 * * *", "/opt/backup.sh*"), ("v", "30 4 * * *", "/opt/vacuum.sh"))
    )
    assert differing(tmp_path, before, TABLE, **{"var/log/syslog": log}).sources == ()
