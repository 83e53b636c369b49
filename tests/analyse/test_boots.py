"""Boots out of what runners recorded."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from forensics.analyse.boots import Boots, boots_of, jobs_by_spelling
from tests.analyse.booting import BEGIN, DAY, HUNG, SECOND, boot_rows, daily, reading, row
from tests.analyse.builders import evidence

EVER = BEGIN + 400 * DAY


def boots(*rows: dict[str, Any], until: int = EVER) -> Boots:
    names = list(dict.fromkeys(each["job"] for each in rows))
    return boots_of(np.array([names.index(each["job"]) for each in rows]), evidence(lifecycle=rows).lifecycle, until)


def seconds(*rows: dict[str, Any]) -> list[float]:
    return boots(*rows).seconds.tolist()


def test_boot_lasts_from_its_start_until_it_is_up():
    assert seconds(*boot_rows(41.5, BEGIN)) == [41.5]


def test_time_out_before_it_is_up_ends_a_boot():
    found = boots(*boot_rows("60!", BEGIN))
    assert (np.isnan(found.seconds[0]), found.waited[0], found.is_open[0]) == (True, 60, False)


def test_time_out_after_it_was_up_is_none_of_the_boots():
    rows = [row("boot_started", BEGIN), row("booted", BEGIN + SECOND), row("timed_out", BEGIN + 90 * SECOND)]
    found = boots(*rows)
    assert (found.seconds[0], np.isnan(found.waited[0])) == (1, True)


def test_boot_of_which_nothing_more_was_recorded_is_open():
    assert boots(*boot_rows(HUNG, BEGIN)).is_open.tolist() == [True]


def test_next_boot_does_not_end_one_that_hangs():
    assert boots(*boot_rows(HUNG, BEGIN), *boot_rows(40.0, BEGIN + DAY)).is_open.tolist() == [True, False]


def test_boot_that_was_interrupted_is_not_open():
    found = boots(row("boot_started", BEGIN, run_id="a", attempt=1), row("interrupted", BEGIN + SECOND, run_id="a"))
    assert (found.is_open[0], np.isnan(found.seconds[0])) == (False, True)


def test_each_attempt_is_a_boot_of_its_own():
    first = boot_rows("60!", BEGIN, run_id="a", attempt=1)
    second = boot_rows(50.0, BEGIN + 61 * SECOND, run_id="a", attempt=2)
    found = boots(*first, *second)
    assert (found.waited[0], found.seconds[1]) == (60, 50)


def test_attempts_that_meet_in_one_instant_are_told_apart():
    first = [row("boot_started", BEGIN, run_id="a", attempt=1), row("timed_out", BEGIN + SECOND, run_id="a", attempt=1)]
    second = [
        row("boot_started", BEGIN + SECOND, run_id="a", attempt=2),
        row("booted", BEGIN + 3 * SECOND, run_id="a", attempt=2),
    ]
    found = boots(*second, *first)
    assert (found.waited[0], found.seconds[1]) == (1, 2)


def test_runs_that_overlap_are_told_apart_by_their_ids():
    slow, fast = boot_rows(50.0, BEGIN, run_id="a"), boot_rows(5.0, BEGIN + SECOND, run_id="b")
    assert seconds(*slow, *fast) == [50, 5]


def test_rows_may_come_in_any_order():
    assert seconds(*reversed(boot_rows(41.5, BEGIN, run_id="a"))) == [41.5]


def test_runner_that_has_no_word_for_booted_is_up_once_it_starts():
    assert seconds(row("boot_started", BEGIN), row("started", BEGIN + 7 * SECOND)) == [7]


def test_run_that_ended_without_a_word_on_its_boot_tells_nothing_of_it():
    found = boots(row("boot_started", BEGIN), row("completed", BEGIN + 7 * SECOND))
    assert (np.isnan(found.seconds[0]), found.is_open[0]) == (True, False)


@pytest.mark.parametrize("name", ["boot_seconds", "bootSeconds"])
def test_runners_own_clock_outranks_the_wall_clock(name):
    assert seconds(row("boot_started", BEGIN), row("booted", BEGIN + 100 * SECOND, **{name: 41.2})) == [41.2]


def test_duration_beside_booted_is_that_of_the_boot():
    assert seconds(row("boot_started", BEGIN), row("booted", BEGIN + 100 * SECOND, duration_seconds=41.0)) == [41]


def test_number_that_is_none_is_passed_over():
    assert seconds(row("boot_started", BEGIN), row("booted", BEGIN + 9 * SECOND, boot_seconds="soon")) == [9]


@pytest.mark.parametrize("name", ["boot_limit_seconds", "boot_timeout_seconds", "bootTimeout"])
def test_limit_stands_beside_the_begin(name):
    assert boots(*boot_rows(41.0, BEGIN, **{name: 60})).limit.tolist() == [60]


def test_what_came_later_is_not_known_yet():
    assert boots(*daily(40.0, 41.0), until=BEGIN + DAY - 1).seconds.tolist() == [40]


def test_jobs_that_never_boot_have_none():
    assert len(boots(row("started", BEGIN), row("completed", BEGIN + SECOND))) == 0


def test_rows_before_the_window_belong_to_the_job_that_is_spelled_so():
    _, known, read, _ = reading(*daily(40.0, 41.0), *daily(1.0, job="other"))
    only_newest = type(known.steps)(*(column[3:6] for column in vars(known.steps).values()))
    known = type(known)(**{**vars(known), "steps": only_newest})
    assert jobs_by_spelling(known, read.lifecycle).tolist() == [0, 0, 0, 0, 0, 0, -1, -1, -1]


def test_no_rows_at_all_are_no_boots():
    assert len(boots_of(np.empty(0, dtype=np.int64), evidence().lifecycle, EVER)) == 0
