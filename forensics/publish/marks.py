"""The hidden marks by which an issue of ours is known again, and told from what people write into it.

The first line of a body names the subject. Our text follows, and ends with a line that holds a hash of it:
so a text that somebody edited is told from one that we may write over, and what stands below it is left alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal, cast

from forensics.evidence.concerns import Subject
from forensics.untrusted import is_name, safe_line, slug

REPORTS = "reports"
HASH_LENGTH = 16
MARK = re.compile(r"<!-- nightwatch:([A-Za-z0-9~._= -]{1,400}) -->")
END = re.compile(
    r"<!-- nightwatch-end: state=(open|over|twin) changes=([0-9]{1,6}) overruled=([0-9]{1,6}) sha=([0-9a-f]{16}) -->"
)
State = Literal["open", "over", "twin"]


@dataclass(frozen=True)
class Standing:
    """What the end mark says: the trouble holds, is over, or another issue is about it, and what led there.

    ``changes`` counts our openings and closings, ``overruled`` how often a person closed it while the trouble held.
    """

    state: State = "open"
    changes: int = 0
    overruled: int = 0


@dataclass(frozen=True)
class Body:
    """The body of an issue of ours. ``section`` is our text, ``below`` what people wrote after it.

    ``is_ours`` says that nobody edited our text; only then it may be written over.
    """

    key: str
    section: str
    below: str
    is_ours: bool
    standing: Standing


def key_of(subject: Subject) -> str:
    """Return the text of a subject's mark: what it is about, in letters that can do no harm."""
    if subject.cause:
        about = f"cause={named(subject.cause)}"
    elif subject.job:
        about = f"job={named(subject.job)}"
    else:
        about = "all-jobs"
    host = f" host={named(subject.host)}" if subject.host else ""
    return f"{about} kind={named(subject.kind)}{host}"


def named(text: str) -> str:
    """Return a name as it may stand in a mark."""
    safe = safe_line(text)
    return safe if is_name(safe) and "--" not in safe else slug(safe).replace("--", "-")


def marked(key: str, section: str, standing: Standing, below: str = "") -> str:
    """Return the body of an issue."""
    told = f"state={standing.state} changes={standing.changes} overruled={standing.overruled}"
    return f"<!-- nightwatch:{key} -->\n{section}\n<!-- nightwatch-end: {told} sha={hash_of(section)} -->\n{below}"


def hash_of(section: str) -> str:
    """Return what stands for a text."""
    return sha256(section.encode("utf-8", "backslashreplace")).hexdigest()[:HASH_LENGTH]


def key_in(body: str) -> str | None:
    """Return the key in the mark of a body, None where the first line is no mark."""
    found = MARK.fullmatch(body.split("\n", 1)[0].removesuffix("\r"))
    return found[1] if found else None


def parse(body: str) -> Body | None:
    """Return the parts of a body, None where it does not begin with a mark; its last end mark counts."""
    key = key_in(body)
    if key is None:
        return None
    lines = body.replace("\r\n", "\n").split("\n")
    ends = [(at, found) for at, line in enumerate(lines) if (found := END.fullmatch(line))]
    if not ends:
        return Body(key, "", "", is_ours=False, standing=Standing())
    at, end = ends[-1]
    section, below = "\n".join(lines[1:at]), "\n".join(lines[at + 1 :])
    standing = Standing(cast("State", end[1]), int(end[2]), int(end[3]))
    return Body(key, section, below, is_ours=hash_of(section) == end[4], standing=standing)


def noted(text: str, note: str) -> str:
    """Return a comment with the mark by which it is known to have been made."""
    return f"<!-- nightwatch-note:{note} -->\n{text}"


def note_of(key: str, what: str, changes: int) -> str:
    """Return what stands for one comment: the same for a second attempt, another for the next change of state."""
    return sha256(f"{key} {what} {changes}".encode()).hexdigest()[:HASH_LENGTH]


def is_noted(comment: str, note: str) -> bool:
    """Return whether a comment carries a note."""
    return comment.split("\n", 1)[0].removesuffix("\r") == f"<!-- nightwatch-note:{note} -->"
