"""What is read of an OpenClaw's files, store by store."""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from forensics.evidence.records import Batch, FileRead, Reject, Yielded
from forensics.sources.base import ReadOptions
from forensics.sources.openclaw import OpenClaw
from tests.sources.openclaw_host import (
    Host,
    answered,
    asked,
    called,
    iso,
    job,
    message,
    ms,
    put,
    ran,
    said,
    uuid,
    worked,
    write_lines,
)
from tests.sources.test_all_sources import JUNK

NOW = ms("2026-03-11 00:00") * 10**6
DUE = ms("2026-03-10 02:00")
NAME = "export"
RUNS = f"cron/runs/{uuid(NAME)}.jsonl"
each_era = pytest.mark.parametrize("era", "ABCD")


def read(path: Path, **more: Any) -> list[Yielded]:
    return list(OpenClaw().read(path, ReadOptions(now=NOW, **more)))


def rows(yielded: list[Yielded], table: str) -> list[dict[str, Any]]:
    found = []
    for batch in (each for each in yielded if isinstance(each, Batch) and each.table == table):
        for index in range(len(batch)):
            found.append({name: values[index] for name, values in batch.columns.items()} | {"file": batch.file})
    return sorted(found, key=lambda row: row["at"])


def accounts(yielded: list[Yielded]) -> dict[str, FileRead]:
    """Return the accounts of the files by the ends of their names."""
    return {each.file.rsplit("/", 1)[-1]: each for each in yielded if isinstance(each, FileRead)}


def rejects(yielded: list[Yielded]) -> list[Reject]:
    return [each for each in yielded if isinstance(each, Reject)]


def steps(yielded: list[Yielded]) -> list[str]:
    return [row["event"] for row in rows(yielded, "lifecycle")]


def usual(**more: Any) -> Host:
    return Host().add(job(NAME, **more))


def lines_of(folder: Path, *lines: object) -> Path:
    """Write a state folder with one job, and a run log of these lines."""
    usual().write(folder, "A")
    path = folder / RUNS
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(line if isinstance(line, str) else json.dumps(line) + "\n" for line in lines))
    return folder


# ---- Recognising


@each_era
def test_state_folder_is_recognised_in_each_era(tmp_path: Path, era: str) -> None:
    assert OpenClaw().detect(usual().run(ran(NAME, DUE)).write(tmp_path, era))


def test_gateway_log_is_recognised_alone(tmp_path: Path) -> None:
    usual().say(DUE, "cron: started", jobs=1).write(tmp_path, "A")
    assert OpenClaw().detect(tmp_path / "logs" / "openclaw-2026-03-10.log")


def test_other_json_lines_are_not_recognised(tmp_path: Path) -> None:
    write_lines(tmp_path / "a.jsonl", [{"_meta": {"name": "x"}, "0": "y"}])
    assert not OpenClaw().detect(tmp_path / "a.jsonl")


def test_folder_without_a_store_is_a_fault_that_says_what_to_name(tmp_path: Path) -> None:
    (account,) = accounts(read(tmp_path)).values()
    assert "name the folder" in (account.fault or "")


# ---- The run log


@each_era
def test_run_is_a_trigger_of_the_job_by_its_name(tmp_path: Path, era: str) -> None:
    (row,) = rows(read(usual().run(ran(NAME, DUE)).write(tmp_path, era)), "triggers")
    assert (row["job"], row["at"], row["event"], row["status"]) == (NAME, DUE * 10**6, "accepted", "ok")


@each_era
def test_attributes_say_where_it_ran_and_with_what(tmp_path: Path, era: str) -> None:
    host = usual().run(ran(NAME, DUE, model="example-large", provider="exampleai"))
    (row,) = rows(read(host.write(tmp_path, era)), "triggers")
    wanted = {"sessionTarget": "isolated", "payload": "agentTurn", "delivery": "announce", "channel": "slack",
              "model": "example-large", "deliveryStatus": "delivered", "jobId": uuid(NAME)}  # fmt: skip
    assert wanted.items() <= row["attributes"].items()


@each_era
def test_ok_with_a_session_and_usage_is_a_completion(tmp_path: Path, era: str) -> None:
    found = rows(read(usual().run(ran(NAME, DUE)).write(tmp_path, era)), "lifecycle")
    assert [row["event"] for row in found] == ["started", "completed"]
    assert {row["run_id"] for row in found} == {uuid((NAME, DUE))}


@pytest.mark.parametrize("missing", ["usage", "sessionId"])
@pytest.mark.parametrize("era", "ABC")
def test_bare_ok_is_the_schedulers_word_alone(tmp_path: Path, era: str, missing: str) -> None:
    run = ran(NAME, DUE, **{missing: None, "sessionKey": None})
    assert steps(read(usual().run(run).write(tmp_path, era))) == []


@each_era
def test_ok_of_a_main_job_completes_nothing(tmp_path: Path, era: str) -> None:
    assert steps(read(usual(target="main").run(ran(NAME, DUE)).write(tmp_path, era))) == []


@pytest.mark.parametrize("head", ["isolated agent setup timed out before runner start", "isolated agent run stalled before execution start"])  # fmt: skip
@each_era
def test_fixed_words_without_a_session_are_a_boot_that_timed_out(tmp_path: Path, era: str, head: str) -> None:
    run = ran(NAME, DUE, "error", error=f"Error: cron: {head} (last phase: auth)")
    assert steps(read(usual().run(run).write(tmp_path, era))) == ["boot_started", "timed_out"]


@pytest.mark.parametrize("more", [{"error": "cron: job execution timed out"}, {"error": "cron: isolated agent setup timed out before runner start", "sessionId": "s"}])  # fmt: skip
def test_any_other_error_is_the_schedulers_status_alone(tmp_path: Path, more: dict[str, str]) -> None:
    yielded = read(usual().run(ran(NAME, DUE, "error", **more)).write(tmp_path, "A"))
    assert (steps(yielded), rows(yielded, "triggers")[0]["status"]) == ([], "error")


@each_era
def test_skip_is_no_start(tmp_path: Path, era: str) -> None:
    run = ran(NAME, DUE, "skipped", error="empty-heartbeat-file")
    (row,) = rows(read(usual(target="main").run(run).write(tmp_path, era)), "triggers")
    assert (row["event"], row["attributes"]["error"]) == ("skipped", "empty-heartbeat-file")


@pytest.mark.parametrize(("status", "claim"), [("ok", "success"), ("error", "failure")])
@each_era
def test_delivered_is_a_message_by_the_senders_own_word(tmp_path: Path, era: str, status: str, claim: str) -> None:
    run = ran(NAME, DUE, status, delivered=True, deliveryStatus="delivered")
    (row,) = rows(read(usual().run(run).write(tmp_path, era)), "notifications")
    assert (row["claim"], row["is_bot"], row["attributes"]["isWeak"]) == (claim, True, True)


@each_era
def test_what_was_not_delivered_is_no_message(tmp_path: Path, era: str) -> None:
    run = ran(NAME, DUE, delivered=False, deliveryStatus="not-delivered")
    assert rows(read(usual().run(run).write(tmp_path, era)), "notifications") == []


@each_era
def test_failure_notice_that_went_out_claims_failure(tmp_path: Path, era: str) -> None:
    run = ran(NAME, DUE, "error", deliveryStatus="not-delivered", failureNotificationDelivery={"status": "delivered"})
    (row,) = rows(read(usual().run(run).write(tmp_path, era)), "notifications")
    assert row["claim"] == "failure"


def test_half_written_last_line_is_rejected_and_the_rest_is_read(tmp_path: Path) -> None:
    yielded = read(lines_of(tmp_path, ran(NAME, DUE), '{"ts":177319'))
    assert [(each.record, each.reason) for each in rejects(yielded)] == [(2, "incomplete last line")]
    assert len(rows(yielded, "triggers")) == 1


def test_seconds_in_the_place_of_milliseconds_are_refused(tmp_path: Path) -> None:
    yielded = read(lines_of(tmp_path, {**ran(NAME, DUE), "runAtMs": DUE // 1000}))
    assert ("seconds" in rejects(yielded)[0].reason, rows(yielded, "triggers")) == (True, [])


def test_line_that_ends_no_run_is_skipped(tmp_path: Path) -> None:
    yielded = read(lines_of(tmp_path, {**ran(NAME, DUE), "action": "started"}))
    assert accounts(yielded)[f"{uuid(NAME)}.jsonl"].skipped == {"not the end of a run": 1}


def test_start_that_is_missing_is_reckoned_from_the_end(tmp_path: Path) -> None:
    line = {key: value for key, value in ran(NAME, DUE, seconds=60.0).items() if key != "runAtMs"}
    (row,) = rows(read(lines_of(tmp_path, {**line, "ts": DUE + 60_000})), "triggers")
    assert row["at"] == DUE * 10**6


def test_shared_session_names_no_single_run(tmp_path: Path) -> None:
    shared = [ran(NAME, DUE + hour * 3_600_000, sessionId="shared") for hour in (0, 1)]
    found = rows(read(usual().run(*shared).write(tmp_path, "A")), "triggers")
    assert [row.get("run_id") for row in found] == [None, None]


def test_delivery_of_the_first_versions_is_an_attribute_too(tmp_path: Path) -> None:
    old = {**job(NAME), "payload": {"kind": "agentTurn", "message": "x", "deliver": True, "channel": "telegram"}}
    del old["delivery"]
    (row,) = rows(read(Host(jobs=[old]).run(ran(NAME, DUE)).write(tmp_path, "A")), "triggers")
    assert {"delivery": "announce", "channel": "telegram"}.items() <= row["attributes"].items()


def test_ok_in_the_main_session_completes_nothing_though_its_job_is_gone(tmp_path: Path) -> None:
    Host().run(ran(NAME, DUE, sessionKey="agent:main:main")).write(tmp_path, "A")
    assert steps(read(tmp_path)) == []


# ---- Which store is live


def test_jobs_of_the_database_outrank_the_file_beside_it(tmp_path: Path) -> None:
    usual().run(ran(NAME, DUE)).write(tmp_path, "C")
    put(tmp_path / "cron/jobs.json", {"jobs": [{**job(NAME, state={"lastRunAtMs": DUE - 10**8}), "name": "old name"}]})
    yielded = read(tmp_path)
    assert [row["job"] for row in rows(yielded, "triggers")] == [NAME]
    assert accounts(yielded)["jobs.json"].skipped == {"a job in a store that is no longer in use": 1}


def test_history_of_a_fossil_still_counts_and_not_twice(tmp_path: Path) -> None:
    usual().run(ran(NAME, DUE)).write(tmp_path, "C")
    earlier = ran(NAME, DUE - 86_400_000)
    write_lines(tmp_path / f"{RUNS}.migrated", [earlier, ran(NAME, DUE)])
    yielded = read(tmp_path)
    assert [row["at"] // 10**6 for row in rows(yielded, "triggers")] == [DUE - 86_400_000, DUE]
    assert accounts(yielded)[f"{uuid(NAME)}.jsonl.migrated"].skipped == {"a run of which the run log tells too": 1}


def test_two_logs_tell_of_one_run_only_where_it_began_at_one_time(tmp_path: Path) -> None:
    usual().run(ran(NAME, DUE)).write(tmp_path, "C")
    write_lines(tmp_path / f"{RUNS}.migrated", [ran(NAME, DUE + 400)])
    assert len(rows(read(tmp_path), "triggers")) == 2


def test_jobs_that_an_upgrade_lost_are_said_to_be(tmp_path: Path) -> None:
    Host().write(tmp_path, "C")
    put(tmp_path / "cron/jobs.json", {"jobs": [job(NAME)]})
    found = accounts(read(tmp_path))
    (reason,) = found["jobs.json"].skipped
    assert "lost" in reason
    assert (
        found["openclaw.sqlite"].fault == "it holds no jobs, and cron/jobs.json beside it 1: an upgrade has lost them"
    )


def test_database_that_has_no_jobs_and_no_file_beside_it_has_lost_none(tmp_path: Path) -> None:
    Host().write(tmp_path, "C")
    assert not any(each.fault for each in accounts(read(tmp_path)).values())


def test_rows_of_another_store_are_passed_over(tmp_path: Path) -> None:
    usual().run(ran(NAME, DUE)).write(tmp_path / ".openclaw", "C")
    with closing(sqlite3.connect(tmp_path / ".openclaw/state/openclaw.sqlite")) as connection, connection:
        connection.execute("INSERT INTO cron_jobs SELECT '/other/jobs.json', 'x', 'x', '{\"id\": \"x\"}', '{}'")
        connection.execute("INSERT INTO cron_run_logs SELECT '/other/jobs.json', 'x', 0, ts, status, error, delivery_status, session_id, run_at_ms, duration_ms, entry_json FROM cron_run_logs")  # fmt: skip
    yielded = read(tmp_path / ".openclaw")
    assert [row["job"] for row in rows(yielded, "triggers")] == [NAME]
    assert accounts(yielded)["openclaw.sqlite#cron_run_logs"].skipped == {"of another store": 1}


def test_database_that_was_never_filled_is_no_fault(tmp_path: Path) -> None:
    usual().run(ran(NAME, DUE)).write(tmp_path, "A")
    (tmp_path / "state").mkdir()
    (tmp_path / "state/openclaw.sqlite").touch()
    yielded = read(tmp_path)
    assert not any(each.fault for each in accounts(yielded).values())
    assert len(rows(yielded, "triggers")) == 1


@pytest.mark.parametrize("era", "CD")
def test_reading_a_database_leaves_nothing_beside_it(tmp_path: Path, era: str) -> None:
    usual().run(ran(NAME, DUE)).transcript(NAME, DUE).write(tmp_path, era)
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in tmp_path.rglob("*") if path.is_file()}
    read(tmp_path)
    assert {p: (p.read_bytes(), p.stat().st_mtime_ns) for p in tmp_path.rglob("*") if p.is_file()} == before


def test_what_lies_in_the_journal_of_a_live_database_is_read(tmp_path: Path) -> None:
    path = usual().run(ran(NAME, DUE)).write(tmp_path, "C") / "state/openclaw.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        connection.execute("UPDATE cron_run_logs SET status = 'error'")
        connection.commit()
        (row,) = rows(read(tmp_path), "triggers")
    assert row["status"] == "error"


def test_two_jobs_of_one_name_go_by_their_ids(tmp_path: Path) -> None:
    twins = [job(NAME), job(NAME, id="twin")]
    host = Host(jobs=twins).run(ran(NAME, DUE), ran(NAME, DUE + 60_000, jobId="twin"))
    assert [row["job"] for row in rows(read(host.write(tmp_path, "A")), "triggers")] == [uuid(NAME), "twin"]


# ---- State, receipts, the task ledger, the gateway's log


def test_run_of_which_only_the_state_is_left_is_a_trigger(tmp_path: Path) -> None:
    state = {"lastRunAtMs": DUE, "lastStatus": "error", "lastError": "x"}
    (row,) = rows(read(usual(state=state).write(tmp_path, "B")), "triggers")
    assert (row["at"], row["status"]) == (DUE * 10**6, "error")


def test_state_adds_nothing_to_a_run_that_the_log_tells(tmp_path: Path) -> None:
    host = usual(state={"lastRunAtMs": DUE, "lastRunStatus": "ok"}).run(ran(NAME, DUE))
    assert len(rows(read(host.write(tmp_path, "A")), "triggers")) == 1


def test_running_mark_is_a_start_without_an_end(tmp_path: Path) -> None:
    yielded = read(usual(state={"runningAtMs": DUE}).write(tmp_path, "A"))
    (row,) = rows(yielded, "triggers")
    assert (row["status"], row["attributes"]["marked"], steps(yielded)) == ("running", "running", [])


@pytest.mark.parametrize(
    ("status", "events"),
    [("running", ["started"]), ("ok", ["started", "completed"]), ("error", ["started", "ended"]), ("interrupted", ["started", "interrupted"]), ("superseded", [])],
)  # fmt: skip
def test_receipt_shows_the_start_and_an_end_of_its_own_kind(tmp_path: Path, status: str, events: list[str]) -> None:
    host = usual()
    host.receipts.append({"receipt_id": "r", "job_id": uuid(NAME), "status": status, "started_at_ms": DUE,
                          "finished_at_ms": None if status == "running" else DUE + 60_000})  # fmt: skip
    assert steps(read(host.write(tmp_path, "D"))) == events


def test_failed_task_whose_detail_says_ok_is_ok(tmp_path: Path) -> None:
    host = usual().run(ran(NAME, DUE, deliveryStatus="not-delivered", delivered=False))
    path = host.write(tmp_path, "D") / "state/openclaw.sqlite"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE task_runs SET status = 'failed'")
    (row,) = rows(read(tmp_path), "triggers")
    assert (row["status"], row["attributes"]["taskStatus"]) == ("ok", "failed")


def test_run_that_the_task_ledger_alone_knows_is_a_trigger(tmp_path: Path) -> None:
    host = usual()
    host.ledger.append((uuid(NAME), DUE, "lost"))
    (row,) = rows(read(host.write(tmp_path, "B")), "triggers")
    assert (row["at"], row["status"]) == (DUE * 10**6, "lost")


def test_mark_that_a_restart_cleared_shows_a_run_that_was_begun(tmp_path: Path) -> None:
    host = usual().say(
        DUE + 90_000, "cron: clearing stale running marker on startup", 4, jobId=uuid(NAME), runningAtMs=DUE
    )
    yielded = read(host.write(tmp_path, "A"))
    (row,) = rows(yielded, "lifecycle")
    assert (row["event"], row["at"], row["attributes"]["interruptedBy"]) == ("started", DUE * 10**6, "gateway restart")


def test_new_code_at_a_boot_is_an_upgrade(tmp_path: Path) -> None:
    host = usual().say(DUE, "cron: started", jobs=1).say(DUE + 1000, "cron: started", bundle="gateway-cli-Zz9yX8wV.js")
    account = accounts(read(host.write(tmp_path, "A")))["openclaw-2026-03-10.log"]
    assert [(each.kind, each.record) for each in account.happenings] == [("restart", 1), ("restart", 2), ("upgrade", 2)]


def test_version_in_the_settings_is_an_upgrade_and_nothing_else_of_them_is_kept(tmp_path: Path) -> None:
    usual().write(tmp_path, "A")
    put(
        tmp_path / "openclaw.json",
        {"token": "s3cret", "meta": {"lastTouchedVersion": "2026.3.14", "lastTouchedAt": iso(DUE)}},
    )
    yielded = read(tmp_path)
    (event,) = accounts(yielded)["openclaw.json"].happenings
    assert (event.at, event.kind, event.name) == (DUE * 10**6, "upgrade", "OpenClaw 2026.3.14")
    assert "s3cret" not in repr(yielded)


# ---- Transcripts


def transcript_of(folder: Path, *given: Any, era: str = "A", run: dict[str, Any] | None = None) -> list[Yielded]:
    """Return what a run with a transcript gives; the run log calls it ``ok`` unless told otherwise."""
    host = usual().run(run or ran(NAME, DUE)).transcript(NAME, DUE, *given)
    return read(host.write(folder, era))


@each_era
def test_tool_that_answered_is_work(tmp_path: Path, era: str) -> None:
    found = rows(transcript_of(tmp_path, *worked(DUE, DUE + 58_000), era=era), "lifecycle")
    assert [(row["event"], row["at"] // 10**6) for row in found] == [
        ("started", DUE + 1400),
        ("completed", DUE + 58_000),
    ]


@each_era
def test_work_counts_although_the_scheduler_says_error(tmp_path: Path, era: str) -> None:
    run = ran(NAME, DUE, "error", error="cron: job execution timed out")
    assert steps(transcript_of(tmp_path, *worked(DUE, DUE + 58_000), era=era, run=run)) == ["started", "completed"]


@pytest.mark.parametrize(
    ("given", "events"),
    [
        ([called(DUE + 5000), answered(DUE + 6000, is_error=True), said("Done.", DUE + 9000)], ["started", "ended"]),
        ([called(DUE + 5000), said("Done.", DUE + 9000)], ["started", "ended"]),
        ([called(DUE + 5000), answered(DUE + 6000, "tc_9"), said("Done.", DUE + 9000)], ["started", "ended"]),
        ([said("I could not reach the server.", DUE + 9000)], ["started", "ended"]),
        ([said("Here is the summary.", DUE + 9000)], ["started", "completed"]),
        ([said("", DUE + 9000, stop="error")], ["started", "failed"]),
        ([said("", DUE + 9000, stop="aborted")], ["started", "interrupted"]),
    ],
    ids=[
        "tools failed",
        "tools never answered",
        "another's answer",
        "says it failed",
        "text with usage on record",
        "model failed",
        "aborted",
    ],
)
def test_end_of_a_turn_tells_how_it_went(tmp_path: Path, given: list[Any], events: list[str]) -> None:
    assert steps(transcript_of(tmp_path, *given)) == events


@pytest.mark.parametrize("given", [[], [called(DUE + 5000)], [called(DUE + 5000), answered(DUE + 6000)]], ids=["mute", "call", "answer"])  # fmt: skip
def test_turn_that_was_cut_off_has_no_end(tmp_path: Path, given: list[Any]) -> None:
    run = ran(NAME, DUE, "error", error="cron: job interrupted by gateway restart")
    assert steps(transcript_of(tmp_path, *given, run=run)) == ["started"]


def test_transcript_finds_its_run_by_the_first_message_where_no_session_is_named(tmp_path: Path) -> None:
    yielded = transcript_of(tmp_path, *worked(DUE, DUE + 58_000), run=ran(NAME, DUE, sessionId=None, sessionKey=None))
    ids = {row["run_id"] for table in ("triggers", "lifecycle") for row in rows(yielded, table)}
    assert ids == {uuid((NAME, DUE))}


def test_transcript_finds_its_job_by_the_map_of_sessions(tmp_path: Path) -> None:
    host = usual().main(asked("Do it", DUE + 900), *worked(DUE, DUE + 9000), session="own")
    host.keys = {f"agent:main:cron:{uuid(NAME)}:run:{uuid('own')}": uuid("own")}
    assert [row["job"] for row in rows(read(host.write(tmp_path, "A")), "lifecycle")] == [NAME, NAME]


def test_run_that_only_a_transcript_shows_is_told(tmp_path: Path) -> None:
    host = usual().transcript(NAME, DUE, *worked(DUE, DUE + 58_000))
    yielded = read(host.write(tmp_path, "A"))
    assert (steps(yielded), rows(yielded, "triggers")) == (["started", "completed"], [])


def test_event_in_the_main_session_is_work_where_tools_answered_after_it(tmp_path: Path) -> None:
    host = usual(target="main").run(ran(NAME, DUE, seconds=0.01, sessionId=None, usage=None))
    host.main(asked("Hello", DUE - 60_000), said("Hello", DUE - 50_000))
    host.main(asked(f"System: Do the work of {NAME} now", DUE + 900), *worked(DUE + 900, DUE + 30_000))
    found = rows(read(host.write(tmp_path, "A")), "lifecycle")
    assert [(row["event"], row["at"] // 10**6) for row in found] == [
        ("started", DUE + 900),
        ("completed", DUE + 30_000),
    ]


def test_what_a_person_asks_next_is_no_part_of_an_event(tmp_path: Path) -> None:
    host = usual(target="main").run(ran(NAME, DUE, seconds=0.01, sessionId=None, usage=None))
    host.main(asked(f"System: Do the work of {NAME} now", DUE + 900), said("HEARTBEAT_OK", DUE + 2000))
    host.main(asked("And now the weather", DUE + 60_000), *worked(DUE + 60_000, DUE + 90_000))
    assert steps(read(host.write(tmp_path, "A"))) == ["started", "ended"]


def test_copy_of_a_transcript_is_not_counted_twice(tmp_path: Path) -> None:
    usual().run(ran(NAME, DUE)).transcript(NAME, DUE, *worked(DUE, DUE + 58_000)).write(tmp_path, "A")
    (path,) = tmp_path.glob("agents/main/sessions/*-*.jsonl")
    for name in (
        f"{path.stem}.checkpoint.{uuid('c')}.jsonl",
        f"{path.stem}.trajectory.jsonl",
        f"{path.name}.deleted.1",
    ):
        path.with_name(name).write_bytes(path.read_bytes())
    assert steps(read(tmp_path)) == ["started", "completed"]


def test_each_line_of_a_transcript_is_accounted_for_once(tmp_path: Path) -> None:
    yielded = transcript_of(tmp_path, *worked(DUE, DUE + 58_000))
    account = accounts(yielded)[f"{uuid((NAME, DUE))}.jsonl"]
    assert account.records == 6


def test_line_too_long_to_be_read_stops_nothing(tmp_path: Path) -> None:
    long = message("toolResult", DUE + 6000, toolCallId="tc_0", content=[{"type": "text", "text": "x" * 200_000}])
    yielded = transcript_of(tmp_path, called(DUE + 5000, "tc_0"), long, *worked(DUE + 7000, DUE + 58_000))
    assert (steps(yielded), rejects(yielded)) == (["started", "completed"], [])


def test_half_written_last_line_of_a_transcript_is_rejected(tmp_path: Path) -> None:
    usual().run(ran(NAME, DUE)).transcript(NAME, DUE, *worked(DUE, DUE + 58_000)).write(tmp_path, "A")
    (path,) = tmp_path.glob("agents/main/sessions/*-*.jsonl")
    path.write_bytes(path.read_bytes() + b'{"type":"message","id":')
    yielded = read(tmp_path)
    assert ([each.reason for each in rejects(yielded)], steps(yielded)) == (
        ["incomplete last line"],
        ["started", "completed"],
    )


# ---- The account


def reach(yielded: list[Yielded]) -> tuple[tuple[int | None, int | None] | None, dict[str, int]]:
    """Return what all files cover, and the jobs that are covered from a later instant on."""
    (account,) = (each for each in yielded if isinstance(each, FileRead) and each.covers)
    return account.covers, {job: spans[0][0] for job, spans in account.job_spans.items()}


def test_history_that_was_cut_speaks_from_its_first_line_on_and_others_from_theirs(tmp_path: Path) -> None:
    often = [ran(NAME, DUE - minute * 60_000, seconds=1.0) for minute in range(2000)]
    host = usual().add(job("rare")).run(*often, ran("rare", DUE - 5 * 86_400_000))
    covers, later = reach(read(host.write(tmp_path, "A")))
    assert covers is not None
    assert (covers[0], later) == ((DUE - 5 * 86_400_000) * 10**6, {NAME: (DUE - 1999 * 60_000) * 10**6})


def test_job_of_which_only_the_state_is_left_is_told_of_since_its_last_run(tmp_path: Path) -> None:
    host = usual(state={"lastRunAtMs": DUE}).add(job("other")).run(ran("other", DUE - 5 * 86_400_000))
    _, later = reach(read(host.write(tmp_path, "A")))
    assert later == {NAME: DUE * 10**6}


def test_job_is_told_of_since_it_was_made(tmp_path: Path) -> None:
    made = DUE - 2 * 86_400_000
    host = usual(createdAtMs=made).add(job("other")).run(*(ran("other", DUE - days * 86_400_000) for days in (5, 0)))
    _, later = reach(read(host.write(tmp_path, "A")))
    assert later == {NAME: made * 10**6}


def test_states_alone_tell_nothing_of_the_time_before_them(tmp_path: Path) -> None:
    states = [job(name, state={"lastRunAtMs": DUE - hours * 3_600_000}) for name, hours in (("a", 1), ("b", 3))]
    covers, _ = reach(read(Host(jobs=states).write(tmp_path, "A")))
    assert covers == ((DUE - 3_600_000) * 10**6, (DUE - 3_600_000) * 10**6)


def test_jobs_without_any_history_cover_nothing(tmp_path: Path) -> None:
    assert not any(each.covers for each in accounts(read(usual().write(tmp_path, "A"))).values())


def test_history_of_the_newest_versions_speaks_for_a_week(tmp_path: Path) -> None:
    host = usual().run(*(ran(NAME, DUE - day * 86_400_000) for day in range(30)))
    (since,) = [each.covers[0] for each in accounts(read(host.write(tmp_path, "D"))).values() if each.covers]
    assert since == (DUE - 7 * 86_400_000) * 10**6


def test_link_to_a_file_of_somebody_elses_is_left_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = tmp_path / "secret"
    secret.write_text("root:hash\n")
    folder = usual().write(tmp_path / "state", "A")
    (folder / RUNS).parent.mkdir(parents=True, exist_ok=True)
    (folder / RUNS).symlink_to(secret)
    stat, inode = Path.stat, secret.stat().st_ino

    def of_somebody_else(path: Path, **more: Any) -> Any:
        found = stat(path, **more)
        return os.stat_result([*found[:4], found.st_uid + (found.st_ino == inode), *found[5:10]])

    monkeypatch.setattr(Path, "stat", of_somebody_else)
    yielded = read(folder)
    assert "hash" not in repr(yielded)
    assert "somebody else" in (accounts(yielded)[f"{uuid(NAME)}.jsonl"].fault or "")


def test_time_ahead_is_no_sign_of_life(tmp_path: Path) -> None:
    host = usual(state={"lastRunAtMs": DUE, "nextRunAtMs": DUE + 10**9}).run(ran(NAME, DUE), ran(NAME, DUE + 10**9))
    assert max(each.newest or 0 for each in accounts(read(host.write(tmp_path, "A"))).values()) < NOW


def test_host_is_the_one_that_the_options_name(tmp_path: Path) -> None:
    yielded = read(usual().run(ran(NAME, DUE)).write(tmp_path, "A"), host="mac1")
    assert {row["host"] for row in rows(yielded, "triggers")} == {"mac1"}


@pytest.mark.parametrize("junk", JUNK)
@pytest.mark.parametrize(
    "place",
    ["cron/jobs.json", "cron/jobs-state.json", RUNS, "state/openclaw.sqlite", "tasks/runs.sqlite", "openclaw.json",
     "agents/main/sessions/sessions.json", f"agents/main/sessions/{uuid('x')}.jsonl",
     "agents/main/agent/openclaw-agent.sqlite", "logs/openclaw-2026-03-10.log"],
)  # fmt: skip
def test_junk_in_the_place_of_any_file_raises_nothing_and_the_rest_is_read(
    tmp_path: Path, place: str, junk: str
) -> None:
    usual().add(job("other")).run(ran("other", DUE)).write(tmp_path, "B")
    path = tmp_path / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(JUNK[junk])
    yielded = read(tmp_path)
    counted = sum(len(each) for each in yielded if isinstance(each, Batch)) + len(rejects(yielded))
    kept = [each for each in yielded if isinstance(each, FileRead)]
    assert sum(each.records for each in kept) == counted + sum(sum(each.skipped.values()) for each in kept)
    assert [row["attributes"]["jobId"] for row in rows(yielded, "triggers")] == [uuid("other")]


ODD = [None, True, -1, 0, 1, 1e300, 10**40, "", "x", [], {}, [[]], {"a": 1}, "1773108000021"]


@pytest.mark.parametrize("key", [*ran(NAME, DUE), "error", "usage", "delivery", "failureNotificationDelivery", "model"])
def test_odd_value_in_any_field_of_a_run_raises_nothing(tmp_path: Path, key: str) -> None:
    yielded = read(lines_of(tmp_path, *({**ran(NAME, DUE + n * 60_000), key: odd} for n, odd in enumerate(ODD))))
    assert len(rows(yielded, "triggers")) + len(rejects(yielded)) + sum(
        count for each in accounts(yielded).values() if each.file.endswith(RUNS) for count in each.skipped.values()
    ) == len(ODD)  # fmt: skip


@pytest.mark.parametrize("key", [*job(NAME), "enabled", "deleteAfterRun"])
def test_odd_value_in_any_field_of_a_job_raises_nothing(tmp_path: Path, key: str) -> None:
    usual().run(ran(NAME, DUE)).write(tmp_path, "A")
    put(tmp_path / "cron/jobs.json", {"jobs": [{**job(NAME), "id": f"{n}", key: odd} for n, odd in enumerate(ODD)]})
    assert len(rows(read(tmp_path), "triggers")) == 1


@pytest.mark.parametrize("key", ["timestamp", "type", "message", "id"])
def test_odd_value_in_any_field_of_a_transcript_raises_nothing(tmp_path: Path, key: str) -> None:
    lines = [{**step, key: odd} for odd in ODD for step in worked(DUE, DUE + 9000)]
    assert len(rows(transcript_of(tmp_path, *lines), "triggers")) == 1
