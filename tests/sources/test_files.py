"""A live file tree: all that is there, nothing followed, nothing touched."""

from __future__ import annotations

import errno
import os
import socket
from pathlib import Path
from typing import Any

import pytest

from forensics.sources.base import ReadOptions
from forensics.sources.files import FileTree, Walk
from forensics.sources.find_listing import FindListing
from tests.sources.slack_builders import export, message
from tests.sources.tree_builders import NOW, SECOND, outcome

MTIME = 1_773_873_130_123_456_789


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Return a tree of two folders and three files, all written at one time."""
    root = tmp_path / "posts"
    for name in ("a.json", "2026-03-19-en/post.md", "2026-03-19-en/.completed"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("xyz")
    (root / "empty").mkdir()
    settle(root)
    return root


def settle(root: Path) -> None:
    for path in root.rglob("*"):
        os.utime(path, ns=(MTIME, MTIME), follow_symlinks=False)


def test_every_file_and_folder_is_a_row(tree: Path) -> None:
    found = outcome(FileTree(), tree)
    assert [(row["path"], row["size"], row["is_folder"]) for row in found.rows if not row["is_folder"]] == [
        ("a.json", 3, False),
        ("2026-03-19-en/.completed", 3, False),
        ("2026-03-19-en/post.md", 3, False),
    ]
    assert [row["path"] for row in found.rows if row["is_folder"]] == ["2026-03-19-en", "empty"]
    assert found.is_balanced


def test_times_are_exact_to_the_ns(tree: Path) -> None:
    row = next(row for row in outcome(FileTree(), tree).rows if row["path"] == "a.json")
    assert row["at"] == MTIME
    assert row["changed_at"] == (tree / "a.json").stat().st_ctime_ns


def test_the_tree_speaks_until_it_was_read(tree: Path) -> None:
    account = outcome(FileTree(), tree).account
    assert (account.file, account.records, account.covers, account.newest) == (str(tree), 5, (None, None), MTIME)


def test_a_time_after_now_is_not_the_newest(tree: Path) -> None:
    os.utime(tree / "a.json", ns=(NOW + SECOND, NOW + SECOND))
    assert outcome(FileTree(), tree).account.newest == MTIME


def test_the_order_is_that_of_the_names(tree: Path) -> None:
    found = outcome(FileTree(), tree)
    assert found.paths == ["2026-03-19-en", "a.json", "empty", "2026-03-19-en/.completed", "2026-03-19-en/post.md"]
    assert [row["record"] for row in found.rows] == [1, 2, 3, 4, 5]


def test_a_tree_and_its_listing_say_the_same(tree: Path, tmp_path: Path) -> None:
    listing = tmp_path / "listing.txt"
    lines = [
        f"{MTIME // SECOND}.{MTIME % SECOND:09d}0\t{path.lstat().st_size}\t./{path.relative_to(tree)}\n"
        for path in tree.rglob("*")
    ]
    listing.write_text("".join(lines))
    listed, live = outcome(FindListing(), listing), outcome(FileTree(), tree)
    assert {(row["path"], row["at"], row["size"]) for row in listed.rows} == {
        (row["path"], row["at"], row["size"]) for row in live.rows
    }


def test_links_are_counted_and_not_followed(tree: Path) -> None:
    (tree / "loop").symlink_to(tree)
    (tree / "out").symlink_to("/")
    (tree / "file").symlink_to("a.json")
    found = outcome(FileTree(), tree)
    assert found.account.skipped == {"symbolic link": 3}
    assert len(found.rows) == 5
    assert found.is_balanced


def test_the_top_itself_may_be_a_link(tree: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tree)
    assert len(outcome(FileTree(), tmp_path / "link").rows) == 5


def test_special_files_are_counted_and_not_opened(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(tree / "pipe.json")
    monkeypatch.chdir(tree)
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind("socket.json")
        found = outcome(FileTree(), tree, fields=("*.json#at",))
    assert found.reads[0].skipped == {"special file": 2}


def test_a_folder_that_cannot_be_opened_is_rejected(tree: Path) -> None:
    walk = Walk("posts", ReadOptions(now=NOW), ())
    top = os.open(tree, os.O_RDONLY)
    try:
        rejects = [*walk.enter(top, "gone"), *walk.enter(top, "a.json")]
    finally:
        os.close(top)
    assert [(reject.record, reject.reason, reject.text) for reject in rejects] == [
        (1, "cannot be opened: No such file or directory", "gone"),
        (2, "cannot be opened: Not a directory", "a.json"),
    ]


def test_a_file_that_vanishes_is_rejected(tree: Path) -> None:
    walk = Walk("posts", ReadOptions(now=NOW), ())
    top = os.open(tree, os.O_RDONLY)
    try:
        rejects = list(walk.take(top, "", ["a.json", "gone.json"]))
    finally:
        os.close(top)
    assert [reject.reason for reject in rejects] == ["cannot be read: No such file or directory"]
    assert walk.columns["path"] == ["a.json"]


def test_a_folder_that_is_not_ours_is_rejected(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opening = os.open

    def refusing(path: str, *arguments: Any, **options: Any) -> int:
        if path == "empty":  # root may open every folder
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return opening(path, *arguments, **options)

    monkeypatch.setattr(os, "open", refusing)
    found = outcome(FileTree(), tree)
    assert [reject.reason for reject in found.rejects] == ["cannot be opened: Permission denied"]
    assert found.is_balanced


def test_names_that_are_no_utf8_are_shown_escaped(tree: Path) -> None:
    (tree / os.fsdecode(b"caf\xe9")).mkdir()
    (tree / os.fsdecode(b"caf\xe9/\xc3\xa9")).touch()
    assert {"caf\\xe9", "caf\\xe9/é"} <= set(outcome(FileTree(), tree).paths)


def test_large_trees_come_in_several_batches(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("forensics.sources.files.ROWS_AT_ONCE", 2)
    batches = [each for each in FileTree().read(tree, ReadOptions(now=NOW)) if hasattr(each, "columns")]
    assert [len(batch) for batch in batches] == [3, 2]
    assert outcome(FileTree(), tree).account.newest == MTIME


@pytest.mark.skipif(not hasattr(os, "O_NOATIME"), reason="this system cannot leave access times alone")
def test_folders_are_opened_so_that_no_access_time_changes(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opening, flags = os.open, []

    def noting(path: str, flag: int, **options: Any) -> int:
        flags.append(flag)
        return opening(path, flag, **options)

    monkeypatch.setattr(os, "open", noting)
    outcome(FileTree(), tree)
    assert len(flags) == 4
    assert all(flag & os.O_NOATIME and flag & os.O_ACCMODE == os.O_RDONLY for flag in flags)


def test_a_folder_of_somebody_else_is_opened_all_the_same(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opening = os.open

    def refusing(path: str, flag: int, **options: Any) -> int:
        if flag & getattr(os, "O_NOATIME", 0):
            raise PermissionError(1, "Operation not permitted")
        return opening(path, flag, **options)

    monkeypatch.setattr(os, "open", refusing)
    assert len(outcome(FileTree(), tree).rows) == 5


def test_a_path_that_is_no_folder_raises(tree: Path) -> None:
    with pytest.raises(NotADirectoryError):
        outcome(FileTree(), tree / "a.json")


def test_an_empty_folder_gives_its_account_alone(tmp_path: Path) -> None:
    found = outcome(FileTree(), tmp_path)
    assert (found.rows, found.rejects, found.account.records, found.account.newest) == ([], [], 0, None)


def test_times_inside_files_come_after_the_tree(tree: Path) -> None:
    (tree / "evolution.jsonl").write_text('{"ts": "2026-03-19T07:04:00Z"}\n')
    found = outcome(FileTree(), tree, fields=("evolution.jsonl#ts", "missing.json#ts"))
    assert found.paths[-1] == "evolution.jsonl#ts"
    assert [read.file for read in found.reads] == [str(tree), str(tree / "evolution.jsonl")]
    assert found.is_balanced


def test_the_host_that_was_named_stands_in_every_row(tree: Path) -> None:
    assert {row["host"] for row in outcome(FileTree(), tree, host="mac1").rows} == {"mac1"}


def test_detects_a_plain_folder(tree: Path, tmp_path: Path) -> None:
    assert FileTree().detect(tree)
    assert not FileTree().detect(tree / "a.json")
    assert not FileTree().detect(tmp_path / "nothing")


def test_a_folder_of_heartbeats_is_no_plain_folder(tree: Path) -> None:
    (tree / "backup.last").write_text("1773873130")
    assert not FileTree().detect(tree)


def test_a_slack_export_is_no_plain_folder(tmp_path: Path) -> None:
    assert not FileTree().detect(export(tmp_path / "slack", {"metrics/2026-03-19.json": [message()]}))


def test_reports_named_by_day_are_a_plain_folder(tmp_path: Path) -> None:
    assert FileTree().detect(export(tmp_path / "out", {"backup/2026-03-19.json": {"rows": 5}}))
