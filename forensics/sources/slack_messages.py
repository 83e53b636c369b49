"""Reads one Slack message, as an export or the API has it, into the values of a notification.

Fields: https://docs.slack.dev/reference/events/message and the subtypes named there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from forensics.evidence.records import clipped
from forensics.sources.json_values import legible, mappings, words
from forensics.sources.slack_text import Names, message_text
from forensics.timeline import NANOS

# Subtypes that tell what was done in Slack, not what was said; any other may carry a claim.
SERVICE = frozenset(
    """
    channel_archive channel_convert_to_private channel_convert_to_public channel_join channel_leave channel_name
    channel_posting_permissions channel_purpose channel_topic channel_unarchive
    group_archive group_join group_leave group_name group_purpose group_topic group_unarchive
    bot_add bot_disable bot_enable bot_remove ekm_access_denied huddle_thread message_deleted message_replied
    pinned_item reminder_add sh_room_created tombstone unpinned_item
    """.split()
)
LATEST = (2**63 - 1) // NANOS * NANOS
NAME_LIMIT = 256


class Sent(NamedTuple):
    """A message as evidence; ``at`` in ns since the epoch."""

    at: int
    time_text: str
    text: str
    author: str | None
    is_bot: bool
    is_edited: bool
    color: str | None
    attributes: dict[str, str] | None


@dataclass(frozen=True, slots=True)
class Left:
    """A message that gives no row: one that could not be read, or one that is no evidence."""

    reason: str
    is_reject: bool = True


def read_message(message: object, names: Names) -> Sent | Left:
    """Return what a message says, or why it says nothing."""
    if not isinstance(message, dict):
        return Left(f"not a message but {KINDS.get(type(message), 'a number')}")
    subtype, edited = message.get("subtype"), message.get("edited")
    if subtype is not None:
        if not isinstance(subtype, str):
            return Left("its subtype is not text")
        if subtype in SERVICE:
            return Left(f"service message: {subtype}", is_reject=False)
        if subtype == "message_changed":
            edited = {"ts": message.get("ts")}
            message = message.get("message")
            if not isinstance(message, dict):
                return Left("an edit without the message")
            edited = message.get("edited") or edited
    return _sent(message, names, edited)


def _sent(message: Mapping[str, Any], names: Names, edited: object) -> Sent | Left:
    if message.get("type", "message") != "message":
        return Left("of another type than message", is_reject=False)
    time_text, text = message.get("ts"), message.get("text")
    at = instant(time_text)
    if at is None or not isinstance(time_text, str):
        return Left("its ts is not a time")
    if text is not None and not isinstance(text, str):
        return Left("its text is not text")
    is_bot = is_from_bot(message)
    said = message_text(message, names, is_bot)
    if not said or said.isspace():
        return Left("no text", is_reject=False)
    attachments = message.get("attachments")
    color = color_of(attachments) if attachments else None
    thread = message.get("thread_ts")
    attributes = _attributes(thread, edited) if thread or edited else None
    return Sent(at, time_text, said, author_of(message, names), is_bot, bool(edited), color, attributes)


def instant(time_text: object) -> int | None:
    """Return the ns since the epoch of ``seconds.fraction``, None where it is no such text.

    No float comes near it: the last digits tell messages of one second apart.
    """
    if not isinstance(time_text, str):
        return None
    seconds, _, fraction = time_text.partition(".")
    digits = seconds + fraction
    if not (digits.isascii() and digits.isdigit() and 0 < len(seconds) < 12 and len(fraction) < 10):
        return None
    at = int(seconds + fraction.ljust(9, "0"))
    return at if NANOS <= at < LATEST else None


def is_from_bot(message: Mapping[str, Any]) -> bool:
    """Return whether a bot, an app or a webhook sent it."""
    if message.get("subtype") == "bot_message":
        return True
    return bool(message.get("bot_id") or message.get("bot_profile") or message.get("app_id"))


def author_of(message: Mapping[str, Any], names: Names) -> str | None:
    """Return who sent it, by the best name there is; an id where there is no name."""
    name = words(message.get("username")) or nested_name(message.get("bot_profile"), "name")
    if not name:
        user = words(message.get("user"))
        known = names.people.get(user) or nested_name(message.get("user_profile"), "real_name", "name")
        name = known or user or words(message.get("bot_id"))
    return legible(name[:NAME_LIMIT]) or None


def nested_name(profile: object, *keys: str) -> str:
    """Return the first of these names that an object has."""
    return next((name for key in keys if (name := words(profile.get(key)))), "") if isinstance(profile, dict) else ""


def color_of(attachments: object) -> str | None:
    """Return the colour of the first attachment that has one."""
    colors = (words(each.get("color")) for each in mappings(attachments))
    return next((legible(color[:NAME_LIMIT]) for color in colors if color), None)


def _attributes(thread: object, edited: object) -> dict[str, str] | None:
    found = {"thread_ts": words(thread), "edited_at": words(edited.get("ts")) if isinstance(edited, dict) else ""}
    return {key: legible(value[:NAME_LIMIT]) for key, value in found.items() if value} or None


def edited_instant(message: object) -> int | None:
    """Return the instant of the message that this record changes, None where it changes none."""
    if not isinstance(message, dict) or message.get("subtype") != "message_changed":
        return None
    changed = message.get("message")
    return instant(changed.get("ts")) if isinstance(changed, dict) else None


def beginning(message: object) -> str:
    """Return how a message begins that could not be read."""
    try:
        return clipped(json.dumps(message))
    except (ValueError, RecursionError):
        return ""


KINDS: dict[type, str] = {list: "an array", str: "a text", bool: "a truth value", type(None): "null"}
