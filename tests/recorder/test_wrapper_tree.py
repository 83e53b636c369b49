"""Which processes belong to a command, as far as ``/proc`` tells."""

from __future__ import annotations

from pathlib import Path

import pytest

from forensics.recorder.wrapper_tree import descendants, has_members, living

# pid, name, state, parent, group
FAMILY = [
    (1, "init", "S", 0, 1),
    (10, "job", "S", 1, 10),
    (11, "child) S 1 1 (", "R", 10, 10),
    (12, "grandchild", "T", 11, 12),
    (13, "dead", "Z", 10, 13),
    (20, "stranger", "S", 1, 20),
]


@pytest.fixture
def proc(tmp_path: Path) -> Path:
    for pid, name, state, parent, group in FAMILY:
        (tmp_path / str(pid)).mkdir()
        (tmp_path / str(pid) / "stat").write_text(f"{pid} ({name}) {state} {parent} {group} {group} 0 -1\n")
    (tmp_path / "99").mkdir()  # gone before it could be read
    (tmp_path / "self").mkdir()
    return tmp_path


def test_descendants_are_found_over_generations(proc):
    assert descendants(10, proc) == {11, 12}


def test_group_of_the_dead_has_no_members(proc):
    assert (has_members(10, proc), has_members(13, proc), has_members(77, proc)) == (True, False, False)


def test_dead_do_not_live(proc):
    assert living({11, 13, 99}, proc) == {11}


def test_system_without_proc_tells_nothing(tmp_path):
    assert (descendants(10, tmp_path), has_members(10, tmp_path), living({10}, tmp_path)) == (set(), None, set())
