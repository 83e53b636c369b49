"""Fetches what stands in a channel: its messages, newest first as Slack gives them, then the threads under them.

Methods: https://docs.slack.dev/reference/methods/conversations.history and …/conversations.replies. A reply that was
also sent to the channel stands in both; each message counts once. Of a thread whose first message is older than what
is asked for nothing is seen but such replies.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from forensics.sources.json_values import words
from forensics.sources.slack_calls import PAGE_SIZE, Calls, Unanswered, pages
from forensics.sources.slack_messages import LATEST, instant

Span = tuple[int, int]


@dataclass(frozen=True)
class Fetched:
    """What came of a channel; ``whole_from`` in ns is from when on none is missing, None where nobody knows."""

    messages: Sequence[object] = ()
    whole_from: int | None = None
    trouble: Unanswered | None = None


@dataclass
class Heap:
    """Messages as they come in, each once, in a span of time; what has no readable time is kept, too."""

    span: Span
    by_time: dict[int, Any] = field(default_factory=dict)
    timeless: list[object] = field(default_factory=list)

    def take(self, messages: Iterable[object]) -> None:
        """Add messages; of two with one time the first counts."""
        start, end = self.span
        for message in messages:
            at = instant(message.get("ts")) if isinstance(message, dict) else None
            if at is None:
                self.timeless.append(message)
            elif start <= at <= end:
                self.by_time.setdefault(at, message)

    @property
    def messages(self) -> list[object]:
        """Return them by time; those without one last."""
        return [message for _, message in sorted(self.by_time.items())] + self.timeless

    @property
    def roots(self) -> list[Mapping[str, Any]]:
        """Return the first messages of threads; that with the newest reply comes first."""
        return sorted(filter(has_replies, self.by_time.values()), key=last_reply, reverse=True)


def fetch(calls: Calls, channel: str, span: Span) -> Fetched:
    """Return what stands in a channel, from and to instants in ns, both included."""
    heap, (start, end) = Heap(span), span
    asked: dict[str, str | int | None] = {"channel": channel, "latest": stamp(end), "inclusive": 1, "limit": PAGE_SIZE}
    try:
        for page in pages(calls, "conversations.history", "messages", oldest=stamp(start), **asked):
            heap.take(page)
    except Unanswered as trouble:
        return Fetched(heap.messages, whole_from(heap, heap.roots), trouble)
    roots = heap.roots
    for done, root in enumerate(roots):
        try:
            for page in pages(calls, "conversations.replies", "messages", ts=root["ts"], **asked):
                heap.take(page)
        except Unanswered as trouble:
            if trouble.code != "thread_not_found":  # it was deleted in between
                return Fetched(heap.messages, whole_from(heap, roots[done:]), trouble)
    return Fetched(heap.messages, start)


def has_replies(message: Mapping[str, Any]) -> bool:
    """Return whether a message is the first of a thread."""
    count, latest = message.get("reply_count"), message.get("latest_reply")
    is_first = message.get("thread_ts") in (None, message.get("ts"))
    return is_first and ((isinstance(count, int) and count > 0) or bool(words(latest)))


def last_reply(root: Mapping[str, Any]) -> int:
    """Return the instant of the last message of a thread in ns; far in the future where it is not told."""
    at = instant(root.get("latest_reply"))
    return LATEST if at is None else at


def whole_from(heap: Heap, unread: Iterable[Mapping[str, Any]]) -> int | None:
    """Return from when on no message is missing where the newest were read, but not the replies of some threads."""
    if not heap.by_time:
        return None
    first = max([min(heap.by_time), *(last_reply(root) + 1 for root in unread)])
    return first if first < heap.span[1] else None


def stamp(at: int) -> str:
    """Return an instant in ns as Slack writes it, in seconds with six decimals."""
    return f"{at // 10**9}.{at % 10**9 // 1000:06d}"
