"""Reads what stands in a heartbeat file: JSON, a bare time, or a word and a time."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from forensics.sources.json_values import legible

STATUSES = frozenset({"SUCCESS", "OK", "FAILED", "FAILURE", "ERROR"})
NUMBER = re.compile(r"(\d{1,14})(?:\.(\d{1,18}))?", re.ASCII)
MILLISECONDS_FROM = 10**11
NS_LIMIT = 2**63
LONGEST_INTERVAL = 10 * 366 * 86_400
TEXT_LIMIT = 64
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True)
class Beat:
    """What a heartbeat says of itself; ``at`` in ns since the epoch. ``problem`` says why it says nothing."""

    at: int | None = None
    time_text: str | None = None
    status: str | None = None
    interval_seconds: float | None = None
    host: str | None = None
    job: str | None = None
    problem: str | None = None


class Number(str):
    """A number in JSON, as it is written: no digit is lost, and no length or size is too much."""

    __slots__ = ()


def parse_beat(content: bytes, zone: ZoneInfo) -> Beat:
    """Return what a heartbeat says; a time that names no zone is taken to be in ``zone``."""
    try:
        text = content.decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        return Beat(problem="not UTF-8")
    if text.startswith("{"):
        return parse_object(text, zone)
    word, _, rest = text.partition(" ")
    status = word if word.upper() in STATUSES else None
    time_text = rest.strip() if status else text
    at = instant(time_text, zone)
    return Beat(at, short(time_text), status, problem=None if at is not None else "not a time")


def parse_object(text: str, zone: ZoneInfo) -> Beat:
    """Return what a heartbeat in JSON says."""
    try:
        found = json.loads(text, parse_int=Number, parse_float=Number, parse_constant=Number)
    except (ValueError, RecursionError):
        return Beat(problem="not JSON")
    stamp = found.get("timestamp")
    if not isinstance(stamp, str):
        return Beat(problem="no timestamp" if stamp is None else "its timestamp is not a time")
    at, time_text = instant(stamp, zone), short(stamp)
    problem = "its timestamp is not a time" if at is None else wrong_type(found)
    if problem:
        return Beat(time_text=time_text, problem=problem)
    status, host, job = (None if found.get(key) is None else short(found[key]) for key in ("status", "host", "job"))
    return Beat(at, time_text, status, seconds(found.get("interval_seconds")), host, job)


def wrong_type(found: Mapping[str, Any]) -> str | None:
    """Return which of a heartbeat's other fields is not what it should be."""
    for key in ("status", "host", "job"):
        if isinstance(found.get(key), Number) or not isinstance(found.get(key), str | None):
            return f"its {key} is not text"
    interval = found.get("interval_seconds")
    if interval is not None and seconds(interval) is None:
        return "its interval is not a number of seconds"
    return None


def seconds(interval: object) -> float | None:
    """Return an interval in seconds; None where it is no number, not above zero, or longer than ten years."""
    if not isinstance(interval, Number):
        return None
    try:
        value = float(interval)
    except ValueError:
        return None
    return value if 0 < value <= LONGEST_INTERVAL else None


def instant(text: str, zone: ZoneInfo) -> int | None:
    """Return the ns since the epoch of a Unix time (s, or ms told by its size) or an ISO 8601 time, else None."""
    if len(text) > TEXT_LIMIT:
        return None
    number = NUMBER.fullmatch(text)
    if number is None:
        return iso_instant(text, zone)
    whole, fraction = int(number[1]), int((number[2] or "")[:9].ljust(9, "0"))
    unit = 10**6 if whole >= MILLISECONDS_FROM else 10**9
    return within(whole * unit + fraction * unit // 10**9)


def iso_instant(text: str, zone: ZoneInfo) -> int | None:
    """Return the ns since the epoch of an ISO 8601 date with a time, else None."""
    try:
        moment = datetime.fromisoformat(text)
        aware = moment if moment.tzinfo else moment.replace(tzinfo=zone)
        return within((aware - EPOCH) // MICROSECOND * 1000) if ":" in text or "T" in text else None
    except (ValueError, OverflowError):
        return None


def within(at: int) -> int | None:
    """Return an instant that 64 bits can hold and that is not before 1970, else None."""
    return at if 0 <= at < NS_LIMIT else None


def short(text: str) -> str:
    """Return the beginning of a text in a form that can be written."""
    return legible(text[:TEXT_LIMIT])
