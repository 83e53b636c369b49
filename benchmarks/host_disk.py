"""How a made-up host looks on disk: crontabs, a rotated log, a file tree with its times, a Slack export."""

from __future__ import annotations

import gzip
import json
import os
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from benchmarks.fleet_jobs import DAY
from benchmarks.fleet_slack import FAILURES, SUCCESSES
from benchmarks.host_decoys import SYSTEM
from benchmarks.host_jobs import HostJob
from benchmarks.host_runs import Run, Written

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
HEAD = ("SHELL=/bin/sh", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
ROTATIONS = 4
TALK = ("lunch?", "who moved the stand-up", "the graphs look fine this week", "deploy at three, mind your branches")


def put(path: Path, content: str | bytes, at: int) -> None:
    """Write a file with its mtime in ms, making its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    os.utime(path, ns=(at * 1_000_000, at * 1_000_000))


def write_crontabs(folder: Path, jobs: Sequence[HostJob], at: int) -> list[int]:
    """Write all crontabs; return for each job the line in which it stands, from 1."""
    lines: dict[str, list[str]] = defaultdict(list)
    lines["etc/crontab"] = ["# /etc/crontab: system-wide crontab", *HEAD, "", "# m h dom mon dow user  command"]
    lines["etc/crontab"] += [f"{schedule}   root    {command}" for schedule, command in SYSTEM]
    numbers = []
    for job in jobs:
        own = lines[job.crontab]
        if not own:
            own += crontab_head(job)
        is_system = job.crontab.startswith("etc/")
        own.append(f"{job.schedule} {f'{job.user} ' if is_system else ''}{job.written}")
        numbers.append(len(own))
    for name in sorted(lines):
        own = [*lines[name], "# 0 1 * * * /opt/jobs/retired.sh"]
        put(folder / name, "".join(f"{line}\n" for line in own), at)
    return numbers


def crontab_head(job: HostJob) -> list[str]:
    """Return how the crontab of a job begins."""
    if job.crontab.startswith("etc/"):
        zone = [f"CRON_TZ={job.zone}"] if job.zone else []
        return ["# managed by hand", *HEAD, "MAILTO=ops@example.org", *zone, ""]
    zone = [f"CRON_TZ={job.zone}"] if job.zone else []
    return ["# m h  dom mon dow   command", 'MAILTO=""', *zone]


def trigger_line(job: HostJob, run: Run) -> str:
    """Return cron's line of a run."""
    owner = job.user if job.crontab.startswith("etc/") else job.crontab.rpartition("/")[2]
    return f"CRON[{10_000 + run.number % 80_000}]: ({owner}) CMD ({job.command})"


def write_log(folder: Path, lines: Sequence[tuple[int, str]], zone: ZoneInfo, host: str, is_new: bool) -> None:
    """Write the system's log, a week to a file; the older ones are rotated, and packed from the second on."""
    logs = folder / "var" / "log"
    logs.mkdir(parents=True, exist_ok=True)
    for old in logs.glob("syslog*"):
        old.unlink()
    weeks: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for at, text in lines:
        moment = datetime.fromtimestamp(at / 1_000, zone)
        weeks[f"{moment:%Y-%U}"].append((at, f"{stamp(moment, is_new)} {host} {text}\n"))
    for age, week in enumerate(sorted(weeks, reverse=True)[: ROTATIONS + 1]):
        content = "".join(text for _, text in weeks[week]).encode()
        name = f"syslog{f'.{age}' if age else ''}{'.gz' if age > 1 else ''}"
        put(logs / name, gzip.compress(content, mtime=0) if age > 1 else content, weeks[week][-1][0])


def stamp(moment: datetime, is_new: bool) -> str:
    """Return the time at the head of a line: ISO 8601 as new systems write it, else without year and zone."""
    if is_new:
        return moment.isoformat(timespec="microseconds")
    return f"{MONTHS[moment.month - 1]} {moment.day:2d} {moment:%H:%M:%S}"


def write_files(root: Path, files: Mapping[str, Written], gone: Sequence[str]) -> None:
    """Write the newest version of each file and take away others; folders carry the time of their last change."""
    folders: dict[Path, int] = {}
    for path in gone:
        (root / path).unlink(missing_ok=True)
    for path in sorted(files):
        target = root / path
        if target.parent not in folders:
            target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as out:
            out.truncate(files[path].size)
        os.utime(target, ns=(files[path].at * 1_000_000, files[path].at * 1_000_000))
        for above in (target.parent, *target.parent.parents):
            folders[above] = max(files[path].at, folders.get(above, 0))
            if above == root:
                break
    for folder in sorted(folders, reverse=True):
        os.utime(folder, ns=(folders[folder] * 1_000_000, folders[folder] * 1_000_000))


def write_slack(folder: Path, jobs: Sequence[HostJob], runs: Sequence[Run], start: int, now: int) -> None:
    """Write the export of one channel up to ``now``: a file for each day, in UTC."""
    posts: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for day in range(start // DAY, now // DAY + 1):
        at = day * DAY + 8 * 3_600_000
        if start <= at < now:
            posts[day].append((at, f'"user": "U0001", "text": {json.dumps(TALK[day % len(TALK)])}'))
        posts.setdefault(day, [])
    for run in runs:
        if run.claim and run.claim_at < now:
            posts[run.claim_at // DAY].append((run.claim_at, bot_post(jobs[run.job], run)))
    for day, said in sorted(posts.items()):
        name = datetime.fromtimestamp(day * DAY / 1_000, ZoneInfo("UTC")).strftime("%Y-%m-%d")
        bodies = [post(at, body, number) for number, (at, body) in enumerate(sorted(said))]
        put(folder / "slack" / "cron-reports" / f"{name}.json", "[\n" + ",\n".join(bodies) + "\n]\n", now)
    channels = [{"id": "C0001", "name": "cron-reports"}]
    users = [{"id": "U0001", "name": "user1", "real_name": "User 1", "is_bot": False}]
    for name, rows in (("channels", channels), ("users", users)):
        put(folder / "slack" / f"{name}.json", json.dumps(rows, indent=1), start)


def bot_post(job: HostJob, run: Run) -> str:
    """Return what the bot says of a run; a name of one word is said to be a job's."""
    shape = (SUCCESSES if run.claim == "S" else FAILURES)[job.template]
    name = job.slack or job.name
    named = name if any(sign in name for sign in "-_ ") else f"job {name}"
    text = shape.format(name=named, n=2 + run.number % 80, streak="1st")
    return f'"subtype": "bot_message", "bot_id": "B0001", "username": "cron-bot", "text": {json.dumps(text)}'


def post(at: int, body: str, number: int) -> str:
    """Return one message of a day's file."""
    return f' {{"type": "message", {body}, "ts": "{at // 1_000}.{at % 1_000:03d}{number % 1_000:03d}"}}'
