"""Writes a made-up OpenClaw into a state folder, as the version of an era leaves it: what is old is gone, as there.

Eras: A jobs with their state in one file, B state apart, C both and the run log in a database, D receipts and the run
log among the tasks. Transcripts stay for a day, the gateway's log too, the tasks of the last era for a week.
"""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path

from benchmarks.openclaw_plan import DAY, STORE, Occasion, Plan, World, following
from benchmarks.openclaw_traces import Object, gateway_log, header, iso, main_turn, put, put_lines, turn, uuid

USAGE = {"input_tokens": 5211, "output_tokens": 734, "total_tokens": 5945}
BOOT = "cron: isolated agent setup timed out before runner start (last phase: runtime-plugins)"
CUT = "cron: job interrupted by gateway restart"
ERRORS = {"silent": "Error: model provider returned 529", "told": "Error: model provider returned 529", "boot": BOOT,
          "worked": "cron: job execution timed out", "worked-told": "cron: job execution timed out"}  # fmt: skip
DELIVERIES = {
    "announce": {"mode": "announce", "channel": "slack", "to": "channel:C0EXAMPLE1"},
    "none": {"mode": "none"},
    "webhook": {"mode": "webhook", "to": "https://hooks.example.org/x"},
}
TASKS = {"ok": "succeeded", "error": "failed", "skipped": "succeeded"}


def write(made: World, folder: Path) -> Path:
    """Write the state folder; everything in it is as old as the gateway's last word."""
    folder.mkdir(parents=True)
    {"A": files, "B": files, "C": database, "D": database}[made.era](made, folder)
    sessions(made, folder)
    gateway_log(made, folder)
    put(folder / "openclaw.json", {"meta": {"lastTouchedVersion": "2026.3.14", "lastTouchedAt": iso(made.upgrade)}})
    for path in folder.rglob("*"):
        os.utime(path, ns=(made.now * 10**6,) * 2)
    return folder


def job_of(plan: Plan, made: World) -> Object:
    """Return a job as it is set up."""
    schedule: Object = {"kind": plan.kind}
    if plan.kind == "cron":
        schedule |= {"expr": plan.expression} | ({"tz": plan.zone} if plan.zone else {})
        schedule |= {} if plan.stagger is None else {"staggerMs": plan.stagger}
    elif plan.kind == "every":
        schedule |= {"everyMs": plan.every} | ({} if plan.anchor is None else {"anchorMs": plan.anchor})
    else:
        schedule |= {"at": iso(plan.at)}
    ended = plan.kind == "at" and any(run.plan is plan for run in made.occasions)
    payload = {"kind": "agentTurn", "message": f"Do {plan.name}", "timeoutSeconds": 180}
    if plan.is_main:
        payload = {"kind": "systemEvent", "text": f"Do the work of {plan.name} now"}
    delivery = DELIVERIES.get(plan.delivery)
    return {
        "id": plan.id, "name": plan.name, "enabled": plan.is_enabled and not ended, "createdAtMs": plan.created,
        "updatedAtMs": plan.created, "schedule": schedule, "sessionTarget": "main" if plan.is_main else "isolated",
        "wakeMode": plan.wake, "payload": payload, **({"delivery": delivery} if delivery else {}),
        **({"deleteAfterRun": plan.is_dropped} if plan.kind == "at" else {}), "state": {},
    }  # fmt: skip


def kept_plans(made: World) -> list[Plan]:
    """Return the jobs that are still stored: one that is done only once is dropped when it went well."""
    return [plan for plan in made.plans if not plan.is_dropped or not any(run.plan is plan for run in made.occasions)]


def line_of(run: Occasion, made: World) -> Object | None:
    """Return a run as the run log tells it, None where it tells nothing."""
    plan, fate = run.plan, run.fate
    if fate == "cut" and made.era != "B":
        return None
    status = "error" if fate in ERRORS or fate == "cut" else "skipped" if fate == "skipped" else "ok"
    line: Object = {"ts": run.end + 9, "jobId": plan.id, "action": "finished", "status": status,
                    "runAtMs": run.start, "durationMs": run.end - run.start}  # fmt: skip
    if plan.is_main:
        told = {"summary": f"Do the work of {plan.name} now"} if status == "ok" else {"error": "empty-heartbeat-file"}
        return line | told | {"deliveryStatus": "not-requested"}
    if status == "ok":
        line |= {"summary": None if fate == "lost" else "All done.", "usage": USAGE, "model": "example-large"}
    else:
        line |= {"error": CUT if fate == "cut" else ERRORS[fate]}
    if fate not in ("boot", "silent", "told"):
        line |= {"sessionId": run.session, "sessionKey": f"agent:main:cron:{plan.id}"}
    return {key: value for key, value in (line | sent(run)).items() if value is not None}


def sent(run: Occasion) -> Object:
    """Return what the run log says of the message."""
    if run.plan.delivery == "none":
        return {"deliveryStatus": "not-requested"}
    if run.fate in ("ok", "doubled", "second"):
        return {"delivered": True, "deliveryStatus": "delivered"}
    notice = {"failureNotificationDelivery": {"status": "delivered", "delivered": True}}
    return {"delivered": False, "deliveryStatus": "not-delivered"} | (notice if run.fate.endswith("told") else {})


def state_of(plan: Plan, made: World) -> Object:
    """Return what the scheduler remembers of a job's last run."""
    lines = [line for run in made.occasions if run.plan is plan and (line := line_of(run, made)) is not None]
    if not lines:
        return {}
    last = max(lines, key=lambda line: int(line["runAtMs"]))
    told = {"lastRunAtMs": last["runAtMs"], "lastRunStatus": last["status"], "lastStatus": last["status"],
            "lastDurationMs": last["durationMs"], "consecutiveErrors": int(last["status"] == "error")}  # fmt: skip
    nxt = following(plan, made, int(last["runAtMs"]), int(last["runAtMs"]) + int(last["durationMs"]))
    return told | ({"lastError": last["error"]} if "error" in last else {}) | ({"nextRunAtMs": nxt} if nxt else {})


def files(made: World, folder: Path) -> None:
    """Write the stores of the first two eras."""
    jobs = [(job_of(plan, made), state_of(plan, made)) for plan in kept_plans(made)]
    if made.era == "A":
        put(folder / "cron/jobs.json", {"version": 1, "jobs": [job | {"state": state} for job, state in jobs]})
    else:
        put(folder / "cron/jobs.json", {"version": 1, "jobs": [job for job, _ in jobs]})
        states = {job["id"]: {"updatedAtMs": made.now, "state": state} for job, state in jobs if state}
        put(folder / "cron/jobs-state.json", {"version": 1, "jobs": states})
    for plan in made.plans:
        lines = [line for run in made.occasions if run.plan is plan and (line := line_of(run, made)) is not None]
        if lines:
            put_lines(folder / f"cron/runs/{plan.id}.jsonl", sorted(lines, key=lambda line: int(line["ts"])))


def database(made: World, folder: Path) -> None:
    """Write the stores of the last two eras, with the file of before as a fossil."""
    put(folder / "cron/jobs.json.migrated", {"version": 1, "jobs": [job_of(plan, made) for plan in made.plans]})
    path = folder / "state/openclaw.sqlite"
    path.parent.mkdir(parents=True)
    with closing(sqlite3.connect(path)) as base:
        base.execute("PRAGMA journal_mode = WAL")
        base.execute("CREATE TABLE cron_jobs (store_key, job_id, name, enabled, job_json, state_json)")
        for plan in kept_plans(made):
            job, state = json.dumps(job_of(plan, made)), json.dumps(state_of(plan, made))
            insert(base, "cron_jobs", STORE, plan.id, plan.name, int(plan.is_enabled), job, state)
        (run_logs if made.era == "C" else tasks)(base, made)
        base.commit()


def insert(base: sqlite3.Connection, table: str, *row: object) -> None:
    """Write a row."""
    base.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)


def run_logs(base: sqlite3.Connection, made: World) -> None:
    """Write ``cron_run_logs``."""
    columns = (
        "store_key, job_id, seq, ts, status, error, summary, delivery_status, delivered, session_id, session_key,"
        " run_at_ms, duration_ms, model, total_tokens, entry_json, created_at"
    )
    base.execute(f"CREATE TABLE cron_run_logs ({columns}, PRIMARY KEY (store_key, job_id, seq))")
    for seq, run in enumerate(made.occasions):
        line = line_of(run, made)
        if line is None:
            continue
        told = line["deliveryStatus"]
        insert(
            base, "cron_run_logs", STORE, line["jobId"], seq, line["ts"], line["status"], line.get("error"),
            line.get("summary"), None if told == "not-requested" else told,
            int(line["delivered"]) if "delivered" in line else None, line.get("sessionId"), line.get("sessionKey"),
            line["runAtMs"], line["durationMs"], line.get("model"), line.get("usage", {}).get("total_tokens"),
            json.dumps(line), line["ts"],
        )  # fmt: skip


def tasks(base: sqlite3.Connection, made: World) -> None:
    """Write ``task_runs`` of a week, and the last receipts of each job."""
    columns = (
        "task_id, runtime, source_id, run_id, status, error, delivery_status, created_at, started_at, ended_at,"
        " detail_json"
    )
    base.execute(f"CREATE TABLE task_runs ({columns})")
    columns = (
        "receipt_id, store_key, job_id, config_revision, agent_id, delivery_attempt_state, status, owner_pid,"
        " started_at_ms, finished_at_ms, error_text"
    )
    base.execute(f"CREATE TABLE cron_run_receipts ({columns})")
    for run in made.occasions:
        line = line_of(run, made)
        if line is not None and run.end > made.now - 7 * DAY:
            detail, called = (
                json.dumps({"kind": "cron-run", "storeKey": STORE} | line),
                f"cron:{run.plan.id}:{run.start}",
            )
            insert(
                base, "task_runs", uuid("t", run.session), "cron", run.plan.id, called, TASKS[line["status"]],
                line.get("error"), "not_applicable", run.start, run.start, run.end, detail,
            )  # fmt: skip
    for plan in made.plans:
        for run in [run for run in made.occasions if run.plan is plan][-64:]:
            line = line_of(run, made) or {"status": "interrupted", "error": CUT}
            insert(
                base, "cron_run_receipts", uuid("r", run.session), STORE, plan.id, 1, "main", "unknown", line["status"],
                4121, run.start - 3, run.end, line.get("error"),
            )  # fmt: skip


def sessions(made: World, folder: Path) -> None:
    """Write the main session, and the transcripts of the last day's own sessions."""
    stored = {uuid("main"): [header(uuid("main"), made.since - 9 * DAY)]}
    keys = {"agent:main:main": (uuid("main"), made.now)}
    for run in made.occasions:
        if run.plan.is_main:
            stored[uuid("main")] += main_turn(run)
        elif run.end > made.now - DAY and run.fate not in ("boot", "silent", "told"):
            stored[run.session] = turn(run)
            keys[f"agent:main:cron:{run.plan.id}"] = run.session, run.end
            keys[f"agent:main:cron:{run.plan.id}:run:{run.session}"] = run.session, run.end
    if made.era == "D":
        agent_database(folder / "agents/main/agent/openclaw-agent.sqlite", stored)
        return
    for session, lines in stored.items():
        put_lines(folder / f"agents/main/sessions/{session}.jsonl", lines)
    entries = {key: {"sessionId": session, "updatedAt": at} for key, (session, at) in keys.items()}
    put(folder / "agents/main/sessions/sessions.json", entries)


def agent_database(path: Path, stored: dict[str, list[Object]]) -> None:
    """Write the transcripts of the last era."""
    path.parent.mkdir(parents=True)
    with closing(sqlite3.connect(path)) as base:
        base.execute("CREATE TABLE transcript_events (session_id, seq, event_json, created_at)")
        for session, lines in stored.items():
            for seq, line in enumerate(lines):
                insert(base, "transcript_events", session, seq, json.dumps(line), 0)
        base.commit()
