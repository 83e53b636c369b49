"""``forensics runs``: did it complete, or was it interrupted; and what is to be run again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from forensics.frozen import changed
from forensics.recorder.run_record import BOOT_TIMEOUT, COMPLETED, FAILED, INTERRUPTED, Attempt, Run
from tests.checkout import ROOT
from tests.recorder.run_builders import (
    NOBODY,
    NOW,
    PIPE,
    SECOND,
    all_runs,
    asked,
    completed,
    eventually,
    filled,
    held_locks,
    only_run,
    run,
    saved,
    shell,
    started,
    stored,
    wrapped,
)

pytestmark = pytest.mark.slow

# Another user may not be able to read this installation: what is needed is imported before.
AS_NOBODY = (
    "import locale, os, forensics.cli_runs, forensics.cli_runs_told, forensics.cli_outputs\n"
    f"os.setgroups([]); os.setgid({NOBODY}); os.setuid({NOBODY})"
)
RUNS = "import sys; from forensics.cli_runs import runs; runs(sys.argv[1:], prog_name='forensics runs')"
# What a cycle of self-evolution does: it says that it was here, works, and appends to its log.
CYCLE = """
cd "$1"
echo '{"lastEvolveRun": "2026-03-19T02:00:00Z"}' > heartbeat-state.json
echo up
read line
echo '{"ts": "2026-03-19T02:00:00Z"}' >> evolution.jsonl
"""
DONE_ALREADY = """
forensics() { "$PYTHON" -B -c "$RUNS" "$@"; }
forensics show --job evolve --last --json
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "registry.db"


def asking(path: Path, *words: str, **environment: str) -> tuple[int, str, str]:
    """Ask ``forensics runs``; return its exit code, its answer, and its messages."""
    places = {**os.environ, "PYTHONPATH": str(ROOT), "FORENSICS_REGISTRY": str(path), **environment}
    command = [sys.executable, "-B", "-c", RUNS, *words]
    done = subprocess.run(
        command, env=places, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False
    )
    return done.returncode, done.stdout, done.stderr


def test_completed_run_is_told_with_0(path):
    one = completed(run())
    saved(path, one)
    code, answer, _ = asking(path, "show", one.id, "--json")
    told = json.loads(answer)
    assert (code, told["cron_job_id"], told["job"], told["status"]) == (0, one.id, "db", COMPLETED)
    assert (told["started_at"], told["completed_at"]) == ("2026-03-19T02:00:00Z", "2026-03-19T02:00:01Z")


def test_running_run_is_told_with_1_and_has_no_end(path):
    one = run()
    locks = held_locks(path, one)
    filled(path, one)
    code, answer, _ = asking(path, "show", "--job", "db", "--last", "--json")
    locks.give_up()
    assert (code, json.loads(answer)["status"], json.loads(answer)["completed_at"]) == (1, "running", None)


@pytest.mark.parametrize("words", [["show", "cron:x"], ["show", "--job", "x", "--last"]])
def test_what_is_not_there_is_told_with_3(path, words):
    filled(path, run())
    assert asking(path, *words)[:2] == (3, "")


def test_asking_makes_no_registry(path):
    assert asking(path, "show", "--job", "db", "--last")[0] == 3
    assert not path.exists()


@pytest.mark.parametrize(
    "words", [["show"], ["show", "x", "--job", "y", "--last"], ["show", "--job", "y"], ["show", "--last"]]
)
def test_question_that_is_none_is_told_with_2(path, words):
    assert asking(path, *words)[0] == 2


def test_damage_is_set_aside_loudly(path):
    path.write_bytes(b"garbage")
    code, _, message = asking(path, "list")
    assert (code, "kept as registry.db.damaged-" in message) == (0, True)


def test_runs_in_the_spool_are_told_too(path):
    from forensics.recorder.registry_spool import spool

    one = completed(run())
    spool(path, one)
    assert asking(path, "show", one.id)[0] == 0


def test_list_is_for_people_or_programs(path):
    saved(path, completed(run("a-1")), completed(run("b", started_at=NOW + SECOND)))
    lines = asking(path, "list")[1].splitlines()
    assert [line.split()[0] for line in lines] == ["Status", COMPLETED, COMPLETED]
    told = [json.loads(line)["job"] for line in asking(path, "list", "--job", "a-*", "--json")[1].splitlines()]
    assert told == ["a-1"]


def test_list_without_a_run_says_so_and_keeps_stdout_empty(path):
    filled(path, run())
    code, answer, message = asking(path, "list", "--job", "zzz")
    assert (code, answer, message) == (0, "", f"night-watch: no run of a job that fits 'zzz' in {path}\n")


def test_list_of_no_registry_says_so(path):
    assert asking(path, "list") == (0, "", f"night-watch: no run in {path}\n")


def test_dry_run_with_nothing_to_retry_says_so(path):
    filled(path, completed(run()))
    assert asking(path, "retry", "--dry-run") == (0, "", f"night-watch: nothing is left to be run again in {path}\n")


def test_retry_with_nothing_to_do_is_silent_for_its_timer(path):
    filled(path, completed(run()))
    assert asking(path, "retry") == (0, "", "")


def test_secrets_in_commands_are_masked(path):
    secret = "xoxb-123456789012-123456789012-abcdefghijklmnopqrstuvwx"
    one = completed(run(command=("post", "--token", secret)))
    saved(path, one)
    for words in (["show", one.id], ["show", one.id, "--json"]):
        assert secret not in asking(path, *words)[1]


def test_hostile_words_do_not_reach_the_terminal(path):
    one = completed(run("evil\x1b[2J", host="\x1b]0;x\x07", command=("\x1b[31m\u202e",)))
    saved(path, one)
    for words in (["show", one.id], ["list"]):
        assert not set(asking(path, *words)[1]) & set("\x1b\x07\u202e")


def test_somebody_who_may_only_read_is_answered(path):
    if os.geteuid():
        pytest.skip("only root can be somebody else")
    one = run()
    filled(path, one)
    path.chmod(0o644)
    for folder in (path.parent, *path.parent.parents[:-2]):
        folder.chmod(0o755)
    before = path.read_bytes()
    code = f"{AS_NOBODY}\n{RUNS}"
    places = {**os.environ, "PYTHONPATH": str(ROOT), "FORENSICS_REGISTRY": str(path)}
    command = [sys.executable, "-B", "-c", code, "show", one.id, "--json"]
    done = subprocess.run(command, env=places, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, json.loads(done.stdout)["status"], path.read_bytes() == before) == (1, INTERRUPTED, True)


@pytest.mark.parametrize("dies", ["the host", "the job"])
def test_cycle_killed_between_state_and_log_was_interrupted(path, tmp_path, dies):
    with started(path, "--job", "evolve", *shell(f"echo $$; {CYCLE}", str(tmp_path))) as process:
        assert process.stdout is not None
        job = int(process.stdout.readline())
        process.stdout.readline()
        if dies == "the host":
            process.kill()
        os.kill(job, signal.SIGKILL)
        process.communicate(timeout=30)
    assert (tmp_path / "heartbeat-state.json").exists()
    assert not (tmp_path / "evolution.jsonl").exists()
    places = {"PYTHON": sys.executable, "RUNS": RUNS}
    assert eventually(lambda: wrapped(path, "--job", "evolve", *shell(DONE_ALREADY), **places)[0] == 1)
    answer = wrapped(path, "--job", "evolve", *shell(DONE_ALREADY), **places)[1]
    assert json.loads(answer)["status"] == FAILED  # that of the invocation that asked before: it ended with 1
    first = all_runs(path)[-1]
    assert (first.status, first.job) == (INTERRUPTED, "evolve")


def left(path: Path, tmp_path: Path, **parts: object) -> Run:
    """Leave a run whose wrapper died after a boot time-out."""
    command = ("sh", "-c", 'touch "$FORENSICS_READY_FILE" again; exit $1', "sh", str(parts.pop("code", 0)))
    boot = Attempt(1, NOW, ended_at=NOW + SECOND, outcome=BOOT_TIMEOUT, exit_code=124)
    options = asked(boot_timeout=20 * SECOND, retries=2)
    one = run(command=command, folder=str(tmp_path), options=options, retries_left=2, attempts=(boot,), **parts)
    filled(path, one)
    return one


def test_run_left_by_a_dead_wrapper_is_run_again(path, tmp_path):
    one = left(path, tmp_path)
    assert asking(path, "retry")[0] == 0
    found = only_run(path)
    assert (found.id, found.status, [each.outcome for each in found.attempts]) == (
        one.id,
        COMPLETED,
        [BOOT_TIMEOUT, COMPLETED],
    )
    assert found.attempts[1].booted_at is not None
    assert (tmp_path / "again").exists()


def test_retry_that_fails_is_told(path, tmp_path):
    left(path, tmp_path, code=7)
    assert asking(path, "retry")[0] == 1
    assert (only_run(path).status, only_run(path).exit_code) == (FAILED, 7)


def test_nothing_is_run_twice(path, tmp_path):
    left(path, tmp_path)
    asking(path, "retry")
    asking(path, "retry")
    assert len(only_run(path).attempts) == 2


def test_two_at_once_run_it_once(path, tmp_path):
    left(path, tmp_path)
    places = {**os.environ, "PYTHONPATH": str(ROOT), "FORENSICS_REGISTRY": str(path)}
    command = [sys.executable, "-B", "-c", RUNS, "retry"]
    both = [subprocess.Popen(command, env=places, stdout=PIPE, stderr=PIPE) for _ in "ab"]
    for each in both:
        each.communicate(timeout=60)
    assert [each.returncode for each in both] == [0, 0]
    assert len(only_run(path).attempts) == 2


def test_dry_run_runs_nothing(path, tmp_path):
    left(path, tmp_path)
    code, _, message = asking(path, "retry", "--dry-run")
    assert (code, "attempt 2" in message, len(only_run(path).attempts)) == (0, True, 1)


def test_only_jobs_that_fit_are_run_again(path, tmp_path):
    left(path, tmp_path)
    asking(path, "retry", "--job", "other*")
    assert len(only_run(path).attempts) == 1


def test_run_whose_folder_is_gone_is_left(path, tmp_path):
    left(path, tmp_path / "gone")
    assert asking(path, "retry")[0] == 1
    assert len(only_run(path).attempts) == 1


def test_named_run_is_run_again_although_it_has_no_retries_left(path, tmp_path):
    one = left(path, tmp_path)
    saved(path, changed(one, status="timeout", retries_left=0, completed_at=NOW))
    assert asking(path, "retry", one.id)[0] == 0
    assert only_run(path).status == COMPLETED


def test_completed_run_is_not_run_again(path):
    one = completed(run())
    saved(path, one)
    assert asking(path, "retry", one.id)[0] == 3
    assert stored(path, one.id) == one
