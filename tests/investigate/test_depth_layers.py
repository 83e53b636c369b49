"""Which layers a job has, which its runs reached, and which no lane could have shown."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from forensics.evidence.result import Result
from tests.investigate.layered import HANGS, WELL, Night, depth, layered, seen

PLAIN = Night(trigger="started")


def of_kind(result: Result, lane: str, kind: str) -> Result:
    """Return a result one of whose sources is of another kind."""
    sources = tuple(replace(each, kind=kind) if lane in each.lanes else each for each in result.evidence.sources)
    return replace(result, evidence=replace(result.evidence, sources=sources))


def test_job_of_a_plain_cron_is_neither_accepted_nor_boots(tmp_path: Path) -> None:
    found = depth(layered(tmp_path, [replace(PLAIN, file="whole", says="✅ daily completed"), PLAIN]))
    assert list(seen(found)) == ["due", "triggered", "working", "done", "reported", "delivered"]


def test_command_in_crons_log_is_not_accepted_by_anybody(tmp_path: Path) -> None:
    result = layered(tmp_path, [replace(WELL, stages=()), Night()])
    assert "accepted" not in seen(depth(of_kind(result, "triggers", "syslog")))


def test_work_of_a_job_without_a_runners_records_is_not_to_be_seen(tmp_path: Path) -> None:
    lanes = ("triggers", "notifications", "artifacts")
    assert seen(depth(layered(tmp_path, [PLAIN, PLAIN], lanes)))["working"] is None


def test_file_that_is_too_small_shows_work(tmp_path: Path) -> None:
    lanes = ("triggers", "notifications", "artifacts")
    assert seen(depth(layered(tmp_path, [replace(PLAIN, file="empty")], lanes)))["working"] == 1


def test_message_lane_that_was_not_read_shows_nothing(tmp_path: Path) -> None:
    found = seen(depth(layered(tmp_path, [WELL, HANGS], ("triggers", "lifecycle", "artifacts"))))
    assert (found["reported"], found["delivered"]) == (None, None)


def test_senders_own_word_is_a_report_and_no_delivery(tmp_path: Path) -> None:
    said = replace(HANGS, says="❌ daily failed")
    found = seen(depth(of_kind(layered(tmp_path, [WELL, said]), "notifications", "openclaw")))
    assert (found["reported"], found["delivered"]) == (1, None)


def test_boot_time_out_is_no_work(tmp_path: Path) -> None:
    gave_up = Night(stages=("boot_started", "timed_out"))
    assert seen(depth(layered(tmp_path, [WELL, gave_up])))["working"] == 0


def test_exit_code_of_a_command_without_boots_shows_that_it_ran(tmp_path: Path) -> None:
    assert seen(depth(layered(tmp_path, [replace(PLAIN, stages=("failed:1",))])))["working"] == 1


def test_message_that_it_started_shows_work_and_is_no_report(tmp_path: Path) -> None:
    lanes = ("triggers", "notifications", "artifacts")
    found = seen(depth(layered(tmp_path, [replace(PLAIN, says="▶️ daily started")], lanes)))
    assert (found["working"], found["reported"]) == (1, 0)


def test_job_that_never_reports_has_no_report_to_miss(tmp_path: Path) -> None:
    assert "reported" not in seen(depth(layered(tmp_path, [PLAIN], more='reports = "never"\n')))
