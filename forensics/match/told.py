"""Jobs as their own schedulers are set up to run them: what of that holds beside a config, and in its place.

What a config says outranks what a scheduler tells. A job that is switched off is not due; its runs are judged where
they happen all the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from forensics.config import Job
from forensics.evidence.records import ToldJob
from forensics.match.names import NameIndex, digest, key, short_host, slug
from forensics.timeline import shown, utc_instant

GLOB_SIGNS = frozenset("*?[")
# What a file says outside of these is no setting of a scheduler's; in seconds.
SHORTEST, LONGEST, LONGEST_LATE = 1.0, 10.0 * 366 * 86_400, 86_400.0
# How much longer than its limit a run may take from its start to what it leaves: to come up, and to clear up.
PROVING = timedelta(minutes=2)
Spelling = tuple[str, str | None]


class Make(Protocol):
    """Gives a job that no config names, from its name and host; ``own`` are values by config key that are its own."""

    def __call__(self, name: str, host: str | None = None, own: Mapping[str, Any] = ...) -> Job:
        """Return the job."""


@dataclass
class Same:
    """One job, as all who know it tell of it, in the order of the sources."""

    host: str | None
    told: list[ToldJob] = field(default_factory=list)

    @property
    def lead(self) -> ToldJob:
        """Return the one that counts: the first that says when the job is due, or that it is not."""
        return next((each for each in self.told if is_scheduled(each)), self.told[0])

    @property
    def names(self) -> list[str]:
        """Return all that the job is called."""
        return list(dict.fromkeys(name for each in self.told for name in (each.name, *each.aliases)))

    @property
    def attributes(self) -> dict[str, str]:
        """Return what is told of the job beside; what stands first outranks what comes later."""
        return {name: value for each in reversed(self.told) for name, value in each.attributes.items()}


def is_scheduled(told: ToldJob) -> bool:
    """Return whether it is told when a job is due, or that it is not."""
    return told.schedule is not None or told.interval is not None or told.is_suspended


def with_told(configured: Sequence[Job], told: Sequence[ToldJob], make: Make) -> list[Job]:
    """Return the configured jobs with what their schedulers tell of them, and behind them those that no config names.

    The order is that of the config, and then that of the sources.
    """
    if not told:
        return list(configured)
    jobs, index = list(configured), NameIndex(configured)
    owners, strangers = dict[int, Same](), list[Same]()
    for same in same_jobs(told):
        code = owner(index, same)
        if code < 0:
            strangers.append(same)
        elif code in owners:
            owners[code].told += same.told
        else:
            owners[code] = same
    for code, same in owners.items():
        jobs[code] = joined(jobs[code], same, index, make)
    taken = {(key(job.name), short_host(job.host)) for job in jobs}
    return [*jobs, *(told_job(same, free_name(same, taken), make) for same in strangers)]


def free_name(same: Same, taken: set[Spelling]) -> str:
    """Return a name for a job that no other has, and note it: what is left of its own may be another's, too."""
    own, host = same.told[0].name, short_host(same.host)
    name = slug(own)
    if (key(name), host) in taken:
        name = f"{name[:59]}-{digest(own)}"
    taken.add((key(name), host))
    return name


def newest_first(told: Sequence[ToldJob]) -> list[ToldJob]:
    """Return what one source tells of jobs, of those of one name the last file's first: it holds their newest state.

    All else stays where it is.
    """
    files = {file: number for number, file in enumerate(dict.fromkeys(each.file for each in told))}
    places: dict[tuple[str, Spelling], list[int]] = {}
    for number, each in enumerate(told):
        places.setdefault((each.scheduler, (key(each.name), short_host(each.host))), []).append(number)
    found = list(told)
    for numbers in places.values():
        ordered = sorted(numbers, key=lambda number: -files[told[number].file])
        for number, newer in zip(numbers, ordered, strict=True):
            found[number] = told[newer]
    return found


def same_jobs(told: Sequence[ToldJob]) -> list[Same]:
    """Return who tells of which job: of one host those that share a name, or call one what is another's alias."""
    found: list[Same] = []
    by_spelling: dict[Spelling, Same] = {}
    for each in unambiguous(told):
        spellings = [(key(name), short_host(each.host)) for name in (each.name, *each.aliases)]
        same = next((by_spelling[spelling] for spelling in spellings if spelling in by_spelling), None)
        if same is None:
            same = Same(each.host)
            found.append(same)
        same.told.append(each)
        for spelling in spellings:
            by_spelling.setdefault(spelling, same)
    return found


def unambiguous(told: Sequence[ToldJob]) -> Iterator[ToldJob]:
    """Yield what is told without the aliases that stand for more than one name: these tell nothing apart."""
    names: dict[Spelling, set[str]] = {}
    for each in told:
        for alias in each.aliases:
            names.setdefault((key(alias), short_host(each.host)), set()).add(key(each.name))
    shared = {spelling for spelling, owners in names.items() if len(owners) > 1}
    for each in told:
        kept = tuple(alias for alias in each.aliases if (key(alias), short_host(each.host)) not in shared)
        yield each if kept == each.aliases else replace(each, aliases=kept)


def owner(index: NameIndex, same: Same) -> int:
    """Return the code of the configured job that goes by one of a job's names, -1 where none does."""
    codes = (index.by_name(name, same.host) for name in same.names)
    return next((code for code in codes if code >= 0), -1)


def joined(job: Job, same: Same, index: NameIndex, make: Make) -> Job:
    """Return a configured job with what its scheduler tells beside, and with its schedule where the config has none."""
    lead = same.lead
    free = [name for name in same.names if index.by_name(name, same.host) < 0]
    aliases = (*job.aliases, *spelled(free, job.name))
    # What a scheduler calls a channel is understood of its own jobs alone (``reach.channel_of``).
    told = {
        name: each for name, each in same.attributes.items() if name != "channel" or job.scheduler == lead.scheduler
    }
    job = replace(job, aliases=aliases, attributes={**told, **job.attributes})
    has_own = job.schedule is not None or job.interval is not None
    if has_own and job.scheduler == lead.scheduler:
        job = replace(job, start_grace=start_grace(job, lead))
    if has_own or lead.is_suspended or job.scheduler not in ("cron", lead.scheduler):
        is_off = lead.is_suspended
        return replace(job, set_up=switched_off(lead), off_since=moment(lead.until)) if is_off else job
    due = make(job.name, job.host, cadence(lead, job.timezone))
    return replace(
        job,
        **{name: getattr(due, name) for name in ("schedule", "interval", "anchor", "timezone", "scheduler")},
        **life(job, lead),
        problem=fault(due, lead),
        set_up=set_up(lead) if is_scheduled(lead) else None,
    )


def told_job(same: Same, name: str, make: Make) -> Job:
    """Return a job that no config names, as its scheduler is set up to run it; what a config says of all jobs holds."""
    lead = same.lead
    plain = make(name, same.host)
    own = {
        **cadence(lead, plain.timezone),
        "aliases": spelled(same.names, name),
        "attributes": {**same.attributes, **plain.attributes},
        **life(plain, lead),
        "reports": lead.reports if lead.reports and plain.reports == "always" else plain.reports,
    }
    job = make(name, same.host, own)
    return replace(job, problem=fault(job, lead), set_up=set_up(lead) if is_scheduled(lead) else None)


def life(job: Job, told: ToldJob) -> dict[str, Any]:
    """Return from when to when a job is due, how late it may start and how long it may take, by config key."""
    return {
        "since": job.since or moment(told.since),
        "until": job.until or moment(told.until),
        "start_grace": start_grace(job, told),
        "max_duration": job.max_duration or longest(told),
    }


def cadence(told: ToldJob, zone: ZoneInfo) -> dict[str, Any]:
    """Return when a job is due, by config key; one that is switched off only until it was, if anything tells that."""
    found: dict[str, Any] = {"scheduler": told.scheduler, "timezone": zone_of(told, zone) or zone}
    interval = span(told.interval)
    if told.is_suspended and told.until is None:
        return found
    if told.schedule is not None:
        return {**found, "schedule": told.schedule}
    if interval is None:
        return found
    return {**found, "interval": interval, "anchor": moment(told.anchor)}


def moment(instant: int | None) -> datetime | None:
    """Return an instant, given in ns, as a time, None for none."""
    return None if instant is None else utc_instant(instant)


def zone_of(told: ToldJob, zone: ZoneInfo) -> ZoneInfo | None:
    """Return the zone of a job, the given one where it names none; None for a name that no zone has."""
    try:
        return zone if told.zone is None else ZoneInfo(told.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def fault(job: Job, told: ToldJob) -> str | None:
    """Return why nothing says when a job is due although its scheduler is set up to run it, None where it is said."""
    if told.is_suspended and told.until is None:
        return None
    if told.schedule is not None and zone_of(told, job.timezone) is None:
        return f"schedule {shown(told.schedule)} is in the zone {shown(str(told.zone))}, which is not known"
    if told.interval is not None and told.schedule is None and span(told.interval) is None:
        return f"an interval of {told.interval:g} s is none that a scheduler keeps"
    return job.problem


def span(seconds: float | None) -> timedelta | None:
    """Return a span of time, None where there is none, or one that no job has."""
    return timedelta(seconds=seconds) if seconds is not None and SHORTEST <= seconds <= LONGEST else None


def longest(told: ToldJob) -> timedelta | None:
    """Return how long a run may take from its start to what it leaves, None where no limit is told."""
    limit = span(told.limit)
    return None if limit is None else limit + PROVING


def start_grace(job: Job, told: ToldJob) -> timedelta:
    """Return how late a job may start: later by what its scheduler moves it, unless the config says it of this job."""
    return job.start_grace if job.has_own_grace else job.start_grace + lateness(told)


def lateness(told: ToldJob) -> timedelta:
    """Return how late a start may be on purpose."""
    return timedelta(seconds=min(told.late, LONGEST_LATE) if told.late > 0 else 0)


def spelled(names: Sequence[str], own: str) -> tuple[str, ...]:
    """Return names as aliases of a job: none that its own name says already, and no sign of a glob in any."""
    aliases = {key(own): own, "": own}
    for name in names:
        aliases.setdefault(key(name), slug(name) if GLOB_SIGNS & set(name) else name)
    return tuple(alias for alias in aliases.values() if alias != own)


def set_up(told: ToldJob) -> str:
    """Return that a scheduler's own setting says when a job is due."""
    if told.is_suspended:
        return switched_off(told)
    zone = f", in the zone {told.zone}, as its planned runs show" if told.is_zone_inferred else ""
    return f"Its own scheduler is set up so ({place(told)}){zone}."


def switched_off(told: ToldJob) -> str:
    """Return that a scheduler has a job switched off."""
    return f"Its own scheduler has it switched off ({place(told)})."


def place(told: ToldJob) -> str:
    """Return where it is told."""
    return f"{told.file.rpartition('/')[2]}:{told.record}"
