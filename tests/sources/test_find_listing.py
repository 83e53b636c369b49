"""Listings by find: exact times, any path, and no line lost."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from forensics.sources.find_listing import FindListing
from forensics.sources.unpacking import compression
from tests.sources.tree_builders import NOW, SECOND, TOKYO, Outcome, cut_gzip, instant, outcome, reader

PART = st.text(st.characters(exclude_characters="/\n", exclude_categories=["Cs"]), min_size=1).filter(
    lambda part: part != "."
)
PATH = st.lists(PART, min_size=1, max_size=4).map("/".join)
FILE = st.tuples(st.integers(-(2**62), 2**62), st.integers(0, 2**60), PATH)

Read = Callable[..., Outcome]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    return reader(FindListing(), tmp_path / "listing.txt")


def line(at: int, size: int, path: str, separator: str = "\t") -> str:
    """Return a line as find writes it: below zero, too, the fraction is added to the seconds."""
    return f"{at // SECOND}.{at % SECOND:09d}0{separator}{size}{separator}{path}\n"


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(files=st.lists(FILE, max_size=8), separator=st.sampled_from("\t "))
def test_every_path_and_time_survives(read: Read, files: list[tuple[int, int, str]], separator: str) -> None:
    listed = "".join(line(at, size, f"./{path}", separator) for at, size, path in files)
    found = read(line(0, 4096, ".", separator) + listed)
    assert [(row["at"], row["size"], row["path"]) for row in found.rows[1:]] == files
    assert found.is_balanced


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=st.binary(max_size=200)
    | st.lists(st.sampled_from([b"1.5\t", b"2 ", b"./a\n", b"\n", b"\xff", b"x"])).map(b"".join)
)
def test_junk_is_accounted_for(read: Read, content: bytes) -> None:
    assume(compression(content) is None)
    found = read(content)
    assert found.is_balanced
    assert found.account.records == content.count(b"\n") + (not content.endswith(b"\n") and content != b"")


def test_many_lines_at_once_give_the_same_as_one_by_one(read: Read) -> None:
    draw = random.Random(7)
    lines = [
        line(draw.randrange(2 * 10**18), draw.randrange(9999), f"/srv/{draw.randrange(99)}/é {n}/") for n in range(300)
    ]
    at_once = read("".join(lines), root="/srv")
    one_by_one = read("".join([*lines, "junk\n"]), root="/srv")
    assert at_once.rows == one_by_one.rows
    assert len(at_once.rows) == 300
    assert [reject.record for reject in one_by_one.rejects] == [301]


def test_ten_digits_of_fraction_are_cut_to_ns(read: Read) -> None:
    (row,) = read("1773873130.1234567899\t7\t./a\n").rows
    assert row["at"] == 1773873130_123456789
    assert row["time_text"] == "1773873130.1234567899"


def test_a_quarter_second_before_1970_is_read_as_find_writes_it(read: Read) -> None:
    assert read("-1.7500000000\t0\t./a\n").rows[0]["at"] == -SECOND // 4


def test_local_times_are_of_the_zone_that_was_named(read: Read) -> None:
    (row,) = read("2026-03-19+07:32:10.1234567890\t5\t./a b\n", timezone=TOKYO).rows
    assert row["at"] == instant("2026-03-19T07:32:10+09:00") + 123456789
    assert row["time_text"] == "2026-03-19+07:32:10.1234567890"


def test_local_times_may_stand_between_blanks(read: Read) -> None:
    (row,) = read("2026-03-19+07:32:10.1234567890 5 ./a\tb  c\n").rows
    assert (row["size"], row["path"]) == (5, "a\tb  c")


@pytest.mark.parametrize(
    "moment", ["2026-02-30+07:32:10.1", "2026-03-19+25:00:00.1", "9999-01-01+00:00:00.1", "99999999999999.5"]
)
def test_a_time_that_is_none_is_rejected(read: Read, moment: str) -> None:
    found = read(f"{moment}\t5\t./a\n")
    assert (found.rows, [reject.reason for reject in found.rejects]) == ([], ["its time cannot be read"])


def test_bytes_that_are_no_utf8_are_shown_escaped(read: Read) -> None:
    assert read(b"1.5000000000\t1\t./caf\xe9\n").paths == ["caf\\xe9"]


@pytest.mark.parametrize(
    ("root", "listed", "path"),
    [
        (None, "./a/b", "a/b"),
        (None, "/srv/a", "srv/a"),
        (None, ".", "."),
        (None, "posts//a/./b", "posts/a/b"),
        ("/srv/posts", "/srv/posts/a", "a"),
        ("/srv/posts/", "/srv/posts/a/", "a"),
        ("/srv/posts", "/srv/posts", "."),
        ("/srv/posts", "./a", "a"),
        ("/", "/srv/a", "srv/a"),
        ("./posts", "posts/a", "a"),
        (".", "./.hidden/a", ".hidden/a"),
    ],
)
def test_paths_are_relative_to_the_root(read: Read, root: str | None, listed: str, path: str) -> None:
    assert read(line(SECOND, 1, listed), root=root).paths == [path]


@pytest.mark.parametrize(
    ("root", "listed"),
    [("/srv/posts", "/srv/posts-old/a"), ("/srv/posts", "/srv"), ("posts", "other/a"), (".", "/srv/a")],
)
def test_what_lies_outside_the_root_is_skipped(read: Read, root: str, listed: str) -> None:
    found = read(line(SECOND, 1, listed), root=root)
    assert (found.rows, found.account.skipped) == ([], {"outside the root": 1})


def test_only_the_start_of_the_listing_is_known_to_be_a_folder(read: Read) -> None:
    found = read(line(1, 1, ".") + line(1, 1, "./a/") + line(1, 1, "./b"))
    assert [row["is_folder"] for row in found.rows] == [True, True, False]


def test_a_listing_covers_all_time_up_to_its_newest_line(read: Read) -> None:
    found = read(line(5 * SECOND, 1, "/a/x") + line(9 * SECOND, 1, "/b") + line(7 * SECOND, 1, "/a/y"), root="/a")
    assert found.account.covers == (None, 9 * SECOND)
    assert found.account.newest == 9 * SECOND


def test_a_time_after_now_covers_nothing(read: Read) -> None:
    found = read(line(5 * SECOND, 1, "./a") + line(NOW + 1, 1, "./b"))
    assert found.account.covers == (None, 5 * SECOND)
    assert len(found.rows) == 2


def test_a_listing_with_nothing_under_the_root_covers_nothing(read: Read) -> None:
    assert read(line(SECOND, 1, "/etc/a"), root="/srv").account.covers is None


def test_the_second_piece_of_a_broken_path_is_rejected(read: Read) -> None:
    found = read(line(SECOND, 1, "./a\nb") + line(SECOND, 1, "./c"))
    assert found.paths == ["a", "c"]
    assert [(reject.record, reject.text) for reject in found.rejects] == [(2, "b")]


def test_a_half_written_last_line_is_no_reject(read: Read) -> None:
    found = read(line(SECOND, 1, "./a") + "17738")
    assert (found.rejects, found.account.skipped) == ([], {"incomplete last line": 1})


def test_a_line_that_was_cut_is_rejected(read: Read) -> None:
    found = read(line(SECOND, 1, "./" + "a" * 70_000) + line(SECOND, 1, "./b"))
    assert found.paths == ["b"]
    assert [reject.reason for reject in found.rejects] == ["longer than 64 KiB"]
    assert len(found.rejects[0].text) < 400


def test_carriage_returns_go_where_every_line_ends_in_one(read: Read) -> None:
    assert read("1.5000000000\t1\t.\r\n1.5000000000\t1\t./a\r\n").paths == [".", "a"]


def test_a_name_may_end_in_a_carriage_return(read: Read) -> None:
    assert read("1.5000000000\t1\t.\n1.5000000000\t1\t./Icon\r\n").paths == [".", "Icon\r"]


def test_a_byte_order_mark_is_no_part_of_the_first_line(read: Read) -> None:
    assert read("\ufeff" + line(SECOND, 1, "./a")).paths == ["a"]


def test_the_good_part_of_a_cut_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "listing.gz"
    path.write_bytes(cut_gzip("".join(line(n * SECOND, n, f"./{n * 7919 % 10007}") for n in range(5000)).encode()))
    found = outcome(FindListing(), path)
    assert 1000 < len(found.rows) < 5000
    assert found.account.fault is not None
    assert found.is_balanced


def test_an_empty_file_gives_its_account_alone(read: Read) -> None:
    found = read("")
    assert (found.rows, found.rejects, found.account.records, found.account.covers) == ([], [], 0, None)


def test_the_host_that_was_named_stands_in_every_row(read: Read) -> None:
    assert read(line(SECOND, 1, "./a"), host="web1").rows[0]["host"] == "web1"


@pytest.mark.parametrize(
    ("content", "is_find"),
    [
        ("1773873130.1234567890\t5\t./a\n", True),
        ("1773873130.1234567890 5 ./a\n", True),
        ("2026-03-19+07:32:10.1234567890\t5\t./a\n", True),
        ("1773873130.1234567890\t5\t./a\nb\n1773873130.1234567890\t5\t./c\n", True),
        ("17 5 apples\n", False),
        ("2026-03-19 07:32:10 5 ./a\n", False),
        ("1773873130.12,5,./a\n", False),
        ("", False),
    ],
)
def test_detects_find_and_nothing_else(tmp_path: Path, content: str, is_find: bool) -> None:
    path = tmp_path / "listing.txt"
    path.write_text(content)
    assert FindListing().detect(path) is is_find
