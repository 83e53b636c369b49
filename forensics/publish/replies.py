"""What a server's reply holds, as far as it can be understood."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from forensics.publish.refusals import Failed

T = TypeVar("T")
NEXT = re.compile(r"""rel="?next"?""")


@dataclass(frozen=True)
class Reply:
    """A reply that says yes: its JSON, and what its head says of a list. ``where`` names the request."""

    where: str
    is_write: bool
    content: object
    total: int | None = None
    has_next: bool | None = None

    def read(self, reader: Callable[[object], T]) -> T:
        """Return what a reader makes of the content; its ValueError says what is wrong there."""
        try:
            return reader(self.content)
        except ValueError as error:
            raise strange(str(error), self.where, self.is_write) from None


def parsed(raw: bytes, where: str, is_write: bool) -> object:
    """Return the JSON of a reply, None where it is empty."""
    if not raw:
        return None
    try:
        content: object = json.loads(raw)
    except (ValueError, RecursionError):
        raise strange("it is no JSON", where, is_write) from None
    return content


def strange(why: str, where: str, is_write: bool) -> Failed:
    """Return the error for a reply that says yes, and nothing that we know."""
    return Failed(
        f"the reply is not understood: {why} - {where} - see whether that is Gitea, and what stands before it",
        is_uncertain=is_write,
    )


def message_in(raw: bytes) -> str:
    """Return the server's own words in a refusal; none where it is no JSON, such as a proxy's page."""
    try:
        content: object = json.loads(raw)
    except (ValueError, RecursionError):
        return ""
    message = content.get("message") if isinstance(content, dict) else None
    return message if isinstance(message, str) else ""


def total_of(header: str) -> int | None:
    """Return the length of a whole list as its head tells it."""
    return int(header) if header.isascii() and header.isdecimal() and len(header) < 10 else None


def goes_on(header: str) -> bool | None:
    """Return whether a list has another page as a ``Link`` tells it, None where there is none."""
    return bool(NEXT.search(header)) if header else None
