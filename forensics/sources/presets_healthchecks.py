"""Pings and flips of Healthchecks, as its API gives them.

A ping is what the job itself sent: ``start`` before its work, ``success`` or ``fail`` after it; ``log`` and ``ign``
say nothing of either. A flip is the check's own: it went ``up``, or down. Neither names its check.
"""

from __future__ import annotations

from collections.abc import Iterator

from forensics.sources.presets_records import NoRun, Record, Row, first, kept
from forensics.timeline import shown

STEPS = {"start": "started", "success": "completed", "fail": "failed"}
CLAIMS = {"start": "started", "success": "success", "fail": "failure"}
SILENT = {"log": "a ping that only logs", "ign": "a ping that was ignored"}
KEPT = ("n", "scheme", "ua")


def kind_of(ping: Record) -> str:
    """Return what a ping says.

    Raises:
        NoRun: it says nothing of a start or an end.
        ValueError: it is none.
    """
    kind = ping.get("type")
    if isinstance(kind, str) and kind in SILENT:
        raise NoRun(SILENT[kind])
    if not isinstance(kind, str) or kind not in STEPS:
        raise ValueError(f"no ping of Healthchecks: its type is {shown(str(kind))}, not one of {', '.join(STEPS)}")
    return kind


def steps(ping: Record) -> Iterator[Row]:
    """Yield a ping as what the runner recorded.

    Raises:
        NoRun: it says nothing of a start or an end.
        ValueError: it is none.
    """
    kind = kind_of(ping)
    yield {
        "time": ping.get("date"),
        "run_id": ping.get("rid"),
        "event": STEPS[kind],
        "exit_code": first(ping, "exitstatus"),
        "duration_seconds": None if kind == "start" else ping.get("duration"),
        **kept(ping, *KEPT),
    }


def claims(ping: Record) -> Iterator[Row]:
    """Yield a ping as a claim.

    Raises:
        NoRun: it claims nothing.
        ValueError: it is none.
    """
    kind = kind_of(ping)
    text = f"ping: {kind}"
    yield {
        "time": ping.get("date"),
        "run_id": ping.get("rid"),
        "claim": CLAIMS[kind],
        "text": text,
        **kept(ping, *KEPT),
    }


def flips(flip: Record) -> Iterator[Row]:
    """Yield a flip as the monitor's claim.

    Raises:
        ValueError: it is none.
    """
    up = flip.get("up")
    if up not in (0, 1):
        raise ValueError(f"no flip of Healthchecks: up is {shown(str(up))}, neither 0 nor 1")
    claim = "success" if up else "failure"
    yield {"time": flip.get("timestamp"), "claim": claim, "text": "up" if up else "down", "author": "Healthchecks"}
