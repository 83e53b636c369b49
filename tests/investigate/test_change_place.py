"""Where a shared change lies, and who shares it."""

from __future__ import annotations

from forensics.investigate.change_place import interval, joining, settled
from tests.analyse.builders import ints
from tests.investigate.changing import night, parts

SHARP = ("..........xxxx", "..........xxxx", "..........xxxx")
LEAKY = ("..........xx.x.xx.xx", "..........x.xxx.x.xx", "...........x.xx.xxx.")


def test_interval_ends_at_the_first_bad_run_of_all() -> None:
    found = parts(*SHARP)
    assert interval(found, ints([0, 1, 2]), int(found.place[10])) == (night(9, 2), night(10, 0), night(10, 0))


def test_interval_is_sharp_where_every_run_fails() -> None:
    found = parts("........xxxx")
    assert interval(found, ints([0]), int(found.place[8])) == (night(7), night(8), night(8))


def test_interval_holds_good_runs_that_may_be_luck() -> None:
    found = parts("..........x.x.xx.xx.")
    since, until, _ = interval(found, ints([0]), int(found.place[10]))
    assert (night(6) <= since < night(9), until) == (True, night(10))


def test_interval_goes_on_past_a_bad_run_that_may_be_one_of_before() -> None:
    found = parts("...x......x......x......x..x....xx.xxx.xx.xx")
    _, until, latest = interval(found, ints([0]), int(found.place[27]))
    assert until == night(27) < night(32) <= latest


def test_all_jobs_of_a_shared_change_are_members() -> None:
    found = parts(*SHARP)
    members, place = settled(found, int(found.place[10]))
    assert (members.tolist(), place) == ([0, 1, 2], int(found.place[10]))


def test_job_that_broke_a_night_earlier_is_no_member() -> None:
    found = parts(*SHARP, ".........xxxxx")
    assert 3 not in settled(found, int(found.place[10]))[0].tolist()


def test_job_that_broke_a_night_later_is_no_member() -> None:
    found = parts(*SHARP, "...........xxx")
    assert 3 not in settled(found, int(found.place[10]))[0].tolist()


def test_lucky_first_run_does_not_part_a_job_from_leaky_ones() -> None:
    found = parts(*LEAKY)
    assert settled(found, int(found.place[10]))[0].tolist() == [0, 1, 2]


def test_job_without_bad_runs_never_joins() -> None:
    found = parts(*SHARP, "..............")
    assert joining(found, int(found.place[10])).tolist() == [0, 1, 2]


def test_many_jobs_odd_in_the_same_way_are_no_members() -> None:
    leaking = ["..........xxxxxxxx"] * 5 + ["..........xxx.xxxx"]
    found = parts(*leaking, *["...........xxxxxxx"] * 6)
    assert settled(found, int(found.place[10]))[0].tolist() == [0, 1, 2, 3, 4, 5]
