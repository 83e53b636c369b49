"""Jobs that the scheduler starts no longer, while it starts others: taken out of the crontab, most likely."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import log

import numpy as np

from forensics.analyse.wording import counted
from forensics.config import Job
from forensics.doctor.fitting import Fit, bounded, fit_of
from forensics.doctor.lint import Lint, for_job
from forensics.doctor.observed import Observed, Watched
from forensics.doctor.schedules import CHANCE
from forensics.evidence.paired import Ints
from forensics.evidence.records import ToldJob
from forensics.match.names import NameIndex
from forensics.timeline import NANOS, local_text

LEAST_MISSED = 3
SOUND, FEW = 0.5, 0.3
# Where the jobs of a scheduler stand.
TABLES = {
    "cron": "the crontab",
    "systemd": "the timers",
    "kubernetes": "the cluster's CronJobs",
    "openclaw": "OpenClaw's jobs",
}
PASSED_OVER = "See in the scheduler's own log and state why it does not start it: it may still be marked as running."


@dataclass(frozen=True)
class Line:
    """A line of a crontab on this machine: what it starts, and where it stands."""

    command: str
    place: str


def gone_jobs(observed: Observed, named: frozenset[str], crontab: Sequence[Line]) -> Iterator[Lint]:
    """Yield the jobs whose triggers ended, or never were; ``named`` are those that other findings explain."""
    watched = [each for each in observed.watched[: observed.configured] if each.spans and each.job.schedule]
    fits = [fit_of(each) for each in watched]
    firing = every_trigger(observed)
    for each, fit in zip(watched, fits, strict=True):
        if each.job.name in named or each.job.problem or not len(fit.missed):
            continue
        since = int(each.triggers[-1]) if len(each.triggers) else int(each.spans[0][0])
        missed = fit.missed[fit.missed > since]
        if is_sure(fits, fit, len(missed), len(watched)) and is_awake(firing, each, missed):
            yield gone(observed, each, since, missed, crontab)


def every_trigger(observed: Observed) -> Ints:
    """Return the instants of all triggers, ascending."""
    return np.sort(np.concatenate([np.empty(0, dtype=np.int64), *(each.triggers for each in observed.watched)]))


def is_sure(fits: Sequence[Fit], fit: Fit, missed: int, jobs: int) -> bool:
    """Return whether so many due times in a row are hardly missed by chance."""
    sound = [other for other in fits if other is not fit and len(other.missed) < SOUND * max(1, len(other.due))]
    rate = bounded(sum(len(other.missed) for other in sound), sum(len(other.due) for other in sound))
    return missed >= LEAST_MISSED and missed * -log(rate) > CHANCE + log(max(1, jobs))


def is_awake(firing: Ints, watched: Watched, missed: Ints) -> bool:
    """Return whether other jobs were triggered after most of the missed due times, one by one."""
    bounds = np.append(missed, watched.spans[-1][1])
    following = np.searchsorted(firing, bounds[1:]) - np.searchsorted(firing, bounds[:-1])
    return bool((following > 0).mean() > SOUND)


def gone(observed: Observed, watched: Watched, since: int, missed: Ints, crontab: Sequence[Line]) -> Lint:
    """Return a job that is started no longer."""
    job = watched.job
    first = local_text(int(missed[0]), job.timezone)
    seen = len(watched.triggers)
    last = (
        f"Last triggered {local_text(since, job.timezone)} {job.timezone.key} "
        f"({observed.place('triggers', int(watched.rows[-1]))})."
        if seen
        else f"No trigger since {local_text(since, job.timezone)} {job.timezone.key}, where its log begins to speak."
    )
    place, told = next((line.place for line in crontab if starts(job, line.command)), None), told_of(observed, job)
    until, left = until_text(missed, job), still_running(observed, watched)
    left = left if left > max(1, FEW * len(missed)) else 0
    return Lint(
        kind="gone",
        text=f"{job.name}: not triggered {'any more' if seen else 'at all'}, though it is due.",
        jobs=(job.name,),
        observed=(
            last,
            f"{counted(len(missed), 'due time')} since then without a trigger, from {first} on; other jobs go on.",
            *(setting_text(told) if told else crontab_text(place, crontab)),
        ),
        inferred=inferred(left, place, told, job.scheduler),
        mends=() if left or (told and not told.is_suspended) else (for_job(job, until=until),),
        todo=todo(left, place, until, told, job.scheduler),
        detail={"last": since if seen else None, "missed": len(missed), "still_running": left, "crontab": place},
    )


def todo(left: int, place: str | None, until: str, told: ToldJob | None, scheduler: str) -> str:
    """Return what else there is to do."""
    if left:
        return f'Add as a [[source]] the log of what starts it now; if that is to end as well, until = "{until}".'
    if told is not None:
        return "Or switch it on again." if told.is_suspended else PASSED_OVER
    if place is not None:
        return "Or see why cron passes over that line."
    return f"Or put it back into {TABLES.get(scheduler, TABLES['cron'])}."


def told_of(observed: Observed, job: Job) -> ToldJob | None:
    """Return how its own scheduler is set up to run a job, None where none tells."""
    index = NameIndex([job])
    spelled = ((told, name) for told in observed.evidence.told_jobs for name in (told.name, *told.aliases))
    return next((told for told, name in spelled if index.by_name(name, told.host) == 0), None)


def setting_text(told: ToldJob) -> Iterator[str]:
    """Yield how its own scheduler is set up to run a job."""
    how = "has it switched off" if told.is_suspended else "is set up to run it"
    yield f"Its own scheduler {how} ({told.file.rpartition('/')[2]}:{told.record})."


def starts(job: Job, command: str) -> bool:
    """Return whether a command is a job's."""
    return NameIndex([job]).by_command(command, job.host) == 0


def crontab_text(place: str | None, crontab: Sequence[Line]) -> Iterator[str]:
    """Yield what the crontabs of this machine say of a job, where they were looked at."""
    if place is not None:
        yield f"It stands in {place}."
    elif crontab:
        yield f"None of {counted(len(crontab), 'line')} of this machine's crontabs starts it."


def still_running(observed: Observed, watched: Watched) -> int:
    """Return how many runs left files after a job's last trigger."""
    runs = observed.paired.runs
    proven = np.zeros(len(runs), dtype=np.bool_)
    proven[observed.paired.proofs.run] = True
    after = int(watched.triggers[-1]) if len(watched.triggers) else observed.window.since
    return int((proven & observed.in_window & (runs.job == watched.code) & (runs.start > after)).sum())


def inferred(left: int, place: str | None, told: ToldJob | None, scheduler: str) -> str:
    """Return what follows: it is gone, or it runs by other means."""
    if left:
        return f"It goes on all the same ({counted(left, 'run')} left files): something else starts it now."
    if told is not None:
        return "So it was switched off." if told.is_suspended else "So its scheduler passes over it."
    if place is not None:
        return "So it was disabled, or cron no longer reads that line."
    return f"So it was taken out of {TABLES.get(scheduler, TABLES['cron'])}."


def until_text(missed: Ints, job: Job) -> str:
    """Return the first missed due time as a config writes it, in the job's zone."""
    at = datetime.fromtimestamp(int(missed[0]) // NANOS, UTC).astimezone(job.timezone)
    return at.isoformat(timespec="minutes" if not at.second else "seconds")
