"""One entry of a journal as its JSON holds it: who wrote it, when, and the text of its fields.

Source: systemd's JOURNAL_EXPORT_FORMATS and systemd.journal-fields(7). A value is text; an array of numbers are bytes
that are no UTF-8; an array of texts is a field given several times; null is one that was too large to be exported.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from forensics.sources.instants import HIGHEST
from forensics.sources.json_values import bounded_integer, decoded, legible

MICRO = 1000
RECEIVED, SENT, MONOTONIC = "__REALTIME_TIMESTAMP", "_SOURCE_REALTIME_TIMESTAMP", "__MONOTONIC_TIMESTAMP"
NOT_JSON, NO_TIME, IMPOSSIBLE_TIME = "not JSON", "no __REALTIME_TIMESTAMP", "impossible time"
# What stands before an entry in `journalctl -o json-sse` and `-o json-seq`.
PREFIXES = (b"data: ", b"\x1e")
DECODER = json.JSONDecoder(parse_int=bounded_integer)

Fields = Mapping[str, Any]


class Entry(NamedTuple):
    """An entry: its number in the file, its instant in ns with the text of that, and its fields.

    ``host`` wrote it, in the boot that ``boot`` names.
    """

    number: int
    at: int
    time_text: str
    fields: Fields
    host: str | None = None
    boot: str = ""

    def text(self, name: str) -> str:
        """Return a field's text; empty where there is none."""
        value = self.fields.get(name)
        if value is None:
            return ""
        return value if value.__class__ is str and value.isascii() else text_of(value)

    @property
    def awake(self) -> int | None:
        """Return for how long (ns) its host had been up, without the time that it slept."""
        return microseconds(self.fields.get(MONOTONIC))


class Unfit(ValueError):
    """A record that is no entry; its text is the reason."""


def parsed(number: int, line: bytes) -> Entry:
    """Return the entry on a line.

    Raises:
        Unfit: it is none.
    """
    if line[:1] != b"{":
        for prefix in PREFIXES:
            line = line.removeprefix(prefix)
    try:
        found = DECODER.decode(decoded(line))
    except (ValueError, RecursionError):
        raise Unfit(NOT_JSON) from None
    if not isinstance(found, dict):
        raise Unfit(NOT_JSON)
    return entry(number, found)


def entry(number: int, fields: Fields) -> Entry:
    """Return an entry with the time at which it was sent, or was received where that is all it tells.

    Journald takes the time of reception once for all that has come in by then, so that it can be seconds off;
    ``journalctl`` too shows the time of sending.

    Raises:
        Unfit: it has no time.
    """
    if RECEIVED not in fields:
        raise Unfit(NO_TIME)
    for name in (SENT, RECEIVED):
        at = microseconds(fields.get(name))
        if at is not None:
            host, boot = text_of(fields.get("_HOSTNAME")) or None, text_of(fields.get("_BOOT_ID"))
            return Entry(number, at, str(at // MICRO), fields, host, boot)
    raise Unfit(IMPOSSIBLE_TIME)


def microseconds(value: object) -> int | None:
    """Return in ns what a field says in microseconds; None where it says nothing that could be."""
    value = value[0] if isinstance(value, list) and value else value
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value * MICRO if 0 <= value * MICRO <= HIGHEST else None


def text_of(value: object) -> str:
    """Return a field's text: bytes that are no UTF-8 stay visible, of several values it is the first."""
    if isinstance(value, str):
        return legible(value)
    if not isinstance(value, list) or not value:
        return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""
    if all(isinstance(byte, int) and 0 <= byte < 256 for byte in value):
        return bytes(value).decode("utf-8", "backslashreplace")
    return text_of(value[0]) if not isinstance(value[0], list) or value[0] != value else ""
