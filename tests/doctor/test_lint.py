"""Mends are TOML that means what it says, whatever stands in the evidence."""

from __future__ import annotations

import tomllib

import pytest

from forensics.doctor.lint import Mend, toml_line


@pytest.mark.parametrize(
    "value",
    ["plain", 'with "quotes"', "back\\slash", "naïve ✅", True, 7, ["a", "b"], {"channel": "ops", "a b": "c"}],
)
def test_value_is_read_back_as_it_was(value):
    assert tomllib.loads(toml_line("key", value)) == {"key": value}


def test_sign_that_steers_a_terminal_is_spelled_out():
    assert "\x1b" not in toml_line("key", "red \x1b[31m")


def test_secret_in_a_command_does_not_stand_in_a_mend():
    assert "hunter2hunter2" not in toml_line("command", "dump --password=hunter2hunter2")


def test_place_of_a_job_names_its_host():
    assert Mend("job", (), "backup", "web1").place == "[[job]] backup on web1"
