"""What the members of an archive are to those who read them, and what nobody may make an archive do.

An archive from elsewhere may lie about names, sizes and counts. Members whose names lead out of it are refused,
links and special files are never followed, and bytes are counted as they come out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal, Protocol

from forensics.sources.paths import HERE, tidied
from forensics.sources.slack_archive import DRIVE, MEMBER_LIMIT, RATIO_FREE, RATIO_LIMIT

__all__ = ["MEMBER_LIMIT", "RATIO_FREE", "RATIO_LIMIT"]

PIECE = 64 * 1024
LONGEST_NAME, LONGEST_PART, DEEPEST = 2048, 255, 128

Kind = Literal["file", "folder", "link", "special"]


class Damaged(Exception):
    """Content that ends early or cannot be unpacked: why. What came before it is good."""


class Abandoned(Exception):
    """An archive that is not read any further, because it asks for too much: why."""


def no_content() -> Iterator[bytes]:
    """Return the content of what has none."""
    return iter(())


@dataclass(frozen=True, slots=True)
class Member:
    """One member: ``name`` is its tidied path, which stays inside; ``modified`` is in ns, None where unknown.

    ``number`` counts the members from 1. ``content`` gives its bytes in pieces, once, and only until the next
    member is asked for; it raises ``Damaged`` where they end early.
    """

    number: int
    name: str
    kind: Kind
    size: int
    modified: int | None
    content: Callable[[], Iterator[bytes]] = field(default=no_content, repr=False)


@dataclass(frozen=True, slots=True)
class Refused:
    """A member that is not to be read: its name as it stands there, and why."""

    number: int
    name: str
    reason: str


class Members(Protocol):
    """The members of one archive, in its own order.

    Afterwards ``fault`` says why they ended early; ``sha256`` is the archive's own, None where it is not known.
    """

    @property
    def fault(self) -> str | None: ...
    @property
    def sha256(self) -> str | None: ...

    def __iter__(self) -> Iterator[Member | Refused]:
        """Yield them.

        Raises:
            OSError: the archive cannot be opened.
            Abandoned: it holds too many of them, or too much.
        """


def refusal_of(name: str) -> str | None:
    """Return why a name is not to be trusted, None where it stays inside of the archive."""
    if "\\" in name or "\x00" in name:
        return "its name holds a backslash or a NUL"
    if name.startswith("/") or DRIVE.match(name):
        return "its name is an absolute path"
    parts = name.split("/")
    if ".." in parts:
        return "its name leads out of the archive"
    lengths = [len(part.encode("utf-8", "surrogateescape")) for part in parts]
    if sum(lengths) > LONGEST_NAME or max(lengths) > LONGEST_PART or len(parts) > DEEPEST:
        return "its name is longer or deeper than a file system takes"
    return None


def placed(name: str) -> str:
    """Return a sound name without ``.`` parts and needless slashes; the archive's own folder is the empty one."""
    inside = tidied(name)
    return "" if inside == HERE else inside


def checked_count(number: int) -> int:
    """Return the number of a member.

    Raises:
        Abandoned: it is one too many.
    """
    if number > MEMBER_LIMIT:
        raise Abandoned(f"abandoned: more than {MEMBER_LIMIT:,} members")
    return number
