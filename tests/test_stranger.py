"""The whole way as a stranger: nothing but the README, a host that nobody prepared, and two mornings."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.stranger import HOME, TAKES_GUESSES, Stranger, host_of_the_tutorial, stranger  # noqa: F401 - fixtures

pytestmark = pytest.mark.slow
INIT = "forensics init --notifications slack --artifacts /srv"


def ran(host: Stranger, command: str, *codes: int) -> str:
    """Return what a command says, which must end with one of these codes (0 where none is named)."""
    ended = host.sh(command)
    output = ended.stdout + ended.stderr
    assert ended.returncode in (codes or (0,)), f"$ {command}\n{output}"
    assert "Traceback" not in output
    return output


def told(host: Stranger, path: str) -> dict[str, Any]:
    """Return a report of the host as data."""
    found: dict[str, Any] = json.loads(host.path(path).read_text(encoding="utf-8"))
    return found


def nightly(report: dict[str, Any]) -> dict[str, str]:
    """Return the verdict of each job that runs once a night."""
    return {each["job"]: each["verdict"] for each in report["runs"] if each["job"] != "sync-mail"}


def pending(report: dict[str, Any]) -> set[str]:
    return {each["key"] for each in report["runs"] if each["verdict"] == "pending"}


def judged(report: dict[str, Any]) -> set[str]:
    return {each["key"] for each in report["runs"]} - pending(report)


def test_help_is_there_before_anything_else(stranger: Stranger) -> None:  # noqa: F811
    said = ran(stranger, "forensics --help")
    assert all(command in said for command in ("init", "doctor", "report", "heartbeat"))


def test_report_without_anything_says_how_to_begin(stranger: Stranger) -> None:  # noqa: F811
    said = ran(stranger, "forensics report", 2)
    assert "no config was found" in said
    assert "forensics init" in said


def test_stranger_can_write_nothing_of_ours(stranger: Stranger) -> None:  # noqa: F811
    assert stranger.sh('touch "$(command -v env)" /opt/bin/forensics').returncode == 1


def test_two_nights_of_a_stranger(host_of_the_tutorial: Stranger) -> None:  # noqa: F811
    host = host_of_the_tutorial
    ran(host, INIT)
    ran(host, f"{TAKES_GUESSES} forensics.toml")
    config = host.path(f"{HOME}/forensics.toml")
    config.write_text(f'{config.read_text(encoding="utf-8")}\n[defaults]\nmax_duration = "1h"\n', encoding="utf-8")
    ran(host, "forensics doctor", 0, 1)

    ran(host, "forensics report --output first.json", 1)
    first = told(host, f"{HOME}/first.json")
    assert nightly(first) == {"backup-db": "false_alarm", "build-site": "confirmed", "rotate-reports": "false_success"}
    assert {(each["kind"], each["job"]) for each in first["blockers"]} == {
        ("false_success", "rotate-reports"),
        ("reporting", None),  # one message of three was not true
    }
    assert pending(first)

    ran(host, "(crontab -l; forensics heartbeat units --nightly --crontab --archive ~/nights) | crontab -")
    assert INIT not in ran(host, f"{INIT} --quiet", 0, 1)

    host.live_until(host.second)
    assert host.cron("report").returncode == 0
    second = told(host, f"{HOME}/nights/latest.json")
    assert nightly(second) == dict.fromkeys(nightly(first), "confirmed")
    assert pending(first) <= {each["key"] for each in second["runs"] if each["verdict"] != "pending"}
    assert not judged(first) & judged(second)
    assert {each["job"] for each in second["runs"]} == {*nightly(first), "sync-mail"}
    assert second["blockers"] == []
    page = host.path(f"{HOME}/nights/latest.md").read_text(encoding="utf-8")
    assert "`rotate-reports`" in page.split("Resolved since")[1].split("\n")[0]
    assert "night-watch" in ran(host, "forensics heartbeat panel", 0, 1)
    assert "[[job]]" not in ran(host, INIT, 0, 1)
