"""Globs for commands: short, right, without dates and secrets."""

from __future__ import annotations

from fnmatch import fnmatchcase

import pytest

from forensics.doctor.strangers import command_globs


@pytest.mark.parametrize(
    ("command", "glob"),
    [
        ("/opt/jobs/backup", "*backup"),
        ("cd /srv && /usr/bin/python3 tasks.py --task ship", "*tasks.py --task ship"),
        ("/opt/dump --all >/dev/null 2>&1", "*dump --all*"),
        ("flock -n /run/a.lock /opt/a.sh", "*a.sh"),
    ],
)
def test_command_begins_with_its_program(command, glob):
    assert next(command_globs([command])) == glob
    assert fnmatchcase(command, glob)


def test_date_in_a_command_is_left_open():
    commands = ["/opt/dump --day 2026-03-02", "/opt/dump --day 2026-03-03"]
    assert next(command_globs(commands)) == "*dump --day *"


def test_secret_in_a_command_is_left_open():
    command = "/opt/dump --password=s3cr3t-s3cr3t-99 --all"
    glob = next(command_globs([command]))
    assert "s3cr3t" not in glob
    assert fnmatchcase(command, glob)


def test_sign_of_a_glob_in_a_command_stands_for_itself():
    assert next(command_globs(["/opt/sync *.log"])) == "*sync [*].log"


def test_commands_without_anything_in_common_have_no_glob():
    assert list(command_globs(["/opt/a one", "/srv/b two"])) == []
