"""What a heartbeat holds, and how it is put in its place."""

from __future__ import annotations

import json
import os
import re
import stat
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forensics.errors import ForensicsError, OutputError
from forensics.recorder.heartbeat import Refused, beat_content, check_name, quoted, seconds_of, write_beat
from forensics.sources.heartbeat_text import parse_beat

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
NOW = 1_774_000_000_123_456_789
BAD_NAMES = [
    "",
    ".",
    "..",
    "../x",
    "a/b",
    "-rf",
    "_x",
    "x\n",
    "x\0",
    "a b",
    "a;b",
    "$(x)",
    "x" * 65,
    "x" * 300,
    "а",
    "é",
    "e\u0301",
]
BAD_INTERVALS = [
    "",
    "0",
    "0s",
    "-1",
    "+5",
    "1.5",
    "1e3",
    "x",
    "s",
    "5w",
    "15 m",
    "15mm",
    "٣",
    "4000d",
    "9" * 40,
    "nan",
    "inf",
    " 5",
]


def content(job="backup", interval=900, status="SUCCESS", host="web1") -> bytes:
    return beat_content(job, interval, status, NOW, host, 42)


def test_heartbeat_holds_what_the_contract_names():
    assert json.loads(content()) == {
        "job": "backup",
        "timestamp": NOW // 10**9,
        "interval_seconds": 900,
        "host": "web1",
        "pid": 42,
        "status": "SUCCESS",
    }


def test_reader_understands_the_writer():
    beat = parse_beat(content(interval=1.5, status="FAILED"), ZoneInfo("UTC"))
    assert (beat.at, beat.interval_seconds, beat.status, beat.host, beat.job) == (
        NOW // 10**9 * 10**9,
        1.5,
        "FAILED",
        "web1",
        "backup",
    )


@given(st.text(st.characters(codec=None), max_size=20))
def test_host_of_any_kind_is_written_as_json(host):
    assert json.loads(quoted(host)) == json.loads(json.dumps(host))
    assert quoted(host).isascii()


@pytest.mark.parametrize("name", BAD_NAMES)
def test_bad_name_is_refused(name):
    with pytest.raises(Refused, match="no job's name"):
        content(job=name)


@pytest.mark.parametrize("name", [None, b"x", 5, ["x"]])
def test_name_that_is_no_text_is_refused(name):
    with pytest.raises(Refused):
        content(job=name)


@given(st.text(max_size=70) | st.from_regex(r"[A-Za-z0-9._-]{0,70}\n?", fullmatch=True))
def test_names_are_those_that_the_pattern_matches_in_full(name):
    try:
        check_name(name)
        is_name = True
    except Refused:
        is_name = False
    assert is_name == bool(NAME.fullmatch(name))


def test_complaint_about_a_name_is_short_and_shows_no_control_signs():
    with pytest.raises(Refused) as told:
        check_name("\x1b[31m" + "x" * 10_000)
    assert len(str(told.value)) < 200
    assert str(told.value).isprintable()


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("900", 900),
        ("90s", 90),
        ("15m", 900),
        ("2h", 7200),
        ("1d", 86_400),
        ("010", 10),
        ("08h", 28_800),
        ("3660d", 316_224_000),
    ],
)
def test_interval_is_read(text, seconds):
    assert seconds_of(text) == seconds


@pytest.mark.parametrize("text", BAD_INTERVALS)
def test_bad_interval_is_refused(text):
    with pytest.raises(Refused, match="no interval"):
        seconds_of(text)


@pytest.mark.parametrize("interval", [0, -1, float("nan"), float("inf"), 1e18, True, "900", None, timedelta(1), 1j])
def test_interval_that_is_no_number_of_seconds_is_refused(interval):
    with pytest.raises(Refused, match="no interval"):
        content(interval=interval)


@pytest.mark.parametrize("status", ["", "two words", 'a"b', "x" * 33, "ok\n", None])
def test_bad_status_is_refused(status):
    with pytest.raises(Refused, match="no status"):
        content(status=status)


def test_refusal_is_one_of_ours():
    assert issubclass(Refused, ForensicsError)


def test_heartbeat_is_written_where_it_is_said(tmp_path):
    assert write_beat(f"{tmp_path}/", "backup", b"new\n") == f"{tmp_path}/backup.last"
    assert (tmp_path / "backup.last").read_bytes() == b"new\n"


def test_name_is_checked_before_any_folder_is_made(tmp_path):
    with pytest.raises(Refused):
        write_beat(str(tmp_path / "beats"), "../x", b"new\n")
    assert list(tmp_path.iterdir()) == []


def test_names_that_differ_in_case_alone_are_refused_with_both_named(tmp_path):
    (tmp_path / "Backup.last").write_bytes(b"old")
    with pytest.raises(Refused, match="Backup and backup differ in case alone"):
        write_beat(str(tmp_path), "backup", b"new\n")
    assert [each.name for each in tmp_path.iterdir()] == ["Backup.last"]


@pytest.mark.parametrize("other", ["Backup.lasting", "Backups.last", "Backup.last.bak", "Backup"])
def test_other_names_are_no_twins(tmp_path, other):
    (tmp_path / other).write_bytes(b"old")
    write_beat(str(tmp_path), "backup", b"new\n")


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077, 0o777])
def test_modes_hold_whatever_the_umask_is(tmp_path, umask):
    folder = tmp_path / "a" / "b"
    before = os.umask(umask)
    try:
        path = write_beat(str(folder), "backup", b"new\n")
    finally:
        os.umask(before)
    assert stat.S_IMODE(Path(path).stat().st_mode) == 0o644
    assert [stat.S_IMODE(each.stat().st_mode) for each in (folder, folder.parent)] == [0o755, 0o755]


def test_mode_of_a_folder_that_is_there_is_left_alone(tmp_path):
    folder = tmp_path / "beats"
    folder.mkdir()
    folder.chmod(0o1777)
    write_beat(str(folder), "backup", b"new\n")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o1777


def test_folder_that_is_made_is_seen_on_disk_before_the_beat(tmp_path, monkeypatch):
    synced = []
    sync = os.fsync
    monkeypatch.setattr(os, "fsync", lambda file: (synced.append(os.fstat(file).st_ino), sync(file)))
    write_beat(str(tmp_path / "a" / "b"), "backup", b"new\n")
    folders = [each.stat().st_ino for each in (tmp_path, tmp_path / "a", tmp_path / "a" / "b")]
    assert [inode for inode in synced if inode in folders] == folders


def test_file_in_the_place_of_the_folder_is_told(tmp_path):
    (tmp_path / "beats").write_bytes(b"")
    with pytest.raises(OutputError, match=r"beats/backup.last' could not be written - Not a directory"):
        write_beat(str(tmp_path / "beats"), "backup", b"new\n")


def test_odd_folder_name_is_shown_without_its_control_signs(tmp_path):
    (tmp_path / "be\nats").write_bytes(b"")
    with pytest.raises(OutputError) as told:
        write_beat(str(tmp_path / "be\nats"), "backup", b"new\n")
    assert "\n" not in str(told.value)
