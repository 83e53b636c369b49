"""The spellings of a time at the start of a line."""

from __future__ import annotations

from pathlib import Path

import pytest

from forensics.sources import syslog_reading
from tests.sources.syslog_builders import cron, ns, read_bytes, read_lines

SECOND = 10**9


@pytest.mark.parametrize(
    ("stamp", "instant"),
    [
        ("2026-03-19T07:30:00+09:00", ns("2026-03-18T22:30:00Z")),
        ("2026-03-19T07:30:00.1+09:00", ns("2026-03-18T22:30:00Z") + SECOND // 10),
        ("2026-03-19T07:30:00.123456Z", ns("2026-03-19T07:30:00Z") + 123_456_000),
        ("2026-03-19T07:30:00.1234567891Z", ns("2026-03-19T07:30:00Z") + 123_456_789),
        ("2026-03-19 07:30:00,250+0000", ns("2026-03-19T07:30:00Z") + SECOND // 4),
        ("2026-03-19T07:30:00", ns("2026-03-19T07:30:00Z")),
        ("Mar 15 22:20:00", ns("2026-03-15T22:20:00Z")),
        ("Mar  5 22:20:00", ns("2026-03-05T22:20:00Z")),
        ("Mar 5 22:20:00", ns("2026-03-05T22:20:00Z")),
        ("Mar 15 22:20:00.123", ns("2026-03-15T22:20:00Z") + 123_000_000),
        ("2016-12-31T23:59:60Z", ns("2017-01-01T00:00:00Z")),
        ("1970-01-01T00:00:00+09:00", ns("1969-12-31T15:00:00Z")),
    ],
)
def test_spelling_is_read_to_the_nanosecond_and_kept_as_written(tmp_path: Path, stamp: str, instant: int) -> None:
    [row] = read_lines(tmp_path, cron(stamp)).triggers
    assert (row["at"], row["time_text"]) == (instant, stamp)


@pytest.mark.parametrize(
    "stamp",
    ["2026-02-30T07:30:00Z", "2026-03-19T24:00:00Z", "2026-03-19T07:60:00Z", "2026-03-19T07:30:61Z", "Foo 15 22:20:00", "Feb 30 22:20:00", "Mar  0 22:20:00", "0001-01-01T00:00:00Z", "9999-12-31T00:00:00Z", "<192>Mar 15 22:20:00", "13-01 00:00:00"],
)  # fmt: skip
def test_impossible_time_is_rejected(tmp_path: Path, stamp: str) -> None:
    assert read_lines(tmp_path, cron(stamp)).reasons == [(1, "impossible time stamp")]


@pytest.mark.parametrize(
    "stamp",
    ["203-10-11T22:14:15Z", "2026-03-19T07:30Z", "Mar 15 22:20", "MMM 22 07:54:32", "<3444>Mar 15 22:20:00", "<190)1 2026-03-19T07:30:00Z", "<1>12 -", "2026-03-19T07:30:00+9", "2026-03-19T07:30:00+25:00", "2026-03-19T07:30:00x12Z", "<78>1 Mar 15 22:20:00"],
)  # fmt: skip
def test_what_is_no_time_stamp_is_rejected(tmp_path: Path, stamp: str) -> None:
    assert read_lines(tmp_path, cron(stamp)).reasons == [(1, "no readable time stamp")]


@pytest.mark.parametrize("broken", ["00x123456", "0a.123456", "61.123456", "00.12345x", "00.      "])
def test_fraction_is_checked_on_every_line_not_only_on_the_first(tmp_path: Path, broken: str) -> None:
    good = "2026-03-19T07:30:00.123456+09:00"
    outcome = read_lines(tmp_path, cron(good), cron(good.replace("00.123456", broken)), cron(good))
    assert [row["record"] for row in outcome.triggers] == [1, 3]
    assert [record for record, _ in outcome.reasons] == [2]


def test_shapes_may_change_from_line_to_line(tmp_path: Path) -> None:
    stamps = [
        "Mar 19 07:30:00.123",
        "Mar 19 07:30:01",
        "2026-03-19T07:30:02.5Z",
        "2026-03-19T07:30:03Z",
        "Mar 19 07:30:04",
    ]
    outcome = read_lines(tmp_path, *map(cron, stamps))
    assert [row["time_text"] for row in outcome.triggers] == stamps
    assert [row["at"] // SECOND % 60 for row in outcome.triggers] == [0, 1, 2, 3, 4]


def test_words_after_a_stamp_are_never_taken_for_its_fraction(tmp_path: Path) -> None:
    outcome = read_lines(tmp_path, cron("Mar 19 07:30:00.123"), "Mar 19 07:30:18 abc crond: (root) CMD (x)")
    assert [row["host"] for row in outcome.triggers] == ["web1", "abc"]


def test_litter_of_a_crash_before_a_line_is_passed_over(tmp_path: Path) -> None:
    line = cron("Mar 19 07:30:00").encode()
    outcome = read_bytes(tmp_path, b"\n".join([line, b"\0" * 700 + line, line, b"\0" * 40, b""]))
    assert [row["time_text"] for row in outcome.triggers] == ["Mar 19 07:30:00"] * 3
    assert outcome.account.skipped == {"blank line": 1}


def test_forgotten_stamps_are_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stamps = [f"2026-03-19T07:{minute % 4:02d}:00Z" for minute in range(12)]
    whole = read_lines(tmp_path, *map(cron, stamps)).triggers
    monkeypatch.setattr(syslog_reading, "STAMPS_KEPT", 2)
    assert read_lines(tmp_path, *map(cron, stamps)).triggers == whole
