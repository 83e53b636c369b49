"""What jobs a made-up fleet has: names, schedules, how long they take, what they leave, how a bot spells them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from cronsim import CronSim

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR

SHORT = (
    ("*/5 * * * *", 5),
    ("2-57/5 * * * *", 5),
    ("*/10 * * * *", 10),
    ("*/15 * * * *", 15),
    ("7-52/15 * * * *", 15),
    ("4,24,44 * * * *", 20),
    ("*/30 * * * *", 30),
)
HOURLY = (("0 * * * *", 60), ("17 * * * *", 60), ("41 * * * *", 60))
SPARSE = (("30 */2 * * *", 120), ("10 1-23/6 * * *", 360), ("5 6,18 * * *", 720))
DAILY = (("0 7 * * *", 1440), ("30 2 * * *", 1440), ("17 3 * * *", 1440), ("45 23 * * *", 1440), ("0 6 * * 1-5", 1440))
IRREGULAR = (
    ("5,20,50 9-17 * * 1-5", 15),
    ("3,33,48 * * * *", 15),
    ("0 1,4,9,16,22 * * *", 180),
    ("12 2 * * 1,3,5", 2880),
)
MIX = ((SHORT, 0.34), (HOURLY, 0.2), (SPARSE, 0.12), (DAILY, 0.22), (IRREGULAR, 0.12))

OUTLASTING = (
    ("*/15 * * * *", 15),
    ("7-52/15 * * * *", 15),
    ("*/5 * * * *", 5),
    ("0 * * * *", 60),
    ("*/30 * * * *", 30),
)

NAMES = (
    "backup", "backup-db", "backup-db-full", "error-budget", "failed-login-audit", "report", "report-eu",
    "report-eu-daily", "sync-orders", "sync-orders-archive", "reindex", "reindex-search", "invoice-export", "invoice",
    "cache-warm", "metrics-rollup", "metrics", "mail-digest", "tls-renew", "vacuum", "feed-import", "feed-import-retry",
    "thumbnailer", "geo-refresh", "ledger-close", "price-update", "success-stories", "log-ship", "log", "dns-check",
)  # fmt: skip
AREAS = ("nl", "us", "jp", "shop", "crm", "erp", "lab", "web", "dwh", "iot", "ads", "pay")
ZONES = ("UTC", "Asia/Tokyo", "Europe/Berlin", "America/New_York", "Asia/Kolkata")

TIMED = frozenset({"datetime", "minute"})
UNTIMED = frozenset({"random", "epoch"})


@dataclass(frozen=True)
class Traits:
    """What sort of jobs a fleet is made of. Shares are of jobs, from 0 to 1.

    ``tangled`` lets late messages of outlasting jobs come up to the next run's message, where nothing
    tells the two apart if one is lost; without it a late message stays nearer to its own run.
    """

    schedules: str = "mix"
    overlap: float = 0.0
    tangled: bool = False
    long: bool = False
    wide: bool = False
    zones: tuple[str, ...] = ("UTC", "Asia/Tokyo", "Asia/Kolkata")
    paths: str = "mix"
    unproven: float = 0.08
    runners: float = 0.15
    quiet: float = 0.05
    digests: float = 0.1
    spelled: float = 0.3
    attachments: float = 0.05
    announcers: float = 0.05
    slow_starts: float = 0.15
    pairs: float = 0.15
    markers: float = 0.08


@dataclass(frozen=True)
class Job:
    """One job of the fleet. Times in ms; ``outlasts``: its runs take longer than its interval."""

    name: str
    host: int
    schedule: str
    zone: str
    period: int
    outlasts: bool
    tangled: bool
    duration: int
    spread: float
    max_duration: int | None
    start_delay: int
    path: str
    pair: bool
    marker: bool
    runner: bool
    reports: str
    spelling: str
    command: str
    glob: str | None
    template: int
    announces: bool
    digest: bool

    @property
    def proves(self) -> bool:
        """Whether the job declares files at all."""
        return self.path != "none"

    @property
    def overwrites(self) -> bool:
        """Whether more than one run writes one path."""
        return self.path in ("overwritten", "coarse")

    @property
    def names_time(self) -> bool:
        """Whether each run has a path of its own that tells the minute."""
        return self.path in TIMED


@lru_cache(maxsize=4096)
def due_times(schedule: str, zone: str, start: int, end: int) -> np.ndarray[Any, Any]:
    """Return the due times of a cron expression within [start, end), in ms since the epoch, UTC."""
    first = datetime.fromtimestamp(start / 1000, ZoneInfo(zone)) - timedelta(minutes=1)
    found: list[int] = []
    for due in CronSim(schedule, first):
        stamp = round(due.timestamp() * 1000)
        if stamp >= end:
            break
        if stamp >= start:
            found.append(stamp)
    return np.array(found, dtype=np.int64)


def draw_jobs(rng: np.random.Generator, count: int, traits: Traits) -> list[Job]:
    """Return so many jobs, the share of outlasting ones exact rather than drawn."""
    outlasting = np.zeros(count, dtype=bool)
    outlasting[: round(count * traits.overlap)] = True
    rng.shuffle(outlasting)
    return [_draw_job(rng, number, bool(outlasts), traits) for number, outlasts in enumerate(outlasting)]


def _draw_job(rng: np.random.Generator, number: int, outlasts: bool, traits: Traits) -> Job:
    schedule, minutes = _schedule(rng, outlasts, traits)
    period = minutes * MINUTE
    duration, spread = _duration(rng, period, outlasts, traits)
    name = job_name(number)
    runner = bool(rng.random() < traits.runners) and not outlasts
    zone = str(rng.choice(traits.zones))
    path = _path(rng, minutes, zone, outlasts, traits)
    digest = minutes == 1440 and not runner and bool(rng.random() < traits.digests * 3)
    command, glob = _command(rng, name)
    return Job(
        name=name,
        host=int(rng.integers(0, 4)),
        schedule=schedule,
        zone=zone,
        period=period,
        outlasts=outlasts,
        tangled=traits.tangled,
        duration=duration,
        spread=spread,
        max_duration=_max_duration(rng, period, duration, spread, outlasts, traits),
        start_delay=8 * MINUTE if minutes >= 30 and not outlasts and rng.random() < traits.slow_starts else 0,
        path=path,
        pair=path != "none" and bool(rng.random() < traits.pairs),
        marker=path in TIMED and bool(rng.random() < traits.markers),
        runner=runner,
        reports=str(rng.choice(["on-failure", "never"]))
        if path != "none" and rng.random() < traits.quiet
        else "always",
        spelling=_spelling(rng, name) if rng.random() < traits.spelled else name,
        command=command,
        glob=glob,
        template=int(rng.integers(0, 5)) if rng.random() >= traits.attachments else 5,
        announces=not outlasts and not digest and bool(rng.random() < traits.announcers),
        digest=digest,
    )


def job_name(number: int) -> str:
    """Return the name of the nth job: many are prefixes of others."""
    base = NAMES[number % len(NAMES)]
    turn = number // len(NAMES)
    if not turn:
        return base
    area = AREAS[(turn - 1) % len(AREAS)]
    again = (turn - 1) // len(AREAS)
    return f"{base}-{area}" + (f"-{again + 1}" if again else "")


def _schedule(rng: np.random.Generator, outlasts: bool, traits: Traits) -> tuple[str, int]:
    if traits.schedules == "short":
        return SHORT[int(rng.integers(0, 2))]
    if outlasts:
        return OUTLASTING[int(rng.integers(0, len(OUTLASTING)))]
    if traits.schedules == "daily":
        return DAILY[int(rng.integers(0, 4))]
    group = MIX[int(rng.choice(len(MIX), p=[share for _, share in MIX]))][0]
    return group[int(rng.integers(0, len(group)))]


def _duration(rng: np.random.Generator, period: int, outlasts: bool, traits: Traits) -> tuple[int, float]:
    """Return the median and the spread (sigma of the logarithm) of how long a job takes."""
    if outlasts:
        return round(period * rng.uniform(1.1, 3.0)), float(rng.uniform(0.005, 0.06))
    if traits.long:
        return round(min(period * rng.uniform(0.6, 0.85), 4.5 * HOUR)), float(rng.uniform(0.01, 0.04))
    if traits.wide:
        return round(rng.uniform(2_000, 40_000)), float(rng.uniform(0.05, 0.5))
    longest = min(0.3 * period, 25 * MINUTE)
    return round(np.exp(rng.uniform(np.log(2_000), np.log(longest)))), float(rng.choice([0.04, 0.15, 0.5]))


def _max_duration(
    rng: np.random.Generator, period: int, duration: int, spread: float, outlasts: bool, traits: Traits
) -> int | None:
    longest = duration * np.exp(4 * spread)
    if outlasts:
        return int(np.ceil(longest * 1.2 / MINUTE) + 1) * MINUTE
    if traits.wide or traits.long or rng.random() < 0.5:
        return None
    bound = int(np.ceil(longest * 1.5 / MINUTE) + 2) * MINUTE
    return bound if bound < 0.8 * period else None


def _path(rng: np.random.Generator, minutes: int, zone: str, outlasts: bool, traits: Traits) -> str:
    """Return which sort of file a job leaves: what its name tells of the run."""
    if traits.paths in ("overwritten", "coarse", "random"):
        return traits.paths
    if rng.random() < traits.unproven and not outlasts:
        return "none"
    daily = minutes in (1440, 2880)
    if zone in ("Europe/Berlin", "America/New_York") and not daily:
        return str(rng.choice(["random", "epoch"]))
    kinds = ["datetime", "minute", "random", "epoch"]
    kinds += ["hour"] if minutes in (60, 120, 360, 720) else []
    kinds += ["date", "date", "folder", "folder"] if daily else []
    return str(rng.choice(kinds))


def _spelling(rng: np.random.Generator, name: str) -> str:
    """Return how this job's bot spells its name."""
    spellings = (
        name.upper(),
        name.replace("-", "_"),
        name.replace("-", " ").title(),
        name.replace("-", " "),
        f"nightly/{name}",
    )
    return spellings[int(rng.integers(0, len(spellings)))]


def _command(rng: np.random.Generator, name: str) -> tuple[str, str | None]:
    """Return the command that cron starts, and the glob that tells the job by it where its base name does not."""
    snake = name.replace("-", "_")
    forms: tuple[tuple[str, str | None], ...] = (
        (f"/opt/jobs/{name}", None),
        (f"/opt/jobs/{name} >/dev/null 2>&1", None),
        (f"/usr/local/bin/run-job {name} --quiet", f"*run-job {name} *"),
        (f"cd /srv/app && /usr/bin/python3 tasks.py --task {name}", f"*tasks.py --task {name}"),
        (f"flock -n /run/{snake}.lock /opt/jobs/{snake}.sh >/dev/null 2>&1", f"*/opt/jobs/{snake}.sh *"),
    )
    return forms[int(rng.integers(0, len(forms)))]
