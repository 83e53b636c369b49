"""What a survey and a difference come to, in a few lines for a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from forensics.config import Job, Scheduler
from forensics.survey.difference import Difference
from forensics.survey.found import FoundJob, Survey
from forensics.survey.moved import Moved

MOST = 12
ORIGINS: dict[Scheduler, str] = {
    "cron": "from crontabs",
    "systemd": "timers of systemd",
    "openclaw": "of OpenClaw",
    "kubernetes": "CronJobs of Kubernetes",
    "interval": "periodic",
}


def found_lines(survey: Survey) -> Iterator[str]:
    """Yield what was found on a machine, and what could not be read."""
    counts = Counter(job.scheduler for job in survey.jobs)
    kinds = [f"{counts[kind]} {words}" for kind, words in ORIGINS.items() if counts[kind]]
    yield f"{counted(len(survey.jobs), 'job')} found{': ' + ', '.join(kinds) if kinds else ''}"
    if not survey.jobs:
        yield f"  looked for {', '.join(survey.looked)}"
    yield f"zone: {survey.zone.name or 'UTC'} ({survey.zone.origin})"
    yield from (f"evidence: {each.config.kind} {each.config.path} ({each.about})" for each in survey.sources)
    if not survey.sources:
        yield "evidence: none was at hand; the config says how to add logs, messages and files"
    learnt = sum(bool(job.artifacts) for job in survey.jobs)
    if learnt:
        yield f"files: of {counted(learnt, 'job')} the evidence shows what each run leaves"
    unused = [f"{counted(len(survey.unused), 'line or file', 'lines or files')} made no job: the config's end says why"]
    yield from unused if survey.unused else ()
    yield from barred_lines(survey)


def barred_lines(survey: Survey) -> Iterator[str]:
    """Yield what could not be read."""
    yield from (f"NOT READ: {each.path} - {each.why}" for each in survey.barred)


def difference_lines(found: Difference, survey: Survey) -> Iterator[str]:
    """Yield how a machine differs from its config."""
    if found.zone:
        yield f"zone: this machine is in {found.zone}, {survey.zone.origin}"
    yield from listed("new on this machine", [f"{job.name} ({when(job)}; {job.places[0]})" for job in found.new])
    yield from listed("in the config, and nowhere on this machine", [shown_job(job) for job in found.gone])
    kept = "in the config, and not found, but not everything could be read"
    yield from listed(kept, [shown_job(job) for job in found.kept])
    yield from listed("due at other times", [moved(each, survey) for each in found.moved])
    yield from listed("started by another command", [f"{job.name} ({job.places[0]})" for job in found.started])
    yield from listed("called otherwise in messages", [f"{job.name}: {name}" for job, name in found.spoken])
    yield from listed("whose files are known now", [f"{job.name}: {', '.join(job.artifacts)}" for job in found.proven])
    yield from listed("more to be read", [f"{each.config.kind} {each.config.path}" for each in found.sources])
    yield from barred_lines(survey)


def listed(title: str, lines: Sequence[str]) -> Iterator[str]:
    """Yield a title with a count and its lines, the first of many."""
    if lines:
        yield f"{len(lines)} {title}:"
        yield from (f"  {line}" for line in lines[:MOST])
        if len(lines) > MOST:
            yield f"  and {len(lines) - MOST} more"


def moved(each: Moved, survey: Survey) -> str:
    """Return how a job's times differ."""
    job, found = each.job, each.found
    if each.is_zone:
        zone = found.zone or survey.zone.name
        return f"{job.name}: in {job.timezone.key} here, in {zone} on the machine ({found.places[0]})"
    ours = job.schedule or (f"every {job.interval}" if job.interval else "no schedule")
    return f"{job.name}: {ours} here, {when(found)} on the machine ({found.places[0]})"


def when(job: FoundJob) -> str:
    """Return when a found job is due, in words."""
    zone = f" in {job.zone}" if job.zone else ""
    return (job.schedule or (f"every {job.interval}" if job.interval else "at no known time")) + zone


def shown_job(job: Job) -> str:
    """Return a job of the config with its host."""
    return job.name if job.host is None else f"{job.name} on {job.host}"


def counted(count: int, word: str, many: str | None = None) -> str:
    """Return a count with its word."""
    return f"{count} {word if count == 1 else many or f'{word}s'}"
