"""Runs and what speaks for each, from rows of evidence to pairs."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from forensics.match.jobtable import job_table
from forensics.match.pairing import without
from forensics.match.placing import Track
from tests.match.builders import at, beat, every, file, ints, job, message, paired, step, told, trigger, window

DATED = job(artifacts=("{date:%Y-%m-%d}.json",))
LOOSE = job(artifacts=("*.json",))
PAIR = trigger("07:00:01"), file("2026-03-19.json", "07:04")


def test_trigger_file_and_message_of_a_run_stand_together() -> None:
    runs = told(paired(*PAIR, message("✅ daily completed", "07:05"), jobs=[DATED]))
    assert runs == [{"due": "07:00", "triggered": "07:00:01", "files": ["07:04"], "claims": ["success"]}]


def test_due_time_without_anything_is_a_run() -> None:
    assert told(paired()) == [{"due": "07:00"}]


def test_claims_of_a_run_stand_in_order_of_time() -> None:
    rows = message("✅ daily completed", "07:06"), message("❌ daily failed", "07:05")
    assert told(paired(trigger("07:00:01"), *rows))[0]["claims"] == ["failure", "success"]


def test_file_whose_path_names_the_run_is_its_own_however_late() -> None:
    (run,) = told(paired(trigger("07:00:01"), file("2026-03-19.json", "19:50"), jobs=[DATED]))
    assert run["files"] == ["19:50"]


def test_file_that_lies_before_its_runs_own_time_is_not_its_own() -> None:
    runs = told(paired(trigger("07:00:01"), file("2026-03-19.json", "05:00"), jobs=[DATED]))
    assert "files" not in next(run for run in runs if run["due"] == "07:00")


@pytest.mark.parametrize(("when", "has_it"), [("07:50", True), ("13:00", True), ("13:00:02", False)])
def test_file_without_a_date_is_the_last_runs_for_six_hours(when: str, has_it: bool) -> None:
    runs = told(paired(trigger("07:00:01"), file("a.json", when), jobs=[LOOSE]))
    assert ("files" in runs[0]) == has_it


def test_file_that_no_run_can_have_written_makes_one() -> None:
    runs = told(paired(file("a.json", "03:00"), jobs=[LOOSE]))
    assert runs == [{"due": None, "files": ["03:00"]}, {"due": "07:00"}]


def test_files_of_one_burst_make_one_run() -> None:
    burst = [file(f"{number}.json", f"03:00:{number:02d}") for number in range(3)]
    assert len(told(paired(*burst, jobs=[LOOSE]))) == 2


def test_manual_run_at_night_has_its_own_evidence() -> None:
    rows = trigger("03:00"), file("2026-03-19.json", "03:04"), message("✅ daily completed", "03:05")
    assert told(paired(*rows, jobs=[DATED])) == [
        {"due": None, "triggered": "03:00", "files": ["03:04"], "claims": ["success"]},
        {"due": "07:00"},
    ]


def test_claim_before_the_start_is_not_the_runs() -> None:
    (run,) = told(paired(trigger("07:00:01"), message("✅ daily completed", "06:50")))
    assert "claims" not in run


def test_claim_within_clock_tolerance_before_the_start_is_the_runs() -> None:
    assert told(paired(trigger("07:00:01"), message("✅ daily completed", "06:59")))[0]["claims"] == ["success"]


def test_claim_up_to_a_day_late_is_the_runs() -> None:
    of = window("2026-03-18T00:00", "2026-03-21T00:00")
    every_third = job(schedule="0 7 */3 * *")
    rows = trigger("07:00"), message("✅ daily completed", "2026-03-20T06:59")
    assert told(paired(*rows, jobs=[every_third], of=of))[0]["claims"] == ["success"]


def test_claim_without_any_run_makes_one() -> None:
    assert told(paired(message("✅ daily completed", "12:00"), jobs=[job(schedule=None)])) == [
        {"due": None, "claims": ["success"]}
    ]


def test_start_and_end_said_without_any_run_are_one_run() -> None:
    rows = message("▶️ daily started", "12:00"), message("✅ daily completed", "12:10")
    assert told(paired(*rows, jobs=[job(schedule=None)])) == [{"due": None, "claims": ["started", "success"]}]


def test_claim_after_the_next_start_is_the_next_runs() -> None:
    runs = told(
        paired(
            trigger("07:00"), trigger("08:00"), message("❌ daily failed", "08:05"), jobs=[job(schedule="0 7,8 * * *")]
        )
    )
    assert [run.get("claims") for run in runs] == [None, ["failure"]]


def test_digest_speaks_once_for_each_job_that_it_names() -> None:
    jobs = [job("one"), job("two")]
    result = paired(message("Night:\n✅ one\n❌ two", "07:05"), jobs=jobs)
    assert [told(result, name)[0]["claims"] for name in ("one", "two")] == [["success"], ["failure"]]
    assert sorted(result.claims.line.tolist()) == [2, 3]


def test_identical_line_twice_is_one_run() -> None:
    same = trigger("07:00:01", None, command="/opt/daily", process_id="7")
    result = paired(same, same)
    assert len(told(result)) == 1
    assert result.triggers.row.tolist() == [0, 1]


def test_same_second_with_another_process_id_is_another_run() -> None:
    rows = [trigger("07:00:01", None, command="/opt/daily", process_id=number) for number in ("7", "8")]
    assert len(told(paired(*rows))) == 2


def test_recorded_skip_is_on_its_due_time() -> None:
    result = paired(trigger("07:00:01", event="skipped"))
    assert told(result) == [{"due": "07:00"}]
    assert at("07:00:01") in result.runs.skipped.tolist()


def test_claim_with_a_run_id_joins_its_run_whatever_the_time() -> None:
    rows = (
        *(step("started", when, run_id=name) for when, name in (("07:00", "a"), ("12:00", "b"))),
        message("❌ daily failed", "12:05", run_id="a"),
    )
    runs = told(paired(*rows, lanes=("lifecycle",)))
    assert [run.get("claims") for run in runs] == [["failure"], None]


def test_heartbeat_in_a_runs_own_time_is_the_runs() -> None:
    result = paired(trigger("07:00"), beat("07:04"))
    assert result.runs.due[result.beats.run].tolist() == [at("07:00")]


def test_heartbeat_that_cannot_be_believed_is_no_runs() -> None:
    assert paired(trigger("07:00"), beat("07:04", fault="future")).beats.run.tolist() == []


def quarters(*minutes: int) -> list[str]:
    return [f"{7 + minute // 60:02d}:{minute % 60:02d}" for minute in minutes]


def overlapping(started: list[int], done: list[int]) -> list[dict[str, Any]]:
    """Return the runs of a job that is due every quarter of an hour and takes twenty minutes."""
    slow = every(15, artifacts=("*.json",))
    rows = [trigger(when) for when in quarters(*started)]
    rows += [file(f"{number}.json", when) for number, when in enumerate(quarters(*done))]
    rows += [message("✅ daily completed", f"{when}:20") for when in quarters(*done)]
    return told(paired(*rows, jobs=[slow], of=window("2026-03-19T07:00", "2026-03-19T12:00")))


def test_runs_that_outlast_their_interval_keep_their_own_files_and_messages() -> None:
    started = list(range(0, 240, 15))
    runs = [run for run in overlapping(started, [each + 20 for each in started]) if "triggered" in run]
    assert [run["files"] for run in runs] == [[when] for when in quarters(*(each + 20 for each in started))]
    assert all(run["claims"] == ["success"] for run in runs)


def test_run_that_never_began_gets_none_of_its_neighbours_evidence() -> None:
    started = [each for each in range(0, 240, 15) if each not in (45, 120)]
    runs = overlapping(started, [each + 20 for each in started])
    missed = [run for run in runs if run["due"] in quarters(45, 120)]
    assert missed == [{"due": due} for due in quarters(45, 120)]


def test_run_that_was_said_to_be_skipped_is_taken_for_left_out_unless_files_speak_for_it() -> None:
    four = ints([0, 1, 2, 3])
    runs = Track(four * 0, four, four, four, ints([1, 1, 1, -1]), four, proof=ints([1, -1, -1, -1]))
    assert without(runs, ints([0, 1, 3])).is_started.tolist() == [1, -2, 1, -2]


def test_case_34_three_overlapping_runs_have_each_its_own() -> None:
    runs = [run for run in overlapping([0, 15, 30], [20, 35, 50]) if "triggered" in run]
    assert [run.get("files") for run in runs] == [["07:20"], ["07:35"], ["07:50"]]


def test_case_35_run_never_triggered_between_two_has_nothing() -> None:
    runs = {run["due"]: run for run in overlapping([0, 30], [20, 50])}
    assert [runs[due].get("files") for due in ("07:00", "07:15", "07:30")] == [["07:20"], None, ["07:50"]]


def test_interval_job_that_stayed_silent_has_a_run_for_each_interval() -> None:
    quarter = job(schedule=None, interval=timedelta(minutes=15))
    rows = [trigger(when) for when in ("07:00", "07:15", "08:15")]
    runs = told(paired(*rows, jobs=[quarter], of=window("2026-03-19T07:00", "2026-03-19T08:16")))
    assert [run["due"] for run in runs if "triggered" not in run] == ["07:30", "07:45", "08:00"]


def test_same_job_on_two_hosts_has_two_runs() -> None:
    jobs = [job(host="web1"), job(host="web2")]
    result = paired(trigger("07:00:01", host="web1"), trigger("07:00:03", host="web2"), jobs=jobs)
    assert [run["triggered"] for run in told(result)] == ["07:00:01", "07:00:03"]


def test_runs_are_sorted_by_job_and_start() -> None:
    jobs = [job("one", schedule="0 9 * * *"), job("two"), job("three", schedule="*/30 * * * *")]
    runs = paired(trigger("03:00", "one"), trigger("07:01", "two"), jobs=jobs).runs
    order = list(zip(runs.job.tolist(), runs.start.tolist(), strict=True))
    assert order == sorted(order)


def test_next_start_is_that_of_the_next_run_of_the_same_job() -> None:
    runs = paired(jobs=[every(30), job("other")]).runs
    for row, following in pairwise(range(len(runs))):
        if runs.job[row] == runs.job[following]:
            assert runs.next_start[row] == runs.start[following]


def test_no_evidence_and_no_jobs_give_no_runs() -> None:
    assert len(paired(jobs=[job(schedule=None)]).runs) == 0


def test_durations_of_jobs_are_exact_to_the_microsecond() -> None:
    rules = job_table([job(clock_tolerance=timedelta(microseconds=1), max_duration=None)])
    assert rules.tolerance.tolist() == [1000]
    assert rules.max_duration.tolist() == [-1]
    assert rules.longest.tolist() == [6 * 3600 * 10**9]
    assert np.all(rules.since == np.iinfo(np.int64).min)
