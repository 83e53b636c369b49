"""Our own tasks are told from jobs, whatever else stands in a line."""

from __future__ import annotations

import shlex

import pytest

from forensics.match.own import is_own
from forensics.recorder.units import Setup, crontab
from tests.match.builders import evidence, job, resolved, trigger

LINES = [
    line for line in crontab(Setup(("/opt/my tools/forensics",), config="/etc/a b.toml")).splitlines() if line[0] != "#"
]


@pytest.mark.parametrize("line", LINES)
def test_line_that_we_print_for_a_crontab_is_our_own(line: str) -> None:
    assert is_own(line.split(" ", 5)[5])


@pytest.mark.parametrize(
    "command",
    ["forensics report", "/usr/bin/python3.11 -m forensics runs retry", "/opt/x/forensics issues sync --quiet"],
)
def test_our_own_tasks_are_known_however_they_are_called(command: str) -> None:
    assert is_own(command)


@pytest.mark.parametrize(
    "command",
    [
        None,
        "",
        "/opt/jobs/backup && forensics heartbeat write backup 1d",
        "forensics run --job backup -- /opt/jobs/backup",
        "forensics heartbeat write backup 1d",
        "/opt/jobs/report --of forensics",
        "/opt/forensics-cleanup report",
        "python3 -m forensics_lab report",
        "echo 'forensics report",
    ],
)
def test_what_only_names_us_is_a_job_as_any_other(command: str | None) -> None:
    assert not is_own(command)


@pytest.mark.parametrize("line", LINES)
def test_our_own_tasks_are_no_jobs_and_nobody_elses_runs(line: str) -> None:
    command = line.split(" ", 5)[5]
    found = resolved(evidence(trigger("07:00", None, command=command)), job("report"), job("check"), job("retry"))
    assert found.triggers.tolist() == [-1]
    assert len(found.jobs) == 3


def test_job_that_names_our_task_by_its_command_has_it() -> None:
    watch = job("watch", command=f"*{shlex.quote('/etc/a b.toml')}*")
    rows = [trigger("07:00", None, command=line.split(" ", 5)[5]) for line in LINES]
    assert resolved(evidence(*rows), watch).triggers.tolist().count(0) == 2
