"""A seeded generator of a whole host that nobody prepared for reports, with the truth about it.

``python benchmarks/host.py OUT --jobs 60 --days 14 --seed 1`` writes under OUT what such a host has:
``etc/crontab``, ``etc/cron.d/``, ``var/spool/cron/crontabs/``, ``var/log/syslog`` with its rotations, ``srv/`` (file
trees), ``slack/`` (an export), and ``truth/``: ``jobs.json``, ``runs.csv``, ``writers.json`` (whose each file is) and
``host.json`` (the window and the instant of judging). The same arguments give the same bytes and mtimes. ``Host``
goes on night by night.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # so that it also runs as a script

from benchmarks import host_disk as disk
from benchmarks.fleet_jobs import DAY, HOUR
from benchmarks.host_decoys import day_bounds, decoys, job_logs, noise_lines, system_lines
from benchmarks.host_jobs import HostJob, draw_jobs
from benchmarks.host_runs import Run, Written, runs_of_day
from benchmarks.host_truth import Judge, histories

REPORT_HOUR = 7
COLUMNS = ("job", "due_at", "triggered_at", "kind", "claim", "verdict", "at_once", "nightly")


@dataclass(frozen=True)
class Night:
    """One report's time: the window ``[since, until)`` and the instant of judging, as ISO 8601 with Z."""

    number: int
    since: str
    until: str
    now: str


class Host:
    """A host that lives on: each night adds what happened since, overwrites and deletes, and rotates the log."""

    def __init__(
        self, folder: str | Path, *, jobs: int = 60, seed: int = 1, start: str = "2026-03-02",
        zone: str = "Europe/Berlin", faults: float = 1.0, name: str = "batch1",
    ) -> None:  # fmt: skip
        """Draw the jobs; nothing is written yet. ``faults`` scales how often runs go wrong."""
        self.folder, self.zone, self.name, self.seed, self.faults = Path(folder), ZoneInfo(zone), name, seed, faults
        self.start = int(datetime.fromisoformat(start).replace(tzinfo=self.zone).timestamp() * 1_000)
        self.jobs = draw_jobs(np.random.default_rng([seed, 20261121]), jobs)
        self.runs: list[Run] = []
        self.looks: list[int] = []
        self.lines: list[int] = []
        self._log: list[tuple[int, str]] = []
        self._pending: list[Written] = []
        self._history: dict[str, list[Written]] = defaultdict(list)
        self._deleted: dict[str, int] = {}
        self._days = 0
        self._is_new_log = seed % 3 != 2

    def nights(self, count: int) -> Iterator[Night]:
        """Yield one night after another, each when the folder shows the host as of its ``now``."""
        for number in range(1, count + 1):
            since = self.looks[-1] if self.looks else self.start
            now = day_bounds(self.start, self.zone, number)[0] + REPORT_HOUR * HOUR
            self.advance(now)
            yield Night(number, instant_text(since), instant_text(now), instant_text(now))

    def advance(self, now: int) -> None:
        """Let the host live up to an instant in ms, and write what it looks like then."""
        while day_bounds(self.start, self.zone, self._days)[0] < now:
            self._live_a_day()
        if not self.lines:
            self.lines = disk.write_crontabs(self.folder, self.jobs, self.start - 40 * DAY)
        fresh = sorted((file for file in self._pending if file.at < now), key=lambda file: file.at)
        self._pending = [file for file in self._pending if file.at >= now]
        for file in fresh:
            self._history[file.path].append(file)
        gone = self._cleaned(now)
        newest = {file.path: file for file in fresh if file.path not in self._deleted}
        disk.write_files(self.folder / "srv", newest, gone)
        lines = sorted(line for line in self._log if line[0] < now)
        disk.write_log(self.folder, lines, self.zone, self.name, self._is_new_log)
        disk.write_slack(self.folder, self.jobs, self.runs, self.start, now)
        self.looks.append(now)
        self._write_truth()

    def _live_a_day(self) -> None:
        begin, end = day_bounds(self.start, self.zone, self._days)
        rng = np.random.default_rng([self.seed, self._days, 7])
        seed = (self.seed, self._days, 11)
        for run in runs_of_day(self.jobs, str(self.zone), begin, end, seed, len(self.runs), self.faults):
            job = self.jobs[run.job]
            self.runs.append(run)
            self._pending += run.files
            self._pending += job_logs(rng, job, run)
            if run.triggered is not None:
                self._log.append((run.triggered, disk.trigger_line(job, run)))
        self._pending += decoys(rng, self.jobs, self.zone, begin, end)
        self._log += noise_lines(rng, begin, end)
        self._log += system_lines(rng, self.zone, begin, end)
        self._days += 1

    def _cleaned(self, now: int) -> list[str]:
        """Return the files that were deleted since the last look: those that their jobs keep for some days only."""
        gone = []
        for run in self.runs:
            keep = self.jobs[run.job].keep
            for file in run.files if keep else ():
                at = file.at + (keep or 0) * DAY
                if at < now and file.path not in self._deleted and self._history[file.path][-1:] == [file]:
                    self._deleted[file.path] = at
                    gone.append(file.path)
        return gone

    def judges(self) -> tuple[Judge, Judge, Judge]:
        """Return who judges by all that happened, by one look at the end, and by a look each night."""
        known = histories(self.jobs, str(self.zone), self.runs, self._history, self._deleted)
        looks = (None, self.looks[-1:], tuple(self.looks))
        everything, once, nightly = (Judge(self.jobs, str(self.zone), known, self.looks[-1], look) for look in looks)
        return everything, once, nightly

    def _write_truth(self) -> None:
        now, truth = self.looks[-1], self.folder / "truth"
        jobs = [self._told(job, line) for job, line in zip(self.jobs, self.lines, strict=True)]
        disk.put(truth / "jobs.json", json.dumps(jobs, indent=1) + "\n", now)
        disk.put(truth / "writers.json", json.dumps(self.writers(), indent=0) + "\n", now)
        out = io.StringIO()
        table = csv.writer(out, lineterminator="\n")
        table.writerow(COLUMNS)
        judges = self.judges()
        for run in sorted(self.runs, key=lambda each: (each.due, each.job)):
            if run.due < now:
                triggered = "" if run.triggered is None else instant_text(run.triggered)
                named = self.jobs[run.job].name, instant_text(run.due), triggered, run.kind, run.claim
                table.writerow([*named, *(judge.verdict(run) for judge in judges)])
        disk.put(truth / "runs.csv", out.getvalue(), now)
        until = day_bounds(self.start, self.zone, max(1, (now - self.start) // DAY))[0]
        story = {"since": instant_text(self.start), "until": instant_text(until), "now": instant_text(now),
                 "timezone": str(self.zone), "host": self.name, "seed": self.seed}  # fmt: skip
        disk.put(truth / "host.json", json.dumps(story, indent=1) + "\n", now)

    def _told(self, job: HostJob, line: int) -> dict[str, Any]:
        """Return what the truth says of one job; its artifacts are relative to ``srv``."""
        return {
            "job": job.name, "file": job.crontab, "line": line, "user": job.user, "schedule": job.schedule,
            "timezone": job.zone or str(self.zone), "command": job.command, "slack": job.slack,
            "artifacts": [slot.pattern for slot in job.slots], "overwrites": job.overwrites, "keep_days": job.keep,
        }  # fmt: skip

    def writers(self) -> dict[str, tuple[str, int]]:
        """Return for each path under ``srv`` that a run wrote the job's name and the place of its template."""
        return {file.path: (self.jobs[run.job].name, file.slot) for run in self.runs for file in run.files}


def instant_text(at: int) -> str:
    """Return an instant in ms as ISO 8601 with Z."""
    return datetime.fromtimestamp(at / 1_000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def build_host(folder: str | Path, *, jobs: int = 60, days: int = 14, seed: int = 1, **further: Any) -> Host:
    """Write a host as it looks some hours after its last day, and return it; ``further`` goes to ``Host``."""
    host = Host(folder, jobs=jobs, seed=seed, **further)
    host.advance(day_bounds(host.start, host.zone, days)[0] + REPORT_HOUR * HOUR)
    return host


def main(arguments: list[str] | None = None) -> None:
    """Read the command line and write the host."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", metavar="OUT")
    parser.add_argument("--jobs", type=int, default=60)
    parser.add_argument("--days", type=int, default=14)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--start", default="2026-03-02")
    parser.add_argument("--zone", default="Europe/Berlin")
    chosen = parser.parse_args(arguments)
    host = build_host(**vars(chosen))
    print(f"{chosen.folder}: {len(host.jobs)} jobs, {len(host.runs)} runs, judged at {instant_text(host.looks[-1])}")


if __name__ == "__main__":
    main()
