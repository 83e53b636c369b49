"""What was collected gives the same report elsewhere as it gave where it was collected; and is held to its manifest."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import sqlite3
import tarfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from benchmarks.fleet import generate
from forensics.cli_window import nanoseconds
from forensics.collect.collecting import collect
from forensics.collect.lists import Occasion
from forensics.errors import ForensicsError, OutputError
from forensics.evidence.records import Batch, FileRead, Kept, Yielded
from forensics.sources.manifest import ALTERED, GONE, STRANGE
from forensics.sources.packed import packed_config
from forensics.sources.reading import by_kind
from forensics.sources.slack import SlackLive
from tests.checkout import ROOT
from tests.collect.hosts import (
    NOW,
    asked,
    at,
    comparable,
    config_of,
    make_host,
    packed,
    stamped,
    told,
)
from tests.sources.registry_builders import completed, write_registry

pytestmark = pytest.mark.slow

SAMPLES = sorted(path.parent.name for path in (ROOT / "sample_data").glob("*/forensics.toml"))


def members(archive: Path) -> dict[str, bytes]:
    """Return what the files of an archive hold."""
    with tarfile.open(archive) as tar:
        return {each.name: tar.extractfile(each).read() for each in tar if each.isreg()}  # type: ignore[union-attr]


def manifest(archive: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(members(archive)["MANIFEST.json"])
    return told


def rewritten(archive: Path, change: Any) -> None:
    """Write an archive anew with other files: ``change`` gets and alters what they hold by name."""
    with tarfile.open(archive) as tar:
        infos = {each.name: each for each in tar}
        contents = {name: tar.extractfile(each).read() for name, each in infos.items() if each.isreg()}  # type: ignore[union-attr]
    change(contents)
    with tarfile.open(archive, "w:gz", format=tarfile.PAX_FORMAT) as tar:
        for name, content in contents.items():
            info = infos.get(name, tarfile.TarInfo(name))
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))


@pytest.fixture
def host(tmp_path: Path) -> Path:
    return make_host(tmp_path / "host")


@pytest.fixture
def archive(tmp_path: Path, host: Path) -> Path:
    """Return the host's evidence; the host itself is gone."""
    packed(host, tmp_path / "evidence.tar.gz")
    shutil.rmtree(host.parent)
    return tmp_path / "evidence.tar.gz"


def test_live_host_gives_the_same_report_from_its_archive(tmp_path: Path, host: Path):
    here = told(host)
    packed(host, tmp_path / "evidence.tar.gz")
    shutil.rmtree(host.parent)
    there = told(tmp_path / "evidence.tar.gz")
    assert len({run["verdict"] for run in here["runs"]}) > 2
    assert comparable(there) == comparable(here)


def test_unpacked_archive_gives_the_same_report(tmp_path: Path, host: Path):
    here = told(host)
    packed(host, tmp_path / "evidence.tar.gz")
    with tarfile.open(tmp_path / "evidence.tar.gz") as tar:
        tar.extractall(tmp_path / "unpacked", filter="data")
    assert comparable(told(tmp_path / "unpacked" / "forensics.toml")) == comparable(here)


@pytest.mark.parametrize("name", SAMPLES)
def test_sample_night_gives_the_same_report_from_its_archive(tmp_path: Path, name: str):
    folder = ROOT / "sample_data" / name
    command = json.loads((folder / "expected.json").read_text())["command"].split()
    now = datetime.fromisoformat(command[command.index("--now") + 1])
    packed(folder / "forensics.toml", tmp_path / "evidence.tar.gz", now=now)
    here, there = (told(path, 48, now) for path in (folder / "forensics.toml", tmp_path / "evidence.tar.gz"))
    listed = comparable(there).replace("/workspace.body", "/workspace")
    assert listed == comparable(here)


@pytest.mark.slow
def test_fleet_gives_the_same_runs_from_its_archive(tmp_path: Path):
    generate(tmp_path / "fleet", jobs=5, days=2, seed=7)
    now = datetime.fromisoformat(json.loads((tmp_path / "fleet" / "fleet.json").read_text())["now"])
    here = told(tmp_path / "fleet" / "forensics.toml", 96, now)
    packed(tmp_path / "fleet" / "forensics.toml", tmp_path / "evidence.tar.gz", now=now)
    shutil.rmtree(tmp_path / "fleet")
    assert len(here["runs"]) > 100
    assert comparable(told(tmp_path / "evidence.tar.gz", 96, now)) == comparable(here)


def test_archive_of_an_archive_gives_the_same_report(tmp_path: Path, archive: Path):
    config = config_of(archive)
    occasion = Occasion(nanoseconds(NOW), "other", "1.0", "UTC", None, config.file)
    collect(config, packed_config(archive).decode(), asked(config), occasion, tmp_path / "again.tar.gz")
    again, once = told(tmp_path / "again.tar.gz"), told(archive)
    assert [run["verdict"] for run in again["runs"]] == [run["verdict"] for run in once["runs"]]


def test_same_evidence_gives_the_same_bytes(tmp_path: Path, host: Path):
    for name in ("a.tar.gz", "b.tar.gz"):
        packed(host, tmp_path / name)
    assert (tmp_path / "a.tar.gz").read_bytes() == (tmp_path / "b.tar.gz").read_bytes()


def test_nothing_is_said_of_the_time_after_collection(tmp_path: Path, archive: Path):
    later = told(archive, 30, NOW + timedelta(hours=3))
    verdicts = {run["due_at"]: run["verdict"] for run in later["runs"]}
    assert verdicts["2026-03-20T01:00:00Z"] == "unverifiable"


def test_manifest_lists_every_file_with_its_digest_and_its_time(archive: Path):
    held = members(archive)
    listed = {each["path"]: each for each in manifest(archive)["files"]}
    assert set(listed) == set(held) - {"MANIFEST.json"}
    assert all(each["sha256"] == hashlib.sha256(held[path]).hexdigest() for path, each in listed.items())
    (log,) = (each for path, each in listed.items() if path.endswith("logs/syslog"))
    assert log["original"].endswith("host/logs/syslog")
    assert log["mtime_ns"] == int(at(0.4).timestamp() * 10**9)


def test_manifest_tells_when_where_and_by_what_it_was_collected(archive: Path):
    told = manifest(archive)
    assert (told["schema"], told["collected"], told["host"], told["timezone"], told["tool"]) == (
        *("night-watch-evidence/1", "2026-03-20T00:00:00Z", "web1"),
        *("UTC", "forensics 1.0"),
    )
    assert [source["live"] for source in told["sources"]] == [True, True, False, True]


def test_content_of_a_tree_stays_where_it_is_but_for_what_is_read_from_inside(archive: Path):
    inside = sorted(name.rpartition("/tree")[2] for name in members(archive) if "/tree" in name)
    assert inside == [".body", "/state.json"]


def test_channels_that_no_source_reads_are_not_packed(archive: Path):
    assert not [name for name in members(archive) if "/other/" in name]


def test_config_in_the_archive_acts_on_nothing(archive: Path):
    text = members(archive)["forensics.toml"].decode()
    assert "# kept" in text
    assert all(word not in text for word in ("[tracker]", "on_stale", "ledger ="))
    config = config_of(archive)
    assert (config.tracker, config.heartbeats.on_stale, config.ledger) == (None, (), None)


def test_member_that_was_altered_is_a_fault_and_the_others_are_read(archive: Path):
    def change(contents: dict[str, bytes]) -> None:
        (name,) = (name for name in contents if name.endswith("logs/syslog"))
        contents[name] = contents[name].replace(b"snap.sh", b"snip.sh", 1)

    rewritten(archive, change)
    faults = [fault for source in told(archive)["sources"] for fault in source["faults"]]
    assert set(faults) == {f"{fault.partition(': ')[0]}: {ALTERED}" for fault in faults}
    assert {fault.partition(": ")[0].rpartition("/")[2] for fault in faults} == {"syslog"}
    assert told(archive)["exit"]["code"] == 3


def test_member_that_was_taken_out_or_put_in_is_a_fault(archive: Path):
    def change(contents: dict[str, bytes]) -> None:
        (name,) = (name for name in contents if name.endswith("logs/syslog"))
        contents[f"{name}.9"] = contents.pop(name)

    rewritten(archive, change)
    faults = [fault for source in told(archive)["sources"] for fault in source["faults"]]
    assert {fault.partition(": ")[2] for fault in faults} == {GONE, STRANGE}


def test_config_that_was_altered_is_not_read(archive: Path):
    rewritten(archive, lambda contents: contents.update({"forensics.toml": b"timezone = 'UTC'\n"}))
    with pytest.raises(ForensicsError, match=r"forensics\.toml: was altered after collection"):
        config_of(archive)


def test_config_in_an_archive_may_not_lead_out_of_it(tmp_path: Path):
    for number, path in enumerate(("/etc/hostname", "../../etc/hostname", "https://example.org/x")):
        content = f'[[source]]\nkind = "syslog"\npath = "{path}"\n'.encode()
        info = tarfile.TarInfo("forensics.toml")
        info.size = len(content)
        with tarfile.open(tmp_path / f"{number}.tar", "w") as tar:
            tar.addfile(info, io.BytesIO(content))
        with pytest.raises(ForensicsError, match="which is not in the archive"):
            config_of(tmp_path / f"{number}.tar")


def test_archive_without_a_config_says_so(tmp_path: Path):
    with tarfile.open(tmp_path / "logs.tar", "w"):
        pass
    with pytest.raises(ForensicsError, match=r"there is no forensics\.toml in this archive - name one that"):
        config_of(tmp_path / "logs.tar")


def test_rotated_logs_that_end_long_before_are_left_out_and_listed(tmp_path: Path, host: Path):
    old = host.parent / "logs" / "syslog.2"
    old.write_text("Mar 10 07:30:01 web1 CRON[1]: (root) CMD (/opt/jobs/snap.sh)\n")
    stamped(old, at(240))
    (host.parent / "slack" / "metrics" / "2026-03-02.json").write_text("[]")
    packed(host, tmp_path / "all.tar.gz")
    packed(host, tmp_path / "night.tar.gz", since=at(24))
    left = set(members(tmp_path / "all.tar.gz")) - set(members(tmp_path / "night.tar.gz"))
    assert {name.rpartition("/")[2] for name in left} == {"syslog.2", "2026-03-02.json"}
    listed = manifest(tmp_path / "night.tar.gz")["left_out"]
    assert [each["why"] for each in listed] == ["it ends long before the time that was asked for"] * 2
    assert comparable(told(tmp_path / "night.tar.gz")) == comparable(told(host))


def test_file_that_cannot_be_read_is_listed_and_still_a_fault_elsewhere(tmp_path: Path, host: Path):
    (host.parent / "logs" / "syslog.3").mkdir()
    collected = packed(host, tmp_path / "evidence.tar.gz")
    assert [each.why for each in collected.lists.unread] == ["it is a folder, not a file - name the files in it"]
    (fault,) = {fault for source in told(tmp_path / "evidence.tar.gz")["sources"] for fault in source["faults"]}
    assert fault.endswith(
        "syslog.3: could not be read when it was collected: it is a folder, not a file - name the files in it"
    )


def test_source_that_is_missing_is_missing_elsewhere_too(tmp_path: Path, host: Path):
    shutil.rmtree(host.parent / "slack")
    collected = packed(host, tmp_path / "evidence.tar.gz")
    assert [fault.rpartition(": ")[2] for _, fault in collected.faults] == ["nothing is there"]
    there = told(tmp_path / "evidence.tar.gz")
    assert [source["faults"] != [] for source in there["sources"] if source["kind"] == "slack-export"] == [True]
    assert there["exit"]["code"] == 3


def test_registry_is_packed_as_one_whole_file(tmp_path: Path):
    write_registry(tmp_path / "runs.db", completed())
    with sqlite3.connect(tmp_path / "runs.db") as connection:
        connection.execute("PRAGMA journal_mode = WAL")
    connection.close()
    (tmp_path / "f.toml").write_text('[[source]]\nkind = "registry"\npath = "*.db"\n')
    packed(tmp_path / "f.toml", tmp_path / "evidence.tar.gz")
    here, there = (told(path, 24_000) for path in (tmp_path / "f.toml", tmp_path / "evidence.tar.gz"))
    assert there["runs"]
    assert comparable(there) == comparable(here)
    assert [each["how"] for each in manifest(tmp_path / "evidence.tar.gz")["files"]] == ["backup", "config"]


def test_odd_heartbeats_are_as_odd_elsewhere(tmp_path: Path, host: Path):
    beats = host.parent / "beats"
    (beats / "link.last").symlink_to("snap.last")
    (beats / "hard.last").hardlink_to(beats / "snap.last")
    (beats / "folder.last").mkdir()
    (beats / "big.last").write_bytes(b"1" * 100_000)
    (beats / "empty.last").touch()
    here = told(host)["heartbeats"]
    packed(host, tmp_path / "evidence.tar.gz")
    assert told(tmp_path / "evidence.tar.gz")["heartbeats"] == here
    assert {beat["job"]: beat["status"] for beat in here}["hard"] == "foreign"
    assert max(map(len, members(tmp_path / "evidence.tar.gz").values())) < 10_000


def test_nothing_is_written_over(tmp_path: Path, host: Path):
    (tmp_path / "evidence.tar.gz").write_text("mine")
    with pytest.raises(ForensicsError, match="evidence is not overwritten"):
        packed(host, tmp_path / "evidence.tar.gz")
    assert (tmp_path / "evidence.tar.gz").read_text() == "mine"
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith(".")] == []


def test_collection_that_fails_leaves_nothing_behind(tmp_path: Path, host: Path, monkeypatch: pytest.MonkeyPatch):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tarfile.TarFile.addfile", full)
    with pytest.raises(OutputError, match="could not be written - No space left on device"):
        packed(host, tmp_path / "evidence.tar.gz")
    assert [each.name for each in tmp_path.iterdir()] == ["host"]


def test_evidence_is_not_altered_by_packing_it(tmp_path: Path, host: Path):
    before = {each: (each.lstat().st_mtime_ns, each.lstat().st_size) for each in host.parent.rglob("*")}
    packed(host, tmp_path / "evidence.tar.gz")
    assert {each: (each.lstat().st_mtime_ns, each.lstat().st_size) for each in host.parent.rglob("*")} == before


def test_archive_is_for_its_owner_alone(archive: Path):
    assert archive.stat().st_mode & 0o077 == 0


def test_live_messages_are_packed_as_an_export_that_speaks_for_the_same_time(
    tmp_path: Path, host: Path, monkeypatch: pytest.MonkeyPatch
):
    now, said = nanoseconds(NOW), nanoseconds(at(1)) + 90 * 10**9

    def read(*_: object) -> Iterator[Yielded]:
        columns = {"at": [said], "time_text": [f"{said // 10**9}.000000"], "text": ["❌ snap failed"], "is_bot": [True]}
        yield Batch("notifications", "slack/metrics", {**columns, "channel": ["metrics"], "record": [1]})
        yield Kept("C1/", now, "{}")
        yield FileRead("slack/metrics", 1, covers=(now - 2 * 86_400 * 10**9, None), newest=said)

    monkeypatch.setattr(SlackLive, "read", read)
    text = host.read_text().replace('kind = "slack-export"\npath = "slack"', 'kind = "slack"')
    host.write_text(text)
    here = told(host)
    packed(host, tmp_path / "evidence.tar.gz")
    there = told(tmp_path / "evidence.tar.gz")
    assert [(run["verdict"], run["claim"]) for run in there["runs"]] == [
        (run["verdict"], run["claim"]) for run in here["runs"]
    ]
    assert "failure" in {run["claim"] for run in there["runs"]}
    assert {"slack-export"} == {source["kind"] for source in there["sources"] if source["lane"] == "notifications"}


def test_token_of_a_live_source_is_nowhere_in_the_archive(tmp_path: Path, host: Path, monkeypatch: pytest.MonkeyPatch):
    secret = "xoxb-" + "1234567890-abcdef"
    monkeypatch.setattr(SlackLive, "read", lambda *_: iter([FileRead("slack", 0, fault=f"refused {secret}")]))
    host.write_text(host.read_text().replace('kind = "slack-export"\npath = "slack"', 'kind = "slack"'))
    packed(host, tmp_path / "evidence.tar.gz")
    assert not [name for name, content in members(tmp_path / "evidence.tar.gz").items() if secret.encode() in content]


def test_live_journal_is_packed_as_an_export_that_speaks_for_the_same_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    stamp = nanoseconds(at(1)) // 1000
    entry = {
        "__CURSOR": "s=1",
        "__REALTIME_TIMESTAMP": str(stamp),
        "_BOOT_ID": "b" * 32,
        "_HOSTNAME": "web1",
        "SYSLOG_IDENTIFIER": "CRON",
        "MESSAGE": "(root) CMD (/opt/jobs/snap.sh)",
    }
    (tmp_path / "entries.json").write_text(json.dumps(entry) + "\n")
    program = tmp_path / "journalctl"
    program.write_text(f"#!/bin/sh\ncat {tmp_path}/entries.json\n")
    program.chmod(0o755)
    monkeypatch.setattr(by_kind("journal"), "_programs", (str(program),))
    monkeypatch.setattr("forensics.collect.journals.JOURNALCTL", (str(program),))
    (tmp_path / "f.toml").write_text('[[source]]\nkind = "journal"\n')
    here = told(tmp_path / "f.toml")
    packed(tmp_path / "f.toml", tmp_path / "evidence.tar.gz")
    monkeypatch.setattr(by_kind("journal"), "_programs", ())
    there = told(tmp_path / "evidence.tar.gz")
    assert len(here["runs"]) == 1
    assert [(run["verdict"], run["triggered_at"]) for run in there["runs"]] == [
        (run["verdict"], run["triggered_at"]) for run in here["runs"]
    ]
    assert there["sources"][0]["coverage"][1] == "2026-03-20T00:00:00Z"
