"""``forensics doctor``: a config, its schedules and its sources, held against the evidence."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from forensics.cli_options import Asked, asking, settled

if TYPE_CHECKING:
    from forensics.config import Config
    from forensics.doctor.checkup import Checkup, Known
    from forensics.doctor.gone import Line
    from forensics.doctor.lint import Lint
    from forensics.evidence.intake import SourceRead
    from forensics.evidence.paired import Window
    from forensics.evidence.result import Result

DAY = 86_400 * 10**9
LOOK_BACK = 14 * DAY
SOUND, TO_MEND, REFUSED, INCOMPLETE = 0, 1, 2, 3


@click.command(short_help="Check a config, its schedules and sources against the evidence.")
@asking
@click.option("--strict", is_flag=True, help="Exit with 2 where there is anything to mend.")
@click.option(
    "--format", "form", type=click.Choice(("text", "json")), default="text", show_default=True, help="What stdout gets."
)
@click.option("--quiet", is_flag=True, help="Say nothing on stderr but errors.")
@click.option("--no-progress", is_flag=True, help="Show no progress on stderr.")
def doctor(asked: Asked, strict: bool, form: str, quiet: bool, no_progress: bool) -> None:
    """Hold a config against the evidence: what is wrong, and the lines that mend it.

    Without --since it looks at fourteen days: those before now, or before the newest record where that is older.
    Tells what to mend, what was read of each source, and for each job what shows it and what could prove it.
    Nothing is written.

    \b
    Exit codes:
      0  nothing to mend
      1  something to mend
      2  wrong usage, a config that cannot be read; with --strict anything to mend
      3  a source was unreadable, truncated or missing

    \b
    Examples:
      forensics doctor
      forensics doctor --config forensics.toml --job "backup*"
      forensics doctor --strict --format json
    """  # noqa: D301 - click's sign for lines that stay as they are
    from forensics.cli_doctor_told import numbers, show_told
    from forensics.cli_outputs import say, show_text

    config, window = settled(asked, is_quiet=quiet)
    checkup = examined(config, window, asked, is_silent=quiet or no_progress)
    code = code_of(checkup, is_strict=strict)
    if form == "json":
        show_text(numbers(checkup, code))
    else:
        show_told(checkup)
    if not quiet:
        say(f"exit {code}, {len(checkup.problems) or 'nothing'} to mend{unread_text(code)}")
    sys.exit(code)


def unread_text(code: int) -> str:
    """Return what else made the exit code what it is."""
    return "; a source was not read to its end" if code == INCOMPLETE else ""


def examined(config: Config, window: Window, asked: Asked, *, is_silent: bool) -> Checkup:
    """Return the check-up of a config.

    Raises:
        ForensicsError: a job that is asked for is not known.
    """
    from forensics.cli_reading import check_jobs
    from forensics.doctor.checkup import check_up

    readable, before = without_unreadable(config)
    result = read(readable, window, has_begin=asked.since is not None, has_end=asked.until is not None,
                  is_silent=is_silent)  # fmt: skip
    check_jobs(result, asked.jobs)
    return check_up(result, known_beside(config, result, before), asked.jobs)


def without_unreadable(config: Config) -> tuple[Config, list[Lint]]:
    """Return a config without the sources that nobody can read, and what is to be said of these."""
    from forensics.doctor.sources import unreadable
    from forensics.sources.reading import by_kind

    is_known = [by_kind(source.kind) is not None for source in config.sources]
    before = [unreadable(each, at) for at, each in enumerate(config.sources, 1) if not is_known[at - 1]]
    left = tuple(each for each, known in zip(config.sources, is_known, strict=True) if known)
    return replace(config, sources=left), before


def read(config: Config, window: Window, *, has_begin: bool, has_end: bool, is_silent: bool) -> Result:
    """Return what all sources come to; where all of them ended long ago, over the last days of what they tell."""
    from forensics.cli_progress import shown_progress
    from forensics.cli_secrets import tokens_of
    from forensics.pipeline import Question
    from forensics.pipeline import report as make_report

    question = Question(
        window if has_begin else replace(window, since=window.until - LOOK_BACK), tokens=tokens_of(config)
    )
    with shown_progress(is_silent) as progress:
        result = make_report(config, question, progress)
        last = newest(result)
        if has_begin or has_end or last is None or last >= window.until - DAY:
            return result
        earlier = replace(window, since=last - LOOK_BACK, until=last)
        return make_report(config, replace(question, window=earlier), progress)


def newest(result: Result) -> int | None:
    """Return until when the sources tell something, in ns, None where none does; files count if nothing else does."""
    sources = result.evidence.sources
    telling = [source for source in sources if {"triggers", "lifecycle", "notifications"} & set(source.lanes)]
    return max((end for source in telling or sources if (end := end_of(source)) is not None), default=None)


def end_of(source: SourceRead) -> int | None:
    """Return a source's newest record in ns, or the end of what it covers where that is within a day of it."""
    end = source.covers[1] if source.covers is not None else None
    is_near = end is not None and source.newest is not None and 0 <= end - source.newest <= DAY
    return end if is_near else source.newest


def known_beside(config: Config, result: Result, before: list[Lint]) -> Known:
    """Return what is known beside the evidence: the config's own text, this machine's zone and crontabs."""
    from zoneinfo import ZoneInfo

    from forensics.doctor.checkup import Known
    from forensics.survey.tree import Tree
    from forensics.survey.zones import machine_zone

    zone = machine_zone(Tree("/"), os.environ.get("TZ")).name
    return Known(
        own_zones=own_zones(config),
        machine=ZoneInfo(zone) if zone else None,
        crontab=crontab_of(result),
        before=tuple(before),
    )


def own_zones(config: Config) -> frozenset[str]:
    """Return the jobs that name a zone of their own; where the text is not at hand, those whose zone is another."""
    import tomllib

    try:
        tables: dict[str, Any] = tomllib.loads(Path(config.file or "").read_text(encoding="utf-8-sig"))
    except (OSError, ValueError):
        return frozenset(job.name for job in config.jobs if job.timezone != config.timezone)
    return frozenset(job["name"] for job in tables.get("job", []) if "timezone" in job)


def crontab_of(result: Result) -> tuple[Line, ...]:
    """Return the lines of this machine's crontabs, none where its log is not the one that was read.

    That is so where some job was triggered here within the last day, by a command that stands in them.
    """
    from forensics.cli_init import own_crontab
    from forensics.doctor.gone import Line
    from forensics.survey.crontabs import crontabs
    from forensics.survey.tree import Tree

    at = result.evidence.triggers["at"].max()
    if not len(result.evidence.triggers) or at.value < result.window.now - DAY:
        return ()
    found = crontabs(Tree("/"), own_crontab())
    if found.barred:
        return ()
    lines = [Line(job.command, str(job.places[0])) for job in found.jobs if job.command]
    seen = set(result.evidence.triggers["command"].dropna().str.strip())
    return tuple(lines) if any(line.command.strip() in seen for line in lines) else ()


def code_of(checkup: Checkup, *, is_strict: bool) -> int:
    """Return the exit code; the highest that applies."""
    from forensics.analyse.unread import unread

    if unread(checkup.result.evidence):
        return INCOMPLETE
    if (is_strict and checkup.problems) or any(each.kind == "no_reader" for each in checkup.problems):
        return REFUSED
    return TO_MEND if checkup.problems else SOUND
