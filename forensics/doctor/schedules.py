"""Schedules and zones that do not fit the triggers, and which would."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from math import log
from zoneinfo import ZoneInfo

import numpy as np

from forensics.analyse.wording import counted
from forensics.config import Job
from forensics.config_schedule import ZONE_PREFIX
from forensics.doctor.cronlines import inferred_schedules, with_fields_of
from forensics.doctor.fitting import Fit, Rates, fit_of, usual_rates
from forensics.doctor.lint import Lint, for_job
from forensics.doctor.observed import Observed, Watched
from forensics.doctor.zones import common_zones, known_zones
from forensics.evidence.paired import Ints
from forensics.timeline import NANOS, duration_text, local_text

LEAST_TRIGGERS, LEAST_STRANGERS = 2, 3
LEFT, LEFT_ALONE = 0.25, 0.4  # of the errors before, at most so many may be left; of those without any partner
CHANCE = log(200)  # one false alarm in so many check-ups
ZONES, FIELDS, SCHEDULES = log(40), log(40), log(1000)
NUMBER = re.compile(r"\d+")
UNFIT = 0.8
STEADY = 0.2
FACTOR = 1.5


@dataclass(frozen=True)
class Change:
    """Another zone or schedule for a job: what it changes (``zone`` or ``schedule``), and how well that fits."""

    what: str
    job: Job
    fit: Fit
    hypotheses: float


@dataclass(frozen=True)
class Misfit:
    """A job whose triggers do not fit its due times; ``changes`` are what would fit, the best first."""

    watched: Watched
    fit: Fit
    changes: tuple[Change, ...]

    @property
    def zones(self) -> list[str]:
        """Return the names of the zones in which the schedule would fit."""
        return [change.job.timezone.key for change in self.changes if change.what == "zone"]


def misfits(observed: Observed, machine: ZoneInfo | None) -> list[Misfit]:
    """Return the configured jobs whose triggers do not fit their schedule."""
    watched = [each for each in observed.watched[: observed.configured] if is_checkable(each)]
    watched = with_lags(observed, watched)
    fits = [fit_of(each) for each in watched]
    known, common = known_zones(observed.result.config, machine), common_zones()
    slack = CHANCE + log(max(1, len(watched)))
    found = [
        misfit(each, fit, usual_rates([other for other in fits if other is not fit]), slack, known, common)
        for each, fit in zip(watched, fits, strict=True)
        if fit.errors >= LEAST_TRIGGERS
    ]
    return [each for each in found if each is not None]


def with_lags(observed: Observed, watched: Sequence[Watched]) -> list[Watched]:
    """Return jobs with how late the triggers of their hosts usually are, by all jobs that fit."""
    hosts = [observed.host_of(each) for each in watched]
    late: dict[str | None, list[Ints]] = {}
    for each, host in zip(watched, hosts, strict=True):
        fit = fit_of(each)
        if int(fit.exact.sum()) * 2 > len(fit.met):
            late.setdefault(host, []).append(fit.late[fit.exact])
    lags = {host: int(np.median(np.concatenate(parts))) for host, parts in late.items()}
    return [replace(each, lag=lags.get(host, 0)) for each, host in zip(watched, hosts, strict=True)]


def is_checkable(watched: Watched) -> bool:
    """Return whether there are triggers and due times to compare."""
    job = watched.job
    return bool(job.schedule and not job.problem and len(watched.triggers) and watched.spans)


def misfit(
    watched: Watched, fit: Fit, rates: Rates, slack: float, known: Sequence[ZoneInfo], common: Sequence[ZoneInfo]
) -> Misfit | None:
    """Return a job whose triggers do not fit, with what would; None where they fit well enough."""
    tried = list(all_changes(watched, known, common))
    for on_time in (True, False):
        changes = [change for change in tried if convinces(fit, change, rates, slack, on_time=on_time)]
        if changes:
            return Misfit(watched, fit, tuple(ranked(changes, on_time=on_time)))
    strangers = int((~fit.met).sum())
    return Misfit(watched, fit, ()) if strangers >= max(LEAST_STRANGERS, UNFIT * len(fit.met)) else None


def convinces(fit: Fit, change: Change, rates: Rates, slack: float, *, on_time: bool) -> bool:
    """Return whether a change mends nearly all that does not fit, and more than chance would."""
    before, after = (fit.errors, change.fit.errors) if on_time else (fit.strays, change.fit.strays)
    gain = rates.surprise(fit, change.fit, on_time=on_time)
    return after <= (LEFT if on_time else LEFT_ALONE) * before and gain > slack + change.hypotheses


def ranked(changes: Sequence[Change], *, on_time: bool) -> list[Change]:
    """Return changes with the best first: fewest errors left, within chance, then the simplest as they came."""
    left = [change.fit.errors if on_time else change.fit.strays for change in changes]
    most = min(left) + max(1, STEADY * min(left))
    near = [change for change, errors in zip(changes, left, strict=True) if errors <= most]
    return [*near, *(change for change in changes if change not in near)]


def all_changes(watched: Watched, known: Sequence[ZoneInfo], common: Sequence[ZoneInfo]) -> Iterator[Change]:
    """Yield what might be meant: another known zone, another schedule, any other common zone."""
    job = watched.job
    yield from zone_changes(watched, [zone for zone in known if zone.key != zone_of(job).key])
    tried = {job.schedule}
    for schedule, hypotheses in candidates(watched):
        if schedule not in tried:
            tried.add(schedule)
            changed = replace(job, schedule=schedule)
            yield Change("schedule", changed, fit_of(watched, changed), hypotheses)
    names = {zone.key for zone in known} | {zone_of(job).key}
    yield from zone_changes(watched, [zone for zone in common if zone.key not in names])


def zone_changes(watched: Watched, zones: Sequence[ZoneInfo]) -> Iterator[Change]:
    """Yield the same schedule in other zones."""
    for zone in zones:
        changed = in_zone(watched.job, zone)
        yield Change("zone", changed, fit_of(watched, changed), ZONES)


def zone_of(job: Job) -> ZoneInfo:
    """Return the zone of a job's schedule: its prefix outranks the job's own."""
    prefix = ZONE_PREFIX.match(job.schedule or "")
    return ZoneInfo(prefix[1]) if prefix else job.timezone


def in_zone(job: Job, zone: ZoneInfo) -> Job:
    """Return a job with its schedule in another zone."""
    prefix = ZONE_PREFIX.match(job.schedule or "")
    if prefix is None or job.schedule is None:
        return replace(job, timezone=zone)
    return replace(job, timezone=zone, schedule=f"CRON_TZ={zone.key} {job.schedule[prefix.end() :]}")


def candidates(watched: Watched) -> Iterator[tuple[str, float]]:
    """Yield schedules that the triggers show, the nearest to the configured one first, each with how many there are."""
    job, zone = watched.job, zone_of(watched.job)
    prefix = ZONE_PREFIX.match(job.schedule or "")
    head = prefix[0].strip() + " " if prefix else ""
    bare = (job.schedule or "")[prefix.end() :] if prefix else job.schedule or ""
    inferred = sorted(inferred_schedules(watched.triggers - watched.lag, zone, watched.spans), key=oddity)
    for each in inferred:
        yield from ((f"{head}{near}", FIELDS) for near in with_fields_of(bare, each))
    yield from ((f"{head}{each}", SCHEDULES) for each in inferred)


def oddity(schedule: str) -> int:
    """Return how many of a schedule's minutes nobody would choose by themselves."""
    return sum(int(minute) % 5 > 0 for minute in NUMBER.findall(schedule.split()[0]))


def schedule_lint(observed: Observed, found: Sequence[Misfit]) -> Iterator[Lint]:
    """Yield one finding for each job whose schedule or zone does not fit."""
    for each in found:
        best = each.changes[0] if each.changes else None
        yield unfit(observed, each) if best is None else misfitting(observed, each, best)


def misfitting(observed: Observed, each: Misfit, best: Change) -> Lint:
    """Return a job's misfit, with the change that mends it."""
    job = each.watched.job
    other = next((change for change in each.changes if change.what != best.what), None)
    alternative = f" So would {changed_text(other)}." if other else ""
    return Lint(
        kind=best.what,
        text=f"{job.name}: its triggers do not fit `{job.schedule}` in {zone_of(job).key}.",
        jobs=(job.name,),
        observed=observations(observed, each),
        inferred=f"With {changed_text(best)} {best.fit.told} triggers fit, and {missing(best.fit)}.{alternative}",
        mends=(for_job(job, **values_of(best)),),
        detail={
            "triggers": len(each.fit.met),
            "fit_before": int(each.fit.met.sum()),
            "fit_after": int(best.fit.met.sum()),
            "missing_before": len(each.fit.missed),
            "missing_after": len(best.fit.missed),
            "schedule": best.job.schedule,
            "timezone": zone_of(best.job).key,
        },
    )


def values_of(change: Change) -> dict[str, str]:
    """Return the keys of a job that a change sets."""
    if change.what == "zone" and not ZONE_PREFIX.match(change.job.schedule or ""):
        return {"timezone": change.job.timezone.key}
    return {"schedule": change.job.schedule or ""}


def changed_text(change: Change) -> str:
    """Return a change in words."""
    return f"zone {zone_of(change.job).key}" if change.what == "zone" else f"schedule `{change.job.schedule}`"


def missing(fit: Fit) -> str:
    """Return how many due times have no trigger."""
    return (
        f"{counted(len(fit.missed), 'due time')} of {len(fit.due):,} has no trigger"
        if len(fit.missed) == 1
        else (f"{counted(len(fit.missed), 'due time')} of {len(fit.due):,} have no trigger")
    )


def observations(observed: Observed, each: Misfit) -> tuple[str, ...]:
    """Return how badly triggers fit, and where the last of them stands."""
    fit, watched = each.fit, each.watched
    late = int((fit.met & ~fit.exact).sum())
    slow = f", {late:,} of them late or early" if late else ""
    strange = np.flatnonzero(~fit.exact)
    row = int(strange[-1]) if len(strange) else len(watched.triggers) - 1
    at = int(watched.triggers[row])
    when = local_text(at, watched.job.timezone, seconds=True)
    place = observed.place("triggers", int(watched.rows[row]))
    return (
        f"{fit.told} triggers fit a due time{slow}; {missing(fit)}.",
        f"For one, it fired {when} in {watched.job.timezone.key} ({place}).",
    )


def unfit(observed: Observed, each: Misfit) -> Lint:
    """Return a job whose triggers fit no schedule that could be found."""
    job = each.watched.job
    return Lint(
        kind="schedule",
        text=f"{job.name}: its triggers do not fit `{job.schedule}` in {zone_of(job).key}.",
        jobs=(job.name,),
        observed=observations(observed, each),
        inferred="No single schedule or zone fits them: perhaps two lines of a crontab go by this name.",
        todo="Compare the crontab with the config; a second line is a second [[job]].",
        detail={"triggers": len(each.fit.met), "fit_before": int(each.fit.met.sum())},
    )


def interval_lint(observed: Observed) -> Iterator[Lint]:
    """Yield the jobs that start at another interval than the config says."""
    runs = observed.paired.runs
    for each in observed.watched[: observed.configured]:
        if each.job.interval is None:
            continue
        mine = (runs.job == each.code) & observed.in_window
        starts = np.sort(runs.start[mine & ((runs.triggered > 0) | (runs.begun > 0))])
        step = steady_step(starts)
        told = each.job.interval.total_seconds()
        if step is not None and not 1 / FACTOR < step / told < FACTOR:
            yield Lint(
                kind="interval",
                text=f"{each.job.name}: it starts every {duration_text(step)}, not every {duration_text(told)}.",
                jobs=(each.job.name,),
                observed=(f"Median over {counted(len(starts) - 1, 'gap')}.",),
                inferred="So due times are counted that nobody meant, or real ones are not.",
                mends=(for_job(each.job, interval=span_text(step)),),
                detail={"interval_seconds": told, "observed_seconds": step, "starts": len(starts)},
            )


def steady_step(starts: Ints) -> float | None:
    """Return the usual gap between starts in seconds, to the minute, None where there is none."""
    gaps = np.diff(starts) / NANOS
    if len(gaps) < LEAST_STRANGERS:
        return None
    usual = float(np.median(gaps))
    spread = float(np.median(np.abs(gaps - usual)))
    return max(60.0, round(usual / 60) * 60.0) if spread <= STEADY * usual else None


def span_text(seconds: float) -> str:
    """Return a span as a config writes it: ``15m``, ``2h``, ``1d``."""
    whole = timedelta(seconds=round(seconds)) // timedelta(minutes=1)
    for size, unit in ((1440, "d"), (60, "h")):
        if whole % size == 0:
            return f"{whole // size}{unit}"
    return f"{whole}m"
