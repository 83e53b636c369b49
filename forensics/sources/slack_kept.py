"""What is remembered of a channel between two readings: its messages, and which stretch of time was read to its end.

A message is kept as it was understood, not as Slack sent it: names in place of ids, secrets masked. So a row that is
read and one that is remembered are the same.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from forensics.evidence.records import Kept
from forensics.redaction import redact
from forensics.sources.json_values import words
from forensics.sources.slack_messages import Left, Sent, instant, read_message
from forensics.sources.slack_text import Names

HOUR = 3600 * 10**9
OVERLAP = 24 * HOUR  # read again each time: messages are edited and deleted, and get replies
TRUSTED = 7 * 24 * HOUR  # the ledger may have forgotten what is older
VERSION = 1
GONE = "deleted"


@dataclass(frozen=True, slots=True)
class Note:
    """A message: what it says, or why it says nothing; ``thread`` is the ts of the first message of its thread."""

    at: int
    ts: str
    said: Sent | Left
    thread: str = ""

    @property
    def is_reply(self) -> bool:
        """Return whether it stands under another message."""
        return bool(self.thread) and self.thread != self.ts


@dataclass(frozen=True, slots=True)
class Mark:
    """A channel that was read to its end from one instant to another, in ns."""

    name: str
    since: int
    until: int

    def start(self, since: int, now: int) -> int:
        """Return from when on to ask for messages, in ns, where those from ``since`` on are wanted."""
        is_trusted = self.since <= since < self.until and now - since <= TRUSTED
        return max(since, min(self.until, now) - OVERLAP) if is_trusted else since


@dataclass(frozen=True)
class Recalled:
    """What is remembered of a channel; ``notes`` by their ts, and no ``mark`` where some cannot be read any more."""

    notes: dict[str, Note] = field(default_factory=dict)
    mark: Mark | None = None


def note(message: object, names: Names) -> Note | Left:
    """Return a message as it will be remembered, or why nobody can read it."""
    said = read_message(message, names)
    thread = words(message.get("thread_ts")) if isinstance(message, dict) else ""
    thread = thread if instant(thread) else ""
    if isinstance(said, Sent):
        return Note(said.at, said.time_text, masked(said), thread)
    ts = words(message.get("ts")) if isinstance(message, dict) else ""
    at = None if said.is_reject else instant(ts)
    return said if at is None else Note(at, ts, said, thread)


def masked(said: Sent) -> Sent:
    """Return what a message says without the secrets in it."""
    attributes = {key: redact(value) for key, value in said.attributes.items()} if said.attributes else None
    return said._replace(
        text=redact(said.text),
        author=said.author and redact(said.author),
        color=said.color and redact(said.color),
        attributes=attributes,
    )


def kept(channel: str, each: Note) -> Kept:
    """Return what the ledger is to remember of a message."""
    said = {"left": each.said.reason} if isinstance(each.said, Left) else each.said._asdict()
    said = {key: value for key, value in said.items() if value and key not in ("at", "time_text")}
    return Kept(f"{channel}/{each.ts}", each.at, written({**said, "thread": each.thread}))


def gone(channel: str, each: Note) -> Kept:
    """Return what the ledger is to remember of a message that was deleted."""
    return Kept(f"{channel}/{each.ts}", each.at, written({GONE: True}))


def kept_mark(channel: str, mark: Mark) -> Kept:
    """Return what the ledger is to remember of a whole reading."""
    return Kept(f"{channel}/", mark.until, written({"name": mark.name, "since": mark.since, "until": mark.until}))


def written(content: Mapping[str, object]) -> str:
    """Return content as compact JSON."""
    return json.dumps({"v": VERSION, **content}, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def recalled(remembered: Iterable[Kept]) -> dict[str, Recalled]:
    """Return what is remembered by channel; a channel of which something is illegible has no mark."""
    channels: dict[str, dict[str, Kept]] = {}
    for each in remembered:
        channel, _, ts = each.key.partition("/")
        channels.setdefault(channel, {})[ts] = each
    return {channel: channel_recalled(by_ts) for channel, by_ts in channels.items()}


def channel_recalled(by_ts: Mapping[str, Kept]) -> Recalled:
    """Return what is remembered of one channel."""
    contents = {ts: content_of(each) for ts, each in by_ts.items()}
    marked = contents.pop("", None)
    notes = {ts: read for ts, content in contents.items() if (read := read_note(ts, content))}
    is_whole = all(ts in notes or (content and GONE in content) for ts, content in contents.items())
    return Recalled(notes, read_mark(marked) if marked and is_whole else None)


def content_of(each: Kept) -> dict[str, Any] | None:
    """Return remembered content, None where it is of another version or illegible."""
    try:
        content = json.loads(each.content)
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) and content.get("v") == VERSION else None


def read_note(ts: str, content: Mapping[str, Any] | None) -> Note | None:
    """Return a remembered message, None where it was deleted or cannot be read."""
    at = instant(ts)
    if at is None or content is None or GONE in content:
        return None
    thread, left = words(content.get("thread")), words(content.get("left"))
    return Note(at, ts, Left(left, is_reject=False) if left else read_sent(at, ts, content), thread)


def read_sent(at: int, ts: str, content: Mapping[str, Any]) -> Sent:
    """Return what a remembered message says."""
    attributes = content.get("attributes")
    return Sent(
        at=at,
        time_text=ts,
        text=words(content.get("text")),
        author=words(content.get("author")) or None,
        is_bot=content.get("is_bot") is True,
        is_edited=content.get("is_edited") is True,
        color=words(content.get("color")) or None,
        attributes={key: words(value) for key, value in attributes.items()} if isinstance(attributes, dict) else None,
    )


def read_mark(content: Mapping[str, Any]) -> Mark | None:
    """Return a remembered mark, None where it cannot be read."""
    since, until = content.get("since"), content.get("until")
    if not isinstance(since, int) or not isinstance(until, int):
        return None
    return Mark(words(content.get("name")), since, until)
