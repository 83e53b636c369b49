"""A made-up OpenClaw's fortnight: what was set up, what its gateway did, and what became of every run.

The scheduler is played forward by its own rules, run after run: one at a time, staggered, held back after errors, and
making up once for what it lost while it was down. What is known of each run here is the truth a report is held against.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from random import Random
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

STORE = "/home/op/.openclaw/cron/jobs.json"
SECOND, MINUTE, HOUR, DAY = 1000, 60_000, 3_600_000, 86_400_000
BACK_OFF = (30 * SECOND, MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR)
BASE = datetime(2026, 3, 24, tzinfo=UTC)
ZONES = ("UTC", "Asia/Tokyo", "Europe/Berlin", "America/New_York")
FAILING = frozenset({"silent", "told", "boot", "worked", "worked-told", "cut"})


@dataclass(frozen=True)
class Plan:
    """A job. Times in ms; ``lasts`` is how long it usually takes; ``zone`` None: the host's."""

    name: str
    kind: str = "cron"
    expression: str = ""
    zone: str | None = None
    every: int = 0
    anchor: int | None = None
    at: int = 0
    is_main: bool = False
    wake: str = "now"
    delivery: str = "announce"
    stagger: int | None = None
    lasts: int = 60 * SECOND
    is_enabled: bool = True
    is_dropped: bool = False
    created: int = 0

    @property
    def id(self) -> str:
        """Return the job's id."""
        return str(uuid5(NAMESPACE_URL, self.name))


@dataclass(frozen=True)
class Occasion:
    """One run: ``due`` its planned start without stagger, ``fate`` what became of it; ms.

    ``made_up``: its due time came while the gateway was down, and it was started when that was back.
    """

    plan: Plan
    due: int | None
    start: int
    end: int
    fate: str
    made_up: bool = False

    @property
    def session(self) -> str:
        """Return the id of the session in which it was carried out."""
        return str(uuid5(NAMESPACE_URL, f"{self.plan.name}-{self.start}"))


@dataclass
class World:
    """A whole host: ``downs`` are stretches without a gateway, ``passed`` due times that the scheduler lost."""

    era: str
    zone: ZoneInfo
    since: int
    until: int
    now: int
    plans: list[Plan] = field(default_factory=list)
    occasions: list[Occasion] = field(default_factory=list)
    downs: list[tuple[int, int]] = field(default_factory=list)
    upgrade: int = 0
    repaired: int = 0
    missed: list[tuple[Plan, int]] = field(default_factory=list)


def in_ms(moment: datetime) -> int:
    """Return an instant in ms since the epoch."""
    return round(moment.timestamp() * 1000)


def world(era: str, seed: int, days: int = 9, is_crowded: bool = False) -> World:
    """Return a host of an era, played forward to a morning six hours after the window's end.

    On a crowded one several long jobs are due together, and keep others waiting.
    """
    rng = Random(f"{era}-{seed}")
    zone = ZoneInfo(ZONES[seed % len(ZONES)])
    begin = in_ms(BASE.replace(tzinfo=zone))
    until = in_ms((BASE + timedelta(days=days)).replace(tzinfo=zone))
    made = World(era, zone, begin, until, until + 6 * HOUR)
    made.upgrade = begin + (days - 4) * DAY + rng.randrange(8, 16) * HOUR + rng.randrange(HOUR)
    made.repaired = made.upgrade + 30 * HOUR
    outage = begin + rng.randrange(1, days - 4) * DAY + rng.randrange(1, 20) * HOUR + rng.randrange(HOUR)
    made.downs = [(outage, outage + rng.randrange(2, 7) * HOUR), (made.upgrade, made.upgrade + 90 * SECOND),
                  (made.repaired, made.repaired + 40 * SECOND)]  # fmt: skip
    if rng.random() < 0.5:
        made.downs.append((until - 12 * HOUR, until - 12 * HOUR + rng.randrange(70, 130) * MINUTE))
    wanted = [*plans(rng, begin), *(crowd() if is_crowded else ())]
    made.plans = [replace(plan, created=begin - 3 * DAY) for plan in wanted]
    play(made, rng)
    return made


def plans(rng: Random, begin: int) -> Iterator[Plan]:
    """Yield the jobs of a host: of every kind that there is, at times of their own."""
    minutes = rng.sample(range(3, 57), 12)
    hours = rng.sample(range(4, 23), 8)
    yield Plan("daily-brief", expression=f"{minutes[0]} {hours[0]} * * *", zone="Asia/Tokyo", lasts=90 * SECOND)
    yield Plan("ledger-export", expression=f"{minutes[1]} {hours[1]} * * *", delivery="none")
    yield Plan("site-audit", expression=f"0 {minutes[2]} {hours[2]} * * *", zone="UTC", delivery="webhook")
    yield Plan("weekday-digest", expression=f"{minutes[3]} {hours[3]} * * 1-5")
    yield Plan("hourly-watch", expression="0 * * * *", delivery="none", lasts=20 * SECOND)
    yield Plan("staggered", expression=f"{minutes[4]} */3 * * *", stagger=2 * MINUTE, lasts=25 * SECOND)
    yield Plan("half-hourly", kind="every", every=30 * MINUTE, anchor=begin + minutes[5] * MINUTE, delivery="none",
               lasts=15 * SECOND)  # fmt: skip
    yield Plan("four-hourly", kind="every", every=4 * HOUR, lasts=40 * SECOND)
    yield Plan("main-triage", expression=f"{minutes[6]} {hours[4]} * * *", is_main=True, delivery="")
    yield Plan("main-backup", expression=f"{minutes[7]} {hours[5]} * * *", is_main=True, wake="next-heartbeat",
               delivery="none")  # fmt: skip
    yield Plan("switched-off", expression=f"{minutes[8]} {hours[6]} * * *", is_enabled=False)
    yield Plan("once-dropped", kind="at", at=begin + 2 * DAY + hours[7] * HOUR, is_dropped=True)
    yield Plan("once-kept", kind="at", at=begin + 3 * DAY + hours[7] * HOUR + 7 * MINUTE)
    yield Plan("exact-hourly", expression="0 */2 * * *", stagger=0, delivery="none", lasts=12 * SECOND)


def crowd() -> Iterator[Plan]:
    """Yield long jobs that are due together: they are run one after the other."""
    for letter in "abcd":
        yield Plan(f"queued-{letter}", expression="40 2 * * *", zone="UTC", lasts=5 * MINUTE, delivery="none")


def slots(plan: Plan, zone: ZoneInfo, since: int, until: int) -> list[int]:
    """Return the due times of a cron job."""
    known = calendar(plan.expression, ZoneInfo(plan.zone) if plan.zone else zone)
    return known[bisect_left(known, since) : bisect_left(known, until)]


@cache
def calendar(expression: str, zone: ZoneInfo) -> list[int]:
    """Return all due times of an expression around the fortnight, day by day in its zone."""
    parts = expression.split()[-5:]
    minutes, hours = sorted(numbers(parts[0], 60)), sorted(numbers(parts[1], 24))
    days = {(each + 6) % 7 for each in numbers(parts[4], 7)}
    found = set()
    for number in range(-10, 40):
        day = BASE + timedelta(days=number)
        times = [(hour, minute) for hour in hours for minute in minutes] if day.weekday() in days else []
        for hour, minute in times:
            local = day.replace(hour=hour, minute=minute, tzinfo=zone)
            if local.astimezone(UTC).astimezone(zone).hour == hour:
                found.add(in_ms(local))
    return sorted(found)


def numbers(text: str, end: int) -> set[int]:
    """Return the numbers that a field of a cron expression stands for."""
    first, _, step = text.partition("/")
    low, _, high = first.partition("-")
    if low == "*":
        return set(range(0, end, int(step or 1)))
    return set(range(int(low), int(high or low) + 1))


def play(made: World, rng: Random) -> None:
    """Play the scheduler forward, and note each run and each due time that came to nothing."""
    begin = made.since - 2 * DAY
    due = {plan: dues(plan, made, begin) for plan in made.plans if plan.is_enabled}
    streaks = dict.fromkeys(due, 0)
    held = dict.fromkeys(due, 0)
    busy = begin
    waiting = {plan: next(times, None) for plan, times in due.items()}
    while True:
        open_slots = [(max(slot, held[plan]), plan.name, plan) for plan, slot in waiting.items() if slot is not None]
        if not open_slots or min(open_slots)[0] >= made.now - 5 * MINUTE:
            return
        planned, _, plan = min(open_slots)
        slot = waiting[plan] or 0
        down = next((each for each in made.downs if each[0] <= planned + offset(plan) < each[1]), None)
        fate = fate_of(plan, planned, made, rng)
        if fate == "passed" and is_far_behind(plan, made, slot, planned):
            fate = "ok"  # held back over several slots after errors, and started then
        if down is not None:
            lost = [planned, *(each for each in taken_before(plan, made, slot, down[1]) if each > planned)]
            made.missed += [(plan, each) for each in lost[:-1]]
            planned, slot, fate = lost[-1], lost[-1], "ok"
            start = max(down[1] + rng.randrange(2 * SECOND, 9 * SECOND), busy)
        else:
            start = max(planned + offset(plan) + rng.randrange(5, 900), busy)
        if fate == "passed":
            made.missed.append((plan, planned))
            waiting[plan] = following(plan, made, slot, planned)
            continue
        # Of a job that was deleted after its run nothing tells any more when it was due.
        due = None if plan.is_dropped else planned
        run = occasion(Occasion(plan, due, start, 0, fate, down is not None), rng, made)
        busy = run.end + rng.randrange(50, 800)
        streaks[plan] = streaks[plan] + 1 if fate in FAILING else 0
        held[plan] = run.end + BACK_OFF[min(streaks[plan], len(BACK_OFF)) - 1] if streaks[plan] else 0
        waiting[plan] = following(plan, made, run.start, run.end)


def is_far_behind(plan: Plan, made: World, slot: int, planned: int) -> bool:
    """Return whether a job that was held back lost further slots meanwhile."""
    after = following(plan, made, slot, slot)
    return after is not None and after < planned


def dues(plan: Plan, made: World, begin: int) -> Iterator[int]:
    """Yield the first due time of a job from an instant on."""
    if plan.kind == "at":
        yield plan.at
    elif plan.kind == "every":
        yield on_grid(plan, begin)
    else:
        yield from slots(plan, made.zone, begin, begin + 8 * DAY)[:1]


def on_grid(plan: Plan, after: int) -> int:
    """Return the first point of a job's grid after an instant."""
    anchor = plan.anchor if plan.anchor is not None else plan.created
    return anchor + ((after - anchor) // plan.every + 1) * plan.every


def following(plan: Plan, made: World, start: int, end: int) -> int | None:
    """Return when a job is due after a run."""
    if plan.kind == "at":
        return None
    if plan.kind == "every":
        return start + plan.every if start + plan.every > end else on_grid(plan, end)
    return next(iter(slots(plan, made.zone, end + 1, end + 5 * DAY)), None)


def taken_before(plan: Plan, made: World, slot: int, until: int) -> list[int]:
    """Return the due times after one that were lost with it."""
    if plan.kind == "at":
        return []
    if plan.kind == "every":
        return list(range(slot + plan.every, until, plan.every))
    return slots(plan, made.zone, slot + 1, until)


def offset(plan: Plan) -> int:
    """Return by how much a job is moved on purpose: always the same for one job."""
    most = most_moved(plan)
    return int(plan.id[:6], 16) % most if most else 0


def most_moved(plan: Plan) -> int:
    """Return by how much a job may be moved on purpose."""
    is_hourly = plan.kind == "cron" and plan.expression.startswith("0 *")
    return plan.stagger if plan.stagger is not None else 5 * MINUTE if is_hourly else 0


def fate_of(plan: Plan, at: int, made: World, rng: Random) -> str:
    """Return what becomes of a run."""
    chance = rng.random()
    if at < made.since or at >= made.until or plan.kind == "at":
        return "ok"
    if plan.is_main:
        return "ok" if chance < 0.6 else "ignored" if chance < 0.8 else "skipped" if chance < 0.9 else "passed"
    if made.upgrade <= at < made.repaired:
        return "boot"
    if plan.name == "half-hourly":
        streak = made.since + DAY
        return "silent" if streak <= at < streak + 7 * HOUR else "ok"
    table = [("passed", 0.05), ("silent", 0.12), ("doubled", 0.17), ("worked", 0.21), ("cut", 0.25)]
    if plan.delivery == "announce":
        # The first era tells nobody of a failure.
        told, worked = ("silent", "worked") if made.era == "A" else ("told", "worked-told")
        table += [("lost", 0.33), (told, 0.40), (worked, 0.45)]
    if plan.name in ("hourly-watch", "exact-hourly", "staggered", "four-hourly"):
        chance *= 4  # what is due often goes well often
    return next((fate for fate, below in table if chance < below), "ok")


def occasion(begun: Occasion, rng: Random, made: World) -> Occasion:
    """Note a run, and what it brings about; return it, the last one where it was doubled."""
    plan, fate = begun.plan, begun.fate
    lasts = {"boot": 60 * SECOND, "worked": 180 * SECOND, "worked-told": 180 * SECOND, "cut": 25 * SECOND}.get(fate)
    if lasts is None:
        lasts = rng.randrange(8, 40) if plan.is_main else round(plan.lasts * rng.uniform(0.6, 1.4))
    run = replace(begun, end=begun.start + lasts)
    made.occasions.append(run)
    if fate == "cut":
        made.downs.append((run.end, run.end + 10 * SECOND))
    if fate == "doubled":
        start = run.end + 11 * SECOND
        run = Occasion(plan, None, start, start + lasts, "second")
        made.occasions.append(run)
    return run
