"""Clocks that are off: found, and corrected only where nothing else explains what is seen."""

from __future__ import annotations

from functools import cache

import pytest

from forensics.match.clocks import WHOLE_HOST
from tests.match.clock_worlds import HOSTS, Habits, World, offsets_in, used, verdicts, world

APART = dict(zip(HOSTS, (0.0, 40.0, 300.0, 3600.0), strict=True))
BACK = {host: -seconds for host, seconds in APART.items()}


def of_host(clocks: dict[str, float]) -> dict[str, dict[str, float]]:
    """Return the clocks of hosts that are ahead: by their own due times their messages come too early."""
    return {"notifications": {host: -seconds for host, seconds in clocks.items()}}


@cache
def true_world(seed: int) -> World:
    return world(seed)


@cache
def true_verdicts(seed: int) -> dict[tuple[str, int], tuple[str, str]]:
    return verdicts(true_world(seed))


def near(found: dict[tuple[str | None, str], float], against: str, clocks: dict[str, float]) -> bool:
    """Return whether exactly the clocks that are off were found, each within 5 s."""
    expected = {(host, against): seconds for host, seconds in clocks.items() if seconds}
    return found.keys() == expected.keys() and all(abs(found[key] - expected[key]) <= 5 for key in expected)


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("clocks", [APART, BACK], ids=["ahead", "behind"])
def test_hosts_that_stand_apart_are_found_within_five_seconds(seed: int, clocks: dict[str, float]):
    assert near(used(true_world(seed).stamped(of_host(clocks))), "messages", clocks)


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("clocks", [APART, BACK], ids=["ahead", "behind"])
def test_clocks_of_hosts_change_no_verdict(seed: int, clocks: dict[str, float]):
    assert verdicts(true_world(seed).stamped(of_host(clocks))) == true_verdicts(seed)


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("clocks", [APART, BACK], ids=["ahead", "behind"])
def test_trigger_logs_that_stand_apart_are_found(seed: int, clocks: dict[str, float]):
    assert near(used(true_world(seed).stamped({"triggers": clocks})), "due times", clocks)


@pytest.mark.parametrize("clocks", [APART, BACK], ids=["ahead", "behind"])
def test_clocks_of_trigger_logs_change_no_verdict(clocks: dict[str, float]):
    assert verdicts(true_world(1).stamped({"triggers": clocks})) == true_verdicts(1)


@pytest.mark.parametrize("clocks", [APART, BACK], ids=["ahead", "behind"])
def test_files_that_share_the_clock_of_their_log_are_corrected_with_it(clocks: dict[str, float]):
    told = true_world(2).stamped({"triggers": clocks, "artifacts": clocks})
    assert near(used(told), "due times", clocks)
    assert verdicts(told) == true_verdicts(2)


@pytest.mark.parametrize("clocks", [{"db1": 300.0}, {"db1": -300.0}, {"db2": 3600.0}, {"db2": -3600.0}], ids=str)
def test_file_server_on_another_clock_is_told_from_the_host(clocks: dict[str, float]):
    told = true_world(3).stamped({"artifacts": clocks})
    assert [each.lanes for each in offsets_in(told) if each.is_used] == [("artifacts",)]
    assert verdicts(told) == true_verdicts(3)


def test_host_that_fires_by_a_clock_of_its_own_is_taken_as_on_time():
    everything = {table: {"db1": -300.0} for table in ("triggers", "artifacts", "notifications")}
    told = true_world(1).stamped(everything)
    assert near(used(told), "due times", {"db1": -300.0})
    assert verdicts(told) == true_verdicts(1)


@pytest.mark.parametrize("seconds", [-3600.0, 3600.0, 32400.0])
def test_schedules_in_a_wrong_zone_are_no_clock(seconds: float):
    everything = {table: {"db1": seconds} for table in ("triggers", "artifacts", "notifications")}
    (found,) = offsets_in(true_world(1).stamped(everything))
    assert (abs(found.seconds - seconds) <= 5, found.is_used) == (True, False)


def test_whole_host_is_meant_where_its_messages_stand_off():
    (found,) = offsets_in(true_world(1).stamped(of_host({"db1": 300.0})))
    assert found.lanes == WHOLE_HOST


def test_uncertainty_holds_the_true_offset():
    (found,) = offsets_in(true_world(1).stamped(of_host({"db1": 300.0})))
    assert abs(found.seconds - 300) <= found.uncertainty <= 5


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_right_clocks_are_left_alone(seed: int):
    assert offsets_in(true_world(seed)) == ()


def sound(habits: Habits, hosts: tuple[str, ...] = ("web1",)) -> World:
    return world(5, hosts, habits)


def test_messages_that_take_their_time_are_no_clock():
    assert used(sound(Habits(report=lambda _start, end, _job, rng: end + rng.uniform(10, 600)))) == {}


def test_reporters_each_slow_in_their_own_way_are_no_clock():
    assert used(sound(Habits(report=lambda _start, end, job, rng: end + 50 * (job + 1) + rng.exponential(3)))) == {}


def test_one_reporter_twenty_minutes_late_is_no_clock():
    late = Habits(report=lambda _start, end, job, rng: end + 1200 * (job == 1) + rng.exponential(3))
    assert used(sound(late)) == {}


def test_reports_at_the_start_are_no_clock():
    assert used(sound(Habits(report=lambda start, _end, _job, rng: start + rng.uniform(1, 3)))) == {}


def test_reports_at_the_start_of_runs_that_all_take_equally_long_are_no_clock():
    habits = Habits(report=lambda start, _end, _job, rng: start + rng.uniform(1, 3), lasts=(240.0,) * 6)
    assert used(sound(habits)) == {}


def test_long_runs_are_no_clock():
    assert used(sound(Habits(lasts=(500, 2400, 2500, 2600, 2700, 2800)))) == {}


def test_starts_that_wait_their_turn_are_no_clock():
    assert used(sound(Habits(start=lambda rng: rng.uniform(1, 400)))) == {}


def test_starts_with_the_same_delay_are_told_but_not_corrected():
    (found,) = offsets_in(sound(Habits(start=lambda rng: 30 + rng.uniform(0, 1), lasts=(60.0,) * 6)))
    assert (round(found.seconds / 5) * 5, found.is_used) == (30, False)


def test_second_or_two_is_crons_own():
    assert offsets_in(sound(Habits(start=lambda rng: rng.uniform(0, 3)))) == ()


def test_steady_offset_that_the_tolerance_takes_in_is_told_but_not_used():
    (found,) = offsets_in(true_world(1).stamped({"triggers": {"web1": -12.0}}))
    assert (round(found.seconds / 5) * 5, found.is_used) == (-10, False)


def test_one_job_with_a_wrong_zone_is_not_its_hosts_clock():
    true = world(6, ("web1",))
    rows = [
        (host, {**row, "at": row["at"] - 3600 * 10**9} if row.get("job") == "web1-dx" else row)
        for host, row in true.rows
    ]
    assert used(World(true.jobs, tuple(rows))) == {}


def test_one_job_with_a_wrong_minute_in_its_schedule_is_not_its_hosts_clock():
    true = world(6, ("web1",))
    rows = [
        (host, {**row, "at": row["at"] + 300 * 10**9} if row.get("job") == "web1-bx" else row)
        for host, row in true.rows
    ]
    assert used(World(true.jobs, tuple(rows))) == {}


def test_single_reporting_job_tells_nothing_of_a_clock():
    assert used(world(1, ("web1",), Habits(schedules=("17 * * * *",))).stamped(of_host({"web1": 300.0}))) == {}


def test_even_rhythm_hides_an_offset_of_its_own_length():
    hourly = Habits(schedules=("0 * * * *",) * 6)
    assert used(world(1, ("web1",), hourly).stamped({"triggers": {"web1": 3600.0}})) == {}


def test_host_whose_reporters_are_slow_by_one_delay_is_told_where_others_are_prompt():
    told = world(1, ("web1", "web2")).stamped(of_host({"web2": -300.0}))
    assert used(told).keys() == {("web2", "messages")}


def test_no_evidence_shows_no_clocks():
    assert offsets_in(World((), ())) == ()


def test_hosts_are_told_in_order_of_their_names():
    told = true_world(1).stamped(of_host(APART))
    assert [each.host for each in offsets_in(told)] == ["db1", "db2", "web2"]
