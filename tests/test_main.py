"""``python -m forensics`` ends as the command ends, with all that it had to say."""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest

from forensics import entry
from tests.checkout import ROOT


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "forensics", *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=60, check=False)


def test_module_says_all_before_it_ends() -> None:
    assert run("report", "--help").stdout.rstrip().endswith("Show this message and exit.")


def test_module_ends_with_the_exit_code_of_the_command() -> None:
    assert [run("--version").returncode, run("--no-such-option").returncode] == [0, 2]


def ended(monkeypatch: pytest.MonkeyPatch, code: int | str) -> list[int]:
    """Return the codes with which the process would have been ended at once, for a command that exits so."""
    codes: list[int] = []
    monkeypatch.setattr(entry, "run", lambda words: sys.exit(code))
    monkeypatch.setattr(entry.os, "_exit", codes.append)
    with pytest.raises(SystemExit):
        entry.main()
    return codes


def test_command_without_threads_is_ended_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threading, "active_count", lambda: 1)
    assert ended(monkeypatch, 3) == [3]


def test_thread_still_at_work_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threading, "active_count", lambda: 2)
    assert ended(monkeypatch, 3) == []


def test_words_instead_of_a_code_are_left_to_the_interpreter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threading, "active_count", lambda: 1)
    assert ended(monkeypatch, "out of paper") == []


def test_stream_that_cannot_be_emptied_is_left_to_the_interpreter(monkeypatch: pytest.MonkeyPatch) -> None:
    class Full:
        def flush(self) -> None:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(threading, "active_count", lambda: 1)
    monkeypatch.setattr(sys, "stdout", Full())
    assert ended(monkeypatch, 0) == []
