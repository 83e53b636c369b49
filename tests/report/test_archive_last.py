"""The last report out of an archive: what a report without a ledger knows of the one before it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from forensics.analyse.changes import blocker_key
from forensics.evidence.paired import Window
from forensics.report.archive import write_archive
from forensics.report.archive_last import last_archived, past_report, read_report
from tests.report.builders import UTC, at, blocker, missing_source, result, run, source

DAY = 86_400 * 10**9


def night(day, *, until=None, now=None, **values):
    since = f"2026-03-{day:02d} 07:00"
    until = until or f"2026-03-{day + 1:02d} 07:00"
    return result([run()], since=since, until=until, now=now or until, **values)


def window(day):
    return Window(at(f"2026-03-{day} 07:00"), at(f"2026-03-{day + 1} 07:00"), at(f"2026-03-{day + 1} 07:00"))


def last(folder, day=19):
    return last_archived(folder, window(day), UTC)


def test_newest_night_before_this_one_is_the_last(tmp_path):
    for day in (17, 18, 16):
        write_archive(night(day), tmp_path)
    assert last(tmp_path).until == at("2026-03-19 07:00")


def test_report_of_this_night_itself_is_not_the_last(tmp_path):
    write_archive(night(18), tmp_path)
    write_archive(night(19, until="2026-03-20 06:00"), tmp_path)
    assert last(tmp_path).until == at("2026-03-19 07:00")


def test_later_night_is_not_the_last(tmp_path):
    write_archive(night(18), tmp_path)
    write_archive(night(24), tmp_path)
    assert last(tmp_path).until == at("2026-03-19 07:00")


def test_night_that_was_made_later_is_not_the_last(tmp_path):
    write_archive(night(17), tmp_path)
    write_archive(night(18, now="2026-03-25 00:00"), tmp_path)
    assert last(tmp_path).until == at("2026-03-18 07:00")


def test_range_that_ends_where_this_night_begins_is_the_last(tmp_path):
    write_archive(night(18), tmp_path)
    write_archive(night(16, until="2026-03-19 07:00"), tmp_path)
    assert last(tmp_path).since == at("2026-03-16 07:00")


def test_damaged_report_is_passed_over(tmp_path):
    write_archive(night(17), tmp_path)
    write_archive(night(18), tmp_path)
    (tmp_path / "2026-03-18.json").write_bytes((tmp_path / "2026-03-18.json").read_bytes()[:900])
    assert last(tmp_path).until == at("2026-03-18 07:00")


@pytest.mark.parametrize("folder", ["empty", "none"])
def test_empty_archive_knows_none(tmp_path, folder):
    (tmp_path / "empty").mkdir()
    assert last(tmp_path / folder) is None


def test_report_comes_back_as_it_was(tmp_path):
    told = [blocker("a", host="h"), blocker(None, "source", "x", about="cron.log"), blocker('odd "job"\n')]
    sources = [source("cron.log"), source("slack", lanes=("notifications",), rows=9), missing_source("gone.log")]
    made = replace(night(18, blockers=told, sources=sources, exit_code=3))
    write_archive(made, tmp_path)
    found = read_report(tmp_path / "2026-03-18.json")
    assert (found.now, found.since, found.until) == (made.window.now, made.window.since, made.window.until)
    assert (found.exit_code, found.runs, found.verdicts) == (3, 1, {"confirmed": 1})
    assert found.blockers == {blocker_key(each): each.text for each in told}
    assert found.sources == {"cron.log": 3, "slack": 9, "gone.log": 0}
    assert found.faults == {"gone.log": "gone.log: no such file"}


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", "7", '{"window": 3}', '{"window": {}, "sources": [1]}', "[" * 99_999]
)
def test_file_that_is_no_report_is_none(tmp_path, text):
    (tmp_path / "x.json").write_text(text)
    assert read_report(tmp_path / "x.json") is None


def test_report_of_an_older_version_is_read_as_far_as_it_goes():
    told = {
        "now": "2026-03-19T07:00:00Z",
        "window": {"since": "2026-03-18T07:00:00Z", "until": "2026-03-19T07:00:00Z"},
        "exit": {"code": 1},
        "summary": {"runs": 2, "verdicts": {}},
        "blockers": [{"job": "a", "host": None, "kind": "failed", "text": "once"}],
        "sources": [],
    }
    assert past_report(told).blockers == {blocker_key(blocker("a")): "once"}
