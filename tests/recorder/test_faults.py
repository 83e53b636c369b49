"""A writer that is killed, or fails, at any of its system calls leaves the old heartbeat or the new one, whole."""

from __future__ import annotations

import pytest

from tests.recorder.faults import IS_THOROUGH, Call, Fault, Outcome, Target, broken_promises, errors, kills, sampled
from tests.recorder.tools import strace
from tests.recorder.writers import PYTHON, Writer, shell_writer

pytestmark = pytest.mark.slow
PROGRAMS = pytest.mark.parametrize("program", [None, "mv", "date"], ids=["sh", "mv", "date"])


@pytest.fixture(autouse=True)
def _tracer():
    strace()


def target(writer: Writer, tmp_path, program=None) -> Target:
    folder = tmp_path / "beats"
    return Target([*writer.command, "backup", "15m", "--dir", str(folder)], folder, program)


def calls_in(aim: Target) -> list[Call]:
    """Return the calls of a writer from where they begin to be ours: what starts Python, or a shell, writes nothing."""
    if aim.program:
        return aim.calls()
    return aim.calls("heartbeat-write.sh" if "heartbeat-write.sh" in str(aim.command) else str(aim.folder))


def is_whole(outcome: Outcome) -> list[str]:
    return [] if outcome.is_old or outcome.is_new else ["torn"]


def killed(outcome: Outcome) -> list[str]:
    return [*is_whole(outcome), *(["more than one draft"] if outcome.drafts > 1 else [])]


def loud(outcome: Outcome) -> list[str]:
    """Return what does not hold of the Python writer."""
    call = outcome.fault.call
    broken = is_whole(outcome)
    if outcome.code == 0 and not outcome.is_new:
        broken.append("success, and nothing is written")
    if outcome.code == 0 and "sync" in call.name:
        broken.append("success, and not durable")
    if outcome.code not in (0, 4):
        broken.append("exit code of something else")
    if outcome.code and not outcome.told.startswith("night-watch: ") and call.name != "write":
        broken.append("not told")
    if outcome.drafts and not call.name.startswith("unlink"):
        broken.append("a draft is left")
    return broken


def mute(outcome: Outcome) -> list[str]:
    """Return what does not hold of the shell writer: where even a line cannot be written, none can be asked for."""
    broken = is_whole(outcome)
    if outcome.code:
        broken.append("exit code")
    is_dumb = outcome.fault.call.name == "write" and outcome.fault.is_for_ever
    if not outcome.is_new and "night-watch: " not in outcome.told and not is_dumb:
        broken.append("not told")
    if outcome.drafts > outcome.fault.is_for_ever:  # a shell that finds no file any longer finds no rm either
        broken.append("a draft is left")
    return broken


def is_beyond_the_script(fault: Fault) -> bool:
    """Say whether no script could do anything: the shell fails to read it, or a descriptor stays open for ever.

    A close that fails has closed all the same; strace leaves it out, and a pipe would never end.
    """
    call = fault.call
    if call.name == "close":
        return True
    descriptor = call.words.split(",")[0]
    is_reading = (
        call.name in ("read", "lseek", "newfstatat", "fstat") and descriptor.isdigit() and int(descriptor) >= 10
    )
    return is_reading or (fault.is_for_ever and call.name == "read") or "heartbeat-write.sh" in call.words


def test_python_writer_may_be_killed_anywhere(tmp_path):
    aim = target(PYTHON, tmp_path)
    calls = aim.calls() if IS_THOROUGH else calls_in(aim)
    assert broken_promises(aim, sampled(kills(calls), 60), killed) == []


def test_python_writer_may_fail_anywhere(tmp_path):
    aim = target(PYTHON, tmp_path)
    faults = errors(calls_in(aim))
    assert {"openat", "write", "fsync", "renameat"} <= {fault.call.name for fault in faults}
    assert broken_promises(aim, sampled(faults, 240), loud) == []


@PROGRAMS
def test_shell_writer_may_be_killed_anywhere(tmp_path, program):
    aim = target(shell_writer("sh"), tmp_path, program)
    assert broken_promises(aim, sampled(kills(calls_in(aim)), 60), killed) == []


@PROGRAMS
def test_shell_writer_may_fail_anywhere(tmp_path, program):
    aim = target(shell_writer("sh"), tmp_path, program)
    faults = [fault for fault in errors(calls_in(aim)) if not is_beyond_the_script(fault)]
    assert broken_promises(aim, sampled(faults, 120), mute) == []
