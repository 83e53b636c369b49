"""Listings by ls: of GNU, BSD and macOS, one folder or a tree, with every spelling of a date."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forensics.sources.ls_listing import LsListing
from tests.sources.tree_builders import SECOND, TOKYO, Outcome, cut_gzip, instant, outcome, reader

DAY = 86_400 * SECOND
MARCH = instant("2026-03-20T12:00:00+00:00")
PIECES = [b"total 3\n", b"-rw-r--r-- 1 a b 5 ", b"Mar 19 07:32 ", b"x\n", b"./d:\n", b"\n", b"'", b"\xff", b" -> "]

Read = Callable[..., Outcome]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    return reader(LsListing(), tmp_path / "listing.txt")


def entry(name: str, date: str = "2026-03-19 07:32", mode: str = "-rw-r--r--", size: str = "5") -> str:
    return f"{mode} 1 larry staff {size} {date} {name}\n"


def dated(read: Read, date: str, **options: object) -> int:
    (row,) = read(entry("a", date), **options).rows
    assert row["time_text"] == date.strip()
    at: int = row["at"]
    return at


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=200) | st.lists(st.sampled_from(PIECES), max_size=30).map(b"".join))
def test_junk_is_accounted_for(read: Read, content: bytes) -> None:
    assert read(content).is_balanced


@pytest.mark.parametrize(
    "name", ["centos-7.7-ls-al", "osx-10.11.6-ls-al", "ubuntu-18.04-ls-al", "ubuntu-18.04-ls-l-iso"]
)
def test_a_real_listing_reads_as_its_reading_beside_it(shared_data: Path, name: str) -> None:
    listing = shared_data / "filesystem" / f"jc-{name}.out"
    expected = json.loads(listing.with_suffix(".json").read_text())
    found = outcome(LsListing(), listing)
    assert found.rejects == []
    assert found.is_balanced
    assert [(row["path"], row["size"], " ".join(row["time_text"].split()), row["is_folder"]) for row in found.rows] == [
        (each["filename"].rstrip("\n"), each["size"], each["date"], each["flags"].startswith("d")) for each in expected
    ]


def test_a_real_listing_with_offsets_gives_the_seconds_beside_it(shared_data: Path) -> None:
    listing = shared_data / "filesystem" / "jc-ubuntu-18.04-ls-l-iso.out"
    expected = json.loads(listing.with_suffix(".json").read_text())
    found = outcome(LsListing(), listing, timezone=TOKYO)
    assert len(found.rows) == 881
    assert [row["at"] // SECOND for row in found.rows] == [each["epoch"] for each in expected]


def test_a_real_tree_of_262_folders_is_read_whole(shared_data: Path) -> None:
    found = outcome(LsListing(), shared_data / "filesystem" / "jc-centos-7.7-ls-alR.out", year=2020, root="/usr")
    assert (len(found.rows), found.rejects) == (4212, [])
    assert found.account.skipped == {"heading": 262, "total or attribute": 262, "blank line": 261}
    assert "lib/dracut/modules.d/80cms/cmssetup.sh" in found.paths
    assert found.paths[:2] == [".", ".."]
    oldest_and_newest = {row["time_text"]: row["at"] for row in found.rows}
    assert oldest_and_newest["Jan 13 17:29"] == instant("2020-01-13T17:29:00+00:00")
    assert oldest_and_newest["Oct 15 11:09"] == instant("2019-10-15T11:09:00+00:00")


@pytest.mark.parametrize(
    ("date", "at"),
    [
        ("2026-03-19 07:32", "2026-03-19T07:32:00+09:00"),
        ("2026-03-19 07:32:10.000000000 +0100", "2026-03-19T07:32:10+01:00"),
        ("2026-03-19 07:32:10 -0330", "2026-03-19T07:32:10-03:30"),
        ("2026-03-19 07:32:10", "2026-03-19T07:32:10+09:00"),
        ("2026-03-19 ", "2026-03-19T00:00:00+09:00"),
        ("Mar 19 07:32:10 2026", "2026-03-19T07:32:10+09:00"),
        ("Mar  9  2026", "2026-03-09T00:00:00+09:00"),
        ("Mar 19 2026", "2026-03-19T00:00:00+09:00"),
        ("19 Mar  2026", "2026-03-19T00:00:00+09:00"),
        ("19 Mar 07:32:10 2026", "2026-03-19T07:32:10+09:00"),
        ("Jan  1  1970", "1970-01-01T00:00:00+09:00"),
    ],
)
def test_a_date_with_its_year_is_read(read: Read, date: str, at: str) -> None:
    assert dated(read, date, timezone=TOKYO) == instant(at)


def test_nanoseconds_are_exact(read: Read) -> None:
    assert dated(read, "2026-03-19 07:32:10.123456789 +0000") % SECOND == 123456789


@pytest.mark.parametrize(
    ("date", "at"),
    [
        ("Mar 19 07:32", "2026-03-19T07:32:00+00:00"),
        ("03-19 07:32", "2026-03-19T07:32:00+00:00"),
        ("19 Mar 07:32", "2026-03-19T07:32:00+00:00"),
        ("Mar 21 11:59", "2026-03-21T11:59:00+00:00"),
        ("Mar 21 12:01", "2025-03-21T12:01:00+00:00"),
        ("Dec 31 23:59", "2025-12-31T23:59:00+00:00"),
        ("Feb 29 07:32", "2024-02-29T07:32:00+00:00"),
    ],
)
def test_a_date_without_a_year_is_the_last_one_before_the_listing(tmp_path: Path, date: str, at: str) -> None:
    listing = tmp_path / "listing.txt"
    listing.write_text(entry("a", date))
    os.utime(listing, ns=(MARCH, MARCH))
    (row,) = outcome(LsListing(), listing).rows
    assert row["at"] == instant(at)


def test_a_listing_copied_later_was_made_before_it_is_judged(tmp_path: Path) -> None:
    listing = tmp_path / "listing.txt"
    listing.write_text(entry("a", "Mar 19 07:32"))
    os.utime(listing, ns=(MARCH + 700 * DAY, MARCH + 700 * DAY))
    assert outcome(LsListing(), listing, now=MARCH).rows[0]["at"] == instant("2026-03-19T07:32:00+00:00")


def test_the_year_that_was_told_is_the_listings(read: Read) -> None:
    assert dated(read, "Mar 19 07:32", year=2019) == instant("2019-03-19T07:32:00+00:00")


def test_a_listing_over_new_year_begins_in_the_year_before(read: Read) -> None:
    found = read(entry("a", "Jan  2 07:32") + entry("b", "Nov 30 07:32") + entry("c", "Mar  1  2018"), year=2026)
    assert [row["at"] for row in found.rows] == [
        instant("2026-01-02T07:32:00+00:00"),
        instant("2025-11-30T07:32:00+00:00"),
        instant("2018-03-01T00:00:00+00:00"),
    ]


@pytest.mark.parametrize(
    "date", ["2026-02-30 07:32", "Feb 30 07:32", "2026-03-19 24:01", "Mar 19 07:61:00 2026", "9999-01-01 00:00"]
)
def test_a_date_that_no_calendar_has_is_rejected(read: Read, date: str) -> None:
    found = read(entry("a", date) + entry("b"))
    assert found.paths == ["b"]
    assert [(reject.record, reject.reason) for reject in found.rejects] == [(1, "its date is in no calendar")]


@pytest.mark.parametrize(
    ("line", "path", "size", "is_folder"),
    [
        (entry("a b  c"), "a b  c", 5, False),
        (entry(" leading"), " leading", 5, False),
        (entry("it's"), "it's", 5, False),
        (entry("back\\slash"), "back\\slash", 5, False),
        (entry("d", mode="drwxr-xr-x@"), "d", 5, True),
        (entry("sticky", mode="drwxrwxrwt+"), "sticky", 5, True),
        (entry("l -> /x/y z", mode="lrwxrwxrwx.", size="6"), "l", 6, False),
        (entry("a -> b -> cc", mode="lrwxrwxrwx", size="2"), "a -> b", 2, False),
        (entry("null", mode="crw-rw-rw-", size="1, 3"), "null", None, False),
        (entry("sda", mode="brw-rw----", size="  8,   0"), "sda", None, False),
        (entry("disk0", mode="brw-r-----", size="0x1000000"), "disk0", None, False),
        (entry("big", size="4.0K"), "big", 4096, False),
        ("-rw-r--r-- 1 5 2026-03-19 07:32 no-owner\n", "no-owner", 5, False),
        ("-rw-r--r-- 1 CORP\\mary domain users 5 2026-03-19 07:32 x\n", "x", 5, False),
        (" 131075    4 -rw-r--r-- 1 a b 5 2026-03-19 07:32 with-inode\n", "with-inode", 5, False),
    ],
)
def test_an_entry_is_cut_into_its_fields(read: Read, line: str, path: str, size: int | None, is_folder: bool) -> None:
    (row,) = read(line).rows
    assert (row["path"], row["size"], row["is_folder"]) == (path, size, is_folder)


def test_headings_lead_into_folders(read: Read) -> None:
    listing = (
        f".:\ntotal 8\n{entry('sub', mode='drwxr-xr-x')}\n./sub:\ntotal 4\n{entry('a')}\n./sub/deep er:\n{entry('b')}"
    )
    assert read(listing).paths == ["sub", "sub/a", "sub/deep er/b"]


def test_two_folders_of_one_call_are_told_apart(read: Read) -> None:
    assert read(f"{entry('/etc/file')}\none:\n{entry('a')}\ntwo/:\n{entry('a')}").paths == [
        "etc/file",
        "one/a",
        "two/a",
    ]


@pytest.mark.parametrize(
    ("heading", "root", "paths"),
    [
        ("", None, [".", ".."]),
        (".:\n", None, [".", ".."]),
        ("sub:\n", None, ["sub", "."]),
        ("./sub/deep:\n", None, ["sub/deep", "sub"]),
        ("/srv/posts:\n", None, ["srv/posts", "srv"]),
        ("/:\n", None, [".", "."]),
        ("/srv/posts:\n", "/srv/posts", [".", ".."]),
        ("/srv/posts/en:\n", "/srv/posts", ["en", "."]),
        ("/srv/other:\n", "/srv/posts", []),
    ],
)
def test_dots_are_the_folder_and_the_one_above(read: Read, heading: str, root: str | None, paths: list[str]) -> None:
    dots = entry(".", mode="drwxr-xr-x") + entry("..", mode="drwxr-xr-x")
    assert read(heading + dots, root=root).paths == paths


def test_what_lies_outside_the_root_is_skipped(read: Read) -> None:
    found = read(f"/srv/posts:\n{entry('a')}\n/srv/old:\n{entry('b')}", root="/srv/posts")
    assert (found.paths, found.account.skipped["outside the root"]) == (["a"], 1)


def test_names_that_a_terminal_quoted_lose_their_quotes(read: Read) -> None:
    listing = "".join(entry(name) for name in ["'a b'", " plain", '"it\'s"', "'q'\\''\"x'"]) + entry(
        "'l -> k' -> 'a b'", mode="lrwxrwxrwx", size="3"
    )
    assert read(listing).paths == ["a b", "plain", "it's", "q'\"x", "l -> k"]


def test_quotes_that_no_terminal_put_there_stay(read: Read) -> None:
    assert read(entry("'a b'") + entry("plain")).paths == ["'a b'", "plain"]
    assert read(entry("'plain'")).paths == ["'plain'"]


def test_each_folder_is_quoted_by_itself(read: Read) -> None:
    assert read(f".:\n{entry(chr(39) + 'a b' + chr(39))}\n'./c d':\n{entry('e')}").paths == ["a b", "c d/e"]


def test_attributes_under_an_entry_are_skipped(read: Read) -> None:
    found = read(entry("a", mode="-rw-r--r--@") + "\tcom.apple.quarantine\t   57 \n 0: group:everyone deny delete\n")
    assert (found.paths, found.rejects) == (["a"], [])


def test_lines_that_ls_does_not_write_are_rejected(read: Read) -> None:
    found = read(
        f"{entry('a')}ls: cannot open directory 'x': Permission denied\n-????????? ? ? ? ? ? gone\nhere is why:\n{entry('b')}"
    )
    assert found.paths == ["a", "b"]
    assert [reject.record for reject in found.rejects] == [2, 3, 4]


def test_carriage_returns_of_a_terminal_are_no_part_of_the_name(read: Read) -> None:
    assert read((entry("a") + entry("b")).replace("\n", "\r\n")).paths == ["a", "b"]


def test_a_half_written_last_line_is_no_reject(read: Read) -> None:
    found = read(entry("a") + "-rw-r--r-- 1 larry st")
    assert (found.rejects, found.account.skipped) == ([], {"incomplete last line": 1})


def test_a_listing_covers_all_time_up_to_its_newest_entry(read: Read) -> None:
    found = read(entry("a", "2026-03-19 07:32") + entry("b", "2026-03-18 07:32"))
    assert found.account.covers == (None, instant("2026-03-19T07:32:00+00:00"))


def test_the_good_part_of_a_cut_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "listing.gz"
    path.write_bytes(cut_gzip("".join(entry(f"{n * 7919 % 10007}") for n in range(5000)).encode()))
    found = outcome(LsListing(), path)
    assert 1000 < len(found.rows) < 5000
    assert found.account.fault is not None
    assert found.is_balanced


def test_an_empty_file_gives_its_account_alone(read: Read) -> None:
    found = read("")
    assert (found.rows, found.rejects, found.account.records, found.account.covers) == ([], [], 0, None)


@pytest.mark.parametrize(
    ("content", "is_ls"),
    [
        (f"total 4\n{entry('a')}", True),
        (entry("a"), True),
        (f"/usr:\ntotal 4\n{entry('a')}\n/usr/bin:\n", True),
        ("total 0\n", False),
        ("-rw-r--r--  2.1 unx    11837 bX defN 21-Dec-08 20:50 jc.1\n", False),
        (f"{entry('a')}and then some prose\n", False),
        ("Mar 19 07:32:10 web1 CRON[5]: (root) CMD (x)\n", False),
        ("", False),
    ],
)
def test_detects_ls_and_nothing_else(tmp_path: Path, content: str, is_ls: bool) -> None:
    path = tmp_path / "listing.txt"
    path.write_text(content)
    assert LsListing().detect(path) is is_ls
