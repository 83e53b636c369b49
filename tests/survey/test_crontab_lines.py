from __future__ import annotations

import pytest

from tests.survey.builders import line, table


def test_line_of_a_user_has_no_user_column():
    assert line("30 2 * * * /opt/backup.sh --all").command == "/opt/backup.sh --all"


def test_line_of_the_system_names_its_user_before_the_command():
    job = line("30 2 * * * www-data /opt/backup.sh --all", user=None)
    assert (job.users, job.command) == (("www-data",), "/opt/backup.sh --all")


def test_tabs_part_the_fields():
    assert line("30\t2\t*\t*\t*\t/opt/backup.sh\t--all").schedule == "30 2 * * *"


@pytest.mark.parametrize("word", ["@daily", "@hourly", "@reboot", "@Weekly"])
def test_word_stands_for_five_fields(word):
    assert line(f"{word} /opt/backup.sh").schedule == word


def test_word_of_freebsd_for_each_minute_is_written_as_fields():
    assert line("@every_minute /opt/poll.sh").schedule == "* * * * *"


def test_names_of_days_and_months_are_read():
    assert line("0 4 * jan-mar mon /opt/backup.sh").schedule == "0 4 * jan-mar mon"


def test_zone_holds_for_the_lines_below_it():
    first, second = table("0 1 * * * /opt/a.sh\nCRON_TZ=Asia/Tokyo\n0 1 * * * /opt/b.sh\n").jobs
    assert (first.zone, second.zone) == (None, "Asia/Tokyo")


def test_variable_tz_moves_no_schedule():
    assert line("TZ=Asia/Tokyo\n0 1 * * * /opt/a.sh").zone is None


def test_schedule_in_an_unknown_zone_is_told_and_not_used():
    job = line("CRON_TZ=Mars/Olympus\n0 1 * * * /opt/a.sh")
    assert job.schedule is None
    assert "Mars/Olympus" in job.notes[0]


def test_commented_line_is_no_job():
    assert table("# 30 2 * * * /opt/retired.sh\n#@daily /opt/retired.sh\n").jobs == ()


def test_commented_line_is_no_comment_of_the_line_below():
    assert line("# 30 2 * * * /opt/retired.sh\n0 3 * * * /opt/backup.sh").said is None


def test_comment_right_above_belongs_to_its_line():
    assert line("# Backup DB\n30 2 * * * /opt/backup_db.sh").said == "Backup DB"


def test_comment_above_a_blank_line_belongs_to_none():
    assert line("# Backup DB\n\n30 2 * * * /opt/backup_db.sh").said is None


def test_heading_of_the_columns_says_nothing():
    assert line("# m h dom mon dow command\n30 2 * * * /opt/backup_db.sh").said is None


def test_variables_alone_make_no_job_and_no_trouble():
    found = table('SHELL=/bin/sh\nMAILTO=""\nPATH = /usr/bin:/bin\n"MY VAR"=x\n')
    assert (found.jobs, found.unused) == ((), ())


@pytest.mark.parametrize("text", ["30 2 * * *", "this is no line", "0 3 * *  /opt/x.sh", "@daily", "1 2 3"])
def test_broken_line_is_told_with_its_number(text):
    (unused,) = table(f"MAILTO=x\n{text}\n").unused
    assert (unused.place.line, "no line of a crontab" in unused.why) == (2, True)


def test_broken_line_hides_no_other():
    assert [job.name for job in table("0 3 * *\n0 4 * * * /opt/good.sh\n").jobs] == ["good"]


def test_system_line_without_a_user_is_told():
    (unused,) = table("0 3 * * * /opt/backup.sh --all\n", user=None).unused
    assert "names no user" in unused.why


def test_schedule_that_can_never_fire_makes_a_job_without_one():
    job = line("0 0 31 2 * /opt/never.sh")
    assert job.schedule is None
    assert "can never fire" in job.notes[0]


def test_random_minute_makes_a_job_without_a_schedule():
    assert line("0~59 3 * * * /opt/spread.sh").schedule is None


def test_line_kept_out_of_the_log_says_so():
    job = line("-*/5 * * * * /opt/poll.sh")
    assert job.schedule == "*/5 * * * *"
    assert "out of cron's log" in job.notes[0]


def test_line_end_of_windows_is_no_part_of_the_name_and_is_told():
    job = line("30 2 * * * /opt/backup.sh\r\n\r\n")
    assert job.name == "backup"
    assert "as on Windows" in job.notes[0]


def test_blank_line_of_windows_is_no_line():
    assert table("\r\nMAILTO=x\r\n\r\n").unused == ()


def test_line_beyond_what_cron_reads_is_told_and_not_shown():
    (unused,) = table("0 3 * * * /opt/x.sh " + "a" * 100_000).unused
    assert len(unused.why) < 100


def test_own_checks_make_no_job():
    found = table("*/15 * * * * /usr/bin/forensics heartbeat check\n0 6 * * * forensics report --config /etc/f.toml\n")
    assert (found.jobs, len(found.unused)) == ((), 2)


def test_recorded_command_goes_by_the_name_that_it_is_recorded_under():
    assert line("0 3 * * * forensics run --job orders-sync -- /opt/sync.sh").name == "orders-sync"


def test_heartbeat_of_a_line_is_an_alias():
    assert line("0 3 * * * /opt/sync.sh && heartbeat-write.sh orders 1d").aliases == ("orders",)


def test_secret_in_a_broken_line_is_not_shown():
    (unused,) = table("mysql -u root -phunter2 orders\n").unused
    assert "hunter2" not in unused.why
