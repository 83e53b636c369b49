"""Units and crontab lines start what they should, when they should, whatever signs are in the paths."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from datetime import time, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from forensics.errors import ForensicsError
from forensics.recorder.units import CHECK, REPORT, RETRY, Setup, crontab, step, unit_files

USUAL = Setup(("/usr/bin/true",))


def setup(**more: object) -> Setup:
    return Setup(**{"command": ("/opt/forensics",), **more})  # type: ignore[arg-type]


def calls(made: Setup) -> dict[str, str]:
    """Return by task what its service starts."""
    lines = {name: re.search(r"^ExecStart=(.*)$", text, re.MULTILINE) for name, text in unit_files(made).items()}
    return {name.removesuffix(".service"): line[1] for name, line in lines.items() if line}


def cron_lines(made: Setup) -> list[str]:
    return [line for line in crontab(made).splitlines() if not line.startswith("#")]


@pytest.fixture
def analyse():
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not there; on Debian: apt-get install systemd")
    return lambda *words: subprocess.run(["systemd-analyze", *words], capture_output=True, text=True, check=False)


def test_each_task_has_a_service_and_its_timer():
    names = [f"{task}.{kind}" for task in (CHECK, RETRY, REPORT) for kind in ("service", "timer")]
    assert list(unit_files(USUAL)) == names


@pytest.mark.parametrize("made", [USUAL, setup(command=("/usr/bin/true",), hardens=False, files_issues=True)])
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
