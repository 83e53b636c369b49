"""Reads a list that comes in pages to its end, and notices when it shifted meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from forensics.publish.fields import Fields, each_by, positive
from forensics.publish.refusals import Failed
from forensics.publish.replies import Reply

T = TypeVar("T")
MOST_PAGES = 200
READINGS = 3


def all_of(page: Callable[[int], Reply], read: Callable[[Fields], T]) -> list[T]:
    """Return what all pages of a list hold, each once.

    A list that became shorter on the way is read again: its later pages moved up, and what moved onto a page
    that was already read would be missed. One that grew shows some twice, and misses nothing that was there.

    Raises:
        Failed: a page could not be read, there is no end to them, or the list keeps shrinking.
    """
    for _ in range(READINGS):
        found, has_shrunk, where = once_through(page, read)
        if not has_shrunk:
            return found
    raise Failed(f"the list grows shorter while it is read - {where} - the next run tries again")


def once_through(page: Callable[[int], Reply], read: Callable[[Fields], T]) -> tuple[list[T], bool, str]:
    """Return what all pages hold, whether the list shrank meanwhile, and where it stands."""
    found: dict[int, T] = {}
    totals: list[int] = []
    seen = 0
    for at in range(1, MOST_PAGES + 1):
        reply = page(at)
        rows = reply.read(each_by(lambda row: (positive(row, "id"), read(row))))
        found.update(rows)
        totals += [] if reply.total is None else [reply.total]
        seen += len(rows)
        if is_last(reply, len(rows), seen):
            return list(found.values()), totals != sorted(totals), reply.where
    raise Failed(
        f"the list has no end within {MOST_PAGES} pages - {reply.where} - use a repository with fewer issues",
        is_permanent=True,
    )


def is_last(reply: Reply, length: int, seen: int) -> bool:
    """Return whether a page ends its list; a server that tells nothing of it is asked until a page is empty."""
    if length == 0 or reply.has_next is False:
        return True
    return reply.has_next is None and reply.total is not None and seen >= reply.total
