"""Sources that tell job by job since when they hold all runs."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from forensics.config import SourceConfig
from forensics.evidence.intake import SourceRead, joined_spans
from forensics.evidence.records import FileRead
from forensics.match.reach import coverage
from tests.match.builders import at, evidence, ints, job, resolved, trigger

NOW = at("2026-03-20T00:00")
SPANS = {"one": ((at("02:00"), at("04:00")), (at("06:00"), at("08:00"))), "gone": ((at("00:00"), at("09:00")),)}
CLUSTER = SourceConfig("kubernetes", "cluster.json")


def covers(since: str, until: str, config: SourceConfig | None = CLUSTER, **account: object) -> list[bool]:
    """Return of which jobs (one, two) the triggers of a cluster are covered over some time."""
    read = evidence(trigger("07:00", "one"))
    told = SourceRead("c", "kubernetes", ("triggers", "lifecycle"), job_spans=SPANS, covers=(at("00:00"), at("09:00")))
    told = replace(told, newest=at("08:00"), **account)  # type: ignore[arg-type]
    jobs = job("one", scheduler="kubernetes"), job("two", scheduler="kubernetes")
    found = coverage(replace(read, sources=(told,)), [config], [False], resolved(read, *jobs), NOW)
    return found.covers("triggers", ints([0, 1]), ints([at(since)] * 2), ints([at(until)] * 2)).tolist()


def test_each_stretch_of_a_job_is_covered_and_no_other_job() -> None:
    assert covers("02:00", "04:00") == [True, False]
    assert covers("06:30", "07:30") == [True, False]


def test_time_between_two_stretches_is_not_covered() -> None:
    assert covers("03:00", "07:00") == [False, False]


def test_stretch_up_to_the_newest_record_goes_on_where_the_source_is_declared_live() -> None:
    assert covers("07:00", "22:00") == [False, False]
    assert covers("07:00", "22:00", replace(CLUSTER, live=True)) == [True, False]


def test_declared_coverage_outranks_the_stretches() -> None:
    day = datetime(2026, 3, 19, tzinfo=UTC), datetime(2026, 3, 20, tzinfo=UTC)
    declared = at("00:00"), at("2026-03-20T00:00")
    assert covers("03:00", "07:00", replace(CLUSTER, coverage=day), covers=declared) == [True, True]


def test_stretches_of_several_files_stand_side_by_side() -> None:
    files = [FileRead("a", 1, job_spans={"one": ((1, 2),)}), FileRead("b", 1, job_spans={"one": ((5, 6),)})]
    assert joined_spans(files) == {"one": ((1, 2), (5, 6))}
