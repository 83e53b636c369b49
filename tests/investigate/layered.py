"""One daily job, night by night, with the rows that each of its layers left; written as files and judged."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from forensics.configfile import read_config
from forensics.evidence.investigation import Depth, LayerSeen
from forensics.evidence.paired import Window
from forensics.evidence.result import Result
from forensics.investigate.depths import depths
from forensics.pipeline import Question, judged_over, read
from tests.analyse.builders import at

FIRST = datetime(2026, 3, 2, 7, tzinfo=UTC)
LANES = ("triggers", "lifecycle", "notifications", "artifacts")
COLUMNS = {
    "triggers": 'time = "ts", job = "job", event = "event"',
    "lifecycle": 'time = "ts", job = "job", event = "event", exit_code = "code"',
    "notifications": 'time = "ts", text = "text"',
    "artifacts": 'time = "ts", path = "path", size = "size"',
}


@dataclass(frozen=True)
class Night:
    """One night of the job; ``stages`` are the runner's words, an exit code beside one after a colon."""

    trigger: str | None = "accepted"
    stages: tuple[str, ...] = ()
    file: str | None = None
    says: str | None = None


WELL = Night(stages=("boot_started", "booted", "completed:0"), file="whole", says="✅ daily completed")
HANGS = Night(stages=("boot_started",))


def layered(folder: Path, nights: Sequence[Night], lanes: Sequence[str] = LANES, more: str = "") -> Result:
    """Return the nights as they are judged, of the lanes that are read."""
    rows = {lane: [row for nth, night in enumerate(nights) for row in written(lane, nth, night)] for lane in lanes}
    until = FIRST.replace(hour=0) + timedelta(days=len(nights))
    for lane, told in rows.items():
        (folder / f"{lane}.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in told), encoding="utf-8")
    covered = f'["2026-03-01T00:00:00Z", "{until.isoformat()}"]'
    sources = "".join(
        f'[[source]]\nkind = "jsonl"\nlane = "{lane}"\npath = "{lane}.jsonl"\ncolumns = {{ {COLUMNS[lane]} }}\n'
        f"live = false\ncoverage = {covered}\n"
        for lane in lanes
    )
    job = '[[job]]\nname = "daily"\nschedule = "0 7 * * *"\nmax_duration = "30m"\nartifacts = ["out/{date:%Y-%m-%d}.txt"]\n'
    text = f'timezone = "UTC"\n{sources}{job}{more}'
    window = Window(at("2026-03-02T00:00"), at(until.isoformat()), at(until.isoformat()))
    config = read_config(text, str(folder / "forensics.toml"))
    return judged_over(read(config, Question(window), lambda _name, _rows: None), config, Question(window))


def written(lane: str, nth: int, night: Night) -> list[Mapping[str, Any]]:
    """Return the rows that a lane holds of a night."""
    start = FIRST + timedelta(days=nth)
    match lane:
        case "triggers":
            rows = [(1, {"event": night.trigger})] if night.trigger else []
        case "lifecycle":
            rows = [(2 + 20 * place, stage(word)) for place, word in enumerate(night.stages)]
        case "notifications":
            rows = [(120, {"text": night.says})] if night.says else []
        case _:
            path = f"out/{start:%Y-%m-%d}.txt"
            rows = [(100, {"path": path, "size": 500 if night.file == "whole" else 0})] if night.file else []
    return [{"ts": (start + timedelta(seconds=after)).isoformat(), "job": "daily", **told} for after, told in rows]


def stage(word: str) -> Mapping[str, Any]:
    """Return a runner's word with the exit code beside it."""
    event, _, code = word.partition(":")
    return {"event": event, "code": int(code) if code else None}


def depth(result: Result) -> Depth:
    """Return how far the job's bad runs got."""
    (found,) = depths(result, frozenset({"daily"}))
    return found


def seen(found: Depth) -> dict[str, int | None]:
    """Return in how many runs each layer was seen."""
    return {each.layer: each.seen for each in found.layers}


def layer(found: Depth, name: str) -> LayerSeen:
    """Return one layer."""
    return next(each for each in found.layers if each.layer == name)
