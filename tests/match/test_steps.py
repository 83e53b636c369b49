"""The runner's own records: which run each belongs to."""

from __future__ import annotations

from typing import Any

from tests.match.builders import job, paired, step, told, trigger

RUNNER = ("lifecycle",)


def run_of(*rows: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
    return told(paired(*rows, lanes=("triggers", "lifecycle"), **more))


def test_start_and_end_belong_to_the_triggered_run() -> None:
    rows = trigger("07:00:01"), step("started", "07:00:02"), step("completed", "07:04")
    assert run_of(*rows) == [{"due": "07:00", "triggered": "07:00:01", "steps": ["started", "completed"]}]


def test_start_without_trigger_meets_the_due_time() -> None:
    assert run_of(step("started", "07:00:02")) == [{"due": "07:00", "steps": ["started"]}]


def test_start_far_from_any_due_time_is_a_run_of_its_own() -> None:
    runs = run_of(step("started", "12:00"), step("completed", "12:04"))
    assert runs == [{"due": "07:00"}, {"due": None, "steps": ["started", "completed"]}]


def test_rows_of_one_run_id_are_one_run() -> None:
    rows = [step(event, when, run_id="a") for event, when in (("started", "12:00"), ("completed", "16:00"))]
    assert run_of(*rows)[-1] == {"due": None, "steps": ["started", "completed"]}


def test_run_ids_tell_overlapping_runs_apart() -> None:
    rows = [
        step("started", "12:00", run_id="a"),
        step("started", "12:05", run_id="b"),
        step("completed", "12:10", run_id="b"),
        step("failed", "12:20", run_id="a"),
    ]
    assert [run["steps"] for run in run_of(*rows, jobs=[job(schedule=None)])] == [
        ["started", "failed"],
        ["started", "completed"],
    ]


def test_run_id_of_a_trigger_leads_to_its_run_whatever_the_time() -> None:
    rows = trigger("07:00:01", run_id="a"), step("completed", "09:00", run_id="a")
    assert run_of(*rows)[0] == {"due": "07:00", "triggered": "07:00:01", "steps": ["completed"]}


def test_second_boot_in_a_runs_own_time_is_another_attempt_of_it() -> None:
    rows = (
        trigger("07:00:01"),
        step("boot_started", "07:00:02"), step("timed_out", "07:01:02"),
        step("boot_started", "07:02"), step("booted", "07:02:10"), step("completed", "07:04"),
    )  # fmt: skip
    (run,) = run_of(*rows)
    assert run["steps"] == ["boot_started", "timed_out", "boot_started", "booted", "completed"]


def test_start_after_its_own_boot_opens_no_run() -> None:
    rows = (
        step("boot_started", "12:00"),
        step("booted", "12:00:05"),
        step("started", "12:00:06"),
        step("completed", "12:04"),
    )
    assert len(run_of(*rows, jobs=[job(schedule=None)])) == 1


def test_end_that_tells_its_duration_opens_a_run_where_no_starts_are_recorded() -> None:
    (run,) = run_of(step("completed", "07:04", duration_seconds=238.0))
    assert run == {"due": "07:00", "steps": ["completed"]}


def test_end_without_any_start_belongs_to_the_last_run_before_it() -> None:
    (run,) = run_of(trigger("07:00:01"), step("failed", "07:04", exit_code=1))
    assert run["steps"] == ["failed"]


def test_record_of_one_job_is_not_anothers() -> None:
    jobs = [job("one"), job("two")]
    result = paired(step("started", "07:00:02", "two"), jobs=jobs, lanes=RUNNER)
    assert [told(result, name) for name in ("one", "two")] == [
        [{"due": "07:00"}],
        [{"due": "07:00", "steps": ["started"]}],
    ]


def test_exit_code_is_kept_beside_its_end() -> None:
    steps = paired(step("started", "07:00:02"), step("failed", "07:04", exit_code=137.0), lanes=RUNNER).steps
    assert steps.exit_code.tolist()[1] == 137


def test_records_of_a_run_stand_in_order_of_time_whatever_their_rows() -> None:
    rows = step("completed", "07:04"), step("started", "07:00:02")
    assert run_of(*rows)[0]["steps"] == ["started", "completed"]


def test_record_in_no_job_is_in_no_run() -> None:
    assert paired(step("completed", "07:04", None), lanes=RUNNER).steps.run.tolist() == []
