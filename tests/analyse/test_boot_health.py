"""Slow boots are told of before the limit is met, and steady ones are not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forensics.analyse.boot_warnings import slow_boots
from forensics.evidence.result import Finding
from tests.analyse.booting import BEGIN, DAY, HUNG, SECOND, Boot, boot_rows, daily, reading
from tests.analyse.builders import UTC

LIMIT = {"boot_timeout_seconds": 60}


def found(*rows: dict[str, Any], **known: Any) -> list[Finding]:
    return list(slow_boots(*reading(*rows, **known), UTC))


def states(*rows: dict[str, Any], **known: Any) -> list[str]:
    return [finding.detail["state"] for finding in found(*rows, **known)]


def steps(first: float, last: float, count: int) -> list[float]:
    return np.linspace(first, last, count).round(2).tolist()


def test_creep_from_40_to_55_is_told_before_60_is_met():
    (finding,) = found(*daily(*steps(40, 55, 16), **LIMIT))
    assert finding.text == (
        "Boots of `daily` near their limit: 95 % within 54.2 s, 90.4 % of 60 s, typically 47.5 s (16 boots)."
    )


def test_creep_is_told_while_it_is_still_far_below():
    (finding,) = found(*daily(*steps(20, 35, 16), **LIMIT))
    assert finding.text == (
        "Boots of `daily` are on the way to their limit: from 20 s to 35 s over 16 boots, 1 s more each time; "
        "at that pace 60 s are met in 25 boots."
    )


@pytest.mark.parametrize("count", range(7, 17))
def test_creep_is_told_from_early_on(count):
    assert states(*daily(*steps(40, 55, 16)[:count], **LIMIT)) in (["rising"], ["near"])


def test_creep_that_takes_very_long_to_get_there_is_not_told():
    assert states(*daily(*steps(20, 22, 16), **LIMIT)) == []


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(3, 60), st.floats(1, 36), st.floats(0, 0.05))
def test_steady_boots_far_below_are_no_finding(seed, count, level, noise):
    taken = np.random.default_rng(seed).normal(level, noise * 60, count).clip(0.1, 60)
    assert states(*daily(*taken.tolist(), **LIMIT)) == []


@pytest.mark.slow
def test_a_hundred_nights_of_noise_without_a_limit_raises_no_alarm():
    draw = np.random.default_rng(3)
    alarms = [states(*daily(*draw.normal(40, 4, 30).tolist())) for _ in range(100)]
    assert alarms == [[]] * 100


def test_one_slow_boot_among_many_is_no_finding():
    assert states(*daily(*[20.0] * 12, 58.0, *[20.0] * 12, **LIMIT)) == []


def test_slow_boots_that_are_long_past_are_no_finding():
    assert states(*daily(*[55.0] * 10, *[20.0] * 10, **LIMIT)) == []


def test_time_outs_are_told_with_their_count():
    (finding,) = found(*daily(50.0, 52.0, "60!", 54.0, "60!", **LIMIT))
    assert finding.text.startswith("Boots of `daily` meet their limit: 2 of 5 were given up; 95 % within 60 s of 60 s")


def test_limit_is_the_shortest_wait_that_was_given_up_where_nobody_says():
    (finding,) = found(*daily(50.0, "61!", 52.0, "60!", 54.0))
    assert finding.detail["jobs"]["daily"]["limit"] == 60


def test_limit_that_was_raised_holds_no_longer():
    assert states(*daily(20.0, "30!", *[45.0] * 12)) == []


def test_limit_that_is_said_outranks_what_was_given_up():
    assert states(*daily("30!", *[45.0] * 30, boot_timeout_seconds=120)) == []


def test_boots_that_take_longer_and_longer_are_told_without_a_limit():
    (finding,) = found(*daily(*steps(40, 50, 12)))
    assert (finding.detail["state"], finding.detail["jobs"]["daily"]["limit"]) == ("slowing", None)
    assert finding.p_value < 0.0001


def test_boots_that_no_longer_come_up_are_told():
    (finding,) = found(*daily(*[40.0] * 5, HUNG, HUNG))
    assert finding.text == (
        "Boots of `daily` no longer come up: the last 2 began, and nothing was recorded after; "
        "before that 5 took 40 s, 95 % within 40 s."
    )


def test_boot_that_has_only_just_begun_does_not_hang():
    rows = [*daily(*[40.0] * 5, HUNG), *boot_rows(HUNG, BEGIN + 6 * DAY, run_id="new")]
    columns, known, read, window = reading(*rows)
    soon = type(window)(window.since, BEGIN + 6 * DAY + SECOND, BEGIN + 6 * DAY + SECOND)
    assert list(slow_boots(columns, known, read, soon, UTC)) == []


def test_job_whose_runner_never_tells_of_boots_has_none_that_hang():
    assert states(*daily(HUNG, HUNG, HUNG, HUNG)) == []


def fleet(*boots: Boot, jobs: str = "abcd", **facts: Any) -> list[dict[str, Any]]:
    return [row for job in jobs for row in daily(*boots, job=job, **facts)]


def test_jobs_that_share_a_value_are_told_together_by_it():
    attributes = {**{job: {"target": "isolated", "channel": "daily"} for job in "abcd"}, "e": {"channel": "daily"}}
    rows = [*fleet(*[55.0] * 8, **LIMIT), *daily(*[5.0] * 8, job="e", **LIMIT)]
    (finding,) = found(*rows, attributes=attributes)
    assert finding.detail["shared"] == [["target", "isolated"]]
    assert finding.text.startswith("Boots of 4 jobs with `target = isolated` near their limit, `a` most of all:")


def test_value_of_jobs_that_are_well_is_not_blamed():
    attributes = {"a": {"target": "isolated"}, "b": {"target": "isolated"}}
    rows = [*daily(*[55.0] * 8, job="a", **LIMIT), *daily(*[5.0] * 8, job="b", **LIMIT)]
    (finding,) = found(*rows, attributes=attributes)
    assert (finding.detail["shared"], list(finding.detail["jobs"])) == ([], ["a"])


def test_one_night_is_enough_where_all_alike_hang():
    attributes = {job: {"target": "isolated"} for job in "abcd"}
    assert states(*fleet(40.0, 41.0, 40.0, HUNG), attributes=attributes) == ["hung"]


def test_few_boots_of_each_are_enough_where_all_alike_are_slow():
    attributes = {job: {"target": "isolated"} for job in "abcd"}
    assert states(*fleet(56.0, **LIMIT), attributes=attributes) == ["near"]


def test_every_value_of_every_attribute_is_told_in_numbers():
    attributes = {
        "a": {"target": "isolated"},
        "b": {"target": "isolated"},
        "c": {"target": "main"},
        "d": {"target": "main"},
    }
    rows = [*fleet(*[55.0] * 8, jobs="ab", **LIMIT), *fleet(*[5.0] * 8, jobs="cd", **LIMIT)]
    (finding,) = found(*rows, attributes=attributes)
    told = {each["value"]: (each["boots"], each["typical"], each["slow"]) for each in finding.detail["values"]}
    assert told == {"isolated": (16, 55, 55), "main": (16, 5, 5)}


def test_jobs_that_share_nothing_are_one_finding_by_kind():
    (finding,) = found(*fleet(*[55.0] * 8, **LIMIT))
    assert list(finding.detail["jobs"]) == ["a", "b", "c", "d"]


def test_host_facts_are_stated_beside_and_not_as_cause():
    early = daily(*[55.0] * 4, freeMb=520, load=1.6, uptimeDays=28, **LIMIT)
    late = [
        row
        for day in range(4, 8)
        for row in boot_rows(
            55.0, BEGIN + day * DAY, run_id=f"late-{day}", freeMb=312, load=2.9, uptimeDays=41, **LIMIT
        )
    ]
    (finding,) = found(*early, *late)
    assert (
        "Beside it, as the boots began: memory available 520 MB to 312 MB, load 1.6 to 2.9, uptime 28 d to 41 d (long); "
        "whether that is why, nothing here shows."
    ) in finding.observed


def test_little_memory_and_high_load_are_said_to_be_so():
    facts = {"memory_available": 10**8, "memory_total": 4 * 10**9, "load": 9.0, "processors": 2, "uptime": 3600.0}
    (finding,) = found(*daily(*[55.0] * 4, **facts, **LIMIT))
    assert "memory available 100 MB (little), load 9.0 (high), uptime 1 h;" in finding.observed[1]


def test_job_that_did_not_boot_in_the_window_is_not_told():
    rows = [*daily(*[55.0] * 8, job="past", **LIMIT), *daily(*[5.0] * 12, job="now", **LIMIT)]
    assert states(*rows) == []


def test_what_begins_after_the_window_is_not_counted():
    columns, known, read, window = reading(*daily(*[5.0] * 8, *[55.0] * 8, **LIMIT))
    earlier = type(window)(BEGIN + 6 * DAY, BEGIN + 8 * DAY, window.now)
    columns.runs["in_window"] = True
    assert list(slow_boots(columns, known, read, earlier, UTC)) == []


def test_numbers_are_plain_and_finite():
    (finding,) = found(*daily(*[40.0] * 5, HUNG, HUNG))
    assert finding.detail["jobs"]["daily"] == {
        "boots": 5,
        "timed_out": 0,
        "hung": 2,
        "typical": 40.0,
        "slow": 40.0,
        "limit": None,
        "share": None,
        "slope": 0.0,
        "rise_p": 1.0,
        "left": None,
    }


def test_boots_are_told_one_by_one_with_how_each_ended():
    (finding,) = found(*daily(50.0, 55.0, "60!", 58.0, 59.0, HUNG, HUNG, **LIMIT))
    told = [(boot["at"][8:10], boot["seconds"], boot["ended"]) for boot in finding.detail["series"]]
    assert told == [
        ("01", 50.0, "up"),
        ("02", 55.0, "up"),
        ("03", 60.0, "given up"),
        ("04", 58.0, "up"),
        ("05", 59.0, "up"),
        ("06", None, "hung"),
        ("07", None, "hung"),
    ]


def test_boots_of_several_jobs_are_told_in_one_order_of_time():
    (finding,) = found(*fleet(*[55.0] * 8, jobs="ab", **LIMIT), attributes={job: {"t": "x"} for job in "ab"})
    assert [boot["job"] for boot in finding.detail["series"]] == ["a", "b"] * 8


def test_of_very_many_boots_the_newest_are_told():
    jobs = [f"job{number:02d}" for number in range(20)]
    rows = [row for job in jobs for row in daily(*[55.0] * 40, job=job, **LIMIT)]
    (finding,) = found(*rows, attributes={job: {"t": "x"} for job in jobs})
    assert len(finding.detail["series"]) == 600
    assert finding.detail["series"][-1]["at"].startswith("2026-04-09")
