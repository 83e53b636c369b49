"""Reads the day files of a Slack export: one array of messages for each channel and day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from forensics.evidence.records import Batch, FileRead, Reject, Yielded
from forensics.sources.json_values import JsonArray
from forensics.sources.slack_archive import Content
from forensics.sources.slack_messages import Left, Sent, beginning, edited_instant, read_message
from forensics.sources.slack_text import Names

REJECT_LIMIT = 10_000
DAY = timedelta(days=1)
DAY_NS = 86_400 * 10**9

Span = tuple[int, int]


@dataclass(frozen=True)
class Channel:
    """A channel while its days are read; ``seen`` are the instants of the messages read so far, in ns."""

    name: str
    host: str | None
    names: Names
    seen: set[int] = field(default_factory=set)


@dataclass
class Tally:
    """What the messages of one day file came to, as they are read."""

    file: str
    records: int = 0
    rejected: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    oldest: int | None = None
    newest: int | None = None


def day_span(day: str, zone: ZoneInfo) -> Span | None:
    """Return from when to when a local day goes, in ns; None where there is no such day."""
    try:
        start = date.fromisoformat(day)
    except ValueError:
        return None
    if not 1970 < start.year < 2262:  # what ns in 64 bits can hold
        return None
    first, end = (int(datetime.combine(each, time(), zone).timestamp()) for each in (start, start + DAY))
    return first * 10**9, end * 10**9


def read_day(content: Content, file: str, span: Span | None, channel: Channel) -> Iterator[Yielded]:
    """Yield the messages of one day file, named ``file``, and its account."""
    tally, array = Tally(file), JsonArray(content.content)
    changes = last_changes(array) if b"message_changed" in content.content else {}
    for messages in array.slices():
        yield from read_messages(messages, tally, channel, changes)
        if tally.rejected > REJECT_LIMIT:
            break
    fault = content.fault or abandoned(tally) or array.fault
    yield FileRead(
        tally.file,
        tally.records,
        content.sha256,
        covers=covers(span, tally, is_whole=fault is None),
        newest=tally.newest,
        modified=content.modified,
        fault=fault,
        skipped=dict(tally.skipped),
        hosts=frozenset([channel.host] if channel.host else []),
    )


def abandoned(tally: Tally) -> str | None:
    """Return the fault of a file that is no day file at all, however it is called."""
    limit = f"abandoned: more than {REJECT_LIMIT} of its records are no messages"
    return limit if tally.rejected > REJECT_LIMIT else None


def last_changes(array: JsonArray) -> dict[int, int]:
    """Return by the instant of each message that this file holds an edit of the record of its last wording."""
    instants = (edited_instant(message) for messages in array.slices() for message in messages)
    return {at: record for record, at in enumerate(instants, 1) if at is not None}


def read_messages(messages: list[object], tally: Tally, channel: Channel, changes: dict[int, int]) -> Iterator[Yielded]:
    """Yield a batch of those messages that say something, and a reject for each that could not be read."""
    rows: list[Sent] = []
    records: list[int] = []
    names, seen = channel.names, channel.seen
    for record, message in enumerate(messages, tally.records + 1):
        tally.records = record
        sent = read_message(message, names)
        if isinstance(sent, Left):
            if not sent.is_reject:
                tally.skipped[sent.reason] += 1
                continue
            tally.rejected += 1
            yield Reject(tally.file, record, sent.reason, beginning(message))
            if tally.rejected > REJECT_LIMIT:
                break
        elif changes.get(sent.at, record) != record:
            tally.skipped["changed later"] += 1
        elif sent.at in seen and sent.at not in changes:
            tally.skipped["same message again"] += 1
        else:
            seen.add(sent.at)
            rows.append(sent)
            records.append(record)
    if rows:
        yield batch(rows, records, tally, channel)


def batch(rows: list[Sent], records: list[int], tally: Tally, channel: Channel) -> Batch:
    """Return messages as columns, and note how far in time they reach."""
    columns: dict[str, list[object]] = {
        name: list(values) for name, values in zip(Sent._fields, zip(*rows, strict=True), strict=True)
    }
    columns |= {"record": [*records], "channel": [channel.name] * len(rows), "host": [channel.host] * len(rows)}
    instants = [row.at for row in rows]
    tally.oldest = min(instants) if tally.oldest is None else min(tally.oldest, *instants)
    tally.newest = max(instants) if tally.newest is None else max(tally.newest, *instants)
    return Batch("notifications", tally.file, columns)


def covers(span: Span | None, tally: Tally, *, is_whole: bool) -> Span | None:
    """Return what a day file speaks for: its day, widened by its messages, for the exporter's day may be another.

    A stamp far from that day widens nothing. Of a file that ends early only what was read counts.
    """
    oldest, newest = tally.oldest, tally.newest
    if oldest is None or newest is None:
        return span if is_whole else None
    if span is None:
        return oldest, newest
    start, end = span
    first = oldest if start - DAY_NS <= oldest < start else start
    if not is_whole:
        return first, max(first, min(newest, end))
    return first, newest if end < newest <= end + DAY_NS else end
