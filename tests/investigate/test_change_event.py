"""A change and the events beside it."""

from __future__ import annotations

from forensics.config import Event
from forensics.evidence.investigation import ChangePoint
from forensics.investigate.change_points import change_points
from tests.investigate.changing import event, night, studied

LEAKY = {
    "a": "....................xx.x.xx.x.xxx.xx",
    "b": "....................x.xx.xx.xx.x.xxx",
    "c": "....................xx.xxx.x.xx.xx.x",
    "d": "....................x.xxx.xx.x.xx.xx",
    "e": ".....x......x.........x.....x.......",
}
# One run fails by itself on the night before the jobs begin to.
EARLY = {**LEAKY, "b": "..x......x.........xx.xx.xx.xx.x.xxx"}
SHARP = dict.fromkeys("abcd", "..........xxxx")


def only(nights: dict[str, str], *events: Event) -> ChangePoint:
    """Return the one change for the worse that is told."""
    (found,) = (each for each in change_points(studied(nights, events)) if not each.is_better)
    return found


def names(point: ChangePoint) -> list[str]:
    """Return the events of a change."""
    return [each.name for each in point.occasions]


def test_event_after_a_first_bad_run_that_came_by_chance_is_told() -> None:
    point = only(EARLY, event(night(19, 12)))
    assert (names(point), point.first_bad) == (["gateway 2"], night(20))


def test_event_of_which_the_first_runs_went_well_by_luck_is_told() -> None:
    assert names(only(LEAKY, event(night(18, 12)))) == ["gateway 2"]


def test_event_long_before_the_change_is_not_told() -> None:
    assert names(only(LEAKY, event(night(15, 12)))) == []


def test_without_an_event_the_interval_stays_open_at_its_end() -> None:
    point = only(EARLY)
    assert point.last_good < point.first_bad <= point.until


def test_sharp_change_is_open_at_neither_end() -> None:
    point = only(SHARP)
    assert (point.last_good, point.first_bad, point.until) == (night(9, 3), night(10), night(10))


def test_event_after_the_first_of_runs_that_all_fail_is_none_of_the_change() -> None:
    assert names(only(SHARP, event(night(11, 12)))) == []


def test_event_that_fits_best_comes_first() -> None:
    point = only(EARLY, event(night(20, 2.5), "later"), event(night(19, 12), "fits"))
    assert names(point)[0] == "fits"


def test_what_was_changed_comes_before_a_restart_right_at_the_change() -> None:
    point = only(SHARP, event(night(9, 23), "gateway", "restart"), event(night(9, 5), "gateway 2"))
    assert names(point) == ["gateway 2", "gateway"]


def test_restart_after_the_change_is_not_told_beside_it() -> None:
    point = only(EARLY, event(night(20, 1.5), "gateway", "restart"), event(night(19, 12), "fits"))
    assert names(point) == ["fits"]


def test_first_bad_run_is_the_first_bad_one_since_the_event() -> None:
    point = only(LEAKY, event(night(19, 12)))
    assert (point.first_bad, point.before.bad, point.before.runs) == (night(20), 0, 80)
