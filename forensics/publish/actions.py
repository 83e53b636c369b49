"""What is to be done with issues, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from forensics.ledger.rows import Remembered

Verb = Literal["open", "reopen", "update", "close", "fold", "wait", "leave"]
SENT = frozenset({"open", "reopen", "update", "close", "fold"})  # the others change nothing


@dataclass(frozen=True)
class Action:
    """What is to be done with one issue, and why. ``wait`` and ``leave`` send nothing.

    ``body`` is its whole new text, ``comment`` one to add before, known again by ``note``. ``remembered`` is to be
    kept once all of it is done.
    """

    verb: Verb
    key: str
    title: str
    why: str
    number: int | None = None
    body: str | None = None
    comment: str | None = None
    note: str = ""
    remembered: Remembered | None = None

    @property
    def is_sent(self) -> bool:
        """Return whether the tracker is to be changed."""
        return self.verb in SENT


@dataclass(frozen=True)
class Plan:
    """All actions, and what is to be remembered or forgotten whatever becomes of them."""

    actions: tuple[Action, ...]
    remembered: tuple[Remembered, ...]
    forgotten: tuple[str, ...] = ()


def rank(action: Action) -> tuple[int, str, int]:
    """Return the place of an action: what opens and closes first, what sends nothing last."""
    order = ("fold", "open", "reopen", "close", "update", "wait", "leave")
    return order.index(action.verb), action.key, action.number or 0
