"""What is known of each run: proof, claims, records, and what the lanes could have shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forensics.classify.facts import Facts, earliest, last_row, latest, per_run
from forensics.evidence.paired import NAT
from tests.classify.builders import BARE, JOB, Row, at, beat, file, said, skip, step, told, trigger

T, A = trigger("07:00:01"), file("2026-03-19.json", "07:04")
TWO = replace(JOB, artifacts=("a", "b"))
MARKED = replace(JOB, markers=("m",))


def known(*rows: Row, **more: Any) -> Facts:
    return told(*rows, **more).judged.facts


def executed(*rows: Row, **more: Any) -> int | None:
    """Return when the only run's work was proven, None where it was not."""
    facts = known(*rows, **more)
    return int(facts.executed_at[0]) if facts.executed[0] else None


rows_of_runs = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 50), st.booleans()), max_size=12).map(sorted)


@given(rows_of_runs)
def test_sums_over_rows_are_those_of_a_loop(rows: list[tuple[int, int, bool]]) -> None:
    run, when = (np.array([row[place] for row in rows], dtype=np.int64) for place in (0, 1))
    chosen = np.array([row[2] for row in rows], dtype=np.bool_)
    mine = [[row[1] for row in rows if row[2] and row[0] == each] for each in range(4)]
    assert per_run(4, run, chosen).tolist() == [bool(times) for times in mine]
    assert earliest(4, run, when, chosen).tolist() == [min(times, default=NAT) for times in mine]
    assert latest(4, run, when, chosen).tolist() == [max(times, default=NAT) for times in mine]
    last = [
        max((place for place, row in enumerate(rows) if row[2] and row[0] == each), default=-1) for each in range(4)
    ]
    assert last_row(4, run, chosen).tolist() == last


def test_file_proves_the_work_when_it_was_written() -> None:
    assert executed(T, A) == at("07:04")


def test_all_patterns_must_have_a_file_and_the_last_tells_when() -> None:
    first, second = file("a", "07:03"), file("b", "07:06", pattern=1)
    assert executed(T, first, job=TWO) is None
    assert executed(T, first, second, job=TWO) == at("07:06")


def test_first_file_tells_when_where_any_will_do() -> None:
    first, second = file("a", "07:03"), file("b", "07:06", pattern=1)
    assert executed(T, first, second, job=replace(TWO, proof="any")) == at("07:03")


def test_first_file_of_a_pattern_tells_when() -> None:
    assert executed(T, file("a", "07:03"), file("a2", "07:09"), job=replace(JOB, artifacts=("a*",))) == at("07:03")


def test_marker_alone_proves_the_work() -> None:
    assert executed(T, file("m", "07:05", pattern=1), job=MARKED) == at("07:05")


def test_marker_and_files_prove_it_by_whichever_came_first() -> None:
    assert executed(T, A, file("m", "07:05", pattern=1), job=MARKED) == at("07:04")


def test_file_under_the_least_size_proves_nothing() -> None:
    picky = replace(JOB, min_size=100)
    assert executed(T, file("x", "07:04", 99), job=picky) is None
    assert executed(T, file("x", "07:04", 100), job=picky) == at("07:04")


def test_file_of_unknown_size_is_believed() -> None:
    assert executed(T, file("x", "07:04", float("nan"))) == at("07:04")


def test_file_of_unknown_time_proves_it_at_no_known_time() -> None:
    assert executed(T, file("x", None), is_copied=True) == NAT


def test_state_file_proves_nothing() -> None:
    assert executed(T, file("s", "07:04", pattern=1), job=replace(JOB, state_files=("s",))) is None


@pytest.mark.parametrize(
    ("event", "code", "is_proof"),
    [
        ("completed", 0, True),
        ("completed", float("nan"), True),
        ("completed", 1, False),
        ("ended", 0, False),
        ("started", float("nan"), False),
    ],
)
def test_runners_word_proves_a_job_without_files(event: str, code: float, is_proof: bool) -> None:
    assert (executed(T, step(event, "07:04", code), job=BARE) == at("07:04")) == is_proof


def test_runners_word_does_not_prove_a_job_with_files() -> None:
    assert executed(T, step("completed", "07:04", 0)) is None


def test_last_of_several_ends_counts() -> None:
    bad, good = step("failed", "07:03", 1), step("completed", "07:06", 0)
    assert executed(T, bad, good, job=BARE) == at("07:06")
    assert executed(T, step("completed", "07:03", 0), step("failed", "07:06", 1), job=BARE) is None


def test_good_heartbeat_proves_a_job_without_files() -> None:
    assert executed(T, beat("07:04"), job=BARE) == at("07:04")
    assert executed(T, beat("07:04", "failed"), job=BARE) is None


def test_started_and_skip_are_no_claims() -> None:
    facts = known(T, said("success", "07:05"), said("started", "07:06"), said("skipped", "07:07"))
    assert int(facts.said.last_at[0]) == at("07:05")


def is_settled(*rows: Row, now: str, **more: Any) -> bool:
    return bool(known(*rows, now=f"2026-03-19T{now}", **more).settled[0])


def test_run_is_settled_after_all_it_may_take() -> None:
    assert not is_settled(T, now="07:50:01")
    assert is_settled(T, now="07:50:02")


def test_recorded_end_settles_a_run_that_was_spoken_of() -> None:
    assert is_settled(T, step("failed", "07:04", 1), said("failure", "07:05"), now="07:06")


def test_recorded_end_settles_a_silent_run_after_the_grace() -> None:
    assert not is_settled(T, step("failed", "07:04", 1), now="07:13:59")
    assert is_settled(T, step("failed", "07:04", 1), now="07:14")


def test_failure_settles_a_run_after_the_grace() -> None:
    assert not is_settled(T, said("failure", "07:05"), now="07:14:59")
    assert is_settled(T, said("failure", "07:05"), now="07:15")


def test_success_alone_settles_nothing() -> None:
    assert not is_settled(T, said("success", "07:05"), now="07:30")


def test_recorded_skip_settles_at_once() -> None:
    assert is_settled(skip("07:00:01"), now="07:00:02")


def covered(name: str, lane: str, span: tuple[str | None, str | None], *rows: Row, **more: Any) -> bool:
    return bool(getattr(known(*rows, covers={lane: span}, **more), name)[0])


def test_triggers_cover_a_run_from_tolerance_before_to_grace_after() -> None:
    assert covered("covered", "triggers", ("06:58:30", "07:10"))
    assert not covered("covered", "triggers", ("06:58:31", "07:10"))
    assert not covered("covered", "triggers", ("06:58:30", "07:09:59"))


def test_files_cover_a_run_for_its_own_time() -> None:
    assert covered("could_prove", "artifacts", ("06:58:31", "07:31:31"), T)
    assert not covered("could_prove", "artifacts", ("06:58:32", "07:31:31"), T)
    assert not covered("could_prove", "artifacts", ("06:58:31", "07:31:30"), T)


def test_messages_cover_a_run_from_its_proof_to_the_grace_after() -> None:
    assert covered("could_report", "notifications", ("07:04", "07:14"), T, A)
    assert not covered("could_report", "notifications", ("07:04:01", "07:14"), T, A)
    assert not covered("could_report", "notifications", ("07:04", "07:13:59"), T, A)


def test_nothing_needs_to_be_covered_after_the_instant_of_judging() -> None:
    assert covered("could_prove", "artifacts", (None, "07:10"), T, now="2026-03-19T07:10")


def test_overwritten_file_could_have_proven_nothing() -> None:
    assert not known(T, is_overwritten=True).could_prove[0]


def test_claim_may_still_come_for_the_grace_after_the_proof() -> None:
    assert known(T, A, now="2026-03-19T07:13:59").may_still_report[0]
    assert not known(T, A, now="2026-03-19T07:14").may_still_report[0]


def test_longer_grace_awaits_claims_longer() -> None:
    patient = replace(JOB, report_grace=timedelta(hours=1))
    assert known(T, A, now="2026-03-19T07:30", job=patient).may_still_report[0]
