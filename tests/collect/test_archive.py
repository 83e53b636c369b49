"""An archive is whole or not there; its members keep their times, and a file that shrinks meanwhile is said to."""

from __future__ import annotations

import hashlib
import io
import tarfile
from pathlib import Path

import pytest

from forensics.collect.archive import Archive, Counted, refuse_target, written
from forensics.errors import ForensicsError


def test_time_of_a_member_is_kept_to_the_nanosecond(tmp_path: Path):
    with written(tmp_path / "a.tar") as archive:
        archive.add_content("a", b"x", 1_773_905_460_123_456_789)
        archive.add_content("b", b"x", -1_500_000_000)
    with tarfile.open(tmp_path / "a.tar") as tar:
        assert [each.pax_headers["mtime"] for each in tar] == ["1773905460.123456789", "-1.500000000"]


def test_member_tells_nothing_of_who_owns_it(tmp_path: Path):
    (tmp_path / "file").write_text("x")
    with written(tmp_path / "a.tar.gz") as archive:
        archive.add_path("file", tmp_path / "file")
    with tarfile.open(tmp_path / "a.tar.gz") as tar:
        (info,) = tar
    assert (info.uid, info.gid, info.uname, info.gname) == (0, 0, "", "")


def test_file_that_became_shorter_is_filled_up_and_said_to_be_short(tmp_path: Path):
    counted = Counted(io.BytesIO(b"abc"), 5)
    assert counted.read() == b"abc\0\0"
    assert (counted.short, counted.sha256) == (2, hashlib.sha256(b"abc\0\0").hexdigest())


def test_file_that_cannot_be_read_to_its_end_is_short(tmp_path: Path):
    class Bad(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell():
                raise OSError(5, "Input/output error")
            return super().read(2)

    counted = Counted(Bad(b"abcd"), 4)
    assert (counted.read(), counted.short) == (b"ab\0\0", 2)


def test_log_that_grows_is_packed_as_long_as_it_was(tmp_path: Path):
    (tmp_path / "log").write_text("one\n")
    with written(tmp_path / "a.tar") as archive, (tmp_path / "log").open("a") as log:
        packed = archive.add_path("log", tmp_path / "log")
        log.write("two\n")
    assert packed.size == 4


def given_up(target: Path, error: type[BaseException]) -> None:
    with written(target) as archive:
        archive.add_content("a", b"x", 0)
        raise error


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_archive_that_is_given_up_leaves_nothing(tmp_path: Path, error: type[BaseException]):
    with pytest.raises(error):
        given_up(tmp_path / "a.tar.gz", error)
    assert list(tmp_path.iterdir()) == []


def test_archive_has_its_name_only_when_all_is_in_it(tmp_path: Path):
    with written(tmp_path / "a.tar.gz") as archive:
        archive.add_content("a", b"x", 0)
        assert not (tmp_path / "a.tar.gz").exists()
    assert [each.name for each in tmp_path.iterdir()] == ["a.tar.gz"]


@pytest.mark.parametrize("name", ["a.zip", "a", "a.tar.xz"])
def test_name_of_an_archive_tells_its_form(tmp_path: Path, name: str):
    with pytest.raises(ForensicsError, match=r"ends in \.tar\.gz, \.tgz, \.tar"):
        refuse_target(tmp_path / name)


def test_link_that_leads_nowhere_is_not_written_over(tmp_path: Path):
    (tmp_path / "a.tar").symlink_to("absent")
    with pytest.raises(ForensicsError, match="there is one already"):
        refuse_target(tmp_path / "a.tar")


def test_empty_archive_is_a_sound_one(tmp_path: Path):
    with written(tmp_path / "a.tar") as archive:
        assert isinstance(archive, Archive)
    with tarfile.open(tmp_path / "a.tar") as tar:
        assert tar.getnames() == []
