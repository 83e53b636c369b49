"""Evidence is opened for reading only, unpacked by its first bytes, hashed as it lies there, and cut at line ends alone."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import lzma
import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forensics.sources import opening
from forensics.sources.opening import CHUNK, LINE_LIMIT, EvidenceFile, head, open_regular

LINES = [f"line {number} {hashlib.sha256(str(number).encode()).hexdigest()}".encode() for number in range(3000)]
CONTENT = b"".join(line + b"\n" for line in LINES)
PACKED: dict[str, bytes] = {
    "gzip": gzip.compress(CONTENT, mtime=0),
    "xz": lzma.compress(CONTENT),
    "bzip2": bz2.compress(CONTENT),
    "zstd": zstandard.ZstdCompressor().compress(CONTENT),
}
every_packing = pytest.mark.parametrize("kind", PACKED)


def opened(folder: Path, content: bytes, name: str = "any.log") -> EvidenceFile:
    (folder / name).write_bytes(content)
    return EvidenceFile(folder / name)


def lines_of(file: EvidenceFile) -> list[bytes]:
    return [line for _, line in file.lines()]


@every_packing
def test_packed_file_is_known_by_its_first_bytes_whatever_its_name(tmp_path: Path, kind: str):
    file = opened(tmp_path, PACKED[kind], "cron.txt")
    assert lines_of(file) == LINES
    assert file.fault is None


@every_packing
def test_name_that_promises_packing_is_not_believed(tmp_path: Path, kind: str):
    assert lines_of(opened(tmp_path, CONTENT, f"cron.log.{kind}")) == LINES


@every_packing
def test_digest_is_that_of_the_file_as_it_lies_there(tmp_path: Path, kind: str):
    file = opened(tmp_path, PACKED[kind])
    lines_of(file)
    assert file.sha256 == hashlib.sha256(PACKED[kind]).hexdigest()


@every_packing
@pytest.mark.parametrize("percent", [1, 10, 33, 50, 75, 90, 99])
def test_good_part_of_a_truncated_file_is_kept_and_the_cut_is_told(tmp_path: Path, kind: str, percent: int):
    file = opened(tmp_path, PACKED[kind][: len(PACKED[kind]) * percent // 100])
    found = lines_of(file)
    assert file.fault is not None
    assert found[:-1] == LINES[: max(0, len(found) - 1)]
    assert "truncated" in file.fault


def test_truncated_gzip_keeps_about_as_much_as_is_there(tmp_path: Path):
    file = opened(tmp_path, PACKED["gzip"][: len(PACKED["gzip"]) // 2])
    assert len(lines_of(file)) > len(LINES) // 3


@every_packing
def test_damage_in_the_middle_is_a_fault_and_no_exception(tmp_path: Path, kind: str):
    packed = bytearray(PACKED[kind])
    middle = len(packed) // 2
    packed[middle : middle + 40] = bytes(byte ^ 0xFF for byte in packed[middle : middle + 40])
    file = opened(tmp_path, bytes(packed))
    lines_of(file)
    assert file.fault is not None


@every_packing
def test_digest_of_a_damaged_file_is_that_of_all_of_it(tmp_path: Path, kind: str):
    packed = PACKED[kind][: len(PACKED[kind]) // 2] + bytes(3 * CHUNK)
    file = opened(tmp_path, packed)
    lines_of(file)
    assert file.sha256 == hashlib.sha256(packed).hexdigest()


@every_packing
def test_files_that_were_put_one_behind_the_other_are_read_through(tmp_path: Path, kind: str):
    file = opened(tmp_path, PACKED[kind] * 2)
    assert lines_of(file) == LINES * 2
    assert file.fault is None


@pytest.mark.parametrize("count", [1, 512, CHUNK + 1])
def test_zeros_behind_a_gzip_are_no_trouble(tmp_path: Path, count: int):
    file = opened(tmp_path, PACKED["gzip"] + bytes(count))
    assert lines_of(file) == LINES
    assert file.fault is None


def test_other_bytes_behind_a_gzip_are_told(tmp_path: Path):
    file = opened(tmp_path, PACKED["gzip"] + b"more")
    assert lines_of(file) == LINES
    assert file.fault == "other content after the gzip data"


BOMBS = {
    "gzip": lambda content: gzip.compress(content, mtime=0),
    "xz": lzma.compress,
    "bzip2": bz2.compress,
    "zstd": zstandard.ZstdCompressor().compress,
}


@pytest.mark.parametrize("kind", BOMBS)
def test_little_that_unpacks_to_much_is_given_in_pieces(tmp_path: Path, kind: str):
    file = opened(tmp_path, BOMBS[kind](bytes(48 << 20)))
    assert max(map(len, file.blocks())) <= 33 << 20
    assert file.fault is None


@pytest.mark.parametrize("kind", BOMBS)
def test_file_that_unpacks_without_end_is_abandoned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str):
    monkeypatch.setattr(opening, "BYTE_BUDGET", 1 << 20)
    file = opened(tmp_path, BOMBS[kind](bytes(48 << 20)))
    assert sum(map(len, file.blocks())) <= 34 << 20
    assert file.fault is not None
    assert file.fault.startswith("abandoned")


@every_packing
@pytest.mark.parametrize("size", [6, 7, 8, 11, 1000])
def test_size_of_what_is_read_at_once_changes_nothing_that_is_unpacked(tmp_path: Path, kind: str, size: int):
    content = b"a\n" * 1000
    packed = {"gzip": gzip.compress, "xz": lzma.compress, "bzip2": bz2.compress}.get(kind, BOMBS["zstd"])(content)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(opening, "CHUNK", size)
        file = opened(tmp_path, packed + packed)
        assert b"".join(file.blocks()) == content * 2
    assert file.fault is None


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, len(PACKED["gzip"]) - 1), st.integers(1, 255))
def test_one_wrong_byte_in_a_gzip_never_raises_and_never_invents_lines(tmp_path: Path, at: int, flipped: int):
    packed = bytearray(PACKED["gzip"])
    packed[at] ^= flipped
    file = opened(tmp_path, bytes(packed))
    found = lines_of(file)
    assert found == LINES or file.fault is not None or at < 10  # a gzip's header says little that matters


def test_lines_end_at_a_line_feed_and_nowhere_else(tmp_path: Path):
    content = "a\rb\x0bc\x85d\u2028e\r\nf".encode()
    assert lines_of(opened(tmp_path, content)) == ["a\rb\x0bc\x85d\u2028e\r".encode(), b"f"]


@pytest.mark.parametrize(("content", "ends_open"), [(b"a\nb", True), (b"a\nb\n", False), (b"", False)])
def test_last_line_without_an_end_is_told(tmp_path: Path, content: bytes, ends_open: bool):
    file = opened(tmp_path, content)
    lines_of(file)
    assert file.ends_open is ends_open


@pytest.mark.parametrize("length", [LINE_LIMIT + 1, CHUNK + 1, 3 * CHUNK])
@pytest.mark.parametrize("end", [b"\n", b""])
def test_overlong_line_is_cut_once_and_the_next_ones_keep_their_numbers(tmp_path: Path, length: int, end: bytes):
    file = opened(tmp_path, b"a\n" + b"x" * length + (b"\nb" if end else b"") + end)
    found = list(file.lines())
    assert [(number, len(line)) for number, line in found] == [(1, 1), (2, LINE_LIMIT), *([(3, 1)] if end else [])]
    assert file.cut_lines == 1
    assert file.records == len(found)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(0, 40), max_size=30), st.booleans())
def test_size_of_the_blocks_changes_no_line(tmp_path: Path, lengths: list[int], ends_open: bool):
    lines = [bytes([97 + at % 26]) * length for at, length in enumerate(lengths)]
    content = b"\n".join(lines) + (b"" if ends_open else b"\n")
    expected = content.split(b"\n")
    expected = expected if expected[-1] else expected[:-1]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(opening, "CHUNK", 7)
        assert lines_of(opened(tmp_path, content)) == expected


def fifo(path: Path) -> None:
    os.mkfifo(path)


def unix_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made, pytest.MonkeyPatch.context() as patch:
        patch.chdir(path.parent)  # the path of a socket must be short
        made.bind(path.name)


@pytest.mark.parametrize("make", [Path.mkdir, fifo, unix_socket])
def test_what_is_no_regular_file_is_refused_and_nothing_hangs(tmp_path: Path, make: Callable[[Path], None]):
    make(tmp_path / "odd")
    with pytest.raises(OSError, match=r"folder|pipe|such device"):
        open_regular(tmp_path / "odd")


def test_descriptor_is_for_reading_only(tmp_path: Path):
    (tmp_path / "any").write_bytes(b"a")
    descriptor = open_regular(tmp_path / "any")
    try:
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.write(descriptor, b"b")
    finally:
        os.close(descriptor)


def test_first_bytes_of_what_cannot_be_opened_are_none(tmp_path: Path):
    assert head(tmp_path / "absent") == b""


@every_packing
def test_first_bytes_are_those_that_are_packed(tmp_path: Path, kind: str):
    (tmp_path / "any").write_bytes(PACKED[kind])
    assert head(tmp_path / "any", 6) == b"line 0"
