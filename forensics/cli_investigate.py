"""``forensics investigate``: why runs went wrong, since when, how far each got, and what to do next."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from forensics.cli_memory import Recollection
from forensics.cli_options import Asked, asking, settled, with_engine
from forensics.errors import ForensicsError, OutputError

if TYPE_CHECKING:
    from forensics.evidence.investigation import Moment
    from forensics.evidence.result import Result

FORMATS = ("md", "html", "json", "csv", "parquet", "timesketch", "prometheus")
TIMELINE_FORMATS = ("md", "json", "csv", "timesketch")
ALONE = ("timeline", "rerun_list", "panel")
LANES = ("event", "due", "triggers", "lifecycle", "notifications", "artifacts")
BACK = timedelta(days=14)


@dataclass(frozen=True)
class Wanted:
    """What is to become of an investigation, as the options say."""

    form: str
    outputs: tuple[str, ...]
    timeline: bool
    lanes: tuple[str, ...]
    rerun_list: bool
    panel: bool
    exit_zero: bool
    dry_run: bool
    no_ledger: bool
    quiet: bool
    no_progress: bool
    engine: str

    @property
    def ledger(self) -> Recollection:
        """Return how the ledger is used: it is read only, as an investigation is no night's report."""
        return Recollection(is_used=not self.no_ledger, is_dry=True)


@click.command(short_help="Find out why runs went wrong, since when, and what to do.")
@partial(asking, default_since="14 days before its end")
@click.option("--format", "form", type=click.Choice(FORMATS), default="md", show_default=True, help="What stdout gets.")
@click.option(
    "--output",
    "outputs",
    metavar="PATH",
    multiple=True,
    help="Also write this file; the suffix tells the format. May be given again.",
)
@click.option("--timeline", is_flag=True, help="Show the timeline alone, of all runs: md, json, csv or timesketch.")
@click.option(
    "--lane", "lanes", type=click.Choice(LANES), multiple=True, help="Only this lane, with --timeline; may be repeated."
)
@click.option("--rerun-list", is_flag=True, help="Show only the runs to run again, one a line: job, due time, key.")
@click.option("--panel", is_flag=True, help="Show the heartbeat panel alone, as Markdown.")
@click.option("--dry-run", is_flag=True, help="Write nothing but the dossier, as ever: the ledger is read only.")
@click.option("--no-ledger", is_flag=True, help="Do not read the ledger.")
@click.option("--exit-zero", is_flag=True, help="Exit with 0 where it would be 1 or 3.")
@click.option("--quiet", is_flag=True, help="Say nothing on stderr but errors.")
@click.option("--no-progress", is_flag=True, help="Show no progress on stderr.")
@with_engine
def investigate(asked: Asked, **options: Any) -> None:
    """Find out why runs went wrong: likely causes, since when, how far they got, and what to do next.

    Without --since it looks back 14 days: what went wrong is compared with what went well before.

    \b
    Examples:
      forensics investigate
      forensics investigate --job 'larry-*' --output incident.md
      forensics investigate --timeline --lane triggers --lane lifecycle --since yesterday
      forensics investigate --rerun-list --since "yesterday 18:00"
    """  # noqa: D301 - click's sign for lines that stay as they are
    from forensics.cli_outputs import say, tell
    from forensics.cli_reading import exit_code_of

    wanted = Wanted(**options)
    check(wanted)
    result = made(asked, wanted)
    troubles = shown(result, wanted)
    for trouble in troubles:
        say(trouble)
    code = exit_code_of(result, exit_zero=wanted.exit_zero, is_reached=not troubles)
    if not wanted.quiet:
        tell(result, code, troubles)
    sys.exit(code)


def check(wanted: Wanted) -> None:
    """Refuse options that do not go together.

    Raises:
        ForensicsError: there are such.
    """
    alone = [f"--{name.replace('_', '-')}" for name in ALONE if getattr(wanted, name)]
    if len(alone) > 1:
        raise ForensicsError(f"{' and '.join(alone)} each show one thing alone - leave out all but one of them")
    if wanted.lanes and not wanted.timeline:
        raise ForensicsError(f"--lane {wanted.lanes[0]} is about the timeline alone - add --timeline, or leave it out")
    if wanted.rerun_list and wanted.form != "md":
        raise ForensicsError(f"--rerun-list is plain text - leave out --format {wanted.form}")
    if wanted.rerun_list and wanted.outputs:
        raise ForensicsError("--rerun-list goes to standard output alone - leave out --output, and use > FILE")
    if wanted.timeline:
        check_timeline(wanted)


def check_timeline(wanted: Wanted) -> None:
    """Refuse forms that a timeline does not have.

    Raises:
        ForensicsError: one is asked for.
    """
    from forensics.report.outputs import format_of

    for form in (wanted.form, *(format_of(Path(path)) for path in wanted.outputs)):
        if form not in TIMELINE_FORMATS:
            raise ForensicsError(f"--timeline cannot be {form} - use {', '.join(TIMELINE_FORMATS)}")
        if form == "timesketch" and wanted.lanes:
            raise ForensicsError("--lane: Timesketch filters by itself, by the field lane - leave one of the two out")


def made(asked: Asked, wanted: Wanted) -> Result:
    """Return what was found out.

    Raises:
        ForensicsError: something in the options or the config stands in its way.
    """
    from forensics.cli_outputs import check_outputs
    from forensics.cli_reading import read

    config, window = settled(asked, is_quiet=wanted.quiet, back=BACK)
    check_outputs(wanted.form, wanted.panel, wanted.outputs, config)
    memory = replace(wanted.ledger.recalled(config, window), pending={})
    is_silent = wanted.quiet or wanted.no_progress
    return read(config, window, asked.jobs, memory, is_silent=is_silent, is_investigated=True, engine=wanted.engine)


def shown(result: Result, wanted: Wanted) -> list[str]:
    """Write what was found out to stdout and to every file; return what could not be reached."""
    from forensics.cli_outputs import is_terminal, show_content
    from forensics.durable import write
    from forensics.report.outputs import format_of

    troubles = []
    try:
        if is_terminal() and wanted.form == "md" and not any(getattr(wanted, name) for name in ALONE):
            show_dressed(result)
        else:
            show_content(content(result, wanted))
    except OutputError as error:
        troubles.append(str(error))
    for path in wanted.outputs:
        try:
            write(Path(path), content(result, replace(wanted, form=format_of(Path(path)), panel=False)))
        except OutputError as error:
            troubles.append(str(error))
    return troubles


def content(result: Result, wanted: Wanted) -> bytes:
    """Return what is to be shown or written, in the form that is wanted."""
    if wanted.panel:
        from forensics.report.outputs import panel

        return panel(result).encode()
    if wanted.rerun_list:
        return rerun_list(result).encode("utf-8", "backslashreplace")
    return timeline(result, wanted) if wanted.timeline else dossier(result, wanted.form)


def dossier(result: Result, form: str) -> bytes:
    """Return the dossier; as a table or events it is that of the report."""
    from forensics.investigate.rerun import lost_runs
    from forensics.report.dossier import dossier_markdown
    from forensics.report.dossier_json import dossier_json
    from forensics.report.outputs import render

    if form == "md":
        return dossier_markdown(result, incident(result)).encode()
    if form == "json":
        return dossier_json(result, [(lost.job, lost.at, lost.key) for lost in lost_runs(result)])
    if form == "html":
        from forensics.report.dossier_page import dossier_html

        return dossier_html(result, incident(result))
    return render(result, form)


def incident(result: Result) -> list[Moment]:
    """Return the moments of the runs that went wrong, and of the last good ones before them."""
    from forensics.investigate.timeline import Wanted as Moments
    from forensics.investigate.timeline import incident_runs, moments

    keys = incident_runs(result)
    return list(moments(result, Moments(runs=keys))) if keys else []


def timeline(result: Result, wanted: Wanted) -> bytes:
    """Return the timeline of all runs of the window."""
    from forensics.investigate.timeline import Wanted as Moments
    from forensics.investigate.timeline import moments
    from forensics.report.dossier_timeline import timeline_csv, timeline_json, timeline_text
    from forensics.report.outputs import render

    if wanted.form == "timesketch":
        return render(result, "timesketch")
    found = list(moments(result, Moments(lanes=wanted.lanes)))
    if wanted.form == "md":
        return timeline_text(found, result).encode("utf-8", "backslashreplace")
    return timeline_json(found, result) if wanted.form == "json" else timeline_csv(found, result)


def rerun_list(result: Result) -> str:
    """Return the runs to run again, one a line: job, due time, key, told apart by tabs."""
    from forensics.investigate.rerun import lost_runs
    from forensics.redaction import redact
    from forensics.timeline import utc_text
    from forensics.untrusted import safe_line

    found = lost_runs(result)
    return "".join(f"{safe_line(redact(lost.job))}\t{utc_text(lost.at)}\t{safe_line(lost.key)}\n" for lost in found)


def show_dressed(result: Result) -> None:
    """Show the dossier on a terminal, in the signs that it knows."""
    import io

    from rich.console import Console

    from forensics.report.dossier import dossier_markdown
    from forensics.report.terminal import print_markdown

    ascii_only = not sys.stdout.encoding.lower().startswith("utf")
    if ascii_only and isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # names from evidence may hold any sign
    print_markdown(Console(), dossier_markdown(result, incident(result), ascii_only))
