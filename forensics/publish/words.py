"""What publishing has others say: it knows when to speak, the report knows the words."""

from __future__ import annotations

from typing import Protocol

from forensics.evidence.concerns import Concern, History, Recovery, Subject


class Words(Protocol):
    """Texts for issues, as Markdown that is safe to show; each is the same for the same input."""

    def title(self, subject: Subject) -> str:
        """Return the title of an issue, the same as long as the issue lives; at most 120 characters."""

    def trouble(self, concern: Concern, history: History) -> str:
        """Return the text of an issue whose trouble holds."""

    def recovered(self, recovery: Recovery, history: History) -> str:
        """Return the text of an issue whose trouble is over."""

    def closing(self, recovery: Recovery, history: History) -> str:
        """Return the comment on closing: what shows the recovery."""

    def reopening(self, concern: Concern, history: History, was_closed_by_hand: bool) -> str:
        """Return the comment on opening an issue again."""

    def duplicate(self, number: int) -> str:
        """Return the comment on closing a twin: which issue goes on."""
