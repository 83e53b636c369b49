"""The result of a report: one frozen value that every command prints, renders or publishes some part of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

from forensics.config import Config, Event
from forensics.evidence.coverage import Coverage
from forensics.evidence.intake import Evidence
from forensics.evidence.lookback import UNAUDITED, Audit, Changes
from forensics.evidence.memory import FORGOTTEN, JobRate, Memory
from forensics.evidence.paired import ClockOffset, Learnt, Paired, Window
from forensics.evidence.provenance import Provenance

if TYPE_CHECKING:
    from forensics.evidence.investigation import Investigation


@dataclass(frozen=True)
class Heartbeat:
    """A line of the panel: ``status`` is ok, late, stale, missing, corrupt, future or foreign; ``last`` in ns."""

    job: str
    status: str
    last: int | None = None
    age_seconds: float | None = None
    interval_seconds: float | None = None
    ratio: float | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Blocker:
    """Something that a person must act on. ``since`` in ns; ``text`` is one plain sentence.

    ``about`` is what it concerns where that is no job: the name of a source, or ``NIGHTLY``.
    ``is_unseen``: nothing that was read could have shown that these runs began.
    ``observed`` name rows or the places searched, ``inferred`` what follows, ``todo`` the next step;
    they may quote evidence, so what shows them must treat them as untrusted text.
    """

    job: str | None
    host: str | None
    kind: str
    since: int | None
    count: int
    text: str
    observed: tuple[str, ...] = ()
    inferred: str = ""
    todo: str = ""
    flags: tuple[str, ...] = ()
    cause: str | None = None
    about: str | None = None
    is_unseen: bool = False


@dataclass(frozen=True)
class Finding:
    """A statement over runs. ``detail`` holds plain values for machines."""

    kind: str
    text: str
    observed: tuple[str, ...] = ()
    inferred: str = ""
    todo: str = ""
    p_value: float | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ReportedPart:
    """What was said of some runs: ``by`` is ``lane``, ``channel`` or ``host``, ``name`` which one.

    Of ``owed`` runs ``said`` were said to be well. Of a channel or host ``proven`` and ``checkable`` count all of them;
    of a lane those alone that it said are well: what its word is worth. ``owed`` is 0 of a host where no job reports.
    """

    by: str
    name: str
    said: int
    owed: int
    proven: int
    checkable: int


@dataclass(frozen=True)
class Unlike:
    """A job that is reported far less than it used to be: its newest ``nights`` reports against those before.

    Of ``proven`` runs ``said`` said success; usually ``usual_said`` of ``usual_proven`` did.
    """

    job: str
    host: str | None
    said: int
    proven: int
    nights: int
    usual_said: int
    usual_proven: int
    p_value: float


@dataclass(frozen=True)
class ReportingCheck:
    """Whether the reporting can be believed: ok, suspect or unknown; the counts behind the rate.

    ``baseline`` is its usual rate, None where that is not known: ``usual_said`` of ``usual_owed`` over so many nights.
    ``parts`` tell how it did by lane, channel and host, ``jobs`` by job; ``unlike`` are the jobs that are reported far
    less than they used to be.
    """

    status: str
    reason: str
    threshold: float
    said_success: int
    owed: int
    proven: int
    checkable: int
    baseline: float | None = None
    usual_said: int = 0
    usual_owed: int = 0
    usual_nights: int = 0
    parts: tuple[ReportedPart, ...] = ()
    jobs: tuple[JobRate, ...] = ()
    unlike: tuple[Unlike, ...] = ()


@dataclass(frozen=True)
class Summary:
    """Counts over the runs of the window."""

    jobs: int
    runs: int
    evidence: Mapping[str, int]
    verdicts: Mapping[str, int]
    reported_success_rate: float | None
    executed_rate: float | None


@dataclass(frozen=True)
class Undelivered:
    """A text that was to be published, waits since ``since`` (ns), and could not be; ``error`` is the last reason."""

    channel: str
    name: str
    since: int
    attempts: int
    error: str


@dataclass(frozen=True)
class Filed:
    """What was to be done in the tracker, what was done, and what waits; each action as plain values."""

    planned: tuple[Mapping[str, object], ...] = ()
    done: tuple[Mapping[str, object], ...] = ()
    pending: tuple[Mapping[str, object], ...] = ()


@dataclass(frozen=True)
class Result:
    """All that one reading came to.

    ``runs`` is a frame of type RUNS over all runs near the window; those with ``in_window`` are the
    report's, sorted by (due or first seen, job). ``row`` maps its rows to those of ``paired.runs``.
    ``explain`` gives the reasons of a run by its row in ``runs``, ``provenance`` its evidence by its
    row in ``paired.runs``. ``keys`` are those by which the ledger knows the sources, in their order.
    ``changes`` is None where no earlier report is known. ``events`` are those of the config and those that sources tell
    of, in order of time. ``investigation`` is None where nothing went wrong, or nobody asked; those
    with ``in_window`` of ``studied``, a frame like ``runs``, are what it was made over.
    """

    config: Config
    window: Window
    evidence: Evidence
    coverage: Coverage
    paired: Paired
    runs: pd.DataFrame
    summary: Summary
    reporting: ReportingCheck
    blockers: tuple[Blocker, ...]
    heartbeats: tuple[Heartbeat, ...]
    findings: tuple[Finding, ...]
    provenance: Provenance
    explain: Callable[[int], list[str]]
    exit_code: int
    inputs: str
    keys: tuple[str, ...] = ()
    memory: Memory = FORGOTTEN
    learnt: tuple[Learnt, ...] = ()
    offsets: tuple[ClockOffset, ...] = ()
    filed: Filed = Filed()
    undelivered: tuple[Undelivered, ...] = ()
    audit: Audit = UNAUDITED
    changes: Changes | None = None
    events: tuple[Event, ...] = ()
    investigation: Investigation | None = None
    studied: pd.DataFrame | None = None
