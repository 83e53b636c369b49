"""What rows say of a run is compared where it could be why, and not where it only tells how the run went."""

from __future__ import annotations

import numpy as np
import pytest

from forensics.investigate.contrast_told import NO_REASON, compared, short
from tests.investigate.compared import Ran, ran, told
from tests.investigate.compared import compared as contrasts


@pytest.mark.parametrize(
    "name",
    ["runId", "job_id", "session", "status", "exit_code", "lastError", "reason", "finished_at", "startedAtMs", "time"],
)
def test_words_of_how_when_or_which_are_no_reason(name):
    assert NO_REASON.search(name)


@pytest.mark.parametrize(
    "name", ["node", "uptime", "load", "memory_available", "processors", "http", "namespace", "model", "idle"]
)
def test_what_a_run_ran_on_could_be_why(name):
    assert NO_REASON.search(name) is None


def names(found: list[str | None]) -> list[tuple[str, ...]]:
    return [each.values for each in compared("it", found)]


def test_few_different_numbers_are_words():
    assert names(["1", "2", None, "1"]) == [("1", "2")]


def test_many_different_numbers_come_in_thirds():
    assert names([str(number) for number in range(30)]) == [("9 to 19", "over 19", "up to 9")]


def test_many_different_words_tell_nothing():
    assert names([f"word-{number}" for number in range(30)]) == []


def test_large_numbers_are_read_at_a_glance():
    assert (short(3_221_225_472.0), short(2.8349), short(12.0)) == ("3,221,225,472", "2.835", "12")


def test_what_few_rows_tell_is_not_compared():
    runs = [ran("job", day, is_bad=day % 5 == 0, attributes={"node": "a"} if day < 4 else {}) for day in range(14)]
    assert "node" not in {each.attribute for each in contrasts(runs)}


def test_long_runs_that_go_wrong_are_told_as_what_comes_of_it():
    chance = np.random.default_rng(2).random((6, 28))
    runs = [
        Ran(each.job, each.at, each.verdict, duration=300.0 if each.verdict == "false_success" else 30.0)
        for number in range(6)
        for day in range(28)
        for each in [ran(f"job-{number}", day, is_bad=bool(chance[number, day] < 0.3))]
    ]
    found = told(contrasts(runs), "duration")
    assert (found.value, found.standing) == ("over twice its usual", "unknown")
    assert found.reason.endswith("it comes of how a run went, and need not be why")
