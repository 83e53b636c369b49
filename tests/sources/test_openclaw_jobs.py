from __future__ import annotations

from typing import Any

import pytest

from forensics.sources.openclaw_jobs import job_in_row, listed, spoken_names, stored_job
from tests.sources.openclaw_host import job, ms


def scheduled(**schedule: Any) -> Any:
    found = stored_job(job("a", schedule=schedule))
    assert found is not None
    return found.schedule


@pytest.mark.parametrize(
    ("schedule", "seconds"),
    [
        ({"expr": "0 * * * *"}, 300.0),
        ({"expr": "0 */2 * * *"}, 300.0),
        ({"expr": "0 0 * * * *"}, 300.0),
        ({"expr": "0 2 * * *"}, 0.0),
        ({"expr": "5 * * * *"}, 0.0),
        ({"expr": "0 * * * *", "staggerMs": 0}, 0.0),
        ({"expr": "0 2 * * *", "staggerMs": 900_000}, 900.0),
    ],
)
def test_job_on_every_full_hour_is_late_on_purpose_unless_told_not_to(schedule: dict[str, Any], seconds: float) -> None:
    # Six fields begin with seconds: the minute is the second of them.
    assert scheduled(kind="cron", **schedule).stagger == seconds


def test_interval_stands_on_its_anchor_else_on_its_creation() -> None:
    anchored = scheduled(kind="every", everyMs=900_000, anchorMs=ms("2026-03-02 00:05"))
    assert (anchored.every, anchored.anchor) == (900.0, ms("2026-03-02 00:05") * 10**6)
    assert scheduled(kind="every", everyMs=900_000).anchor == ms("2026-03-01 00:00") * 10**6


@pytest.mark.parametrize("written", [{"at": "2026-03-19T07:30:00"}, {"at": "2026-03-19T07:30:00Z"}, {"atMs": ms("2026-03-19 07:30")}])  # fmt: skip
def test_single_occasion_without_a_zone_is_utc(written: dict[str, Any]) -> None:
    assert scheduled(kind="at", **written).at == ms("2026-03-19 07:30") * 10**6


@pytest.mark.parametrize(("target", "payload", "is_main"), [("main", "agentTurn", True), ("isolated", "systemEvent", False), ("", "systemEvent", True), ("session:x", "agentTurn", False)])  # fmt: skip
def test_main_job_only_queues_an_event(target: str, payload: str, is_main: bool) -> None:
    found = stored_job({"id": "a", "sessionTarget": target, "payload": {"kind": payload}})
    assert found is not None
    assert found.is_main is is_main


def test_limit_is_in_seconds_and_zero_is_none() -> None:
    limits = [stored_job({"id": "a", "payload": {"timeoutSeconds": each}}) for each in (180, 0, "x")]
    assert [each and each.limit for each in limits] == [180.0, None, None]


def test_list_may_be_bare_or_in_an_object() -> None:
    assert listed([{"id": "a"}]) == listed({"jobs": [{"id": "a"}]}) == [{"id": "a"}]


def test_row_whose_object_cannot_be_read_is_a_job_by_its_columns() -> None:
    found = job_in_row({"job_id": "a", "name": "export", "job_json": "{", "state_json": '{"lastRunAtMs": 1}'})
    assert found is not None
    assert (found.id, found.name, found.state) == ("a", "export", {"lastRunAtMs": 1})


def test_name_that_two_jobs_share_is_neithers() -> None:
    jobs = [stored_job({"id": called, "name": name}) for called, name in (("a", "X"), ("b", "x"), ("c", "y"))]
    assert spoken_names(each for each in jobs if each) == {"a": "a", "b": "b", "c": "y"}
