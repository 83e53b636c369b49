from __future__ import annotations

from datetime import timedelta

from tests.survey.builders import drafted_job, machine, surveyed

ETC, LIB = "etc/systemd/system", "usr/lib/systemd/system"


def unit(*lines):
    return "[Unit]\nDescription=Nightly backup\n\n[Timer]\n" + "".join(f"{line}\n" for line in lines)


def enabled(folder, name, where=ETC):
    wants = folder / where / "timers.target.wants"
    wants.mkdir(parents=True, exist_ok=True)
    (wants / name).symlink_to(f"/{where}/{name}")


def test_calendar_becomes_a_schedule_that_can_be_used(tmp_path):
    job = drafted_job(tmp_path, {f"{ETC}/backup.timer": unit("OnCalendar=*-*-* 03:30:00")})
    assert (job.scheduler, job.schedule, job.problem) == ("systemd", "30 3 * * *", None)


def test_zone_of_a_calendar_is_the_jobs(tmp_path):
    job = drafted_job(tmp_path, {f"{ETC}/backup.timer": unit("OnCalendar=*-*-* 03:30 Asia/Tokyo")})
    assert job.timezone.key == "Asia/Tokyo"


def test_two_calendars_that_cron_can_write_as_one_are_one(tmp_path):
    job = drafted_job(tmp_path, {f"{ETC}/backup.timer": unit("OnCalendar=03:00", "OnCalendar=15:00")})
    assert job.schedule == "0 3,15 * * *"


def test_calendar_that_cron_cannot_say_is_taken_as_it_is(tmp_path):
    (job,) = surveyed(tmp_path, {f"{ETC}/backup.timer": unit("OnCalendar=Sat *-*-1..7 18:00")}).jobs
    assert (job.scheduler, job.schedule) == ("systemd", "Sat *-*-1..7 18:00")


def test_calendar_that_nobody_can_read_is_told_and_leaves_the_job(tmp_path):
    (job,) = surveyed(tmp_path, {f"{ETC}/backup.timer": unit("OnCalendar=whenever it suits")}).jobs
    assert job.schedule is None
    assert any("not used" in note for note in job.notes)


def test_span_since_the_last_run_is_an_interval(tmp_path):
    job = drafted_job(tmp_path, {f"{ETC}/poll.timer": unit("OnBootSec=5min", "OnUnitActiveSec=15min")})
    assert job.interval == timedelta(minutes=15)


def test_timer_of_the_boot_alone_is_never_due(tmp_path):
    job = drafted_job(tmp_path, {f"{ETC}/warm.timer": unit("OnBootSec=5min")})
    assert (job.schedule, job.interval) == (None, None)


def test_random_delay_widens_the_grace(tmp_path):
    job = drafted_job(tmp_path, {f"{ETC}/x.timer": unit("OnCalendar=daily", "RandomizedDelaySec=1h")})
    assert job.start_grace == timedelta(minutes=70)


def test_shipped_timer_that_nothing_enables_is_no_job(tmp_path):
    assert surveyed(tmp_path, {f"{LIB}/x.timer": unit("OnCalendar=daily")}).jobs == ()


def test_shipped_timer_that_is_enabled_is_a_job(tmp_path):
    tree = {f"{LIB}/x.timer": unit("OnCalendar=daily")}
    enabled(tmp_path, "x.timer")
    assert drafted_job(tmp_path, tree).schedule == "0 0 * * *"


def test_timer_in_etc_outranks_the_shipped_one(tmp_path):
    files = {f"{LIB}/x.timer": unit("OnCalendar=daily"), f"{ETC}/x.timer": unit("OnCalendar=hourly")}
    assert drafted_job(tmp_path, files).schedule == "0 * * * *"


def test_masked_timer_is_no_job(tmp_path):
    machine(tmp_path, {f"{LIB}/x.timer": unit("OnCalendar=daily"), f"{ETC}/a": ""})
    (tmp_path / ETC / "x.timer").symlink_to("/dev/null")
    assert surveyed(tmp_path, {}).jobs == ()


def test_drop_in_that_empties_the_calendar_replaces_it(tmp_path):
    files = {
        f"{ETC}/x.timer": unit("OnCalendar=daily"),
        f"{ETC}/x.timer.d/override.conf": "[Timer]\nOnCalendar=\nOnCalendar=06:00\n",
    }
    assert drafted_job(tmp_path, files).schedule == "0 6 * * *"


def test_instance_of_a_template_is_a_job(tmp_path):
    machine(tmp_path, {f"{ETC}/sync@.timer": unit("OnCalendar=hourly")})
    wants = tmp_path / ETC / "timers.target.wants"
    wants.mkdir()
    (wants / "sync@orders.timer").symlink_to("/etc/systemd/system/sync@.timer")
    assert drafted_job(tmp_path, {}).name == "sync-orders"


def test_timer_of_a_user_is_found_in_his_home(tmp_path):
    (job,) = surveyed(tmp_path, {"home/ann/.config/systemd/user/x.timer": unit("OnCalendar=daily")}).jobs
    assert job.users == ("ann",)


def test_command_is_that_of_the_service(tmp_path):
    service = "[Service]\nExecStart=-/opt/backup.sh --all\n"
    files = {f"{ETC}/x.timer": unit("OnCalendar=daily"), f"{ETC}/x.service": service}
    assert drafted_job(tmp_path, files).command == "/opt/backup.sh --all"


def test_timers_of_this_program_are_no_jobs(tmp_path):
    assert surveyed(tmp_path, {f"{ETC}/forensics-report.timer": unit("OnCalendar=daily")}).jobs == ()
