"""What the days before show of a night's blockers."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from forensics.analyse.changes import blocker_key
from forensics.analyse.earlier import told_longer, too_many_to_compare, with_earlier
from forensics.evidence.result import Blocker, Result
from forensics.pipeline import Question, judged_over, read
from tests.investigate.sampled import EMPTY_NIGHTS, sampled

SHORT = Blocker("nightly", None, "missed", 1, 1, "Missed twice in a row.", ("seen",), flags=("late",))
LONG = replace(SHORT, since=0, text="Missed 9 times in a row.", observed=("seen", "before"))


@cache
def studied() -> Result:
    return sampled(*EMPTY_NIGHTS)


@cache
def last_night() -> Result:
    config, window = studied().config, studied().window
    question = Question(replace(window, since=window.until - 24 * 3600 * 10**9))
    return judged_over(read(config, question, lambda _name, _rows: None), config, question)


def test_streak_goes_back_to_its_first_night() -> None:
    since = {each.job: each.text for each in with_earlier(last_night(), studied())}
    assert since["daily-content-task"].startswith("Silent failure 4 times in a row since 2026-03-15 13:00")


def test_runs_of_the_window_are_counted_as_before() -> None:
    before = [(blocker_key(each), each.count) for each in last_night().blockers]
    assert [(blocker_key(each), each.count) for each in with_earlier(last_night(), studied())] == before


def test_blocker_that_more_days_see_alike_is_told_longer() -> None:
    found = told_longer(SHORT, {blocker_key(SHORT): LONG})
    assert (found.since, found.text, found.observed) == (0, LONG.text, LONG.observed)


@pytest.mark.parametrize("other", [replace(LONG, count=2), replace(LONG, cause="host_down"), replace(LONG, flags=())])
def test_blocker_that_more_days_see_otherwise_stays(other: Blocker) -> None:
    assert told_longer(SHORT, {blocker_key(SHORT): other}) == SHORT


def test_night_of_too_many_runs_says_what_compares_them() -> None:
    found = too_many_to_compare(last_night(), 5)
    assert "forensics investigate --since '2026-03-18 00:00' --until '2026-03-19 00:00'" in found.todo
    assert (found.kind, found.text[:53]) == ("not_compared", "8 runs are more than a report compares with each othe")


def test_blocker_of_no_run_stays() -> None:
    assert told_longer(SHORT, {}) == SHORT
