"""Records of others that a preset knows: Healthchecks' and GitHub's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from forensics.config import PRESETS as LANES
from forensics.evidence.records import Batch, FileRead, Reject, Yielded
from forensics.sources.base import ReadOptions
from forensics.sources.generic import JsonLines
from forensics.sources.presets import PRESETS, job_in
from tests.sources.kubernetes_builders import ns

NOW = 1_800_000_000_000_000_000
START = {"type": "start", "date": "2026-03-19T03:00:01+00:00", "n": 1, "rid": "a-b"}
SUCCESS = {"type": "success", "date": "2026-03-19T03:04:01.5+00:00", "n": 2, "rid": "a-b", "duration": 240.5}
RUN = {
    "id": 7,
    "name": "Nightly",
    "event": "schedule",
    "status": "completed",
    "conclusion": "success",
    "created_at": "2026-03-19T03:20:00Z",
    "run_started_at": "2026-03-19T03:20:00Z",
    "updated_at": "2026-03-19T03:24:00Z",
}


def read(
    path: Path, content: object, preset: str | None, lane: str, name: str = "backup.json", **told: Any
) -> list[Yielded]:
    file = path / name
    file.write_text(content if isinstance(content, str) else json.dumps(content, indent=2))
    return list(JsonLines().read(file, ReadOptions(now=NOW, preset=preset, lane=lane, **told)))


def rows(yielded: list[Yielded]) -> list[dict[str, Any]]:
    found = [each for each in yielded if isinstance(each, Batch)]
    return [
        dict(zip(batch.columns, row, strict=True))
        for batch in found
        for row in zip(*batch.columns.values(), strict=True)
    ]


def account(yielded: list[Yielded]) -> FileRead:
    (found,) = (each for each in yielded if isinstance(each, FileRead))
    return found


def pings(path: Path, *found: object, lane: str = "lifecycle", **told: Any) -> list[Yielded]:
    return read(path, {"pings": found}, "healthchecks-pings", lane, **told)


def runs(path: Path, *found: object, lane: str = "lifecycle", **told: Any) -> list[Yielded]:
    return read(path, {"total_count": 1, "workflow_runs": found}, "github-actions", lane, **told)


def test_every_preset_of_a_config_fills_the_lanes_that_it_is_said_to():
    assert {name: set(preset.lanes) for name, preset in PRESETS.items()} == {
        name: set(lanes) for name, lanes in LANES.items()
    }


def test_pings_are_the_steps_of_a_run(tmp_path: Path):
    found = rows(pings(tmp_path, SUCCESS, START))
    assert [(row["event"], row["run_id"], row["duration_seconds"]) for row in found] == [
        ("completed", "a-b", 240.5),
        ("started", "a-b", None),
    ]


def test_ping_that_failed_is_a_failed_end(tmp_path: Path):
    assert [row["event"] for row in rows(pings(tmp_path, {**SUCCESS, "type": "fail"}))] == ["failed"]


def test_pings_can_be_read_as_claims(tmp_path: Path):
    found = rows(pings(tmp_path, {**SUCCESS, "type": "fail"}, START, lane="notifications"))
    assert [row["claim"] for row in found] == ["failure", "started"]


@pytest.mark.parametrize("kind", ["log", "ign"])
def test_ping_that_says_nothing_is_no_evidence(tmp_path: Path, kind: str):
    assert sum(account(pings(tmp_path, {**START, "type": kind})).skipped.values()) == 1


def test_ping_of_no_known_kind_is_rejected(tmp_path: Path):
    (reject,) = (each for each in pings(tmp_path, {**START, "type": "pong"}) if isinstance(each, Reject))
    assert "pong" in reject.reason


def test_flips_are_the_monitors_claims(tmp_path: Path):
    flips = [{"timestamp": "2026-03-19T03:00:00+00:00", "up": 1}, {"timestamp": "2026-03-19T02:00:00+00:00", "up": 0}]
    found = rows(read(tmp_path, flips, "healthchecks-flips", "notifications"))
    assert [(row["claim"], row["job"]) for row in found] == [("success", "backup"), ("failure", "backup")]


@pytest.mark.parametrize(
    ("name", "job"),
    [
        ("backup.json", "backup"),
        ("backup.pings.json", "backup"),
        ("db-backup-flips.jsonl.gz", "db-backup"),
        ("github-backup_runs.json", "github-backup"),
        ("pings.json", None),
        ("pings", None),
    ],
)
def test_job_stands_in_the_name_of_the_file(name: str, job: str | None):
    assert job_in(Path(name)) == job


def test_job_of_the_config_outranks_the_name_of_the_file(tmp_path: Path):
    assert {row["job"] for row in rows(pings(tmp_path, START, job="other"))} == {"other"}


def test_records_of_no_known_job_are_a_fault_that_says_what_to_do(tmp_path: Path):
    yielded = pings(tmp_path, START, name="pings.json")
    assert 'job = "…"' in (account(yielded).fault or "")
    assert len(rows(yielded)) == 1


def test_run_of_a_workflow_begins_and_ends(tmp_path: Path):
    found = rows(runs(tmp_path, RUN))
    assert [(row["event"], row["job"], row["run_id"]) for row in found] == [
        ("started", "Nightly", "7"),
        ("completed", "Nightly", "7"),
    ]
    assert found[1]["duration_seconds"] == 240


@pytest.mark.parametrize(
    ("conclusion", "event"),
    [("failure", "failed"), ("timed_out", "timed_out"), ("cancelled", "interrupted"), ("startup_failure", "failed")],
)
def test_conclusion_of_a_run_is_how_it_ended(tmp_path: Path, conclusion: str, event: str):
    assert rows(runs(tmp_path, {**RUN, "conclusion": conclusion}))[-1]["event"] == event


def test_run_that_is_going_on_has_only_begun(tmp_path: Path):
    going = {**RUN, "status": "in_progress", "conclusion": None}
    assert [row["event"] for row in rows(runs(tmp_path, going))] == ["started"]


@pytest.mark.parametrize("lane", ["lifecycle", "triggers"])
@pytest.mark.parametrize("event", ["push", "repository_dispatch", "workflow_dispatch"])
def test_run_that_no_schedule_made_is_no_evidence(tmp_path: Path, lane: str, event: str):
    yielded = runs(tmp_path, {**RUN, "event": event}, lane=lane)
    assert rows(yielded) == []
    assert event in next(iter(account(yielded).skipped))


def test_trigger_of_a_workflow_is_when_its_run_was_made(tmp_path: Path):
    (row,) = rows(runs(tmp_path, RUN, lane="triggers"))
    assert (row["at"], row["event"], row["status"]) == (ns("2026-03-19T03:20:00Z"), "accepted", "success")


def test_run_without_a_known_end_completed_when_it_is_known_of(tmp_path: Path):
    bare = {"databaseId": 8, "createdAt": "2026-03-19T03:20:00Z", "status": "completed", "conclusion": "success"}
    assert [(row["event"], row["at"]) for row in rows(runs(tmp_path, bare))] == [
        ("completed", ns("2026-03-19T03:20:00Z"))
    ]


def test_unnamed_workflow_goes_by_its_file(tmp_path: Path):
    unnamed = {**RUN, "name": "", "path": ".github/workflows/nightly.yml"}
    assert {row["job"] for row in rows(runs(tmp_path, unnamed))} == {"nightly"}


@pytest.mark.parametrize(("conclusion", "events"), [("success", ["started"]), ("failure", ["started", "failed"])])
def test_one_job_of_a_run_tells_of_its_failure_alone(tmp_path: Path, conclusion: str, events: list[str]):
    part = {
        "run_id": 7,
        "name": "linters",
        "status": "completed",
        "conclusion": conclusion,
        "started_at": "2026-03-19T03:21:00Z",
        "completed_at": "2026-03-19T03:22:00Z",
    }
    found = rows(read(tmp_path, {"jobs": [part]}, "github-actions", "lifecycle"))
    assert [row["event"] for row in found] == events


def test_pages_may_stand_one_after_the_other(tmp_path: Path):
    page = json.dumps({"workflow_runs": [RUN]}, indent=2)
    assert len(rows(read(tmp_path, f"{page}\n{page}", "github-actions", "triggers"))) == 2


@pytest.mark.parametrize("content", ["", "[", "{", "[1, null, []]", '{"pings": 7}', "\0" * 100, "[" * 5000])
def test_every_record_is_accounted_for(tmp_path: Path, content: str):
    yielded = read(tmp_path, content, "healthchecks-pings", "lifecycle")
    told = account(yielded)
    rejected = sum(isinstance(each, Reject) for each in yielded)
    assert told.records == len(rows(yielded)) + rejected + sum(told.skipped.values())


def test_reject_tells_how_its_record_begins(tmp_path: Path):
    (reject,) = (each for each in pings(tmp_path, {**START, "date": "soon"}) if isinstance(each, Reject))
    assert "soon" in reject.text


def test_file_speaks_for_its_own_job_alone(tmp_path: Path):
    told = account(pings(tmp_path, SUCCESS, START))
    assert told.job_spans == {"backup": ((ns("2026-03-19T03:00:01Z"), ns("2026-03-19T03:04:01Z") + 500_000_000),)}


@pytest.mark.parametrize("wrong", [[], {}, 7, True, None, "x"])
def test_wrong_types_in_a_run_raise_nothing(tmp_path: Path, wrong: object):
    for name in RUN:
        for lane in LANES["github-actions"]:
            yielded = runs(tmp_path, {**RUN, name: wrong}, lane=lane)
            told = account(yielded)
            rejected = sum(isinstance(each, Reject) for each in yielded)
            assert told.records == len(rows(yielded)) + rejected + sum(told.skipped.values())
