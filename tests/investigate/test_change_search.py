"""The search for changes: alone and together, one after the other, and none where there is none."""

from __future__ import annotations

import numpy as np

from benchmarks.changes_frames import HOUR
from forensics.investigate.change_found import Change
from forensics.investigate.change_groups import Trait, Traits
from forensics.investigate.change_search import changes
from forensics.investigate.change_weight import heaviest, loudest
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
    assert np.isclose(change.p_value, 1 / 0.65 / 3003)


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


def test_first_night_after_an_event_is_enough_for_three_jobs() -> None:
    jobs = parts(*["............x"] * 3, WELL)
    (change,) = changes(jobs, hints=[night(11, 12)])
    assert (len(change.members), times(change)) == (3, (night(11, 2), night(12)))


def test_first_night_without_an_event_is_not() -> None:
    assert changes(parts(*["............x"] * 3, WELL)) == []


def test_event_elsewhere_makes_no_change() -> None:
    assert changes(parts(*["............x"] * 3, WELL), hints=[night(5, 12)]) == []


def test_failure_long_before_does_not_hide_a_dead_job_among_many() -> None:
    odd = ["." * place + "x" + "." * (13 - place) for place in range(1, 11)]
    hourly = "x".join("." * 40 for _ in range(8))
    (change,) = changes(parts(".x.......xxxxx", *odd, hourly, hourly[20:] + hourly[:20]))
    assert (change.members.tolist(), times(change)) == ([0], (night(8), night(9)))


def test_odd_jobs_do_not_make_a_second_change_beside_the_shared_one() -> None:
    leaky = ["." * 200 + "xx.xx.x.xxx." * 8] * 9
    (change,) = changes(parts(*leaky, "." * 200 + ".......x." + "xx.xx.xxx.x" * 8, every=HOUR))
    assert len(change.members) == 10


def test_doubtful_job_is_not_named() -> None:
    dead, doubtful = ["..........xxxx"] * 5, "...........x.."
    (change,) = changes(parts(*dead, doubtful, *[WELL] * 6))
    assert change.is_sure.sum() == 5


SHARED = [".........x.", "..........x", ".........x.", "...........", ".........xx", "..........x"]


def trait(*values: int, width: int = 11) -> Traits:
    return Traits((Trait("team", ("a", "b"), np.repeat(np.array(values), width)),))


def test_group_with_a_name_convinces_where_any_choice_does_not() -> None:
    jobs, well = parts(*SHARED, *["..x........", "....x......"] * 7), [1] * 14
    assert changes(jobs) == []
    (change,) = changes(jobs, traits=trait(*[0] * 6, *well))
    assert (len(change.members), change.until) == (6, night(9))


def test_job_of_the_group_that_shows_nothing_belongs_to_it() -> None:
    found = changes(parts(*SHARED, *[WELL[:11]] * 6), traits=trait(*[0] * 6, *[1] * 6))
    assert 3 in found[0].members.tolist()


def test_job_of_the_group_that_clearly_did_not_change_is_left_out() -> None:
    jobs = parts(*["..........xxxxx.xxxx"] * 5, "." * 20, *["." * 20] * 6)
    (change,) = changes(jobs, traits=trait(*[0] * 6, *[1] * 6, width=20))
    assert change.members.tolist() == [0, 1, 2, 3, 4]


def test_runs_that_share_a_value_change_together() -> None:
    nodes = np.tile([0, 1, 2, 3], 16 * 5)
    runs = "".join("x" if place >= 64 and place % 8 in {0, 4} else "." for place in range(80))
    jobs = parts(runs, runs, runs, runs, every=HOUR)
    (change,) = changes(
        jobs, traits=Traits(read=lambda: (Trait("node", ("a", "b", "c", "d"), nodes[: len(jobs.part)]),))
    )
    assert (change.among, len(change.members), change.until) == ("node = a", 4, night(0, 64))


def test_attributes_of_runs_are_not_read_where_nothing_changed() -> None:
    def read() -> tuple[Trait, ...]:
        raise AssertionError

    assert changes(parts("..x...........", *[WELL] * 5), traits=Traits(read=read)) == []


def test_runs_that_share_a_value_are_counted_alone() -> None:
    nodes = np.tile([0, 1, 2, 3], 16 * 5)
    runs = "".join("x" if place >= 64 and place % 8 in {0, 4} else "." for place in range(80))
    jobs = parts(runs, runs, runs, runs, every=HOUR)
    read = (Trait("node", ("a", "b", "c", "d"), nodes[: len(jobs.part)]),)
    sides = changes(jobs, traits=Traits(read=lambda: read))[0].sides
    assert [each.tolist() for each in (sides.bad_before, sides.before, sides.bad_after, sides.after)] == [
        [0] * 4,
        [16] * 4,
        [4] * 4,
        [4] * 4,
    ]
