"""What earlier reports left for this one: only what was recorded before its ``now``. The ledger keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from forensics.evidence.records import Kept


@dataclass(frozen=True)
class PastReport:
    """One earlier report: its window ``[since, until)`` and its ``now`` in ns, and what it came to.

    ``sources`` maps the sources that it read to how many rows each gave, ``faults`` those that it could not read
    to why. ``blockers`` are the texts of its blockers by their key (see ``blocker_key``). ``verdicts`` counts its
    runs. ``delivered`` maps the channels on which it was published to when it arrived, None where it did not.
    """

    now: int
    since: int
    until: int
    exit_code: int
    runs: int = 0
    verdicts: Mapping[str, int] = field(default_factory=dict)
    blockers: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, int] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)
    delivered: Mapping[str, int | None] = field(default_factory=dict)


@dataclass(frozen=True)
class JobRate:
    """How one job was reported: of its ``proven`` runs from which a message was due, ``said`` said success."""

    job: str
    host: str | None
    said: int
    proven: int


@dataclass(frozen=True)
class PastRate:
    """How the reporting did in one earlier report: of the runs from which a message was due, how many said success.

    ``jobs`` are the rates of those jobs that had proven runs; none in a report of an older version.
    """

    now: int
    said: int
    owed: int
    jobs: tuple[JobRate, ...] = ()


@dataclass(frozen=True)
class SeenFile:
    """A version of a file that earlier reports saw: it stood there from ``at`` (its mtime) to ``last_seen``, in ns.

    ``source`` is the key of its source (see ``source_key``), ``record`` its place among those that are remembered.
    """

    source: str
    path: str
    at: int
    size: int | None
    inode: int | None
    changed_at: int | None
    born_at: int | None
    first_seen: int
    last_seen: int
    record: int
    host: str | None = None


@dataclass(frozen=True)
class Memory:
    """What is remembered. ``FORGOTTEN`` is what a report without a ledger has.

    ``last`` is the newest report over all jobs. ``pending`` maps the keys of the runs that it left pending to the
    instant by which each belongs to a window. ``looks`` are the instants at which earlier reports read a source to
    its end, ascending, by source key. ``rates`` are those of earlier reports, oldest first. ``kept`` is what live
    sources asked to be remembered, by source key, oldest first. ``is_known`` is False without a ledger. ``notes``
    tell what befell the ledger itself. ``ran`` are the ``now`` of earlier reports over all jobs, whatever their
    windows, ascending. ``standing`` tells of each blocker of ``last``, by its key, the ``now`` of the first report
    in a row that told of it, and how many reports did.
    """

    is_known: bool = False
    last: PastReport | None = None
    pending: Mapping[str, int] = field(default_factory=dict)
    seen: tuple[SeenFile, ...] = ()
    looks: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    rates: tuple[PastRate, ...] = ()
    kept: Mapping[str, tuple[Kept, ...]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    ran: tuple[int, ...] = ()
    standing: Mapping[str, tuple[int, int]] = field(default_factory=dict)


FORGOTTEN = Memory()
