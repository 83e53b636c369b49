"""What else changes on a made-up host: logs, caches, people's files, snapshots of a scheduler that nobody reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np

from benchmarks.fleet_jobs import DAY, HOUR, MINUTE
from benchmarks.host_jobs import HostJob
from benchmarks.host_runs import SECOND, Run, Written

NOISE = (
    "CRON[{pid}]: pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)",
    "CRON[{pid}]: pam_unix(cron:session): session closed for user root",
    "sshd[{pid}]: Connection closed by 203.0.113.7 port 40022 [preauth]",
    "systemd[1]: Started session-{pid}.scope - Session {pid} of User root.",
    "kernel: [ {pid}.123456] eth0: link up",
    "rsyslogd: action 'action-8-builtin:omfwd' resumed (module 'builtin:omfwd')",
    "CRON[{pid}]: (CRON) info (No MTA installed, discarding output)",
    "app[{pid}]: job queue is empty, all jobs completed",
)


def decoys(
    rng: np.random.Generator, jobs: Sequence[HostJob], zone: ZoneInfo, begin: int, end: int
) -> Iterator[Written]:
    """Yield the files of one day, [begin, end), that no cron job of the host left."""
    day = datetime.fromtimestamp(begin / 1_000, zone)
    yield from logs(rng, day, begin, end)
    yield from steady(rng, zone, begin, end)
    yield from people(rng, day, begin)
    for at in rng.integers(begin, end, 40).tolist():
        yield Written(at, f"cache/objects/{int(rng.integers(0, 400)):03d}/{int(rng.integers(0, 2**32)):08x}", 900)
    for job in jobs[::5]:
        for at in rng.integers(begin, end, 6).tolist():
            yield Written(at, f"cache/{job.name}/index.db", 2_000)
    for at in rng.integers(begin, end, 25).tolist():
        yield Written(at, f"app/sessions/sess_{int(rng.integers(0, 2**40)):010x}", 120)


def logs(rng: np.random.Generator, day: datetime, begin: int, end: int) -> Iterator[Written]:
    """Yield logs that are written all day: each path's last version is of the day's last lines."""
    for at in range(begin, end, 20 * MINUTE):
        yield Written(at + int(rng.integers(0, 19 * MINUTE)), "app/logs/app.log", 4_000)
    last = end - int(rng.integers(1, 30)) * SECOND
    yield Written(last, f"app/logs/access-{day:%Y-%m-%d}.log", 3_500)
    yield Written(last, f"app/events/{day:%Y/%m/%d}.jsonl", 3_000)


def steady(rng: np.random.Generator, zone: ZoneInfo, begin: int, end: int) -> Iterator[Written]:
    """Yield what another scheduler leaves, whose log nobody reads: as steady as cron's, and at the same minutes."""
    for hour in range(begin, end, HOUR):
        moment = datetime.fromtimestamp(hour / 1_000, zone)
        yield Written(hour + 5_000 + int(rng.integers(0, 900)), f"monitor/{moment:%Y%m%dT%H%M}.json", 700)
    day = datetime.fromtimestamp(begin / 1_000, zone)
    night = int(day.replace(hour=2, minute=30).timestamp() * 1_000)
    yield Written(night + 20_000 + int(rng.integers(0, 2_000)), f"snapshots/{day:%Y-%m-%d}.img", 4_000)


def people(rng: np.random.Generator, day: datetime, begin: int) -> Iterator[Written]:
    """Yield what people save in office hours, often in dated folders."""
    office = begin + 9 * HOUR
    for number in range(12):
        at = office + int(rng.integers(0, 8 * HOUR))
        yield Written(at, f"uploads/{day:%Y/%m/%d}/IMG_{int(rng.integers(1_000, 9_999))}{number}.jpg", 3_900)
    if day.weekday() < 5:
        yield Written(office + int(rng.integers(0, 8 * HOUR)), f"home/u1001/notes-{day:%Y-%m-%d}.txt", 800)
        yield Written(office + int(rng.integers(0, 8 * HOUR)), "home/u1002/todo.txt", 400)


def job_logs(rng: np.random.Generator, job: HostJob, run: Run) -> Iterator[Written]:
    """Yield the file to which a run's output goes: it is touched whatever came of the run."""
    if job.log and run.triggered is not None:
        yield Written(run.end if run.files else run.start + int(rng.integers(500, 4_000)), job.log, 3_000)


def noise_lines(rng: np.random.Generator, begin: int, end: int) -> Iterator[tuple[int, str]]:
    """Yield the lines of one day in the system's log that tell of no job."""
    for at in np.sort(rng.integers(begin, end, 60)).tolist():
        yield at, NOISE[int(rng.integers(0, len(NOISE)))].format(pid=int(rng.integers(300, 99_999)))


SYSTEM = (
    ("17 * * * *", "cd / && run-parts --report /etc/cron.hourly"),
    ("25 6 * * *", "test -x /usr/sbin/anacron || { cd / && run-parts --report /etc/cron.daily; }"),
)


def system_lines(rng: np.random.Generator, zone: ZoneInfo, begin: int, end: int) -> Iterator[tuple[int, str]]:
    """Yield cron's lines for what every system's own crontab holds."""
    for hour in range(begin, end, HOUR):
        moment = datetime.fromtimestamp(hour / 1_000, zone)
        pid = int(rng.integers(300, 99_999))
        yield hour + 17 * MINUTE + 1_000, f"CRON[{pid}]: (root) CMD (   {SYSTEM[0][1]})"
        if moment.hour == 6:
            yield hour + 25 * MINUTE + 1_000, f"CRON[{pid + 1}]: (root) CMD ({SYSTEM[1][1]})"


def day_bounds(start: int, zone: ZoneInfo, number: int) -> tuple[int, int]:
    """Return the first instant of the host's nth day and of the one after it, in ms."""
    first = datetime.fromtimestamp(start / 1_000, zone)
    edges = []
    for offset in (number, number + 1):
        day = datetime.fromtimestamp((start + offset * DAY + 12 * HOUR) / 1_000, zone)
        edges.append(int(first.replace(year=day.year, month=day.month, day=day.day, fold=0).timestamp() * 1_000))
    return edges[0], edges[1]
