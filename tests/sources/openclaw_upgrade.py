"""A gateway whose isolated jobs never boot again after an upgrade: all triggers stay green, and nobody is told.

Four isolated and four main jobs, daily, in Tokyo; upgraded on 2026-03-15 at 11:00 there. Nothing but what OpenClaw
itself leaves: no files of the jobs, no channel, and transcripts of isolated runs of the last day only.
"""

from __future__ import annotations

import os
from pathlib import Path

from tests.sources.openclaw_host import Host, asked, job, ms, put, ran, worked

TOKYO = 9 * 3_600_000
UPGRADE = ms("2026-03-15 11:00") - TOKYO
FIRST, LAST = 5, 18
ISOLATED = {"daily-content-task": "13:00", "market-brief": "15:30", "site-audit": "17:30", "evening-review": "21:30"}
MAIN = {"calendar-brief": "06:30", "inbox-triage": "07:00", "repo-digest": "12:30", "gateway-backup": "22:30"}


def gateway() -> Host:
    host = Host()
    for names, target in ((ISOLATED, "isolated"), (MAIN, "main")):
        for name, due in names.items():
            hour, minute = map(int, due.split(":"))
            schedule = {"kind": "cron", "expr": f"{minute} {hour} * * *", "tz": "Asia/Tokyo"}
            host.add(job(name, target=target, schedule=schedule, delivery={"mode": "none"}))
            for day in range(FIRST, LAST + 1):
                occasion(host, name, target, ms(f"2026-03-{day:02d} {due}") - TOKYO + 14)
    end = ms(f"2026-03-{LAST} 23:59") - TOKYO
    host.main(asked("Good night", end - 60_000))
    host.say(UPGRADE - 86_400_000, "cron: started", jobs=8)
    host.say(UPGRADE, "cron: started", bundle="gateway-cli-Zz9yX8wV.js", jobs=8)
    return host


def occasion(host: Host, name: str, target: str, start: int) -> None:
    quiet = {"delivered": None, "deliveryStatus": "not-requested"}
    if target == "main":
        event = f"Do the work of {name} now"
        bare = {"sessionId": None, "sessionKey": None, "usage": None, "summary": event}
        host.run(ran(name, start, seconds=0.02, **bare, **quiet))
        host.main(asked(f"System: {event}", start + 800), *worked(start + 800, start + 90_000))
    elif start < UPGRADE:
        host.run(ran(name, start, seconds=130.0, **quiet))
    else:
        host.run(ran(name, start, seconds=60.0, sessionId=None, sessionKey=None, usage=None, summary=None, **quiet))


def write(folder: Path, era: str) -> Path:
    """Write the machine: its state folder in a home, and its zone."""
    (folder / "etc").mkdir(parents=True)
    (folder / "etc/timezone").write_text("Asia/Tokyo\n")
    state = gateway().write(folder / "home/op/.openclaw", era)
    meta = {"lastTouchedVersion": "2026.3.14", "lastTouchedAt": "2026-03-15T02:00:00.000Z"}
    put(state / "openclaw.json", {"meta": meta})
    written = (ms(f"2026-03-{LAST} 23:59") - TOKYO) * 10**6
    for path in state.rglob("*"):
        os.utime(path, ns=(written, written))  # a folder in use: that it is fresh makes its silence count
    return state
