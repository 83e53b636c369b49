"""What tells bad runs from good ones is named, with its standing; what does not is ruled out, or left open."""

from __future__ import annotations

import random
from dataclasses import replace
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from forensics.config import Job
from tests.analyse.builders import UTC
from tests.investigate.compared import DAY, FIRST, MINUTE, Ran, compared, differing, nightly, ran, told

ISOLATED = {"sessionTarget": "isolated", "payload": "agentTurn"}
MAIN = {"sessionTarget": "main", "payload": "systemEvent"}


def eight_jobs(model: bool = False) -> dict[str, dict[str, str]]:
    """Return four isolated jobs and four others; a model that half of either have, if asked for."""
    jobs = {f"job-{number}": dict(ISOLATED if number < 4 else MAIN) for number in range(8)}
    if model:
        for number, told in enumerate(jobs.values()):
            told["model"] = "large" if number % 2 else "small"
    return jobs


def four_dead(jobs: dict[str, dict[str, str]]) -> list[Ran]:
    return [each for name, told in jobs.items() for each in nightly(name, 4 if told["payload"] == "agentTurn" else 0)]


def test_setting_of_all_dead_jobs_and_of_no_other_differs():
    jobs = eight_jobs()
    found = compared(four_dead(jobs), jobs)
    assert differing(found) == [("sessionTarget", "isolated")]
    assert found[0].p_value == pytest.approx(2 / 70)


def test_setting_beside_others_that_could_tell_nothing_keeps_its_chance():
    jobs = eight_jobs(model=True)
    found = compared(four_dead(jobs), jobs)
    assert differing(found) == [("sessionTarget", "isolated")]
    assert told(found, "model").standing == "unknown"


def test_settings_that_split_alike_are_named_together():
    jobs = eight_jobs()
    found = compared(four_dead(jobs), jobs)
    assert found[0].alongside == (("payload", "agentTurn"),)
    assert not [each for each in found if each.attribute == "payload"]


def test_jobs_are_compared_since_the_day_of_the_first_bad_run():
    jobs = eight_jobs()
    first = compared(four_dead(jobs), jobs)[0]
    assert (first.within.bad, first.within.runs, first.within.jobs) == (16, 16, 4)
    assert (first.others.bad, first.others.runs, first.others.jobs) == (0, 16, 4)
    assert first.effect == 1


def test_setting_of_all_jobs_is_ruled_out():
    jobs = {name: {**told, "delivery": "announce"} for name, told in eight_jobs().items()}
    found = told(compared(four_dead(jobs), jobs), "delivery")
    assert (found.standing, found.value, found.reason) == ("same", "announce", "all 8 jobs have it")


def test_jobs_of_which_nothing_is_known_have_what_all_have():
    jobs = {name: {**told, "delivery": "announce"} for name, told in eight_jobs().items()}
    runs = [*four_dead(jobs), *(ran("odd", day, verdict="unverifiable", said=None) for day in range(14))]
    found = told(compared(runs, {**jobs, "odd": {"delivery": "announce"}}), "delivery")
    assert found.reason == "all 9 jobs have it"


def test_one_flaky_job_makes_none_of_its_settings_differ():
    jobs = {
        f"job-{number:02d}": {"team": "a" if number < 2 else "b", "own": "yes" if number < 1 else "no"}
        for number in range(40)
    }
    runs = [each for name in jobs for each in nightly(name, 9 if name == "job-00" else 0)]
    assert differing(compared(runs, jobs)) == []


def test_value_of_a_single_job_is_too_little_to_tell():
    jobs = {f"job-{number}": {"own": "yes" if number < 1 else "no"} for number in range(30)}
    runs = [each for name in jobs for each in nightly(name, 9 if name == "job-0" else 0)]
    found = told(compared(runs, jobs), "own")
    assert (found.standing, found.p_value) == ("unknown", None)


def test_jobs_whose_settings_are_not_known_are_left_aside():
    jobs = eight_jobs()
    runs = [*four_dead(jobs), *nightly("stranger", 9)]
    assert told(compared(runs, jobs), "sessionTarget").within.jobs == 4


def test_setting_that_only_some_jobs_have_is_compared_with_its_absence():
    jobs = {f"job-{number}": {"a": "1", **({"retries": "0"} if number < 5 else {})} for number in range(10)}
    runs = [each for name, told in jobs.items() for each in nightly(name, 6 if "retries" in told else 0)]
    assert differing(compared(runs, jobs)) == [("retries", "0")]


def test_large_fleet_rules_out_a_setting_that_makes_no_difference():
    jobs = {f"job-{number:03d}": {"team": "a" if number % 2 else "b"} for number in range(120)}
    runs = [each for place, name in enumerate(jobs) for each in nightly(name, 5 + place // 2 % 3)]
    found = told(compared(runs, jobs), "team")
    assert found.standing == "same"
    assert found.reason.startswith("as often bad with it as without")


def hourly(job: str) -> list[Ran]:
    return [ran(job, day, hour) for day in range(4) for hour in range(24)]


def with_node(runs: list[Ran], slow: str, is_bad_there: bool) -> list[Ran]:
    """Return runs on nodes that take turns; those on one of them go wrong, two times in three."""
    nodes = ("n1", "n2", "n3")
    placed = []
    for place, each in enumerate(runs):
        node = nodes[place * 7919 % 97 % 3]
        is_bad = is_bad_there and node == slow and place % 3 > 0
        placed.append(
            Ran(
                each.job,
                each.at,
                "false_success" if is_bad else "confirmed",
                attributes={"node": node, "pid": str(place)},
            )
        )
    return placed


def test_what_changes_from_run_to_run_is_compared_within_jobs():
    runs = with_node([*hourly("one"), *hourly("two")], "n2", is_bad_there=True)
    found = compared(runs)
    assert differing(found) == [("node", "n2")]
    assert (found[0].level, found[0].others.bad) == ("run", 0)


def test_bad_job_that_is_mostly_on_one_node_does_not_blame_the_node():
    luck = np.random.default_rng(3).random(96)
    flaky = [
        Ran(
            "flaky",
            each.at,
            "false_success" if is_bad else "confirmed",
            attributes={"node": "n1" if place % 10 else "n2"},
        )
        for place, (each, is_bad) in enumerate(zip(hourly("flaky"), luck > 0.5, strict=True))
    ]
    sound = [
        Ran("sound", each.at, attributes={"node": "n2" if place % 10 else "n1"})
        for place, each in enumerate(hourly("sound"))
    ]
    assert differing(compared([*flaky, *sound])) == []


def test_difference_that_few_of_the_bad_runs_have_is_not_what_tells_them():
    luck = np.random.default_rng(4).random(96)
    placed = with_node([*hourly("one"), *hourly("two")], "n2", is_bad_there=True)
    spread = [
        Ran(f"other-{number}", each.at, "false_success" if is_bad else "confirmed")
        for number in range(40)
        for each, is_bad in zip(hourly("one"), np.roll(luck, number) > 0.5, strict=True)
    ]
    found = told(compared([*placed, *spread]), "node")
    assert found.standing == "unknown"


def test_version_that_came_as_it_went_wrong_is_left_to_the_change_points():
    jobs = eight_jobs()
    runs = [
        Ran(each.job, each.at, each.verdict, attributes={"version": "2" if each.at >= FIRST + 10 * DAY else "1"})
        for each in four_dead(jobs)
    ]
    found = compared(runs, jobs)
    assert differing(found) == [("sessionTarget", "isolated")]
    version = told(found, "version")
    assert (version.value, version.standing, version.p_value) == ("2", "unknown", None)
    assert version.reason.startswith("it held for one stretch of time")


def test_load_that_is_high_every_afternoon_is_no_stretch_of_time():
    runs = [
        ran(
            "job",
            day,
            hour,
            is_bad=13 <= hour < 17 and (day + hour) % 3 > 0,
            attributes={"load": "high" if 13 <= hour < 17 else "low"},
        )
        for day in range(14)
        for hour in range(24)
    ]
    assert told(compared(runs), "load").standing == "differs"


def test_word_that_is_new_in_every_run_is_not_compared():
    found = compared(with_node(hourly("one"), "n2", is_bad_there=True))
    assert "pid" not in {each.attribute for each in found}


def test_numbers_are_compared_in_thirds():
    loads = [place * 7919 % 97 for place in range(96)]
    runs = [
        Ran("one", each.at, "false_success" if load > 80 else "confirmed", attributes={"load": load})
        for each, load in zip(hourly("one"), loads, strict=True)
    ]
    assert differing(compared(runs)) == [("load", "over 64")]


def test_bad_day_of_all_jobs_does_not_blame_the_weekday():
    jobs = [f"job-{number}" for number in range(20)]
    runs = [ran(name, day, is_bad=day == 8) for name in jobs for day in range(14)]
    assert differing(compared(runs)) == []


def test_bad_hour_of_one_day_does_not_blame_the_jobs_of_that_hour():
    runs = [
        ran(f"job-{number:02d}", day, hour=7 if number < 10 else 15, minute=number, is_bad=number < 10 and day == 8)
        for number in range(20)
        for day in range(14)
    ]
    assert differing(compared(runs)) == []


def test_hour_at_which_jobs_go_wrong_day_after_day_differs():
    runs = [
        ran(f"job-{number:02d}", day, hour=7 if number < 10 else 15, minute=number, is_bad=number < 10 and day % 2 == 0)
        for number in range(20)
        for day in range(14)
    ]
    found = compared(runs)
    assert differing(found) == [("hour", "07 h")]
    assert found[0].level == "job"


def test_bad_weekends_are_told_from_bad_luck():
    jobs = [f"job-{number}" for number in range(20)]
    runs = [
        ran(name, day, is_bad=day % 7 >= 5 and number % 2 == 0) for number, name in enumerate(jobs) for day in range(28)
    ]
    assert ("day", "a weekend") in differing(compared(runs))


def test_bad_hour_of_jobs_that_run_all_day_differs():
    runs = [
        ran(f"job-{number}", day, hour, is_bad=hour == 3)
        for number in range(3)
        for day in range(10)
        for hour in range(24)
    ]
    assert differing(compared(runs)) == [("hour", "03 h")]


def test_hour_is_that_of_the_reports_zone():
    runs = [ran("job", day, hour, is_bad=hour == 3) for day in range(14) for hour in range(24)]
    assert differing(compared(runs, zone=ZoneInfo("Asia/Tokyo"))) == [("hour", "12 h")]


def test_host_is_compared_over_its_jobs():
    jobs = [Job(f"job-{number:02d}", UTC, host="old" if number < 6 else "new") for number in range(16)]
    runs = [each for job in jobs for each in nightly(job.name, 8 if job.host == "old" else 0)]
    assert differing(compared(runs, jobs)) == [("host", "old")]


def test_host_that_only_the_triggers_name_is_compared_over_jobs_that_stay_there():
    hosts = {f"job-{number:02d}": "old" if number < 6 else "new" for number in range(16)}
    runs = [each for job, host in hosts.items() for each in nightly(job, 8 if host == "old" else 0, host=host)]
    found = compared(runs)
    assert differing(found) == [("host", "old")]
    assert told(found, "host").level == "job"


def test_job_that_runs_on_two_hosts_by_turns_is_compared_with_itself():
    turns = [
        ran(job, day, host=("old", "new")[day % 2], is_bad=day % 2 == 0 and day > 3)
        for job in ("one", "two", "three")
        for day in range(14)
    ]
    found = compared(turns)
    assert differing(found) == [("host", "old")]
    assert told(found, "host").level == "run"


def test_job_that_missed_its_run_counts_on_its_host():
    hosts = {f"job-{number:02d}": "old" if number < 6 else "new" for number in range(16)}
    runs = [each for job, host in hosts.items() for each in nightly(job, 8 if host == "old" else 0, host=host)]
    lost = [replace(each, host=None) if each.verdict != "confirmed" else each for each in runs]
    assert told(compared(lost), "host").within.bad == 48


def test_bad_jobs_that_share_the_beginning_of_their_name_are_found():
    names = [*(f"larry-{number}" for number in range(6)), *(f"app-{number}" for number in range(10))]
    runs = [each for name in names for each in nightly(name, 8 if name.startswith("larry") else 0)]
    assert differing(compared(runs)) == [("name begins with", "larry")]


def test_attribute_that_often_goes_with_a_clearer_one_is_not_told_beside_it():
    jobs = {f"job-{number:02d}": {"session": "a" if number < 12 else "b", "model": "x" if number < 11 or number == 30 else "y"} for number in range(40)}  # fmt: skip
    runs = [each for name, told in jobs.items() for each in nightly(name, 9 if told["session"] == "a" else 0)]
    found = compared(runs, jobs)
    assert differing(found) == [("session", "a")]
    assert told(found, "model").reason.startswith('tells little beside session = "a"')


def test_nothing_bad_leaves_nothing_to_compare():
    assert compared([each for number in range(9) for each in nightly(f"job-{number}", 0)]) == []


def test_nothing_good_leaves_nothing_to_compare():
    assert compared([each for number in range(9) for each in nightly(f"job-{number}", 14)]) == []


def test_no_runs_leave_nothing_to_compare():
    assert compared([], {"one": {"a": "b"}}) == []


def test_order_of_the_runs_does_not_matter():
    jobs = eight_jobs(model=True)
    runs = four_dead(jobs)
    assert compared(runs[::-1], jobs) == compared(runs, jobs)


def test_what_differs_comes_before_what_is_ruled_out_and_what_is_open():
    jobs = {name: {"delivery": "announce", **told} for name, told in eight_jobs(model=True).items()}
    standings = [each.standing for each in compared(four_dead(jobs), jobs)]
    assert standings == sorted(standings, key=["differs", "same", "unknown"].index)


VERDICTS = ("confirmed", "false_success", "failed", "missed", "false_alarm", "unreported", "pending", "interrupted")
SAID = {"confirmed": "success", "false_success": "success", "failed": "failure", "false_alarm": "failure"}


def any_world(seed: int) -> tuple[list[Ran], dict[str, dict[str, str]]]:
    """Return runs and settings drawn without any sense, odd values and gaps among them."""
    chance = random.Random(seed)
    jobs = {f"{chance.choice('ab')}-{number}": {key: chance.choice("xy") for key in "pq"} for number in range(5)}
    runs = [
        Ran(
            job,
            FIRST + chance.randint(0, 20 * 24 * 60) * MINUTE + place,
            verdict,
            SAID.get(verdict),
            attributes={chance.choice(["node", "load"]): chance.choice(["1", "x", 2.5, True, None, "nan", 10**18])},
            text=chance.choice(["", "x\ny", "💥"]),
            duration=chance.choice([None, 0.0, 100.0]),
        )
        for job in jobs
        for place in range(chance.randint(0, 12))
        for verdict in [chance.choice(VERDICTS)]
    ]
    return runs, jobs


@pytest.mark.parametrize("seed", range(12))
def test_any_world_is_compared_and_its_order_does_not_matter(seed):
    runs, jobs = any_world(seed)
    for about in ("work", "reporting"):
        found = compared(runs, jobs, about)
        assert found == compared(runs[::-1], jobs, about)
        for each in found:
            assert each.within.bad <= each.within.runs
            assert each.p_value is None or 0 < each.p_value <= (each.adjusted or 1) <= 1
