"""Drafts that killed writers left are found, and nothing else."""

from __future__ import annotations

import os

import pytest

from forensics.recorder.drafts import HOUR, remove_stale_drafts, stale_drafts

NOW = 1_774_000_000 * 10**9
OLD = NOW - HOUR - 1


def left(folder, name, at=OLD):
    path = folder / name
    path.write_bytes(b"half")
    os.utime(path, ns=(at, at))
    return path


@pytest.mark.parametrize(
    "name",
    [
        ".backup.last.0123456789ab.tmp",
        ".x.last.8cd7040d-ddef-46e3-a8d9-fba180e6ad69.tmp",
        ".x.alert.8-1774000000-0.tmp",
        ".a\nb.0123456789ab.tmp",
    ],
)
def test_old_draft_is_found(tmp_path, name):
    draft = left(tmp_path, name)
    assert stale_drafts(tmp_path, NOW) == [draft]


@pytest.mark.parametrize(
    "name",
    [
        "backup.last",
        ".hidden",
        "backup.0123456789ab.tmp",
        ".x.tmp",
        ".notes.backups.tmp",
        ".x.last.0123456789ab.tmp.bak",
    ],
)
def test_other_file_is_left_alone(tmp_path, name):
    left(tmp_path, name)
    assert stale_drafts(tmp_path, NOW) == []


@pytest.mark.parametrize("at", [NOW - HOUR, NOW, NOW + HOUR])
def test_draft_of_an_hour_or_less_may_still_be_at_work(tmp_path, at):
    left(tmp_path, ".x.last.0123456789ab.tmp", at)
    assert stale_drafts(tmp_path, NOW) == []


def test_what_is_no_plain_file_is_left_alone(tmp_path):
    (tmp_path / ".x.last.0123456789ab.tmp").mkdir()
    (tmp_path / ".y.last.0123456789ab.tmp").symlink_to(left(tmp_path, "precious"))
    assert stale_drafts(tmp_path, NOW + 2 * HOUR) == []


def test_drafts_are_removed_and_the_rest_kept(tmp_path):
    gone, kept = left(tmp_path, ".x.last.0123456789ab.tmp"), left(tmp_path, "x.last")
    assert remove_stale_drafts(tmp_path, NOW) == [gone]
    assert list(tmp_path.iterdir()) == [kept]


def test_missing_folder_holds_no_drafts(tmp_path):
    assert stale_drafts(tmp_path / "gone", NOW) == []


def test_file_in_the_place_of_a_folder_is_told(tmp_path):
    with pytest.raises(NotADirectoryError):
        stale_drafts(left(tmp_path, "x"), NOW)
