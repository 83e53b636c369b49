"""What every source must keep, whatever it reads: see ``sources.base``."""

from __future__ import annotations

import gzip
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from forensics.evidence.records import Batch, FileRead, Reject, Yielded
from forensics.sources import SOURCES
from forensics.sources.base import ReadOptions, Source
from tests.sources.openclaw_host import Host, job, ran
from tests.sources.registry_builders import completed, write_registry

NOW = 1_773_964_800_000_000_000  # 2026-03-20T00:00:00Z
OPTIONS = ReadOptions(now=NOW, lane="triggers")


def slack_export(path: Path) -> None:
    (path / "metrics").mkdir(parents=True)
    (path / "metrics" / "2026-03-19.json").write_text('[{"type": "message", "ts": "1773905460.0", "text": "ok"}]')


def folder_of_beats(path: Path) -> None:
    path.mkdir()
    (path / "probe.last").write_text("1773905460")


def registry(path: Path) -> None:
    write_registry(path, completed())


def folder(path: Path) -> None:
    path.mkdir()
    (path / "a.txt").write_text("a")


def file_of(text: str) -> Callable[[Path], None]:
    return lambda path: path.write_text(text) and None


def state_folder(path: Path) -> None:
    Host().add(job("a")).run(ran("a", 1_773_905_460_000)).write(path, "A")


SAMPLES: dict[str, Callable[[Path], None]] = {
    "slack-export": slack_export,
    "syslog": file_of("Mar 19 07:30:01 web1 CRON[100]: (root) CMD (/opt/backup.sh)\n"),
    "journal": file_of(
        '{"__REALTIME_TIMESTAMP": "1773905460000000", "_BOOT_ID": "b", "SYSLOG_IDENTIFIER": "CRON", "MESSAGE": "(a) CMD (b)"}\n'
    ),
    "files": folder,
    "find-listing": file_of("1773905460.0\t12\t./a\n"),
    "ls-listing": file_of("total 4\n-rw-r--r-- 1 a a 12 Mar 19 07:31 a.tar\n"),
    "bodyfile": file_of("0|/a|1|r/rrw-r--r--|0|0|12|1773905460|1773905460|1773905460|0\n"),
    "heartbeats": folder_of_beats,
    "registry": registry,
    "openclaw": state_folder,
    "kubernetes": file_of(
        '{"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "a-29564820", "namespace": "b", '
        '"creationTimestamp": "2026-03-19T03:00:00Z", "ownerReferences": [{"kind": "CronJob", "name": "a"}]}}\n'
    ),
}
JUNK = {
    "nothing": b"",
    "zeros": bytes(5000),
    "every byte": bytes(range(256)) * 40,
    "one long line": b"x" * 200_000,
    "blank lines": b"\n" * 50,
    "a bracket": b"[",
    "a deep list": b"[" * 100_000,
    "not UTF-8": b"\xff\xfe\xff\n" * 3,
    "half a gzip": gzip.compress(bytes(range(256)) * 400)[:100],
    "a database that is none": b"SQLite format 3\0" + b"\x01" * 5000,
    "a zip that is none": b"PK\x03\x04" + b"\x00" * 100,
    "a Parquet file that is none": b"PAR1" + b"\x01" * 60 + b"PAR1",
}
every_source = pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.kind)


def read(source: Source, path: Path) -> list[Yielded]:
    """Return what a source yields; a path that it cannot open yields nothing."""
    try:
        return list(source.read(path, OPTIONS))
    except OSError:
        return []


def test_kinds_are_all_different():
    assert len({source.kind for source in SOURCES}) == len(SOURCES)


@every_source
def test_source_says_who_writes_its_format_and_what_it_cannot_tell(source: Source):
    assert len(sys.modules[type(source).__module__].__doc__ or "") > 80
    assert len(source.blind_spot) > 40


@pytest.mark.parametrize("kind", SAMPLES)
def test_sample_is_recognised_by_its_own_source_alone(tmp_path: Path, kind: str):
    SAMPLES[kind](tmp_path / "sample")
    assert [source.kind for source in SOURCES if source.detect(tmp_path / "sample")] == [kind]


@pytest.mark.parametrize("kind", SAMPLES)
def test_sample_gives_rows_of_the_lanes_that_its_source_names(tmp_path: Path, kind: str):
    SAMPLES[kind](tmp_path / "sample")
    (source,) = (each for each in SOURCES if each.kind == kind)
    tables = {each.table for each in read(source, tmp_path / "sample") if isinstance(each, Batch)}
    assert tables
    assert tables <= set(source.lanes)


@every_source
@pytest.mark.parametrize("junk", JUNK)
def test_junk_is_recognised_by_no_source(tmp_path: Path, source: Source, junk: str):
    (tmp_path / "junk").write_bytes(JUNK[junk])
    assert not source.detect(tmp_path / "junk")


@every_source
@pytest.mark.parametrize("junk", JUNK)
def test_junk_raises_nothing_and_every_record_of_it_is_accounted_for(tmp_path: Path, source: Source, junk: str):
    (tmp_path / "junk").write_bytes(JUNK[junk])
    yielded = read(source, tmp_path / "junk")
    accounts = [each for each in yielded if isinstance(each, FileRead)]
    rows = sum(len(each) for each in yielded if isinstance(each, Batch))
    rejects = sum(isinstance(each, Reject) for each in yielded)
    assert sum(each.records for each in accounts) == rows + rejects + sum(
        sum(each.skipped.values()) for each in accounts
    )


@every_source
def test_junk_in_a_folder_raises_nothing(tmp_path: Path, source: Source):
    for number, content in enumerate(JUNK.values()):
        (tmp_path / f"{number}.last").write_bytes(content)
        (tmp_path / f"channel{number}").mkdir()
        (tmp_path / f"channel{number}" / "2026-03-19.json").write_bytes(content)
    read(source, tmp_path)


@every_source
def test_path_with_nothing_there_is_recognised_by_no_source(tmp_path: Path, source: Source):
    if source.kind == "heartbeats":
        assert source.detect(tmp_path / "absent.last")  # by its name alone
    assert not source.detect(tmp_path / "absent")
