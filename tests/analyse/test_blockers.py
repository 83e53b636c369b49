"""Blockers: one for each job and kind, worst first, each with what was seen and the next step."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pytest

from forensics.analyse.blockers import blockers
from forensics.config import Job, Mute
from forensics.evidence.result import Blocker, Heartbeat
from forensics.verdicts import BLOCKING, Cause, Verdict
from tests.analyse.builders import UTC, WINDOW, at, evidence, frame, provenance, reporting, run, source

REASONS = [
    "Due 2026-03-19 07:00:00.",
    "No file fits `x`.",
    "So it left nothing.",
    "Lane to add: artifacts.",
]
STALE = Heartbeat("db_backup", "stale", at("2026-03-17T00:00"), 267_840, 86_400, 3.1)


ENDED = "No trigger source covers 07:00:00: coverage ends 2026-03-17 23:59:01 (syslog `cron.log`)."
NONE_READ = "No trigger source covers 07:00:00: none was read."


def found(
    *rows: dict[str, Any],
    reasons: list[str] = REASONS,
    beats: Sequence[Heartbeat] = (),
    jobs: Sequence[Job] = (),
    status: str = "ok",
    sources: Sequence[Any] = (source(),),
    mutes: Sequence[Mute] = (),
) -> list[Blocker]:
    runs = frame(*rows)
    read = evidence(*sources)
    return list(
        blockers(runs, reporting(status), beats, read, jobs, WINDOW, lambda _row: reasons, provenance(runs), UTC, mutes)
    )


def test_quiet_night_has_none():
    assert found(run("confirmed")) == []


@pytest.mark.parametrize("verdict", sorted(BLOCKING))
def test_blocking_verdict_is_a_kind(verdict: Verdict):
    (blocker,) = found(run(verdict.value))
    assert (blocker.job, blocker.kind, blocker.count, blocker.since) == ("daily", verdict.value, 1, at("07:00"))


def test_four_silent_failures_of_a_job_are_one_blocker():
    rows = [run("silent_failure", due=f"2026-03-{day}T13:00") for day in (15, 16, 17, 18)]
    (blocker,) = found(*rows)
    assert (blocker.count, blocker.since) == (4, at("2026-03-15T13:00"))
    assert blocker.text == (
        "Silent failure 4 times in a row since 2026-03-15 13:00: "
        "it was started, left nothing behind, and nobody was told."
    )


def test_blocker_begins_with_its_streak_before_the_window():
    (blocker,) = found(run("failed", due="2026-03-18T07:00", in_window=False), run("failed"))
    assert (blocker.count, blocker.since) == (1, at("2026-03-18T07:00"))
    assert "twice in a row since 2026-03-18 07:00, once in this window" in blocker.text


def test_single_run_is_named_by_its_time():
    assert found(run("missed"))[0].text == "Missed once, 2026-03-19 07:00: it was due and never began."


@pytest.mark.parametrize("reason", [ENDED, NONE_READ])
def test_run_that_no_trigger_source_covers_is_not_said_to_have_never_begun(reason: str):
    (blocker,) = found(run("missed"), reasons=[reason])
    assert blocker.text.endswith(": it was due, and nothing shows that it began: no trigger source covers that time.")
    assert blocker.is_unseen


def test_run_that_the_trigger_log_covers_never_began():
    assert not found(run("missed"))[0].is_unseen


def test_log_that_ended_is_the_first_thing_to_look_at():
    assert found(run("missed"), reasons=[ENDED])[0].todo.startswith("See whether the scheduler and its log still run")


def test_scheduler_of_which_no_record_was_read_is_asked_for_one():
    assert found(run("missed"), reasons=[NONE_READ])[0].todo.startswith("Add the scheduler's own record of that time")


def test_host_that_was_down_explains_a_missed_run_whatever_the_log_covers():
    (blocker,) = found(run("missed", cause=Cause.HOST_DOWN.value), reasons=[ENDED])
    assert blocker.todo.startswith("Find out why the host was down")


def test_broken_streak_names_the_last_run():
    (blocker,) = found(run("missed", due="01:00"), run("confirmed", due="02:00"), run("missed", due="03:00"))
    assert "Missed twice, last 2026-03-19 03:00" in blocker.text


def test_observation_inference_and_advice_are_kept_apart():
    (blocker,) = found(run("missed"))
    assert blocker.observed == ("Due 2026-03-19 07:00:00.", "No file fits `x`.")
    assert blocker.inferred == "So it left nothing."
    assert blocker.todo.startswith("See whether the scheduler")


def test_earlier_runs_are_named_with_their_rows():
    observed = found(run("failed", due="01:00"), run("failed", due="02:00"))[0].observed
    assert observed[0] == "Of these runs triggered 2 of 2 (100 %), proven 0, reported 2."
    assert observed[-1] == "The same before: 2026-03-19 01:00 (triggers.txt:1)."


def test_usual_cause_is_named_and_decides_the_next_step():
    rows = [run("silent_failure", due=f"0{hour}:00", cause=Cause.BOOT_TIMEOUT.value) for hour in range(3)]
    (blocker,) = found(*rows)
    assert "(cause boot_timeout)" in blocker.text
    assert "boot" in blocker.todo


def test_unproven_failure_is_said_to_be_doubtful():
    (blocker,) = found(run("failed", flags="unproven"))
    assert "nothing could have shown otherwise" in blocker.text
    assert blocker.flags == ("unproven",)


def test_worst_stands_first():
    kinds = [
        blocker.kind for blocker in found(run("failed", job="a"), run("missed", job="b"), run("false_success", job="c"))
    ]
    assert kinds == ["false_success", "missed", "failed"]


def test_doubtful_failure_stands_after_a_sure_one():
    rows = [run("failed", job="a", flags="unproven"), run("failed", job="b")]
    assert [blocker.job for blocker in found(*rows)] == ["b", "a"]


def test_run_without_any_known_time_is_a_blocker_all_the_same():
    (blocker,) = found(run("interrupted", due=None))
    assert (blocker.since, "at an unknown time" in blocker.text) == (None, True)


def test_two_skips_do_not_block():
    assert found(run("skipped", due="01:00"), run("skipped", due="02:00")) == []


def test_third_skip_blocks():
    (blocker,) = found(*(run("skipped", due=f"0{hour}:00") for hour in range(3)))
    assert (blocker.kind, blocker.count) == ("skipped", 3)


def test_muted_run_does_not_block():
    assert found(run("missed", flags="muted")) == []


def test_stale_heartbeat_blocks_with_its_ratio():
    (blocker,) = found(beats=[STALE])
    assert (blocker.job, blocker.kind, blocker.since) == ("db_backup", "stale", at("2026-03-17T00:00"))
    assert blocker.text == "Heartbeat stale: silent for 3 d 2 h 24 min, 3.10 × its 24 h."


@pytest.mark.parametrize("status", ["missing", "corrupt", "future", "foreign"])
def test_any_heartbeat_that_is_not_ok_or_late_blocks(status: str):
    (blocker,) = found(beats=[Heartbeat("db_backup", status, reason="because")])
    assert (blocker.kind, blocker.since) == ("stale", None)
    assert status in blocker.text


@pytest.mark.parametrize("status", ["ok", "late"])
def test_heartbeat_that_is_ok_or_late_does_not_block(status: str):
    assert found(beats=[Heartbeat("db_backup", status, 0, 1, 900, 1.0)]) == []


def test_two_bad_heartbeats_of_a_job_are_one_blocker():
    (blocker,) = found(beats=[STALE, Heartbeat("db_backup", "foreign", reason="a symbolic link")])
    assert (blocker.count, blocker.observed) == (2, ("Heartbeat foreign: a symbolic link.",))


@pytest.mark.parametrize(("until", "count"), [("2026-03-20T01:00", 0), ("2026-03-19T12:00", 1)])
def test_heartbeat_of_a_muted_job_does_not_block_while_the_mute_lasts(until: str, count: int):
    mute = Mute(("db_*",), None, datetime.fromisoformat(until).replace(tzinfo=UTC), "move")
    assert len(found(beats=[STALE], mutes=(mute,))) == count


def test_suspect_reporting_blocks_and_counts_what_it_got_wrong():
    rows = [run("false_alarm", job="a", due="05:00"), run("unreported", job="b", due="04:00")]
    (blocker,) = found(*rows, status="suspect")
    assert (blocker.job, blocker.kind, blocker.count, blocker.since) == (None, "reporting", 2, at("04:00"))


@pytest.mark.parametrize("status", ["ok", "unknown"])
def test_reporting_that_is_not_suspect_does_not_block(status: str):
    assert found(run("false_alarm"), status=status) == []


def test_source_that_could_not_be_read_blocks_with_its_name():
    (blocker,) = found(sources=[source(faults=("log.gz: truncated",))])
    assert (blocker.kind, blocker.text) == ("source", "cron.log: log.gz: truncated.")


def test_schedule_that_cannot_be_used_blocks():
    (blocker,) = found(jobs=[Job("leap", UTC, schedule="0 0 31 2 *", problem="it never fires")])
    assert (blocker.job, blocker.kind) == ("leap", "config")
    assert "it never fires" in blocker.text


def test_every_cause_has_a_next_step_for_every_blocking_verdict():
    for verdict in BLOCKING:
        for cause in Cause:
            assert found(run(verdict.value, cause=cause.value))[0].todo


def test_blocker_found_elsewhere_is_ranked_among_the_others():
    runs, other = (
        frame(run("missed"), run("failed", job="b")),
        Blocker(None, None, "reporting", None, 1, "No report ran."),
    )
    read, panel, jobs = evidence(source(faults=("gone",))), [], []
    shown = blockers(
        runs, reporting(), panel, read, jobs, WINDOW, lambda _row: REASONS, provenance(runs), UTC, others=[other]
    )
    assert [each.kind for each in shown] == ["missed", "failed", "reporting", "source"]


def test_blocker_of_a_source_says_which_one():
    (each,) = found(sources=[source("cron.log", faults=("gone",))])
    assert each.about == "cron.log"
