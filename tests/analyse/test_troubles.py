"""Troubles: runs of one job and verdict, and since when without a break."""

from __future__ import annotations

import numpy as np
import pytest

from forensics.analyse.troubles import Trouble, nth_in_a_row, troubles
from forensics.evidence.columns import Columns
from tests.analyse.builders import WINDOW, flags, frame, run


def found(*verdicts: str, before: int = 0) -> list[Trouble]:
    """Return the troubles of one job, one run an hour, the first ``before`` of them before the window."""
    rows = [run(verdict, due=f"{hour:02}:00", in_window=hour >= before) for hour, verdict in enumerate(verdicts)]
    return list(troubles(Columns(frame(*rows)), WINDOW.since))


def test_each_verdict_of_a_job_is_a_trouble_of_its_own():
    assert [trouble.verdict.value for trouble in found("missed", "failed", "confirmed")] == ["missed", "failed"]


@pytest.mark.parametrize("verdict", ["confirmed", "false_alarm", "unreported", "unverifiable", "pending"])
def test_run_that_needs_nobody_is_no_trouble(verdict: str):
    assert found(verdict) == []


def test_streak_reaches_back_before_the_window():
    (trouble,) = found("confirmed", "missed", "missed", before=2)
    assert (trouble.runs.tolist(), trouble.streak.tolist()) == ([2], [1, 2])


def test_run_more_than_a_day_before_the_window_has_no_say():
    days = ("2026-03-17T07:00", "2026-03-18T07:00", "2026-03-19T07:00")
    rows = [run("missed", due=day, in_window=day > "2026-03-19") for day in days]
    (trouble,) = troubles(Columns(frame(*rows)), WINDOW.since)
    assert trouble.streak.tolist() == [1, 2]


def test_streak_ends_at_the_last_good_run():
    (trouble,) = found("missed", "confirmed", "missed")
    assert (trouble.runs.tolist(), trouble.streak.tolist()) == ([0, 2], [2])


def test_pending_run_breaks_no_streak():
    (trouble,) = found("missed", "pending", "missed")
    assert trouble.streak.tolist() == [0, 2]


def test_muted_run_counts_for_nothing_and_breaks_no_streak():
    runs = frame(run("missed", due="01:00"), run("confirmed", due="02:00", flags="muted"), run("missed", due="03:00"))
    (trouble,) = troubles(Columns(runs), WINDOW.since)
    assert trouble.streak.tolist() == [0, 2]


def test_muted_trouble_is_none():
    assert list(troubles(Columns(frame(run("missed", flags="late muted"))), WINDOW.since)) == []


def test_runs_after_the_window_have_no_say():
    rows = [run("missed", due="01:00"), run("missed", due="02:00", in_window=False)]
    (trouble,) = troubles(Columns(frame(*rows)), WINDOW.since)
    assert trouble.streak.tolist() == [0]


def test_trouble_before_the_window_alone_is_none():
    assert found("missed", "confirmed", before=1) == []


def test_two_skips_in_a_row_are_no_trouble():
    assert found("skipped", "skipped") == []


def test_third_skip_in_a_row_is_a_trouble():
    (trouble,) = found("skipped", "skipped", "skipped", before=2)
    assert (trouble.runs.tolist(), trouble.streak.tolist()) == ([2], [0, 1, 2])


def test_skips_are_counted_however_far_back_they_are_on_record():
    days = ("2026-03-17T07:00", "2026-03-18T07:00", "2026-03-19T07:00")
    rows = [run("skipped", due=day, in_window=day > "2026-03-19") for day in days]
    (trouble,) = troubles(Columns(frame(*rows)), WINDOW.since)
    assert trouble.streak.tolist() == [0, 1, 2]


def test_three_skips_with_a_run_between_are_no_trouble():
    assert found("skipped", "skipped", "confirmed", "skipped") == []


def test_jobs_of_one_name_on_two_hosts_are_kept_apart():
    rows = [run("missed", host="web1"), run("missed", host="web2")]
    assert [trouble.runs.tolist() for trouble in troubles(Columns(frame(*rows)), WINDOW.since)] == [[0], [1]]


def test_no_runs_have_no_trouble():
    assert list(troubles(Columns(frame()), WINDOW.since)) == []


def test_places_in_a_row_are_counted_from_the_last_break():
    assert np.array_equal(nth_in_a_row(flags(True, True, False, True)), [1, 2, 0, 1])
