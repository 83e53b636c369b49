"""The timeline for Timesketch."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from forensics.config import Config
from forensics.configfile import read_config
from forensics.evidence.paired import Claims, Links, Pattern, Proofs, Steps, Window
from forensics.evidence.records import Batch, FileRead
from forensics.pipeline import Question, report
from forensics.report.timesketch import report_timesketch
from forensics.report.timesketch_lines import LONGEST
from forensics.timeline import NANOS
from tests.checkout import ROOT
from tests.report.builders import at, bare_columns, ints, result, run
from tests.secrets_corpus import HEX40, SECRETS

TABLES = ("triggers", "lifecycle", "notifications", "artifacts", "beats")
NIGHTS = {
    "slack-cried-wolf": ("2026-03-19", "2026-03-20"),
    "green-triggers-empty-nights": ("2026-03-12", "2026-03-16"),
    "silent-heartbeats": ("2026-03-19", "2026-03-20"),
}


def spoken(table, *rows, runs=None, of=None, line=None, file="/evidence/log", **values):
    """Return a result in which each of these rows speaks for the first run, or for the one that ``of`` names."""
    names = {name for row in rows for name in row}
    columns = {**bare_columns(table, len(rows)), **{name: [row.get(name) for row in rows] for name in names}}
    batch = Batch(table, file, {**columns, "record": list(range(1, len(rows) + 1))})
    made = result(
        [run()] if runs is None else runs,
        sources=[("evidence", "jsonl", (table,), [batch, FileRead(file, len(rows))], ())],
        **values,
    )
    row = ints(range(len(rows))) if line is None else ints([0] * len(line))
    who = row * 0 if of is None else ints(of)
    zero = who * 0
    none = Links(ints([]), ints([]))
    linked = {
        "triggers": Links(who, row),
        "lifecycle": Steps(who, row, zero, zero, np.zeros(len(row))),
        "notifications": Claims(who, row, ints(line or zero), zero + 2, zero, zero),
        "artifacts": Proofs(who, row, zero, zero, np.zeros(len(row)), np.zeros(len(row), dtype=np.bool_)),
        "beats": Links(who, row),
    }[table]
    place = {"lifecycle": "steps", "notifications": "claims", "artifacts": "proofs"}.get(table, table)
    return replace(made, paired=replace(made.paired, **{"triggers": none, place: linked}))


def lines(night):
    return [json.loads(line) for line in report_timesketch(night).decode("ascii").splitlines()]


def told(*args, **values):
    """Return the lines of evidence."""
    return [line for line in lines(spoken(*args, **values)) if line["data_type"] != "nightwatch:verdict"]


@cache
def sample_night(name):
    folder, zone = ROOT / "sample_data" / name, ZoneInfo("Asia/Tokyo")
    since, until = (int(datetime.fromisoformat(day).replace(tzinfo=zone).timestamp()) * NANOS for day in NIGHTS[name])
    path = folder / "forensics.toml"
    config = read_config(path.read_text(encoding="utf-8"), str(path))
    return report(config, Question(Window(since, until, until)))


@cache
def sample(name):
    return report_timesketch(sample_night(name))


def sample_lines(name):
    return [json.loads(line) for line in sample(name).splitlines()]


def test_line_of_a_trigger_holds_all_that_is_known_of_it():
    row = {"at": at("07:00:01"), "host": "web1", "job": "bak", "command": "bin/backup", "time_text": "Mar 19 07:00:01"}
    (line,) = told("triggers", row)
    assert line == {
        "message": "backup: trigger started: bin/backup",
        "datetime": "2026-03-19T07:00:01.000000Z",
        "timestamp": 1773903601000000,
        "timestamp_desc": "Trigger Started",
        "data_type": "nightwatch:trigger",
        "job": "backup",
        "run_key": "backup/07:00",
        "verdict": "confirmed",
        "lane": "triggers",
        "source": "evidence",
        "file": "/evidence/log",
        "record": 1,
        "host": "web1",
        "event": "started",
        "command": "bin/backup",
        "time_text": "Mar 19 07:00:01",
        "job_as_written": "bak",
    }


def test_line_of_a_verdict_says_why():
    (line,) = lines(spoken("triggers", runs=[run(verdict="failed", exit_code=2.0, flags="late unproven")]))
    assert line == {
        "message": "backup: judged failed: Due, triggered (cron.log:1).",
        "datetime": "2026-03-19T07:00:00.000000Z",
        "timestamp": 1773903600000000,
        "timestamp_desc": "Run Due",
        "data_type": "nightwatch:verdict",
        "job": "backup",
        "run_key": "backup/07:00",
        "verdict": "failed",
        "configured": True,
        "evidence": "reported",
        "claim": "failure",
        "exit_code": 2,
        "flags": "late unproven",
        "due_at": "2026-03-19T07:00:00.000000Z",
        "triggered_at": "2026-03-19T07:00:01.000000Z",
        "reported_at": "2026-03-19T07:05:00.000000Z",
    }


@pytest.mark.parametrize(
    ("values", "meaning"),
    [({}, "Run Due"), ({"due": None}, "Run Triggered"), ({"due": None, "triggered_at": None}, "Run First Seen")],
)
def test_verdict_stands_at_the_first_known_time_of_its_run(values, meaning):
    (line,) = lines(spoken("triggers", runs=[run(**values)]))
    assert line["timestamp_desc"] == meaning


@pytest.mark.parametrize(
    ("table", "row", "message", "meaning"),
    [
        ("triggers", {"event": "skipped"}, "backup: trigger skipped", "Trigger Skipped"),
        ("lifecycle", {"event": "timed_out"}, "backup: run timed out", "Run Timed Out"),
        ("lifecycle", {"event": "failed", "exit_code": 3.0}, "backup: run failed with exit code 3", "Run Failed"),
        ("notifications", {"text": "❌ bad"}, "backup: message claims failure: ❌ bad", "Message Sent"),
        ("artifacts", {"path": "a/b.json"}, "backup: file: a/b.json", "Content Modification Time"),
        ("artifacts", {"path": "a", "is_folder": True}, "backup: folder: a", "Content Modification Time"),
        ("beats", {"path": "b.last", "status": "ok"}, "backup: heartbeat ok: b.last", "Heartbeat"),
        ("beats", {"path": "b.last"}, "backup: heartbeat: b.last", "Heartbeat"),
    ],
)
def test_message_says_what_happened(table, row, message, meaning):
    (line,) = told(table, {"at": at("07:01"), **row})
    assert (line["message"], line["timestamp_desc"]) == (message, meaning)


def test_text_of_a_message_is_told_once():
    (line,) = told("notifications", {"at": at("07:01"), "text": "done"})
    assert "text" not in line


def test_message_that_speaks_of_several_jobs_is_a_line_for_each():
    found = told(
        "notifications", {"at": at("07:01"), "text": "a\nb"}, runs=[run("a"), run("b")], of=[1, 0], line=[2, 1]
    )
    assert [(line["job"], line["line"]) for line in found] == [("b", 2), ("a", 1)]


def test_message_as_a_whole_has_no_line():
    (line,) = told("notifications", {"at": at("07:01"), "text": "a"}, line=[0])
    assert "line" not in line


def test_row_that_speaks_for_no_run_of_the_window_is_left_out():
    rows = [{"at": at("07:00")}, {"at": at("08:00")}]
    found = told("triggers", *rows, runs=[run(in_window=False), run(due="08:00")], of=[0, 1])
    assert [line["record"] for line in found] == [2]


def test_lines_are_in_order_of_time():
    night = spoken("triggers", {"at": at("07:20")}, {"at": at("06:59")}, runs=[run()])
    assert [line["timestamp_desc"] for line in lines(night)] == ["Trigger Started", "Run Due", "Trigger Started"]


def test_row_without_a_time_stands_where_its_run_begins_and_says_so():
    (line,) = told("artifacts", {"at": None, "path": "a"})
    assert (line["datetime"], line["timestamp_desc"]) == ("2026-03-19T07:00:00.000000Z", "Unknown Time")


def test_time_from_inside_a_file_is_no_modification_time():
    night = spoken("artifacts", {"at": at("07:01"), "path": "state.json#last"}, {"at": at("07:02"), "path": "a#b"})
    patterns = (Pattern(0, 0, "marker", "*.json#last", True),)
    night = replace(night, paired=replace(night.paired, patterns=patterns))
    assert [line["timestamp_desc"] for line in lines(night)][1:] == ["Recorded Time", "Content Modification Time"]


def test_host_of_the_run_stands_in_where_the_row_names_none():
    rows = [{"at": at("07:00"), "host": "a"}, {"at": at("07:01")}]
    assert [line["host"] for line in told("triggers", *rows, runs=[run(host="b")])] == ["a", "b"]


def test_times_keep_microseconds_and_agree():
    (line,) = told("triggers", {"at": at("07:00:01") + 123_456_789})
    moment = datetime.fromisoformat(line["datetime"])
    assert line["datetime"] == "2026-03-19T07:00:01.123456Z"
    assert moment - datetime.fromisoformat("1970-01-01T00:00:00Z") == timedelta(microseconds=line["timestamp"])


def test_whole_seconds_stay_floats_so_that_the_index_cuts_no_later_ones():
    text = report_timesketch(spoken("lifecycle", {"at": at("07:00"), "duration_seconds": 5.0})).decode()
    assert '"duration_seconds": 5.0' in text


def test_count_too_large_for_the_index_is_left_out():
    found = told("artifacts", *({"at": at("07:00"), "path": "a", "size": size} for size in (1e300, 7.0)))
    assert [line.get("size") for line in found] == [None, 7]


def test_attributes_are_one_text():
    (line,) = told("triggers", {"at": at("07:00"), "attributes": {"delivery": {"mode": "announce"}}})
    assert json.loads(line["attributes"]) == {"delivery": {"mode": "announce"}}


def test_secret_attribute_is_known_by_its_name():
    (line,) = told("triggers", {"at": at("07:00"), "attributes": {"password": "hunter22"}})
    assert "hunter22" not in line["attributes"]


@pytest.mark.parametrize(("text", "secret"), SECRETS)
def test_secret_is_masked_wherever_it_stands(text, secret):
    row = {
        "at": at("07:00"),
        "text": text,
        "author": text,
        "host": text,
        "run_id": text,
        "job": text,
        "time_text": text,
    }
    runs = [run(job=text, key=text, host=text, run_id=text)]
    night = spoken("notifications", {**row, "attributes": {"a": text}}, runs=runs, file=f"/{text}", reasons=[text])
    assert secret not in report_timesketch(night).decode()


def test_broken_text_does_not_stop_the_timeline():
    (line,) = told("notifications", {"at": at("07:00"), "text": "a\x1b[31m\0\u202e", "author": "ü"})
    assert line["message"].startswith("backup: message claims failure: a")


def test_half_a_character_in_a_name_does_not_stop_the_timeline():
    (line,) = lines(spoken("triggers", reasons=["\ud800"]))
    assert line["message"].endswith(r"\ud800")


def test_timeline_is_ascii():
    assert report_timesketch(spoken("notifications", {"at": at("07:00"), "text": "✅\n\x9b"})).isascii()


def test_event_is_a_line_whatever_its_text():
    night = spoken("notifications", {"at": at("07:00"), "text": "a\nb\r\n\u2028c"})
    assert report_timesketch(night).count(b"\n") == 2


def test_text_is_masked_before_it_is_cut():
    text = "x" * (LONGEST - 42) + f" {HEX40} was the old token"  # known by its last word, which is cut off
    (line,) = told("notifications", {"at": at("07:00"), "author": text})
    assert len(line["author"]) <= LONGEST
    assert HEX40 not in line["author"]


def test_files_below_the_configs_folder_are_told_relative_to_it():
    config = Config(timezone=ZoneInfo("UTC"), file="/srv/watch/forensics.toml")
    rows = {"at": at("07:00"), "command": "ls /srv/watch/x"}
    (line,) = told("triggers", rows, file="/srv/watch/logs/cron.log", config=config)
    assert (line["file"], line["command"]) == ("logs/cron.log", "ls /srv/watch/x")


def test_nothing_gives_an_empty_timeline():
    assert report_timesketch(result()) == b""


@pytest.mark.parametrize("name", NIGHTS)
def test_sample_night_has_what_the_import_client_demands(name):
    found = sample_lines(name)
    assert found
    for line in found:
        assert all(isinstance(line[field], str) and line[field] for field in ("message", "datetime", "timestamp_desc"))
        assert datetime.fromisoformat(line["datetime"]).utcoffset() == timedelta(0)
        # It removes the first, and drops the second; the server takes the third apart.
        assert not [field for field in line if field.startswith("_") or field in ("label", "tag")]


@pytest.mark.parametrize("name", NIGHTS)
def test_field_of_a_sample_night_has_one_type(name):
    types = defaultdict(set)
    for line in sample_lines(name):
        for field, value in line.items():
            types[field].add(type(value))
    assert {
        field: found for field, found in types.items() if len(found) > 1 or not found <= {str, int, float, bool}
    } == {}


@pytest.mark.parametrize("name", NIGHTS)
def test_sample_night_has_a_line_for_each_run_and_each_row_that_speaks_for_one(name):
    night = sample_night(name)
    rows = night.runs.index[night.runs["in_window"]]
    places = [(place.lane, place.source, place.record) for row in rows for place in night.provenance.of(row)]
    found = [(line.get("lane"), line.get("source"), line.get("record")) for line in sample_lines(name)]
    assert sorted(found, key=str) == sorted([*places, *([(None, None, None)] * len(rows))], key=str)
