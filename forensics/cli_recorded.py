"""``forensics run`` as click lists it; ``entry`` hands it to the wrapper without click."""

from __future__ import annotations

import sys

import click


@click.command(
    context_settings={"ignore_unknown_options": True, "help_option_names": []},
    short_help="Run a job's command, and record how it went.",
)
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
def run(words: tuple[str, ...]) -> None:
    """Run a job's command, and record how it went; `forensics run --help` has the details."""
    from forensics.cli_wrapped import run_job

    sys.exit(run_job(words))
