"""Reads a list that comes in pages to its end, and notices when it shifted meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from forensics.publish.fields import Fields, each_by, positive
from forensics.publish.refusals import Failed, TooLong
from forensics.publish.replies import Reply

T = TypeVar("T")
Page = Callable[[int, int], Reply]  # its number, counted from 1, and how many a page holds
SIZES = (50, 5, 1)  # a server gives no more than 50, whatever it is asked for
MOST_ROWS = 10_000
READINGS = 3


def all_of(page: Page, read: Callable[[Fields], T]) -> list[T]:
    """Return what all pages of a list hold, each once; where a page is too long, by shorter ones.

    Raises:
        Failed: a page could not be read, there is no end to them, or the list keeps shrinking.
    """
    for size in SIZES[:-1]:
        try:
            return steadily(page, size, read)
        except TooLong:
            continue
    return steadily(page, SIZES[-1], read)


def steadily(page: Page, size: int, read: Callable[[Fields], T]) -> list[T]:
    """Return what all pages hold, read again where the list became shorter on the way.

    Its later pages moved up then, and what moved onto a page that was already read was missed. A list that grew
    shows some twice, and misses nothing that was there.
    """
    for _ in range(READINGS):
        found, has_shrunk, where = once_through(page, size, read)
        if not has_shrunk:
            return found
    raise Failed(f"the list grows shorter while it is read - {where} - the next run tries again")


def once_through(page: Page, size: int, read: Callable[[Fields], T]) -> tuple[list[T], bool, str]:
    """Return what all pages hold, whether the list shrank meanwhile, and where it stands."""
    found: dict[int, T] = {}
    totals: list[int] = []
    seen, most_pages = 0, MOST_ROWS // size
    for at in range(1, most_pages + 1):
        reply = page(at, size)
        rows = reply.read(each_by(lambda row: (positive(row, "id"), read(row))))
        found.update(rows)
        totals += [] if reply.total is None else [reply.total]
        seen += len(rows)
        if is_last(reply, len(rows), seen):
            return list(found.values()), totals != sorted(totals), reply.where
    raise Failed(
        f"the list has no end within {most_pages} pages - {reply.where} - use a repository with fewer issues",
        is_permanent=True,
    )


def is_last(reply: Reply, length: int, seen: int) -> bool:
    """Return whether a page ends its list; a server that tells nothing of it is asked until a page is empty."""
    if length == 0 or reply.has_next is False:
        return True
    return reply.has_next is None and reply.total is not None and seen >= reply.total
