"""Which evidence is asked for: a lane that is missing, or one that is there and ends too soon."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from forensics.evidence.intake import SourceRead
from forensics.evidence.result import Result
from tests.investigate.cases import days, found, world
from tests.report.builders import at

DECLARED = ("out/{date:%Y-%m-%d}.json",)
LATER = "Lane to add: artifacts, listed after 07:30:00."


def listing(**values: Any) -> SourceRead:
    """Return a listing that ends before the runs."""
    told = {"covers": (None, at("2026-03-09 12:00")), "rows": {"artifacts": 5}}
    return SourceRead("find-listing tree.txt", "find-listing", ("artifacts",), **{**told, **values})


def blind(reason: str, *sources: SourceRead, artifacts: tuple[str, ...] = DECLARED) -> Result:
    """Return a run of which nothing could tell, with one reason."""
    made = world(days("a", "unverifiable"), reasons=(reason,))
    jobs = tuple(replace(job, artifacts=artifacts) for job in made.paired.jobs)
    evidence = replace(made.evidence, sources=sources)
    return replace(made, paired=replace(made.paired, jobs=jobs), evidence=evidence)


def asked(studied: Result) -> list[str]:
    return [step.text for step in found(studied)[0].steps]


def test_listing_that_ends_before_the_run_is_to_be_renewed() -> None:
    assert asked(blind(LATER, listing())) == [
        "Renew `find-listing tree.txt`: it ends 2026-03-09 12:00, too soon to show what `a` did; then ask again."
    ]


def test_what_is_declared_and_listed_nowhere_asks_for_a_source() -> None:
    log = SourceRead("syslog cron.log", "syslog", ("triggers",), rows={"triggers": 3})
    assert asked(blind(LATER, log))[0].startswith("Read where `a` leaves its files, as a source")


def test_what_is_not_declared_is_to_be_declared() -> None:
    reason = "Lane to add: artifacts (declare what the job leaves)."
    assert asked(blind(reason, listing(), artifacts=()))[0].startswith("Add the lane artifacts for `a`: declare what")


def test_pattern_that_nothing_fits_is_to_be_mended() -> None:
    told = asked(blind("Lane to add: none; mend the pattern of the artifacts.", listing(covers=(None, None))))
    assert told == ["Mend the pattern of the artifacts of `a`: files lie near it, and none fits."]


def test_log_that_begins_after_the_run_is_to_be_completed() -> None:
    log = SourceRead("syslog cron.log", "syslog", ("triggers",), covers=(at("2026-03-11 00:00"), None), rows={"x": 1})
    told = asked(blind("Lane to add: triggers, the scheduler's own record of that time.", log))
    assert told == [
        "Add what is older than `syslog cron.log`, if it was kept: it begins 2026-03-11 00:00, after `a` ran."
    ]
