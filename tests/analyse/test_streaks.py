"""A streak that a message counts is held against the runs that it counts."""

from __future__ import annotations

from typing import Any

from forensics.analyse.streaks import claimed_streaks
from forensics.evidence.columns import Columns
from tests.analyse.builders import frame, paired, run


def found(rows: list[dict[str, Any]], *claims: tuple[int, str, int]) -> list[Any]:
    runs = frame(*rows)
    return claimed_streaks(Columns(runs), paired(runs, claims=claims))


def nights(*verdicts: str, job: str = "daily", before: int = 0) -> list[dict[str, Any]]:
    days = range(17, 17 + len(verdicts))
    return [
        run(verdict, job=job, due=f"2026-03-{day}T07:00", in_window=day - 17 >= before)
        for day, verdict in zip(days, verdicts, strict=True)
    ]


def test_streak_over_proven_runs_is_of_reports():
    (finding,) = found(nights("false_alarm", "false_alarm", "false_alarm", before=2), (2, "failure", 3))
    assert finding.inferred == "So the streak is of reports, not of runs."
    assert finding.detail["jobs"] == [{"job": "daily", "claimed": 3, "known": 3, "proven": 3}]


def test_streak_over_unproven_runs_is_no_finding():
    assert found(nights("failed", "failed", before=1), (1, "failure", 2)) == []


def test_runs_before_those_known_are_not_guessed():
    (finding,) = found(nights("false_alarm", "false_alarm", before=1), (1, "failure", 9))
    assert (finding.detail["known"], finding.detail["proven"]) == (2, 2)


def test_streak_stops_at_the_jobs_own_runs():
    rows = [*nights("confirmed", job="a"), *nights("failed", job="b")]
    assert found(rows, (1, "failure", 5)) == []


def test_last_message_of_a_job_counts():
    rows = nights("false_alarm", "false_alarm", "failed")
    (finding,) = found(rows, (1, "failure", 2), (2, "failure", 3))
    assert finding.detail["jobs"][0]["claimed"] == 3


def test_streak_of_successes_is_no_finding():
    assert found(nights("confirmed", "confirmed"), (1, "success", 2)) == []


def test_failure_without_a_streak_is_no_finding():
    assert found(nights("false_alarm"), (0, "failure", 0)) == []


def test_streak_outside_the_window_is_not_told():
    assert found(nights("false_alarm", "false_alarm", before=2), (1, "failure", 2)) == []


def test_proven_share_is_told_with_its_base():
    rows = [*nights("false_alarm", "failed", job="a"), *nights("failed", "failed", job="b")]
    (finding,) = found(rows, (1, "failure", 2), (3, "failure", 2))
    assert finding.text == (
        "1 of 2 jobs that counted failures in a row, up to 2, counted runs whose work is proven: 1 of 4 (25.0 %) known here."
    )
