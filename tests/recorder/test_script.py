"""The writer for shells is installed by both its names."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from forensics.errors import OutputError
from forensics.recorder import script
from forensics.recorder.script import WRITER, folder_of_commands, install_script
from tests.recorder.writers import beat_in, run


def test_both_names_are_installed_whole_and_executable(tmp_path):
    before = os.umask(0o077)
    try:
        paths = install_script(str(tmp_path / "bin"))
    finally:
        os.umask(before)
    assert paths == [str(tmp_path / "bin" / name) for name in ("heartbeat-write.sh", "cron-heartbeat-write.sh")]
    assert [stat.S_IMODE(Path(path).stat().st_mode) for path in paths] == [0o755, 0o755]
    assert all((tmp_path / "bin" / name).read_bytes() == WRITER.read_bytes() for name in script.NAMES)


@pytest.mark.parametrize("name", script.NAMES)
def test_installed_writer_writes(tmp_path, name):
    install_script(str(tmp_path))
    assert run([str(tmp_path / name), "backup", "1d", "--dir", str(tmp_path)]).stderr == ""
    assert beat_in(tmp_path).interval_seconds == 86_400


def test_older_writer_is_replaced(tmp_path):
    (tmp_path / "heartbeat-write.sh").write_text("old")
    install_script(str(tmp_path))
    assert (tmp_path / "heartbeat-write.sh").read_bytes() == WRITER.read_bytes()


def test_folder_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "bin").write_bytes(b"")
    with pytest.raises(OutputError, match=r"bin/heartbeat-write.sh' could not be written - Not a directory"):
        install_script(str(tmp_path / "bin"))


def test_commands_of_all_users_come_first(tmp_path, monkeypatch):
    monkeypatch.setattr(script, "FOR_ALL", str(tmp_path / "all"))
    assert folder_of_commands({"HOME": str(tmp_path)}) == str(tmp_path / "all")


def test_commands_of_one_user_come_next(tmp_path, monkeypatch):
    (tmp_path / "all").write_bytes(b"")
    monkeypatch.setattr(script, "FOR_ALL", str(tmp_path / "all"))
    assert folder_of_commands({"HOME": str(tmp_path)}) == f"{tmp_path}/.local/bin"


def test_nowhere_to_install_is_told(tmp_path, monkeypatch):
    (tmp_path / "all").write_bytes(b"")
    monkeypatch.setattr(script, "FOR_ALL", str(tmp_path / "all"))
    with pytest.raises(OutputError, match="name one with --dir"):
        folder_of_commands({})
