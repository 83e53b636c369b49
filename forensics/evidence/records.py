"""What a source yields while it reads: batches of rows by column, and an account of all it left out.

Every record of a file is accounted for: ``records = rows + rejected + skipped``. A *reject* is a
record that could not be read; *skipped* records were read and are no evidence (a kernel line in a
syslog, a heading in a listing), counted by reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from forensics.evidence.hosts import Stretch

TEXT_LIMIT = 300


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of one table out of one file, by column; ``table`` is a lane's name or ``beats``.

    ``columns`` maps the column names of ``evidence.frames`` to sequences of one length; instants
    (``*_at``) are int nanoseconds since the epoch UTC, None where unknown. A column that is left
    out is null for every row. ``record`` is required: the number of the record in its file, from 1.
    """

    table: str
    file: str
    columns: Mapping[str, Sequence[Any]]

    def __len__(self) -> int:
        return len(self.columns["record"])


@dataclass(frozen=True, slots=True)
class Reject:
    """A record that could not be read: where it stands, why, and how it begins."""

    file: str
    record: int
    reason: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happened to what runs the jobs, at an instant in ns: ``kind`` is ``upgrade`` or ``restart``.

    ``file`` and ``record`` tell where it stands.
    """

    at: int
    kind: str
    name: str
    file: str
    record: int


@dataclass(frozen=True, slots=True)
class ToldJob:
    """A job as its own scheduler is set up to run it: what a config would say, were there one.

    ``name`` is spelled as the source's rows spell it, ``aliases`` are other names of it, such as its id. ``schedule``
    is in the syntax of ``scheduler``; without one ``interval`` (seconds) holds, on a grid from ``anchor`` (ns).
    ``zone`` is the name of its zone, None where the source's own holds. ``late`` is by how many seconds a start may be
    late on purpose, ``limit`` how many seconds a run may take. ``reports`` is a policy as in the config, None where
    nothing tells it. ``is_suspended``: it is switched off, and not due; ``until`` (ns) it was, None where nothing tells
    that. ``since`` is when it was made, in ns. ``is_zone_inferred``: it names no zone; what is planned shows this one.
    """

    name: str
    scheduler: str
    file: str
    record: int
    host: str | None = None
    schedule: str | None = None
    interval: float | None = None
    anchor: int | None = None
    zone: str | None = None
    since: int | None = None
    until: int | None = None
    late: float = 0.0
    limit: float | None = None
    reports: str | None = None
    is_suspended: bool = False
    is_zone_inferred: bool = False
    aliases: tuple[str, ...] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FileRead:
    """The account of one file, yielded after its last batch.

    ``covers`` is the stretch of time, in ns since the epoch, that the file can speak for; None as
    its start means "since ever", None as its end means "until it was read" (a live source).
    ``newest`` is the newest instant read from it. ``fault`` says why reading stopped early.
    ``modified`` is the file's own mtime in ns, None for a member of an archive.
    ``skipped`` counts records that are no evidence, by reason. ``hosts`` are the hosts it names, ``stretches`` when
    these were up or asleep, as far as it shows that, ``happenings`` the upgrades and restarts that it tells of,
    ``jobs`` what its scheduler is set up to run. ``job_spans``: it speaks for these jobs alone, by the names that its
    rows give them, for each in stretches of its own (ns); ``covers`` is the stretch from the first to the last of
    them.
    """

    file: str
    records: int
    sha256: str | None = None
    covers: tuple[int | None, int | None] | None = None
    newest: int | None = None
    modified: int | None = None
    fault: str | None = None
    skipped: Mapping[str, int] = field(default_factory=dict)
    hosts: frozenset[str] = frozenset()
    stretches: tuple[Stretch, ...] = ()
    happenings: tuple[Happening, ...] = ()
    jobs: tuple[ToldJob, ...] = ()
    job_spans: Mapping[str, tuple[tuple[int, int], ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Kept:
    """What a live source asks the ledger to remember for its next reading, such as a message of a channel.

    ``key`` is unique in its source: a later one of the same key takes its place. ``at`` in ns tells when it may be
    forgotten; ``content`` is text that only the source itself understands, without secrets.
    """

    key: str
    at: int
    content: str


Yielded = Batch | Reject | FileRead | Kept


def clipped(text: str) -> str:
    """Return the beginning of a rejected record, short enough to be listed."""
    return text if len(text) <= TEXT_LIMIT else text[: TEXT_LIMIT - 1] + "…"
