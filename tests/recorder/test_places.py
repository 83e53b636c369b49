"""Which folder a heartbeat is written to."""

from __future__ import annotations

import pytest

from forensics.config import HEARTBEAT_DIRS
from forensics.errors import OutputError
from forensics.recorder import places
from forensics.recorder.places import BUILT_IN, default_folders, folder_for
from forensics.recorder.script import WRITER


@pytest.fixture
def system(tmp_path, monkeypatch):
    """Return a folder that stands for the root of the file system; nothing in it is there yet but ``var``."""
    (tmp_path / "var").mkdir()
    moved = tuple(folder if folder.startswith("~") else f"{tmp_path}{folder}" for folder in BUILT_IN)
    monkeypatch.setattr(places, "BUILT_IN", moved)
    return tmp_path


def forbid(monkeypatch, folder):
    """Let a folder look as if it could not be written; root may write anywhere."""
    may = places.os.access
    monkeypatch.setattr(
        places.os, "access", lambda path, mode: not str(path).startswith(str(folder)) and may(path, mode)
    )


def test_built_in_list_is_that_of_the_config():
    assert BUILT_IN == HEARTBEAT_DIRS


def test_shell_writer_has_the_same_list_in_the_same_order():
    script = WRITER.read_text(encoding="utf-8")
    body = script[script.index("choose_folder()") :]
    at = [body.index(folder.replace("~", "$home")) for folder in BUILT_IN]
    assert at == sorted(at)


def test_named_folder_comes_first(system):
    assert folder_for("here", {"FORENSICS_HEARTBEAT_DIR": "/there"}) == "here"


def test_folder_in_the_environment_comes_next(system):
    assert folder_for("", {"FORENSICS_HEARTBEAT_DIR": "/there", "HOME": "/home/x"}) == "/there"


def test_empty_variable_is_none(system):
    assert folder_for("", {"FORENSICS_HEARTBEAT_DIR": ""}) == f"{system}/var/lib/forensics/heartbeats"


def test_first_of_the_list_is_made_where_it_may_be(system):
    assert folder_for("", {}) == f"{system}/var/lib/forensics/heartbeats"


def test_folder_that_can_be_written_is_taken_where_the_first_cannot_be_made(system, monkeypatch):
    there = system / "var/lib/bezalel/heartbeats"
    there.mkdir(parents=True)
    may = places.os.access
    monkeypatch.setattr(places.os, "access", lambda path, mode: path == str(there) and may(path, mode))
    assert folder_for("", {"HOME": f"{system}/home"}) == str(there)


def test_folder_of_another_tool_is_not_made(system, monkeypatch):
    forbid(monkeypatch, system / "var")
    (system / "home").mkdir()
    assert folder_for("", {"HOME": f"{system}/home"}) == f"{system}/home/.local/state/forensics/heartbeats"


def test_folder_at_home_is_used_where_it_is(system, monkeypatch):
    forbid(monkeypatch, system / "var")
    there = system / "home/.bezalel/heartbeats"
    there.mkdir(parents=True)
    assert folder_for("", {"HOME": f"{system}/home"}) == str(there)


def test_first_that_is_there_but_cannot_be_written_is_passed_over(system, monkeypatch):
    (system / "var/lib/forensics/heartbeats").mkdir(parents=True)
    forbid(monkeypatch, system / "var")
    (system / "home").mkdir()
    assert folder_for("", {"HOME": f"{system}/home"}).startswith(f"{system}/home")


def test_nowhere_to_write_is_told(system, monkeypatch):
    forbid(monkeypatch, system)
    with pytest.raises(OutputError, match="name one with --dir"):
        folder_for("", {"HOME": f"{system}/home"})


def test_state_folder_of_the_environment_is_respected():
    assert default_folders({"HOME": "/home/x", "XDG_STATE_HOME": "/s/"})[-1] == "/s/forensics/heartbeats"


@pytest.mark.parametrize("environment", [{}, {"HOME": ""}, {"HOME": "home/x", "XDG_STATE_HOME": "state"}])
def test_unknown_home_gives_no_folder(environment):
    assert default_folders(environment) == [*BUILT_IN[:3], "", ""]


def test_relative_folder_is_made(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    places.make_folder("a/b/")
    assert (tmp_path / "a" / "b").is_dir()
