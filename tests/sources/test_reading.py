"""Sources are found by what they hold, called by names that differ, and never stop a report by being absent or shut."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from forensics.config import SourceConfig
from forensics.errors import SourceError
from forensics.evidence.records import FileRead
from forensics.sources.base import ReadOptions
from forensics.sources.reading import kinds_showing, matching_paths, names, open_source, open_sources, recognise

LINE = "Mar 19 07:30:01 web1 CRON[100]: (root) CMD (/opt/backup.sh)\n"


def named(*paths: str, kind: str = "syslog") -> list[str]:
    return names([SourceConfig(kind, path) for path in paths])


def test_source_is_called_by_the_last_two_parts_of_its_path():
    assert named("/srv/logs/cron.log") == ["syslog logs/cron.log"]


def test_sources_that_would_be_called_alike_show_more_of_their_paths():
    found = named("/web1/logs/cron.log", "/web2/logs/cron.log", "/web2/cron.log")
    assert found == ["syslog web1/logs/cron.log", "syslog web2/logs/cron.log", "syslog web2/cron.log"]


@pytest.mark.parametrize(
    ("path", "name"),
    [("/cron.log", "syslog cron.log"), ("/", "syslog"), ("", "syslog"), ("/a/\udcff", "syslog a/\\xff")],
)
def test_source_has_a_name_whatever_its_path(path: str, name: str):
    assert named(path) == [name]


def test_one_path_read_twice_keeps_its_name():
    assert named("/a/b", "/a/b") == ["syslog a/b", "syslog a/b"]


def test_kinds_of_a_lane_are_those_that_can_fill_it():
    own = ["syslog", "journal", "openclaw", "kubernetes", "registry"]
    assert kinds_showing("triggers") == [*own, "jsonl", "csv", "parquet"]


def test_what_a_lane_does_not_take_is_not_recognised_for_it(tmp_path: Path):
    (tmp_path / "cron.log").write_text(LINE)
    assert recognise(tmp_path / "cron.log", "triggers").kind == "syslog"
    with pytest.raises(SourceError, match="kind syslog shows triggers and lifecycle, not notifications"):
        recognise(tmp_path / "cron.log", "notifications")


def test_pattern_is_sorted_and_a_name_with_signs_is_meant_literally(tmp_path: Path):
    for name in ("b[1].log", "b1.log", "a.log"):
        (tmp_path / name).touch()
    assert matching_paths(f"{tmp_path}/b[1].log") == [tmp_path / "b[1].log"]
    assert matching_paths(f"{tmp_path}/*.log") == [tmp_path / name for name in ("a.log", "b1.log", "b[1].log")]


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("/absent/cron.log", "nothing is there"),
        ("/absent/cron*", "no file fits this pattern"),
    ],
)
def test_source_with_nothing_to_read_says_what_is_wrong(path: str, what: str):
    assert open_source(SourceConfig("syslog", path)).missing == f"{path}: {what}"


def test_path_that_is_gone_when_it_is_read_is_a_fault_of_its_file(tmp_path: Path):
    (tmp_path / "cron.log").write_text(LINE)
    source = replace(open_source(SourceConfig("syslog", f"{tmp_path}/cron.log")), paths=(tmp_path / "gone",))
    (account,) = source.read(ReadOptions(now=0))
    assert isinstance(account, FileRead)
    assert account.fault == "cannot be opened: No such file or directory"


def test_all_kinds_without_a_reader_are_named_at_once():
    configs = [SourceConfig("pigeon", "/var/log/post"), SourceConfig("syslog", "/a"), SourceConfig("owl", "")]
    with pytest.raises(SourceError, match="no reader for pigeon /var/log/post; owl - "):
        open_sources(configs)
