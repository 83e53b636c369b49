"""Small files are written whole or not at all."""

from __future__ import annotations

import os
import stat

import pytest

from forensics import durable
from forensics.durable import write
from forensics.errors import OutputError


def test_file_is_replaced_and_nothing_else_is_left(tmp_path):
    path = tmp_path / "night.md"
    path.write_bytes(b"old")
    write(path, b"new")
    assert path.read_bytes() == b"new"
    assert [each.name for each in tmp_path.iterdir()] == ["night.md"]


def test_empty_content_is_written(tmp_path):
    write(tmp_path / "x.csv", b"")
    assert (tmp_path / "x.csv").read_bytes() == b""


def test_long_name_is_written(tmp_path):
    write(tmp_path / ("é" * 100 + ".md"), b"x")
    assert len(list(tmp_path.iterdir())) == 1


def test_missing_folder_is_told_with_its_path(tmp_path):
    with pytest.raises(OutputError, match=r"gone/night\.md could not be written - its folder is not there"):
        write(tmp_path / "gone" / "night.md", b"x")


@pytest.mark.parametrize("step", ["write_draft", "os.rename", "os.fsync"])
def test_failure_leaves_the_old_content_and_no_draft(tmp_path, monkeypatch, step):
    path = tmp_path / "night.md"
    path.write_bytes(b"old")

    def fail(*args, **values):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(f"forensics.durable.{step}", fail)
    with pytest.raises(OutputError, match="No space left on device"):
        write(path, b"new")
    assert path.read_bytes() == b"old"
    assert [each.name for each in tmp_path.iterdir()] == ["night.md"]


def test_interrupted_write_leaves_no_draft(tmp_path, monkeypatch):
    def interrupt(*args, **values):
        raise KeyboardInterrupt

    monkeypatch.setattr(durable.os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write(tmp_path / "night.md", b"new")
    assert list(tmp_path.iterdir()) == []


def test_content_and_folder_are_synced_in_order(tmp_path, monkeypatch):
    steps = []
    sync, rename = os.fsync, os.rename

    def seen_sync(descriptor):
        steps.append("folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file")
        sync(descriptor)

    def seen_rename(*args, **values):
        steps.append("rename")
        rename(*args, **values)

    monkeypatch.setattr(durable.os, "fsync", seen_sync)
    monkeypatch.setattr(durable.os, "rename", seen_rename)
    write(tmp_path / "night.md", b"x")
    assert steps == ["file", "rename", "folder"]


def test_planted_link_is_replaced_and_its_target_untouched(tmp_path):
    victim, path = tmp_path / "victim", tmp_path / "night.md"
    victim.write_bytes(b"precious")
    path.symlink_to(victim)
    write(path, b"new")
    assert victim.read_bytes() == b"precious"
    assert not path.is_symlink()
    assert path.read_bytes() == b"new"


def test_hard_link_is_replaced_and_the_other_name_untouched(tmp_path):
    victim, path = tmp_path / "victim", tmp_path / "night.md"
    victim.write_bytes(b"precious")
    path.hardlink_to(victim)
    write(path, b"new")
    assert victim.read_bytes() == b"precious"


@pytest.mark.parametrize("make", [lambda path: path.mkdir(), os.mkfifo])
def test_what_is_no_plain_file_is_refused(tmp_path, make):
    path = tmp_path / "night.md"
    make(path)
    with pytest.raises(OutputError, match="no plain file"):
        write(path, b"x")
    assert not path.is_file()


def test_link_to_a_device_is_refused(tmp_path):
    path = tmp_path / "stdout.md"
    path.symlink_to("/dev/null")
    with pytest.raises(OutputError, match="no plain file"):
        write(path, b"x")
    assert path.is_symlink()


def test_rename_that_was_done_all_the_same_is_no_failure(tmp_path, monkeypatch):
    rename = os.rename

    def told_wrongly(*args, **values):
        rename(*args, **values)
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(durable.os, "rename", told_wrongly)
    write(tmp_path / "night.md", b"new")
    assert (tmp_path / "night.md").read_bytes() == b"new"


def test_short_writes_are_gone_on_with(tmp_path, monkeypatch):
    whole = os.write
    monkeypatch.setattr(durable.os, "write", lambda file, content: whole(file, content[:1]))
    write(tmp_path / "night.md", b"new content")
    assert (tmp_path / "night.md").read_bytes() == b"new content"


@pytest.mark.parametrize("umask", [0o000, 0o077])
def test_mode_that_is_asked_for_holds_whatever_the_umask_is(tmp_path, umask):
    before = os.umask(umask)
    try:
        with durable.opened_folder(tmp_path) as folder:
            durable.replace(folder, "night.md", b"x", 0o755)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "night.md").stat().st_mode) == 0o755


def test_umask_decides_where_no_mode_is_asked_for(tmp_path):
    before = os.umask(0o027)
    try:
        write(tmp_path / "night.md", b"x")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "night.md").stat().st_mode) == 0o640
