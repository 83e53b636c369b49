"""The run that is explained, and all that is known around it, laid out so that one run is looked at in microseconds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from forensics.classify.flags import next_begun
from forensics.classify.host_down import outage_of
from forensics.classify.judged import Judged
from forensics.config import Job
from forensics.evidence.coverage import Coverage
from forensics.evidence.hosts import Outage
from forensics.evidence.intake import Evidence
from forensics.evidence.paired import NAT, Ints, Learnt, Links, Paired, Pattern, Window
from forensics.evidence.provenance import Place, Provenance
from forensics.timeline import local_text, nanos_of

LISTED = 3


def counted(number: int, thing: str) -> str:
    """Return a count with its noun: ``1 message``, ``2,316 files``."""
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"


@dataclass(frozen=True, slots=True)
class Subject:
    """One run. Instants in ns, NAT where there is none.

    ``opens`` and ``closes`` bound its own time, with the clock tolerance and not beyond the instant of
    judging. ``day`` is the local date on which it starts. ``places`` are its rows by (table, row).
    """

    row: int
    code: int
    job: Job
    due: int
    triggered: int
    start: int
    own_end: int
    opens: int
    closes: int
    day: str
    places: Mapping[tuple[str, int], Place]

    @property
    def moment(self) -> int:
        """Return the instant that names the run: due, else the first that is known of it."""
        return self.due if self.due != NAT else self.start


class Grouped:
    """The positions of a table's links, run by run, in the order in which they stand."""

    def __init__(self, links: Links, count: int) -> None:
        self._order = np.argsort(links.run, kind="stable")
        self._bounds = np.searchsorted(links.run[self._order], np.arange(count + 1))

    def of(self, run: int) -> list[int]:
        """Return the positions of one run's links."""
        found: list[int] = self._order[self._bounds[run] : self._bounds[run + 1]].tolist()
        return found


@dataclass(frozen=True)
class Dossier:
    """All that is known of all runs; what many runs ask for is made once, when the first one asks."""

    judged: Judged
    paired: Paired
    evidence: Evidence
    coverage: Coverage
    provenance: Provenance
    window: Window
    zone: ZoneInfo
    learnt: tuple[Learnt, ...] = ()

    def subject(self, run: int) -> Subject:
        """Return one run, ready to be looked at."""
        runs, code = self.paired.runs, int(self.paired.runs.job[run])
        job, start, own_end = self.paired.jobs[code], int(runs.start[run]), int(runs.own_end[run])
        tolerance = nanos_of(job.clock_tolerance)
        return Subject(
            row=run,
            code=code,
            job=job,
            due=int(runs.due[run]),
            triggered=int(runs.triggered[run]),
            start=start,
            own_end=own_end,
            opens=start - tolerance,
            closes=max(start, min(own_end + tolerance, self.window.now)),
            day=local_text(start, self.zone)[:10],
            places={(place.table, place.row): place for place in self.provenance.of(run)},
        )

    def clock(self, subject: Subject, at: int) -> str:
        """Return an instant on the report's wall clock, with its date where that is not the run's own."""
        text = local_text(at, self.zone, seconds=True)
        return text[11:] if text.startswith(subject.day) else text

    def span(self, subject: Subject, begin: int, end: int) -> str:
        """Return a stretch of time in words."""
        return f"from {self.clock(subject, begin)} to {self.clock(subject, max(begin, end))}"

    def place(self, table: str, row: int) -> str:
        """Return where a row of evidence stands, whichever run it speaks for."""
        found = self.evidence.frame(table).iloc[row]
        source, file = self.evidence.sources[int(found["source"])], self.evidence.files["name"].iloc[int(found["file"])]
        return str(Place(table, table, row, source.name, file, int(found["record"])))

    @cached_property
    def steps(self) -> Grouped:
        """Return the runner's records by run."""
        return Grouped(self.paired.steps, len(self.paired.runs))

    @cached_property
    def claims(self) -> Grouped:
        """Return the messages' claims by run."""
        return Grouped(self.paired.claims, len(self.paired.runs))

    @cached_property
    def proofs(self) -> Grouped:
        """Return the files by run."""
        return Grouped(self.paired.proofs, len(self.paired.runs))

    @cached_property
    def triggers(self) -> Grouped:
        """Return the scheduler's rows by run."""
        return Grouped(self.paired.triggers, len(self.paired.runs))

    @cached_property
    def beats(self) -> Grouped:
        """Return the heartbeats by run."""
        return Grouped(self.paired.beats, len(self.paired.runs))

    @cached_property
    def paths(self) -> list[str]:
        """Return the path of each proof."""
        found: list[str] = self.evidence.artifacts["path"].iloc[self.paired.proofs.row].tolist()
        return found

    @cached_property
    def is_edited(self) -> list[bool]:
        """Return of each claim whether its message was changed after it was sent."""
        found: list[bool] = self.evidence.notifications["is_edited"].to_numpy()[self.paired.claims.row].tolist()
        return found

    @cached_property
    def flags(self) -> list[str]:
        """Return the flags of each run, joined by blanks."""
        found: list[str] = self.judged.runs["flags"].tolist()
        return found

    @cached_property
    def next_begun(self) -> Ints:
        """Return for each run when the next one of its job began."""
        return next_begun(self.paired, self.judged.facts)

    @cached_property
    def causes(self) -> list[Any]:
        """Return the cause of each run, null where none is known."""
        return [None if cause is None or cause != cause else cause for cause in self.judged.runs["cause"].tolist()]

    @cached_property
    def outage_of(self) -> Callable[[int], Outage | None]:
        """Return a function that gives the outage of its host that a run fell into, or was cut off by."""
        return outage_of(self.paired, self.judged.facts, self.evidence)

    @cached_property
    def patterns(self) -> dict[int, list[Pattern]]:
        """Return the patterns of each job that could prove a run: artifacts and markers."""
        found: dict[int, list[Pattern]] = {}
        for pattern in self.paired.patterns:
            if pattern.role != "state":
                found.setdefault(pattern.job, []).append(pattern)
        return found

    @cached_property
    def sources(self) -> dict[str, str]:
        """Return for each lane the sources that were read for it; lanes of no source are left out."""
        named: dict[str, list[str]] = {}
        for source in self.evidence.sources:
            for lane in source.lanes:
                named.setdefault(lane, []).append(source.name)
        return {lane: listed(names) for lane, names in named.items()}

    @cached_property
    def searched(self) -> dict[str, str]:
        """Return for each lane what was searched: its sources, and how much stands in them."""
        rows: Counter[str] = Counter()
        for source in self.evidence.sources:
            rows.update(source.rows)
        # A folder is a row of its tree, and no file.
        rows["artifacts"] -= int(self.evidence.artifacts["is_folder"].sum())
        return {lane: f"{names}, {counted(rows[lane], ROWS.get(lane, 'row'))}" for lane, names in self.sources.items()}

    @cached_property
    def newest_of_pattern(self) -> Ints:
        """Return for each pattern the position of its newest file among the proofs, -1 where it has none."""
        proofs, found = self.paired.proofs, np.full(len(self.paired.patterns), -1, dtype=np.int64)
        order = np.argsort(proofs.at, kind="stable")
        found[proofs.pattern[order]] = order
        return found

    @cached_property
    def oldest_of_pattern(self) -> Ints:
        """Return for each pattern the position of its oldest file or record of a known time, -1 where it has none."""
        proofs, found = self.paired.proofs, np.full(len(self.paired.patterns), -1, dtype=np.int64)
        order = np.argsort(proofs.at, kind="stable")[::-1]
        order = order[proofs.at[order] != NAT]
        found[proofs.pattern[order]] = order
        return found


ROWS = {"artifacts": "file", "notifications": "message"}


def listed(names: list[str]) -> str:
    """Return some names for a sentence, no more than are read at a glance."""
    shown, left = names[:LISTED], len(names) - LISTED
    return ", ".join(shown) + (f" and {left} more" if left > 0 else "")


def listed_places(subject: Subject, table: str, rows: list[int]) -> str:
    """Return where rows of evidence stand, in brackets."""
    return f"({listed([str(subject.places[table, row]) for row in rows])})"
