"""``forensics gate`` as a person meets it: before and after a change, and a command on trial."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from forensics.cli import Commands
from forensics.cli_gate import gate
from tests.checkout import ROOT

SAMPLE = str(ROOT / "sample_data" / "green-triggers-empty-nights" / "forensics.toml")
NOW = ("--config", SAMPLE, "--now", "2026-03-19T00:00:00+09:00")
UPGRADE = (*NOW, "--event", "gateway 2026.3.14")
READY = ': > "$FORENSICS_READY_FILE"'


def asked(*words: str) -> Result:
    return CliRunner().invoke(Commands(commands={"gate": gate}), ["gate", *words])


def numbers(*words: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(asked(*words, "--format", "json").stdout)
    return found


def outcomes(told: dict[str, Any]) -> dict[tuple[str, str], str]:
    return {(each["measure"], each["group"]): each["outcome"] for each in told["comparisons"]}


def shell(*lines: str) -> str:
    return f"sh -c '{'; '.join(lines)}'"


def measurement(path: Path, *boots: float, outcome: str = "completed") -> str:
    """Write what an earlier trial would have left; each run takes a second more than its boot."""
    attempts = [{"outcome": outcome, "boot_seconds": boot, "run_seconds": boot + 1, "exit_code": 0} for boot in boots]
    path.write_text(json.dumps({"schema": "night-watch-gate/1", "attempts": attempts}))
    return str(path)


def test_upgrade_after_which_nothing_boots_is_a_regression():
    assert asked(*UPGRADE, "--by", "sessionTarget").exit_code == 1


def test_session_targets_are_told_apart():
    assert outcomes(numbers(*UPGRADE, "--by", "sessionTarget")) == {
        ("boot", "sessionTarget = isolated"): "regression",
        ("run", "sessionTarget = isolated"): "regression",
        ("run", "sessionTarget = main"): "no_regression",
    }


def test_without_attributes_each_job_is_a_group():
    told = outcomes(numbers(*UPGRADE, "--measure", "boot"))
    assert set(told) == {
        ("boot", name) for name in ("(all jobs)", "daily-content-task", "evening-review", "market-brief", "site-audit")
    }


def test_regression_is_said_in_a_sentence():
    text = asked(*UPGRADE, "--by", "sessionTarget").stdout
    assert (
        "REGRESSION: boot of sessionTarget = isolated: 16 of 16 never came up, before 0 of 40; "
        "those before took 43.3 s, typically."
    ) in text.splitlines()


def test_creep_before_the_upgrade_is_told_with_its_size():
    words = (*NOW, "--at", "2026-03-10", "--until", "2026-03-15", "--by", "sessionTarget", "--measure", "boot")
    (found,) = numbers(*words)["comparisons"]
    assert (found["outcome"], found["shift_ratio"], found["superiority"]) == (
        "regression",
        pytest.approx(1.1, abs=0.02),
        1,
    )


def test_larger_shift_may_be_asked_for():
    words = (*NOW, "--at", "2026-03-10", "--until", "2026-03-15", "--measure", "boot", "--min-shift", "25%")
    assert asked(*words).exit_code == 0


def test_too_little_to_compare_is_no_pass():
    outcome = asked(*UPGRADE, "--job", "gateway-backup", "--until", "2026-03-16")
    assert outcome.exit_code == 3
    assert "Too few: run of gateway-backup: 10 before and 1 after cannot show one as surely as asked." in outcome.stdout


def test_group_with_too_few_does_not_hide_one_that_could_be_compared():
    told = outcomes(numbers(*UPGRADE, "--measure", "run"))
    assert (told["run", "calendar-brief"], told["run", "gateway-backup"]) == ("too_few", "no_regression")


def test_numbers_are_written_to_a_file_too(tmp_path):
    words = (*UPGRADE, "--by", "sessionTarget")
    asked(*words, "--output", str(tmp_path / "gate.json"))
    assert json.loads((tmp_path / "gate.json").read_text()) == numbers(*words)


def test_source_that_is_missing_makes_it_incomplete(tmp_path):
    (tmp_path / "forensics.toml").write_text('[[source]]\nkind = "syslog"\npath = "gone.log"\n')
    assert asked("--config", str(tmp_path / "forensics.toml"), "--at", "yesterday").exit_code == 3


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (NOW, "name it by --at TIME or by --event NAME"),
        ((*UPGRADE, "--at", "yesterday"), "name it by --at TIME or by --event NAME"),
        ((*NOW, "--event", "gateway 2026.3.15"), "did you mean gateway 2026.3.14?"),
        ((*NOW, "--event", "zzz"), "the config has no such [[event]] - it has gateway 2026.3.14"),
        ((*UPGRADE, "--by", "nosuch"), "--by nosuch: no run has that attribute - there are"),
        ((*UPGRADE, "--by", "sesionTarget"), "no run has that attribute - did you mean sessionTarget?"),
        ((*NOW, "--at", "2026-03-20"), "the change lies outside the window"),
        ((*UPGRADE, "--min-shift", "lots"), "this is no percentage"),
        ((*UPGRADE, "--times", "3"), "--times goes with --command"),
        ((*UPGRADE, "--job", "no-such"), "--job no-such: none of the 8 known jobs"),
        (("--command", "true", "--by", "x"), "--by does not go with --command"),
        (("--command", "'"), "--command: No closing quotation"),
        (("--command", " "), "--command: it is empty"),
        (("--command", "/no/such/command"), "cannot be started - No such file or directory"),
        (("--command", "true", "--boot-timeout", "soon"), "--boot-timeout 'soon' is no span of time"),
        (("--command", "true", "--against", "/no/such.json"), "--against /no/such.json: cannot be read"),
    ],
)
def test_wrong_usage_is_told_in_a_line(words, complaint):
    outcome = asked(*words)
    assert (outcome.exit_code, complaint in outcome.stderr) == (2, True)


def test_event_of_a_config_without_any_is_told(tmp_path):
    (tmp_path / "forensics.toml").write_text('[[source]]\nkind = "syslog"\npath = "gone.log"\n')
    assert "names no [[event]]" in asked("--config", str(tmp_path / "forensics.toml"), "--event", "x").stderr


def test_command_is_run_so_often_and_its_boots_are_timed():
    told = numbers("--command", shell("sleep 0.05", READY, "sleep 0.05"), "--times", "3")
    assert [each["outcome"] for each in told["attempts"]] == ["completed"] * 3
    assert all(0.05 <= each["boot_seconds"] < each["run_seconds"] for each in told["attempts"])


def test_every_go_has_a_ready_file_of_its_own():
    told = numbers("--command", shell('test ! -e "$FORENSICS_READY_FILE" || exit 9', READY), "--times", "3")
    assert [each["exit_code"] for each in told["attempts"]] == [0, 0, 0]


def test_command_that_says_nothing_of_its_boot_has_none():
    told = numbers("--command", "true", "--times", "2")
    assert ("boot" in told, told["run"]["count"]) == (False, 2)


def test_command_that_fails_is_told_by_the_exit_code():
    outcome = asked("--command", shell("exit 7"), "--times", "2")
    assert (outcome.exit_code, "2 of 2 attempts failed" in outcome.stderr) == (1, True)


def test_command_that_is_not_up_in_time_is_ended():
    told = numbers("--command", "sleep 600", "--times", "1", "--boot-timeout", "100ms")
    assert (told["attempts"][0]["outcome"], told["boot"]["never"]) == ("boot_timeout", 1)


def test_command_that_takes_too_long_is_ended():
    told = numbers("--command", "sleep 600", "--times", "1", "--timeout", "100ms")
    assert told["attempts"][0]["outcome"] == "timeout"


def test_command_that_goes_on_is_ended_once_it_is_up():
    told = numbers("--command", shell(READY, "sleep 600"), "--times", "2", "--boot-only")
    assert ([each["outcome"] for each in told["attempts"]], told["boot"]["count"], "run" in told) == (
        ["up"] * 2,
        2,
        False,
    )


def test_command_slower_than_the_earlier_one_is_a_regression(tmp_path):
    earlier = measurement(tmp_path / "old.json", *[0.001] * 8)
    outcome = asked("--command", shell("sleep 0.05", READY), "--times", "5", "--measure", "boot", "--against", earlier)
    assert (outcome.exit_code, "REGRESSION: boot of the command" in outcome.stdout) == (1, True)


def test_command_faster_than_the_earlier_one_is_none(tmp_path):
    earlier = measurement(tmp_path / "old.json", *[60.0] * 8)
    assert asked("--command", shell(READY), "--times", "5", "--against", earlier).exit_code == 0


def test_command_that_no_longer_comes_up_is_a_regression(tmp_path):
    earlier = measurement(tmp_path / "old.json", *[60.0] * 8)
    told = numbers("--command", "false", "--times", "5", "--against", earlier)
    assert outcomes(told) == {("boot", "the command"): "regression", ("run", "the command"): "regression"}


def test_what_one_trial_wrote_the_next_one_reads(tmp_path):
    path = str(tmp_path / "old.json")
    assert asked("--command", "true", "--times", "2", "--output", path).exit_code == 0
    outcome = asked("--command", "true", "--times", "2", "--against", path)
    assert (outcome.exit_code, "Too few: run of the command: 2 before and 2 after" in outcome.stdout) == (3, True)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        '{"schema": "night-watch-gate/1", "attempts": []}',
        '{"schema": "night-watch-gate/1", "attempts": [{"outcome": "completed", "boot_seconds": "soon"}]}',
        '{"schema": "night-watch-gate/1", "attempts": [{"outcome": "completed", "run_seconds": Infinity}]}',
        '{"schema": "night-watch-gate/1", "attempts": [{"outcome": "splendid"}]}',
        '{"schema": "other/1", "attempts": [{"outcome": "completed"}]}',
    ],
)
def test_file_that_holds_no_measurement_is_refused(tmp_path, content):
    (tmp_path / "old.json").write_text(content)
    outcome = asked("--command", "true", "--against", str(tmp_path / "old.json"))
    assert (outcome.exit_code, "gate --command --output" in outcome.stderr) == (2, True)


def test_secret_in_the_command_is_not_written():
    told = numbers("--command", "true --token=ghp_0123456789abcdefghijABCDEFGHIJ012345", "--times", "1")
    assert "ghp_" not in told["command"]


def test_command_that_always_fails_has_no_typical_time():
    told = asked("--command", "false", "--times", "2").stdout
    assert told == "run   2 times, 2 of 2 never got done\n"
