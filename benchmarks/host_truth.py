"""What the contract says of each run of a made-up host, by what can be seen of its files."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from benchmarks.fleet_jobs import DAY, MINUTE
from benchmarks.host_jobs import HostJob
from benchmarks.host_runs import Run, Written

GRACE = 10 * MINUTE
NEVER = 1 << 60


@dataclass(frozen=True)
class Histories:
    """When each path was written, ascending, and deleted; and which paths the runs of a job (on a day) wrote."""

    written: Mapping[str, Sequence[int]]
    deleted: Mapping[str, int]
    shared: Mapping[tuple[int, str], frozenset[str]]

    def gone_at(self, path: str, after: int) -> int:
        """Return when what stood at a path at some time was overwritten or deleted."""
        times = self.written.get(path, ())
        following = bisect_right(times, after)
        return min(times[following] if following < len(times) else NEVER, self.deleted.get(path, NEVER))


def histories(
    jobs: Sequence[HostJob], zone: str, runs: Iterable[Run], versions: Mapping[str, Sequence[Written]],
    deleted: Mapping[str, int],
) -> Histories:  # fmt: skip
    """Return the histories of all paths."""
    shared: dict[tuple[int, str], set[str]] = defaultdict(set)
    for run in runs:
        if jobs[run.job].overwrites:
            shared[run.job, group_of(jobs[run.job], run, zone)].update(file.path for file in run.files)
    written = {path: [file.at for file in files] for path, files in versions.items()}
    return Histories(written, deleted, {key: frozenset(paths) for key, paths in shared.items()})


def group_of(job: HostJob, run: Run, zone: str) -> str:
    """Return what tells the runs of a job apart that write other paths: the day, where the paths are dated."""
    if not job.is_coarse:
        return ""
    return datetime.fromtimestamp(run.due / 1_000, ZoneInfo(job.zone or zone)).strftime("%Y-%m-%d")


@dataclass(frozen=True)
class Judge:
    """Judges runs at ``now`` by what ``looks`` at the files have shown; None: by all that ever was there."""

    jobs: Sequence[HostJob]
    zone: str
    known: Histories
    now: int
    looks: Sequence[int] | None

    def verdict(self, run: Run) -> str:
        """Return the contract's verdict; a message is expected of every run."""
        job = self.jobs[run.job]
        shown = [file for file in run.files if file.at < self.now and self._is_seen(file)]
        executed = bool(job.slots) and {file.slot for file in shown} == set(range(len(job.slots)))
        return self._judged(job, run, executed, max((file.at for file in shown), default=0))

    def _judged(self, job: HostJob, run: Run, executed: bool, proof_at: int) -> str:
        claim = run.claim if run.claim and run.claim_at < self.now else ""
        if executed and claim:
            return "confirmed" if claim == "S" else "false_alarm"
        if executed:
            return "pending" if self.now < proof_at + GRACE else "unreported"
        settled = claim == "F" and self.now >= run.claim_at + GRACE
        if not settled and self.now <= run.own_end + 2 * GRACE:
            return "pending"
        if claim == "F":
            return "failed"
        if run.triggered is None:
            return "missed"
        if not job.slots or not self._could_show(job, run):
            return "unverifiable"
        return "false_success" if claim == "S" else "silent_failure"

    def _is_seen(self, file: Written) -> bool:
        return self.looks is None or self._looked(file.at, self.known.gone_at(file.path, file.at))

    def _looked(self, begin: int, end: int) -> bool:
        return any(begin <= look < end for look in self.looks or ())

    def _could_show(self, job: HostJob, run: Run) -> bool:
        """Return whether a file of the run, had it left one, would have been seen."""
        if self.looks is None:
            return True
        if job.overwrites:
            paths = self.known.shared.get((run.job, group_of(job, run, self.zone)), frozenset())
            return all(self._looked(run.own_end - MINUTE, self._rewritten(path, run)) for path in paths)
        if run.files or not job.keep:
            return not run.files
        return self._looked(run.own_end - MINUTE, run.start + job.keep * DAY)

    def _rewritten(self, path: str, run: Run) -> int:
        return self.known.gone_at(path, max([run.start, *(file.at for file in run.files if file.path == path)]))
