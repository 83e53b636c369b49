"""Builds the state folder of an OpenClaw, in the way of each of its four eras, out of the same runs.

A run is an object as the run log of the first eras holds it; each era writes it into the store that it has.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

STORE = "/home/op/.openclaw/cron/jobs.json"
RECEIPTS = {"ok": "ok", "error": "error", "skipped": "skipped"}
TASKS = {"ok": "succeeded", "error": "failed", "skipped": "succeeded"}
USAGE = {"input_tokens": 900, "output_tokens": 90, "total_tokens": 990}

Object = dict[str, Any]


def ms(text: str) -> int:
    """Return a time in UTC, such as ``2026-03-10 02:00``, in milliseconds."""
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def iso(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at % 1000:03d}Z"


def uuid(name: object) -> str:
    return str(uuid5(NAMESPACE_URL, str(name)))


def job(name: str, expr: str = "0 2 * * *", target: str = "isolated", **more: Any) -> Object:
    payload = (
        {"kind": "systemEvent", "text": f"Do the work of {name} now"}
        if target == "main"
        else {"kind": "agentTurn", "message": f"Do {name}", "timeoutSeconds": 600}
    )
    return {
        "id": uuid(name), "name": name, "enabled": True, "createdAtMs": ms("2026-03-01 00:00"),
        "schedule": {"kind": "cron", "expr": expr, "tz": "UTC"}, "sessionTarget": target, "wakeMode": "now",
        "payload": payload, "delivery": {"mode": "announce", "channel": "slack", "to": "channel:C0EXAMPLE1"},
        "state": {}, **more,
    }  # fmt: skip


def ran(name: str, start: int, status: str = "ok", seconds: float = 60.0, **more: Any) -> Object:
    """Return a run as the run log tells it: one that went well, unless told otherwise."""
    took = round(seconds * 1000)
    line = {"ts": start + took + 9, "jobId": uuid(name), "action": "finished", "status": status, "runAtMs": start,
            "durationMs": took, "nextRunAtMs": start + 86_400_000}  # fmt: skip
    session = {"sessionId": uuid((name, start)), "sessionKey": f"agent:main:cron:{uuid(name)}", "usage": USAGE}
    sent = {"delivered": True, "deliveryStatus": "delivered"}
    found = line | ({"summary": "All done."} | session | sent if status == "ok" else {}) | more
    return {key: value for key, value in found.items() if value is not None}


def message(role: str, at: int, **more: Any) -> Object:
    return {
        "type": "message",
        "id": uuid((role, at))[:8],
        "timestamp": iso(at),
        "message": {"role": role, "timestamp": at, **more},
    }


def asked(text: str, at: int) -> Object:
    return message("user", at, content=[{"type": "text", "text": text}])


def called(at: int, tool: str = "tc_1") -> Object:
    content = [{"type": "toolCall", "id": tool, "name": "exec", "arguments": {"command": "./run.sh"}}]
    return message("assistant", at, content=content, stopReason="toolUse", usage={"totalTokens": 9})


def answered(at: int, tool: str = "tc_1", is_error: bool = False) -> Object:
    return message("toolResult", at, toolCallId=tool, toolName="exec", isError=is_error, content=[])


def said(text: str, at: int, stop: str = "stop") -> Object:
    return message("assistant", at, content=[{"type": "text", "text": text}], stopReason=stop)


def worked(at: int, end: int, text: str = "Done.") -> list[Object]:
    """Return the steps of a turn in which a tool did its work."""
    return [called(at + 5000), answered(at + 9000), said(text, end)]


@dataclass
class Host:
    """One OpenClaw: jobs, runs, sessions and logs; ``write`` lays them into a folder as one era does.

    ``lost`` are jobs that only an old store still holds. ``ledger`` are rows of the task ledger, by job, start, status.
    """

    jobs: list[Object] = field(default_factory=list)
    runs: list[Object] = field(default_factory=list)
    sessions: dict[str, list[Object]] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    log: list[Object] = field(default_factory=list)
    lost: list[Object] = field(default_factory=list)
    ledger: list[tuple[str, int, str]] = field(default_factory=list)
    receipts: list[Object] = field(default_factory=list)

    def add(self, *jobs: Object) -> Host:
        self.jobs += jobs
        return self

    def run(self, *runs: Object) -> Host:
        self.runs += runs
        return self

    def transcript(self, name: str, start: int, *steps: Object, session: str | None = None) -> Host:
        """Write the session of one isolated run."""
        called_so = session or uuid((name, start))
        self.sessions[called_so] = [
            {"type": "session", "version": 3, "id": called_so, "timestamp": iso(start + 1400), "cwd": "/home/op/agent"},
            {"type": "model_change", "id": "m1", "parentId": None, "timestamp": iso(start + 1500), "model": "example"},
            asked(f"[cron:{uuid(name)} {name}] Do {name}", start + 1600),
            *steps,
        ]
        return self

    def main(self, *lines: Object, session: str = "main") -> Host:
        """Write lines of the main session."""
        known = self.sessions.setdefault(
            uuid(session),
            [{"type": "session", "version": 3, "id": uuid(session), "timestamp": iso(ms("2026-03-01 00:00"))}],
        )
        known += lines
        self.keys["agent:main:main"] = uuid(session)
        return self

    def say(self, at: int, text: str, level: int = 3, bundle: str = "gateway-cli-Ab3dE9xQ.js", **detail: Any) -> Host:
        """Write a line of the gateway's log."""
        meta = {"runtime": "node", "date": iso(at), "logLevelId": level, "path": {"fileName": bundle}}
        binding = json.dumps({"module": "cron", "storePath": STORE})
        self.log.append({"0": binding, "1": detail, "2": text, "_meta": meta, "time": iso(at)})
        return self

    def write(self, folder: Path, era: str) -> Path:
        {"A": self._era_a, "B": self._era_b, "C": self._era_c, "D": self._era_d}[era](folder)
        if self.log:
            write_lines(folder / "logs" / "openclaw-2026-03-10.log", self.log)
        return folder

    def _sessions(self, folder: Path) -> None:
        for session, lines in self.sessions.items():
            write_lines(folder / "agents/main/sessions" / f"{session}.jsonl", lines)
        stamps = {key: self.sessions[session][-1]["timestamp"] for key, session in self.keys.items()}
        entries = {
            key: {"sessionId": session, "updatedAt": ms(stamps[key].rstrip("Z"))} for key, session in self.keys.items()
        }
        if entries:
            put(folder / "agents/main/sessions/sessions.json", entries)

    def _history(self, folder: Path) -> None:
        for owner in {run["jobId"] for run in self.runs}:
            lines = [run for run in self.runs if run["jobId"] == owner]
            write_lines(folder / "cron/runs" / f"{owner}.jsonl", sorted(lines, key=lambda run: run["ts"]))

    def _era_a(self, folder: Path) -> None:
        put(folder / "cron/jobs.json", {"version": 1, "jobs": self.jobs})
        self._history(folder)
        self._sessions(folder)

    def _era_b(self, folder: Path) -> None:
        states = {each["id"]: {"updatedAtMs": ms("2026-03-10 12:00"), "state": each["state"]} for each in self.jobs}
        put(folder / "cron/jobs.json", {"version": 1, "jobs": [each | {"state": {}} for each in self.jobs]})
        put(folder / "cron/jobs-state.json", {"version": 1, "jobs": states})
        self._history(folder)
        self._sessions(folder)
        if self.ledger:
            with closing(database(folder / "tasks/runs.sqlite")) as connection:
                self._tasks(connection, with_detail=False)

    def _era_c(self, folder: Path) -> None:
        self._fossils(folder)
        self._sessions(folder)
        with closing(database(folder / "state/openclaw.sqlite")) as connection:
            self._cron_jobs(connection)
            columns = "store_key, job_id, seq, ts, status, error, delivery_status, session_id, run_at_ms, duration_ms, entry_json"
            connection.execute(f"CREATE TABLE cron_run_logs ({columns}, PRIMARY KEY (store_key, job_id, seq))")
            for seq, run in enumerate(self.runs):
                row = (STORE, run["jobId"], seq, run["ts"], run["status"], run.get("error"), run.get("deliveryStatus"),
                       run.get("sessionId"), run["runAtMs"], run["durationMs"], json.dumps(run))  # fmt: skip
                connection.execute(f"INSERT INTO cron_run_logs VALUES ({', '.join('?' * len(row))})", row)
            self._tasks(connection, with_detail=False)
            connection.commit()

    def _era_d(self, folder: Path) -> None:
        self._fossils(folder)
        with closing(database(folder / "state/openclaw.sqlite")) as connection:
            self._cron_jobs(connection)
            self._tasks(connection, with_detail=True)
            connection.execute(
                "CREATE TABLE cron_run_receipts (receipt_id PRIMARY KEY, store_key, job_id, status, request_run_id,"
                " started_at_ms, finished_at_ms, error_text)"
            )
            own = [
                {"receipt_id": uuid(("r", run["jobId"], run["runAtMs"])), "job_id": run["jobId"],
                 "status": RECEIPTS[run["status"]], "started_at_ms": run["runAtMs"] - 3,
                 "finished_at_ms": run["runAtMs"] + run["durationMs"], "error_text": run.get("error")}
                for run in self.runs
            ]  # fmt: skip
            for receipt in [*own, *self.receipts]:
                row = {"store_key": STORE, **receipt}
                connection.execute(
                    f"INSERT INTO cron_run_receipts ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})",
                    tuple(row.values()),
                )
            connection.commit()
        with closing(database(folder / "agents/main/agent/openclaw-agent.sqlite")) as connection:
            connection.execute("CREATE TABLE transcript_events (session_id, seq, event_json, created_at)")
            for session, lines in self.sessions.items():
                rows = [(session, seq, json.dumps(line), 0) for seq, line in enumerate(lines)]
                connection.executemany("INSERT INTO transcript_events VALUES (?, ?, ?, ?)", rows)
            connection.commit()

    def _fossils(self, folder: Path) -> None:
        put(folder / "cron/jobs.json.migrated", {"version": 1, "jobs": [*self.jobs, *self.lost]})

    def _cron_jobs(self, connection: sqlite3.Connection) -> None:
        connection.execute("CREATE TABLE cron_jobs (store_key, job_id, name, job_json, state_json)")
        for each in self.jobs:
            row = (STORE, each["id"], each["name"], json.dumps(each | {"state": {}}), json.dumps(each["state"]))
            connection.execute("INSERT INTO cron_jobs VALUES (?, ?, ?, ?, ?)", row)
        connection.commit()

    def _tasks(self, connection: sqlite3.Connection, with_detail: bool) -> None:
        connection.execute(
            "CREATE TABLE task_runs (task_id, runtime, source_id, run_id, status, error, created_at, started_at, ended_at,"
            " detail_json)"
        )
        for owner, start, status in self.ledger:
            row = (uuid((owner, start)), "cron", owner, f"cron:{owner}:{start}", status, None, start, start, None, None)
            connection.execute(f"INSERT INTO task_runs VALUES ({', '.join('?' * len(row))})", row)
        for run in self.runs if with_detail else ():
            start, end = run["runAtMs"], run["runAtMs"] + run["durationMs"]
            detail = json.dumps({"kind": "cron-run", "storeKey": STORE} | run)
            row = (uuid(("t", run["jobId"], start)), "cron", run["jobId"], f"cron:{run['jobId']}:{start}",
                   TASKS[run["status"]], run.get("error"), start, start, end, detail)  # fmt: skip
            connection.execute(f"INSERT INTO task_runs VALUES ({', '.join('?' * len(row))})", row)
        connection.execute("INSERT INTO task_runs (task_id, runtime, source_id) VALUES ('x', 'subagent', 'y')")
        connection.commit()


def database(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = WAL")
    return connection


def put(path: Path, document: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=2, ensure_ascii=False), encoding="utf-8")


def write_lines(path: Path, lines: list[Object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
