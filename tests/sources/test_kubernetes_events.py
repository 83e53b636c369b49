"""What a cluster's events tell of runs, and what they leave to the objects themselves."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sources.kubernetes_builders import account, cron_job, event, job, listed, ns, pod, read, rows, slot_name

SLOT = "2026-03-19T03:00:00Z"
NAME = slot_name("backup", SLOT)
MADE = event("CronJob/backup", "SuccessfulCreate", f"Created job {NAME}", "2026-03-19T03:00:02Z")


def told(path: Path, *things: object) -> list[tuple[str, str | None, int]]:
    """Return (event, run, time) of all rows, in the order of time."""
    yielded = read(path, listed(*things))
    found = [*rows(yielded, "triggers"), *rows(yielded, "lifecycle")]
    return sorted(((row["event"], row["run_id"], row["at"]) for row in found), key=lambda each: each[2])


def test_job_that_was_made_is_a_trigger_at_its_slot(tmp_path: Path):
    assert told(tmp_path, MADE) == [("accepted", f"prod/{NAME}", ns(SLOT))]


def test_event_says_the_same_as_the_job_itself_does_in_another_file(tmp_path: Path):
    (of_job,) = rows(read(tmp_path, listed(job())), "triggers")
    (of_event,) = rows(read(tmp_path, listed(MADE)), "triggers")
    same = ("at", "host", "job", "run_id", "event")
    assert [of_job[name] for name in same] == [of_event[name] for name in same]


def test_event_says_nothing_beside_its_job(tmp_path: Path):
    yielded = read(tmp_path, listed(MADE, job()))
    assert len(rows(yielded, "triggers")) == 1
    assert account(yielded).skipped == {"an event whose Job tells the same": 1}


@pytest.mark.parametrize(
    ("message", "word"),
    [
        (f"Saw completed job: {NAME}, status: Complete", "completed"),
        (f"Saw completed job: {NAME}, condition: Complete", "completed"),
        (f"Saw completed job: {NAME}, status: Failed", "failed"),
    ],
)
def test_job_that_was_seen_to_end_has_ended(tmp_path: Path, message: str, word: str):
    ((found, run, _),) = told(tmp_path, event("CronJob/backup", "SawCompletedJob", message))
    assert (found, run) == (word, f"prod/{NAME}")


@pytest.mark.parametrize(
    ("reason", "word"),
    [("Completed", "completed"), ("BackoffLimitExceeded", "failed"), ("DeadlineExceeded", "timed_out")],
)
def test_end_that_a_jobs_controller_tells_is_an_end(tmp_path: Path, reason: str, word: str):
    ((found, run, _),) = told(tmp_path, event(f"Job/{NAME}", reason))
    assert (found, run) == (word, f"prod/{NAME}")


def test_slot_left_out_for_the_run_before_is_skipped(tmp_path: Path):
    left_out = event("CronJob/backup", "JobAlreadyActive", "Not starting job because prior execution is running")
    assert [(word, run) for word, run, _ in told(tmp_path, left_out)] == [("skipped", None)]


def test_slots_left_out_often_are_known_by_the_first_and_the_last(tmp_path: Path):
    often = event("CronJob/backup", "JobAlreadyActive", "", SLOT, firstTimestamp="2026-03-19T02:00:00Z", count=7)
    assert [(word, at) for word, _, at in told(tmp_path, often)] == [
        ("skipped", ns("2026-03-19T02:00:00Z")),
        ("skipped", ns(SLOT)),
    ]


@pytest.mark.parametrize("reason", ["MissSchedule", "FailedNeedsStart", "TooManyMissedTimes"])
def test_missed_start_is_never_told_as_left_out_on_purpose(tmp_path: Path, reason: str):
    yielded = read(tmp_path, listed(event("CronJob/backup", reason, "Missed scheduled time to start a job")))
    assert rows(yielded, "triggers") == []
    assert account(yielded).skipped == {"an event of a start that was missed, which its due time shows": 1}


def test_job_that_could_not_be_made_has_failed(tmp_path: Path):
    refused = event("CronJob/backup", "FailedCreate", "Error creating job: exceeded quota")
    assert [word for word, _, _ in told(tmp_path, refused)] == ["failed"]


def test_job_without_room_for_its_pod_has_failed_that_far(tmp_path: Path):
    refused = event(f"Job/{NAME}", "FailedCreate", "Error creating: pods are forbidden: exceeded quota")
    assert told(tmp_path, refused)[0][:2] == ("failed", f"prod/{NAME}")


def test_container_that_began_is_a_start_of_the_run(tmp_path: Path):
    began = event(f"Pod/{NAME}-x7k2p", "Started", "Started container main")
    assert told(tmp_path, began)[0][:2] == ("started", f"prod/{NAME}")


def test_container_that_began_is_told_by_its_pod(tmp_path: Path):
    began = event(f"Pod/{NAME}-aaaaa", "Started", "Started container main")
    assert [word for word, _, _ in told(tmp_path, began, pod(NAME, {"running": {"startedAt": SLOT}}))] == ["started"]


@pytest.mark.parametrize("about", ["Pod/web-5d4f8c7b9-x7k2p", "Node/node1", "Deployment/web"])
def test_event_about_something_else_is_about_no_job(tmp_path: Path, about: str):
    yielded = read(tmp_path, listed(event(about, "Unhealthy", "Readiness probe failed")))
    assert account(yielded).skipped == {"an event that is about no job": 1}


def test_probe_that_failed_is_no_end(tmp_path: Path):
    yielded = read(tmp_path, listed(event(f"Pod/{NAME}-x7k2p", "Unhealthy", "Liveness probe failed")))
    assert account(yielded).skipped == {"an event that tells of no start and no end": 1}


def test_newer_form_of_events_is_read(tmp_path: Path):
    newer = {
        "apiVersion": "events.k8s.io/v1",
        "kind": "Event",
        "metadata": {"name": "e", "namespace": "prod"},
        "regarding": {"kind": "CronJob", "name": "backup", "namespace": "prod"},
        "reason": "SuccessfulCreate",
        "note": f"Created job {NAME}",
        "eventTime": "2026-03-19T03:00:02.123456Z",
        "deprecatedLastTimestamp": None,
    }
    assert told(tmp_path, newer) == [("accepted", f"prod/{NAME}", ns(SLOT))]


def test_event_without_a_time_gives_no_row(tmp_path: Path):
    assert told(tmp_path, event("CronJob/backup", "JobAlreadyActive", "", "")) == []


def test_same_cron_job_in_events_bears_its_own_name(tmp_path: Path):
    yielded = read(tmp_path, listed(cron_job(), cron_job(namespace="staging"), MADE))
    assert {row["job"] for row in rows(yielded, "triggers")} == {"prod/backup"}
