"""A survey as a config that a stranger can read: every job says where it was found, and what is guessed is marked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path, PurePosixPath

from forensics.config import SourceConfig
from forensics.survey.commands import glob_of, hidden, is_telling
from forensics.survey.found import FoundJob, FoundSource, Survey
from forensics.survey.toml_text import comment, duration, moment, table, text, texts

HEAD = """\
# Night Watch: the scheduled jobs of this machine, as `forensics init` found them.
#
# Read it through once. Above each job stands where it was found. What is marked `perhaps` is a guess:
# take its `# perhaps: ` away where it is right.
# Then: `forensics doctor` tells what can be proven and what cannot; `forensics report` judges the last 24 hours.
# `forensics init` again tells what has changed on the machine since, and never overwrites this file.
"""
NO_MESSAGES = """\
# Messages: none were at hand. A Slack export is a folder or a .zip; `forensics init --notifications PATH` adds it.
# [[source]]
# kind = "slack-export"
# path = "slack"
"""
NO_TRIGGERS = """\
# What cron started: no log with cron's lines was at hand. Where they are in systemd's journal alone:
#   journalctl -t CRON -t crond -o short-iso > cron.log; forensics init --triggers syslog:cron.log
# [[source]]
# kind = "syslog"
# path = "/var/log/syslog*"
"""
NO_FILES = """\
# Files that jobs leave: without them nothing can be proven. `forensics init --artifacts FOLDER` adds a folder, and
# learns which job writes what.
# [[source]]
# kind = "files"
# path = "/srv"
"""
NO_JOBS = """\
# No job was found. One looks like this:
# [[job]]
# name = "backup"
# schedule = "30 2 * * *"
# command = "/usr/local/bin/backup*"
# artifacts = ["backup-{date:%Y-%m-%d}.tar.gz"]
"""
LANES = (
    ("syslog", NO_TRIGGERS, frozenset({"syslog", "journal", "openclaw", "kubernetes", "registry"})),
    ("slack", NO_MESSAGES, frozenset({"slack", "slack-export"})),
    ("files", NO_FILES, frozenset({"files", "find-listing", "ls-listing", "bodyfile"})),
)
LONGEST_COMMENT = 160
LONGEST_GAP = timedelta(days=3650)


def draft(survey: Survey, folder: Path | None = None) -> str:
    """Return a survey as a config; paths below ``folder``, where the config is to lie, are written from there on."""
    jobs = [job_block(job) for job in survey.jobs]
    parts = [
        HEAD,
        zone_line(survey),
        heading("Evidence: what is read"),
        *sources(survey.sources, folder),
        *heartbeats(survey),
        heading("Jobs"),
        *(jobs or [NO_JOBS]),
        *leftovers(survey),
    ]
    return "\n".join(parts)


def zone_line(survey: Survey) -> str:
    """Return the line of the zone, and where it was read."""
    return f"timezone = {text(survey.zone.name or 'UTC')}  {comment(survey.zone.origin)}\n"


def heading(words: str) -> str:
    """Return a line that parts the file."""
    return f"# ---- {words} {'-' * (70 - len(words))}\n"


def sources(found: Sequence[FoundSource], folder: Path | None) -> Iterator[str]:
    """Yield what is read, and for each lane that nothing shows how it could be."""
    yield from (source_block(each, folder) for each in found)
    kinds = {each.config.kind for each in found} | {each.config.lane for each in found}
    for lane, hint, shown_by in LANES:
        generic = {"syslog": "triggers", "slack": "notifications", "files": "artifacts"}[lane]
        if kinds.isdisjoint(shown_by | {generic}):
            yield hint


def source_block(found: FoundSource, folder: Path | None) -> str:
    """Return a source as the config names it."""
    config = found.config
    lines = [comment(found.about), "[[source]]", f"kind = {text(config.kind)}", f"path = {text(near(config, folder))}"]
    lines += [f"lane = {text(config.lane)}"] if config.lane else []
    lines += [f"timezone = {text(config.timezone.key)}"] if config.timezone else []
    return "".join(f"{line}\n" for line in lines)


def near(config: SourceConfig, folder: Path | None) -> str:
    """Return the path of a source, from the config's folder on where it lies below that."""
    is_below = folder is not None and PurePosixPath(config.path).is_relative_to(folder)
    if not is_below or folder is None or "://" in config.path or re.search(r"[*?[]", str(folder)):
        return config.path
    return str(PurePosixPath(config.path).relative_to(folder))


def heartbeats(survey: Survey) -> Iterator[str]:
    """Yield where heartbeats lie; commented where most jobs have none, as each of these would be missing."""
    if not survey.beat_folders:
        return
    lines = ["[heartbeats]", f"dirs = {texts(survey.beat_folders)}"]
    silent = len(survey.jobs) - survey.beating
    told = f"{survey.beating} of {len(survey.jobs)} jobs write heartbeats here."
    if silent <= survey.beating:
        yield "".join(f"{line}\n" for line in [comment(told), *lines])
        return
    hint = "With this section each of the others would be reported as missing: take the signs away once most have one."
    yield "".join(f"{line}\n" for line in [comment(told), comment(hint), *(f"# {line}" for line in lines)])


def job_block(job: FoundJob) -> str:
    """Return a job as the config names it, with where it was found above it."""
    return "".join(f"{line}\n" for line in [*job_comments(job), "[[job]]", *job_lines(job), *guesses(job)])


def job_comments(job: FoundJob) -> Iterator[str]:
    """Yield the comments above a job: where it was found, as whom it runs, what is said of it, what is to be known."""
    first, *others = job.places
    users = f", as {' and '.join(job.users)}" if any(job.users) else ""
    said = f": {clipped(hidden(job.said))}" if job.said else ""
    yield comment(f"{first}{users}{said}")
    yield from (comment(f"{place}: the same command") for place in others)
    yield from (comment(hidden(note)) for note in job.notes)


def job_lines(job: FoundJob) -> Iterator[str]:
    """Yield the keys of a job."""
    yield f"name = {text(job.name)}"
    if job.scheduler not in ("cron", "interval"):
        yield f"scheduler = {text(job.scheduler)}"
    yield from cadence_lines(job)
    if job.reports:
        yield f"reports = {text(job.reports)}"
    aliases = [alias for alias in job.aliases if alias.strip() and hidden(alias) == alias]
    if aliases:
        yield f"aliases = {texts(aliases)}"
    glob = glob_of(job.command) if job.command else ""
    if is_telling(glob):
        yield f"command = {text(glob)}"
    if job.artifacts:
        yield f"artifacts = {texts(job.artifacts)}"
    attributes = {key: value for key, value in job.attributes.items() if hidden(value) == value}
    if attributes:
        yield f"attributes = {table(attributes)}"


def cadence_lines(job: FoundJob) -> Iterator[str]:
    """Yield when a job is due, and within what time it is to be done."""
    if job.schedule:
        yield f"schedule = {text(job.schedule)}"
    elif job.interval and job.interval <= LONGEST_GAP:
        yield f"interval = {duration(job.interval)}"
        if job.anchor:
            yield f"anchor = {moment(job.anchor)}"
    if job.zone:
        yield f"timezone = {text(job.zone)}"
    if job.start_grace and (job.schedule or job.interval):
        yield f"start_grace = {duration(job.start_grace)}"
    if job.max_duration:
        yield f"max_duration = {duration(job.max_duration)}"
    if job.since:
        yield f"since = {moment(job.since)}"


def guesses(job: FoundJob) -> Iterator[str]:
    """Yield what is only guessed of a job."""
    yield from (comment(f"perhaps: {guess}") for guess in job.perhaps)


def leftovers(survey: Survey) -> Iterator[str]:
    """Yield what made no job, and why."""
    lines = [f"{each.path}: {each.why}" for each in survey.barred]
    lines += [f"{each.place}: {each.why}" for each in survey.unused]
    if survey.unplaced:
        lines.append(f"names in the evidence that fit no job here: {', '.join(survey.unplaced)}")
    if lines:
        yield heading("Not jobs, and why")
        yield "".join(f"{comment(hidden(line))}\n" for line in lines)


def clipped(words: str) -> str:
    """Return the beginning of a comment."""
    return words if len(words) <= LONGEST_COMMENT else words[: LONGEST_COMMENT - 1] + "…"
