"""Writes the messages of a live Slack source in the form of an export, so that they can be read again as one.

They are written as they were understood: names in place of ids, secrets masked. Format:
https://slack.com/help/articles/220556107 (How to read Slack data exports).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from forensics.evidence.records import Batch
from forensics.sources.paths import shown

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
UNSAFE = str.maketrans({"/": "_", "\0": "_", "\\": "_"})


def day_files(batches: Iterable[Batch], zone: ZoneInfo) -> dict[str, bytes]:
    """Return the day files of an export by their paths: ``channel/YYYY-MM-DD.json``, days of a zone."""
    days: dict[str, list[dict[str, Any]]] = {}
    for batch in batches:
        for row in range(len(batch)):
            value = {name: column[row] for name, column in batch.columns.items()}
            day = (EPOCH + timedelta(microseconds=value["at"] // 1000)).astimezone(zone).date().isoformat()
            days.setdefault(f"{folder_of(value.get('channel'))}/{day}.json", []).append(message(value))
    return {name: written(messages) for name, messages in sorted(days.items())}


def folder_of(channel: object) -> str:
    """Return what a channel's folder is called."""
    name = shown(str(channel or "unknown")).translate(UNSAFE)
    return f"_{name}" if name.startswith(".") else name


def message(value: Mapping[str, Any]) -> dict[str, Any]:
    """Return a message as an export has it."""
    attributes = value.get("attributes") or {}
    told: dict[str, Any] = {"type": "message", "ts": value["time_text"], "text": escaped(value["text"])}
    author = value.get("author")
    if value.get("is_bot"):
        told |= {"subtype": "bot_message"} | ({"username": author} if author else {})
    elif author:
        told |= {"user_profile": {"real_name": author}}
    if value.get("color"):
        told["attachments"] = [{"color": value["color"]}]
    if value.get("is_edited"):
        told["edited"] = {"ts": attributes.get("edited_at", value["time_text"])}
    if "thread_ts" in attributes:
        told["thread_ts"] = attributes["thread_ts"]
    return told


def escaped(text: str) -> str:
    """Return a text as Slack writes it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def written(messages: list[dict[str, Any]]) -> bytes:
    """Return a day file."""
    return json.dumps(messages, ensure_ascii=False, indent=1).encode("utf-8", "backslashreplace") + b"\n"
