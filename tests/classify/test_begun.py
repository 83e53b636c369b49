"""Runs that cannot be on any more, so that nothing has to be waited for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from forensics.classify.begun import ends_runs_of
from forensics.evidence.hosts import Outage, Stretch
from tests.classify.builders import JOB, Row, Told, at, said, step, told, trigger

# It may take six hours.
LONG = replace(JOB, max_duration=None, host="web1")


def lives(of: str = "", host: str | None = "web1", down: str = "07:10", back: str = "07:12") -> list[Stretch]:
    """Return that a host, or a scheduler on it, was up until an hour and again from another on."""
    first, second = (at("00:00"), at(down)), (at(back), at("23:00"))
    return [Stretch(host, str(span), *span, "journal", 7, of) for span in (first, second)]


def begun(*more: Row, now: str = "07:30", up: list[Stretch] | None = None, **changed: Any) -> Told:
    """Return what came of a run that began at seven, judged soon after its host was booted."""
    rows = trigger("07:00:01"), step("started", "07:00:02"), *more
    return told(*rows, job=replace(LONG, **changed), now=now, stretches=lives() if up is None else up)


def outcome(run: Told) -> tuple[str, Any]:
    cause = run.judged.runs["cause"].iloc[0]
    return run.verdict, cause if isinstance(cause, str) else None


def test_run_whose_host_was_booted_meanwhile_was_interrupted() -> None:
    assert outcome(begun()) == ("interrupted", "host_down")


def test_run_whose_host_is_still_up_is_pending() -> None:
    assert begun(up=[]).verdict == "pending"


def test_run_whose_host_was_asleep_meanwhile_is_pending() -> None:
    assert begun(up=[replace(lives()[0], boot="", since=at("07:10"), until=at("07:12"))]).verdict == "pending"


def test_message_may_still_come_within_the_grace_after_the_last_sign_of_life() -> None:
    assert [begun(now=now).verdict for now in ("07:19:59", "07:20")] == ["pending", "interrupted"]


def test_reason_tells_until_when_a_message_may_come() -> None:
    assert "and a message may come until 07:20:00." in begun(now="07:15").text


def test_claim_is_not_waited_for_where_it_is_there() -> None:
    assert begun(said("failure", "07:12:30"), now="07:13").verdict == "failed"


def test_boot_that_is_still_to_come_says_nothing_yet() -> None:
    assert begun(up=lives(back="09:00"), now="08:00").verdict == "pending"


def test_run_that_was_started_again_after_the_boot_is_pending() -> None:
    assert begun(step("boot_started", "07:13")).verdict == "pending"


def test_run_that_began_after_the_boot_is_pending() -> None:
    assert begun(up=lives(down="06:50", back="06:59")).verdict == "pending"


def test_due_time_for_which_nothing_began_is_waited_for_all_the_same() -> None:
    assert told(job=LONG, now="07:20", stretches=lives(down="07:02")).verdict == "pending"


def test_trigger_alone_shows_no_work_that_was_begun() -> None:
    assert told(trigger("07:00:01"), job=LONG, now="07:30", stretches=lives()).verdict == "silent_failure"


def test_run_in_its_schedulers_own_process_did_not_outlive_that() -> None:
    run = begun(up=lives("openclaw"), scheduler="openclaw")
    assert outcome(run) == ("interrupted", "scheduler_restart")


def test_command_that_cron_started_outlives_another_scheduler() -> None:
    assert begun(up=lives("openclaw")).verdict == "pending"


def test_scheduler_that_was_but_silent_ended_its_runs_when_it_was_started_anew() -> None:
    up, back = lives("openclaw", down="07:05", back="07:25")
    silence = [up, replace(back, is_inferred=True)]
    verdicts = [begun(up=silence, now=now, scheduler="openclaw").verdict for now in ("07:34", "07:35")]
    assert verdicts == ["pending", "interrupted"]


@pytest.mark.parametrize(
    ("host", "hosts", "holds"),
    [
        ("web1", {"web1", "web2"}, True),
        ("web2", {"web1"}, False),
        (None, {"web1"}, True),
        (None, {"web1", "db"}, False),
    ],
)
def test_job_of_which_nobody_knows_the_host_is_ended_by_the_only_one(
    host: str | None, hosts: set[str], holds: bool
) -> None:
    down = Outage("web1.example.org", at("07:10"), at("07:12"), False, "journal", 1)
    assert ends_runs_of(down, replace(JOB, host=host), hosts) is holds
