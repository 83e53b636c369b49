"""What the evidence shows of each job over the window of a check-up, lane by lane."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from forensics.config import Job
from forensics.evidence.coverage import ALWAYS, EVER, Span
from forensics.evidence.paired import NAT, Flags, Ints, Links
from forensics.evidence.result import Result
from forensics.evidence.schema import nanoseconds
from forensics.match.expected import due_times
from forensics.match.jobtable import nanos, stamps
from forensics.match.names import NameIndex
from forensics.match.resolve import texts

EMPTY: Ints = np.empty(0, dtype=np.int64)


@dataclass(frozen=True)
class Watched:
    """One job as the scheduler's records show it: its triggers (ns, ascending) with a row of each, skips included.

    ``spans`` are the stretches for which a trigger source speaks, cut to the window and the job's own life. ``lag`` is
    how late (ns) the triggers of its host usually are.
    """

    code: int
    job: Job
    triggers: Ints
    rows: Ints
    spans: tuple[Span, ...]
    lag: int = 0

    def due_by(self, job: Job) -> Ints:
        """Return the due times near the covered stretches, by the schedule and zone of some config of the job."""
        if job.schedule is None or job.problem is not None:
            return EMPTY
        early, late = margins(job)
        found = [due_times(job.schedule, job.timezone, begin - late, end + early) for begin, end in self.spans]
        due = np.unique(np.concatenate([EMPTY, *found]))
        born, died = stamps([job.since, job.until]).tolist()
        return np.asarray(due[(due >= born) & ((died == NAT) | (due < died))], dtype=np.int64)

    def is_covered(self, due: Ints, job: Job) -> Flags:
        """Return of which due times a trigger source would show a trigger."""
        early, late = margins(job)
        covered = np.zeros(len(due), dtype=np.bool_)
        for begin, end in self.spans:
            covered |= (due - early >= begin) & (due + late <= end)
        return covered


def margins(job: Job) -> tuple[int, int]:
    """Return in ns how early and how late a trigger of a job may come."""
    early, late = nanos([job.clock_tolerance, job.start_grace]).tolist()
    return early, late


class Observed:
    """The evidence of a result, job by job."""

    def __init__(self, result: Result) -> None:
        self.result = result
        self.evidence = result.evidence
        self.paired = result.paired
        self.window = result.window
        self.jobs = result.paired.jobs
        self.configured = result.paired.configured

    @cached_property
    def watched(self) -> tuple[Watched, ...]:
        """Return all jobs, configured ones first, in the order of their codes."""
        at, row, job = self._signals(self.paired.triggers, "triggers")
        born, died = (stamps([getattr(each, name) for each in self.jobs]).tolist() for name in ("since", "until"))
        return tuple(
            Watched(code, each, at[job == code], row[job == code], self.spans(code, born[code], died[code]))
            for code, each in enumerate(self.jobs)
        )

    def spans(self, code: int, born: int, died: int) -> tuple[Span, ...]:
        """Return the stretches of the window for which a trigger source speaks of a job."""
        begin = max(self.window.since, born) if born != NAT else self.window.since
        end = min(self.window.until, self.window.now, died if died != NAT else ALWAYS)
        cut = ((max(first, begin), min(last, end)) for first, last in self.result.coverage.spans["triggers"][code])
        return tuple((first, last) for first, last in cut if first < last)

    def _signals(self, links: Links, table: str) -> tuple[Ints, Ints, Ints]:
        """Return instant, row and job of the rows of a table within the window, each instant of a job once."""
        at = nanoseconds(self.evidence.frame(table)["at"])[links.row]
        job = self.paired.runs.job[links.run]
        kept = np.flatnonzero((at >= self.window.since) & (at < self.window.until))
        kept = kept[np.lexsort((links.row[kept], at[kept], job[kept]))]
        at, row, job = at[kept], links.row[kept], job[kept]
        is_new = np.ones(len(at), dtype=np.bool_)
        is_new[1:] = (at[1:] != at[:-1]) | (job[1:] != job[:-1])
        return at[is_new], row[is_new], job[is_new]

    def rows_of(self, links: Links, code: int) -> Ints:
        """Return the rows of a table that speak for a job, whenever."""
        return np.unique(links.row[self.paired.runs.job[links.run] == code])

    def begun(self, code: int) -> int:
        """Return how many runs of a job in the window were triggered, begun, or left a file."""
        runs = self.paired.runs
        shown = (runs.triggered != NAT) | (runs.begun != NAT)
        shown[self.paired.proofs.run] = True
        return int((shown & self.in_window & (runs.job == code)).sum())

    @cached_property
    def counts(self) -> Mapping[str, Ints]:
        """Return for each table that speaks for runs how many of its rows speak for each job."""
        tables = {"claims": self.paired.claims, "steps": self.paired.steps, "beats": self.paired.beats}
        return {name: self._counted(links) for name, links in tables.items()}

    def _counted(self, links: Links) -> Ints:
        pairs = np.unique(np.stack([self.paired.runs.job[links.run], links.row]), axis=1)
        return np.bincount(pairs[0], minlength=len(self.jobs))

    @cached_property
    def index(self) -> NameIndex:
        """Return the names, aliases and commands of the configured jobs."""
        return NameIndex(self.jobs[: self.configured])

    @cached_property
    def messages(self) -> Counter[tuple[str, str | None]]:
        """Return how often each text was sent by a bot, with its host; in the window."""
        frame = self.evidence.notifications
        at = nanoseconds(frame["at"])
        kept = frame[(at >= self.window.since) & (at < self.window.until) & frame["is_bot"].to_numpy()]
        return Counter(zip((text or "" for text in texts(kept["text"])), texts(kept["host"]), strict=True))

    @cached_property
    def mentions(self) -> Ints:
        """Return for each configured job how many messages name it, whatever they claim."""
        found = np.zeros(len(self.jobs), dtype=np.int64)
        for (text, _), count in self.messages.items():
            for code in {named.job for line in text.split("\n") for named in self.index.in_text(line)}:
                found[code] += count
        direct = self.counts["claims"]
        return np.maximum(found, direct)

    @cached_property
    def in_window(self) -> Flags:
        """Return which runs start in the window."""
        start = self.paired.runs.start
        return np.asarray((start >= self.window.since) & (start < self.window.until), dtype=np.bool_)

    def host_of(self, watched: Watched) -> str | None:
        """Return the host on which a job's triggers mostly were recorded, None where no row tells."""
        hosts = Counter(self.evidence.triggers["host"].iloc[watched.rows].dropna().tolist())
        return hosts.most_common(1)[0][0] if hosts else None

    def place(self, table: str, row: int) -> str:
        """Return where a row of evidence was read, as ``cron.log:17``."""
        frame = self.evidence.frame(table)
        name = str(self.evidence.files["name"].iloc[int(frame["file"].iloc[row])])
        return f"{name.replace(chr(92), '/').rsplit('/', 1)[-1]}:{int(frame['record'].iloc[row])}"

    def is_covered(self, lane: str, code: int) -> bool:
        """Return whether some source of a lane speaks for a job within the window."""
        spans = self.result.coverage.spans.get(lane)
        return spans is not None and any(
            (first if first > EVER else self.window.since) < self.window.until and last > self.window.since
            for first, last in spans[code]
        )
