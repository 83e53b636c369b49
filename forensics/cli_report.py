"""``forensics report``: read all traces, judge every run, show the report, and leave what the next one needs."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import click

from forensics.cli_memory import Recollection
from forensics.cli_options import Asked, asking, settled, with_engine

if TYPE_CHECKING:
    from forensics.cli_plan import Filing

FORMATS = ("md", "html", "json", "csv", "parquet", "timesketch", "prometheus")


@dataclass(frozen=True)
class Wanted:
    """What is to become of a report, as the options say."""

    form: str
    outputs: tuple[str, ...]
    archive: str | None
    panel: bool
    file_issues: bool
    exit_zero: bool
    dry_run: bool
    no_ledger: bool
    quiet: bool
    no_progress: bool
    engine: str

    @property
    def ledger(self) -> Recollection:
        """Return how the ledger is used."""
        return Recollection(is_used=not self.no_ledger, is_dry=self.dry_run)


@click.command(short_help="Read all traces, judge every run, show the report.")
@click.option(
    "--output",
    "outputs",
    metavar="PATH",
    multiple=True,
    help="Also write this file; the suffix tells the format. May be given again.",
)
@click.option(
    "--archive",
    metavar="DIR",
    help="Also keep this night's report there as .html, .md and .json, as latest, and in an index.html.",
)
@click.option(
    "--file-issues", is_flag=True, help="Also bring the tracker's issues up to date, and publish where [publish] says."
)
@click.option("--dry-run", is_flag=True, help="Write nothing but the report; of issues, show the plan.")
@asking
@click.option("--format", "form", type=click.Choice(FORMATS), default="md", show_default=True, help="What stdout gets.")
@click.option("--panel", is_flag=True, help="Show the heartbeat panel alone, as Markdown.")
@click.option("--exit-zero", is_flag=True, help="Exit with 0 where it would be 1 or 3.")
@click.option("--no-ledger", is_flag=True, help="Neither read nor write the ledger.")
@click.option("--quiet", is_flag=True, help="Say nothing on stderr but errors.")
@click.option("--no-progress", is_flag=True, help="Show no progress on stderr.")
@with_engine
def report(asked: Asked, **options: Any) -> None:
    """Read all traces, judge every run, and render the Night Watch report.

    \b
    Examples:
      forensics report
      forensics report --config forensics.toml --archive ~/nights --file-issues
      forensics report --since yesterday --output night.md
      forensics report --triggers /var/log/cron.log --since "yesterday 18:00"
    """  # noqa: D301 - click's sign for lines that stay as they are
    from forensics.cli_outputs import say, tell
    from forensics.cli_reading import exit_code_of

    wanted = Wanted(**options)
    told = delivered(made(asked, wanted), wanted, asked)
    result = told.result
    for line in [*plan_lines(told, wanted), *told.troubles, *(() if wanted.quiet else told.notes)]:
        say(line)
    code = exit_code_of(result, exit_zero=wanted.exit_zero, is_reached=not told.troubles)
    if not wanted.quiet:
        tell(result, code, told.troubles)
    sys.exit(code)


def made(asked: Asked, wanted: Wanted) -> Filing:
    """Return the report, its issues filed where that is wanted.

    Raises:
        ForensicsError: something in the options or the config stands in its way.
    """
    from forensics.cli_archive import check_archive, remembered
    from forensics.cli_outputs import check_outputs
    from forensics.cli_reading import read
    from forensics.cli_tracker import check_filing, file_issues_of, with_ledger

    config, window = settled(asked, is_quiet=wanted.quiet, last_end=wanted.ledger.last_end)
    check_outputs(wanted.form, wanted.panel, wanted.outputs, config)
    if wanted.archive is not None:
        check_archive(wanted.archive, config, asked.jobs)
    if wanted.file_issues:
        check_filing(config, no_ledger=wanted.no_ledger)
    memory = wanted.ledger.recalled(config, window)
    if wanted.archive is not None:
        memory = remembered(memory, wanted.archive, window, config.timezone)
    is_silent = wanted.quiet or wanted.no_progress
    result = read(config, window, asked.jobs, memory, is_silent=is_silent, engine=wanted.engine)
    filing = with_ledger(result, no_ledger=wanted.no_ledger)
    return file_issues_of(filing.result, is_dry=wanted.dry_run) if wanted.file_issues else filing


def delivered(filing: Filing, wanted: Wanted, asked: Asked) -> Filing:
    """Write a report wherever it is wanted, and leave in the ledger what the next one needs; return what came of it."""
    from forensics.cli_archive import archived
    from forensics.cli_outputs import deliver

    result = filing.result
    troubles = [*filing.troubles, *deliver(result, wanted.form, wanted.panel, wanted.outputs)]
    if wanted.archive is not None:
        troubles += archived(result, wanted.archive, is_dry=wanted.dry_run)
    forgotten = wanted.ledger.remembered(result, is_about_all=not asked.jobs)
    if result.config.ledger is None:  # nobody asked for one
        return replace(filing, troubles=tuple(troubles), notes=(*filing.notes, *forgotten))
    return replace(filing, troubles=(*troubles, *forgotten))


def plan_lines(filing: Filing, wanted: Wanted) -> list[str]:
    """Return what was to be done with issues, where anybody asked for it."""
    from forensics.cli_plan import plan_text

    is_told = filing.result.filed.planned or not filing.troubles
    return plan_text(filing.result).splitlines() if wanted.file_issues and not wanted.quiet and is_told else []
