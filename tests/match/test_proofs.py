"""Files as witnesses: which run a path names, and which times can be believed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from forensics.match.jobfiles import JobFiles
from forensics.match.proofs import file_witnesses, witnesses_near
from tests.match.builders import at, every, evidence, file, ints, job, paired, spine, table, told, trigger, window

DAILY = job(artifacts=("{date:%Y-%m-%d}.json",))
FIXED = job(artifacts=("latest.json",))
WEEK = window("2026-03-15T00:00", "2026-03-20T00:00")
NIGHTS = [f"2026-03-{day}" for day in range(15, 20)]


def nightly(path: str, when: str = "T07:04") -> list[dict[str, Any]]:
    """Return five nights' triggers, and a file each; ``{}`` in the path is the day."""
    return [row for day in NIGHTS for row in (trigger(f"{day}T07:00:01"), file(path.format(day), f"{day}{when}"))]


def test_date_in_a_path_counts_before_its_mtime() -> None:
    rows = trigger("2026-03-18T07:00"), trigger("07:00"), file("2026-03-18.json", "07:04")
    result = paired(*rows, jobs=[DAILY])
    assert result.runs.due[result.proofs.run].tolist() == [at("2026-03-18T07:00")]


def test_path_is_named_in_the_jobs_own_zone() -> None:
    tokyo = job(schedule="0 0 * * *", timezone=ZoneInfo("Asia/Tokyo"), artifacts=("{date:%Y-%m-%d}.json",))
    result = paired(trigger("2026-03-19T15:00"), file("2026-03-20.json", "15:04"), jobs=[tokyo])
    assert result.runs.due[result.proofs.run].tolist() == [at("15:00")]


def test_where_several_runs_are_named_alike_the_mtime_decides() -> None:
    twice = job(schedule="0 7,19 * * *", artifacts=("{date:%Y-%m-%d}-*.json",))
    rows = trigger("07:00"), trigger("19:00"), file("2026-03-19-a.json", "07:04"), file("2026-03-19-b.json", "19:04")
    assert [run["files"] for run in told(paired(*rows, jobs=[twice]))] == [["07:04"], ["19:04"]]


def test_stamp_within_start_grace_is_the_runs_own_clock() -> None:
    stamped = job(artifacts=("{date:%Y%m%dT%H%M%S}.json",))
    (run,) = told(paired(trigger("07:00:01"), file("20260319T070312.json", "07:04"), jobs=[stamped]))
    assert run["files"] == ["07:04"]


def test_stamp_of_no_run_makes_a_run_of_its_own() -> None:
    stamped = job(artifacts=("{date:%Y%m%dT%H%M%S}.json",))
    runs = told(paired(trigger("07:00:01"), file("20260319T120000.json", "12:04"), jobs=[stamped]))
    assert [run["due"] for run in runs] == ["07:00", None]


def test_stamps_that_usually_come_late_are_taken_at_the_end_of_the_work() -> None:
    stamped = job(artifacts=("{date:%Y%m%dT%H%M%S}.json",), schedule="0 * * * *")
    starts = [trigger(f"{hour:02d}:00:01") for hour in range(1, 9)]
    ends = [file(f"20260319T{hour:02d}1500.json", f"{hour:02d}:15:01") for hour in range(1, 9)]
    runs = told(paired(*starts, *ends, jobs=[stamped]))
    assert [run.get("files") for run in runs[1:9]] == [[f"{hour:02d}:15:01"] for hour in range(1, 9)]


def test_run_that_was_only_triggered_loses_its_day_file_to_the_next_one() -> None:
    free = job(schedule=None, artifacts=("{date:%Y-%m-%d}.csv",))
    result = paired(trigger("07:00:01"), trigger("09:00:01"), file("2026-03-19.csv", "09:04"), jobs=[free])
    assert result.overwritten.tolist() == [True, False]


def test_overwritten_file_speaks_for_the_last_run_only() -> None:
    result = paired(
        *nightly("latest.json")[-1:],
        *[row for row in nightly("latest.json") if row["table"] == "triggers"],
        jobs=[FIXED],
        of=WEEK,
    )
    inside = (result.runs.due >= WEEK.since) & (result.runs.due < WEEK.until)
    assert result.overwritten[inside].tolist() == [True] * 4 + [False]


def test_dated_files_are_not_overwritten() -> None:
    result = paired(*nightly("{}.json"), jobs=[DAILY], of=WEEK)
    inside = (result.runs.due >= WEEK.since) & (result.runs.due < WEEK.until)
    assert not result.overwritten[inside].any()
    assert len(result.proofs.run) == 5


def test_pattern_shared_by_several_runs_of_a_day_is_told() -> None:
    hourly = every(60, artifacts=("{date:%Y-%m-%d}.json",))
    assert [each.is_shared for each in paired(jobs=[hourly]).patterns] == [True]
    assert [each.is_shared for each in paired(jobs=[DAILY]).patterns] == [False]
    assert [each.is_shared for each in paired(jobs=[FIXED]).patterns] == [True]


def test_misspelt_pattern_is_told_by_a_path_like_it() -> None:
    typo = job(artifacts=("repotrs/{date:%Y-%m-%d}.json",))
    result = paired(*nightly("reports/{}.json"), jobs=[typo], of=WEEK)
    assert [each.near for each in result.patterns] == ["reports/2026-03-19.json"]
    assert result.overwritten.all()


def test_path_like_it_that_misses_a_night_tells_of_no_typo() -> None:
    typo = job(artifacts=("repotrs/{date:%Y-%m-%d}.json",))
    result = paired(*nightly("reports/{}.json")[:-1], jobs=[typo], of=WEEK)
    assert [each.near for each in result.patterns] == [None]


def test_pattern_that_fits_something_has_no_near_path() -> None:
    result = paired(*nightly("{}.json"), jobs=[DAILY], of=WEEK)
    assert [each.near for each in result.patterns] == [None]


def copied(count: int, minute: str = "12:00") -> list[dict[str, Any]]:
    return [file(f"other-{number}.json", f"{minute}:{number % 60:02d}") for number in range(count)]


def test_tree_whose_files_share_one_minute_outside_every_run_was_copied() -> None:
    result = paired(trigger("07:00"), *copied(20), jobs=[job(artifacts=("*.json",))])
    assert result.is_copied
    assert not len(result.proofs.run)
    assert result.overwritten.all()


def test_files_of_one_minute_in_a_run_were_written_by_it() -> None:
    assert not paired(trigger("11:59"), *copied(20), jobs=[job(artifacts=("*.json",))]).is_copied


def test_few_files_of_one_minute_are_no_copy() -> None:
    assert not paired(trigger("07:00"), *copied(3), jobs=[job(artifacts=("*.json",))]).is_copied


def test_dated_path_in_a_copied_tree_still_names_its_run_at_no_known_time() -> None:
    result = paired(trigger("07:00"), file("2026-03-19.json", "12:00:30"), *copied(20), jobs=[DAILY])
    assert result.runs.due[result.proofs.run].tolist() == [at("07:00")]
    assert result.proofs.at.tolist() == [-(2**63)]


def test_state_file_makes_no_run() -> None:
    touched = job(state_files=("state/*",))
    assert told(paired(file("state/a", "03:00"), jobs=[touched])) == [{"due": "07:00"}]


def test_late_file_is_told() -> None:
    loose = job(artifacts=("*.json",), clock_tolerance=timedelta(seconds=90))
    for when, is_late in (("07:31:31", False), ("07:31:32", True)):
        result = paired(trigger("07:00:01"), file("a.json", when), jobs=[loose])
        assert result.proofs.is_late.tolist() == [is_late], when


def proven(*rows: dict[str, Any], **more: Any) -> list[bool]:
    """Return whether the run of 07:00 is proven by some files, of the job's two patterns a and b and its marker."""
    declares = job(artifacts=("a.json", "b.json"), markers=("done",), **more)
    known, read = table(declares), evidence(*rows)
    runs = spine(("07:00", "07:00"))
    found = witnesses_near(JobFiles(known.jobs, read), read, window())
    filed = file_witnesses(known, read, runs, found)
    return filed.proves(ints([0] * len(filed.row)), 1, known).tolist()


def test_run_is_proven_by_a_file_for_every_pattern_or_by_a_marker() -> None:
    assert proven(file("a.json", "07:04")) == [False]
    assert proven(file("a.json", "07:04"), file("b.json", "07:04")) == [True]
    assert proven(file("done", "07:04")) == [True]


def test_one_file_proves_where_any_will_do() -> None:
    assert proven(file("a.json", "07:04"), proof="any") == [True]


def test_file_that_is_too_small_proves_nothing() -> None:
    assert proven(file("done", "07:04", size=3), min_size=4) == [False]
    assert proven(file("done", "07:04", size=4), min_size=4) == [True]
