"""Units and crontab lines start what they should, when they should, whatever signs are in the paths."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from dataclasses import replace
from datetime import datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import click
import pytest
from cronsim import CronSim

from forensics.cli import main
from forensics.errors import ForensicsError
from forensics.recorder.units import CHECK, NIGHTLY, REPORT, RETRY, Setup, crontab, step, unit_files

USUAL = Setup(("/usr/bin/true",))
IN_TOKYO = {"zone": "Asia/Tokyo", "nightly_here": time(21)}
FULL = Setup(
    ("/usr/bin/true",),
    config="/etc/forensics/50% a.toml",
    zone="Europe/Berlin",
    nightly_here=time(5),
    files_issues=True,
    archive="/etc/nights of 50%",
    beats="/srv/beats",
    written=("/etc/forensics",),
)


def setup(**more: object) -> Setup:
    return Setup(**{"command": ("/opt/forensics",), **more})  # type: ignore[arg-type]


def calls(made: Setup) -> dict[str, str]:
    """Return by task what its service starts."""
    lines = {name: re.search(r"^ExecStart=(.*)$", text, re.MULTILINE) for name, text in unit_files(made).items()}
    return {name.removesuffix(".service"): line[1] for name, line in lines.items() if line}


def cron_lines(made: Setup) -> list[str]:
    return [line for line in crontab(made).splitlines() if not line.startswith(("#", "CRON_TZ="))]


def reported_by_cron(made: Setup, tmp_path: Path, code: int) -> list[str]:
    """Let a shell do what cron would: run the report's line, with a program that notes its words and ends with a code."""
    program, diary = tmp_path / "50% of a night", tmp_path / "diary"
    program.write_text(f'#!/bin/sh\necho "$*" >> "{diary}"\n[ "$1" != report ] || exit {code}\n')
    program.chmod(0o755)
    line = cron_lines(replace(made, command=(str(program),)))[-1].split(" ", 5)[5]
    assert re.search(r"(?<!\\)%", line) is None
    subprocess.run(["sh", "-c", line.replace("\\%", "%")], check=False)
    return diary.read_text().splitlines()


@pytest.fixture
def analyse():
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not there; on Debian: apt-get install systemd")
    return lambda *words: subprocess.run(["systemd-analyze", *words], capture_output=True, text=True, check=False)


def test_each_task_has_a_service_and_its_timer():
    names = [f"{task}.{kind}" for task in (CHECK, RETRY, REPORT) for kind in ("service", "timer")]
    assert list(unit_files(USUAL)) == names


@pytest.mark.parametrize("made", [USUAL, FULL, replace(FULL, hardens=False)])
def test_systemd_accepts_the_units(tmp_path: Path, analyse, made):
    paths = [tmp_path / name for name in unit_files(made)]
    for path, text in zip(paths, unit_files(made).values(), strict=True):
        path.write_text(text)
    found = analyse("verify", *map(str, paths))
    assert (found.returncode, found.stdout + found.stderr) == (0, "")


def test_systemd_finds_a_program_whose_path_is_odd(tmp_path: Path, analyse):
    program = tmp_path / "a b%h$HOME" / "forensics"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    unit = tmp_path / f"{CHECK}.service"
    unit.write_text(unit_files(setup(command=(str(program),)))[unit.name])
    assert analyse("verify", str(unit)).returncode == 0


@pytest.mark.parametrize("every", [timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1), timedelta(hours=6)])
def test_calendar_of_systemd_has_the_step_that_was_asked_for(analyse, every):
    found = analyse("calendar", "--iterations=3", "--base-time=2026-09-21 10:00:00 UTC", step(every)[0])
    times = re.findall(r"(?:Next elapse|Iter\. #\d|Iteration #\d): \w+ (\d{4}-\d\d-\d\d) (\d\d):(\d\d)", found.stdout)
    minutes = [int(day[-2:]) * 1440 + int(hour) * 60 + int(minute) for day, hour, minute in times]
    assert [later - earlier for earlier, later in pairwise(minutes)] == [every.total_seconds() / 60] * 2


def test_timers_make_up_for_what_fell_due_while_the_host_was_off():
    timers = [text for name, text in unit_files(USUAL).items() if name.endswith(".timer")]
    assert all("\nPersistent=true\n" in text and "\nWantedBy=timers.target\n" in text for text in timers)


def test_nightly_report_is_at_its_time():
    made = setup(nightly=time(23, 5))
    assert "OnCalendar=*-*-* 23:05:00\n" in unit_files(made)[f"{REPORT}.timer"]
    assert cron_lines(made)[-1].startswith("5 23 * * * /opt/forensics report ")


def test_nightly_report_is_at_its_time_in_its_zone(analyse):
    calendar = (
        unit_files(setup(nightly=time(6, 30), **IN_TOKYO))[f"{REPORT}.timer"].split("OnCalendar=")[1].split("\n")[0]
    )
    found = analyse("calendar", "--iterations=1", "--base-time=2026-09-21 10:00:00 UTC", calendar)
    assert re.search(r"\(in UTC\): Mon 2026-09-21 21:30:00|Next elapse: Mon 2026-09-21 21:30:00 UTC", found.stdout)


def test_cron_has_the_report_at_the_same_time_in_its_zone():
    lines = crontab(setup(nightly=time(6, 30), **IN_TOKYO)).splitlines()
    assert lines[-2] == "CRON_TZ=Asia/Tokyo"
    fields, zone = " ".join(lines[-1].split()[:5]), ZoneInfo("Asia/Tokyo")
    due = next(CronSim(fields, datetime(2026, 9, 21, 19, tzinfo=zone)))
    assert due == datetime(2026, 9, 22, 6, 30, tzinfo=zone)


def test_zone_of_the_report_is_not_that_of_the_checks():
    lines = crontab(setup(**IN_TOKYO)).splitlines()
    assert [at for at, line in enumerate(lines) if line.startswith("CRON_TZ=")] == [len(lines) - 2]


def test_host_whose_clock_is_the_reports_needs_no_word_about_it():
    assert "CRON_TZ" not in crontab(USUAL)


def test_host_whose_cron_knows_no_zones_is_told_its_own_time():
    assert "own time below (21:00 now)" in crontab(setup(**IN_TOKYO))


@pytest.mark.parametrize("code", [0, 1, 3])
def test_nightly_that_told_somebody_gives_a_sign_of_life(tmp_path: Path, code: int):
    reported, beat = reported_by_cron(FULL, tmp_path, code)
    assert reported.startswith(
        "report --config /etc/forensics/50% a.toml --quiet --file-issues --archive /etc/nights of 50%"
    )
    assert beat == f"heartbeat write {NIGHTLY} 1d --dir /srv/beats"


@pytest.mark.parametrize("code", [2, 4, 130, 137])
def test_nightly_that_told_nobody_gives_none(tmp_path: Path, code: int):
    assert len(reported_by_cron(USUAL, tmp_path, code)) == 1


@pytest.mark.parametrize(("status", "beats"), [("0", 1), ("1", 1), ("3", 1), ("2", 0), ("4", 0), ("TERM", 0)])
def test_service_of_the_nightly_gives_a_sign_of_life_just_as_cron_does(tmp_path: Path, status: str, beats: int):
    program = tmp_path / "forensics"
    program.write_text(f'#!/bin/sh\necho "$*" >> {tmp_path}/diary\n')
    program.chmod(0o755)
    unit = unit_files(setup(command=(str(program),)))[f"{REPORT}.service"]
    call = re.search(r"^ExecStopPost=(.*)$", unit, re.MULTILINE)
    words = shlex.split(call[1].replace("$$", "$")) if call else []
    subprocess.run(words, env={"EXIT_STATUS": status, "PATH": "/usr/bin:/bin"}, check=False)
    diary = tmp_path / "diary"
    said = diary.read_text().splitlines() if diary.exists() else []
    assert said == [f"heartbeat write {NIGHTLY} 1d"] * beats


def test_report_takes_the_words_that_are_prepared_for_it():
    words = shlex.split(cron_lines(FULL)[-1].split(";")[0].replace("\\%", "%").split(" ", 5)[5])
    report = main.get_command(click.Context(main), "report")
    assert report is not None
    context = report.make_context("report", words[2:])
    assert context.params["file_issues"] is context.params["quiet"] is True


def test_nightly_alone_is_without_the_checks():
    alone = setup(is_whole=False)
    assert list(unit_files(alone)) == [f"{REPORT}.service", f"{REPORT}.timer"]
    assert len(cron_lines(alone)) == 1


def test_report_may_write_what_it_remembers_though_the_system_is_read_only():
    assert '\nReadWritePaths="-/etc/forensics" "-/etc/nights of 50%%"\n' in unit_files(FULL)[f"{REPORT}.service"]
    assert '\nReadWritePaths="-/etc/forensics"\n' in unit_files(FULL)[f"{CHECK}.service"]


def test_folders_that_are_free_anyway_need_no_word():
    assert "ReadWritePaths" not in "".join(unit_files(setup(archive="/srv/nights", written=("/etcetera",))).values())


@pytest.mark.parametrize(
    ("every", "fields"),
    [
        (timedelta(minutes=15), "*/15 * * * *"),
        (timedelta(minutes=1), "*/1 * * * *"),
        (timedelta(hours=1), "0 */1 * * *"),
        (timedelta(hours=12), "0 */12 * * *"),
    ],
)
def test_cron_has_the_same_step(every, fields):
    assert cron_lines(setup(every=every))[0].startswith(f"{fields} /opt/forensics heartbeat check")


@pytest.mark.parametrize("seconds", [0, 30, 90, 7 * 60, 90 * 60, 5 * 3600, 86_400, 48 * 3600])
def test_step_that_no_calendar_holds_is_refused(seconds):
    with pytest.raises(ForensicsError, match="divides an hour or a day"):
        step(timedelta(seconds=seconds))


def test_check_is_told_a_step_that_is_not_the_usual_one():
    assert calls(setup(every=timedelta(hours=1)))[CHECK] == "/opt/forensics heartbeat check --interval 1h"
    assert calls(setup())[CHECK] == "/opt/forensics heartbeat check"


def test_issues_are_filed_only_where_that_is_asked_for():
    assert "--file-issues" not in calls(setup())[REPORT]
    assert "--file-issues" in calls(setup(files_issues=True))[REPORT]


def test_signs_that_systemd_would_read_are_escaped():
    call = calls(setup(config='/etc/50% a$b\\"c.toml'))[CHECK]
    assert call == '/opt/forensics heartbeat check --config "/etc/50%% a$$b\\\\\\"c.toml"'


def test_cron_gets_the_words_as_they_are_and_no_percent_that_ends_the_command():
    line = cron_lines(setup(command=("/opt/my tools/forensics",), config="/etc/50% a$b.toml"))[0]
    assert re.search(r"(?<!\\)%", line) is None
    command = line.replace("\\%", "%").split(" ", 5)[5]
    words = ["/opt/my tools/forensics", "heartbeat", "check", "--config", "/etc/50% a$b.toml"]
    assert shlex.split(command) == words


@pytest.mark.parametrize("sign", ['"', "'", "\\"])
def test_program_that_systemd_would_not_start_is_refused(sign):
    with pytest.raises(ForensicsError, match="systemd starts no program"):
        unit_files(setup(command=(f"/opt/a{sign}b/forensics",)))


@pytest.mark.parametrize("config", ["/etc/a\nExecStart=/bin/evil", "/etc/a\x00b"])
def test_path_that_would_end_a_line_is_refused(config):
    for make in (unit_files, crontab):
        with pytest.raises(ForensicsError, match="no unit or crontab can hold"):
            make(setup(config=config))


def test_job_that_is_run_again_is_in_no_cage_and_has_no_limit():
    unit = unit_files(USUAL)[f"{RETRY}.service"]
    assert "Protect" not in unit
    assert "TimeoutStartSec" not in unit


def test_check_is_held_to_a_time_and_may_not_change_the_system():
    unit = unit_files(USUAL)[f"{CHECK}.service"]
    assert "\nTimeoutStartSec=10min\n" in unit
    assert "\nProtectSystem=full\n" in unit


def test_unit_of_a_user_asks_for_nothing_that_only_root_can_give():
    assert "Protect" not in "".join(unit_files(setup(hardens=False)).values())
