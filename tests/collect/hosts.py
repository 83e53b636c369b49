"""Makes a small host as it stands one night, collects its evidence, and compares reports made here and elsewhere."""

from __future__ import annotations

import gzip
import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from forensics.cli_inputs import load_config
from forensics.cli_window import nanoseconds
from forensics.collect.collecting import Collected, collect
from forensics.collect.lists import Occasion
from forensics.config import Config
from forensics.evidence.paired import Window
from forensics.pipeline import Question, report
from forensics.report.outputs import render

NOW = datetime(2026, 3, 20, tzinfo=UTC)
SECOND = 10**9
CONFIG = """timezone = "UTC"  # kept

[[source]]
kind = "syslog"
path = "logs/syslog*"

[[source]]
kind = "files"
path = "tree"

[[source]]
kind = "slack-export"
path = "slack"
channels = ["metrics"]

[heartbeats]
dirs = ["beats", "absent"]
on_stale = ["/bin/true"]

[[job]]
name = "snap"
schedule = "*/30 * * * *"
command = "*snap.sh"
artifacts = ["sub/{date:%Y%m%dT%H%M}.txt"]
state_files = ["state.json#last"]
max_duration = "5m"

[tracker]
kind = "gitea"
url = "https://forge.example.org"
repo = "ops/nightwatch"
"""


def at(hours: float) -> datetime:
    """Return the time so many hours before now."""
    return NOW - timedelta(hours=hours)


def stamped(path: Path, moment: datetime, nanos: int = 0) -> None:
    """Set a file's mtime."""
    instant = nanoseconds(moment) + nanos
    os.utime(path, ns=(instant, instant))


def make_host(folder: Path, text: str = CONFIG) -> Path:
    """Make a host whose sources are live, and return its config: 48 runs, of which the last is not done yet."""
    for name in ("logs", "tree/sub", "slack/metrics", "slack/other", "beats"):
        (folder / name).mkdir(parents=True)
    lines = []
    for run in range(48, 0, -1):
        due = at(run / 2)
        lines.append(f"{due:%b %e %H:%M}:01 web1 CRON[{100 + run}]: (root) CMD (/opt/jobs/snap.sh)\n")
        if run not in (1, 20):
            proof = folder / "tree" / "sub" / f"{due:%Y%m%dT%H%M}.txt"
            proof.write_text("done")
            stamped(proof, due + timedelta(seconds=20), 123_456_789)
    (folder / "logs" / "syslog").write_text("".join(lines[20:]))
    (folder / "logs" / "syslog.1.gz").write_bytes(gzip.compress("".join(lines[:20]).encode(), mtime=0))
    stamped(folder / "logs" / "syslog", at(0.4))
    stamped(folder / "logs" / "syslog.1.gz", at(14))
    (folder / "tree" / "a-link").symlink_to("/etc/hostname")
    (folder / "tree" / "odd|name\\ \n.txt").write_text("1")
    (folder / "tree" / "state.json").write_text('{"last": "2026-03-19T23:30:05Z"}')
    for channel in ("metrics", "other"):
        for day in (18, 19):
            sent = datetime(2026, 3, day, 12, 0, 5, tzinfo=UTC).timestamp()
            said = {"type": "message", "subtype": "bot_message", "ts": f"{sent:.6f}", "text": "✅ snap completed"}
            (folder / "slack" / channel / f"2026-03-{day}.json").write_text(json.dumps([said]))
    beat = {"job": "snap", "timestamp": NOW.timestamp() - 1700, "interval_seconds": 1800}
    (folder / "beats" / "snap.last").write_text(json.dumps(beat))
    (folder / "f.toml").write_text(text)
    return folder / "f.toml"


def config_of(path: Path) -> Config:
    """Return a config as the command line would."""
    return load_config(str(path), [])


def asked(config: Config, hours: float = 24, now: datetime = NOW) -> Question:
    """Return what is asked: a window of so many hours, ending now."""
    instant = nanoseconds(now)
    return Question(Window(instant - int(hours * 3600) * SECOND, instant, instant))


def packed(config: Path, target: Path, since: datetime | None = None, now: datetime = NOW) -> Collected:
    """Collect the evidence of a config."""
    read = config_of(config)
    begin = None if since is None else nanoseconds(since)
    occasion = Occasion(nanoseconds(now), "web1", "1.0", str(read.timezone), begin, str(config))
    return collect(read, config.read_text(), asked(read, now=now), occasion, target)


def told(config: Path, hours: float = 24, now: datetime = NOW) -> dict[str, Any]:
    """Return the report of a config as data."""
    read = config_of(config)
    found: dict[str, Any] = json.loads(render(report(read, asked(read, hours, now)), "json"))
    return found


def comparable(told: dict[str, Any]) -> str:
    """Return a report as text, without what tells where it was made: sources' names, their files, their reach."""
    names = [source["name"] for source in told["sources"]]
    text = json.dumps({key: value for key, value in told.items() if key != "sources"}, indent=1)
    for place, name in enumerate(dict.fromkeys(names)):
        text = text.replace(json.dumps(name)[1:-1], f"<source {place}>")
    files = {evidence["file"] for run in told["runs"] for evidence in run["provenance"]}
    for file in sorted(files, key=len, reverse=True):
        text = text.replace(json.dumps(file), json.dumps(shortened(file)))
    return text.replace("(tree.body:", "(tree:")


def shortened(file: str) -> str:
    """Return the name of a file, and of a listing that of its tree."""
    return file.rpartition("/")[2].removesuffix(".body")
