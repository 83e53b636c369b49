"""Bodyfiles of The Sleuth Kit: eleven fields, escapes, unknown times."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forensics.sources.bodyfile import Bodyfile
from tests.sources.tree_builders import SECOND, Outcome, cut_gzip, outcome, reader

PART = st.text(st.characters(exclude_characters="/\n\r", exclude_categories=["Cs"]), min_size=1).filter(
    lambda part: part != "."
)
NAME = (
    st.lists(PART, min_size=1, max_size=3)
    .map("/".join)
    .filter(lambda name: not name.endswith(("(deleted)", "(deleted-realloc)")))
)

Read = Callable[..., Outcome]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    return reader(Bodyfile(), tmp_path / "tree.body")


def line(
    name: str, mtime: str = "5", mode: str = "r/rrw-r--r--", size: str = "22", ctime: str = "6", crtime: str = "0"
) -> str:
    return f"0|{name}|16|{mode}|1000|1000|{size}|4|{mtime}|{ctime}|{crtime}\n"


def escaped(name: str) -> str:
    return name.replace("\\", "\\\\").replace("|", "\\|")


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=NAME, at=st.integers(1, 2**62))
def test_every_name_and_time_survives(read: Read, name: str, at: int) -> None:
    (row,) = read(line(escaped(f"/{name}"), f"{at // SECOND}.{at % SECOND:09d}")).rows
    assert (row["path"], row["at"]) == (name, at)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=st.binary(max_size=200)
    | st.lists(st.sampled_from([b"0|", b"5|" * 9, b"\\", b"\n", b"#", b"\xff"])).map(b"".join)
)
def test_junk_is_accounted_for(read: Read, content: bytes) -> None:
    assert read(content).is_balanced


def test_the_real_bodyfile_is_read_whole(shared_data: Path) -> None:
    found = outcome(Bodyfile(), shared_data / "filesystem" / "plaso-bodyfile.body")
    rows = {row["path"]: row for row in found.rows}
    assert (len(found.rows), found.rejects) == (20, [])
    assert found.account.skipped == {"comment": 1, "no modification time": 4}
    assert {
        "0",
        "False",
        "file|with|pipes",
        "file\\with\\backslashes",
        "\\testdir2",
        "file_symboliclink1",
    } <= rows.keys()
    assert "passwordz\r.txt" in rows
    assert "leyndardómarnir/ekki skoða/þínar skrár" in rows
    assert rows["file|with|pipes"]["at"] == 1596091265_352146149
    assert rows["file|with|pipes"]["changed_at"] == 1596091265_354067564
    assert rows["file|with|pipes"]["born_at"] == 1596091265_352070808
    assert rows["\\testdir2"]["at"] == 1573896478_189698000
    assert {path for path, row in rows.items() if row["is_folder"]} == {
        "lost+found", "a_directory", "D:/$Extend/$RmMetadata/$Txf", "\\testdir2",
    }  # fmt: skip
    assert found.is_balanced


def test_the_corrupt_bodyfile_has_one_reject(shared_data: Path) -> None:
    found = outcome(Bodyfile(), shared_data / "filesystem" / "plaso-bodyfile-corrupt.body")
    assert [(reject.record, reject.reason) for reject in found.rejects] == [(3, "lone backslash")]
    assert found.paths == ["a_directory", "passwords\r.txt"]


@pytest.mark.parametrize("mtime", ["0", "", "0.0000000"])
def test_a_file_without_a_modification_time_is_no_evidence(read: Read, mtime: str) -> None:
    found = read(line("/a", mtime))
    assert (found.rows, found.account.skipped) == ([], {"no modification time": 1})


@pytest.mark.parametrize("unknown", ["0", ""])
def test_an_unknown_birth_is_none(read: Read, unknown: str) -> None:
    (row,) = read(line("/a", ctime=unknown, crtime=unknown)).rows
    assert (row["born_at"], row["changed_at"], row["at"]) == (None, None, 5 * SECOND)


def test_a_deleted_file_keeps_its_own_name(read: Read) -> None:
    assert read(line("/a/b.json (deleted)")).paths == ["a/b.json"]


def test_times_that_belong_to_another_file_are_no_evidence(read: Read) -> None:
    found = read(line("/a/b.json (deleted-realloc)"))
    assert found.account.skipped == {"deleted, and its times belong to another file": 1}


def test_the_size_of_a_link_tells_where_its_target_begins(read: Read) -> None:
    assert read(line("/a -> b -> c/d", mode="l/lrwxrwxrwx", size="3")).paths == ["a -> b"]


def test_an_arrow_in_the_name_of_a_file_is_no_link(read: Read) -> None:
    assert read(line("/a -> b")).paths == ["a -> b"]


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ("0|/a|16|r/rrw|0|0|22|4|5|6\n", "not the eleven fields of a bodyfile"),
        ("0|/a|2049|16|33188|-rw-r--r--|1|0|0|0|22|4|5|6|4096|8\n", "not the eleven fields of a bodyfile"),
        (line("/a|b"), "not the eleven fields of a bodyfile"),
        (line("/a", "soon"), "a time in it is no number of seconds"),
        (line("/a", "1_0"), "a time in it is no number of seconds"),
        (line("/a", "9" * 19), "a time in it is out of range"),
        (line("/a", ctime="x"), "a time in it is no number of seconds"),
        (line("/a", size="big"), "its size is no number"),
        (line("/a\\b"), "lone backslash"),
        (line("/a\\x0"), "lone backslash"),
    ],
)
def test_a_malformed_line_is_rejected(read: Read, broken: str, reason: str) -> None:
    found = read(line("/good") + broken + line("/better"))
    assert found.paths == ["good", "better"]
    assert [(reject.record, reject.reason) for reject in found.rejects] == [(2, reason)]


def test_the_root_is_taken_off(read: Read) -> None:
    found = read(line("/srv/posts/a") + line("/srv/b", "9"), root="/srv/posts")
    assert (found.paths, found.account.skipped) == (["a"], {"outside the root": 1})
    assert found.account.covers == (None, 9 * SECOND)


def test_the_good_part_of_a_cut_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "body.gz"
    path.write_bytes(cut_gzip("".join(line(f"/{n * 7919 % 10007}") for n in range(5000)).encode()))
    found = outcome(Bodyfile(), path)
    assert 1000 < len(found.rows) < 5000
    assert found.account.fault is not None


def test_an_empty_file_gives_its_account_alone(read: Read) -> None:
    found = read("")
    assert (found.rows, found.rejects, found.account.records) == ([], [], 0)


@pytest.mark.parametrize(
    ("content", "is_bodyfile"),
    [
        ("# made by fls\n" + line("/a"), True),
        (line("/a\\|b"), True),
        ("# a comment\n", False),
        ("a|b|c|d|e|f|g|h|i|j|k\n", False),
        ("0|/a|16|r/rrw|0|0|22|4|5|6\n", False),
        ("", False),
    ],
)
def test_detects_bodyfiles_and_nothing_else(tmp_path: Path, content: str, is_bodyfile: bool) -> None:
    path = tmp_path / "tree.body"
    path.write_text(content)
    assert Bodyfile().detect(path) is is_bodyfile


def test_content_that_was_kept_beside_a_listing_is_read_for_its_fields(tmp_path: Path):
    (tmp_path / "tree.body").write_text("0|sub/state.json|1|r/r|0|0|40|0|1773905460|0|0\n")
    (tmp_path / "tree" / "sub").mkdir(parents=True)
    (tmp_path / "tree" / "sub" / "state.json").write_text('{"last": "2026-03-19T07:31:00Z"}')
    (tmp_path / "tree" / "other.json").write_text('{"last": "2026-03-19T07:31:00Z"}')
    found = outcome(Bodyfile(), tmp_path / "tree.body", fields=("sub/*.json#last",))
    assert found.paths == ["sub/state.json", "sub/state.json#last"]
    assert [read.covers for read in found.reads] == [(None, 1_773_905_460 * SECOND), None]
