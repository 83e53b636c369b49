"""What an issue in a tracker may be about, and what shows that its trouble is over."""

from __future__ import annotations

from dataclasses import dataclass

from forensics.evidence.result import Blocker


@dataclass(frozen=True, order=True)
class Subject:
    """What an issue is about; of each there is at most one open issue.

    ``kind`` is a blocker's. ``job`` is empty for the reporting, and where several jobs share one ``cause``:
    then they are rolled up into one issue.
    """

    kind: str
    job: str = ""
    host: str = ""
    cause: str = ""


@dataclass(frozen=True)
class Concern:
    """A trouble that holds: one blocker, or all members of a roll-up. ``since`` in ns, None where it is not known."""

    subject: Subject
    since: int | None
    blockers: tuple[Blocker, ...]


@dataclass(frozen=True)
class Recovery:
    """A good check: one that could have seen the trouble of a subject, and saw none; ``observed`` says what it saw."""

    subject: Subject
    observed: tuple[str, ...]


@dataclass(frozen=True)
class Check:
    """All that one reading says to a tracker, judged at ``now`` (ns); ``inputs`` stands for what was read.

    Of ``muted_jobs`` nothing is to be said now, neither good nor bad. ``kinds`` are those that were looked for;
    none named: all.
    """

    now: int
    inputs: str
    concerns: tuple[Concern, ...]
    recoveries: tuple[Recovery, ...]
    muted_jobs: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()


@dataclass(frozen=True)
class History:
    """What is known of an issue at ``now``; all in ns. ``changes`` are the instants of our openings and closings.

    ``is_flapping``: it was reopened more than once within the time in which issues are reopened.
    """

    now: int
    first_seen: int
    since: int | None
    changes: tuple[int, ...] = ()
    is_flapping: bool = False
