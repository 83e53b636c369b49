"""Counts are over the window; muted runs are counted and enter no rate."""

from __future__ import annotations

import pytest

from forensics.analyse.summary import summarise
from tests.analyse.builders import all_of, flags, frame, run

A, B = run("confirmed", job="a"), run("failed", job="b")


def test_runs_and_jobs_of_the_window_are_counted():
    runs = frame(A, B, run("confirmed", job="c", in_window=False))
    summary = summarise(runs, all_of(runs), all_of(runs))
    assert (summary.runs, summary.jobs) == (2, 2)


def test_one_name_on_two_hosts_is_two_jobs():
    runs = frame(run("confirmed", host="web1"), run("confirmed", host="web2"))
    assert summarise(runs, all_of(runs), all_of(runs)).jobs == 2


def test_every_class_is_counted_and_verdicts_that_occur():
    runs = frame(A, A, B)
    summary = summarise(runs, all_of(runs), all_of(runs))
    assert summary.evidence == {"both": 2, "executed": 0, "reported": 1, "neither": 0}
    assert summary.verdicts == {"failed": 1, "confirmed": 2}


def test_verdicts_stand_worst_first():
    runs = frame(A, run("missed"), run("false_success"), B)
    assert list(summarise(runs, all_of(runs), all_of(runs)).verdicts) == [
        "false_success",
        "missed",
        "failed",
        "confirmed",
    ]


def test_success_rate_is_over_runs_that_owed_a_claim():
    runs = frame(A, B, run("confirmed", job="quiet"))
    assert summarise(runs, flags(True, True, False), all_of(runs)).reported_success_rate == 0.5


def test_rate_of_nothing_is_unknown():
    runs = frame(A)
    assert summarise(runs, flags(False), all_of(runs)).reported_success_rate is None


@pytest.mark.parametrize("verdict", ["pending", "skipped", "unverifiable"])
def test_run_of_which_nothing_is_known_enters_no_executed_rate(verdict: str):
    runs = frame(A, run("missed"), run(verdict))
    assert summarise(runs, all_of(runs), flags(True, True, False)).executed_rate == 0.5


def test_failure_that_nothing_could_prove_counts_as_not_executed():
    runs = frame(A, run("failed", flags="unproven"))
    assert summarise(runs, all_of(runs), flags(True, False)).executed_rate == 0.5


def test_muted_run_is_counted_and_enters_no_executed_rate():
    runs = frame(A, run("missed", flags="muted"))
    summary = summarise(runs, flags(True, False), flags(True, False))
    assert (summary.runs, summary.verdicts["missed"], summary.executed_rate) == (2, 1, 1.0)


def test_empty_window_has_no_rates():
    runs = frame()
    summary = summarise(runs, all_of(runs), all_of(runs))
    assert (summary.runs, summary.jobs, summary.reported_success_rate, summary.executed_rate) == (0, 0, None, None)
