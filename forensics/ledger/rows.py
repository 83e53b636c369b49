"""What the ledger keeps, as frozen values. All instants are ns since the epoch, UTC."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Remembered:
    """What is remembered of one issue's subject between two syncs.

    ``key`` is the text of the mark that its issue carries. ``first_seen`` and ``since`` belong to the present
    trouble, or the last. ``is_open`` is the state that we last gave the issue. ``good`` counts good checks in
    a row, ``checked`` stands for the last check that counted. ``changes`` are the instants at which we opened,
    closed or reopened it. ``overruled`` counts how often a person closed or deleted it while the trouble lasted.
    ``is_dressed`` is False until assignees and due date are set. ``members`` are the jobs of a roll-up.
    """

    key: str
    title: str
    first_seen: int
    since: int | None = None
    number: int | None = None
    is_open: bool = False
    good: int = 0
    checked: str = ""
    changes: tuple[int, ...] = ()
    overruled: int = 0
    is_dressed: bool = False
    commented_at: int | None = None
    members: tuple[str, ...] = ()


@dataclass(frozen=True)
class Intent:
    """A request that was about to be sent and of which no answer is known; ``verb`` is an action's."""

    id: int
    key: str
    verb: str
    at: int


@dataclass(frozen=True)
class Publication:
    """A text on its way to ``channel`` (``slack``, ``report``), until it arrives.

    ``name`` is unique in its channel, such as the night that the text is about; ``error`` is why the last attempt
    failed.
    """

    id: int
    channel: str
    name: str
    text: str
    at: int
    attempts: int = 0
    error: str = ""
