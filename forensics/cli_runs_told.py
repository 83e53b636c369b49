"""How a run is told: as JSON for programs, as a table or a sheet for people. Commands pass the redaction."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from forensics.recorder.run_record import Attempt, Run
from forensics.redaction import redact
from forensics.timeline import NANOS, duration_text, utc_text
from forensics.untrusted import clipped, safe_line

Change = tuple[int, str, str, str]
LONGEST_COMMAND = 200
HEADS = ("Status", "Started", "Took", "Exit", "Tries", "Job", "Run")


def json_line(run: Run, changes: Sequence[Change]) -> str:
    """Return all that is known of a run, as JSON on one line; instants are UTC, spans seconds."""
    told = {
        "cron_job_id": run.id,
        "job": run.job,
        "host": run.host,
        "status": run.status,
        "started_at": utc_text(run.started_at),
        "completed_at": stamp(run.completed_at),
        "duration_seconds": seconds(run.duration),
        "exit_code": run.exit_code,
        "signal": run.signal,
        "attempts": len(run.attempts),
        "retries_left": run.retries_left,
        "stages": [stage(each) for each in run.attempts],
        "changes": [{"at": utc_text(at), "from": old, "to": new, "why": why} for at, old, new, why in changes],
        "command": [redact(word) for word in run.command],
        "folder": run.folder,
        "interval_seconds": seconds(run.options.interval),
        "timeout_seconds": seconds(run.options.timeout),
        "boot_timeout_seconds": seconds(run.options.boot_timeout),
        "marker": run.options.marker,
        "attributes": dict(run.options.attributes),
        "boot_id": run.boot_id,
        "pid": run.pid,
    }
    return json.dumps(told)


def stage(attempt: Attempt) -> dict[str, object]:
    """Return what is known of one attempt."""
    return {
        "attempt": attempt.number,
        "boot_started_at": utc_text(attempt.started_at),
        "booted_at": stamp(attempt.booted_at),
        "ended_at": stamp(attempt.ended_at),
        "boot_seconds": seconds(attempt.boot),
        "duration_seconds": seconds(attempt.duration),
        "outcome": attempt.outcome,
        "exit_code": attempt.exit_code,
        "signal": attempt.signal,
        "host_facts": {
            "memory_total_bytes": attempt.facts.memory_total,
            "memory_available_bytes": attempt.facts.memory_available,
            "load": attempt.facts.load,
            "processors": attempt.facts.processors,
            "uptime_seconds": attempt.facts.uptime,
        },
    }


def table(runs: Sequence[Run]) -> list[str]:
    """Return runs as lines with aligned columns, under a head; no lines where there are none."""
    if not runs:
        return []
    rows = [HEADS, *(cells(run) for run in runs)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(HEADS))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def cells(run: Run) -> tuple[str, ...]:
    """Return a run's row."""
    code = "-" if run.exit_code is None else str(run.exit_code)
    started = utc_text(run.started_at // NANOS * NANOS)
    tries = str(len(run.attempts))
    return (run.status, started, took(run.duration), code, tries, safe_line(run.job), safe_line(run.id))


def sheet(run: Run, changes: Sequence[Change]) -> str:
    """Return all that a person may want to know of a run, as lines."""
    return "".join(f"{name + ':':<12} {value}\n" for name, value in particulars(run, changes))


def particulars(run: Run, changes: Sequence[Change]) -> Iterator[tuple[str, str]]:
    """Yield name and value of what is known of a run."""
    yield "run", safe_line(run.id)
    yield "job", f"{safe_line(run.job)} on {safe_line(run.host)}"
    yield "status", run.status
    yield "started", utc_text(run.started_at)
    yield "completed", stamp(run.completed_at) or "not seen"
    yield "took", took(run.duration)
    yield "exit code", "none" if run.exit_code is None else str(run.exit_code)
    if run.signal is not None:
        yield "signal", str(run.signal)
    yield "command", clipped(safe_line(redact(" ".join(run.command))), LONGEST_COMMAND)
    for each in run.attempts:
        yield f"attempt {each.number}", attempt_text(each)
    for at, old, new, why in changes:
        yield "changed", f"{utc_text(at)} from {old} to {new}: {safe_line(why)}"


def attempt_text(attempt: Attempt) -> str:
    """Return how an attempt went, as a clause."""
    boot = f", booted after {took(attempt.boot)}" if attempt.boot is not None else ""
    outcome = (attempt.outcome or "no end was seen").replace("_", " ")
    after = f" after {took(attempt.duration)}" if attempt.duration is not None else ""
    return f"{utc_text(attempt.started_at)}{boot}, {outcome}{after}{facts_text(attempt)}"


def facts_text(attempt: Attempt) -> str:
    """Return what the host was like, as a clause."""
    facts = attempt.facts
    known = []
    if facts.memory_available is not None:
        known.append(f"{facts.memory_available >> 20} MiB free")
    if facts.load is not None:
        known.append(f"load {facts.load:.2f} on {facts.processors or '?'}")
    if facts.uptime is not None:
        known.append(f"up {duration_text(facts.uptime)}")
    return f" ({', '.join(known)})" if known else ""


def stamp(instant: int | None) -> str | None:
    """Return an instant as text, None for none."""
    return None if instant is None else utc_text(instant)


def seconds(span: int | None) -> float | None:
    """Return a span in seconds, None for none."""
    return None if span is None else span / NANOS


def took(span: int | None) -> str:
    """Return a span as people say it; short ones with what is behind the point."""
    if span is None:
        return "-"
    return f"{span / NANOS:.3g} s" if span < 10 * NANOS else duration_text(span / NANOS)
