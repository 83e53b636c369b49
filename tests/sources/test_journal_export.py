"""The journal's export format: what it holds is what the JSON of the same entries holds."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forensics.sources.journal import Journal
from forensics.sources.journal_export import LONGEST_KEPT, Export
from tests.sources.journal_builders import armed, cron, entry, finished, read_bytes, read_journal, starting

NIGHT = [armed(), starting(), finished(), cron("08:00:01", "(root) CMD (/opt/a\nb)"), entry("09:00:00")]


def exported(*entries: dict[str, Any]) -> bytes:
    return b"".join(
        b"".join(field(name, value) for name, value in fields(each, at)) + b"\n" for at, each in enumerate(entries)
    )


def fields(values: dict[str, Any], number: int) -> list[tuple[str, bytes]]:
    found = {"__CURSOR": f"i={number}", **values}
    return [(name, value if isinstance(value, bytes) else str(value).encode()) for name, value in found.items()]


def field(name: str, value: bytes) -> bytes:
    """Return a field as journalctl writes it: with its length where it is no plain line."""
    if b"\n" in value or not value.isascii():
        return name.encode() + b"\n" + len(value).to_bytes(8, "little") + value + b"\n"
    return name.encode() + b"=" + value + b"\n"


def test_export_gives_the_rows_that_json_gives(tmp_path: Path) -> None:
    by_json, by_export = read_journal(tmp_path, *NIGHT), read_bytes(tmp_path, exported(*NIGHT))
    assert by_export.triggers == by_json.triggers
    assert by_export.lifecycle == by_json.lifecycle
    assert by_export.account.records == by_json.account.records == 5


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_export_is_recognised(tmp_path: Path, pack) -> None:
    (tmp_path / "j").write_bytes(pack(exported(*NIGHT)))
    assert Journal().detect(tmp_path / "j")


def test_message_that_is_no_utf8_stays_visible(tmp_path: Path) -> None:
    said = cron("07:00:01") | {"MESSAGE": b"(root) CMD (/opt/caf\xe9)"}
    (row,) = read_bytes(tmp_path, exported(said)).triggers
    assert row["command"] == r"/opt/caf\xe9"


def test_field_as_large_as_a_core_dump_is_passed_over(tmp_path: Path) -> None:
    dump = entry("07:00:00") | {"COREDUMP": b"\n" * (3 << 20)}
    outcome = read_bytes(tmp_path, exported(dump, cron("07:00:01")))
    assert len(outcome.triggers) == 1
    assert outcome.is_balanced


@pytest.mark.parametrize("cut", [2, 30, 60])
def test_entry_that_is_cut_off_is_rejected_and_those_before_are_read(tmp_path: Path, cut: int) -> None:
    whole = exported(cron("07:00:01"), cron("08:00:01", "(root) CMD (/opt/a\nb)") | {"LAST": b"\n"})
    outcome = read_bytes(tmp_path, whole[: -cut - 1])
    assert [each.reason for each in outcome.rejects] == ["incomplete last entry"]
    assert len(outcome.triggers) == 1
    assert outcome.is_balanced


def test_length_that_cannot_be_is_a_reject_and_ends_the_reading(tmp_path: Path) -> None:
    broken = exported(cron("07:00:01")) + b"MESSAGE\n" + b"\xff" * 8 + exported(cron("08:00:01"))
    outcome = read_bytes(tmp_path, broken)
    assert "does not end" in outcome.rejects[0].reason
    assert outcome.is_balanced


@settings(deadline=None)
@given(
    st.lists(st.integers(1, 400), min_size=1, max_size=30),
    st.sampled_from([b"x", b"\n" * 9, b"\n" * (LONGEST_KEPT + 9)]),
)
def test_entries_are_the_same_however_the_file_comes_in_pieces(sizes: list[int], value: bytes) -> None:
    content = exported(*NIGHT, entry("10:00:00") | {"BIG": value}, entry("11:00:00"))
    pieces, at = [], 0
    for size in sizes:
        pieces.append(content[at : at + size])
        at += size
    assert list(Export().entries(iter([*pieces, content[at:]]))) == list(Export().entries(iter([content])))
