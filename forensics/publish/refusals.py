"""What a tracker's refusal means: whose fault it is, whether trying again may help, and what to do."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import inf

from forensics.errors import PublishError

SECONDS = re.compile(r"[0-9]{1,6}")


class Failed(PublishError):
    """A request that failed. ``status`` is the answer's, None where none came; ``wait`` the seconds it asks for."""

    def __init__(
        self,
        message: str,
        *,
        is_permanent: bool = False,
        is_uncertain: bool = False,
        status: int | None = None,
        wait: float | None = None,
    ) -> None:
        super().__init__(message, is_permanent=is_permanent, is_uncertain=is_uncertain)
        self.status = status
        self.wait = wait


class TooLong(Failed):
    """A request whose reply is longer than what is read of one."""


@dataclass(frozen=True)
class Meaning:
    """What a status says, and what to do about it."""

    what: str
    advice: str
    is_permanent: bool = True


LACKS_SCOPE = Meaning("the token lacks a scope", "make a token with the scope write:issue")
REDIRECTED = Meaning(
    "the tracker points elsewhere", "redirects are not followed: set [tracker] url and repo to that place"
)
TROUBLE = Meaning("the tracker has trouble of its own", "see its log; the next run tries again", is_permanent=False)
BUSY = Meaning("the tracker asks to wait", "the next run tries again", is_permanent=False)
UNFIT = Meaning("the tracker does not take this", "see what it says; if that does not help, tell the maintainers")
MEANINGS = {
    401: Meaning("the tracker does not know the token", "make a new one with the scope write:issue, and set it"),
    403: Meaning("the token's user may not do this", "give that user the right to write issues there"),
    404: Meaning("there is no such thing", "check [tracker] url and repo, and that the token's user can see it"),
    408: BUSY,
    409: Meaning("it was changed meanwhile", "the next run looks again", is_permanent=False),
    413: Meaning("this is too long for the tracker", "raise its limit, or shorten the report"),
    423: Meaning("the repository takes no changes", "unarchive it, or name another in [tracker] repo"),
    425: BUSY,
    429: BUSY,
}


def refusal(status: int, said: str, where: str, is_write: bool, *, target: str = "", after: str = "") -> Failed:
    """Return the error for an answer that is no yes.

    ``said`` is the server's own words and ``target`` where it redirects to, both fit to be shown; ``after`` is its
    ``Retry-After``. After an error of the server's own a change may have been made all the same.
    """
    meaning = meaning_of(status, said)
    told = f": {target or said}" if target or said else ""
    return Failed(
        f"{meaning.what} ({status}){told} - {where} - {meaning.advice}",
        is_permanent=meaning.is_permanent,
        is_uncertain=is_write and status >= 500,
        status=status,
        wait=seconds(after),
    )


def meaning_of(status: int, said: str) -> Meaning:
    """Return what a status means."""
    if status == 403 and "scope" in said:
        return LACKS_SCOPE
    if status in MEANINGS:
        return MEANINGS[status]
    if 300 <= status < 400:
        return REDIRECTED
    return TROUBLE if status >= 500 else UNFIT


def seconds(after: str) -> float | None:
    """Return the seconds that a ``Retry-After`` asks for, None where there is none, too many where it is a date."""
    if not after.strip():
        return None
    return float(after) if SECONDS.fullmatch(after.strip()) else inf
