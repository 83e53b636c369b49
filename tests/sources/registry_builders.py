"""Tiny registries, written as the recorder writes them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from forensics.database.opening import Care
from forensics.recorder.registry import open_registry, save, settle
from forensics.recorder.run_record import COMPLETED, RUNNING, SKIPPED, Attempt, Facts, Options, Run

START = 1_773_900_000_000_000_000  # 2026-03-19T06:00:00Z
SECOND = 10**9
FACTS = Facts(memory_total=4 << 30, memory_available=1 << 30, load=0.5, processors=2, uptime=86_400.0)


def attempt(number: int = 1, after: int = 0, **columns: Any) -> Attempt:
    """Return an attempt that began so many seconds after its run."""
    return Attempt(number, START + after * SECOND, facts=FACTS, **columns)


def ended(number: int = 1, after: int = 0, outcome: str = "completed", code: int = 0, **columns: Any) -> Attempt:
    """Return an attempt that took four seconds."""
    end = START + (after + 4) * SECOND
    return attempt(number, after, ended_at=end, duration=4 * SECOND, outcome=outcome, exit_code=code, **columns)


def run(number: int = 1, *attempts: Attempt, status: str = RUNNING, job: str = "probe", **columns: Any) -> Run:
    """Return a run whose id ends with its number."""
    identity = f"cron:00000000-0000-4000-8000-{number:012}"
    return Run(
        identity,
        job,
        "web1",
        columns.pop("started_at", START),
        ("true",),
        "",
        status=status,
        attempts=attempts,
        **columns,
    )


def completed(number: int = 1, after: int = 0, **columns: Any) -> Run:
    """Return a run that went well, begun so many seconds after 06:00."""
    begun = START + after * SECOND
    end = begun + 4 * SECOND
    return run(number, ended(after=after), status=COMPLETED, started_at=begun, completed_at=end, exit_code=0, **columns)


def skipped(number: int = 1) -> Run:
    """Return a run that was left out because the one before was still on."""
    return run(number, status=SKIPPED, completed_at=START)


BOOTS = Options(boot_timeout=60 * SECOND)


def write_registry(path: Path, *runs: Run, settled_at: int | None = None) -> Path:
    """Write runs to a registry, begun where it is missing; what is dead is taken note of, if so told."""
    with open_registry(path, START, Care()) as database:
        for each in runs:
            save(database, each, START)
        if settled_at is not None:
            settle(database, path, settled_at)
    return path
