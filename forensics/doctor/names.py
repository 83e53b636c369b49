"""Jobs that no source mentions by their name or command, while something is called nearly so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from forensics.analyse.wording import counted
from forensics.config import Job
from forensics.doctor.fitting import fit_of
from forensics.doctor.lint import Lint, for_job
from forensics.doctor.observed import Observed, Watched
from forensics.doctor.strangers import Stranger, command_globs, fits_any, resolves
from forensics.doctor.words import likeness, nearest_of
from forensics.match.names import NAME, key, short_host

ALIKE, PERHAPS, SURE = 0.8, 0.6, 0.9
FITTING, HARDLY = 0.8, 0.5


@dataclass(frozen=True)
class Mistaken:
    """A configured job and the stranger that is most likely it; ``lint`` says what to mend."""

    job: Job
    stranger: Stranger
    lint: Lint


def mistaken_jobs(observed: Observed, found: Sequence[Stranger]) -> list[Mistaken]:
    """Return the configured jobs that a scheduler or runner knows by another name, command or host."""
    silent = [each for each in observed.watched[: observed.configured] if not len(each.triggers)]
    hosts = [hit for each in silent if (hit := wrong_host(observed, each, found)) is not None]
    taken = {hit.stranger.name for hit in hosts}
    left = [each for each in silent if each.job not in [hit.job for hit in hosts]]
    return [*hosts, *wrong_names(observed, left, [each for each in found if each.name not in taken])]


def wrong_host(observed: Observed, watched: Watched, found: Sequence[Stranger]) -> Mistaken | None:
    """Return a job that is recorded on another host than the config says, None where it is not."""
    job = watched.job
    seen = {short_host(host) for source in observed.evidence.sources for host in source.hosts}
    if job.host is None:
        return None
    anywhere = [replace(job, host=None)]
    for each in found:
        if resolves(anywhere, 0, each.rows) and len(each.hosts) == 1:
            return Mistaken(job, each, host_lint(observed, job, each, known=short_host(job.host) in seen))
    return None


def has_records(observed: Observed, code: int) -> bool:
    """Return whether a runner or heartbeat speaks of a job."""
    return bool(observed.counts["steps"][code] or observed.counts["beats"][code])


def host_lint(observed: Observed, job: Job, each: Stranger, *, known: bool) -> Lint:
    """Return that a job runs on another host."""
    told = "where other jobs run" if known else "of which no source tells"
    return Lint(
        kind="host",
        text=f"{job.name}: it is recorded on host {each.hosts[0]}, not on {job.host}.",
        jobs=(job.name,),
        observed=(f"{seen_text(observed, each)} on {each.hosts[0]}; none on {job.host}, {told}.",),
        inferred="So its triggers are those of a job that no config names.",
        mends=(for_job(job, host=each.hosts[0]),),
        detail={"host": each.hosts[0], "triggers": len(each.watched.triggers)},
    )


def wrong_names(observed: Observed, silent: Sequence[Watched], found: Sequence[Stranger]) -> list[Mistaken]:
    """Return the silent jobs with the strangers that are called nearly so, each stranger once, best first."""
    pairs = []
    for watched in silent:
        for each in found:
            score = score_of(watched, each) if each.rows else 0.0
            if score:
                pairs.append((score, watched, each))
    hits: list[Mistaken] = []
    taken: set[str] = set()
    for _, watched, each in sorted(pairs, key=lambda pair: (-pair[0], pair[1].code, pair[2].name)):
        if watched.job.name not in taken and each.name not in taken:
            taken |= {watched.job.name, each.name}
            hits.append(Mistaken(watched.job, each, name_lint(observed, watched, each)))
    return hits


def score_of(watched: Watched, each: Stranger) -> float:
    """Return how likely a stranger is a job: by its name, and by when it fires; 0 where it is not."""
    job = watched.job
    alike = max(nearest_of(name, each.spellings) for name in (job.name, *job.aliases))
    if job.command:
        core = job.command.strip("*")
        alike = max([alike, *(likeness(core, command[-len(core) :]) for command in each.commands[:5])])
    if not job.schedule or job.problem or not len(each.watched.triggers):
        return alike if alike >= ALIKE else 0.0
    met = fit_of(replace(watched, triggers=each.watched.triggers, rows=each.watched.rows)).met
    fit = float(met.mean())
    is_it = alike >= SURE or (alike >= ALIKE and fit >= HARDLY) or (alike >= PERHAPS and fit >= FITTING)
    return alike + fit if is_it else 0.0


def name_lint(observed: Observed, watched: Watched, each: Stranger) -> Lint:
    """Return that a job goes by another name or command, with the first change that gives it its rows."""
    job = watched.job
    values = mend_of(observed, watched, each)
    keys = {"name": "name", "command": "command", "aliases": "name"}
    kind = next((keys[name] for name in values), "name")
    called = each.commands[0] if kind == "command" and each.commands else each.name
    return Lint(
        kind=kind,
        text=f"{job.name}: the scheduler never names it so, and starts `{called}`, which no job of the config is.",
        jobs=(job.name,),
        observed=(f"{seen_text(observed, each)}; {fit_text(watched, each)}.",),
        inferred="So it looks like the same job, misspelled on one side.",
        mends=(for_job(job, **values),) if values else (),
        todo="" if values else f"Give {job.name} the command or an alias by which the log knows it.",
        detail={"seen_as": each.name, "triggers": len(each.watched.triggers)},
    )


def seen_text(observed: Observed, each: Stranger) -> str:
    """Return how often a stranger was seen, and where last."""
    if not len(each.watched.triggers):
        return f"{counted(each.steps or each.messages, 'record')} of {each.name}"
    place = observed.place("triggers", int(each.watched.rows[-1]))
    return f"{counted(len(each.watched.triggers), 'trigger')} of {each.name}, the last at {place}"


def fit_text(watched: Watched, each: Stranger) -> str:
    """Return how well a stranger's triggers fit a job's due times."""
    fit = fit_of(replace(watched, triggers=each.watched.triggers, rows=each.watched.rows))
    return f"{fit.told} fit the schedule of {watched.job.name}"


def mend_of(observed: Observed, watched: Watched, each: Stranger) -> dict[str, object]:
    """Return the key of a job, with its value, that would give it a stranger's rows; empty where none does."""
    job, code = watched.job, watched.code
    is_known = bool(observed.mentions[code]) or has_records(observed, code)
    jobs = list(observed.jobs[: observed.configured])
    spelled = sorted(each.spellings, key=lambda word: -likeness(job.name, word))
    names = [word for word in spelled if is_free(observed, job, word)]
    tries: list[dict[str, object]] = [] if is_known else [{"name": word} for word in names[:2]]
    tries += [{"command": glob} for glob in own_globs(observed, code, each)]
    tries += [{"aliases": (*job.aliases, word)} for word in names[:2]]
    for values in tries:
        jobs[code] = replace(job, **values)  # type: ignore[arg-type]
        if resolves(jobs, code, each.rows):
            return values
    return {}


def is_free(observed: Observed, job: Job, word: str) -> bool:
    """Return whether a word may be a job's name, and no other job goes by it."""
    others = [each for each in observed.jobs[: observed.configured] if each.name != job.name]
    taken = {key(name) for each in others for name in (each.name, *each.aliases)}
    return NAME.fullmatch(word) is not None and key(word) not in taken


def own_globs(observed: Observed, code: int, each: Stranger) -> Iterator[str]:
    """Yield globs for a stranger's commands that fit no command of another job."""
    frame = observed.evidence.triggers
    others = [other.rows for other in observed.watched if other.code not in (code, each.watched.code)]
    rows = np.concatenate([np.empty(0, dtype=np.int64), *others])
    commands = frame["command"].iloc[rows].dropna().unique().tolist()
    yield from (glob for glob in command_globs(each.commands) if not fits_any(glob, commands))
