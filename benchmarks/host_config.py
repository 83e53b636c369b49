"""The config that a set-up by hand would give a made-up host: sources, schedules and commands, but no artifacts."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

from benchmarks.host_jobs import HostJob

SOURCES = """timezone = "{zone}"

[[source]]
kind = "syslog"
path = "var/log/syslog*"
timezone = "{zone}"

[[source]]
kind = "files"
path = "srv"

[[source]]
kind = "slack-export"
path = "slack"
"""


def write_config(folder: Path, jobs: Sequence[HostJob], zone: str, declares: bool = False) -> Path:
    """Write ``forensics.toml`` into a host's folder and return its path; ``declares``: with the true artifacts."""
    blocks = [SOURCES.format(zone=zone), *(job_block(job, zone, declares) for job in jobs)]
    path = folder / "forensics.toml"
    path.write_text("\n".join(blocks), encoding="utf-8")
    return path


def job_block(job: HostJob, zone: str, declares: bool) -> str:
    """Return the table of one job; its command is meant literally, whatever signs it holds."""
    command = re.sub(r"([*?\[])", r"[\1]", job.command)
    lines = [
        "[[job]]",
        f'name = "{job.name}"',
        f'schedule = "{job.schedule}"',
        f'timezone = "{job.zone or zone}"',
        f"command = {json.dumps(command)}",
    ]
    if declares and job.slots:
        lines.append(f"artifacts = {json.dumps([slot.pattern for slot in job.slots])}")
    return "\n".join([*lines, ""])
