"""Tiny nights: a few rows of evidence, written as raw files with a config, and what a report makes of them."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from forensics.configfile import read_config
from forensics.evidence.paired import Window
from forensics.evidence.result import Result
from forensics.pipeline import Question, report

DAY, NEXT_DAY = "2026-03-19", "2026-03-20"
TOKYO = "Asia/Tokyo"
LANES = ("triggers", "lifecycle", "notifications", "artifacts")
Table = dict[str, Any]


@dataclass(frozen=True)
class Row:
    """A row of a lane's JSON Lines; ``at`` is a wall clock of the night, ``values`` are further columns."""

    lane: str
    at: str
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Raw:
    """A file or, without content, a folder, with its mtime on the night's wall clock."""

    path: str
    content: str | None
    at: str = f"{NEXT_DAY} 00:00"


@dataclass(frozen=True)
class Night:
    """What is given. Times are wall clocks in ``zone``: ``07:05`` of ``day``, or with a date; with a ``Z`` they are UTC.

    ``lanes`` says of a lane's JSON Lines until when they are declared to cover, None that there are none.
    """

    rows: tuple[Row, ...] = ()
    jobs: tuple[Table, ...] = ()
    lanes: Mapping[str, str | None] = field(default_factory=dict)
    sources: tuple[Table, ...] = ()
    files: tuple[Raw, ...] = ()
    sections: Mapping[str, tuple[Table, ...]] = field(default_factory=dict)
    zone: str = TOKYO
    day: str = DAY
    since: str = "00:00"
    now: str = ""
    until: str = ""

    def clock(self, text: str) -> datetime:
        """Return the instant of a wall clock."""
        if text.endswith("Z"):
            return datetime.fromisoformat(text)
        local = datetime.fromisoformat(text if "-" in text else f"{self.day} {text}")
        return local.replace(tzinfo=ZoneInfo(self.zone))

    @property
    def judged_at(self) -> datetime:
        """Return the instant of judging: the next midnight, where none is told."""
        return self.clock(self.now) if self.now else self.clock("00:00") + timedelta(days=1)

    @property
    def window(self) -> Window:
        """Return the report's window."""
        until = self.clock(self.until) if self.until else self.judged_at
        return Window(*(round(each.timestamp()) * 10**9 for each in (self.clock(self.since), until, self.judged_at)))

    def local(self, at: pd.Timestamp) -> str | None:
        """Return an instant of the result on the night's wall clock, as short as the night's own times."""
        if pd.isna(at):
            return None
        text = at.tz_convert(self.zone).isoformat(" ", "seconds")[:19].removesuffix(":00")
        return text.removeprefix(f"{self.day} ")


def night(*rows: Row | Iterable[Row], **more: Any) -> Night:
    """Return a night with these rows and one job, ``backup``, unless others are named."""
    flat = [row for each in rows for row in ((each,) if isinstance(each, Row) else each)]
    return Night(tuple(flat), **{"jobs": (job(),), **more})


def job(name: str = "backup", **more: Any) -> Table:
    """Return a job due 07:00 daily that leaves a file named by the date; None takes a key away."""
    table = {"name": name, "scheduler": "cron", "schedule": "0 7 * * *", "artifacts": ["{date:%Y-%m-%d}.json"], **more}
    return {key: value for key, value in table.items() if value is not None}


def trigger(at: str = "07:00:01", job: str = "backup", event: str = "started", **more: Any) -> Row:
    return Row("triggers", at, {"job": job, "event": event, **more})


def step(event: str, at: str, exit_code: int | None = None, job: str = "backup", **more: Any) -> Row:
    return Row("lifecycle", at, {"job": job, "event": event, "exit_code": exit_code, **more})


def file(at: str = "07:04", path: str = f"{DAY}.json", size: int = 100, **more: Any) -> Row:
    return Row("artifacts", at, {"path": path, "size": size, **more})


def says(text: str, at: str = "07:05", is_bot: bool = True) -> Row:
    return Row("notifications", at, {"text": text, "is_bot": is_bot})


def good(at: str = "07:05", job: str = "backup") -> Row:
    return says(f"✅ {job} completed", at)


def bad(at: str = "07:05", job: str = "backup") -> Row:
    return says(f"❌ {job} failed", at)


def slack_day(given: Night, day: str, *rows: Row, messages: Iterable[Table] = ()) -> Raw:
    """Return a day file of a Slack export, with rows as a bot's messages and with raw messages."""
    bots = [
        {
            "type": "message",
            "subtype": "bot_message",
            "bot_id": "B1",
            "ts": ts(given, row.at),
            "text": row.values["text"],
        }
        for row in rows
    ]
    return Raw(f"slack/metrics/{day}.json", json.dumps([*bots, *messages]))


def ts(given: Night, at: str) -> str:
    """Return a time as Slack writes it."""
    return f"{given.clock(at).timestamp():.6f}"


def cron_line(at: str, command: str = "/opt/jobs/backup", host: str = "web1", process_id: int = 417) -> str:
    """Return cron's line for a command it starts, at a clock time of Tokyo's day."""
    return f"{DAY}T{at}+09:00 {host} CRON[{process_id}]: (root) CMD ({command})\n"


def reported(given: Night, folder: Path) -> Result:
    """Return the report on a night, its files written to a folder."""
    for lane in LANES:
        rows = sorted((row for row in given.rows if row.lane == lane), key=lambda row: given.clock(row.at))
        lines = (json.dumps({"time": given.clock(row.at).isoformat(), **row.values}) + "\n" for row in rows)
        (folder / f"{lane}.jsonl").write_text("".join(lines), encoding="utf-8")
    write_files(given, folder)
    path = folder / "forensics.toml"
    path.write_text(config_text(given), encoding="utf-8")
    return report(read_config(path.read_text(encoding="utf-8"), str(path)), Question(given.window))


def write_files(given: Night, folder: Path) -> None:
    """Write the raw files, and then set all mtimes, those of inner folders first."""
    for raw in given.files:
        path = folder / raw.path
        if raw.content is None:
            path.mkdir(parents=True, exist_ok=True)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(raw.content, encoding="utf-8")
    for raw in sorted(given.files, key=lambda each: each.content is None):
        at = round(given.clock(raw.at).timestamp()) * 10**9
        os.utime(folder / raw.path, ns=(at, at))


def config_text(given: Night) -> str:
    """Return the config of a night."""
    defaults = {"max_duration": "30m", "grace": "10m"}
    tables = [("source", each) for each in (*lane_sources(given), *given.sources)]
    tables += [("job", each) for each in given.jobs]
    tables += [(name, each) for name, rows in given.sections.items() for each in rows]
    listed = [f"[[{name}]]\n{settings(table)}" for name, table in tables]
    return "\n".join([f'timezone = "{given.zone}"', f"[defaults]\n{settings(defaults)}", *listed])


def lane_sources(given: Night) -> list[Table]:
    """Return the lanes' JSON Lines as sources: each covers from ten days before, to the instant of judging if not told otherwise."""
    begin = (given.clock("00:00") - timedelta(days=10)).isoformat()
    ends = {lane: given.judged_at.isoformat() for lane in LANES}
    ends |= {lane: end and given.clock(end).isoformat() for lane, end in given.lanes.items()}
    return [
        {"kind": "jsonl", "lane": lane, "path": f"{lane}.jsonl", "coverage": [begin, end]}
        for lane, end in ends.items()
        if end and (lane != "lifecycle" or any(row.lane == lane for row in given.rows))
    ]


def settings(table: Table) -> str:
    """Return keys and values as TOML; what JSON writes of texts, numbers, truth values and lists is TOML, too."""
    return "".join(f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in table.items())


def shown_runs(result: Result) -> pd.DataFrame:
    """Return the runs of the window in order of time, each with its row in the result as index."""
    shown = result.runs[result.runs["in_window"]]
    moment = shown["due_at"]
    for name in ("triggered_at", "started_at", "executed_at", "reported_at"):
        moment = moment.fillna(shown[name])
    return shown.assign(moment=moment).sort_values(["moment", "job"], kind="stable")
