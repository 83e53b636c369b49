"""What each lane said, and how the reporting did by channel and host, each with its counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from forensics.analyse.reporting_parts import reporting_parts
from forensics.config import Job
from forensics.evidence.paired import EVENT_CODES, Steps
from forensics.evidence.result import ReportedPart
from tests.analyse.builders import UTC, all_of, evidence, frame, ints, paired, run


def parts(
    *rows: dict[str, Any],
    channels: Sequence[str | None] = (),
    jobs: Sequence[Job] | None = None,
    ended: Sequence[tuple[int, str, float]] = (),
    hosts: Sequence[str | None] = (),
    configured: int | None = None,
    owed: Any = None,
    checkable: Any = None,
) -> list[ReportedPart]:
    """Return the parts of a reporting; ``channels`` are those of the runs' messages, None for none at all.

    ``hosts`` are those of the triggers.
    """
    runs = frame(*rows)
    said = [place for place, channel in enumerate(channels) if channel is not None]
    links = paired(
        runs,
        jobs=jobs,
        configured=configured,
        claims=[(place, rows[place]["claim"] or "failure", 0) for place in said],
        triggers=[place for place, row in enumerate(rows) if row["triggered_at"]],
    )
    events = ints(EVENT_CODES.index(event) for _, event, _ in ended)
    run_of, codes = ints(each[0] for each in ended), np.array([each[2] for each in ended], dtype=float)
    links = replace(links, steps=Steps(run_of, ints(range(len(ended))), events, run_of, codes))
    lines = [{"at": 1, "event": "started", "host": host} for host in hosts or [None] * len(rows)]
    read = evidence(triggers=lines, notifications=[{"at": 1, "channel": channels[place]} for place in said])
    due = all_of(runs) if owed is None else owed
    return list(reporting_parts(runs, due, all_of(runs) if checkable is None else checkable, links, read))


def part(found: Sequence[ReportedPart], by: str, name: str) -> tuple[int, int, int, int]:
    """Return how many were said to be well, of how many; how many are proven, of how many."""
    (one,) = (each for each in found if (each.by, each.name) == (by, name))
    return one.said, one.owed, one.proven, one.checkable


def names(found: Sequence[ReportedPart], by: str) -> list[str]:
    return [each.name for each in found if each.by == by]


def test_lane_is_told_with_what_its_word_is_worth():
    found = parts(run("confirmed", "one"), run("silent_failure", "two"), run("silent_failure", "three"))
    assert part(found, "lane", "triggers") == (3, 3, 1, 3)
    assert part(found, "lane", "notifications") == (1, 3, 1, 1)


def test_due_time_without_a_trigger_is_one_that_the_scheduler_did_not_say_well_of():
    found = parts(run("confirmed", "one"), run("missed", "two"))
    assert part(found, "lane", "triggers")[:2] == (1, 2)


def test_scheduler_of_which_nothing_was_read_says_nothing():
    assert "triggers" not in names(parts(run("missed", "one"), run("missed", "two")), "lane")


def test_last_end_that_the_runner_recorded_counts():
    rows = [run("confirmed", "one"), run("silent_failure", "two"), run("silent_failure", "three")]
    ended = [(0, "failed", 1.0), (0, "completed", 0.0), (1, "completed", 2.0), (2, "timed_out", np.nan)]
    assert part(parts(*rows, ended=ended), "lane", "lifecycle") == (1, 3, 1, 1)


def test_run_that_is_pending_or_skipped_is_in_no_lane():
    found = parts(run("pending", "one"), run("skipped", "two"), run("confirmed", "three"))
    assert part(found, "lane", "triggers")[:2] == (1, 1)


def test_several_channels_are_told_apart():
    rows = [run("confirmed", "one"), run("false_alarm", "two"), run("false_alarm", "three")]
    found = parts(*rows, channels=["ops", "metrics", "metrics"])
    assert part(found, "channel", "ops") == (1, 1, 1, 1)
    assert part(found, "channel", "metrics") == (0, 2, 2, 2)


def test_one_channel_is_not_told_by_itself():
    assert names(parts(run("confirmed", "one"), run("confirmed", "two"), channels=["ops", "ops"]), "channel") == []


def test_silent_run_counts_in_the_channel_of_its_jobs_others():
    rows = [
        run("confirmed", "one", due="07:00"),
        run("unreported", "one", due="08:00"),
        run("confirmed", "two", due="07:00"),
    ]
    found = parts(*rows, channels=["ops", None, "metrics"])
    assert part(found, "channel", "ops")[:2] == (1, 2)


def test_job_that_never_spoke_counts_in_the_channel_of_its_settings():
    jobs = [Job("one", UTC, attributes={"channel": "ops"}), Job("two", UTC)]
    found = parts(run("unreported", "one"), run("confirmed", "two"), channels=[None, "metrics"], jobs=jobs)
    assert part(found, "channel", "ops")[:2] == (0, 1)


def test_silent_run_of_an_unknown_channel_is_counted_as_such():
    rows = [run("confirmed", "one"), run("confirmed", "two"), run("unreported", "three")]
    found = parts(*rows, channels=["ops", "metrics", None])
    assert names(found, "channel") == ["metrics", "ops", "not known"]


def test_several_hosts_are_told_apart():
    found = parts(run("confirmed", "one"), run("unreported", "two"), jobs=[Job("one", UTC, "a"), Job("two", UTC, "b")])
    assert part(found, "host", "a")[:2] == (1, 1)
    assert part(found, "host", "b")[:2] == (0, 1)


def test_host_that_only_the_triggers_name_is_told():
    found = parts(run("confirmed", "one"), run("unreported", "two"), hosts=["a", "b"])
    assert part(found, "host", "a")[:2] == (1, 1)
    assert part(found, "host", "b")[:2] == (0, 1)


def test_job_that_never_reports_makes_no_host_look_silent():
    rows = [run("confirmed", "one"), run("unreported", "debian-sa1"), run("confirmed", "two")]
    found = parts(*rows, channels=["ops", None, "ops"], hosts=["a", "a", "b"], configured=0)
    assert part(found, "host", "a")[:2] == (1, 1)


def test_nothing_was_owed_by_a_host_whose_jobs_never_report():
    rows = [run("confirmed", "one"), run("unreported", "debian-sa1"), run("unreported", "run-parts")]
    found = parts(*rows, channels=["ops", None, None], hosts=["a", "b", "b"], configured=0)
    assert part(found, "host", "b") == (0, 0, 2, 2)


def test_configured_jobs_that_are_silent_make_their_host_look_so():
    rows = [run("confirmed", "one"), run("unreported", "two")]
    assert part(parts(*rows, channels=["ops", None], hosts=["a", "b"]), "host", "b")[:2] == (0, 1)


def test_hosts_of_which_none_reports_are_not_told_apart():
    rows = [run("unreported", "debian-sa1"), run("unreported", "run-parts")]
    assert names(parts(*rows, hosts=["a", "b"], configured=0), "host") == []


def test_runs_outside_the_window_count_nowhere():
    found = parts(run("confirmed", "one"), run("confirmed", "two", in_window=False), hosts=["a", "b"])
    assert names(found, "host") == []


def test_no_runs_have_no_parts():
    assert parts() == []
