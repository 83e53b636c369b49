"""The search for changes: alone and together, one after the other, and none where there is none."""

from __future__ import annotations

import numpy as np

from forensics.investigate.change_search import Change, changes, heaviest, loudest, telling
from tests.investigate.changing import night, parts

WELL = "." * 14


def found(*jobs: str) -> list[Change]:
    return changes(parts(*jobs))


def times(each: Change) -> tuple[int, int]:
    return each.since, each.until


def test_single_job_is_dated_to_one_run() -> None:
    (change,) = found("........xxxxxx", WELL)
    assert (times(change), change.is_better) == ((night(7), night(8)), False)


def test_p_value_of_a_single_job_is_exact_and_corrected() -> None:
    (change,) = found("........xxxxxx", WELL)
    assert np.isclose(change.p_value, 1.25 / 3003)


def test_isolated_failure_does_not_move_the_change() -> None:
    (change,) = found("..x...................xxxxxxxx")
    assert times(change) == (night(21), night(22))


def test_jobs_that_change_together_are_one_change() -> None:
    (change,) = found(*["..........xxxx"] * 4, WELL)
    assert (len(change.members), times(change)) == (4, (night(9, 3), night(10)))


def test_what_no_job_shows_alone_many_show_together() -> None:
    jobs = ["..........x.xx", "...........xx.", "..........xx.x", ".............x", "..........xx.."] * 4
    (change,) = found(*jobs)
    assert (change.is_better, len(change.members) >= 10) == (False, True)


def test_jobs_with_different_onsets_are_different_changes() -> None:
    dates = [times(each) for each in found(*["........xxxxxx"] * 4, *["...........xxx"] * 5)]
    assert sorted(dates) == [(night(7, 3), night(8)), (night(10, 8), night(11, 4))]


def test_end_of_trouble_is_found_as_one() -> None:
    (change,) = found("xxxxxxxxx..........", "xxxxxxxxx..........")
    assert (change.is_better, times(change)) == (True, (night(8, 1), night(9)))


def test_two_changes_of_a_job_are_both_found() -> None:
    dates = {times(each): each.is_better for each in found("." * 20 + "x" * 10 + "." * 20)}
    assert dates == {(night(19), night(20)): False, (night(29), night(30)): True}


def test_steadily_flaky_job_has_no_change() -> None:
    assert found("x..x.x...x.x..x.xx..", WELL) == []


def test_one_bad_night_of_all_jobs_is_no_change() -> None:
    assert found(*[".......x......"] * 30) == []


def test_two_bad_nights_of_one_among_flaky_jobs_do_not_convince() -> None:
    flaky = ["x.x..x.x.x..x.", ".x.x.x..x.x.x.", "x..x.x.x...x.x"]
    assert found("............xx", *flaky * 4) == []


def test_job_that_could_not_convince_counts_for_no_try() -> None:
    once = ["..x...........", ".....x........", ".........x...."]
    assert telling(parts("........xxxxxx", *once * 6)) == 1


def test_jobs_that_stand_out_are_loudest_where_they_break() -> None:
    jobs = parts("..........xxxx", "..........xxxx", "...x..........", ".......x......")
    assert jobs.splits(loudest(jobs))[:2].tolist() == [10, 24]


def test_heaviest_instant_is_heard_where_no_job_stands_out() -> None:
    jobs = parts(*["..........x...", "...........x..", "............x.", ".............x"] * 5)
    assert night(9, 19) < jobs.times[heaviest(jobs)] <= night(11)


def test_steadily_flaky_job_does_not_join_those_that_broke() -> None:
    flaky = "xxx..xx.xx.xxx"
    (change,) = found(*["...........xxx"] * 6, flaky, WELL)
    assert len(change.members) == 6


def test_change_of_fewer_than_a_tenth_does_not_hide_another() -> None:
    small = ("." * 800, "x..............." * 50)
    assert len(found("".join(small), "." * 700 + "x" * 100)) == 1


def test_first_night_after_an_event_is_enough_for_four_jobs() -> None:
    jobs = parts(*["...........x"] * 4, WELL)
    (change,) = changes(jobs, hints=[night(10, 12)])
    assert (len(change.members), times(change)) == (4, (night(10, 3), night(11)))


def test_first_night_without_an_event_is_not() -> None:
    assert changes(parts(*["...........x"] * 4, WELL)) == []


def test_event_elsewhere_makes_no_change() -> None:
    assert changes(parts(*["...........x"] * 4, WELL), hints=[night(5, 12)]) == []
