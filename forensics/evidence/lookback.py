"""What a report makes of the ones before it: which troubles are new, and whether each ran and read as it should."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from forensics.redaction import redact

Parts = tuple[str, str | None, str | None, str | None]

# What the blocker of a report that did not run is about.
NIGHTLY = "nightly"


@dataclass(frozen=True)
class Change:
    """A trouble as two reports tell it. ``about`` is what it concerns where that is no job, such as a source.

    ``reports`` counts the reports in a row that told of it before this one, ``first`` is the ``now`` (ns) of the
    first of them; None where only the last report is known.
    """

    kind: str
    job: str | None
    host: str | None
    about: str | None
    text: str
    first: int | None = None
    reports: int | None = None

    @property
    def parts(self) -> Parts:
        """Return what tells it from every other trouble."""
        return self.kind, self.job, self.host, self.about


@dataclass(frozen=True)
class Changes:
    """What became of the blockers since the last report, which was made at ``since`` (ns).

    ``resolved`` are those of which a good check shows that they are over, ``unseen`` those that are not seen now,
    although nothing shows that they are over: the job may not have been due.
    """

    since: int
    new: tuple[Change, ...] = ()
    recurring: tuple[Change, ...] = ()
    resolved: tuple[Change, ...] = ()
    unseen: tuple[Change, ...] = ()


@dataclass(frozen=True)
class Audit:
    """How the reports before this one went; all in ns.

    ``usual`` is the time from one report to the next, None where too few are known. In ``unwatched`` no report ran
    although ``missed`` of them should have; ``uncovered`` is time that no report's window holds. ``silent`` are
    sources that gave rows before and give none now, ``speaking`` those for which it is the other way round, each
    with its rows; ``gone`` are no longer read at all. Of the runs that the last report left pending, ``judged``
    are judged here, ``still`` pending, and ``lost`` no longer there.
    """

    usual: int | None = None
    unwatched: tuple[int, int] | None = None
    missed: int = 0
    uncovered: tuple[int, int] | None = None
    silent: Mapping[str, int] = field(default_factory=dict)
    speaking: Mapping[str, int] = field(default_factory=dict)
    gone: tuple[str, ...] = ()
    judged: int = 0
    still: int = 0
    lost: int = 0


UNAUDITED = Audit()


def trouble_key(kind: str, job: str | None, host: str | None, about: str | None) -> str:
    """Return by what a trouble is known from report to report; secrets are masked, ``key_parts`` takes it apart."""
    return json.dumps([kind, *(None if part is None else redact(part) for part in (job, host, about))])


def key_parts(key: str) -> Parts | None:
    """Return kind, job, host and what it is about, None where a key is none of ours."""
    try:
        parts = json.loads(key)
    except (ValueError, RecursionError):
        return None
    if not isinstance(parts, list) or len(parts) != 4 or not isinstance(parts[0], str):
        return None
    if not all(isinstance(part, str | None) for part in parts[1:]):
        return None
    kind, job, host, about = parts
    return kind, job, host, about
