"""The verdicts as a frame of runs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from forensics.classify.judged import run_keys
from forensics.evidence.frames import RUNS
from tests.classify.builders import JOB, at, file, said, step, told, trigger

T, A = trigger("07:00:01"), file("2026-03-19.json", "07:04")
GOOD = said("success", "07:05")


def test_frame_keeps_to_its_type() -> None:
    for rows in ((), (T, A, GOOD), (T, step("failed", "07:04:30", 1))):
        assert RUNS.violations(told(*rows).judged.runs).empty


def test_no_runs_are_an_empty_frame() -> None:
    assert RUNS.violations(told(due=()).judged.runs).empty


def test_times_of_a_run_are_told() -> None:
    run = told(T, step("started", "07:00:02"), A, GOOD).judged.runs.iloc[0]
    names = ("due_at", "triggered_at", "started_at", "executed_at", "reported_at")
    assert [f"{run[name]:%H:%M:%S}" for name in names] == ["07:00:00", "07:00:01", "07:00:02", "07:04:00", "07:05:00"]


@pytest.mark.parametrize(
    ("rows", "claim"),
    [
        ((GOOD,), "success"),
        ((said("started", "07:01"), GOOD), "success"),
        ((said("started", "07:01"),), "started"),
        ((said("skipped", "07:01"),), "skipped"),
        ((said("failure", "07:01"), GOOD, said("failure", "07:06")), "failure"),
        ((), None),
    ],
)
def test_claim_that_counts(rows: tuple[object, ...], claim: str | None) -> None:
    found = told(T, *rows).judged.runs["claim"].iloc[0]  # type: ignore[arg-type]
    assert (None if pd.isna(found) else found) == claim


def test_duration_goes_up_to_the_recorded_end() -> None:
    rows = trigger("07:00"), step("started", "07:01"), A, step("completed", "07:10", 0)
    assert told(*rows).judged.runs["duration_seconds"].iloc[0] == 540


def test_duration_goes_up_to_the_proof_where_no_end_is_recorded() -> None:
    assert told(trigger("07:00"), A).judged.runs["duration_seconds"].iloc[0] == 240


def test_duration_is_unknown_without_a_start_or_an_end() -> None:
    assert told(A).judged.runs["duration_seconds"].isna().all()
    assert told(T).judged.runs["duration_seconds"].isna().all()


def test_last_exit_code_is_the_runs() -> None:
    rows = T, step("failed", "07:01", 3), step("failed", "07:05", 4)
    assert told(*rows).judged.runs["exit_code"].tolist() == [4]


def test_first_run_id_of_a_table_is_the_runs() -> None:
    rows = T, step("started", "07:00:02", run_id="a"), step("completed", "07:05", 0, run_id="b")
    assert told(*rows).judged.runs["run_id"].tolist() == ["a"]
    assert told(trigger("07:00:01", run_id="t")).judged.runs["run_id"].tolist() == ["t"]


def test_run_belongs_to_the_window_by_its_due_time() -> None:
    due = ("2026-03-18T23:59", "00:00", "23:59", "2026-03-20T00:00")
    assert told(due=due).judged.runs["in_window"].tolist() == [False, True, True, False]


def test_run_that_was_never_due_belongs_by_its_trigger() -> None:
    assert told(trigger("2026-03-18T23:59"), due=(None,)).judged.runs["in_window"].tolist() == [False]


def keys(*names: tuple[str, str | None, str]) -> list[str]:
    jobs, hosts, clocks = (np.array(column, dtype=object) for column in zip(*names, strict=True))
    return run_keys(jobs, hosts, np.array([at(clock) for clock in clocks], dtype=np.int64))


def test_key_names_job_host_and_moment() -> None:
    assert keys(("a", None, "07:00"), ("a", "web1", "07:00")) == [
        "a/2026-03-19T07:00:00Z",
        "a@web1/2026-03-19T07:00:00Z",
    ]


def test_equal_keys_are_numbered() -> None:
    assert keys(*[("a", None, "07:00")] * 3) == [f"a/2026-03-19T07:00:00Z{nth}" for nth in ("", "#2", "#3")]


def test_flags_are_joined_by_blanks_in_the_order_of_the_contract() -> None:
    judged = told(file("2026-03-19.json", "11:00"), said("failure", "07:05"), job=replace(JOB, reports="on-failure"))
    assert judged.flags == ["late", "recovered", "untriggered"]
