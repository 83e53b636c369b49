"""The inputs of `green-triggers-empty-nights`: four layers of one gateway, over 14 nights."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sample_times import dated, due

NIGHTS = [date(2026, 3, 5) + timedelta(days=n) for n in range(14)]
UPGRADED = datetime(2026, 3, 15, 2, 0, tzinfo=UTC)
BOOT_TIMEOUT = 60  # s, after which the runner gives up without a word
BOOT_SECONDS = [41.2, 42.0, 41.6, 43.1, 43.0, 44.2, 45.0, 46.3, 48.4, 49.1]
WORK_SECONDS = {
    "calendar-brief": 74, "inbox-triage": 131, "repo-digest": 96, "daily-content-task": 288,
    "market-brief": 203, "site-audit": 341, "evening-review": 167, "gateway-backup": 58,
}  # fmt: skip


def milliseconds(at: datetime) -> int:
    """Return Unix milliseconds."""
    return round(at.timestamp() * 1000)


def gateway_run(job: dict[str, Any], position: int, day: date) -> Iterator[tuple[str, datetime, dict[str, Any]]]:
    """Yield (layer, time, row) of one run, layer by layer, as far as it got."""
    name, is_isolated = job["name"], job["attributes"]["sessionTarget"] == "isolated"
    fired = due(job["schedule"], day) + timedelta(milliseconds=120 + (day.day * 37 + position * 53) % 600)
    who = {"job": name, "runId": f"cron:{uuid.uuid5(uuid.NAMESPACE_URL, f'sample:{name}:{day}')}"}
    yield "triggers", fired, {"ts": milliseconds(fired), **who, "answer": "accepted", "http": 202}
    begun = fired + timedelta(milliseconds=1400)
    ready = begun
    if is_isolated:
        yield "lifecycle", begun, {"ts": milliseconds(begun), **who, "stage": "boot_started", **boot_facts(day, begun)}
        if begun >= UPGRADED:
            return
        boot = round(BOOT_SECONDS[(day - NIGHTS[0]).days] + (-0.1, 0.1, 0.2, 0.0)[position % 4], 1)
        ready = begun + timedelta(seconds=boot)
        yield "lifecycle", ready, {"ts": milliseconds(ready), **who, "stage": "booted", "bootSeconds": boot}
    else:
        yield "lifecycle", begun, {"ts": milliseconds(begun), **who, "stage": "started"}
    wrote = ready + timedelta(seconds=WORK_SECONDS[name] + (day.day * 11 + position * 3) % 17)
    path = dated(job["artifacts"][0], day)
    size = 3000 + (day.day * 811 + position * 197) % 5000
    yield "artifacts", wrote, {"mtime": int(wrote.timestamp()), "bytes": size, "path": path}
    ended = wrote + timedelta(milliseconds=1900)
    seconds = round((ended - begun).total_seconds(), 1)
    yield "lifecycle", ended, {"ts": milliseconds(ended), **who, "stage": "finished", "code": 0, "seconds": seconds}
    told = ended + timedelta(seconds=3)
    sent = told.replace(microsecond=0).isoformat()
    yield (
        "notifications",
        told,
        {"sent": sent, "room": "daily", "from": {"name": "gateway"}, "body": f"✅ {name} completed"},
    )


def boot_facts(day: date, at: datetime) -> dict[str, Any]:
    """Return what the runner notes at each boot: how long it may take, and what its host is like."""
    nights = (day - NIGHTS[0]).days
    version = "2026.3.14" if at >= UPGRADED else "2026.3.9"
    return {
        "gateway": version,
        "bootTimeoutSeconds": BOOT_TIMEOUT,
        "uptimeDays": 28 + nights,
        "freeMb": 520 - 16 * nights,
        "load": round(1.6 + 0.1 * nights, 1),
    }


def inputs(configured: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """Yield (path, content) of the four layers, each in order of time."""
    layers: dict[str, list[tuple[datetime, str]]] = {}
    for position, job in enumerate(configured):
        for day in NIGHTS:
            for layer, at, row in gateway_run(job, position, day):
                layers.setdefault(layer, []).append((at, json.dumps(row, ensure_ascii=False)))
    for layer, rows in layers.items():
        yield f"layers/{layer}.jsonl", "".join(f"{text}\n" for _, text in sorted(rows))
