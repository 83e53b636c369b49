"""The folder is made as others need it, and what is there is left as it is."""

from __future__ import annotations

import stat

import pytest

from forensics.ledger.folder import made_folder


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_every_missing_part_is_made(tmp_path):
    folder = made_folder(tmp_path / "a" / "b" / "c")
    assert [mode(each) for each in (folder, *folder.parents[:2])] == [0o755] * 3


def test_folder_that_is_there_keeps_its_mode(tmp_path):
    (tmp_path / "a").mkdir(0o700)
    made_folder(tmp_path / "a" / "b")
    assert (mode(tmp_path / "a"), mode(tmp_path / "a" / "b")) == (0o700, 0o755)


def test_file_in_the_way_is_an_error(tmp_path):
    (tmp_path / "a").touch()
    with pytest.raises(NotADirectoryError):
        made_folder(tmp_path / "a" / "b")
