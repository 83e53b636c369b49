"""Evidence with the offsets of clocks taken out of its times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from forensics.evidence.intake import Evidence
from forensics.evidence.paired import ClockOffset
from forensics.evidence.schema import nanoseconds
from forensics.match import clock_correction
from forensics.match.clocks import DUE, MESSAGES, WHOLE_HOST
from forensics.match.jobfiles import JobFiles
from forensics.match.resolve import Resolved
from tests.match.builders import clock, evidence, file, job, message, resolved, step, trigger

JOBS = (
    job("backup", host="web1", artifacts=["backup/*.json"]),
    job("report", host="web2", artifacts=["report/*.json"]),
)
NIGHT = evidence(
    trigger("07:00", "backup", host="web1"),
    trigger("07:00", "report", host="web2"),
    step("completed", "07:03", "backup", host="web1"),
    file("backup/a.json", "07:04"),
    file("report/a.json", "07:04"),
    file("other/a.json", "07:04"),
    message("✅ backup completed", "07:05"),
    message("✅ report completed", "07:05"),
    message("*Summary*\n✅ backup\n✅ report", "08:00"),
)


def corrected(read: Evidence, offsets: Sequence[ClockOffset], known: Resolved) -> Evidence:
    return clock_correction.corrected(read, offsets, known, JobFiles(known.jobs, read))


def offset(seconds: float, *lanes: str, host: str | None = "web1", against: str = DUE, is_used: bool = True) -> Any:
    return ClockOffset(lanes, host, seconds, 1.0, 9, 3, against, is_used)


def times(table: str, *offsets: ClockOffset) -> list[str | None]:
    timed = corrected(NIGHT, offsets, resolved(NIGHT, *JOBS))
    return [clock(moment) for moment in nanoseconds(timed.frame(table)["at"]).tolist()]


def test_lane_that_is_ahead_is_moved_back():
    assert times("triggers", offset(60, "triggers")) == ["06:59", "07:00"]


def test_lane_that_is_behind_is_moved_on():
    assert times("triggers", offset(-60, "triggers")) == ["07:01", "07:00"]


def test_other_lanes_stay():
    assert times("artifacts", offset(60, "triggers")) == ["07:04"] * 3


def test_files_are_moved_by_the_host_of_their_job():
    assert times("artifacts", offset(60, *WHOLE_HOST)) == ["07:03", "07:04", "07:04"]


def test_same_path_on_another_host_stays():
    night = evidence(file("a.json", "07:04", host="web1"), file("a.json", "07:04", host="web2"))
    known = resolved(night, *(job("backup", host=host, artifacts=["*.json"]) for host in ("web1", "web2")))
    moved = corrected(night, [offset(60, "artifacts")], known).artifacts
    assert [clock(moment) for moment in nanoseconds(moved["at"]).tolist()] == ["07:03", "07:04"]


def test_state_files_are_moved_with_the_others():
    night = evidence(file("backup/state.json", "07:01"))
    known = resolved(night, job("backup", host="web1", state_files=["backup/state.json"]))
    moved = corrected(night, [offset(60, "artifacts")], known).artifacts
    assert clock(int(nanoseconds(moved["at"])[0])) == "07:00"


def test_records_of_the_runner_are_moved_with_their_lane():
    assert times("lifecycle", offset(60, "lifecycle")) == ["07:02"]


def test_records_in_the_trigger_log_go_by_its_clock():
    one_log = evidence(trigger("07:00", "backup", host="web1"))
    frame = NIGHT.lifecycle.assign(source=0)
    mixed = replace(NIGHT, triggers=one_log.triggers, lifecycle=frame)
    timed = corrected(mixed, [offset(60, "triggers")], resolved(mixed, *JOBS))
    assert clock(int(nanoseconds(timed.lifecycle["at"])[0])) == "07:02"


def test_messages_of_a_host_that_is_ahead_are_moved_into_its_time():
    assert times("notifications", offset(3600, *WHOLE_HOST, against=MESSAGES))[:2] == ["08:05", "07:05"]


def test_message_about_several_hosts_comes_after_all_that_it_reports():
    assert times("notifications", offset(-3600, *WHOLE_HOST, against=MESSAGES))[2] == "08:00"
    assert times("notifications", offset(3600, *WHOLE_HOST, against=MESSAGES))[2] == "09:00"


def test_triggers_stay_where_a_whole_host_stands_off_the_messages():
    assert times("triggers", offset(3600, *WHOLE_HOST, against=MESSAGES)) == ["07:00", "07:00"]


def test_files_alone_are_moved_where_they_alone_stand_off_the_messages():
    assert times("artifacts", offset(60, "artifacts", against=MESSAGES))[0] == "07:03"


def test_offset_that_is_not_used_changes_nothing():
    assert corrected(NIGHT, [offset(60, "triggers", is_used=False)], resolved(NIGHT, *JOBS)) is NIGHT


def test_evidence_itself_is_not_altered():
    before = NIGHT.triggers.copy()
    times("triggers", offset(60, "triggers"))
    pd.testing.assert_frame_equal(NIGHT.triggers, before)


def test_unknown_times_stay_unknown():
    moved = corrected(NIGHT, [offset(60, *WHOLE_HOST)], resolved(NIGHT, *JOBS)).artifacts
    assert moved["born_at"].isna().all()
    assert moved.dtypes.equals(NIGHT.artifacts.dtypes)


def test_birth_of_a_file_moves_with_its_mtime():
    night = evidence(file("backup/a.json", "07:04", born_at=0))
    moved = corrected(night, [offset(60, "artifacts")], resolved(night, *JOBS)).artifacts
    assert int(nanoseconds(moved["born_at"])[0]) == -60 * 10**9
