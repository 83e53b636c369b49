"""What runs of a made-up OpenClaw leave beside its stores: the turns of its sessions, and its gateway's log."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from benchmarks.openclaw_plan import DAY, MINUTE, SECOND, STORE, Occasion, World

Object = dict[str, Any]
BUNDLES = ("gateway-cli-Ab3dE9xQ.js", "gateway-cli-Zz9yX8wV.js", "gateway-cli-Qr7tU2pL.js")
CLEARED = "cron: clearing stale running marker on startup"


def uuid(*parts: object) -> str:
    """Return an id that is always the same for the same parts."""
    return str(uuid5(NAMESPACE_URL, "-".join(map(str, parts))))


def iso(at: int) -> str:
    """Return an instant as OpenClaw writes it into transcripts and logs."""
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at % 1000:03d}Z"


def put(path: Path, document: object) -> None:
    """Write a document of JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=2), encoding="utf-8")


def put_lines(path: Path, lines: list[Object]) -> None:
    """Write objects, one a line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")


def header(session: str, at: int) -> Object:
    """Return the first line of a transcript."""
    return {"type": "session", "version": 3, "id": session, "timestamp": iso(at), "cwd": "/home/op/agent"}


def message(role: str, at: int, **more: Any) -> Object:
    """Return a message of a transcript."""
    told = {"role": role, "timestamp": at, **more}
    return {"type": "message", "id": uuid(role, at)[:8], "timestamp": iso(at), "message": told}


def words(text: str) -> list[Object]:
    """Return the content of a message that is text."""
    return [{"type": "text", "text": text}]


def called(at: int) -> Object:
    """Return the call of a tool."""
    content = [{"type": "toolCall", "id": f"tc_{at}", "name": "exec", "arguments": {"command": "./run.sh"}}]
    return message("assistant", at, content=content, stopReason="toolUse", usage={"totalTokens": 9108})


def answered(at: int, call: int) -> Object:
    """Return what a tool answered."""
    return message("toolResult", at, toolCallId=f"tc_{call}", toolName="exec", isError=False, content=[])


def turn(run: Occasion) -> list[Object]:
    """Return the transcript of a session of its own."""
    begun, call = run.start + 1600, run.start + 4000
    asked = message("user", begun, content=words(f"[cron:{run.plan.id} {run.plan.name}] Do {run.plan.name}"))
    lines = [header(run.session, run.start + 1400), asked, called(call)]
    if run.fate == "cut":
        return lines
    ended = run.end + 30 * SECOND if run.fate.startswith("worked") else run.end - 300
    return [*lines, answered(call + 2000, call), message("assistant", ended, content=words("Done."), stopReason="stop")]


def main_turn(run: Occasion) -> list[Object]:
    """Return what the main session shows of an event."""
    if run.fate == "skipped":
        return []
    at = run.start + (17 * MINUTE if run.plan.wake == "next-heartbeat" else 900)
    asked = message("user", at, content=words(f"System: Do the work of {run.plan.name} now"))
    if run.fate == "ignored":
        return [asked, message("assistant", at + 4000, content=words("HEARTBEAT_OK"), stopReason="stop")]
    done = message("assistant", at + 40 * SECOND, content=words("Done."), stopReason="stop")
    return [asked, called(at + 5000), answered(at + 9000, at + 5000), done]


def gateway_log(made: World, folder: Path) -> None:
    """Write what is left of the gateway's log: the last day of it."""
    lines = [spoken(until + 900, made, "cron: started", enabled=True, jobs=len(made.plans)) for _, until in made.downs]
    for run in made.occasions:
        if run.fate == "cut" and made.era in "AC":
            marker = {"jobId": run.plan.id, "runningAtMs": run.start}
            lines.append(spoken(run.end + 11 * SECOND, made, CLEARED, 4, **marker))
    times = range(made.since, made.now, 7 * MINUTE)
    alive = (at for at in times if not any(down[0] <= at < down[1] for down in made.downs))
    lines += [spoken(at, made, "cron: timer armed", 2, nextAt=at + 60_000) for at in alive]
    kept = sorted((line for line in lines if line["time"] >= iso(made.now - DAY)), key=lambda line: str(line["time"]))
    by_day: dict[str, list[Object]] = {}
    for line in kept:
        by_day.setdefault(line["time"][:10], []).append(line)
    for day, of_day in by_day.items():
        put_lines(folder / f"logs/openclaw-{day}.log", of_day)


def spoken(at: int, made: World, text: str, level: int = 3, **detail: Any) -> Object:
    """Return a line of the gateway's log."""
    bundle = BUNDLES[(at >= made.upgrade) + (at >= made.repaired)]
    meta = {"runtime": "node", "date": iso(at), "logLevelId": level, "path": {"fileName": bundle}}
    binding = json.dumps({"module": "cron", "storePath": STORE})
    return {"0": binding, "1": detail, "2": text, "_meta": meta, "time": iso(at)}
