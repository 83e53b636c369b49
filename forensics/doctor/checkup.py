"""A whole check-up: everything to mend, most important first, then what was read and what could be proven."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from zoneinfo import ZoneInfo

from forensics.doctor.channels import channel_lint, silent_channels
from forensics.doctor.cronlines import inferred_schedules
from forensics.doctor.fitting import fit_of
from forensics.doctor.gone import Line, gone_jobs
from forensics.doctor.heard import own_slips, silent_names
from forensics.doctor.host_clocks import host_clocks
from forensics.doctor.lanes import JobLanes, job_lanes, lane_lint
from forensics.doctor.limits import limit_lint
from forensics.doctor.lint import PROBLEM, REMARK, Lint, Mend, for_job
from forensics.doctor.names import mistaken_jobs
from forensics.doctor.observed import Observed, Watched
from forensics.doctor.patterns import pattern_lint
from forensics.doctor.schedules import interval_lint, misfits, oddity, schedule_lint
from forensics.doctor.shared_zones import shared_zone
from forensics.doctor.sources import source_lint
from forensics.doctor.strangers import strangers
from forensics.doctor.unknown import unknown_jobs
from forensics.doctor.zones import common_zones, known_zones
from forensics.evidence.result import Result

ORDER = (
    *(
        "no_reader",
        "source",
        "unusable_schedule",
        "clock",
        "zone",
        "schedule",
        "interval",
        "name",
        "command",
        "host",
        "channel",
    ),
    *("gone", "pattern", "min_size", "shared_files", "max_duration", "reports", "rejects", "stale", "silent_log"),
    *("copied_tree", "doubled", "unconfigured"),
)


@dataclass(frozen=True)
class Known:
    """What is known beside the evidence.

    ``own_zones`` are the jobs that name a zone of their own, ``machine`` is this machine's zone, ``crontab`` the lines
    of its crontabs where they could be read. ``before`` was found before anything was read.
    """

    own_zones: frozenset[str] = frozenset()
    machine: ZoneInfo | None = None
    crontab: tuple[Line, ...] = ()
    before: tuple[Lint, ...] = ()


@dataclass(frozen=True)
class Checkup:
    """What a check-up came to: ``problems`` to mend, ``remarks`` to know, and each job's lanes."""

    result: Result
    problems: tuple[Lint, ...]
    remarks: tuple[Lint, ...]
    lanes: tuple[JobLanes, ...]


def check_up(result: Result, known: Known, jobs: Sequence[str] = ()) -> Checkup:
    """Return all that a result shows to be wrong with its config; ``jobs`` are globs, none: all."""
    observed = Observed(result)
    lanes = job_lanes(observed)
    found = once([*known.before, *every_lint(observed, known), *lane_lint(lanes)])
    asked = sorted((each for each in found if is_asked(each.jobs, jobs)), key=lambda each: rank(each.kind))
    return Checkup(
        result=result,
        problems=tuple(each for each in asked if each.level == PROBLEM),
        remarks=tuple(each for each in asked if each.level == REMARK),
        lanes=tuple(each for each in lanes if is_asked((each.job,), jobs)),
    )


def once(found: Sequence[Lint]) -> list[Lint]:
    """Return findings without those that ask for a change which another one asks for already."""
    asked: set[tuple[Mend, ...]] = set()
    kept = []
    for each in found:
        if not each.mends or each.mends not in asked:
            kept.append(each)
        asked.add(each.mends)
    return kept


def rank(kind: str) -> int:
    """Return the place of a kind of finding: what hides others comes first."""
    return ORDER.index(kind) if kind in ORDER else len(ORDER)


def is_asked(names: Sequence[str], globs: Sequence[str]) -> bool:
    """Return whether a finding about some jobs is asked for; one about none always is."""
    return not globs or not names or any(fnmatchcase(name, glob) for name in names for glob in globs)


def every_lint(observed: Observed, known: Known) -> Iterator[Lint]:
    """Yield everything that is wrong; what one finding explains is not told again by another."""
    yield from source_lint(observed)
    yield from channel_lint(observed)
    yield from unusable(observed)
    wrong = misfits(observed, known.machine)
    shared, left = shared_zone(observed, wrong, known.own_zones, known.machine)
    yield from [shared] if shared else []
    clocks, left = host_clocks(observed, left)
    yield from clocks
    yield from schedule_lint(observed, left)
    yield from interval_lint(observed)
    found = strangers(observed)
    mistaken = mistaken_jobs(observed, found)
    yield from (each.lint for each in mistaken)
    taken = {each.stranger.watched.code for each in mistaken}
    explained = frozenset(each.job.name for each in mistaken)
    named = frozenset(each.job.name for each in mistaken if each.lint.kind == "name")
    others = [each for each in found if each.watched.code not in taken]
    unheard = list(silent_names(observed, others, named))
    unheard += own_slips(observed, named | {name for each in unheard for name in each.jobs})
    channels, unheard = silent_channels(observed, unheard)
    yield from [channels] if channels else []
    yield from unheard
    misfitting = {each.watched.job.name for each in wrong}
    yield from gone_jobs(observed, explained | misfitting, known.crontab)
    zones = [*known_zones(observed.result.config, known.machine), *common_zones()]
    yield from pattern_lint(observed, frozenset(misfitting), zones)
    yield from limit_lint(observed)
    spelled = {str(each.detail.get("seen_as")) for each in unheard}
    yield from unknown_jobs(observed, [each for each in others if each.name not in spelled])


def unusable(observed: Observed) -> Iterator[Lint]:
    """Yield the jobs whose schedule gives no due times, with the one that their triggers show."""
    for each in observed.watched[: observed.configured]:
        if each.job.problem is None:
            continue
        better = shown_schedule(each)
        yield Lint(
            kind="unusable_schedule",
            text=f"{each.job.name}: {each.job.problem}.",
            jobs=(each.job.name,),
            inferred="So it has no due times, and cannot be missed.",
            mends=(for_job(each.job, schedule=better),) if better else (),
            todo="" if better else "Write it as minute, hour, day, month, weekday.",
            detail={"schedule": each.job.schedule},
        )


def shown_schedule(watched: Watched) -> str | None:
    """Return the schedule that a job's triggers show, None where they show none."""
    if len(watched.triggers) < 3 or watched.job.scheduler == "systemd":
        return None
    zone = watched.job.timezone
    for schedule in sorted(inferred_schedules(watched.triggers, zone, watched.spans), key=oddity):
        fit = fit_of(watched, replace(watched.job, schedule=schedule, problem=None))
        if fit.exact.mean() >= 0.9 and len(fit.missed) <= 0.1 * max(1, len(fit.due)):
            return schedule
    return None
