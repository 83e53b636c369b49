"""A source that ends before the runs of a window is no quiet night."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from forensics.analyse.out_of_reach import age_text, edges, out_of_reach
from forensics.config import Job
from forensics.evidence.columns import Columns
from forensics.evidence.coverage import ALWAYS, EVER, Coverage, Span
from forensics.evidence.intake import SourceRead
from forensics.evidence.paired import NAT
from forensics.evidence.result import Blocker
from forensics.verdicts import Lane
from tests.analyse.builders import UTC, WINDOW, at, evidence, frame, paired, run, source

LISTING = ("artifacts", at("2026-03-01T00:00"), at("00:10"))


def found(
    *rows: dict[str, Any], ends: Sequence[tuple[str, int, int]] = (LISTING,), declares: bool = True, **account: Any
) -> list[Blocker]:
    """Return the blockers of sources, each of one lane, that cover a stretch each; the lanes reach no further."""
    runs = frame(*rows)
    names = list(dict.fromkeys(runs["job"]))
    jobs = [Job(name=name, timezone=UTC, artifacts=("x",) if declares else ()) for name in names]
    links = paired(runs, jobs)
    links = replace(links, runs=replace(links.runs, own_end=links.runs.start + 30 * 60 * 10**9))
    spans: dict[str, list[tuple[Span, ...]]] = {lane.value: [()] * len(names) for lane in Lane}
    read: list[SourceRead] = []
    for lane, begin, end in ends:
        covers = (None if begin == EVER else begin, None if end == ALWAYS else end)
        read.append(source(f"its {lane}", lane, covers=covers, **account))
        spans[lane] = [((begin, end),)] * len(names)
    taken = evidence(*read)
    return list(out_of_reach(Columns(runs), links, taken, Coverage(spans), WINDOW.now, UTC))


def night(count: int, verdict: str = "unverifiable", **columns: Any) -> list[dict[str, Any]]:
    """Return one run of each of some jobs, from 01:00 on, a minute after each other."""
    return [run(verdict, job=f"{verdict}-{n}", due=f"{1 + n // 60:02}:{n % 60:02}", **columns) for n in range(count)]


def test_listing_that_ended_before_all_runs_is_a_blocker():
    (blocker,) = found(*night(5))
    assert (blocker.kind, blocker.about, blocker.since) == ("source", "its artifacts", at("00:10"))
    assert blocker.text == (
        "its artifacts ends 2026-03-19 00:10, 23 h 50 min ago: nothing in it tells of 5 runs since then."
    )


def test_the_only_run_of_a_window_is_all_of_them():
    assert len(found(*night(1))) == 1


def test_a_listing_that_begins_after_the_runs_is_a_blocker_without_a_since():
    (blocker,) = found(*night(4), ends=[("artifacts", at("09:00"), ALWAYS)])
    assert (blocker.since, "begins 2026-03-19 09:00" in blocker.text) == (None, True)
    assert "before" in blocker.todo


def test_the_last_runs_after_a_copy_was_made_are_no_reason_to_wake_anybody():
    assert found(*night(40, "confirmed"), run("unverifiable", job="late", due="23:50")) == []


def test_two_of_a_few_runs_are_no_reason_either():
    assert found(*night(2), *night(3, "confirmed")) == []


def test_a_tenth_of_many_runs_is_one():
    assert found(*night(4), *night(36, "confirmed")) != []


def test_fewer_than_a_tenth_of_many_runs_are_none():
    assert found(*night(3), *night(40, "confirmed")) == []


def test_live_source_reaches_every_run():
    assert found(*night(5), ends=[("artifacts", EVER, ALWAYS)]) == []


def test_job_that_declares_nothing_is_not_told_by_a_listing_that_never_spoke_for_it():
    assert found(*night(5), ends=[("triggers", EVER, ALWAYS)], declares=False) == []


def test_unprovable_runs_within_reach_are_not_the_sources_fault():
    reaching = ("artifacts", EVER, ALWAYS)
    assert found(*night(5), ends=[reaching, ("notifications", EVER, at("00:10"))]) == []


def test_every_source_that_ended_is_named():
    ended = [("artifacts", EVER, at("00:10")), ("notifications", EVER, at("00:20"))]
    assert [blocker.about for blocker in found(*night(5), ends=ended)] == ["its artifacts", "its notifications"]


def test_runs_taken_for_missed_after_a_log_ended_name_the_log():
    rows, live = night(5, "missed"), ("artifacts", EVER, ALWAYS)
    assert [each.about for each in found(*rows, ends=[live, ("triggers", EVER, at("00:10"))])] == ["its triggers"]


def test_missed_runs_that_the_log_covers_do_not_name_it():
    assert found(*night(5, "missed"), ends=[("triggers", EVER, ALWAYS)]) == []


@pytest.mark.parametrize("columns", [{"flags": "muted"}, {"in_window": False}])
def test_muted_and_earlier_runs_wake_nobody(columns: dict[str, Any]):
    assert found(*night(5, **columns)) == []


def test_pending_runs_are_not_yet_out_of_reach():
    assert found(*night(5, "pending")) == []


def test_source_that_ends_job_by_job_is_one_blocker():
    spans = {"unverifiable-0": ((at("00:01"), at("00:10")),), "unverifiable-1": ((at("00:01"), at("00:10")),)}
    assert len(found(*night(2), job_spans=spans)) == 1


def test_age_is_told_in_days_after_two_of_them():
    assert [age_text(hours * 3600 * 10**9) for hours in (31, 55)] == ["31 h", "2 d"]


def test_runs_without_a_known_time_are_left_aside():
    assert found(run("unverifiable", due=None)) == []


def test_edges_are_looked_for_among_all_spans_of_a_job():
    spans, begin, end = ((0, 10), (20, 30)), np.array([12, 2, -5, 25]), np.array([14, 4, 4, 35])
    ends, begins = edges(spans, begin, end)
    assert (ends.tolist(), begins.tolist()) == ([10, NAT, NAT, 30], [NAT, NAT, 0, NAT])
