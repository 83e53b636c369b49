"""Runs and what speaks for each of them: where matching ends and judging begins.

Columns are arrays of one length. Instants are int ns since the epoch, NAT where there is none.
``run`` refers to the row of a run; every row of evidence stands in at most one run.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from forensics.config import Job

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

NAT: int = np.iinfo(np.int64).min


@dataclass(frozen=True)
class Window:
    """The time that a report is about, ``[since, until)``, and the instant of judging; ns since the epoch."""

    since: int
    until: int
    now: int


@dataclass(frozen=True)
class Runs:
    """Runs sorted by (job, start).

    ``job`` is a job's code; ``due`` comes from the schedule, ``triggered`` and ``skipped`` from the
    scheduler's log, ``begun`` from the runner; ``start`` is the first of these that is known, else the
    run's first evidence; ``own_end`` is start + max_duration; ``next_start`` that of the job's next run.
    """

    job: Ints
    due: Ints
    triggered: Ints
    skipped: Ints
    begun: Ints
    start: Ints
    own_end: Ints
    next_start: Ints

    def __len__(self) -> int:
        return len(self.job)


@dataclass(frozen=True)
class Links:
    """Rows of a table and the run that each speaks for."""

    run: Ints
    row: Ints


@dataclass(frozen=True)
class Claims(Links):
    """What notifications say, in order of time within a run.

    ``claim`` is the place of a word in CLAIM_CODES, ``line`` the message's line (0: all of it).
    """

    line: Ints
    claim: Ints
    at: Ints
    streak: Ints


@dataclass(frozen=True)
class Proofs(Links):
    """Files of runs: ``pattern`` numbers the pattern that they fit; ``at`` is NAT where an mtime proves nothing.

    ``is_late``: outside the run's own time.
    """

    pattern: Ints
    at: Ints
    size: Floats
    is_late: Flags


@dataclass(frozen=True)
class Steps(Links):
    """What the runner recorded, in order of time within a run.

    ``event`` is the place of a word in EVENT_CODES, ``exit_code`` NaN where not told.
    """

    event: Ints
    at: Ints
    exit_code: Floats


@dataclass(frozen=True)
class Pattern:
    """A pattern that a job declares: ``is_shared`` means that several of its runs would write the same path.

    ``near`` is a path that it may have been meant for where it fits none. Of runs that began before
    ``cleaned_before`` (ns) the files were most likely deleted.
    """

    number: int
    job: int
    role: str
    text: str
    is_shared: bool
    near: str | None = None
    cleaned_before: int | None = None


@dataclass(frozen=True)
class Learnt:
    """A path template that a job's own runs show, though nobody declared it.

    ``text`` is a pattern as a config would write it, ``source`` the position of the source in which its files lie.
    ``met`` of ``runs`` triggered runs left such a file, ``delay`` after their start, give or take ``spread``
    (seconds). ``is_sure``: it counts as proof; else it is only shown. ``since`` is when the first run that left one
    began, in ns: what was there before is not known. ``zone`` is that of the dates in its paths, where it is not the
    job's.
    """

    job: int
    text: str
    source: int
    met: int
    runs: int
    delay: float
    spread: float
    is_sure: bool
    since: int | None = None
    zone: ZoneInfo | None = None


@dataclass(frozen=True)
class ClockOffset:
    """How far the clock of one lane of a host stands off that of the due times, or of the messages.

    ``seconds`` is positive where it is ahead; ``uncertainty`` in seconds; ``pairs`` counts what it was estimated
    from. ``against`` is what it was held against: ``due times`` or ``messages``. ``is_used``: the evidence was
    corrected by it. ``lanes`` hold ``notifications`` where it is the messages that were moved to the host's time.
    """

    lanes: tuple[str, ...]
    host: str | None
    seconds: float
    uncertainty: float
    pairs: int
    jobs: int
    against: str
    is_used: bool


@dataclass(frozen=True)
class Paired:
    """All runs around the window, and all that speaks for them.

    ``overwritten`` (one a run): a file that would have proven the run was written again later, or its
    time was lost; what it showed then is not known. ``fitting`` are the rows of the artifacts that fit a pattern.
    """

    jobs: tuple[Job, ...]
    configured: int
    runs: Runs
    triggers: Links
    steps: Steps
    claims: Claims
    proofs: Proofs
    beats: Links
    patterns: tuple[Pattern, ...]
    overwritten: Flags
    orphans: dict[str, int]
    is_copied: bool
    fitting: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))


CLAIM_CODES = ("", "success", "failure", "started", "skipped")
EVENT_CODES = ("started", "boot_started", "booted", "completed", "failed", "timed_out", "interrupted", "ended")
