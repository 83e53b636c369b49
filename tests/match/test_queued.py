"""Starts that waited for other jobs, of a scheduler that runs one at a time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from forensics.config import Job
from forensics.evidence.paired import NAT
from forensics.match.fleet import pair_runs
from forensics.match.queued import stretches
from tests.match.builders import MINUTE, at, clock, covered, evidence, ints, job, resolved, trigger, window

Row = dict[str, Any]


def run(name: str, when: str, minutes: float | None = None, **more: Any) -> Row:
    """Return a run that its scheduler says took so long."""
    told = {} if minutes is None else {"durationSeconds": minutes * 60.0}
    return trigger(when, name, "accepted", attributes=told, **more)


def met(*rows: Row, moved: int = 0, scheduler: str = "openclaw") -> list[str | None]:
    """Return the due time of each run of the job that is due at seven, and moved by so many minutes at most."""
    grace = timedelta(minutes=10 + moved)
    jobs: list[Job] = [job("daily", schedule="0 7 * * *", scheduler=scheduler, start_grace=grace)]
    jobs += [job(name, scheduler=scheduler) for name in ("long", "longer")]
    found = evidence(*rows)
    known = resolved(found, *jobs)
    runs = pair_runs(known, found, covered(len(known.jobs)), window()).runs
    own = (runs.job == 0) & (runs.triggered != NAT)
    return [clock(int(each)) if each != NAT else None for each in runs.due[own]]


def test_start_that_waited_for_other_jobs_is_its_due_times() -> None:
    assert met(run("long", "06:58", 15), run("longer", "07:13:01", 20), run("daily", "07:33:02", 1)) == ["07:00"]


def test_start_after_the_scheduler_had_been_free_is_no_due_times() -> None:
    assert met(run("long", "06:58", 15), run("longer", "07:14", 20), run("daily", "07:34:02", 1)) == [None]


def test_jobs_that_were_moved_wait_for_what_began_after_they_were_due() -> None:
    assert met(run("long", "07:02", 20), run("daily", "07:22:01", 1), moved=5) == ["07:00"]
    assert met(run("long", "07:06", 20), run("daily", "07:26:01", 1), moved=5) == [None]


def test_job_waits_for_one_that_is_due_with_it_and_began_first() -> None:
    assert met(run("long", "07:00:01", 20), run("daily", "07:20:02", 1)) == ["07:00"]


def test_what_began_after_a_start_was_due_kept_it_not_waiting() -> None:
    assert met(run("long", "07:02", 20), run("daily", "07:22:01", 1)) == [None]


def test_cron_starts_its_jobs_whatever_is_on() -> None:
    assert met(run("long", "06:58", 35), run("daily", "07:33:02", 1), scheduler="cron") == [None]


def test_due_time_that_was_met_leaves_a_later_start_to_itself() -> None:
    rows = run("daily", "07:00:01", 30), run("daily", "07:30:05", 1)
    assert met(*rows) == ["07:00", None]


@pytest.mark.parametrize("minutes", [None, 0, 2000.0])
def test_run_without_a_length_that_anybody_believes_keeps_nothing_waiting(minutes: float | None) -> None:
    assert met(run("long", "06:58", minutes), run("daily", "07:33:02", 1)) == [None]


def test_runs_that_overlap_or_follow_at_once_are_one_stretch() -> None:
    begin = ints(map(at, ("07:00", "07:03", "07:09:10", "08:00")))
    found = stretches(begin, begin + ints([9, 1, 5, 2]) * MINUTE, ints([0, 1, 0, 2]))
    assert [clock(int(each)) for each in found.since] == ["07:00", "08:00"]
    assert [clock(int(each) - MINUTE // 2) for each in found.until] == ["07:14:10", "08:02"]
    assert found.jobs.tolist() == [0, 1, 2]
