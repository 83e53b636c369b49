"""What causes are looked for in: the runs that went wrong, and what was found out about them before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from forensics.config import Job
from forensics.evidence.columns import Columns
from forensics.evidence.investigation import ChangePoint, Contrast, Depth
from forensics.evidence.paired import NAT, Flags, Ints
from forensics.evidence.records import ToldJob
from forensics.evidence.result import Finding, Result
from forensics.evidence.run_hosts import hosts_of_runs
from forensics.investigate import outcomes
from forensics.investigate.contrast_attributes import Attribute
from forensics.investigate.contrast_jobs import of_hosts, of_names, of_settings
from forensics.investigate.contrasts import attributes
from forensics.investigate.outcomes import Outcomes
from forensics.investigate.words import when
from forensics.verdicts import Flag, Verdict

About = Literal["work", "reporting"]


@dataclass(frozen=True)
class Case:
    """The runs that are studied, and what is known of them; ``focus`` are the jobs that were asked about.

    Rows are those of the frame of runs, which are those of ``paired.runs``.
    """

    studied: Result
    contrasts: Sequence[Contrast]
    changes: Sequence[ChangePoint]
    depths: Sequence[Depth]
    focus: frozenset[str]

    @property
    def zone(self) -> ZoneInfo:
        """Return the zone in which times are told."""
        return self.studied.config.timezone

    @cached_property
    def columns(self) -> Columns:
        """Return the runs by column."""
        return Columns(self.studied.runs)

    @cached_property
    def is_asked(self) -> Flags:
        """Return the runs of the jobs that were asked about."""
        if not self.focus:
            return np.ones(len(self.columns), dtype=np.bool_)
        return self.studied.runs["job"].isin(sorted(self.focus)).to_numpy(dtype=np.bool_)

    @cached_property
    def work(self) -> Outcomes:
        """Return whether the work was done, of each run."""
        return outcomes.work(self.columns)

    @cached_property
    def reporting(self) -> Outcomes:
        """Return whether it was told rightly, of each run."""
        return outcomes.reporting(self.columns)

    @cached_property
    def undone(self) -> Flags:
        """Return the runs that were asked about, and whose work was not done."""
        return self.work.bad & self.is_asked

    @cached_property
    def mistold(self) -> Flags:
        """Return the runs that were asked about, and that were told wrongly or not at all."""
        return self.reporting.bad & self.is_asked

    @cached_property
    def unseen(self) -> Flags:
        """Return the runs that were asked about, and of which nothing could tell whether the work was done."""
        unproven = self.studied.runs["flags"].str.contains(Flag.UNPROVEN.value, regex=False).to_numpy(dtype=np.bool_)
        doubtful = self.columns.among("verdict", Verdict.UNVERIFIABLE) | unproven
        return np.asarray(doubtful & self.columns.told & self.is_asked, dtype=np.bool_)

    def jobs(self, rows: Ints) -> tuple[str, ...]:
        """Return the names of the jobs of some rows, each once, in order of time."""
        ordered = rows[np.argsort(self.columns.moment[rows], kind="stable")]
        return tuple(dict.fromkeys(self.columns.texts["job"][ordered].tolist()))

    def codes(self, rows: Ints) -> list[int]:
        """Return the codes of the jobs of some rows."""
        return [int(code) for code in np.unique(self.studied.paired.runs.job[rows])]

    def configured(self, rows: Ints) -> list[Job]:
        """Return the jobs of some rows as they are configured, or known."""
        return [self.studied.paired.jobs[code] for code in self.codes(rows)]

    @cached_property
    def names(self) -> tuple[Ints, tuple[str, ...]]:
        """Return for each run the place of its job's name among all names, and these."""
        codes, found = pd.factorize(self.columns.texts["job"])
        return codes.astype(np.int64), tuple(found.tolist())

    def named(self, jobs: Iterable[str]) -> Flags:
        """Return the runs of some jobs by their names."""
        codes, found = self.names
        places = {name: place for place, name in enumerate(found)}
        return np.isin(codes, [places[job] for job in jobs if job in places])

    def sharing(self, among: str) -> Flags:
        """Return the runs that a change is about (``node = n1``), all where that is empty or not known any more."""
        for trait in self.traits if among else ():
            for code, value in enumerate(trait.values):
                if f"{trait.name} = {value}" == among:
                    return np.asarray(trait.codes == code, dtype=np.bool_)
        return np.ones(len(self.columns), dtype=np.bool_)

    def runs_of(self, codes: Iterable[int]) -> Flags:
        """Return the runs of some jobs by their codes."""
        return np.isin(self.studied.paired.runs.job, list(codes))

    def newest(self, rows: Ints) -> int:
        """Return the row of the newest of some runs."""
        return int(rows[np.argmax(self.columns.moment[rows])])

    def oldest(self, rows: Ints) -> int:
        """Return the row of the oldest of some runs."""
        return int(rows[np.argmin(self.columns.moment[rows])])

    def at(self, row: int) -> int:
        """Return the moment of a run in ns."""
        return int(self.columns.moment[row])

    def time(self, row: int) -> str:
        """Return the moment of a run on the wall clock."""
        return when(self.at(row), self.zone)

    def place(self, row: int, lane: str = "") -> str:
        """Return where the last row of a run's evidence stands in a lane, in brackets; empty where there is none."""
        places = [str(place) for place in self.studied.provenance.of(row) if not lane or place.lane == lane]
        return f" ({places[-1]})" if places else ""

    def finding(self, kind: str) -> list[Finding]:
        """Return the findings of a kind that the runs gave."""
        return [finding for finding in self.studied.findings if finding.kind == kind]

    def lasting(self, rows: Ints, well: Flags | None = None) -> Ints:
        """Return those of some bad runs whose jobs have not done their work since the last of these.

        ``well`` are the runs that end it, where these are not those whose work is proven.
        """
        job, ends = self.studied.paired.runs.job, self.work.good if well is None else well
        last, since = (np.full(len(self.studied.paired.jobs), NAT) for _ in range(2))
        np.maximum.at(last, job[rows], self.columns.moment[rows])
        np.maximum.at(since, job[ends], self.columns.moment[ends])
        return rows[(last >= since)[job[rows]]]

    def is_over(self, rows: Ints, well: Flags | None = None) -> bool:
        """Return whether all jobs of some bad runs have done their work since."""
        return not len(self.lasting(rows, well))

    def changes_of(self, rows: Ints, about: About) -> list[ChangePoint]:
        """Return the changes for the worse that some bad runs make up for the greater part, the widest first."""
        mine = np.zeros(len(self.columns), dtype=np.bool_)
        mine[rows] = True
        worse = (change for change in self.changes if change.about == about and not change.is_better)
        found = [change for change in worse if self._makes_up(mine, change)]
        return sorted(found, key=lambda change: (-len(change.jobs), change.first_bad, change.jobs))

    def _makes_up(self, mine: Flags, change: ChangePoint) -> bool:
        """Return whether most of the bad runs right after a change are among some."""
        bad = (self.work if change.about == "work" else self.reporting).bad
        is_theirs = self.named(change.jobs) & self.sharing(change.among)
        after = np.flatnonzero(bad & is_theirs & self.is_asked & (self.columns.moment >= change.first_bad))
        first = after[np.argsort(self.columns.moment[after], kind="stable")][: max(1, change.after.bad)]
        return bool(len(first)) and 2 * int(mine[first].sum()) > len(first)

    @cached_property
    def told_jobs(self) -> dict[str, ToldJob]:
        """Return what schedulers are set up to run, by every name that a job goes by, in lower case."""
        found: dict[str, ToldJob] = {}
        for told in self.studied.evidence.told_jobs:
            for name in (told.name, *told.aliases):
                found.setdefault(name.casefold(), told)
        return found

    def told_job(self, job: Job) -> ToldJob | None:
        """Return a job as its own scheduler is set up to run it, None where no source tells."""
        known = (self.told_jobs.get(name.casefold()) for name in (job.name, *job.aliases))
        return next((told for told in known if told), None)

    @cached_property
    def attributes(self) -> list[dict[str, str]]:
        """Return what each job is set up with, by its code: as the config says, else as its scheduler does."""
        found = []
        for job in self.studied.paired.jobs:
            told = self.told_job(job)
            found.append({**(told.attributes if told else {}), **job.attributes})
        return found

    @cached_property
    def holders(self) -> dict[tuple[str, str], set[int]]:
        """Return the codes of the jobs that have a value of an attribute: settings, hosts, names, folders."""
        paired, found = self.studied.paired, dict[tuple[str, str], set[int]]()
        job, hosts = paired.runs.job, hosts_of_runs(paired, self.studied.evidence)
        homes = (each for each in of_hosts(hosts, job) if each.level == "job")
        for each in (*of_settings(paired), *homes, *of_names(paired)):
            for number, value in enumerate(each.values):
                found[each.name, value] = set(np.unique(job[each.codes == number]).tolist())
        return found

    def having(self, attribute: str, value: str) -> set[int]:
        """Return the codes of the jobs that have a value of an attribute; none where runs have it, and not jobs."""
        return self.holders.get((attribute, value), set())

    @cached_property
    def traits(self) -> list[Attribute]:
        """Return the attributes of single runs that were compared; slow, so only where one of them tells."""
        return [each for each in attributes(self.studied, self.columns, self.work) if each.level == "run"]

    def runs_having(self, contrast: Contrast) -> Flags:
        """Return the runs that have what tells bad from good ones, none where that cannot be told any more."""
        if contrast.level == "job":
            return self.runs_of(self.having(contrast.attribute, contrast.value))
        for trait in self.traits:
            if trait.name == contrast.attribute and contrast.value in trait.values:
                return np.asarray(trait.codes == trait.values.index(contrast.value), dtype=np.bool_)
        return np.zeros(len(self.columns), dtype=np.bool_)
