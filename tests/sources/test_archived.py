"""Evidence is read in archives where it lies: within limits, whatever the archive claims, and nothing is left behind."""

from __future__ import annotations

import hashlib
import stat
import struct
import tarfile
import tempfile
import zipfile
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from forensics.config import SourceConfig
from forensics.evidence.records import FileRead
from forensics.sources import members as limits
from forensics.sources import passage
from forensics.sources.base import ReadOptions
from forensics.sources.far import far_of
from forensics.sources.mirror import Mirror
from forensics.sources.reading import open_source, own_paths
from tests.sources.archive_builders import AT, LINE, faults, left_behind, member, read, tarred, zipped
from tests.sources.registry_builders import completed, write_registry
from tests.sources.tree_builders import NOW, SECOND, TOKYO

SYSLOG = member("logs/syslog")
MODES = {"e.tar": "w", "e.tar.gz": "w:gz", "e.tgz": "w:gz", "e.tar.xz": "w:xz", "e.tar.bz2": "w:bz2"}


@pytest.fixture(autouse=True)
def own_temporary_folder(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch):
    """Give each test a folder for private copies, which must be empty when it is over."""
    folder = tmp_path_factory.mktemp("private")
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("name", MODES)
def test_member_is_read_through_a_tar_of_any_compression(tmp_path: Path, name: str):
    (tmp_path / name).write_bytes(tarred(SYSLOG, mode=MODES[name]))
    found = read("syslog", tmp_path / name / "logs" / "syslog")
    assert [row["at"] for row in found.rows] == [AT * SECOND]
    assert faults(found) == []


def test_member_is_read_through_a_zstd_tar(tmp_path: Path):
    zstandard = pytest.importorskip("zstandard")
    (tmp_path / "e.tar.zst").write_bytes(zstandard.compress(tarred(SYSLOG, mode="w")))
    assert len(read("syslog", tmp_path / "e.tar.zst" / "logs" / "syslog").rows) == 1


def test_member_is_read_through_a_zip(tmp_path: Path):
    (tmp_path / "e.zip").write_bytes(zipped(("logs/syslog", LINE.encode())))
    assert len(read("syslog", tmp_path / "e.zip" / "logs" / "syslog").rows) == 1


def test_what_is_shown_is_the_path_through_the_archive(tmp_path: Path):
    (tmp_path / "e.tar.gz").write_bytes(tarred(member("logs/syslog", LINE.encode() + b"junk that is no line\n")))
    found = read("syslog", tmp_path / "e.tar.gz" / "logs" / "syslog")
    shown = f"{tmp_path}/e.tar.gz/logs/syslog"
    assert {row["file"] for row in found.rows} == {each.file for each in (*found.rejects, *found.reads)} == {shown}
    assert len(found.rejects) == 1


def test_digest_is_that_of_the_members_bytes(tmp_path: Path):
    (tmp_path / "e.tar.gz").write_bytes(tarred(SYSLOG))
    found = read("syslog", tmp_path / "e.tar.gz" / "logs" / "syslog")
    assert found.account.sha256 == hashlib.sha256(LINE.encode()).hexdigest()


def test_pattern_fits_members_in_order_and_a_sign_does_not_pass_a_slash(tmp_path: Path):
    names = ("logs/syslog.1", "logs/syslog", "logs/old/syslog", "logs/.syslog", "syslog")
    (tmp_path / "e.tar").write_bytes(tarred(*map(member, names), mode="w"))
    found = read("syslog", f"{tmp_path}/e.tar/logs/*syslog*")
    assert [each.file.rpartition("e.tar/")[2] for each in found.reads] == ["logs/syslog", "logs/syslog.1"]


def test_name_with_signs_is_meant_literally_where_it_is_there(tmp_path: Path):
    (tmp_path / "e.tar").write_bytes(tarred(member("syslog1"), member("syslog[1]"), mode="w"))
    found = read("syslog", f"{tmp_path}/e.tar/syslog[1]")
    assert [each.file.rpartition("/")[2] for each in found.reads] == ["syslog[1]"]


def test_pattern_may_name_several_archives(tmp_path: Path):
    for day in (1, 2):
        (tmp_path / f"day{day}.tar.gz").write_bytes(tarred(SYSLOG))
    assert len(read("syslog", f"{tmp_path}/day*.tar.gz/logs/*").rows) == 2


def test_folder_that_is_called_like_an_archive_is_a_folder(tmp_path: Path):
    (tmp_path / "e.tar.gz").mkdir()
    (tmp_path / "e.tar.gz" / "syslog").write_text(LINE)
    opened = open_source(SourceConfig("syslog", f"{tmp_path}/e.tar.gz/syslog"))
    assert (opened.is_far, opened.paths) == (False, (tmp_path / "e.tar.gz" / "syslog",))


def test_plain_path_is_never_looked_at_to_tell_that_it_is_plain():
    assert far_of("syslog", "/absent/\0/impossible") is None


def test_chain_leads_through_an_archive_of_any_name(tmp_path: Path):
    (tmp_path / "evidence.bin").write_bytes(zipped(("logs/syslog", LINE.encode())))
    found = read("syslog", f"zip://logs/sys*::{tmp_path}/evidence.bin")
    assert found.account.file == f"{tmp_path}/evidence.bin/logs/syslog"


def test_archive_in_an_archive_is_opened_only_where_it_is_named(tmp_path: Path):
    inner = tarred(SYSLOG)
    (tmp_path / "e.tar").write_bytes(tarred(member("inner.tar.gz", inner), mode="w"))
    assert faults(read("syslog", f"{tmp_path}/e.tar/logs/syslog")) == ["nothing in the archive fits this"]
    found = read("syslog", f"tar://logs/syslog::{tmp_path}/e.tar/inner.tar.gz")
    assert found.account.file == f"{tmp_path}/e.tar/inner.tar.gz/logs/syslog"


def test_compressed_member_is_unpacked_as_a_compressed_file_is(tmp_path: Path):
    import gzip

    (tmp_path / "e.tar").write_bytes(tarred(member("syslog.2.gz", gzip.compress(LINE.encode())), mode="w"))
    assert len(read("syslog", f"{tmp_path}/e.tar/syslog*").rows) == 1


def test_member_speaks_up_to_its_newest_record_and_not_for_now(tmp_path: Path):
    (tmp_path / "e.tar").write_bytes(tarred(SYSLOG, mode="w"))
    account = read("syslog", tmp_path / "e.tar" / "logs" / "syslog", now=(AT + 60) * SECOND).account
    assert (account.covers, account.modified) == ((AT * SECOND, AT * SECOND), None)


def test_year_of_a_line_without_one_comes_from_the_members_mtime(tmp_path: Path):
    (tmp_path / "e.tar").write_bytes(tarred(member("syslog", mtime="1458372601"), mode="w"))
    (row,) = read("syslog", tmp_path / "e.tar" / "syslog").rows
    assert row["at"] == 1_458_372_601 * SECOND  # 2016-03-19T07:30:01Z


def test_registry_is_read_through_an_archive_and_ends_with_its_newest_row(tmp_path: Path):
    write_registry(tmp_path / "runs.db", completed())
    (tmp_path / "e.tar").write_bytes(tarred(member("runs.db", (tmp_path / "runs.db").read_bytes()), mode="w"))
    account = read("registry", tmp_path / "e.tar" / "runs.db").account
    assert account.covers is not None
    assert account.covers[1] == account.newest


def test_slack_export_is_read_in_a_tar(tmp_path: Path):
    day = b'[{"type": "message", "ts": "1773905460.0", "text": "ok"}]'
    (tmp_path / "slack.tar.gz").write_bytes(tarred(member("metrics/2026-03-19.json", day)))
    found = read("slack-export", tmp_path / "slack.tar.gz")
    assert [row["text"] for row in found.rows] == ["ok"]
    assert found.account.file == f"{tmp_path}/slack.tar.gz/metrics/2026-03-19.json"


def test_folder_of_heartbeats_is_read_in_an_archive(tmp_path: Path):
    (tmp_path / "e.tar").write_bytes(tarred(member("hb/probe.last", b"1773905460"), mode="w"))
    (row,) = read("heartbeats", tmp_path / "e.tar" / "hb").rows
    assert (row["job"], row["path"], row["fault"]) == ("probe", f"{tmp_path}/e.tar/hb/probe.last", None)


def test_link_among_heartbeats_stays_foreign(tmp_path: Path):
    link = member("hb/probe.last", b"", type=tarfile.SYMTYPE, linkname="/etc/hostname")
    (tmp_path / "e.tar").write_bytes(tarred(link, mode="w"))
    (row,) = read("heartbeats", tmp_path / "e.tar" / "hb").rows
    assert row["fault"] == "foreign: a symbolic link"


# Trees


def test_archive_as_a_tree_shows_its_members_with_their_times_to_the_nanosecond(tmp_path: Path):
    (tmp_path / "e.tar").write_bytes(tarred(member("posts/a.md", b"12345", "1773905460.123456789"), mode="w"))
    (row,) = read("files", tmp_path / "e.tar").rows
    assert (row["path"], row["at"], row["size"]) == ("posts/a.md", 1_773_905_460_123_456_789, 5)


def test_folder_in_an_archive_is_a_tree_whose_paths_begin_there(tmp_path: Path):
    folder = member("posts/sub", b"", type=tarfile.DIRTYPE)
    (tmp_path / "e.tar").write_bytes(tarred(member("other"), folder, member("./posts/sub/a.md"), mode="w"))
    found = read("files", tmp_path / "e.tar" / "posts")
    assert [(row["path"], row["is_folder"]) for row in found.rows] == [("sub", True), ("sub/a.md", False)]


def test_archived_tree_speaks_up_to_its_newest_file(tmp_path: Path):
    (tmp_path / "e.tar").write_bytes(tarred(SYSLOG, mode="w"))
    assert read("files", tmp_path / "e.tar").account.covers == (None, AT * SECOND)


def test_every_member_of_a_tree_is_accounted_for(tmp_path: Path):
    link = member("link", b"", type=tarfile.SYMTYPE, linkname="/etc/passwd")
    pipe = member("pipe", b"", type=tarfile.FIFOTYPE)
    (tmp_path / "e.tar").write_bytes(tarred(SYSLOG, link, pipe, member("../out"), mode="w"))
    found = read("files", tmp_path / "e.tar")
    assert found.is_balanced
    assert found.account.skipped == {"symbolic link": 1, "special file": 1}


def test_content_of_a_tree_is_read_where_a_pattern_names_a_field(tmp_path: Path):
    state = member("state.json", b'{"last": "2026-03-19T07:31:00Z"}')
    (tmp_path / "e.tar").write_bytes(tarred(SYSLOG, state, mode="w"))
    found = read("files", tmp_path / "e.tar", fields=("state.json#last",))
    assert found.paths[-1] == "state.json#last"
    assert found.reads[-1].file == f"{tmp_path}/e.tar/state.json"


def test_no_content_of_a_tree_is_copied_without_a_pattern(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("forensics.sources.mirror.Mirror.take", lambda *_: pytest.fail("copied"))
    (tmp_path / "e.tar").write_bytes(tarred(SYSLOG, mode="w"))
    assert len(read("files", tmp_path / "e.tar").rows) == 1


def test_times_in_a_zip_are_of_the_sources_zone(tmp_path: Path):
    (tmp_path / "e.zip").write_bytes(zipped((zipfile.ZipInfo("a", (2026, 3, 19, 16, 30, 2)), b"")))
    (row,) = read("files", tmp_path / "e.zip", timezone=TOKYO).rows
    assert row["at"] == (AT + 1) * SECOND


@pytest.mark.parametrize(
    ("extra", "at"),
    [
        (struct.pack("<HHBl", 0x5455, 5, 1, AT), AT * SECOND),
        (
            struct.pack("<HHLHHQQQ", 0x000A, 32, 0, 1, 24, (AT + 11_644_473_600) * 10**7 + 7, 0, 0),
            AT * SECOND + 700,
        ),
    ],
    ids=["Info-ZIP", "NTFS"],
)
def test_time_that_a_zip_tells_in_utc_wins(tmp_path: Path, extra: bytes, at: int):
    info = zipfile.ZipInfo("a", (1999, 1, 1, 0, 0, 0))
    info.extra = extra
    (tmp_path / "e.zip").write_bytes(zipped((info, b"")))
    (row,) = read("files", tmp_path / "e.zip", timezone=ZoneInfo("Asia/Tokyo")).rows
    assert row["at"] == at


def test_names_that_are_no_utf8_are_shown_escaped(tmp_path: Path):
    (tmp_path / "e.tar").write_bytes(tarred(member("caf\udce9/syslog"), mode="w"))
    found = read("files", tmp_path / "e.tar")
    assert found.paths == ["caf\\xe9/syslog"]


# What is wrong is said


@pytest.mark.parametrize(
    ("path", "fault"),
    [
        ("e.tar.gz/absent", "nothing in the archive fits this"),
        ("e.tar.gz/logs", "cannot be opened: it is a folder, not a file - name the files in it"),
        ("absent.tar.gz/logs/syslog", "nothing is there"),
        ("text.tar.gz/logs/syslog", "this is no tar or zip archive that can be read"),
        ("e.tar.gz/link", "a link or special file, not followed"),
    ],
)
def test_path_that_leads_nowhere_is_one_fault(tmp_path: Path, path: str, fault: str):
    link = member("link", b"", type=tarfile.SYMTYPE, linkname="logs/syslog")
    (tmp_path / "e.tar.gz").write_bytes(tarred(SYSLOG, link))
    (tmp_path / "text.tar.gz").write_text("only a text" * 100)
    found = read("syslog", tmp_path / path)
    assert (faults(found), found.rows) == ([fault], [])


def test_encrypted_member_is_a_clear_fault(tmp_path: Path):
    content = bytearray(zipped(("syslog", LINE.encode())))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "e.zip").write_bytes(content)
    assert faults(read("syslog", tmp_path / "e.zip" / "syslog")) == [
        "encrypted: unpack it yourself, and name what comes out"
    ]


def test_member_whose_bytes_do_not_come_to_its_checksum_is_said_to_be_damaged(tmp_path: Path):
    content = bytearray(zipped(("syslog", LINE.encode()), method=zipfile.ZIP_STORED))
    content[content.index(b"Mar 19") + 20] ^= 1
    (tmp_path / "e.zip").write_bytes(content)
    (fault,) = faults(read("syslog", tmp_path / "e.zip" / "syslog"))
    assert fault.startswith("damaged after ")


# Archives that mean harm


@pytest.mark.parametrize("name", ["../../evil", "/etc/evil", "C:evil", "C:\\evil", "logs/../../evil", "a\\b"])
@pytest.mark.parametrize("pack", [lambda name: tarred(member(name), mode="w"), lambda name: zipped((name, b"x"))])
def test_name_that_leads_out_is_a_reject_and_nothing_is_written_there(tmp_path: Path, name: str, pack):
    (tmp_path / "e.zip").write_bytes(pack(name))
    before = sorted(tmp_path.rglob("*"))
    found = read("syslog", f"{tmp_path}/e.zip/**")
    assert [reject.reason.partition(":")[0] for reject in found.rejects] == ["refused"]
    assert found.is_balanced
    assert sorted(tmp_path.rglob("*")) == before
    assert not Path("/etc/evil").exists()


def test_copy_never_follows_a_link_that_a_member_put_there(tmp_path: Path):
    target = tmp_path / "victim"
    target.mkdir()
    link = member("hb", b"", type=tarfile.SYMTYPE, linkname=str(target))
    (tmp_path / "e.tar").write_bytes(tarred(link, member("hb/probe.last", b"1773905460"), mode="w"))
    found = read("heartbeats", f"{tmp_path}/e.tar")
    assert list(target.iterdir()) == []
    assert "refused: a second member of that name" in [reject.reason for reject in found.rejects]


def test_second_member_of_a_name_is_refused_and_the_first_is_read(tmp_path: Path):
    (tmp_path / "e.tar").write_bytes(tarred(SYSLOG, member("logs/syslog", LINE.encode() * 5), mode="w"))
    found = read("syslog", f"{tmp_path}/e.tar/logs/syslog")
    assert len(found.rows) == 1
    assert [reject.reason for reject in found.rejects] == ["refused: a second member of that name"]


def test_hard_link_in_an_archive_is_not_followed(tmp_path: Path):
    link = member("again", b"", type=tarfile.LNKTYPE, linkname="logs/syslog")
    (tmp_path / "e.tar").write_bytes(tarred(SYSLOG, link, mode="w"))
    assert faults(read("syslog", f"{tmp_path}/e.tar/again")) == ["a link or special file, not followed"]


def test_sparse_file_that_claims_terabytes_is_refused(tmp_path: Path):
    sparse = member("syslog", b"", pax_headers={"GNU.sparse.major": "1", "GNU.sparse.realsize": str(1 << 42)})
    (tmp_path / "e.tar").write_bytes(tarred(sparse, mode="w"))
    found = read("syslog", f"{tmp_path}/e.tar/syslog")
    assert [reject.reason for reject in found.rejects] == ["refused: a sparse file"]


def test_header_that_claims_gigabytes_is_not_read_into_memory(tmp_path: Path):
    content = bytearray(tarred(member("a", pax_headers={"comment": "x"}), mode="w"))
    content[124:136] = b"77777777777\0"
    content[148:156] = b"        "
    content[148:156] = b"%06o\0 " % sum(content[:512])
    (tmp_path / "e.tar").write_bytes(content)
    (fault,) = faults(read("syslog", f"{tmp_path}/e.tar/a"))
    assert fault.startswith("damaged tar file: a header of 8589934591 bytes")


@pytest.mark.parametrize("kind", ["syslog", "files"])
def test_archive_with_too_many_members_is_abandoned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str):
    monkeypatch.setattr(limits, "MEMBER_LIMIT", 3)
    (tmp_path / "e.tar").write_bytes(tarred(*(member(f"syslog.{at}") for at in range(5)), mode="w"))
    found = read(kind, f"{tmp_path}/e.tar/*" if kind == "syslog" else f"{tmp_path}/e.tar")
    assert faults(found) == ["abandoned: more than 3 members"]
    assert len(found.rows) == 3


def test_bomb_in_a_tar_is_abandoned_by_its_ratio(tmp_path: Path):
    bomb = bytes(30 << 20)
    (tmp_path / "e.tar.gz").write_bytes(tarred(member("syslog", bomb)))
    assert "abandoned: it unpacks to more than 200 times its size" in faults(
        read("syslog", f"{tmp_path}/e.tar.gz/syslog")
    )


def test_bomb_in_a_zip_is_given_up_alone_and_the_other_members_are_read(tmp_path: Path):
    (tmp_path / "e.zip").write_bytes(zipped(("syslog.1", bytes(30 << 20)), ("syslog", LINE.encode())))
    found = read("syslog", f"{tmp_path}/e.zip/syslog*")
    assert faults(found) == ["abandoned: it unpacks to more than 200 times its size"]
    assert len(found.rows) == 1


def test_no_more_is_copied_than_the_budget_allows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("forensics.sources.lending.Mirror", partial(Mirror, left=1000))
    (tmp_path / "e.tar").write_bytes(tarred(SYSLOG, member("logs/syslog.1", LINE.encode() * 50), mode="w"))
    found = read("syslog", f"{tmp_path}/e.tar/logs/*")
    assert "abandoned: it unpacks to more than 2 GiB" in faults(found)


@pytest.mark.parametrize("name", ["x/" * 1500 + "y", "z" * 256, "/".join(["w" * 200] * 20)])
def test_name_that_no_disk_takes_is_refused_and_the_others_are_read(tmp_path: Path, name: str):
    (tmp_path / "e.tar").write_bytes(tarred(member(f"logs/{name}"), member("logs/syslog"), mode="w"))
    found = read("syslog", f"{tmp_path}/e.tar/logs/**")
    assert [reject.reason for reject in found.rejects] == [
        "refused: its name is longer or deeper than a file system takes"
    ]
    assert len(found.rows) == 1


def test_file_where_a_folder_should_be_is_refused(tmp_path: Path):
    (tmp_path / "e.tar").write_bytes(tarred(SYSLOG, member("logs/syslog/inner"), mode="w"))
    found = read("syslog", f"{tmp_path}/e.tar/logs/**")
    assert (len(found.rows), len(found.rejects)) == (1, 1)


def test_many_refused_members_are_counted_and_not_all_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(passage, "REFUSALS_LISTED", 2)
    (tmp_path / "e.tar").write_bytes(tarred(SYSLOG, *(member(f"../{at}") for at in range(5)), mode="w"))
    found = read("syslog", f"{tmp_path}/e.tar/logs/syslog")
    assert (len(found.rejects), found.reads[0].skipped) == (2, {"refused beyond the first 2": 3})
    assert found.is_balanced


def cut_points(content: bytes) -> list[int]:
    return sorted({len(content) * percent // 100 for percent in range(100)})


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["w", "w:gz", "w:xz", "zip", "zip stored"])
def test_archive_cut_anywhere_keeps_what_stands_before_the_cut(tmp_path: Path, mode: str):
    lines = [LINE.replace("100", str(100 + at)) for at in range(400)]
    files = [(f"logs/syslog.{at}", "".join(lines[at * 100 : at * 100 + 100]).encode()) for at in range(4)]
    if mode.startswith("zip"):
        content = zipped(*files, method=zipfile.ZIP_STORED if "stored" in mode else zipfile.ZIP_DEFLATED)
    else:
        content = tarred(*(member(*each) for each in files), mode=mode)
    whole = read_all(tmp_path, content)
    assert len(whole) == 400
    counts = []
    for length in cut_points(content):
        (tmp_path / "e.tar").write_bytes(content[:length])
        found = read("syslog", f"{tmp_path}/e.tar/logs/*")
        rows = [row["process_id"] for row in found.rows]
        assert rows == whole[: len(rows)]
        assert faults(found) or rows == whole, f"cut at {length} of {len(content)} and nobody says so"
        counts.append(len(rows))
    assert counts == sorted(counts)
    assert counts[-1] >= 300


def read_all(folder: Path, content: bytes) -> list[str]:
    (folder / "e.tar").write_bytes(content)
    return [row["process_id"] for row in read("syslog", f"{folder}/e.tar/logs/*").rows]


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["w", "zip"])
def test_flipped_byte_raises_nothing(tmp_path: Path, mode: str):
    content = zipped(("logs/syslog", LINE.encode())) if mode == "zip" else tarred(SYSLOG, mode=mode)[:1536]
    for at in range(0, len(content), 3):
        broken = bytearray(content)
        broken[at] ^= 0xFF
        (tmp_path / "e.tar").write_bytes(broken)
        read("syslog", f"{tmp_path}/e.tar/logs/*")
        read("files", f"{tmp_path}/e.tar")


def test_private_copies_are_for_nobody_else(tmp_path: Path, own_temporary_folder: Path):
    (tmp_path / "e.tar").write_bytes(tarred(SYSLOG, member("logs/syslog.1"), mode="w"))
    reading = open_source(SourceConfig("syslog", f"{tmp_path}/e.tar/logs/*")).read(ReadOptions(now=NOW))
    next(reading)
    (folder,) = own_temporary_folder.iterdir()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(each.stat().st_mode) for each in folder.rglob("*") if each.is_file()} == {0o600}
    reading.close()


def test_reading_that_is_given_up_leaves_nothing_behind(tmp_path: Path, own_temporary_folder: Path):
    (tmp_path / "e.tar").write_bytes(tarred(SYSLOG, mode="w"))
    reading = open_source(SourceConfig("syslog", f"{tmp_path}/e.tar/logs/*")).read(ReadOptions(now=NOW))
    next(reading)
    with pytest.raises(KeyboardInterrupt):
        reading.throw(KeyboardInterrupt())  # type: ignore[attr-defined]
    assert left_behind() == set()


def test_full_disk_is_a_fault_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("forensics.sources.mirror.Mirror.take", full)
    (tmp_path / "e.tar").write_bytes(tarred(SYSLOG, mode="w"))
    (fault,) = faults(read("syslog", f"{tmp_path}/e.tar/logs/syslog"))
    assert "No space left on device" in fault


def test_evidence_is_not_altered_by_reading_it(tmp_path: Path):
    (tmp_path / "e.tar").write_bytes(tarred(SYSLOG, mode="w"))
    before = (tmp_path / "e.tar").stat()
    read("syslog", f"{tmp_path}/e.tar/logs/*")
    after = (tmp_path / "e.tar").stat()
    assert (after.st_mtime_ns, after.st_atime_ns, after.st_size) == (
        before.st_mtime_ns,
        before.st_atime_ns,
        before.st_size,
    )


def test_archive_itself_is_what_must_not_be_written_over(tmp_path: Path):
    (tmp_path / "e.tar").write_bytes(tarred(SYSLOG, mode="w"))
    assert list(own_paths(SourceConfig("syslog", f"{tmp_path}/e.tar/logs/*"))) == [tmp_path / "e.tar"]


def test_account_of_the_archive_stands_beside_those_of_its_members(tmp_path: Path):
    content = tarred(SYSLOG, member("logs/syslog.1", LINE.encode() * 100), mode="w")
    (tmp_path / "e.tar").write_bytes(content[:2600])
    found = read("syslog", f"{tmp_path}/e.tar/logs/*")
    by_file = {each.file.rpartition("e.tar")[2]: each.fault for each in found.reads if isinstance(each, FileRead)}
    assert by_file["/logs/syslog"] is None
    assert (by_file["/logs/syslog.1"] or "").startswith("cut off: ")
    assert (by_file[""] or "").startswith("truncated tar file: it ends at byte 2600")
