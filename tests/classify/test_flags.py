"""What else is worth knowing of a run, and why it came to nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from forensics.classify.flags import clock_change, has_due_times
from forensics.config import Mute
from tests.classify.builders import JOB, Row, at, file, said, skip, step, told, trigger

T, A = trigger("07:00:01"), file("2026-03-19.json", "07:04")
GOOD, BAD = said("success", "07:05"), said("failure", "07:05")
MUTED = Mute(("dai*",), datetime(2026, 3, 19, 7, tzinfo=UTC), datetime(2026, 3, 19, 8, tzinfo=UTC), "upgrade")
HASTY = replace(JOB, min_duration=timedelta(minutes=3))
DATED = "2026-03-19.json"
OFF = replace(JOB, until=datetime(2026, 3, 19, 6, tzinfo=UTC))

FLAGS: list[tuple[str, str, tuple[Row, ...], dict[str, Any], bool]] = [
    ("proof after the own time", "late", (T, file(DATED, "07:31:32")), {}, True),
    ("proof at the end of the own time", "late", (T, file(DATED, "07:31:31")), {}, False),
    ("start later than any may be", "late", (trigger("07:10:01"), file(DATED, "07:14")), {}, True),
    ("start as late as one may be", "late", (trigger("07:10"), file(DATED, "07:14")), {}, False),
    ("late start that came to nothing", "late", (trigger("07:40"),), {}, True),
    ("start without a due time", "late", (T,), {"due": (None,)}, False),
    ("failure before the proof", "recovered", (T, file(DATED, "11:00"), BAD), {}, True),
    ("failure after the proof", "recovered", (T, A, BAD), {}, False),
    ("failure, and nothing could have proven it", "unproven", (T, BAD), {"covers": {"artifacts": None}}, True),
    ("failure, and it could have been proven", "unproven", (T, BAD), {}, False),
    ("exit outweighs the file", "partial", (T, A, step("failed", "07:04:30", 1)), {}, True),
    ("no due time although there is a schedule", "unscheduled", (T, A), {"due": (None,)}, True),
    ("skip recorded after the job was switched off", "unscheduled", (skip("07:00"),), {"due": (None,), "job": OFF}, False),
    ("skip recorded while the job was on", "unscheduled", (skip("05:00"),), {"due": (None,), "job": OFF}, True),
    ("no due time and no schedule", "unscheduled", (T, A), {"due": (None,), "job": replace(JOB, schedule=None)}, False),
    ("proof without trigger", "untriggered", (A, GOOD), {}, True),
    ("proof without trigger where no log would show one", "untriggered", (A, GOOD), {"covers": {"triggers": None}}, False),
    ("nothing at all", "untriggered", (), {}, False),
    ("said done twice", "duplicate_reports", (T, A, GOOD, said("success", "07:06")), {}, True),
    ("said failed, then done", "duplicate_reports", (T, A, BAD, said("success", "07:06")), {}, False),
    ("no messages were read", "reporting_gap", (T, A), {"covers": {"notifications": None}}, True),
    ("policy does not ask for any", "reporting_gap", (T, A), {"job": replace(JOB, reports="never")}, False),
    ("scheduler says ok, nothing there", "ledger_disagrees", (trigger("07:00:01", status="ok"), GOOD), {}, True),
    ("scheduler says error, work done", "ledger_disagrees", (trigger("07:00:01", status="error"), A), {}, True),
    ("scheduler says ok, work done", "ledger_disagrees", (trigger("07:00:01", status="ok"), A), {}, False),
    ("scheduler says ok, nothing could prove it", "ledger_disagrees", (trigger("07:00:01", status="ok"),), {"covers": {"artifacts": None}}, False),
    ("row before the start", "clock_skew", (T, A, said("success", "06:58:30")), {}, True),
    ("row before the start within tolerance", "clock_skew", (T, A, said("success", "06:58:31")), {}, False),
    ("row after the instant of judging", "clock_skew", (T, A, said("success", "2026-03-20T00:00:01")), {}, True),
    ("born after its own mtime, outside the own time", "backdated", (T, file(DATED, "07:04", born_at=at("09:30")), GOOD), {}, True),
    ("born within the own time", "backdated", (T, file(DATED, "07:04", born_at=at("07:05")), GOOD), {}, False),
    ("born before its mtime", "backdated", (T, file(DATED, "07:04", born_at=at("05:00")), GOOD), {}, False),
    ("done faster than can be", "too_fast", (T, file(DATED, "07:02"), GOOD), {"job": HASTY}, True),
    ("done no faster than can be", "too_fast", (T, file(DATED, "07:03:01"), GOOD), {"job": HASTY}, False),
    ("empty file", "too_small", (T, file(DATED, "07:04", 0), GOOD), {}, True),
    ("file of some size", "too_small", (T, A, GOOD), {}, False),
    ("muted", "muted", (T,), {"mutes": (MUTED,)}, True),
    ("another job is muted", "muted", (T,), {"mutes": (replace(MUTED, jobs=("x",)),)}, False),
    ("mute is over", "muted", (T,), {"mutes": (replace(MUTED, until=MUTED.since),)}, False),
    ("mute without bounds", "muted", (T,), {"mutes": (replace(MUTED, since=None, until=None),)}, True),
]  # fmt: skip


@pytest.mark.parametrize(
    ("flag", "rows", "given", "holds"), [case[1:] for case in FLAGS], ids=[f"{case[1]}: {case[0]}" for case in FLAGS]
)
def test_flag(flag: str, rows: tuple[Row, ...], given: dict[str, Any], holds: bool) -> None:
    assert (flag in told(*rows, **given).flags) == holds


def test_run_that_goes_on_after_the_next_start_overlaps() -> None:
    rows = trigger("07:00"), trigger("07:15", run=1), file("a", "07:20"), file("b", "07:34", run=1)
    judged = told(*rows, job=replace(JOB, artifacts=("*",)), due=("07:00", "07:15"))
    assert ["overlapping" in flags.split() for flags in judged.judged.runs["flags"]] == [True, False]


def test_muting_keeps_the_verdict() -> None:
    assert told(T, mutes=(MUTED,)).verdict == told(T).verdict == "silent_failure"


CAUSES = [
    ("exit code", "exit_code", (T, step("failed", "07:04:30", 1))),
    ("killed", "killed", (T, step("failed", "07:04:30", 137))),
    ("killed by a signal that was recorded", "killed", (T, step("interrupted", "07:04:30"))),
    ("exit code just above those of kills", "exit_code", (T, step("failed", "07:04:30", 166))),
    ("exit code just below those of kills", "exit_code", (T, step("failed", "07:04:30", 128))),
    ("boot timed out", "boot_timeout", (T, step("boot_started", "07:00:02"), step("timed_out", "07:01:02"))),
    (
        "timed out after boot",
        "timed_out",
        (T, step("boot_started", "07:00:02"), step("booted", "07:00:09"), step("timed_out", "07:30")),
    ),
    ("nothing tells", None, (T,)),
    ("work done after all", None, (T, step("failed", "07:03", 1), A)),
    ("skipped", None, (skip("07:00"),)),
]


@pytest.mark.parametrize(("cause", "rows"), [case[1:] for case in CAUSES], ids=[case[0] for case in CAUSES])
def test_cause(cause: str | None, rows: tuple[Row, ...]) -> None:
    found = told(*rows).judged.runs["cause"].iloc[0]
    assert (None if found != found else found) == cause


BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("due", "zone", "cause"),
    [
        ("2026-03-29T01:00", BERLIN, "dst_gap"),
        ("2026-03-29T00:59", BERLIN, None),
        ("2026-03-29T02:00", BERLIN, None),
        ("2026-10-25T00:30", BERLIN, "dst_fold"),
        ("2026-10-25T01:30", BERLIN, "dst_fold"),
        ("2026-10-25T02:30", BERLIN, None),
        ("2026-11-01T05:30", NEW_YORK, "dst_fold"),
        ("2026-03-19T07:00", ZoneInfo("UTC"), None),
    ],
)
def test_hour_that_is_skipped_or_comes_twice_is_told(due: str, zone: ZoneInfo, cause: str | None) -> None:
    assert clock_change(at(due), zone) == cause


@pytest.mark.parametrize(
    ("changed", "has"),
    [
        ({}, True),
        ({"schedule": None}, False),
        ({"problem": "never fires"}, False),
        ({"schedule": "@reboot"}, False),
        ({"schedule": "@daily"}, True),
    ],
)
def test_schedule_gives_due_times(changed: dict[str, Any], has: bool) -> None:
    assert has_due_times(replace(JOB, **changed)) == has
