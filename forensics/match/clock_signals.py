"""What the clocks of hosts can be told by: due times, starts, proofs and reports, job by job."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forensics.config import Job
from forensics.evidence.intake import Evidence
from forensics.evidence.paired import NAT, Window
from forensics.evidence.schema import nanoseconds
from forensics.match.clock_hosts import Hosts
from forensics.match.jobfiles import JobFiles
from forensics.match.jobtable import JobTable
from forensics.match.lags import FEWEST_JOBS
from forensics.match.resolve import Resolved
from forensics.match.spans import HOUR, Flags, Ints
from forensics.match.spine import Signals, due_of, signals

REACH = 25 * HOUR
ENOUGH_FILES = 8_000
PROVING = ("artifact", "marker")
LEAST_SAMPLE = 6
REPORTS, LEAST_REPORTS = 800, 120


@dataclass(frozen=True)
class Clockwork:
    """All that tells of clocks: ``starts`` are the triggers, ``begun`` and ``ended`` the runner's own records.

    Rows of the trigger log that are no triggers go by its clock, and are left out of ``begun`` and ``ended``.
    ``reports`` are claims of success, ``made`` the files of some jobs of every host.
    """

    dues: Signals
    starts: Signals
    begun: Signals
    ended: Signals
    reports: Signals
    made: Signals

    @property
    def proofs(self) -> Signals:
        """Return the files, and of jobs without any the runner's good ends."""
        return self.made.with_others(self.ended.where(~np.isin(self.ended.job, self.made.job)))

    def of_host(self, host: int, hosts: Hosts) -> Clockwork:
        """Return what tells of one host's clocks: records by the host that each names, the rest by its job's."""
        starts, begun, ended = (
            each.where(hosts.of_row[table][each.row] == host)
            for table, each in (("triggers", self.starts), ("lifecycle", self.begun), ("lifecycle", self.ended))
        )
        reports, made = (each.where(hosts.of_job[each.job] == host) for each in (self.reports, self.made))
        seen = np.concatenate([starts.job, begun.job, reports.job])
        return Clockwork(self.dues.where(np.isin(self.dues.job, seen)), starts, begun, ended, reports, made)


def clockwork(
    table: JobTable, resolved: Resolved, evidence: Evidence, files: JobFiles, hosts: Hosts, window: Window
) -> Clockwork:
    """Return what tells of clocks around a window."""
    starts, begun, ended = recorded(resolved, evidence, window)
    reports = reports_of(resolved, evidence, window)
    return Clockwork(
        dues=dues_of(table, window, starts.job, begun.job, reports.job),
        starts=starts,
        begun=begun,
        ended=ended,
        reports=reports,
        made=files_of(sampled(reports, resolved.jobs, hosts), files, evidence, window),
    )


def dues_of(table: JobTable, window: Window, *seen: Ints) -> Signals:
    """Return the due times of all jobs with a schedule of which anything was seen."""
    none = signals(*(np.zeros(0, dtype=np.int64),) * 3)
    codes = [code for code in np.unique(np.concatenate(seen)).tolist() if table.jobs[code].schedule is not None]
    parts = [due_of(table.jobs[code], code, none, table, window) for code in codes]
    job = np.repeat(np.array(codes, dtype=np.int64), [len(part) for part in parts])
    return signals(job, np.concatenate([none.at, *parts]), np.arange(len(job)))


def recorded(resolved: Resolved, evidence: Evidence, window: Window) -> tuple[Signals, Signals, Signals]:
    """Return the scheduler's starts, and the runner's starts and good ends."""
    is_start = (evidence.triggers["event"] != "skipped").to_numpy(dtype=np.bool_)
    starts = around(resolved.triggers, nanoseconds(evidence.triggers["at"]), is_start, window)
    frame, is_own = evidence.lifecycle, ~in_trigger_log(evidence)
    begun, ended = (
        around(resolved.lifecycle, nanoseconds(frame["at"]), is_own & frame["event"].isin(names).to_numpy(), window)
        for names in (["started", "boot_started"], ["completed"])
    )
    return starts, begun, ended


def in_trigger_log(evidence: Evidence) -> Flags:
    """Return which of the runner's rows stand in a log of triggers, and go by its clock."""
    logs = np.unique(evidence.triggers["source"].to_numpy())
    return np.asarray(np.isin(evidence.lifecycle["source"].to_numpy(), logs), dtype=np.bool_)


def reports_of(resolved: Resolved, evidence: Evidence, window: Window) -> Signals:
    """Return the claims of success, but those in messages that speak of several jobs: these come when they come."""
    speech = resolved.speech
    chosen = (np.array(speech.claim, dtype=object) == "success") & (speech.line == 0)
    return around(speech.job, nanoseconds(evidence.notifications["at"])[speech.row], chosen, window)


def around(job: Ints, moment: Ints, chosen: Flags, window: Window) -> Signals:
    """Return the chosen rows of known jobs around the window."""
    rows = np.flatnonzero(chosen & (job >= 0) & (moment != NAT) & (moment >= window.since - REACH))
    return signals(job[rows], moment[rows], rows)


def sampled(reports: Signals, jobs: tuple[Job, ...], hosts: Hosts) -> list[int]:
    """Return some jobs of every host that leave files and report: the rarest, as they tell most lags apart.

    Reading all paths would take long, and a dozen jobs tell as much of a clock as a hundred; one alone tells nothing.
    """
    codes, counts = np.unique(reports.job, return_counts=True)
    leaves = np.array([bool(jobs[code].artifacts or jobs[code].markers) for code in codes], dtype=np.bool_)
    leaves &= np.bincount(hosts.of_job[codes], minlength=len(hosts.names))[hosts.of_job[codes]] >= FEWEST_JOBS
    codes, counts = codes[leaves], counts[leaves]
    host = hosts.of_job[codes]
    order = np.lexsort((codes, counts, host))
    codes, counts, host = codes[order], counts[order], host[order]
    _, first, inverse = np.unique(host, return_index=True, return_inverse=True)
    nth = np.arange(len(codes)) - first[inverse]
    told = np.cumsum(counts) - counts
    is_wanted = (nth < LEAST_SAMPLE) | (told - told[first][inverse] < max(LEAST_REPORTS, REPORTS // max(1, len(first))))
    return [int(code) for code in codes[is_wanted]]


def files_of(codes: list[int], files: JobFiles, evidence: Evidence, window: Window) -> Signals:
    """Return the files that prove runs of some jobs."""
    moment = nanoseconds(evidence.artifacts["at"])
    near = np.flatnonzero((moment != NAT) & (moment >= window.since - REACH))
    near = near[:: max(1, len(near) // ENOUGH_FILES)]  # an offset is steady: some of very many files show it as well
    found = files.among(near if codes else near[:0])
    job = files.job[found.wanted]
    is_proof = np.isin(job, codes) & files.has_role(PROVING)[found.wanted]
    return signals(job[is_proof], moment[found.row[is_proof]], found.row[is_proof])
