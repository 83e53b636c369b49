"""What the jobs of a made-up host are: their cron lines, what they leave behind, and how a bot spells their names."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.fleet_jobs import HOUR, MINUTE

DAILY = ("0 2 * * *", "30 2 * * *", "30 2 * * *", "0 3 * * *", "15 3 * * *", "0 4 * * *", "45 23 * * *", "5 0 * * *",
         "@daily", "55 23 * * *", "0 6 * * 1-5", "20 1 * * 1,3,5", "0 2 * * *")  # fmt: skip
HOURLY = ("0 * * * *", "0 * * * *", "17 * * * *", "@hourly", "30 * * * *", "5 */2 * * *", "10 1-23/6 * * *",
          "0 9,13,17 * * 1-5", "40 6,18 * * *")  # fmt: skip
SHORT = ("*/15 * * * *", "*/30 * * * *", "*/20 8-18 * * *", "7-57/10 * * * *")
WEEKLY = ("0 5 * * 0", "30 4 * * 1,4")
CADENCES = (("daily", 0.5), ("hourly", 0.29), ("short", 0.15), ("weekly", 0.06))
PERIODS = {"daily": 24 * HOUR, "hourly": HOUR, "short": 10 * MINUTE, "weekly": 72 * HOUR}

NAMES = (
    "backup-db", "sync-orders", "export-invoices", "rollup-metrics", "reindex-search", "warm-cache",
    "render-newsletter", "purge-sessions", "import-feed", "reconcile-ledger", "geo-refresh", "price-update",
    "mail-digest", "tls-renew", "vacuum", "thumbnailer", "ship-logs", "audit-logins", "stock-levels",
    "fetch-rates", "build-sitemap", "crawl-links", "train-ranking", "score-leads", "dedupe-contacts",
    "archive-tickets", "sync-orders-archive", "close-books", "error-budget", "license-scan",
)  # fmt: skip
AREAS = ("eu", "us", "jp", "shop", "crm", "lab")
ELSEWHERE = ("vault", "landing", "gold", "outbox", "handoff", "stage3", "depot", "mart", "basket", "tray")
USERS = ("root", "app", "deploy", "postgres")
ZONES = ("", "", "", "", "", "UTC", "Asia/Tokyo")


@dataclass(frozen=True)
class Slot:
    """One sort of file that a run leaves.

    ``pattern`` is relative to the folder ``srv``, as a config would write it. ``clock`` tells which time stands in
    it: ``due``, ``start`` or ``end``. ``star`` tells what its ``*`` stands for: ``parts``, ``hash`` or ``epoch``.
    """

    pattern: str
    clock: str = "due"
    star: str = ""


@dataclass(frozen=True)
class HostJob:
    """One job of the host. Times in ms.

    ``command`` is what cron logs, ``written`` what stands in the crontab; ``slack`` is how the bot spells its name
    (None: it never reports); ``log`` a file under ``srv`` to which its output goes; ``keep`` how many days its files
    stay.
    """

    name: str
    crontab: str
    user: str
    cadence: str
    schedule: str
    zone: str
    command: str
    written: str
    slack: str | None
    slots: tuple[Slot, ...]
    duration: int
    spread: float
    log: str | None
    keep: int | None
    template: int

    @property
    def overwrites(self) -> bool:
        """Whether several runs write one path."""
        if not self.slots or any(slot.star for slot in self.slots):
            return False
        return "{date:" not in self.slots[0].pattern or self.is_coarse

    @property
    def is_coarse(self) -> bool:
        """Whether all runs of a day write one path."""
        is_dated = bool(self.slots) and "{date:" in self.slots[0].pattern
        return is_dated and self.cadence in ("hourly", "short") and "%H" not in self.slots[0].pattern


def draw_jobs(rng: np.random.Generator, count: int) -> list[HostJob]:
    """Return so many jobs; every name is another's only as its beginning."""
    return [_draw_job(rng, number) for number in range(count)]


def _draw_job(rng: np.random.Generator, number: int) -> HostJob:
    name = NAMES[number % len(NAMES)]
    turn = number // len(NAMES)
    name = name if not turn else f"{name}-{AREAS[(turn - 1) % len(AREAS)]}{'' if turn <= len(AREAS) else turn}"
    cadence = str(rng.choice([word for word, _ in CADENCES], p=[share for _, share in CADENCES]))
    schedule = _schedule(rng, cadence)
    log = f"log/{name}.log" if rng.random() < 0.25 else None
    command, written = _command(rng, name, log)
    crontab, user, zone = _crontab(rng)
    named = rng.random()
    folder = f"{ELSEWHERE[number % len(ELSEWHERE)]}{number}" if named < 0.04 else name
    folder = name.partition("-")[2] or name if 0.04 <= named < 0.14 else folder
    slots = () if rng.random() < 0.08 else _slots(rng, folder, cadence, rng.random() < 0.3)
    longest = min(0.25 * PERIODS[cadence], 12 * MINUTE)
    return HostJob(
        name=name,
        crontab=crontab,
        user=user,
        cadence=cadence,
        schedule=schedule,
        zone=zone,
        command=command,
        written=written,
        slack=None if rng.random() < 0.12 else _spelling(rng, name),
        slots=slots,
        duration=round(np.exp(rng.uniform(np.log(2_000), np.log(longest)))),
        spread=float(rng.choice([0.03, 0.1, 0.25])),
        log=log,
        keep=int(rng.choice([3, 7])) if rng.random() < 0.15 else None,
        template=int(rng.integers(0, 5)),
    )


def _schedule(rng: np.random.Generator, cadence: str) -> str:
    if cadence == "daily" and rng.random() < 0.4:
        return f"{int(rng.integers(0, 60))} {int(rng.integers(0, 24))} * * *"
    pool = {"daily": DAILY, "hourly": HOURLY, "short": SHORT, "weekly": WEEKLY}[cadence]
    return pool[int(rng.integers(0, len(pool)))]


def _crontab(rng: np.random.Generator) -> tuple[str, str, str]:
    """Return the crontab in which a job stands, as which user it runs, and the zone of that crontab."""
    user = USERS[int(rng.integers(0, len(USERS)))]
    zone = ZONES[int(rng.integers(0, len(ZONES)))]
    where = rng.random()
    if where < 0.15:
        return "etc/crontab", user, ""
    if where < 0.5:
        group = ("app", "reports", "maintenance")[int(rng.integers(0, 3))]
        return f"etc/cron.d/{group}{'-' + zone.split('/')[-1].lower() if zone else ''}", user, zone
    user = user if not zone else {"UTC": "ingest", "Asia/Tokyo": "tokyo"}[zone]
    return f"var/spool/cron/crontabs/{user}", user, zone


def _command(rng: np.random.Generator, name: str, log: str | None) -> tuple[str, str]:
    """Return a command as cron logs it, and as its crontab writes it."""
    snake, short = name.replace("-", "_"), name.partition("-")[2] or name
    forms = (
        f"/opt/jobs/{name}.sh",
        f"/opt/jobs/{snake}.sh --quiet",
        f"python3 /srv/app/etl.py --job {name}",
        f"python3 /srv/app/tasks.py run {snake} --retries 2",
        f"flock -n /run/lock/{snake}.lock /opt/jobs/{snake}",
        f"nice -n 10 /usr/local/bin/{name}",
        f"cd /srv/app && ./{snake}.py",
        f"cd /srv/app && ./manage.py {snake}",
        f"LANG=C.UTF-8 MODE=full /opt/{short.split('-')[0]}/bin/{name}",
        f"/usr/bin/env bash -c '/opt/jobs/{name}.sh'",
        f"/opt/jobs/{name}.sh --day $(date +%F)",
        f"timeout 2h sudo -u app /opt/jobs/{snake}.sh",
    )
    form = forms[int(rng.integers(0, len(forms)))]
    tail = f" >> /srv/{log} 2>&1" if log else " >/dev/null 2>&1" if rng.random() < 0.4 else ""
    command = form + tail
    return command, command.replace("%", "\\%")


def _spelling(rng: np.random.Generator, name: str) -> str:
    if "-" not in name:
        return name
    forms = (name, name, name.replace("-", "_"), name.upper(), name.replace("-", " ").title(), name.replace("-", " "))
    return forms[int(rng.integers(0, len(forms)))]


def _slots(rng: np.random.Generator, name: str, cadence: str, is_pair: bool) -> tuple[Slot, ...]:
    pool = DAILY_SHAPES if cadence in ("daily", "weekly") else FINE_SHAPES
    shape = pool[int(rng.integers(0, len(pool)))]
    slots = tuple(Slot(slot.pattern.replace("NAME", name), slot.clock, slot.star) for slot in shape)
    if is_pair and len(slots) == 1 and not slots[0].star:
        return (*slots, Slot(slots[0].pattern + ".sha256", slots[0].clock))
    return slots


DAILY_SHAPES = (
    (Slot("backups/NAME/{date:%Y-%m-%d}.tar.gz"),),
    (Slot("backups/NAME-{date:%Y%m%d}.dump"),),
    (Slot("reports/{date:%Y}/{date:%m}/{date:%d}/NAME.csv"),),
    (Slot("reports/{date:%Y-%m-%d}/NAME.pdf"),),
    (Slot("data/NAME/dt={date:%Y-%m-%d}/part-*.parquet", star="parts"),),
    (Slot("data/NAME/{date:%Y-%m-%d}/rows.csv"), Slot("data/NAME/{date:%Y-%m-%d}/_SUCCESS")),
    (Slot("exports/NAME_{date:%d.%m.%Y}.xml"),),
    (Slot("out/NAME/{date:%Y%m%d-%H%M%S}.json", clock="end"),),
    (Slot("out/NAME-{date:%Y-%m-%dT%H-%M}.json", clock="start"),),
    (Slot("www/NAME/index.html"),),
    (Slot("app/state/NAME.json"),),
    (Slot("out/NAME/export-*.json", star="hash"),),
)
FINE_SHAPES = (
    (Slot("out/NAME-{date:%Y%m%dT%H%M}.json"),),
    (Slot("out/NAME/{date:%Y-%m-%d}/{date:%H%M}.csv"),),
    (Slot("hourly/{date:%Y-%m-%d}/{date:%H}/{date:%M}-NAME.parquet"),),
    (Slot("out/NAME/{date:%Y%m%d-%H%M%S}.json", clock="start"),),
    (Slot("out/NAME/{date:%Y%m%d-%H%M%S}.json", clock="end"),),
    (Slot("www/NAME/latest.json"),),
    (Slot("daily/NAME-{date:%Y-%m-%d}.csv"),),
    (Slot("out/NAME/run-*.jsonl", star="epoch"),),
    (Slot("out/NAME/part-*.bin", star="hash"),),
    (Slot("data/NAME/{date:%Y/%m/%d}/{date:%H%M}/rows-*.csv", star="parts"),),
)
