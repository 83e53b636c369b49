"""Which troubles are over."""

from __future__ import annotations

from typing import Any

from forensics.evidence.columns import Columns
from forensics.evidence.over import has_ended, over
from tests.report.builders import blocker, result, run


def gone(*runs: dict[str, Any]) -> frozenset[tuple[str, str | None, str]]:
    return over(Columns(result(list(runs)).runs))


def test_trouble_is_over_once_the_work_is_proven() -> None:
    runs = run("a", "failed", "2026-03-19 07:00"), run("a", "confirmed", "2026-03-19 08:00")
    assert gone(*runs) == {("a", None, "failed")}


def test_good_run_before_ends_nothing() -> None:
    assert not gone(run("a", "confirmed", "2026-03-19 07:00"), run("a", "failed", "2026-03-19 08:00"))


def test_good_run_of_another_host_ends_nothing() -> None:
    late = run("a", "confirmed", "2026-03-19 08:00", host="two")
    assert not gone(run("a", "failed", "2026-03-19 07:00", host="one"), late)


def test_what_was_missed_is_over_once_it_begins_again_whatever_comes_of_it() -> None:
    missed = run("a", "missed", "2026-03-19 07:00", triggered_at=None)
    assert gone(missed, run("a", "unverifiable", "2026-03-19 08:00")) == {("a", None, "missed")}


def test_start_alone_ends_no_failure() -> None:
    assert not gone(run("a", "failed", "2026-03-19 07:00"), run("a", "unverifiable", "2026-03-19 08:00"))


def test_one_trouble_of_a_job_may_end_before_another() -> None:
    runs = run("a", "failed", "2026-03-19 07:00"), run("a", "confirmed", "2026-03-19 08:00")
    found = gone(*runs, run("a", "silent_failure", "2026-03-19 09:00"))
    assert has_ended(blocker("a", "failed"), found)
    assert not has_ended(blocker("a", "silent_failure"), found)
