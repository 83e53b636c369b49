"""Publishes the report of a night on an issue of the tracker, as a comment or as a file, and only once."""

from __future__ import annotations

import re
from typing import Literal, assert_never

from forensics.errors import PublishError
from forensics.publish.issues import Forge

COMMENT_LIMIT = 60_000
ROOM_FOR_ENDS = 400  # what closes open blocks, and the line about what is missing
NAME = re.compile(r"[A-Za-z0-9]+(?:[.-][A-Za-z0-9]+)*")
LONGEST_NAME = 100
FENCE = re.compile(r" {0,3}(`{3,}(?=[^`]*$)|~{3,})(.*)")


def publish_night(
    forge: Forge, how: Literal["comment", "attachment"], number: int, name: str, text: bytes, author: int | None = None
) -> None:
    """Publish a report on an issue, unless it is there already; so it may be called again after a lost reply.

    ``name`` is unique to the report, of letters, digits and single dots or hyphens. A comment counts as there when
    ``author``, our user's id, wrote it; when that is not known, whoever did.

    Raises:
        PublishError: the tracker did not do it, or nobody knows; the issue is not there.
    """
    if not NAME.fullmatch(name) or len(name) > LONGEST_NAME:
        raise ValueError(f"a report's name must be letters, digits, dots and hyphens, not {name!r}")
    match how:
        case "comment":
            say_once(forge, number, f"<!-- nightwatch:report={name} -->", text, author)
        case "attachment":
            attach_once(forge, number, f"night-watch-{name}.md", text)
        case _:
            assert_never(how)


def say_once(forge: Forge, number: int, mark: str, text: bytes, author: int | None) -> None:
    """Add a comment below a mark, unless there is one."""
    if not any(is_marked(said, mark) and author in (None, by) for by, said in forge.comments(number)):
        report = text.decode("utf-8", "backslashreplace").replace("\r\n", "\n")
        forge.comment(number, f"{mark}\n{shortened(report, COMMENT_LIMIT - len(mark) - 1)}")


def is_marked(comment: str, mark: str) -> bool:
    """Return whether the first line of a comment is a mark."""
    return comment.split("\n", 1)[0].removesuffix("\r") == mark


def attach_once(forge: Forge, number: int, file: str, text: bytes) -> None:
    """Attach a file, unless there is one of that name."""
    issue = forge.issue(number)
    if issue is None:
        raise PublishError(f"issue #{number} for the report is not there - check [tracker]", is_permanent=True)
    if file not in issue.assets:
        forge.attach(number, file, text)


def shortened(text: str, limit: int) -> str:
    """Return a Markdown text of at most ``limit`` characters, cut at a line end; what is open there is closed.

    It is cut between blocks where that keeps half of what fits, else within one.
    """
    if len(text) <= limit:
        return text
    lines = text.removesuffix("\n").split("\n")
    kept, ends = best_cut(lines, limit - ROOM_FOR_ENDS)
    missing = len(lines) - kept
    note = f"… and {missing} more line{'s' if missing > 1 else ''}, in the report itself."
    return "\n".join([*lines[:kept], *ends, "", note, ""])


def best_cut(lines: list[str], room: int) -> tuple[int, list[str]]:
    """Return how many lines to keep, and the lines that close what is open after them."""
    length, best = 0, (0, 0, list[str]())
    last = best
    opened: list[str] = []
    for kept, line in enumerate(lines, 1):
        length += len(line) + 1
        opened = still_open(opened, line)
        ends = opened[::-1]
        if length + sum(len(end) + 1 for end in ends) > room:
            break
        last = (length, kept, ends)
        best = best if opened else last
    return (best if 2 * best[0] >= last[0] else last)[1:]


def still_open(opened: list[str], line: str) -> list[str]:
    """Return the lines that would close what is open after a line: fences, and sections that fold."""
    found = FENCE.fullmatch(line)
    if opened and opened[-1] != "</details>":
        closes = found is not None and found[1].startswith(opened[-1]) and not found[2].strip(" \t")
        return opened[:-1] if closes else opened
    if found:
        return [*opened, found[1]]
    if line.startswith("<details"):
        return [*opened, "</details>"]
    return opened[:-1] if opened and line.startswith("</details>") else opened
