"""Which runs are to be run again."""

from __future__ import annotations

from forensics.investigate.rerun import lost_runs
from tests.investigate.cases import days, world
from tests.report.builders import at


def keys(*runs: dict[str, object]) -> list[str]:
    return [lost.key for lost in lost_runs(world(runs))]


def test_undone_runs_are_to_be_run_again_in_order_of_time() -> None:
    assert keys(*days("b", "missed", "failed"), *days("a", "silent_failure")) == ["a/10", "b/10", "b/11"]


def test_false_alarms_are_not_to_be_run_again() -> None:
    assert keys(*days("a", "false_alarm", "unreported", "confirmed")) == []


def test_run_that_only_its_own_word_says_failed_is_not_to_be_run_again() -> None:
    assert keys(*days("a", "failed", flags="unproven")) == []


def test_muted_run_is_not_to_be_run_again() -> None:
    assert keys(*days("a", "failed", flags="muted")) == []


def test_run_is_told_with_its_due_time() -> None:
    (lost,) = lost_runs(world(days("a", "missed")))
    assert (lost.job, lost.at) == ("a", at("2026-03-10 07:00"))
