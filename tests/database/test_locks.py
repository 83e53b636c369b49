"""A lock belongs to one at a time, and is free when that one is done."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from forensics.database import locks
from forensics.database.locks import held, is_held
from tests.processes import python

FORKED = """
import os, sys
from forensics.database.locks import held
with held(os.open(sys.argv[1], os.O_RDONLY), 1):
    if not os.fork():
        os.read(0, 1)
        os._exit(0)
print("done", flush=True)
sys.stdin.read()
"""


def opened(path: Path) -> int:
    return os.open(path, os.O_RDONLY)


def test_second_one_is_turned_away(tmp_path):
    with held(opened(tmp_path), 1) as first, held(opened(tmp_path), 1) as second:
        assert (first, second) == (True, False)


def test_turning_one_away_does_not_free_the_lock(tmp_path):
    with held(opened(tmp_path), 1):
        with held(opened(tmp_path), 1):
            pass
        assert is_held(tmp_path)


def test_lock_is_free_and_its_file_closed_after_work_that_failed(tmp_path):
    file = opened(tmp_path)
    with pytest.raises(ZeroDivisionError), held(file, 1):
        raise ZeroDivisionError
    assert not is_held(tmp_path)
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(file)


def test_lock_is_tried_as_often_as_told(tmp_path, monkeypatch):
    pauses = []
    monkeypatch.setattr(locks.time, "sleep", pauses.append)
    with held(opened(tmp_path), 1), held(opened(tmp_path), 4) as is_ours:
        assert (is_ours, len(pauses)) == (False, 3)


def test_lock_is_free_although_a_forked_child_of_its_holder_lives(tmp_path):
    with python(FORKED, tmp_path) as holder:
        assert holder.stdout.readline() == "done\n"
        assert not is_held(tmp_path)


def test_file_that_is_missing_is_not_held(tmp_path):
    assert not is_held(tmp_path / "missing")
