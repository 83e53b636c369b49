"""What a change has to convince of."""

from __future__ import annotations

from math import exp, log

import pytest

from forensics.investigate.change_price import (
    ALONE,
    CHOSEN,
    HINTED,
    OF_JOBS,
    OF_RUNS,
    WORST,
    log_chance_alone,
    log_instants,
    worst_first,
)
from tests.analyse.builders import ints
from tests.investigate.changing import parts

DEAD = "........xxxxxx"


def test_shares_of_the_allowed_chance_are_one_in_all() -> None:
    assert pytest.approx(1.0) == ALONE + CHOSEN + WORST + HINTED + OF_JOBS + OF_RUNS


def test_job_that_could_not_convince_costs_the_others_nothing() -> None:
    once = ["..x...........", ".....x........", ".........x...."]
    assert exp(log_chance_alone(parts(DEAD, *once * 6), 0, 8)) == pytest.approx(1 / 3003 / ALONE)


def test_second_worst_job_pays_more_than_the_worst() -> None:
    jobs = parts("......xxxxxxxx", DEAD)
    assert log_chance_alone(jobs, 1, 22) == pytest.approx(log(1 / 3003 / ALONE) + log(6 * 2 / 3))


def test_jobs_with_more_bad_runs_come_first_whatever_their_order() -> None:
    assert worst_first(parts(".x............", "x.x.x.x.......", DEAD)).tolist() == [2, 1, 0]


def test_no_more_instants_are_paid_for_than_bad_runs() -> None:
    assert log_instants(parts(DEAD, DEAD), ints([0, 1])) == pytest.approx(log(12))
