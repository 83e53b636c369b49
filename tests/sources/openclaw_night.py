"""One night of one OpenClaw with a run of each of the fifteen ways in which a report and the work part company.

The night is 2026-03-10, UTC. Each job went well on the two nights before, which shows what it leaves when it does.
"""

from __future__ import annotations

import os
from pathlib import Path

from forensics.configfile import read_config
from forensics.evidence.paired import Window
from forensics.evidence.result import Result
from forensics.pipeline import Question, report
from tests.sources.openclaw_host import (
    Host,
    asked,
    called,
    job,
    ms,
    put,
    ran,
    said,
    uuid,
    worked,
    write_lines,
)

NIGHT, BEFORE = "2026-03-10", ("2026-03-08", "2026-03-09")
# Which job is due when, and whether the config says what file it leaves.
DUE = {
    "good": "01:00", "f1-slot-passed": "02:00", "f2-marker-blocks": "02:10", "f3-accepted-only": "02:20",
    "f4-boot-timeout": "02:30", "f5-lost-at-upgrade": "02:40", "f6-ok-undone": "02:50", "f7-event-ignored": "03:00",
    "f8-error-but-done": "03:10", "f9-error-but-delivered": "03:20", "f10-delivered-to-nobody": "03:30",
    "f11-report-lost": "03:40", "f12-restarted": "03:50", "f13-doubled": "04:10", "f14-ledgers-differ": "04:20",
    "f15-nobody-told": "04:30",
}  # fmt: skip
LEAVING = ("f6-ok-undone", "f8-error-but-done", "f9-error-but-delivered", "f10-delivered-to-nobody", "f11-report-lost")
READ_CHANNEL = ("f9-error-but-delivered", "f10-delivered-to-nobody")
MAIN = "f7-event-ignored"
EVENT = f"Do the work of {MAIN} now"
LEFT = {"f8-error-but-done", "f9-error-but-delivered", "f10-delivered-to-nobody", "f11-report-lost"}


def at(name: str, day: str = NIGHT) -> int:
    return ms(f"{day} {DUE[name]}") + 21


def night(era: str) -> Host:
    """Return the host with all its runs."""
    host = Host()
    for name in DUE:
        hour, minute = DUE[name].split(":")
        host.add(job(name, f"{int(minute)} {int(hour)} * * *", "main" if name == MAIN else "isolated"))
    for day in BEFORE:
        for name in DUE:
            good_run(host, name, at(name, day))
    good_run(host, "good", at("good"))
    not_begun(host, era)
    begun(host, era)
    told_wrongly(host, era)
    host.say(ms(f"{NIGHT} 05:30"), "cron: timer armed", nextAt=0)
    return host


def good_run(host: Host, name: str, start: int) -> None:
    if name == MAIN:
        host.run(ran(name, start, seconds=0.01, sessionId=None, sessionKey=None, usage=None, delivered=None,
                     deliveryStatus="not-requested", summary=EVENT))  # fmt: skip
        host.main(asked(f"System: {EVENT}", start + 900), *worked(start + 900, start + 30_000))
    else:
        host.run(ran(name, start)).transcript(name, start, *worked(start, start + 58_000))


def not_begun(host: Host, era: str) -> None:
    states = {each["name"]: each["state"] for each in host.jobs}
    states["f1-slot-passed"] |= {"lastRunAtMs": at("f1-slot-passed", BEFORE[1]), "nextRunAtMs": ms("2026-03-11 02:00")}
    stuck = at("f2-marker-blocks", BEFORE[1])
    host.runs = [run for run in host.runs if (run["jobId"], run["runAtMs"]) != (uuid("f2-marker-blocks"), stuck)]
    del host.sessions[uuid(("f2-marker-blocks", stuck))]
    states["f2-marker-blocks"] |= {"runningAtMs": stuck, "lastRunAtMs": at("f2-marker-blocks", BEFORE[0])}
    error = "cron: isolated agent setup timed out before runner start (last phase: runtime-plugins)"
    host.run(ran("f4-boot-timeout", at("f4-boot-timeout"), "error", 60.0, error=error, deliveryStatus="unknown"))
    host.jobs, host.lost = (
        [each for each in host.jobs if each["name"] != "f5-lost-at-upgrade"],
        [each for each in host.jobs if each["name"] == "f5-lost-at-upgrade"],
    )


def begun(host: Host, era: str) -> None:
    host.run(ran("f6-ok-undone", at("f6-ok-undone")))
    start = at(MAIN)
    host.run(ran(MAIN, start, seconds=0.01, sessionId=None, sessionKey=None, usage=None, delivered=None,
                 deliveryStatus="not-requested", summary=EVENT))  # fmt: skip
    host.main(asked(f"System: {EVENT}", start + 900), said("HEARTBEAT_OK", start + 5_000))
    start = at("f12-restarted")
    host.transcript("f12-restarted", start, called(start + 5_000))
    session = uuid(("f12-restarted", start))
    if era in "AC":
        host.say(start + 90_000, "cron: clearing stale running marker on startup", 4, jobId=uuid("f12-restarted"), runningAtMs=start)  # fmt: skip
    elif era == "B":
        host.run(ran("f12-restarted", start, "error", 90.0, error="cron: job interrupted by gateway restart"))
    else:
        host.receipts.append({"receipt_id": "r12", "job_id": uuid("f12-restarted"), "status": "interrupted",
                              "started_at_ms": start, "finished_at_ms": start + 90_000,
                              "error_text": "cron: job interrupted by gateway restart"})  # fmt: skip
    host.say(start + 90_000, "cron: started", enabled=True, jobs=len(host.jobs))
    assert session in host.sessions


def told_wrongly(host: Host, era: str) -> None:
    start = at("f8-error-but-done")
    host.run(ran("f8-error-but-done", start, "error", 600.0, error="cron: job execution timed out",
                 sessionId=uuid(("f8-error-but-done", start)), failureNotificationDelivery={"status": "delivered"}))  # fmt: skip
    host.transcript("f8-error-but-done", start, *worked(start, start + 640_000))
    host.run(ran("f9-error-but-delivered", at("f9-error-but-delivered"), "error", 60.0, error="⚠️ ✉️ Message failed",
                 delivered=True, deliveryStatus="delivered"))  # fmt: skip
    host.run(ran("f10-delivered-to-nobody", at("f10-delivered-to-nobody")))
    host.run(
        ran("f11-report-lost", at("f11-report-lost"), delivered=False, deliveryStatus="not-delivered", summary=None)
    )
    host.run(ran("f13-doubled", at("f13-doubled")), ran("f13-doubled", at("f13-doubled") + 11_000, seconds=50.0))
    start = at("f14-ledgers-differ")
    host.run(ran("f14-ledgers-differ", start))
    host.ledger.append((uuid("f14-ledgers-differ"), start, "lost"))
    state = next(each["state"] for each in host.jobs if each["name"] == "f14-ledgers-differ")
    state |= {"lastRunAtMs": start, "lastRunStatus": "error", "lastError": "run marked as lost"}
    host.run(ran("f15-nobody-told", at("f15-nobody-told"), "error", 12.0, error="Error: model not found",
                 deliveryStatus="not-delivered", failureNotificationDelivery={"status": "not-delivered"}))  # fmt: skip


def judged(folder: Path, era: str) -> Result:
    """Return what a report of the night comes to: beside OpenClaw, files, one channel and who asked for a run."""
    night(era).write(folder / ".openclaw", era)
    write_lines(
        folder / "asked.jsonl", [{"ts": at("f3-accepted-only"), "job": "f3-accepted-only", "answer": "accepted"}]
    )
    posts = [{"ts": at(name, day) + 70_000, "body": f"✅ {name} completed", "room": "deliveries", "who": "bot"}
             for name in READ_CHANNEL for day in BEFORE]  # fmt: skip
    posts.append({"ts": at("f9-error-but-delivered") + 70_000, "body": "✅ f9-error-but-delivered completed", "room": "deliveries", "who": "bot"})  # fmt: skip
    write_lines(folder / "posts.jsonl", posts)
    for name in LEAVING:
        for day in (*BEFORE, *([NIGHT] if name in LEFT else [])):
            path = folder / "out" / f"{name}-{day}.md"
            put(path, "x" * 40)
            os.utime(path, ns=((at(name, day) + 55_000) * 10**6,) * 2)
    config = read_config(toml(), str(folder / "forensics.toml"))
    since, until, now = (ms(text) * 10**6 for text in ("2026-03-10 00:00", "2026-03-11 00:00", "2026-03-11 00:00"))
    return report(config, Question(Window(since, until, now)))


def toml() -> str:
    jobs = []
    for name, due in DUE.items():
        hour, minute = due.split(":")
        lines = [f'name = "{name}"', f'schedule = "{int(minute)} {int(hour)} * * *"', 'scheduler = "openclaw"']
        channel = "deliveries" if name in READ_CHANNEL else "elsewhere"
        lines.append(f'attributes = {{ channel = "{channel}" }}')
        if name in LEAVING:
            lines.append(f'artifacts = ["{name}-{{date:%Y-%m-%d}}.md"]')
        jobs.append("[[job]]\n" + "\n".join(lines) + "\n")
    sources = """
timezone = "UTC"
[defaults]
max_duration = "30m"
[[source]]
kind = "openclaw"
path = ".openclaw"
[[source]]
kind = "files"
path = "out"
[[source]]
kind = "jsonl"
lane = "notifications"
path = "posts.jsonl"
channels = ["deliveries"]
columns = { time = "ts", text = "body", author = "who", channel = "room" }
coverage = ["2026-03-08T00:00:00Z", "2026-03-11T00:00:00Z"]
live = false
[[source]]
kind = "jsonl"
lane = "triggers"
path = "asked.jsonl"
columns = { time = "ts", job = "job", event = "answer" }
"""
    return sources + "\n".join(jobs)
