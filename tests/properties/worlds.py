"""Small worlds of scheduled jobs: drawn, bent, written as raw files, and reported on."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import zstandard
from cronsim import CronSim
from hypothesis import strategies as st

from forensics.configfile import read_config
from forensics.evidence.paired import Window
from forensics.evidence.result import Result
from forensics.pipeline import Question, report

SCHEDULES = ("*/15 * * * *", "*/20 * * * *", "0 * * * *", "5 */2 * * *", "30 7 * * *", "0 2,14 * * *", "45 * * * 1-5")
PATTERNS = {
    "minute": "{date:%Y-%m-%dT%H%M}.json",
    "second": "{date:%Y%m%d-%H%M%S}.json",
    "day": "{date:%Y-%m-%d}.json",
    "glob": "*.json",
    "fixed": "latest.json",
    "none": "",
}
PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    ".gz": lambda content: gzip.compress(content, mtime=0),
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
    ".zst": lambda content: zstandard.ZstdCompressor().compress(content),
}
SAYINGS = {
    "success": "✅ {} completed",
    "failure": "❌ {} failed",
    "started": "▶️ {} started",
    "skipped": "⏭️ {} skipped",
    "plain": "{} is on",
}


@dataclass(frozen=True)
class Worker:
    """A job of a world: its schedule, the sort of paths that it writes, and how long it may take."""

    name: str
    schedule: str
    path: str = "minute"
    max_duration: str = "30m"
    more: str = ""

    @property
    def pattern(self) -> str:
        """Return the pattern of what it writes, "" where it writes nothing."""
        return f"out/{self.name}/{PATTERNS[self.path]}" if PATTERNS[self.path] else ""


@dataclass(frozen=True)
class Fate:
    """What becomes of one run; seconds from its due time, from its start, and from its proof."""

    trigger: str = "started"
    delay: int = 1
    takes: int = 240
    file: str = "whole"
    says: tuple[str, ...] = ("success",)
    says_after: int = 20


@dataclass(frozen=True, repr=False)
class World:
    """Jobs and the rows of evidence that they left; instants are in ms since the epoch. ``fates`` are those of each job."""

    workers: tuple[Worker, ...]
    fates: tuple[tuple[Fate, ...], ...]
    zone: str
    since: int
    until: int
    now: int
    triggers: tuple[tuple[int, str, str], ...] = ()
    messages: tuple[tuple[int, str], ...] = ()
    files: tuple[tuple[int, str, int], ...] = ()
    covered_from: int | None = None

    def __repr__(self) -> str:
        span = f"{self.zone} {iso(self.since)} to {iso(self.until)}, now {iso(self.now)}"
        return "\n".join([f"World({span})", *map(repr, self.workers), *map(repr, self.fates)])

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        printer.text(repr(self))

    @property
    def coverage(self) -> str:
        return f'["{iso(self.covered_from or self.since - DAY)}", "{iso(self.now)}"]'


DAY = 86_400_000


def iso(at: int) -> str:
    """Return an instant in ms as ISO 8601 in UTC."""
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=at)).isoformat(timespec="milliseconds")


def millis(text: str, zone: str = "UTC") -> int:
    """Return a local date and time in ms."""
    return round(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


def due_by_cronsim(schedule: str, zone: str, since: int, until: int) -> list[int]:
    """Return the due times in ms that cronsim itself gives, walked through from two days before."""
    begin = datetime.fromtimestamp(since / 1000, ZoneInfo(zone)) - timedelta(days=2)
    found = set()
    for due in CronSim(schedule, begin):
        at = round(due.timestamp() * 1000)
        if at >= until:
            break
        found.add(at)
    return sorted(at for at in found if at >= since)


def happen(worker: Worker, zone: str, fates: Sequence[Fate], span: tuple[int, int]) -> World:
    """Return one job's rows over a span, its runs meeting the fates in turn."""
    triggers: list[tuple[int, str, str]] = []
    messages: list[tuple[int, str]] = []
    files: list[tuple[int, str, int]] = []
    for number, due in enumerate(due_by_cronsim(worker.schedule, zone, *span)):
        fate = fates[number % len(fates)]
        # Every row has a millisecond of its own.
        start = due + fate.delay * 1000 + (number * 7 + len(worker.name)) % 900
        proof = start + fate.takes * 1000
        events = {"none": (), "twice": ("started", "started")}.get(fate.trigger, (fate.trigger,))
        triggers += [(start + 5000 * nth, event, worker.name) for nth, event in enumerate(events)]
        if worker.pattern and fate.file != "none":
            files.append((proof, path_of(worker, zone, due), 0 if fate.file == "empty" else 500))
        said = enumerate(fate.says, 1)
        messages += [
            (proof + fate.says_after * 1000 * nth + nth, SAYINGS[each].format(worker.name)) for nth, each in said
        ]
    return World((worker,), (tuple(fates),), zone, *span, span[1], tuple(triggers), tuple(messages), tuple(files))


def path_of(worker: Worker, zone: str, at: int) -> str:
    """Return the path that a run writes which was due at an instant."""
    local = datetime.fromtimestamp(at / 1000, ZoneInfo(zone))
    head, _, tail = worker.pattern.partition("{date:")
    if tail:
        form, _, rest = tail.partition("}")
        return head + local.strftime(form) + rest
    return worker.pattern.replace("*", f"{at // 1000 % 99_991:05d}x")


def together(worlds: Iterable[World], since: int, until: int, now: int) -> World:
    """Return worlds as one, over a window and judged at an instant; nothing later than that has been seen."""
    first, *rest = worlds
    whole = replace(first, since=since, until=until, now=now)
    for each in rest:
        whole = replace(
            whole,
            workers=whole.workers + each.workers,
            fates=whole.fates + each.fates,
            triggers=whole.triggers + each.triggers,
            messages=whole.messages + each.messages,
            files=whole.files + each.files,
        )
    return replace(
        whole,
        triggers=tuple(sorted(row for row in whole.triggers if row[0] < now)),
        messages=tuple(sorted(row for row in whole.messages if row[0] < now)),
        files=tuple(sorted({row[1]: row for row in sorted(whole.files) if row[0] < now}.values())),
    )


fates = st.builds(
    Fate,
    trigger=st.sampled_from(("started", "started", "started", "none", "twice", "skipped")),
    delay=st.sampled_from((1, 0, 30, 100, 500)),
    takes=st.sampled_from((240, 2, 60, 600, 1300, 4000)),
    file=st.sampled_from(("whole", "whole", "none", "empty")),
    says=st.lists(st.sampled_from(tuple(SAYINGS)), max_size=3).map(tuple) | st.just(("success",)),
    says_after=st.sampled_from((20, 1, 130, 1500)),
)


@st.composite
def worlds(
    draw: st.DrawFn,
    zones: Sequence[str] = ("UTC", "Asia/Tokyo"),
    days: Sequence[str] = ("2026-03-19",),
    schedules: Sequence[str] = SCHEDULES,
    paths: Sequence[str] = tuple(PATTERNS),
    fates: st.SearchStrategy[Fate] = fates,
) -> World:
    """Draw a world of two to four jobs over one or two days."""
    zone, day = draw(st.sampled_from(zones)), draw(st.sampled_from(days))
    since = millis(day, zone)
    until = since + draw(st.sampled_from((1, 2))) * DAY
    now = until + draw(st.sampled_from((0, 20 * 60_000, DAY)))
    workers = [
        Worker(
            name,
            draw(st.sampled_from(schedules)),
            draw(st.sampled_from(paths)),
            draw(st.sampled_from(("30m", "10m", "90m"))),
        )
        for name in ("backup-db", "sync", "rank.weekly", "report")[: draw(st.integers(2, 4))]
    ]
    span = (since - DAY // 4, now)
    return together(
        [happen(worker, zone, draw(st.lists(fates, min_size=1, max_size=9)), span) for worker in workers],
        since,
        until,
        now,
    )


LANES = ("triggers", "notifications", "artifacts")


def lines_of(world: World) -> dict[str, list[str]]:
    """Return the raw lines of a world by lane, as JSON."""
    return {
        "triggers": [json.dumps({"time": iso(at), "event": event, "job": job}) for at, event, job in world.triggers],
        "notifications": [json.dumps({"time": iso(at), "text": text, "is_bot": True}) for at, text in world.messages],
        "artifacts": [json.dumps({"time": iso(at), "path": path, "size": size}) for at, path, size in world.files],
    }


def syslog_lines(world: World) -> list[str]:
    """Return the triggers as lines of a syslog with full time stamps."""
    return [
        f"{iso(at)} web1 CRON[{at % 90_000 + 100}]: (root) CMD (/opt/jobs/{job})"
        for at, event, job in world.triggers
        if event == "started"
    ]


@dataclass(frozen=True)
class Layout:
    """How raw lines are laid into files: in which order, cut where, packed how."""

    order: Callable[[list[str]], list[str]] = list
    cuts: tuple[float, ...] = ()
    packing: tuple[str, ...] = ("",)
    has_syslog: bool = False


PLAIN = Layout()


def write(world: World, folder: Path, layout: Layout = PLAIN) -> Path:
    """Write a world's config and raw files; return the config."""
    lines = lines_of(world)
    if layout.has_syslog:
        lines["triggers"] = syslog_lines(world)
    config = [f'timezone = "{world.zone}"']
    for lane, suffix in (
        ("triggers", "log" if layout.has_syslog else "jsonl"),
        ("notifications", "jsonl"),
        ("artifacts", "jsonl"),
    ):
        put(folder, f"{lane}.{suffix}", layout.order(lines[lane]), layout)
        kind = f'kind = "jsonl"\nlane = "{lane}"' if suffix == "jsonl" else 'kind = "syslog"'
        config.append(f'[[source]]\n{kind}\npath = "{lane}.{suffix}*"\ncoverage = {world.coverage}')
    config += [job_table(worker, layout) for worker in world.workers]
    path = folder / "forensics.toml"
    path.write_text("\n".join(config), encoding="utf-8")
    return path


def put(folder: Path, name: str, lines: list[str], layout: Layout) -> None:
    edges = [0, *sorted(round(len(lines) * cut) for cut in layout.cuts), len(lines)]
    for number, (begin, end) in enumerate(pairwise(edges)):
        content = "".join(f"{line}\n" for line in lines[begin:end]).encode()
        packing = layout.packing[number % len(layout.packing)]
        nth = f".{len(edges) - 2 - number}" if len(edges) > 2 and number < len(edges) - 2 else ""
        (folder / f"{name}{nth}{packing}").write_bytes(PACKERS[packing](content))


def job_table(worker: Worker, layout: Layout) -> str:
    """Return a job's part of the config."""
    return "\n".join(
        [
            "[[job]]",
            f'name = "{worker.name}"',
            f'schedule = "{worker.schedule}"',
            f'max_duration = "{worker.max_duration}"',
            *([f'command = "/opt/jobs/{worker.name}"'] if layout.has_syslog else []),
            *([f'artifacts = ["{worker.pattern}"]'] if worker.pattern else []),
            worker.more,
        ]
    )


def reported(world: World, layout: Layout = PLAIN) -> Result:
    """Return the report on a world, its files written to a folder of their own."""
    with tempfile.TemporaryDirectory() as name:
        return report_on(write(world, Path(name), layout), world)


def report_on(path: Path, world: World) -> Result:
    """Return the report that a config gives for a world's window."""
    config = read_config(path.read_text(encoding="utf-8"), str(path))
    return report(config, Question(Window(world.since * 10**6, world.until * 10**6, world.now * 10**6)))


def verdicts(result: Result, shift: timedelta = timedelta(0)) -> list[tuple[Any, ...]]:
    """Return what the window's runs were judged to be, sorted, their times moved back by a shift."""
    shown = result.runs[result.runs["in_window"]]
    times = ("due_at", "triggered_at", "executed_at", "reported_at")
    rows = zip(
        shown["job"],
        *([str(at - shift) for at in shown[name]] for name in times),
        *(shown[name].fillna("") for name in ("verdict", "evidence", "claim", "flags", "cause")),
        strict=True,
    )
    return sorted(rows)
