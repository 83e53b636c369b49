"""The state folder of an OpenClaw, packed: the same report elsewhere, and none of its secrets."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import tarfile
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from forensics.evidence.hosts import Stretch
from forensics.evidence.records import FileRead, Happening, ToldJob
from forensics.sources.mirror import Mirror
from tests.collect.hosts import comparable, packed, stamped, told
from tests.sources.openclaw_host import job, put
from tests.sources.openclaw_night import night

pytestmark = pytest.mark.slow

NOW = datetime(2026, 3, 11, tzinfo=UTC)
CONFIG = 'timezone = "UTC"\n[[source]]\nkind = "openclaw"\npath = "state"\n'
SECRET = "xoxb-not-for-anybody"
ERAS = ("A", "B", "C", "D")


def make_host(folder: Path, era: str) -> Path:
    """Make an OpenClaw of one era with its secrets beside, and return a config that reads it."""
    state = folder / "state"
    night(era).add(job("never-started", "0 20 * * *")).write(state, era)
    meta = {"lastTouchedVersion": "2026.3.14", "lastTouchedAt": "2026-03-09T12:00:00.000Z"}
    put(state / "openclaw.json", {"channels": {"slack": {"botToken": SECRET}}, "meta": meta})
    put(state / "credentials" / "slack.json", {"token": SECRET})
    put(state / "agents" / "main" / "agent" / "auth-profiles.json", {"key": SECRET})
    put(state / "cron" / "notes.json", {"key": SECRET})
    (folder / "f.toml").write_text(CONFIG)
    return folder / "f.toml"


def contents(archive: Path) -> dict[str, bytes]:
    with tarfile.open(archive) as tar:
        return {each.name: tar.extractfile(each).read() for each in tar if each.isreg()}  # type: ignore[union-attr]


def names(archive: Path) -> set[str]:
    """Return the paths of what is packed of the state folder."""
    return {name.partition("/state/")[2] for name in contents(archive) if "/state/" in name}


@pytest.mark.parametrize("is_live", [True, False])
@pytest.mark.parametrize("era", ERAS)
def test_report_from_the_archive_is_that_from_the_folder(tmp_path: Path, era: str, is_live: bool) -> None:
    host, archive = make_host(tmp_path / "host", era), tmp_path / "evidence.tar.gz"
    for path in (tmp_path / "host" / "state").rglob("*") if is_live else ():
        stamped(path, NOW - timedelta(hours=1))
    here = comparable(told(host, 72, NOW))
    packed(host, archive, now=NOW)
    shutil.rmtree(host.parent)
    there = comparable(told(archive, 72, NOW))
    assert there == here
    (late,) = (run for run in json.loads(here)["runs"] if run["due_at"] == "2026-03-10T20:00:00Z")
    assert late["verdict"] == ("missed" if is_live else "unverifiable")


@pytest.mark.parametrize("era", ERAS)
def test_no_secret_is_packed(tmp_path: Path, era: str) -> None:
    packed(make_host(tmp_path / "host", era), tmp_path / "evidence.tar.gz", now=NOW)
    assert not [name for name, content in contents(tmp_path / "evidence.tar.gz").items() if SECRET.encode() in content]


def test_only_what_was_read_is_packed(tmp_path: Path) -> None:
    packed(make_host(tmp_path / "host", "C"), tmp_path / "evidence.tar.gz", now=NOW)
    parts = {name for name in names(tmp_path / "evidence.tar.gz") if "/sessions/" not in name}
    assert parts >= {"state/openclaw.sqlite", "openclaw.json", "cron/jobs.json.migrated"}
    assert not parts & {"credentials/slack.json", "agents/main/agent/auth-profiles.json", "cron/notes.json"}


def test_settings_are_packed_as_their_version_alone(tmp_path: Path) -> None:
    packed(make_host(tmp_path / "host", "A"), tmp_path / "evidence.tar.gz", now=NOW)
    (content,) = (
        each for name, each in contents(tmp_path / "evidence.tar.gz").items() if name.endswith("/openclaw.json")
    )
    meta = {"lastTouchedVersion": "2026.3.14", "lastTouchedAt": "2026-03-09T12:00:00.000Z"}
    assert json.loads(content) == {"meta": meta}


def test_what_stands_in_a_journal_alone_is_packed_and_the_original_left_as_it_was(tmp_path: Path) -> None:
    host = make_host(tmp_path / "host", "C")
    path = tmp_path / "host" / "state" / "state" / "openclaw.sqlite"
    with closing(sqlite3.connect(path)) as writer:
        writer.execute("PRAGMA wal_autocheckpoint = 0")
        writer.execute("INSERT INTO cron_jobs (store_key, job_id, name, job_json) VALUES ('', 'late', 'late', '{}')")
        writer.commit()
        before = {each.name: each.read_bytes() for each in path.parent.iterdir()}
        packed(host, tmp_path / "evidence.tar.gz", now=NOW)
        assert {each.name: each.read_bytes() for each in path.parent.iterdir()} == before
    assert "state/openclaw.sqlite-wal" in names(tmp_path / "evidence.tar.gz")
    with tarfile.open(tmp_path / "evidence.tar.gz") as tar:
        tar.extractall(tmp_path / "there", filter="data")
    (copy,) = (tmp_path / "there").rglob("openclaw.sqlite")
    with closing(sqlite3.connect(copy)) as reader:
        assert ("late",) in reader.execute("SELECT job_id FROM cron_jobs").fetchall()


def test_link_to_a_file_of_somebody_else_is_not_followed(tmp_path: Path) -> None:
    if os.getuid() != 0:
        pytest.skip("only root can make a file somebody else's")
    host, foreign = make_host(tmp_path / "host", "A"), tmp_path / "theirs.jsonl"
    foreign.write_text(SECRET)
    os.chown(foreign, 4242, 4242)
    (tmp_path / "host" / "state" / "cron" / "runs" / "x.jsonl").symlink_to(foreign)
    packed(host, tmp_path / "evidence.tar.gz", now=NOW)
    assert "cron/runs/x.jsonl" not in names(tmp_path / "evidence.tar.gz")


def test_single_log_of_a_gateway_is_packed_as_it_is(tmp_path: Path) -> None:
    host = make_host(tmp_path / "host", "A")
    (log,) = (tmp_path / "host" / "state" / "logs").iterdir()
    host.write_text(CONFIG.replace('"state"', f'"{log}"'))
    packed(host, tmp_path / "evidence.tar.gz", now=NOW)
    assert log.read_bytes() in contents(tmp_path / "evidence.tar.gz").values()


def test_what_is_told_of_jobs_and_restarts_is_said_of_the_place_that_was_copied(tmp_path: Path) -> None:
    copy = Mirror(tmp_path, "evidence.tar.gz", is_copy=True)
    file = f"{tmp_path}/cron/jobs.json"
    told_job, up = ToldJob("nightly", "openclaw", file, 3), Stretch(None, "b", 1, 2, file, 3, "openclaw")
    happening = Happening(1, "restart", "gateway", file, 3)
    read = copy.retold(FileRead(file, 1, jobs=(told_job,), stretches=(up,), happenings=(happening,)))
    assert isinstance(read, FileRead)
    assert {each.file for each in (*read.jobs, *read.stretches, *read.happenings)} == {"evidence.tar.gz/cron/jobs.json"}
