"""A job that is reported far less than it used to be is named, though the reporting of all jobs is as good as ever."""

from __future__ import annotations

from collections.abc import Sequence

from forensics.analyse.job_history import job_rates, unlike_before
from forensics.evidence.columns import Columns
from forensics.evidence.memory import JobRate, PastRate
from tests.analyse.builders import all_of, frame, run

USUAL = [24] * 14


def nights(said: Sequence[int], proven: int = 24, job: str = "hourly") -> list[PastRate]:
    """Return past reports in which a job's success was said for so many of its proven runs."""
    return [PastRate(night, 300, 300, (JobRate(job, None, count, proven),)) for night, count in enumerate(said)]


def unlike(said: int, past: Sequence[PastRate], proven: int = 24, jobs: int = 1) -> list[tuple[str, int]]:
    """Return the jobs that are told of, with the number of reports in which they were told badly."""
    others = [JobRate(f"other-{number}", None, 24, 24) for number in range(jobs - 1)]
    found = unlike_before([JobRate("hourly", None, said, proven), *others], past, 0.8)
    return [(each.job, each.nights) for each in found]


def test_job_that_fell_silent_is_named():
    assert unlike(0, nights(USUAL)) == [("hourly", 1)]


def test_job_that_is_reported_as_ever_is_not():
    assert unlike(23, nights(USUAL)) == []


def test_job_that_was_never_reported_much_is_as_it_used_to_be():
    assert unlike(3, nights([3] * 14)) == []


def test_newest_bad_reports_are_no_part_of_what_is_usual():
    (found,) = unlike_before([JobRate("hourly", None, 0, 24)], nights([*USUAL, 0, 0]), 0.8)
    assert (found.nights, found.said, found.proven, found.usual_said, found.usual_proven) == (3, 0, 72, 336, 336)


def test_job_of_one_run_a_night_takes_two_silent_nights():
    past = [1] * 20
    assert unlike(0, nights(past, proven=1), proven=1) == []
    assert unlike(0, nights([*past, 0], proven=1), proven=1) == [("hourly", 2)]


def test_among_many_jobs_a_rare_night_is_no_wonder():
    assert unlike(0, nights([1] * 20 + [0], proven=1), proven=1, jobs=100) == []


def test_few_nights_are_no_history():
    assert unlike(0, nights([24] * 4)) == []


def test_job_of_another_host_is_another_job():
    past = nights(USUAL)
    assert unlike_before([JobRate("hourly", "elsewhere", 0, 24)], past, 0.8) == ()


def test_only_proven_runs_count_in_a_jobs_rate():
    runs = frame(run("confirmed", "one"), run("unreported", "one"), run("silent_failure", "one"), run("failed", "two"))
    assert job_rates(Columns(runs), all_of(runs)) == (JobRate("one", None, 1, 2),)


def test_run_that_owed_no_message_does_not_count():
    runs = frame(run("confirmed", "one"), run("confirmed", "two"))
    owed = all_of(runs)
    owed[0] = False
    assert job_rates(Columns(runs), owed) == (JobRate("two", None, 1, 1),)
