"""Runs of due times and triggers, where something kept jobs from starting; the plain rules are ``test_spine``'s."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from forensics.evidence.paired import NAT
from forensics.match.back_off import Waits
from forensics.match.queued import Queues
from forensics.match.triggered import Hindrances, Met, lost_ends, trigger_spine, with_dues
from tests.match.builders import at, clock, every, ints, starts, table, window

HALF_HOURLY = every(30)


def wait(until: str, is_known: bool = True) -> Waits:
    """Return that the first job was held back from seven on."""
    return Waits(ints([0]), ints([at("07:00:10")]), ints([at(until)]), np.array([is_known]))


def is_lost(*seen: str, until: str = "07:33", is_known: bool = True, now: str = "09:00") -> bool:
    """Return whether a run was lost at the end of a wait, by the starts that were seen."""
    jobs, held = table(HALF_HOURLY), wait(until, is_known)
    return lost_ends(jobs, held, ints([0]), starts(*seen), Queues(), at(now)).tolist() == [0]


@pytest.mark.parametrize(
    ("seen", "lost"), [("07:31:29", True), ("07:31:31", False), ("07:34:30", False), ("07:34:31", True)]
)
def test_what_comes_within_the_tolerance_of_the_end_of_a_wait_came_for_it(seen: str, lost: bool) -> None:
    assert is_lost(seen) is lost


def test_run_that_failed_and_is_waited_for_did_not_come_for_the_wait() -> None:
    assert is_lost("07:00:10", until="07:00:40")


def test_end_that_is_not_well_known_may_have_been_later() -> None:
    assert [is_lost(seen, is_known=False) for seen in ("07:42:59", "07:43:01")] == [False, True]


def test_end_that_is_still_to_come_is_no_due_time() -> None:
    assert not is_lost(now="07:32")


def test_end_after_the_jobs_life_is_no_due_time() -> None:
    died = table(every(30, until=datetime(2026, 3, 19, 7, 20, tzinfo=UTC)))
    assert not len(lost_ends(died, wait("07:33"), ints([0]), starts(), Queues(), at("09:00")))


def test_due_time_is_put_off_to_the_end_of_the_wait() -> None:
    span = window("2026-03-19T07:00", "2026-03-19T08:30")
    made, _, _ = trigger_spine(
        table(HALF_HOURLY), starts("07:00:01", "08:00:01"), starts(), starts(), span, Hindrances(waits=wait("07:33"))
    )
    inside = (made.due >= span.since) & (made.due < span.until)
    met = zip(made.due[inside].tolist(), made.triggered[inside].tolist(), strict=True)
    assert [(clock(due), clock(when)) for due, when in met] == [
        ("07:00", "07:00:01"),
        ("07:33", None),
        ("08:00", "08:00:01"),
    ]


def test_due_times_with_others_among_them_stand_once_each_in_order() -> None:
    met = Met(ints([0, 0, 1]), ints([5, 9, 5]), ints([NAT] * 3), ints([]), ints([]))
    job, due = with_dues(met, ints([1, 0, 0]), ints([3, 9, 7]))
    assert list(zip(job.tolist(), due.tolist(), strict=True)) == [(0, 5), (0, 7), (0, 9), (1, 3), (1, 5)]


def test_without_those_held_back_each_start_keeps_its_due_time() -> None:
    met = Met(ints([0, 0, 0]), ints([5, 7, 9]), ints([NAT, 8, 11]), ints([2, -1]), ints([]))
    left = met.without_held()
    assert (left.due.tolist(), left.started.tolist()) == ([5, 9], [1, -1])
