"""A folder of heartbeat files: each is shown, and none is believed without cause."""

from __future__ import annotations

import json
import os
import socket
import stat
from pathlib import Path
from typing import Any

import pytest

from forensics.evidence.records import Batch, FileRead
from forensics.sources.base import ReadOptions
from forensics.sources.heartbeats import HeartbeatFiles, stranger

NOW = 1773878400
MINUTE = 60


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "beats").mkdir()
    return tmp_path / "beats"


def write(folder: Path, job: str = "db_backup", text: str | bytes | None = None, **fields: object) -> Path:
    if text is None:
        text = json.dumps({"job": job, "timestamp": NOW - 60, "interval_seconds": 900, "status": "ok", **fields})
    path = folder / f"{job}.last"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def yielded(path: Path, **options: Any) -> list[Any]:
    return list(HeartbeatFiles().read(path, ReadOptions(now=NOW * 10**9, **options)))


def rows(path: Path, **options: Any) -> list[dict[str, Any]]:
    batches = [each for each in yielded(path, **options) if isinstance(each, Batch)]
    return [{name: column[0] for name, column in each.columns.items()} | {"file": each.file} for each in batches]


def reads(path: Path, **options: Any) -> list[FileRead]:
    return [each for each in yielded(path, **options) if isinstance(each, FileRead)]


def fault(path: Path, **options: Any) -> str | None:
    (row,) = rows(path, **options)
    found = row["fault"]
    assert found is None or isinstance(found, str)
    return found


# What is shown


def test_a_beat_tells_job_time_status_interval_and_place(folder: Path):
    path = write(folder, host="web1")
    (row,) = rows(folder)
    assert row == {
        "at": (NOW - 60) * 10**9,
        "host": "web1",
        "job": "db_backup",
        "status": "ok",
        "interval_seconds": 900.0,
        "path": str(path),
        "fault": None,
        "record": 1,
        "time_text": str(NOW - 60),
        "file": str(path),
    }


def test_host_is_the_told_one_where_the_beat_names_none(folder: Path):
    write(folder)
    assert rows(folder, host="mac1")[0]["host"] == "mac1"


def test_an_empty_file_of_a_known_interval_beats_at_its_mtime(folder: Path):
    os.utime(write(folder, text=""), ns=(0, 1773878000_123456789))
    (row,) = rows(folder, intervals={"db_backup": 900.0})
    assert (row["at"], row["fault"]) == (1773878000_123456789, None)


def test_an_empty_file_whose_interval_nobody_knows_is_corrupt(folder: Path):
    write(folder, text="\n")
    (row,) = rows(folder)
    assert (row["at"], row["fault"]) == (None, "corrupt: empty, and its interval is not known")


def test_temporary_and_other_files_are_left_alone(folder: Path):
    for name in (".db_backup.last.x1.tmp", "notes.txt", "db_backup.last.bak", "db_backup.LAST"):
        (folder / name).write_text("5")
    (folder / "alerts").mkdir()
    assert rows(folder) == []


def test_configured_jobs_come_first(folder: Path):
    for job in ("a", "b", "z"):
        write(folder, job)
    assert [row["job"] for row in rows(folder, intervals={"z": 60.0})] == ["z", "a", "b"]


def test_a_single_file_is_read_alone(folder: Path):
    write(folder, "other")
    assert [row["job"] for row in rows(write(folder))] == ["db_backup"]


def test_of_a_crowd_a_thousand_are_read_and_the_rest_counted(folder: Path):
    for index in range(1005):
        (folder / f"stray{index:04d}.last").write_text("5")
    write(folder, "zzz")
    found = reads(folder, intervals={"zzz": 60.0})
    assert (len(rows(folder)), found[0].file[-8:], found[-1].skipped) == (
        1000,
        "zzz.last",
        {"more heartbeats than 1,000": 6},
    )


# How it is accounted for


def test_each_file_has_its_account_and_digest(folder: Path):
    write(folder, "a", text="5")
    (read,) = reads(folder)
    assert (read.records, read.sha256) == (1, "ef2d127de37b942baad06145e54b0c619a1f22327b2ebbcfbec78f5564afe39d")


def test_beats_speak_for_the_moment_at_which_they_are_read(folder: Path):
    write(folder)
    assert [read.covers for read in reads(folder)] == [(None, None)]


def test_an_empty_folder_is_accounted_for(folder: Path):
    assert [(read.file, read.records, read.covers) for read in reads(folder)] == [(str(folder), 0, (None, None))]


def test_a_folder_that_is_not_there_is_the_callers_error(folder: Path):
    with pytest.raises(FileNotFoundError):
        yielded(folder / "nowhere")


def test_a_file_that_is_not_there_is_the_callers_error(folder: Path):
    with pytest.raises(FileNotFoundError):
        yielded(folder / "nowhere.last")


def test_nothing_in_the_folder_is_touched(folder: Path):
    before = write(folder).stat()
    rows(folder)
    after = (folder / "db_backup.last").stat()
    assert (before.st_mtime_ns, before.st_ctime_ns) == (after.st_mtime_ns, after.st_ctime_ns)


# What is not believed


@pytest.mark.parametrize("text", ["rubbish", "{}", "NaN", "-1", "1000000000000000000", b"\xff\xff", b"\x00" * 30])
def test_rubbish_is_corrupt_and_has_no_time(folder: Path, text: str | bytes):
    write(folder, text=text)
    (row,) = rows(folder)
    assert (row["at"], row["fault"].partition(":")[0]) == (None, "corrupt")


def test_a_file_that_is_too_large_is_corrupt_and_not_read(folder: Path):
    path = write(folder)
    os.truncate(path, 10 << 30)
    assert fault(folder) == "corrupt: larger than 4096 bytes"


@pytest.mark.parametrize("ahead", [5 * MINUTE, 0, -MINUTE])
def test_a_clock_up_to_five_minutes_ahead_is_believed(folder: Path, ahead: int):
    write(folder, timestamp=NOW + ahead)
    assert fault(folder) is None


@pytest.mark.parametrize(("ahead", "length"), [(301, "5 min"), (3 * 3600, "3 h"), (10 * 365 * 86_400, "3650 d")])
def test_a_beat_further_ahead_is_of_the_future(folder: Path, ahead: int, length: str):
    write(folder, timestamp=NOW + ahead)
    assert fault(folder) == f"future: {length} ahead"


def test_a_future_mtime_of_an_empty_file_is_of_the_future(folder: Path):
    os.utime(write(folder, text=""), (NOW, NOW + 3600))
    assert fault(folder, intervals={"db_backup": 900.0}) == "future: 1 h ahead"


def test_a_beat_of_the_future_keeps_its_stamp(folder: Path):
    write(folder, timestamp=NOW + 3600)
    assert rows(folder)[0]["at"] == (NOW + 3600) * 10**9


def test_a_pipe_is_corrupt_and_does_not_hang(folder: Path):
    os.mkfifo(folder / "db_backup.last")
    assert fault(folder) == "corrupt: not a regular file"


def test_a_folder_is_corrupt(folder: Path):
    (folder / "db_backup.last").mkdir()
    assert fault(folder) == "corrupt: not a regular file"


def test_a_socket_is_corrupt(folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(folder)  # its path must be short
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("db_backup.last")
        assert fault(folder) == "corrupt: not a regular file"


def test_a_symbolic_link_is_foreign_and_not_followed(folder: Path, tmp_path: Path):
    (folder / "db_backup.last").symlink_to(write(tmp_path, "fresh"))
    (row,) = rows(folder)
    assert (row["at"], row["fault"]) == (None, "foreign: a symbolic link")


def test_a_hard_link_is_foreign(folder: Path, tmp_path: Path):
    (folder / "db_backup.last").hardlink_to(write(tmp_path, "db_backup"))
    assert fault(folder) == "foreign: a hard link, one of 2"


def test_a_beat_that_names_another_job_is_foreign(folder: Path):
    write(folder, job="db_backup", text=json.dumps({"job": "nightly_watch", "timestamp": NOW}))
    assert fault(folder) == "foreign: written for 'nightly_watch'"


@pytest.mark.parametrize("job", ["DB Backup", "-rf", ".hidden", "", "x" * 65, "b\u0430ckup", "x\n"])
def test_a_name_that_no_writer_accepts_is_shown_as_foreign(folder: Path, job: str):
    write(folder, job, text=str(NOW))
    (row,) = rows(folder)
    assert (row["job"], row["fault"]) == (job, "foreign: its name is not a job's")


def test_a_configured_name_is_at_home_whatever_it_looks_like(folder: Path):
    write(folder, "DB Backup", text=str(NOW))
    assert fault(folder, intervals={"DB Backup": 900.0}) is None


def test_a_name_that_is_no_unicode_can_be_written_all_the_same(folder: Path):
    (folder / os.fsdecode(b"a\xff.last")).write_text(str(NOW))
    assert all(str(value).encode() for value in rows(folder)[0].values())


def status_of(mode: int, uid: int, gid: int = 50, links: int = 1) -> os.stat_result:
    return os.stat_result((mode, 1, 1, links, uid, gid, 10, 0, 0, 0))


FILE = stat.S_IFREG | 0o644
PLAIN, GROUP, OPEN, ALL = (stat.S_IFDIR | mode for mode in (0o755, 0o2775, 0o1777, 0o3777))


@pytest.mark.parametrize(
    ("folder_mode", "owner", "group", "at_home"),
    [
        (PLAIN, 1000, 50, True),
        (PLAIN, 0, 50, True),
        (PLAIN, 1001, 50, False),
        (OPEN, 1001, 50, False),
        (OPEN, 1000, 50, True),
        (GROUP, 1001, 50, True),
        (GROUP, 1001, 99, False),
        (ALL, 1001, 50, False),
    ],
)
def test_files_of_root_the_folders_owner_and_a_shared_group_are_at_home(
    folder_mode: int, owner: int, group: int, at_home: bool
):
    found = stranger(status_of(FILE, owner, group), status_of(folder_mode, 1000))
    assert (found is None) == at_home


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_file_of_another_owner_is_foreign(folder: Path):
    os.chown(write(folder), 65534, 65534)
    assert fault(folder) == "foreign: owned by uid 65534, its folder by 0"


# Recognition


def test_a_folder_with_a_beat_is_recognised(folder: Path):
    write(folder)
    assert HeartbeatFiles().detect(folder)


def test_a_folder_without_a_beat_is_not_recognised(folder: Path):
    (folder / "backup.lasting").write_text("5")
    assert not HeartbeatFiles().detect(folder)


def test_a_single_beat_is_recognised(folder: Path):
    assert HeartbeatFiles().detect(write(folder))


def test_what_is_not_there_is_no_folder_of_beats(folder: Path):
    assert not HeartbeatFiles().detect(folder / "nowhere")
