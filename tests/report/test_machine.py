"""The JSON report: what the contract promises to programs."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forensics.config import Config
from forensics.evidence.lookback import Audit, Change, Changes
from forensics.evidence.memory import Memory, PastReport
from forensics.evidence.records import Batch, FileRead
from forensics.evidence.result import Finding, Heartbeat
from forensics.report.machine import report_json
from tests.report.builders import OK_CHECK, UTC, at, blocker, missing_source, result, run, source

TOKEN = f"xo{'x'}b-1234567890-secret"


def read(*args, **values):
    return json.loads(report_json(result(*args, **values)))


def test_members_stand_in_the_contracts_order():
    assert list(read([run()])) == [
        "schema", "now", "window", "timezone", "exit", "summary", "reporting", "blockers",
        "heartbeats", "runs", "findings", "sources", "tracker", "changes",
    ]  # fmt: skip


def test_run_has_the_contracts_members_in_order():
    (each,) = read([run()])["runs"]
    assert list(each) == [
        "key", "job", "host", "configured", "run_id", "due_at", "triggered_at", "started_at", "executed_at", "reported_at",
        "claim", "exit_code", "duration_seconds", "evidence", "verdict", "flags", "cause", "reasons", "provenance",
    ]  # fmt: skip


def test_run_holds_plain_values_and_times_in_utc():
    (each,) = read([run("a", flags="late muted", exit_code=1.0, run_id="cron:1")])["runs"]
    assert each | {"reasons": 0, "provenance": 0, "key": 0} == {
        "key": 0,
        "job": "a",
        "host": None,
        "configured": True,
        "run_id": "cron:1",
        "due_at": "2026-03-19T07:00:00Z",
        "triggered_at": "2026-03-19T07:00:01Z",
        "started_at": None,
        "executed_at": "2026-03-19T07:04:00Z",
        "reported_at": "2026-03-19T07:05:00Z",
        "claim": "success",
        "exit_code": 1,
        "duration_seconds": 239.0,
        "evidence": "both",
        "verdict": "confirmed",
        "flags": ["late", "muted"],
        "cause": None,
        "reasons": 0,
        "provenance": 0,
    }


def test_only_runs_of_the_window_are_told_in_the_frames_order():
    shown = read([run("b"), run("x", in_window=False), run("a")])
    assert [each["job"] for each in shown["runs"]] == ["b", "a"]


def test_reasons_and_provenance_are_those_of_the_runs_own_row():
    made = result([run("x", in_window=False), run("a")])
    made = replace(made, explain=lambda row: [f"reason of {row}"])
    (each,) = json.loads(report_json(made))["runs"]
    assert each["reasons"] == ["reason of 1"]
    assert each["provenance"] == []


def test_provenance_names_lane_source_file_and_record():
    (each,) = read([run()])["runs"]
    assert each["provenance"] == [{"lane": "triggers", "source": "cron.log", "file": "/evidence/cron.log", "record": 1}]


def test_run_that_was_never_due_has_no_due_time():
    (each,) = read([run(due=None)])["runs"]
    assert each["due_at"] is None


def test_summary_counts_and_rounds():
    shown = read([run(f"j{number}", "confirmed" if number < 2 else "missed") for number in range(29)])["summary"]
    assert shown == {
        "jobs": 29,
        "runs": 29,
        "evidence": {"both": 2, "executed": 0, "reported": 0, "neither": 27},
        "verdicts": {"missed": 27, "confirmed": 2},
        "reported_success_rate": 0.069,
        "executed_rate": 0.069,
    }


def test_rates_without_a_base_are_null():
    assert read()["summary"]["executed_rate"] is None


def test_exit_tells_code_and_blockers():
    assert read(blockers=[blocker()], exit_code=3)["exit"] == {"code": 3, "blockers": True}


def test_blocker_keeps_its_since_and_count():
    (each,) = read(blockers=[blocker("a", "missed", count=4, host="h")])["blockers"]
    assert list(each)[:6] == ["job", "host", "kind", "since", "count", "text"]
    assert (each["since"], each["count"], each["host"]) == ("2026-03-19T07:00:00Z", 4, "h")


def test_heartbeat_is_rounded_and_null_where_unknown():
    beats = [Heartbeat("a", "late", at("05:00"), 68_400.12345, 3600.0, 19.0000343), Heartbeat("b", "missing")]
    first, second = read(heartbeats=beats)["heartbeats"]
    assert list(first.values()) == ["a", "late", "2026-03-19T05:00:00Z", 68_400.123, 3600.0, 19.0, None]
    assert second["last"] is second["ratio"] is None


def test_chance_in_a_detail_is_never_rounded_to_nothing():
    detail = {"changes": [{"p_value": 2.99123e-11}], "rise_p": 1.5e-9, "none": 0.0, "share": 0.123456789}
    (each,) = read(findings=[Finding("change_point", "text", detail=detail)])["findings"]
    assert each["detail"] == {"changes": [{"p_value": 2.99e-11}], "rise_p": 1.5e-9, "none": 0.0, "share": 0.123457}


def test_finding_holds_any_plain_detail():
    detail = {"n": np.int64(3), "p": float("nan"), "s": {"b", "a"}, "t": (1, None), "deep": {"x": np.array([1.5])}}
    (each,) = read(findings=[Finding("contrast", "text", p_value=0.000123456, detail=detail)])["findings"]
    assert each["detail"] == {"n": 3, "p": None, "s": ["a", "b"], "t": [1, None], "deep": {"x": [1.5]}}
    assert each["p_value"] == 0.000123


def test_source_stands_once_for_each_lane_and_sums_are_right():
    batches = [
        Batch("triggers", "f", {"event": ["started"] * 4, "record": [1, 2, 3, 4]}),
        Batch("lifecycle", "f", {"event": ["ended"], "record": [5]}),
    ]
    each = (
        "syslog f",
        "syslog",
        ("triggers", "lifecycle"),
        [*batches, FileRead("f", 9, sha256="cd" * 32, skipped={"other": 4})],
        (),
    )
    first, second = read(sources=[each])["sources"]
    assert first == {
        "name": "syslog f",
        "kind": "syslog",
        "lane": "triggers",
        "files": 1,
        "records": 9,
        "rows": 4,
        "rejected": 0,
        "skipped": 4,
        "coverage": None,
        "sha256": {"f": "cd" * 32},
        "faults": [],
    }
    assert (second["lane"], second["files"], second["records"], second["rows"], second["skipped"]) == (
        "lifecycle",
        0,
        0,
        1,
        0,
    )
    total = [sum(each[name] for each in (first, second)) for name in ("rows", "rejected", "skipped", "records")]
    assert sum(total[:3]) == total[3]


def test_heartbeats_fill_the_lane_of_the_runner():
    (each,) = read(sources=[source("beats", "heartbeats", ("beats",), rows=2)])["sources"]
    assert (each["lane"], each["rows"]) == ("lifecycle", 2)


def test_coverage_is_two_texts_open_ends_null():
    (each,) = read(sources=[source(covers=(at("06:00"), None))])["sources"]
    assert each["coverage"] == ["2026-03-19T06:00:00Z", None]


def test_missing_source_is_told_with_its_fault():
    (each,) = read(sources=[missing_source("gone.log")])["sources"]
    assert (each["files"], each["coverage"], each["faults"]) == (0, None, ["gone.log: no such file"])


def test_paths_below_the_configs_folder_are_told_relative_to_it():
    shown = report_json(
        result(
            [run()],
            sources=[source(file="/srv/a b/logs/cron.log")],
            config=Config(file="/srv/a b/f.toml", timezone=UTC),
        )
    )
    assert b"/srv" not in shown
    assert json.loads(shown)["runs"][0]["provenance"][0]["file"] == "logs/cron.log"


@pytest.mark.parametrize(
    "made",
    [
        result([run(f"job {TOKEN}", "failed", host=TOKEN, run_id=TOKEN)]),
        result([run()], reasons=[f"said {TOKEN}"]),
        result(blockers=[blocker(TOKEN, text=TOKEN, observed=(TOKEN,), inferred=TOKEN, todo=TOKEN)]),
        result(findings=[Finding("lint", TOKEN, (TOKEN,), detail={TOKEN: [TOKEN]})]),
        result(heartbeats=[Heartbeat(TOKEN, "corrupt", reason=TOKEN)]),
        result([run()], sources=[source(TOKEN, faults=[TOKEN])]),
    ],
)
def test_secret_reaches_no_member(made):
    assert b"1234567890" not in report_json(made)


def test_half_a_character_does_not_stop_the_report():
    shown = report_json(result([run()], reasons=["a \ud800 b"]))
    assert json.loads(shown)["runs"][0]["reasons"] == ["a \\ud800 b"]


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=30))
def test_no_control_character_but_the_line_end_is_in_the_json(text):
    shown = report_json(result([run()], reasons=[text], blockers=[blocker(text=text)]))
    assert all(32 <= byte < 127 or byte == 10 for byte in shown)
    json.loads(shown)


def test_many_runs_stand_one_a_line():
    lines = report_json(result([run(f"j{number}") for number in range(300)])).decode().split("\n")
    assert sum(line.startswith('    {"key": "j') for line in lines) == 300


def told(**more):
    return json.loads(report_json(replace(result([run()]), **more)))


def test_changes_are_null_where_no_earlier_report_is_known():
    assert read()["changes"] is None


def test_changes_tell_what_came_stayed_and_went():
    each = Change("failed", "a", "h", None, f"token {TOKEN}", at("07:00"), 3)
    found = Changes(at("06:00"), new=(each,), resolved=(Change("source", None, None, "cron.log", "gone"),))
    shown = told(changes=found)["changes"]
    assert list(shown) == ["since", "new", "recurring", "resolved", "unseen"]
    assert shown["since"] == "2026-03-19T06:00:00Z"
    assert TOKEN not in str(shown)
    assert shown["new"][0] | {"text": 0} == {
        "job": "a", "host": "h", "kind": "failed", "about": None, "text": 0, "first": "2026-03-19T07:00:00Z", "reports": 3,
    }  # fmt: skip
    assert shown["resolved"][0]["about"] == "cron.log"


def test_audit_is_told_where_nothing_is_known():
    shown = read()["reporting"]["audit"]
    assert (shown["ledger"], shown["last"], shown["unwatched"], shown["missed"]) == (False, None, None, 0)


def test_audit_tells_of_the_last_report_and_the_time_without_one():
    last = PastReport(
        at("07:00"), at("01:00"), at("07:00"), 1, 29, sources={"x": 3}, delivered={"slack": None, "report": at("08:00")}
    )
    memory = Memory(is_known=True, last=last, pending={"k": 1, "l": 2}, notes=(f"token {TOKEN}",))
    audit = Audit(
        usual=86_400 * 10**9, unwatched=(at("07:00"), at("09:00")), missed=2, silent={"x": 3}, judged=1, lost=1
    )
    shown = told(memory=memory, audit=audit)["reporting"]["audit"]
    assert shown["last"] == {
        "now": "2026-03-19T07:00:00Z",
        "window": {"since": "2026-03-19T01:00:00Z", "until": "2026-03-19T07:00:00Z"},
        "exit": 1,
        "runs": 29,
        "sources": {"x": 3},
        "faults": {},
        "delivered": {"slack": None, "report": "2026-03-19T08:00:00Z"},
    }
    assert shown["unwatched"] == ["2026-03-19T07:00:00Z", "2026-03-19T09:00:00Z"]
    assert (shown["usual_seconds"], shown["missed"], shown["silent"]) == (86_400, 2, {"x": 3})
    assert shown["pending"] == {"left": 2, "judged": 1, "still": 0, "lost": 1}
    assert TOKEN not in str(shown["notes"])


def test_baseline_stands_with_its_counts():
    check = replace(OK_CHECK, baseline=0.96551, usual_said=560, usual_owed=580, usual_nights=20)
    shown = told(reporting=check)["reporting"]
    assert (shown["baseline"], shown["baseline_runs"], shown["baseline_nights"]) == (0.966, 580, 20)
