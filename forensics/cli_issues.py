"""``forensics issues``: the tracker's issues, held against what the evidence says."""

from __future__ import annotations

import sys

import click

from forensics.cli_options import Asked, asking, settled


@click.group()
def issues() -> None:
    """Keep the tracker's issues in line with what holds."""


@issues.command(short_help="Open, update and close issues; print the plan.")
@asking
@click.option(
    "--format", "form", type=click.Choice(("text", "json")), default="text", show_default=True, help="What stdout gets."
)
@click.option("--dry-run", is_flag=True, help="Print the plan, and change nothing, neither there nor here.")
@click.option("--exit-zero", is_flag=True, help="Exit with 0 where it would be 1 or 3.")
@click.option("--quiet", is_flag=True, help="Say nothing on stderr but errors.")
@click.option("--no-progress", is_flag=True, help="Show no progress on stderr.")
def sync(asked: Asked, form: str, dry_run: bool, exit_zero: bool, quiet: bool, no_progress: bool) -> None:
    """Read all traces as the report does; open, update and close the issues of the tracker.

    \b
    Examples:
      forensics issues sync --dry-run
      forensics issues sync --config forensics.toml --format json
    """  # noqa: D301 - as above
    from forensics.cli_outputs import say, show_text
    from forensics.cli_plan import told_plan
    from forensics.cli_reading import exit_code_of, read
    from forensics.cli_tracker import check_filing, file_issues_of

    config, window = settled(asked, is_quiet=quiet)
    check_filing(config, no_ledger=False)
    result = read(config, window, asked.jobs, is_silent=quiet or no_progress)
    filing = file_issues_of(result, is_dry=dry_run, publishes=False)
    if filing.result.filed.planned or not filing.troubles or form == "json":
        show_text(told_plan(filing, form))
    for line in [*filing.troubles, *(() if quiet else filing.notes)]:
        say(line)
    sys.exit(exit_code_of(result, exit_zero=exit_zero, is_reached=not filing.troubles))
