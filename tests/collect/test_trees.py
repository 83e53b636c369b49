"""A tree that was listed is read again row by row as it was: paths, times, sizes, and the numbers of the rows."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from forensics.collect.trees import Listing
from forensics.evidence.records import Batch, FileRead, Reject
from forensics.sources.base import ReadOptions
from forensics.sources.bodyfile import Bodyfile, line_parser
from forensics.sources.files import FileTree
from tests.sources.tree_builders import NOW, outcome

ROW = ("path", "at", "size", "is_folder", "changed_at", "record")


def listed(top: Path, target: Path) -> None:
    with target.open("wb") as file:
        listing = Listing(file)
        for each in FileTree().read(top, ReadOptions(now=NOW)):
            if isinstance(each, Batch | Reject):
                listing.take(each)
            elif isinstance(each, FileRead):
                listing.write_until(each.records)


def rows(found: Any) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in ROW) for row in found.rows]


def test_listing_of_a_tree_gives_the_same_rows_under_the_same_numbers(tmp_path: Path):
    top = tmp_path / "tree"
    (top / "sub").mkdir(parents=True)
    (top / "a-link").symlink_to("sub")
    os.mkfifo(top / "m-pipe")
    for name in ("b", "sub/c|d", "sub/e\\f", "sub/g\nh", "sub/ï", "sub/# i"):
        (top / name).write_text(name)
        os.utime(top / name, ns=(1, 1_773_905_460_123_456_789))
    listed(top, tmp_path / "tree.body")
    assert rows(outcome(Bodyfile(), tmp_path / "tree.body")) == rows(outcome(FileTree(), top))


def test_what_could_not_be_read_is_a_reject_again(tmp_path: Path):
    file = io.BytesIO()
    listing = Listing(file)
    listing.take(Reject("tree", 2, "cannot be opened: Permission denied", "shut|door"))
    listing.take(
        Batch("artifacts", "tree", {"record": [1, 3], "at": [5, 6], "path": ["a", "b"], "is_folder": [False] * 2})
    )
    (tmp_path / "tree.body").write_bytes(file.getvalue())
    found = outcome(Bodyfile(), tmp_path / "tree.body")
    assert ([row["record"] for row in found.rows], [reject.record for reject in found.rejects]) == ([1, 3], [2])
    assert "Permission denied" in found.rejects[0].text


def test_second_tree_begins_where_the_first_ended():
    file = io.BytesIO()
    listing = Listing(file)
    one = {"record": [1], "at": [5], "path": ["a"], "is_folder": [False]}
    for _ in range(2):
        listing.take(Batch("artifacts", "tree", one))
        listing.end(2)
    assert [line[:1] for line in file.getvalue().splitlines()] == [b"0", b"#", b"0", b"#"]


@given(st.text(min_size=1), st.integers(-(2**62), 2**62).filter(bool))
def test_any_name_and_time_is_read_back_as_it_was(name: str, at: int):
    name = name.encode("utf-8", "replace").decode().replace("/", "_").replace("\0", "_")
    if name.startswith("#") or name.endswith((" (deleted)", " (deleted-realloc)")) or name in (".", ".."):
        return
    file = io.BytesIO()
    Listing(file).take(Batch("artifacts", "t", {"record": [1], "at": [at], "path": [name], "is_folder": [False]}))
    (line,) = file.getvalue().removesuffix(b"\n").split(b"\n")
    found = line_parser(ReadOptions(now=NOW))(line)
    assert found[:2] == (at, name)
