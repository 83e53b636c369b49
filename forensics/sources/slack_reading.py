"""Joins what was fetched of a channel with what is remembered of it, into rows and an account."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256

from forensics.evidence.records import FileRead, Kept, Reject, Yielded
from forensics.sources.slack_days import Channel, Tally, batch
from forensics.sources.slack_fetch import Fetched, Span
from forensics.sources.slack_kept import TRUSTED, Mark, Note, Recalled, gone, kept, kept_mark, note
from forensics.sources.slack_messages import Left, Sent, beginning, instant
from forensics.sources.slack_rooms import Room
from forensics.sources.slack_text import Names


@dataclass(frozen=True)
class Reading:
    """A channel as it was read: ``span`` in ns is what is wanted of it, ``start`` from when on Slack was asked."""

    room: Room
    span: Span
    start: int
    remembered: Recalled
    fetched: Fetched
    host: str | None = None


def told(reading: Reading, names: Names) -> Iterator[Yielded]:
    """Yield the messages of a channel by time, those that cannot be read, what to remember, and the account."""
    fresh, illegible = understood(reading.fetched.messages, names)
    deleted = vanished(reading, fresh)
    notes = standing(reading, fresh, {each.ts for each in deleted})
    tally = Tally(reading.room.shown, records=len(notes) + len(illegible))
    sent = [(record, each.said) for record, each in enumerate(notes, 1) if isinstance(each.said, Sent)]
    tally.skipped.update(each.said.reason for each in notes if isinstance(each.said, Left))
    for record, (message, left) in enumerate(illegible, len(notes) + 1):
        yield Reject(tally.file, record, left.reason, beginning(message))
    if sent:
        channel = Channel(reading.room.name, reading.host, names)
        yield batch([said for _, said in sent], [record for record, _ in sent], tally, channel)
    yield from to_remember(reading, fresh.values(), deleted)
    yield account(reading, notes, tally)


def understood(messages: Iterable[object], names: Names) -> tuple[dict[str, Note], list[tuple[object, Left]]]:
    """Return messages by their ts, and those that cannot be read with the reason."""
    fresh, illegible = dict[str, Note](), list[tuple[object, Left]]()
    for message in messages:
        read = note(message, names)
        if isinstance(read, Note):
            fresh[read.ts] = read
        else:
            illegible.append((message, read))
    return fresh, illegible


def vanished(reading: Reading, fresh: Mapping[str, Note]) -> list[Note]:
    """Return the remembered messages that would have been found again if they still stood there."""
    if reading.fetched.trouble:
        return []
    asked = [each for each in reading.remembered.notes.values() if reading.start <= each.at <= reading.span[1]]
    return [each for each in asked if each.ts not in fresh and not is_out_of_sight(each, reading.start)]


def is_out_of_sight(each: Note, start: int) -> bool:
    """Return whether it stands in a thread that began before Slack was asked."""
    return each.is_reply and (instant(each.thread) or 0) < start


def standing(reading: Reading, fresh: Mapping[str, Note], deleted: set[str]) -> list[Note]:
    """Return the messages of the wanted time, remembered and fresh, by time."""
    since, now = reading.span
    together = {**reading.remembered.notes, **fresh}
    wanted = [each for each in together.values() if since <= each.at <= now and each.ts not in deleted]
    return sorted(wanted, key=lambda each: (each.at, each.ts))


def to_remember(reading: Reading, fresh: Iterable[Note], deleted: Iterable[Note]) -> Iterator[Kept]:
    """Yield what the ledger is to remember; that all was read only where it was."""
    channel = reading.room.id
    yield from (kept(channel, each) for each in fresh)
    yield from (gone(channel, each) for each in deleted)
    if not reading.fetched.trouble:
        yield kept_mark(channel, Mark(reading.room.name, *reading.span))


def account(reading: Reading, notes: list[Note], tally: Tally) -> FileRead:
    """Return the account of a channel."""
    trouble = reading.fetched.trouble
    return FileRead(
        tally.file,
        tally.records,
        digest(reading.room.id, notes) if notes or not trouble else None,
        covers=covers(reading),
        newest=tally.newest,
        fault=str(trouble) if trouble else None,
        skipped=dict(tally.skipped),
        hosts=frozenset([reading.host] if reading.host else []),
    )


def digest(channel: str, notes: Iterable[Note]) -> str:
    """Return the SHA-256 of messages as they are remembered."""
    content = "\n".join(f"{each.key} {each.content}" for each in (kept(channel, single) for single in notes))
    return sha256(content.encode()).hexdigest()


def covers(reading: Reading) -> tuple[int, int | None] | None:
    """Return from when to when the messages of a channel are all known; None as the end: until it was read."""
    (since, now), fetched, mark = reading.span, reading.fetched, reading.remembered.mark
    if not fetched.trouble:
        return since, None
    known = (max(since, mark.since, now - TRUSTED), min(mark.until, now)) if mark else (since, since)
    if fetched.whole_from is None:
        return known if known[0] < known[1] else None
    is_joined = known[0] < known[1] and fetched.whole_from <= known[1]
    return known[0] if is_joined else fetched.whole_from, None
