"""What becomes of a service's messages: one start, one end, and which end that is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from forensics.sources.journal_words import Word
from tests.sources.journal_builders import (
    armed,
    entry,
    exited,
    finished,
    not_started,
    ns,
    read_journal,
    result,
    says,
    starting,
    stopping,
    succeeded,
    up,
)

UNMET = "Backup was skipped because of an unmet condition check (ConditionPathExists=/x)."
OLDER_UNMET = "Condition check resulted in Backup being skipped."
# An older systemd, which has one word for a service that came up and for a task that was done.
OLD: dict[str, Any] = {"INVOCATION_ID": ...}


def ends(folder: Path, *entries: dict[str, Any]) -> list[tuple[str, int | None]]:
    """Return the ends of all runs, with their exit codes."""
    outcome = read_journal(folder, *entries)
    assert outcome.is_balanced
    return [(row["event"], row.get("exit_code")) for row in outcome.lifecycle]


CASES = [
    ("task that is done", [starting(), succeeded(), finished()], ("completed", None)),
    ("service that came up and went well", [up(), succeeded()], ("completed", None)),
    ("exit code, result and job say one thing", [starting(), exited(), result(), not_started()], ("failed", 3)),
    ("only the process is known to have ended", [starting(), exited()], ("failed", 3)),
    ("exit that counts as success", [starting(), exited(status=3), succeeded(), finished()], ("completed", None)),
    ("clean main process but the unit failed", [starting(), exited(status=0), result()], ("failed", 0)),
    ("killed", [starting(), exited(status=9, code="killed"), result(word="signal")], ("failed", 137)),
    ("dumped core", [starting(), exited(status=11, code="dumped"), result(word="core-dump")], ("failed", 139)),
    (
        "over its time limit",
        [starting(), exited(status=15, code="killed"), result(word="timeout"), not_started()],
        ("timed_out", 143),
    ),
    ("start job over its time limit", [starting(), not_started(word="timeout")], ("timed_out", None)),
    ("stopped from outside", [up(), stopping(), succeeded()], ("interrupted", None)),
    (
        "killed while it was stopped",
        [starting(), stopping(), exited(status=15, code="killed"), result(word="signal")],
        ("interrupted", 143),
    ),
    ("stopped after it had ended", [starting(), finished(), stopping("08:00:00")], ("completed", None)),
    ("what it depends on failed", [not_started(word="dependency", INVOCATION_ID=...)], ("failed", None)),
    (
        "condition's own exit code is not the job's",
        [starting(), exited(COMMAND="ExecStopPost"), result()],
        ("failed", None),
    ),
    ("clean-up that fails after the job", [starting(), exited(status=4), exited(status=9), result()], ("failed", 4)),
    ("journal of systemd 240 to 244", [starting(), succeeded(), up("07:04:00")], ("completed", None)),
    ("old systemd, a task that took its time", [starting(**OLD), up("07:04:00", **OLD)], ("completed", None)),
    ("old systemd, done or up at once", [starting(**OLD), up("07:00:01", **OLD)], ("ended", None)),
    ("old systemd, failed", [starting(**OLD), not_started(**OLD)], ("failed", None)),
]


@pytest.mark.parametrize(("entries", "end"), [pytest.param(*case[1:], id=case[0]) for case in CASES])
def test_run_has_one_end(tmp_path: Path, entries: list[dict[str, Any]], end: tuple[str, int | None]) -> None:
    assert ends(tmp_path, *entries) == [end]


def test_old_systemd_says_done_where_the_task_itself_wrote_before(tmp_path: Path) -> None:
    wrote = entry("07:00:01", "3 files", _SYSTEMD_UNIT="backup.service")
    assert ends(tmp_path, starting(**OLD), wrote, up("07:00:01", **OLD)) == [("completed", None)]


def test_service_that_came_up_has_not_ended_where_systemd_tells_ends(tmp_path: Path) -> None:
    other = {"unit": "other.service", "INVOCATION_ID": "i9"}
    entries = [starting(), up("07:00:03"), says("08:00:00", Word.SUCCEEDED, "Deactivated successfully.", **other)]
    outcome = read_journal(tmp_path, *entries)
    assert [row["job"] for row in outcome.lifecycle] == ["other"]


def test_start_and_end_share_the_id_of_their_invocation(tmp_path: Path) -> None:
    outcome = read_journal(tmp_path, starting(), finished(), starting("08:00:00", INVOCATION_ID="i2"))
    assert [row["run_id"] for row in (*outcome.triggers, *outcome.lifecycle)] == ["i1", "i2", "i1"]


def test_end_tells_how_long_the_run_took(tmp_path: Path) -> None:
    (row,) = read_journal(tmp_path, starting("07:00:01"), finished("07:04:00")).lifecycle
    assert row["duration_seconds"] == 239.0


def test_end_whose_start_was_before_the_file_has_no_duration(tmp_path: Path) -> None:
    outcome = read_journal(tmp_path, succeeded())
    assert [row.get("duration_seconds") for row in outcome.lifecycle] == [None]


def test_armed_timer_is_no_run_and_names_its_service_a_job(tmp_path: Path) -> None:
    outcome = read_journal(tmp_path, starting(), armed("12:00:00"))
    assert [row["command"] for row in outcome.triggers] == ["backup.service"]


def test_service_without_a_timer_has_no_command(tmp_path: Path) -> None:
    assert [row["command"] for row in read_journal(tmp_path, starting()).triggers] == [None]


@pytest.mark.parametrize("message", [UNMET, OLDER_UNMET])
def test_unmet_condition_is_a_skip_though_its_job_is_done(tmp_path: Path, message: str) -> None:
    said = says("07:00:00", Word.STARTED, message, JOB_RESULT="done", INVOCATION_ID=...)
    outcome = read_journal(tmp_path, said)
    assert outcome.told == [("triggers", "skipped", "backup")]
    assert outcome.is_balanced


def test_condition_command_that_fails_leaves_the_run_out(tmp_path: Path) -> None:
    told = {"COMMAND": "ExecCondition"}
    left_out = says("07:00:02", Word.LEFT_OUT, "backup.service: Skipped due to 'exec-condition'.")
    outcome = read_journal(tmp_path, starting(), exited("07:00:02", 1, **told), left_out, not_started("07:00:02"))
    assert outcome.told == [("triggers", "skipped", "backup")]
    assert outcome.is_balanced


def test_restart_goes_on_with_its_run_and_is_no_trigger(tmp_path: Path) -> None:
    again = {"INVOCATION_ID": "i2"}
    restarting = says("07:05:00", Word.RESTARTING, "Scheduled restart job, restart counter is at 1.")
    outcome = read_journal(
        tmp_path,
        starting(),
        exited(),
        result(),
        restarting,
        starting("07:05:01", **again),
        finished("07:09:00", **again),
    )
    assert outcome.told == [
        ("triggers", "started", "backup"),
        ("lifecycle", "failed", "backup"),
        ("lifecycle", "started", "backup"),
        ("lifecycle", "completed", "backup"),
    ]
    assert {row["run_id"] for row in (*outcome.triggers, *outcome.lifecycle)} == {"i1"}


def test_start_after_a_boot_is_no_restart_of_what_ran_before_it(tmp_path: Path) -> None:
    restarting = says("07:05:00", Word.RESTARTING, "Scheduled restart job, restart counter is at 1.")
    after = starting("09:00:00", INVOCATION_ID="i2", _BOOT_ID="b2")
    outcome = read_journal(tmp_path, starting(), exited(), result(), restarting, after)
    assert [row["run_id"] for row in outcome.triggers] == ["i1", "i2"]


def test_unit_of_a_user_is_read_by_that_users_manager(tmp_path: Path) -> None:
    users = {"UNIT": ..., "USER_UNIT": "backup.service", "_PID": "900", "_UID": "1000", "INVOCATION_ID": ...}
    outcome = read_journal(
        tmp_path, starting(**users, USER_INVOCATION_ID="u1"), finished(**users, USER_INVOCATION_ID="u1")
    )
    assert [row["run_id"] for row in (*outcome.triggers, *outcome.lifecycle)] == ["u1", "u1"]
    assert outcome.triggers[0]["attributes"]["user"] == "1000"


def test_same_unit_of_two_users_is_not_mixed_up(tmp_path: Path) -> None:
    def of(user: str) -> dict[str, Any]:
        return {"UNIT": ..., "USER_UNIT": "backup.service", "_PID": "900", "_UID": user, "INVOCATION_ID": ...}

    outcome = read_journal(
        tmp_path, starting("07:00:00", **of("1")), starting("07:00:10", **of("2")), finished(**of("1"))
    )
    assert [row["duration_seconds"] for row in outcome.lifecycle] == [240.0]


@pytest.mark.parametrize("process", ["2", "31337"])
def test_what_others_write_in_the_name_of_systemd_is_no_evidence(tmp_path: Path, process: str) -> None:
    outcome = read_journal(tmp_path, armed(), starting(), finished(_PID=process, _COMM="logger"))
    assert outcome.lifecycle == []


def test_run_that_a_boot_cut_off_is_not_ended_by_the_next_boot(tmp_path: Path) -> None:
    outcome = read_journal(tmp_path, starting(**OLD), finished("09:00:00", _BOOT_ID="b2", **OLD))
    assert [row.get("duration_seconds") for row in outcome.lifecycle] == [None]


def test_failure_keeps_the_word_of_systemd(tmp_path: Path) -> None:
    (row,) = read_journal(tmp_path, starting(), result(word="oom-kill")).lifecycle
    assert row["attributes"] == {"unit": "backup.service", "result": "oom-kill"}


def test_instance_of_a_template_is_named_with_its_instance(tmp_path: Path) -> None:
    outcome = read_journal(tmp_path, starting(unit="backup@db.service"))
    assert (outcome.triggers[0]["job"], outcome.triggers[0]["at"]) == ("backup@db", ns("07:00:01"))
