from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from forensics.config import SourceConfig
from forensics.survey.found import FoundSource
from forensics.survey.machine import Beside, survey
from tests.sources.openclaw_host import Host, ran
from tests.sources.openclaw_host import job as openclaw_job
from tests.survey.builders import drafted, drafted_job, machine, surveyed

STORE = "home/op/.openclaw/cron/jobs.json"
ID = "5b1d7c30-0a52-4a4e-9f0e-6f2f7a51c001"


def store(*jobs):
    return {STORE: json.dumps({"version": 1, "jobs": list(jobs)})}


def job(name="nightly export", schedule=None, **more):
    chosen = schedule if schedule is not None else {"kind": "cron", "expr": "0 2 * * *", "tz": "Asia/Tokyo"}
    return {"id": ID, "name": name, "enabled": True, "schedule": chosen, "payload": {"message": "x"}, **more}


def test_job_has_the_schedule_and_the_zone_of_its_own(tmp_path):
    found = drafted_job(tmp_path, store(job()))
    assert (found.name, found.scheduler, found.schedule, found.timezone.key) == (
        "nightly-export",
        "openclaw",
        "0 2 * * *",
        "Asia/Tokyo",
    )


def test_its_id_and_its_own_spelling_are_aliases(tmp_path):
    assert drafted_job(tmp_path, store(job())).aliases == (ID,)
    assert "nightly export" not in drafted_job(tmp_path, store(job())).aliases  # the name says as much


def test_six_fields_are_read(tmp_path):
    found = drafted_job(tmp_path, store(job(schedule={"kind": "cron", "expr": "0 0 2 * * *"})))
    assert (found.schedule, found.problem) == ("0 0 2 * * *", None)


def test_every_is_an_interval_on_its_grid(tmp_path):
    found = drafted_job(
        tmp_path, store(job(schedule={"kind": "every", "everyMs": 900_000, "anchorMs": 1_767_603_600_000}))
    )
    assert (found.interval, found.anchor) == (timedelta(minutes=15), datetime(2026, 1, 5, 9, tzinfo=UTC))


def test_interval_that_has_begun_goes_on_from_its_last_start_and_has_no_grid(tmp_path):
    begun = job(schedule={"kind": "every", "everyMs": 900_000, "anchorMs": 1_767_603_600_000})
    begun["state"] = {"lastRunAtMs": 1_767_700_000_000}
    assert drafted_job(tmp_path, store(begun)).anchor is None


def test_last_start_may_be_remembered_apart_from_the_jobs(tmp_path):
    every = job(schedule={"kind": "every", "everyMs": 900_000, "anchorMs": 1_767_603_600_000})
    states = {"version": 1, "jobs": {ID: {"state": {"lastRunAtMs": 1_767_700_000_000}}}}
    found = drafted_job(tmp_path, {**store(every), "home/op/.openclaw/cron/jobs-state.json": json.dumps(states)})
    assert (found.interval, found.anchor) == (timedelta(minutes=15), None)


@pytest.mark.parametrize("era", "ABCD")
def test_runs_that_are_known_show_that_it_has_begun(tmp_path, era):
    every = {"kind": "every", "everyMs": 900_000, "anchorMs": 1_767_603_600_000}
    host = Host().add(openclaw_job("poll", schedule=every), openclaw_job("new", schedule=every))
    host.run(ran("poll", 1_767_700_000_000)).write(tmp_path / "home/op/.openclaw", era)
    found = {each.name: each.anchor is None for each in drafted(tmp_path, {}).jobs}
    assert found == {"poll": True, "new": False}


def test_its_limit_says_how_long_it_may_take(tmp_path):
    limited = job(payload={"kind": "agentTurn", "timeoutSeconds": 1800})
    assert drafted_job(tmp_path, store(limited)).max_duration == timedelta(minutes=32)


@pytest.mark.parametrize("limit", [0, None, -5, "soon", 10**12])
def test_without_a_limit_nothing_is_said_of_how_long_it_may_take(tmp_path, limit):
    assert drafted_job(tmp_path, store(job(payload={"timeoutSeconds": limit}))).max_duration is None


def test_it_lives_since_it_was_made(tmp_path):
    assert drafted_job(tmp_path, store(job(createdAtMs=1_767_603_600_250))).since == datetime(2026, 1, 5, 9, tzinfo=UTC)


def test_one_that_delivers_to_nobody_never_reports(tmp_path):
    jobs = store(job(delivery={"mode": "none"}), {**job("other", delivery={"mode": "announce"}), "id": "x"})
    assert [each.reports for each in drafted(tmp_path, jobs).jobs] == ["never", "always"]


def test_state_folder_that_an_option_names_tells_its_jobs_too(tmp_path):
    machine(tmp_path, {"elsewhere/cron/jobs.json": store(job())[STORE]})
    named = FoundSource(SourceConfig("openclaw", str(tmp_path / "elsewhere")), "as asked", is_asked=True)
    found = survey(machine(tmp_path / "root", {"etc/timezone": "UTC"}), Beside(sources=(named,)))
    assert [(each.name, each.places[0].file) for each in found.jobs] == [
        ("nightly-export", str(tmp_path / "elsewhere/cron/jobs.json"))
    ]


def test_state_folder_that_is_named_and_found_is_one(tmp_path):
    tree = machine(tmp_path, store(job()))
    named = FoundSource(SourceConfig("openclaw", str(tmp_path / "home/op/.openclaw")), "as asked", is_asked=True)
    assert len(survey(tree, Beside(sources=(named,))).jobs) == 1


def test_interval_without_an_anchor_counts_from_the_jobs_creation(tmp_path):
    found = drafted_job(
        tmp_path, store(job(schedule={"kind": "every", "everyMs": 900_000}, createdAtMs=1_767_603_600_000))
    )
    assert found.anchor == datetime(2026, 1, 5, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    "schedule",
    [
        {"kind": "at", "at": "2026-03-19T07:30:00Z"},
        {"kind": "on-exit", "command": "x"},
        {"kind": "cron", "expr": "nonsense"},
        {"kind": "cron", "expr": "0 2 * * *", "tz": "Mars/Olympus"},
        {"kind": "every", "everyMs": "often"},
        {"kind": "moon"},
        {"kind": "cron"},
        {},
    ],
)
def test_schedule_that_cannot_be_used_leaves_a_job_that_says_so(tmp_path, schedule):
    (found,) = surveyed(tmp_path, store(job(schedule=schedule))).jobs
    assert (found.schedule, found.interval, len(found.notes)) == (None, None, 1)


def test_job_that_is_switched_off_is_told_and_none(tmp_path):
    found = surveyed(tmp_path, store(job(enabled=False)))
    assert (found.jobs, "switched off" in found.unused[0].why) == ((), True)


def test_names_that_are_not_unique_are_told_apart(tmp_path):
    assert len({each.name for each in drafted(tmp_path, store(job(), {**job(), "id": "other"})).jobs}) == 2


def test_attributes_tell_where_and_how(tmp_path):
    found = drafted_job(
        tmp_path, store(job(sessionTarget="isolated", delivery={"mode": "announce", "channel": "slack"}))
    )
    assert dict(found.attributes) == {"sessionTarget": "isolated", "delivery": "announce", "channel": "slack"}


@pytest.mark.parametrize("text", ["", "[]", "nonsense", '{"jobs": 3}', '{"jobs": [3, null]}', "[" * 100_000])
def test_odd_store_stops_nothing(tmp_path, text):
    assert surveyed(tmp_path, {STORE: text}).jobs == ()


def with_database(folder, *jobs):
    path = folder / "home/op/.openclaw/state/openclaw.sqlite"
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE cron_jobs (store_key TEXT, job_id TEXT, job_json TEXT)")
        rows = [("/home/op/.openclaw/cron/jobs.json", each["id"], json.dumps(each)) for each in jobs]
        connection.executemany("INSERT INTO cron_jobs VALUES (?, ?, ?)", rows)
    return path


def test_database_with_jobs_outranks_the_fossil_beside_it(tmp_path):
    with_database(tmp_path, job("live"))
    assert [each.name for each in surveyed(tmp_path, store(job("fossil"))).jobs] == ["live"]


def test_empty_database_leaves_the_file(tmp_path):
    with_database(tmp_path)
    assert [each.name for each in surveyed(tmp_path, store(job("kept"))).jobs] == ["kept"]


def test_reading_the_database_leaves_nothing_beside_it(tmp_path):
    path = with_database(tmp_path, job())
    before = sorted(path.parent.iterdir()), path.read_bytes()
    surveyed(tmp_path, {})
    assert (sorted(path.parent.iterdir()), path.read_bytes()) == before


def test_what_is_no_database_is_told(tmp_path):
    found = surveyed(tmp_path, {"home/op/.openclaw/state/openclaw.sqlite": "no database at all"})
    assert found.barred[0].path.endswith("openclaw.sqlite")


def test_state_folder_is_a_source_of_evidence(tmp_path):
    found = surveyed(tmp_path, store(job()))
    assert [(each.config.kind, each.config.path) for each in found.sources] == [
        ("openclaw", str(tmp_path / "home/op/.openclaw"))
    ]


def test_folder_without_jobs_is_none(tmp_path):
    assert surveyed(tmp_path, {"home/op/.openclaw/openclaw.json": "{}"}).sources == ()


@pytest.mark.parametrize(("stagger", "grace"), [(0, 10), (60_000, 11), (1_200_000, 30)])
def test_job_that_is_late_on_purpose_may_be_so(tmp_path, stagger, grace):
    schedule = {"kind": "cron", "expr": "0 * * * *", "staggerMs": stagger}
    assert drafted_job(tmp_path, store(job(schedule=schedule))).start_grace == timedelta(minutes=grace)


def test_jobs_that_are_due_together_may_wait_for_each_other(tmp_path):
    jobs = [job(name, id=name) for name in ("a", "b", "c")] + [job("d", {"kind": "cron", "expr": "0 3 * * *"}, id="d")]
    found = {each.name: each.start_grace for each in drafted(tmp_path, store(*jobs)).jobs}
    assert found == {name: timedelta(minutes=minutes) for name, minutes in zip("abcd", (30, 30, 30, 10), strict=True)}
