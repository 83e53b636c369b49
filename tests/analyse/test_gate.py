"""Boots and runs before and after a change."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from forensics.analyse.gate import ALL_JOBS, Comparison, Outcome, Terms, compare, sample_of, samples_around
from tests.analyse.booting import BEGIN, DAY, HUNG, SECOND, daily, reading, row

pytestmark = pytest.mark.slow

TERMS = Terms()


def compared(before: Sequence[float], after: Sequence[float], terms: Terms = TERMS) -> Comparison:
    (found,) = compare([sample_of("boot", "all", before, after)], terms)
    return found


def spans(level: float, count: int, seed: int = 1) -> list[float]:
    return np.random.default_rng(seed).normal(level, level / 50, count).tolist()


def test_longer_boots_are_a_regression():
    found = compared(spans(40, 12), spans(50, 12, seed=2))
    assert (found.outcome, round(found.shift.ratio, 2)) == (Outcome.REGRESSION, 1.25)


def test_equal_boots_are_none():
    assert compared(spans(40, 12), spans(40, 12, seed=2)).outcome is Outcome.NONE


def test_shorter_boots_are_none():
    assert compared(spans(50, 12), spans(40, 12, seed=2)).outcome is Outcome.NONE


def test_sure_but_small_shift_is_none():
    found = compared(spans(40, 200), spans(42, 200, seed=2))
    assert (found.p_value < 1e-9, found.outcome) == (True, Outcome.NONE)


def test_smaller_shift_counts_where_it_is_asked_for():
    assert compared(spans(40, 200), spans(42, 200, seed=2), Terms(min_shift=0.02)).outcome is Outcome.REGRESSION


def test_large_but_unsure_shift_is_none():
    unsure = [10.0, 30.0, 50.0, 70.0, 90.0, 110.0] * 2
    assert compared(unsure, [each * 1.2 for each in unsure]).outcome is Outcome.NONE


@pytest.mark.parametrize(("count", "outcome"), [(3, Outcome.TOO_FEW), (5, Outcome.REGRESSION)])
def test_samples_that_could_not_show_it_are_said_to_be_too_few(count, outcome):
    assert compared(spans(40, count), spans(80, count, seed=2)).outcome is outcome


def test_nothing_on_one_side_is_too_few():
    found = compared(spans(40, 9), [])
    assert (found.outcome, found.p_value, found.left_out) == (Outcome.TOO_FEW, None, ("all",))


def test_boots_that_never_come_up_are_a_regression_though_the_others_are_as_fast():
    found = compared(spans(40, 30), [*spans(40, 15, seed=2), *[math.inf] * 15])
    assert (found.outcome, found.after.never) == (Outcome.REGRESSION, 15)


def test_never_is_no_number():
    found = compared(spans(40, 12), [math.inf] * 12)
    assert (found.after.typical, found.after.slow) == (None, None)


def test_groups_share_the_chance_of_a_wrong_claim():
    draw = np.random.default_rng(4)
    wrong = 0
    for _ in range(300):
        columns, known, read, window = cached_fleet()
        samples = samples_around(BEGIN + 8 * DAY, [], columns, known, read, window)[1:2]
        timings = replace(samples[0].timings, seconds=draw.normal(40, 4, len(samples[0].timings.seconds)))
        found = compare([replace(samples[0], timings=timings)], Terms(alpha=0.05, min_shift=0))
        wrong += any(each.outcome is Outcome.REGRESSION for each in found)
    assert wrong / 300 < 0.08


FLEET: list[Any] = []


def cached_fleet() -> Any:
    if not FLEET:
        rows = [row for job in "abcdef" for row in daily(*[40.0] * 16, job=job)]
        FLEET.extend(reading_all(*rows))
    return FLEET


def reading_all(*rows: dict[str, Any], **known: Any) -> tuple[Any, ...]:
    columns, paired, read, window = reading(*rows, **known)
    runs = columns.runs.assign(in_window=True, duration_seconds=50.0)
    return type(columns)(runs), paired, read, window


def around(*rows: dict[str, Any], day: int, by: Sequence[str] = (), **known: Any) -> dict[tuple[str, str], Comparison]:
    found = compare(samples_around(BEGIN + day * DAY, by, *reading_all(*rows, **known)), TERMS)
    return {(each.measure, each.group): each for each in found}


def test_all_jobs_are_compared_together_and_each_by_itself():
    rows = [*daily(*[40.0] * 12, job="a"), *daily(*[40.0] * 12, job="b")]
    assert [group for measure, group in around(*rows, day=6) if measure == "boot"] == [ALL_JOBS, "a", "b"]


def test_values_of_an_attribute_are_told_apart():
    attributes = {job: {"target": "isolated" if job in "ab" else "main"} for job in "abcd"}
    worse = [row for job in "ab" for row in daily(*spans(40, 8), *spans(55, 8, seed=2), job=job)]
    same = [row for job in "cd" for row in daily(*spans(4, 8), *spans(4, 8, seed=2), job=job)]
    found = around(*worse, *same, day=8, by=["target"], attributes=attributes)
    outcomes = {group: each.outcome for (measure, group), each in found.items() if measure == "boot"}
    assert outcomes == {"target = isolated": Outcome.REGRESSION, "target = main": Outcome.NONE}


def test_value_that_the_runner_recorded_outranks_the_configured_one():
    rows = daily(*[40.0] * 12, version="2")
    found = around(*rows, day=6, by=["version"], attributes={"daily": {"version": "1"}})
    assert ("boot", "version = 2") in found


def test_job_on_one_side_only_is_left_out_and_named():
    late = [each for each in daily(*[400.0] * 12, job="new") if each["at"] >= BEGIN + 6 * DAY]
    found = around(*daily(*[40.0] * 12, job="old"), *late, day=6)["boot", ALL_JOBS]
    assert (found.jobs, found.left_out, found.outcome) == (("old",), ("new",), Outcome.NONE)


def test_what_happens_at_the_change_itself_is_after_it():
    found = around(*daily(*[40.0] * 12), day=5)["boot", "daily"]
    assert (found.before.count, found.after.count) == (5, 7)


def test_boots_that_hang_or_are_given_up_never_came_up():
    found = around(*daily(*[40.0] * 8, HUNG, "60!", HUNG, "60!"), day=8)["boot", "daily"]
    assert (found.after.never, found.outcome) == (4, Outcome.REGRESSION)


def test_job_that_never_tells_when_it_is_up_has_no_boots():
    rows = [
        each
        for day in range(12)
        for each in (
            row("boot_started", BEGIN + day * DAY, run_id=str(day)),
            row("completed", BEGIN + day * DAY + SECOND, run_id=str(day)),
        )
    ]
    assert {measure for measure, _ in around(*rows, day=6)} == {"run"}


def test_run_that_began_and_did_not_do_its_work_took_longer_than_any():
    columns, known, read, window = reading_all(*daily(*[40.0] * 12))
    verdicts = ["confirmed"] * 6 + ["silent_failure"] * 6
    runs = columns.runs.assign(verdict=verdicts, evidence=["both"] * 6 + ["neither"] * 6)
    found = compare(samples_around(BEGIN + 6 * DAY, [], type(columns)(runs), known, read, window), TERMS)
    run = next(each for each in found if each.measure == "run")
    assert (run.after.never, run.outcome) == (6, Outcome.REGRESSION)


def test_runs_that_nothing_could_prove_are_not_compared():
    columns, known, read, window = reading_all(*daily(*[40.0] * 12))
    runs = columns.runs.assign(verdict="unverifiable", evidence="neither")
    found = compare(samples_around(BEGIN + 6 * DAY, [], type(columns)(runs), known, read, window), TERMS)
    assert {each.measure for each in found} == {"boot"}


def test_muted_runs_are_not_compared():
    columns, known, read, window = reading_all(*daily(*[40.0] * 12))
    found = samples_around(BEGIN + 6 * DAY, [], type(columns)(columns.runs.assign(flags="muted")), known, read, window)
    assert compare(found, TERMS) == ()
