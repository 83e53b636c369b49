"""The inputs of `silent-heartbeats`: heartbeat files in every form that is read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

NOW = datetime(2026, 4, 8, 6, 0, tzinfo=UTC)


def beat(job: str, age: timedelta, interval: int, pid: int) -> tuple[str, str]:
    """Return (path, content) of a heartbeat in the writer's own form."""
    stamp = int((NOW - age).timestamp())
    fields = {"job": job, "timestamp": stamp, "interval_seconds": interval, "host": "vps1", "pid": pid, "status": "ok"}
    return f"heartbeats/{job}.last", json.dumps(fields) + "\n"


def inputs(_configured: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """Yield (path, content) of every heartbeat; ``cert_renewal`` has none."""
    yield beat("nightly_watch", timedelta(hours=3, minutes=48, seconds=20), 86_400, 20_411)
    yield beat("mempalace_nightly", timedelta(days=1.1), 86_400, 18_906)
    yield beat("db_backup", timedelta(days=3.1), 86_400, 9_127)
    yield "heartbeats/runner_health.last", f"{int((NOW - timedelta(minutes=36)).timestamp())}\n"
    yield "heartbeats/heartbeat_check.last", f"SUCCESS {(NOW - timedelta(minutes=6)).isoformat()}\n"
    yield beat("mirror_sync", timedelta(minutes=20), 3_600, 21_930)
