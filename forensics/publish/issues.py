"""An issue as the tracker shows it, and what a client does to one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Issue:
    """An issue as it is on the server; ``body`` has line ends as LF, ``closed_at`` is in ns, ``author`` a user's id."""

    number: int
    title: str
    body: str
    is_open: bool
    author: int
    labels: tuple[str, ...] = ()
    is_locked: bool = False
    closed_at: int | None = None
    content_version: int | None = None
    assets: tuple[str, ...] = ()


class Forge(Protocol):
    """What publishing needs of a tracker. Every method raises PublishError."""

    def own_id(self) -> int | None:
        """Return the id of the token's own user, None as long as that user has opened no issue."""

    def issues(self) -> list[Issue]:
        """Return all issues of the repository, open and closed, in the order of their numbers."""

    def issue(self, number: int) -> Issue | None:
        """Return one issue, None where there is none."""

    def comments(self, number: int) -> list[tuple[int, str]]:
        """Return author and text of all comments of an issue, oldest first."""

    def label_ids(self, names: tuple[str, ...]) -> tuple[int, ...]:
        """Return the ids of labels by name; those that are missing are made."""

    def open_issue(self, title: str, body: str, labels: tuple[int, ...]) -> Issue:
        """Open an issue and return it as the server has it; never sent twice."""

    def comment(self, number: int, text: str) -> None:
        """Add a comment; never sent twice."""

    def attach(self, number: int, name: str, content: bytes) -> None:
        """Attach a file; never sent twice."""

    def set_body(self, issue: Issue, body: str) -> None:
        """Change the text of an issue."""

    def set_open(self, number: int, is_open: bool) -> None:
        """Close an issue, or open it again."""

    def set_assignees(self, number: int, names: tuple[str, ...]) -> None:
        """Assign people."""

    def set_due(self, number: int, day: str) -> None:
        """Set the day, as ``YYYY-MM-DD``, by which an issue is due."""

    def add_labels(self, number: int, labels: tuple[int, ...]) -> None:
        """Add labels to an issue that came back without them."""
