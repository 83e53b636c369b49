"""Limits on booting and running, what is tried again, and what is left behind on success."""

from __future__ import annotations

from pathlib import Path

import pytest

from forensics.recorder.run_record import BOOT_TIMEOUT, COMPLETED, FAILED, INTERRUPTED, SKIPPED, TIMEOUT
from tests.recorder.run_builders import all_runs, eventually, only_run, shell, started, wrapped
from tests.recorder.test_wrapper import is_alive

pytestmark = pytest.mark.slow

READY = 'touch "$FORENSICS_READY_FILE"'
SECOND_TIME = "[ -e again ] || { touch again; exec sleep 100; }"


@pytest.fixture
def registry(tmp_path: Path) -> Path:
    return tmp_path / "registry.db"


def outcomes(registry: Path) -> list[str | None]:
    return [each.outcome for each in only_run(registry).attempts]


def test_own_time_out_is_124(registry):
    code, *_ = wrapped(registry, "--job", "t", "--timeout", "100ms", *shell("sleep 100"))
    found = only_run(registry)
    assert (code, found.status, found.exit_code, outcomes(registry)) == (124, TIMEOUT, 124, [TIMEOUT])


def test_time_out_ends_the_whole_group(registry, tmp_path):
    script = f"sh -c 'echo $$ > {tmp_path}/pid; exec sleep 100' & sleep 100"
    wrapped(registry, "--job", "t", "--timeout", "300ms", *shell(script))
    assert eventually(lambda: not is_alive(int((tmp_path / "pid").read_text())))


def test_time_out_asks_before_it_kills(registry, tmp_path):
    script = f'trap "echo asked > {tmp_path}/asked; exit 0" TERM; while :; do sleep 0.02; done'
    assert wrapped(registry, "--job", "t", "--timeout", "300ms", *shell(script))[0] == 124
    assert (tmp_path / "asked").exists()


def test_command_that_will_not_hear_is_killed(registry):
    script = 'trap "" TERM; while :; do sleep 0.02; done'
    words = ["--job", "t", "--timeout", "300ms", "--kill-after", "100ms"]
    assert wrapped(registry, *words, *shell(script))[0] == 124


def test_grandchild_that_will_not_hear_is_killed_with_its_group(registry, tmp_path):
    deaf = f'trap "" TERM; echo $$ > {tmp_path}/pid; while :; do sleep 0.02; done'
    words = ["--job", "t", "--timeout", "400ms", "--kill-after", "200ms"]
    assert wrapped(registry, *words, *shell(f"sh -c '{deaf}' & sleep 100"))[0] == 124
    assert eventually(lambda: not is_alive(int((tmp_path / "pid").read_text())))


def test_stopped_command_is_ended(registry):
    words = ["--job", "t", "--timeout", "200ms", "--kill-after", "1h"]
    assert wrapped(registry, *words, *shell("kill -STOP $$; exit 1"))[0] == 124


def test_command_within_its_limits_is_left_alone(registry):
    assert wrapped(registry, "--job", "t", "--timeout", "1h", *shell("exit 7"))[0] == 7


def test_boot_is_a_stage_of_its_own(registry):
    wrapped(registry, "--job", "t", "--boot-timeout", "1h", *shell(READY))
    (attempt,) = only_run(registry).attempts
    assert attempt.booted_at is not None
    assert attempt.started_at <= attempt.booted_at <= (attempt.ended_at or 0)
    assert 0 < (attempt.boot or 0) <= (attempt.duration or 0)


def test_boot_that_takes_too_long_is_told_from_a_long_run(registry):
    code, *_ = wrapped(registry, "--job", "t", "--boot-timeout", "100ms", *shell("sleep 100"))
    assert (code, only_run(registry).status, outcomes(registry)) == (124, TIMEOUT, [BOOT_TIMEOUT])


def test_command_that_has_booted_may_take_its_time(registry):
    assert wrapped(registry, "--job", "t", "--boot-timeout", "500ms", *shell(f"{READY}; sleep 0.7; exit 3"))[0] == 3


def test_boot_time_out_is_tried_again(registry, tmp_path):
    words = ["--job", "t", "--boot-timeout", "400ms", "--retries", "2"]
    code, *_ = wrapped(registry, *words, *shell(f"cd {tmp_path}; {SECOND_TIME}; {READY}"))
    assert (code, only_run(registry).status, outcomes(registry)) == (0, COMPLETED, [BOOT_TIMEOUT, COMPLETED])


def test_retries_come_to_an_end(registry):
    words = ["--job", "t", "--boot-timeout", "50ms", "--retries", "2"]
    assert wrapped(registry, *words, *shell("sleep 100"))[0] == 124
    assert outcomes(registry) == [BOOT_TIMEOUT] * 3


def test_named_exit_code_is_tried_again(registry, tmp_path):
    script = f"cd {tmp_path}; [ -e again ] || {{ touch again; exit 75; }}; exit 3"
    assert wrapped(registry, "--job", "t", "--retries", "5", "--retry-on", "7,75", *shell(script))[0] == 3
    assert [each.exit_code for each in only_run(registry).attempts] == [75, 3]


def test_other_exit_codes_are_final(registry):
    assert wrapped(registry, "--job", "t", "--retries", "5", *shell("exit 75"))[0] == 75
    assert outcomes(registry) == [FAILED]


def test_command_that_was_asked_to_end_is_not_tried_again(registry):
    words = ["--job", "t", "--retries", "5", "--retry-on", "75"]
    with started(registry, *words, *shell('trap "exit 75" TERM; echo up; while :; do sleep 0.02; done')) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.terminate()
        assert process.wait(timeout=30) == 75
    assert outcomes(registry) == [FAILED]


def test_ready_file_is_anew_for_each_attempt(registry, tmp_path):
    script = f"cd {tmp_path}; [ -e again ] || {{ {READY}; touch again; exit 75; }}; sleep 100"
    words = ["--job", "t", "--boot-timeout", "500ms", "--retries", "1", "--retry-on", "75"]
    assert wrapped(registry, *words, *shell(script))[0] == 124
    assert outcomes(registry) == [FAILED, BOOT_TIMEOUT]


def test_killed_command_was_interrupted(registry):
    wrapped(registry, "--job", "t", *shell("kill -KILL $$"))
    found = only_run(registry)
    assert (found.status, found.signal, found.exit_code) == (INTERRUPTED, 9, 137)


def test_marker_is_written_on_success(registry, tmp_path):
    wrapped(registry, "--job", "t", "--marker", str(tmp_path / "done"), "--", "true")
    assert (tmp_path / "done").read_text().startswith("SUCCESS 20")


def test_failure_leaves_no_marker_and_no_heartbeat(registry, tmp_path):
    words = ["--job", "t", "--marker", str(tmp_path / "done"), "--interval", "1h", "--", "false"]
    wrapped(registry, *words, FORENSICS_HEARTBEAT_DIR=str(tmp_path / "beats"))
    assert not (tmp_path / "done").exists()
    assert not (tmp_path / "beats").exists()


def test_heartbeat_is_written_on_success(registry, tmp_path):
    words = ["--job", "t", "--interval", "2h", "--", "true"]
    wrapped(registry, *words, FORENSICS_HEARTBEAT_DIR=str(tmp_path))
    assert '"interval_seconds": 7200' in (tmp_path / "t.last").read_text()


def test_marker_that_cannot_be_written_fails_nothing(registry, tmp_path):
    code, _, message = wrapped(registry, "--job", "t", "--marker", str(tmp_path / "no" / "done"), "--", "true")
    assert (code, message.count("\n"), only_run(registry).status) == (0, 1, COMPLETED)


def test_second_run_at_a_time_is_skipped(registry, tmp_path):
    with started(registry, "--job", "t", *shell("echo up; read line")) as first:
        assert first.stdout is not None
        first.stdout.readline()
        code, _, message = wrapped(registry, "--job", "t", "--no-overlap", "--", "touch", str(tmp_path / "touched"))
        first.communicate(b"\n", timeout=30)
    assert (code, message.count("\n"), (tmp_path / "touched").exists()) == (0, 1, False)
    assert [each.status for each in all_runs(registry)] == [SKIPPED, COMPLETED]


def test_other_jobs_do_not_overlap(registry):
    with started(registry, "--job", "other", *shell("echo up; read line")) as first:
        assert first.stdout is not None
        first.stdout.readline()
        assert wrapped(registry, "--job", "t", "--no-overlap", *shell("exit 3"))[0] == 3
        first.communicate(b"\n", timeout=30)


def test_job_of_a_dead_wrapper_overlaps_too(registry):
    with started(registry, "--job", "t", *shell("echo up; read line")) as first:
        assert first.stdout is not None
        first.stdout.readline()
        first.kill()
        first.wait()
        assert wrapped(registry, "--job", "t", "--no-overlap", *shell("exit 3"))[0] == 0
        first.communicate(b"\n", timeout=30)


def test_dead_run_does_not_keep_others_out(registry):
    with started(registry, "--job", "t", *shell("echo up; kill -9 $PPID; exit")) as first:
        first.communicate(timeout=30)
    assert eventually(lambda: wrapped(registry, "--job", "t", "--no-overlap", *shell("exit 3"))[0] == 3)
