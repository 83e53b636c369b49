"""The ``forensics.toml`` of a fleet: what the product is told of its sources and jobs."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from benchmarks.fleet_files import LISTINGS, LOG_ZONE, ROOT, markers, patterns, utc_text
from benchmarks.fleet_jobs import MINUTE, Job


def write_config(
    folder: Path, jobs: Sequence[Job], span: tuple[int, int], kinds: tuple[str, str], defaults: str, year: int,
    has: Callable[[str], bool],
) -> None:  # fmt: skip
    """Write forensics.toml; ``kinds`` are the trigger and artifact formats, ``has`` tells which lanes exist."""
    coverage = "coverage = [{}, {}]".format(*(f'"{text}"' for text in utc_text(np.array(span, dtype=np.int64), "s")))
    blocks = ['timezone = "UTC"', defaults]
    if has("triggers"):
        blocks.append(_trigger_source(kinds[0], year) + f"\n{coverage}")
    if has("notifications"):
        blocks.append(f'[[source]]\nkind = "slack-export"\npath = "slack"\n{coverage}')
    blocks.append(_artifact_source(kinds[1]) + f"\n{coverage}")
    if has("lifecycle"):
        columns = 'columns = { time = "at", job = "task", event = "what", exit_code = "exit" }'
        blocks.append(f'[[source]]\nkind = "jsonl"\nlane = "lifecycle"\npath = "runner.jsonl"\n{columns}\n{coverage}')
    blocks += [_job_block(job) for job in jobs]
    (folder / "forensics.toml").write_text("\n\n".join(block for block in blocks if block) + "\n", encoding="utf-8")


def _trigger_source(kind: str, year: int) -> str:
    if kind == "jsonl":
        columns = 'columns = { time = "ts", job = "dag", host = "node", event = "state" }'
        events = 'events = { RUNNING = "started", SKIPPED = "skipped" }'
        return f'[[source]]\nkind = "jsonl"\nlane = "triggers"\npath = "triggers.jsonl"\n{columns}\n{events}'
    zone = f'\ntimezone = "{LOG_ZONE}"\nyear = {year}' if kind == "syslog-3164" else ""
    return f'[[source]]\nkind = "syslog"\npath = "logs/cron.log"{zone}'


def _artifact_source(kind: str) -> str:
    if kind == "jsonl":
        columns = 'columns = { time = "mtime", path = "file", size = "bytes" }'
        return f'[[source]]\nkind = "jsonl"\nlane = "artifacts"\npath = "artifacts.jsonl"\n{columns}'
    return f'[[source]]\nkind = "{kind}"\npath = "{LISTINGS[kind][0]}"\nroot = "{ROOT}"'


def _job_block(job: Job) -> str:
    lines = ["[[job]]", f'name = "{job.name}"', f'schedule = "{job.schedule}"', f'timezone = "{job.zone}"']
    if job.spelling != job.name:
        lines.append(f"aliases = {json.dumps([job.spelling])}")
    if job.glob:
        lines.append(f"command = {json.dumps(job.glob)}")
    if job.proves:
        lines.append(f"artifacts = {json.dumps(patterns(job))}")
    if job.marker:
        lines.append(f"markers = {json.dumps(markers(job))}")
    if job.max_duration is not None:
        lines.append(f'max_duration = "{job.max_duration // MINUTE}m"')
    if job.reports != "always":
        lines.append(f'reports = "{job.reports}"')
    return "\n".join(lines)
