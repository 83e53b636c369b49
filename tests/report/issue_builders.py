"""Troubles, recoveries and what is remembered of them, in a line each."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from forensics.evidence.concerns import Concern, History, Recovery, Subject
from forensics.evidence.result import Blocker
from forensics.report.issue import IssueWords
from tests.report.builders import at

TOKYO = ZoneInfo("Asia/Tokyo")
BEGAN, SEEN, NOW = at("2026-03-16 04:36"), at("2026-03-18 07:00"), at("2026-03-19 07:00")
SILENT = "Heartbeat stale: silent for 3 d 2 h 24 min, 3.10 × its 24 h."
WORDS = IssueWords(TOKYO)


def blocked(job: str | None = "db_backup", kind: str = "stale", text: str = SILENT, **more: Any) -> Blocker:
    """Return a blocker since 2026-03-16 13:36 in Tokyo."""
    return Blocker(**{"job": job, "host": None, "kind": kind, "since": BEGAN, "count": 1, "text": text, **more})


def concern(*blockers: Blocker, host: str = "", cause: str = "") -> Concern:
    """Return the trouble of a blocker, or of several with one cause."""
    each = blockers or (blocked(),)
    job = "" if cause else each[0].job or ""
    since = min((one.since for one in each if one.since is not None), default=None)
    return Concern(Subject(each[0].kind, job, host, cause), since, each)


def recovery(*observed: str, kind: str = "stale", job: str = "db_backup", host: str = "", cause: str = "") -> Recovery:
    return Recovery(
        Subject(kind, job, host, cause), observed or ("A heartbeat came 2026-03-19 15:59 (db_backup.last:1).",)
    )


def history(**more: Any) -> History:
    """Return what is known of an issue at 2026-03-19 16:00 in Tokyo."""
    return History(**{"now": NOW, "first_seen": SEEN, "since": BEGAN, **more})


def trouble(*blockers: Blocker, host: str = "", cause: str = "", **more: Any) -> str:
    """Return the text of an issue whose trouble holds."""
    return WORDS.trouble(concern(*blockers, host=host, cause=cause), history(**more))
