"""A Slack export as a zip: the same rows as its folder, and nothing that a hostile zip can do."""

from __future__ import annotations

import io
import json
import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from forensics.sources import slack_archive
from forensics.sources.slack_archive import open_archive
from forensics.sources.slack_export import SlackExport
from tests.sources.slack_builders import EIGHT, TOKYO, Outcome, export, message, outcome, said_at, zipped

DAY = "metrics/2026-03-19.json"
MESSAGES = json.dumps([said_at(1), said_at(2)])


def zip_of(target: Path, members: dict[str, Any] | list[tuple[Any, Any]], packing: int = zipfile.ZIP_DEFLATED) -> Path:
    pairs = members.items() if isinstance(members, dict) else members
    with zipfile.ZipFile(target, "w", packing) as archive:
        for name, content in pairs:
            archive.writestr(name, content)
    return target


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "slack.zip"


def faults(found: Outcome) -> dict[str, str]:
    return {read.file.partition(".zip")[2]: read.fault for read in found.reads if read.fault}


def shape(found: Outcome, root: Path) -> tuple[object, ...]:
    """Return all that an outcome tells but where the export lies and its files' own mtimes."""

    def inside(file: str) -> str:
        return file.removeprefix(str(root))

    return (
        [row | {"file": inside(row["file"])} for row in found.rows],
        [(inside(reject.file), reject.record, reject.reason, reject.text) for reject in found.rejects],
        [
            (inside(read.file), read.records, read.sha256, read.covers, read.newest, read.skipped)
            for read in found.reads
        ],
    )


def night(tmp_path: Path) -> Path:
    files = {
        "users.json": [{"id": "U1", "name": "alice"}],
        "channels.json": [{"id": "C1", "name": "metrics"}],
        DAY: [said_at(1, user="U1"), {"ts": []}, said_at(2, ""), said_at(3, "in <#C1>", bot_id="B1")],
        "metrics/2026-03-20.json": [said_at(80_000)],
        "random/2026-03-21.json": [],
        "random/canvas_in_the_conversation.json": [],
        "integration_logs.json": [],
    }
    return export(tmp_path / "slack", files)


# The same as the folder


@pytest.mark.parametrize("channels", [(), ("metrics",), ("random", "nowhere")])
def test_zip_and_folder_tell_the_same(tmp_path: Path, target: Path, channels: tuple[str, ...]):
    folder = night(tmp_path)
    archive = zipped(folder, target)
    assert shape(outcome(archive, channels=channels), archive) == shape(outcome(folder, channels=channels), folder)


def test_a_zip_of_the_folder_itself_tells_the_same(tmp_path: Path, target: Path):
    folder = night(tmp_path)
    archive = zipped(folder, target, prefix="My export/")
    assert shape(outcome(archive), archive / "My export") == shape(outcome(folder), folder)


def test_member_names_follow_that_of_the_zip(target: Path):
    assert outcome(zip_of(target, {DAY: MESSAGES})).column("file") == [f"{target}/{DAY}"] * 2


def test_a_member_has_no_mtime_of_its_own(target: Path):
    assert outcome(zip_of(target, {DAY: MESSAGES})).read(DAY).modified is None


def test_what_the_mac_adds_to_a_zip_is_left_alone(target: Path):
    members = {f"x/{DAY}": MESSAGES, f"__MACOSX/x/{DAY.replace('2026', '._2026')}": b"\x00", "x/.DS_Store": b"\x00"}
    assert faults(outcome(zip_of(target, members))) == {}


def test_an_export_zip_is_recognised(target: Path):
    assert SlackExport().detect(zip_of(target, {DAY: MESSAGES}))


@pytest.mark.parametrize("members", [{}, {"a.txt": b"x"}, {DAY: b"{}"}, {"2026-03-19.json": MESSAGES}])
def test_another_zip_is_not_taken_for_an_export(target: Path, members: dict[str, Any]):
    assert not SlackExport().detect(zip_of(target, members))


# Damage


@pytest.mark.parametrize("content", [b"", b"PK", b"PK\x03\x04" + b"\x00" * 99, b"PK\x05\x06" + b"\xff" * 18, b"no zip"])
def test_what_is_no_zip_is_a_fault(target: Path, content: bytes):
    target.write_bytes(content)
    assert [fault[:18] for fault in faults(outcome(target)).values()] == ["not a readable zip"]


def test_a_zip_cut_in_half_is_a_fault(tmp_path: Path, target: Path):
    content = zipped(night(tmp_path), target).read_bytes()
    target.write_bytes(content[: len(content) // 2])
    assert [fault[:18] for fault in faults(outcome(target)).values()] == ["not a readable zip"]


def test_no_flipped_byte_raises_or_goes_unaccounted(tmp_path: Path, target: Path):
    content = zip_of(target, {DAY: MESSAGES, "users.json": "[]"}).read_bytes()
    flipped = tmp_path / "flipped.zip"
    for at in range(len(content)):
        flipped.write_bytes(content[:at] + bytes([content[at] ^ 0xFF]) + content[at + 1 :])
        found = outcome(flipped)
        assert all(read.records == 2 for read in found.reads if read.file.endswith("19.json") and not read.fault), at


def test_a_member_with_a_wrong_checksum_keeps_what_came_before_and_is_a_fault(target: Path):
    messages = json.dumps([said_at(second) for second in range(1000)])
    content = zip_of(target, {DAY: messages}, zipfile.ZIP_STORED).read_bytes()
    target.write_bytes(content.replace(b"backup", b"bockup", 1))
    found = outcome(target)
    assert (len(found.rows) > 500, faults(found)[f"/{DAY}"][:7]) == (True, "damaged")


def test_one_bad_member_leaves_the_others_readable(target: Path):
    found = outcome(zip_of(target, {DAY: b"{", "metrics/2026-03-20.json": MESSAGES}))
    assert len(found.rows) == 2


def set_flag(target: Path) -> None:
    """Mark every member as encrypted, in both of its headers."""
    content = bytearray(target.read_bytes())
    for magic, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(magic)
        while at >= 0:
            content[at + offset] |= 1
            at = content.find(magic, at + 4)
    target.write_bytes(content)


def test_an_encrypted_member_is_a_fault(target: Path):
    set_flag(zip_of(target, {DAY: MESSAGES}))
    assert faults(outcome(target)) == {f"/{DAY}": "encrypted"}


@pytest.mark.parametrize("packing", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_packing_that_may_ask_for_any_memory_is_refused(target: Path, packing: int):
    assert faults(outcome(zip_of(target, {DAY: MESSAGES}, packing)))[f"/{DAY}"].startswith("packed by method")


# Names


@pytest.mark.parametrize(
    "name",
    [
        "../metrics/2026-03-19.json",
        "metrics/../../2026-03-19.json",
        "/metrics/2026-03-19.json",
        "//host/2026-03-19.json",
        "C:/2026-03-19.json",
        "c:metrics/2026-03-19.json",
        "metrics\\2026-03-19.json",
        "..\\2026-03-19.json",
    ],
)
def test_a_name_that_leads_elsewhere_is_refused(target: Path, name: str):
    found = outcome(zip_of(target, {name: MESSAGES, DAY: MESSAGES}))
    assert (len(found.rows), len(faults(found))) == (2, 1)


def test_a_name_with_a_nul_is_refused(target: Path):
    content = zip_of(target, {"metrics/2026-03-19.jsonX": MESSAGES}).read_bytes()
    target.write_bytes(content.replace(b".jsonX", b".json\x00"))
    assert [fault[:7] for fault in faults(outcome(target)).values()] == ["refused"]


def test_a_symbolic_link_is_refused(target: Path):
    link = zipfile.ZipInfo("metrics/2026-03-20.json")
    link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    found = outcome(zip_of(target, [(DAY, MESSAGES), (link, "/etc/passwd")]))
    assert faults(found) == {"/metrics/2026-03-20.json": "refused: a symbolic link"}


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_of_two_members_of_one_name_the_first_counts(target: Path):
    found = outcome(
        zip_of(target, [(DAY, json.dumps([said_at(1, "first")])), (DAY, json.dumps([said_at(1, "second")]))])
    )
    assert (found.column("text"), faults(found)) == (
        ["first"],
        {f"/{DAY} (2)": "refused: a second member of that name"},
    )


def test_hosts_of_refused_names_are_listed_only_in_part(target: Path):
    found = outcome(zip_of(target, {f"../{index}": b"" for index in range(500)}))
    assert (len(faults(found)), faults(found)["/…"]) == (101, "refused: 400 more members")


def test_archives_inside_are_left_shut(tmp_path: Path, target: Path):
    inner = zip_of(tmp_path / "inner.zip", {DAY: MESSAGES}).read_bytes()
    found = outcome(zip_of(target, {"metrics/inner.zip": inner, "random/2026-03-19.json": MESSAGES}))
    assert {row["channel"] for row in found.rows} == {"random"}


def test_nothing_is_written_anywhere(tmp_path: Path, target: Path):
    zip_of(target, {DAY: MESSAGES, "../escaped.json": MESSAGES})
    before = sorted(tmp_path.parent.rglob("*"))
    outcome(target)
    assert sorted(tmp_path.parent.rglob("*")) == before


def test_the_zip_is_left_as_it_was(target: Path):
    content = zip_of(target, {DAY: MESSAGES}).read_bytes()
    outcome(target)
    assert target.read_bytes() == content


# Size


@pytest.fixture
def limits(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Lower every limit, so that a small zip is a large one."""
    for name, limit in {
        "FILE_LIMIT": 200_000,
        "TOTAL_LIMIT": 300_000,
        "MEMBER_LIMIT": 50,
        "LISTING_LIMIT": 20_000,
        "RATIO_FREE": 10_000,
        "PIECE": 1000,
    }.items():
        monkeypatch.setattr(slack_archive, name, limit)
    return iter(())


def content_of(target: Path, name: str = DAY, **options: int) -> slack_archive.Content:
    with open_archive(target) as archive:
        return archive.content(name, **options)


@pytest.mark.usefixtures("limits")
def test_a_bomb_is_given_up_as_soon_as_its_ratio_shows():
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(DAY, b" " * 190_000)
    content = slack_archive.Zip("slack.zip", bomb).content(DAY)
    assert (content.content, content.fault) == (b"", "abandoned: it unpacks to more than 200 times its size")


def incompressible(size: int) -> bytes:
    return b"".join((EIGHT * step % 2**31).to_bytes(4, "big") for step in range(size // 4))


@pytest.mark.usefixtures("limits")
def test_a_member_larger_than_any_day_is_cut(target: Path):
    content = content_of(zip_of(target, {DAY: incompressible(250_000)}), limit=200_000)
    assert (len(content.content) <= 202_000, (content.fault or "")[:22]) == (True, "abandoned: larger than")


@pytest.mark.usefixtures("limits")
def test_an_archive_that_unpacks_to_too_much_in_all_is_given_up(target: Path):
    days = [f"metrics/2026-03-{day}.json" for day in (17, 18, 19)]
    zip_of(target, {day: incompressible(150_000) for day in days})
    with open_archive(target) as archive:
        found = [archive.content(day).fault for day in days]
    assert [fault and fault[:32] for fault in found] == [None, None, "abandoned: the archive unpacks t"]


@pytest.mark.usefixtures("limits")
def test_too_many_members_are_not_even_looked_at(target: Path):
    zip_of(target, {f"metrics/{year}-01-01.json": b"[]" for year in range(1000, 1051)})
    assert faults(outcome(target)) == {"": "abandoned: more than 50 members"}


@pytest.mark.usefixtures("limits")
def test_a_list_of_members_that_is_too_long_is_not_even_read(target: Path):
    zip_of(target, {f"{index}.txt": b"" for index in range(600)})
    assert faults(outcome(target))[""].startswith("not a readable zip: its list of members is larger than")


def test_a_bomb_of_the_real_limits_is_given_up(target: Path):
    zip_of(target, {DAY: b"[" + b"[]," * 5_000_000})
    assert faults(outcome(target))[f"/{DAY}"].startswith("abandoned")


def test_messages_in_a_zip_have_the_coverage_of_their_days(target: Path):
    found = outcome(zip_of(target, {DAY: json.dumps([message()])}), timezone=TOKYO)
    assert found.read(DAY).covers == (1773846000 * 10**9, 1773932400 * 10**9)
