"""Reads what Gitea's API replies: each reader checks the fields that it takes; a ValueError says what is wrong.

Written after https://docs.gitea.com/api/1.26/ and what a server of that version answers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar
from zoneinfo import ZoneInfo

from forensics.publish.issues import Issue
from forensics.timeline import instant

T = TypeVar("T")
Fields = Mapping[str, object]
NOBODY = -1  # Gitea's number of a user who is gone
UTC = ZoneInfo("UTC")


def fields(content: object) -> Fields:
    """Return an object."""
    if not isinstance(content, dict):
        raise ValueError("it is no object")
    return content


def rows(content: object) -> list[Fields]:
    """Return a list of objects; Gitea writes some empty ones as null."""
    if not isinstance(content, list | None):
        raise ValueError("it is no list")
    return [fields(each) for each in content or ()]


def number(row: Fields, key: str) -> int:
    """Return a whole number."""
    value = row.get(key)
    if type(value) is not int:
        raise ValueError(f"{key} is no number")
    return value


def positive(row: Fields, key: str) -> int:
    """Return a number that stands for something."""
    value = number(row, key)
    if value < 1:
        raise ValueError(f"{key} is {value}")
    return value


def text(row: Fields, key: str) -> str:
    """Return a text; null is none."""
    value = row.get(key)
    if not isinstance(value, str | None):
        raise ValueError(f"{key} is no text")
    return value or ""


def names(row: Fields, key: str, name: str = "name") -> tuple[str, ...]:
    """Return the names of what a list holds."""
    return tuple(text(each, name) for each in rows(row.get(key)))


def each_by(read: Callable[[Fields], T]) -> Callable[[object], list[T]]:
    """Return the reader of a list of what another reads."""
    return lambda content: [read(row) for row in rows(content)]


def issue(content: object) -> Issue:
    """Return an issue."""
    row = fields(content)
    state, version = text(row, "state"), row.get("content_version")
    if state not in ("open", "closed"):
        raise ValueError("state is neither open nor closed")
    return Issue(
        number=positive(row, "number"),
        title=text(row, "title"),
        body=text(row, "body").replace("\r\n", "\n"),
        is_open=state == "open",
        author=author(row),
        labels=names(row, "labels"),
        is_locked=row.get("is_locked") is True,
        closed_at=instant(closed, UTC) if (closed := text(row, "closed_at")) else None,
        content_version=version if type(version) is int else None,
        assets=names(row, "assets"),
    )


def issue_or_none(content: object) -> Issue | None:
    """Return an issue, None where what came is a pull request."""
    return None if fields(content).get("pull_request") is not None else issue(content)


def comment(row: Fields) -> tuple[int, int, str]:
    """Return id, author and text of a comment."""
    return positive(row, "id"), author(row), text(row, "body").replace("\r\n", "\n")


def label(row: Fields) -> tuple[str, int]:
    """Return name and id of a label."""
    return text(row, "name"), positive(row, "id")


def author(row: Fields) -> int:
    """Return the id of who wrote something; what was brought from another server under another name is nobody's."""
    if text(row, "original_author") or row.get("user") is None:
        return NOBODY
    return number(fields(row["user"]), "id")
