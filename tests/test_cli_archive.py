"""The option ``--archive``: what is refused before anything is read, what is written, and what it remembers."""

from __future__ import annotations

from pathlib import Path

import pytest

from forensics.cli_archive import archived, check_archive, remembered
from forensics.config import Config, SourceConfig
from forensics.errors import ForensicsError
from forensics.evidence.memory import FORGOTTEN, Memory, PastReport
from tests.report.builders import UTC, result, run


def config(*paths: Path) -> Config:
    return Config(timezone=UTC, sources=tuple(SourceConfig("files", str(path)) for path in paths))


def refusal(folder: Path, *read: Path, jobs: tuple[str, ...] = ()) -> str:
    with pytest.raises(ForensicsError) as caught:
        check_archive(str(folder), config(*read), jobs)
    return str(caught.value)


def test_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "report.md").touch()
    assert "report.md: this is a file - name a folder" in refusal(tmp_path / "report.md")


def test_report_of_some_jobs_is_refused(tmp_path: Path) -> None:
    assert "leave out --job" in refusal(tmp_path, jobs=("a*",))


def test_folder_that_is_read_as_evidence_is_refused(tmp_path: Path) -> None:
    assert "is read as evidence" in refusal(tmp_path, tmp_path)


def test_folder_that_is_missing_or_there_is_accepted(tmp_path: Path) -> None:
    check_archive(str(tmp_path), config(), ())
    check_archive(str(tmp_path / "new"), config(), ())


def test_report_is_written(tmp_path: Path) -> None:
    assert archived(result([run()]), str(tmp_path / "new")) == []
    assert len(list((tmp_path / "new").iterdir())) == 7


def test_dry_run_writes_nothing(tmp_path: Path) -> None:
    assert archived(result([run()]), str(tmp_path / "new"), is_dry=True) == []
    assert list(tmp_path.iterdir()) == []


def night(since: str, until: str, **values):
    return result([run()], since=since, until=until, now=until, **values)


def test_archive_remembers_where_no_ledger_does(tmp_path: Path) -> None:
    archived(night("2026-03-18 07:00", "2026-03-19 07:00"), str(tmp_path))
    tonight = night("2026-03-19 07:00", "2026-03-20 07:00").window
    found = remembered(FORGOTTEN, str(tmp_path), tonight, UTC)
    assert found.last is not None
    assert found.last.until == tonight.since


def test_ledger_knows_better_than_the_archive(tmp_path: Path) -> None:
    archived(night("2026-03-18 07:00", "2026-03-19 07:00"), str(tmp_path))
    known = Memory(is_known=True, last=PastReport(1, 0, 1, 0))
    assert remembered(known, str(tmp_path), night("2026-03-19 07:00", "2026-03-20 07:00").window, UTC) is known
