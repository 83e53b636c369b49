"""What OpenClaw writes as JSON: objects, texts, and times in milliseconds since the epoch."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from forensics.evidence.records import clipped
from forensics.sources.json_values import bounded_integer, decoded, legible, words
from forensics.timeline import instant

UTC = ZoneInfo("UTC")
MILLI = 1_000_000
SECOND = 1_000_000_000
# Below stands 1973 in milliseconds, and the year 5138 in seconds; above 64 bits hold no nanoseconds.
LEAST_MS, MOST_MS = 10**11, 9 * 10**12
LONGEST_TEXT = 300

Object = Mapping[str, Any]
NOTHING: Object = {}


class Strange(Exception):
    """A record that OpenClaw does not write; the message says why."""


def parsed(content: bytes | str) -> Any:
    """Return what JSON holds, None where it is none: for what is only looked at, and accounted for elsewhere."""
    try:
        text = decoded(content) if isinstance(content, bytes) else content
        return json.loads(text, parse_int=bounded_integer)
    except (ValueError, RecursionError):
        return None


def an_object(value: object) -> Object:
    """Return a value that should be an object, an empty one where it is anything else."""
    return value if isinstance(value, dict) else NOTHING


def inner(value: object) -> Object:
    """Return an object that may stand as JSON in a text, an empty one where there is none."""
    return an_object(parsed(value) if isinstance(value, str) else value)


def text(value: object) -> str:
    """Return a text as it can be written, empty where the value is none."""
    return legible(words(value))


def excerpt(value: object) -> str:
    """Return the beginning of a text, in one line."""
    return clipped(" ".join(text(value)[: 4 * LONGEST_TEXT].split()))


def number(value: object) -> float | None:
    """Return a number, None for anything else."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and -MOST_MS < value < MOST_MS else None  # type: ignore[arg-type,operator]


def moment(value: object) -> int | None:
    """Return a time in milliseconds as ns, None where there is none, or what cannot be one."""
    try:
        return required_moment(value, "time")
    except Strange:
        return None


def required_moment(value: object, name: str) -> int:
    """Return a time in milliseconds as ns.

    Raises:
        Strange: it is none.
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Strange(f"its {name} is no number")
    if 0 < value < LEAST_MS:
        raise Strange(f"its {name} is too small for milliseconds: it may be in seconds")
    if not LEAST_MS <= value < MOST_MS:
        raise Strange(f"its {name} is no time")
    return int(value) * MILLI


def span(value: object) -> float | None:
    """Return a number of milliseconds as seconds, None where there is none or a negative one."""
    found = number(value)
    return None if found is None or found < 0 else found / 1000


def stamp(value: object) -> int | None:
    """Return a time in ISO 8601, or in milliseconds, as ns; one that names no zone is UTC."""
    if not isinstance(value, str):
        return moment(value)
    try:
        return instant(value, UTC)
    except ValueError:
        return None
