"""The command line: options in, pipeline called, text out, exit code chosen.

Only this room, ``cli_*`` included, reads the clock, the environment and the working directory.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import IO, TYPE_CHECKING, Any

import click

from forensics import __version__
from forensics.cli_options import Asked, asking, settled
from forensics.errors import ForensicsError, OutputError

if TYPE_CHECKING:
    from forensics.config import Config
    from forensics.evidence.memory import Memory
    from forensics.evidence.paired import Window
    from forensics.evidence.result import Result

FORMATS = ("md", "html", "json", "csv", "parquet", "timesketch", "prometheus")
UNREACHED = 4


class Failure(click.ClickException):
    """Something that the person who called can mend: a message and an exit code that the README lists."""

    exit_code = 2

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the message to stderr."""
        from forensics.cli_outputs import say

        say(self.format_message())


class Unreached(Failure):
    """An output that could not be written."""

    exit_code = UNREACHED


class Stopped(Failure):
    """A report that was stopped by the keyboard; 1 would say that there are blockers."""

    exit_code = 130


@contextmanager
def without_search_for_cycles() -> Iterator[None]:
    """Switch off the search for cycles: a command makes very many values, none in cycles, and it takes an eighth."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()  # else the first search would go through all that the command has made
        gc.enable()


# Commands of other modules, which are imported only when they are called or listed.
ELSEWHERE = {
    "collect": "forensics.cli_collect:collect",
    "doctor": "forensics.cli_doctor:doctor",
    "gate": "forensics.cli_gate:gate",
    "heartbeat": "forensics.cli_heartbeat:heartbeat",
    "init": "forensics.cli_init:init",
    "run": "forensics.cli_recorded:run",
    "runs": "forensics.cli_runs:runs",
    "sources": "forensics.cli_sources:sources",
}


class Commands(click.Group):
    """A group whose errors are one clear message and an exit code, never a traceback."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return sorted({*super().list_commands(ctx), *ELSEWHERE})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, imported where it lives elsewhere."""
        if cmd_name in ELSEWHERE:
            module, _, name = ELSEWHERE[cmd_name].partition(":")
            found: click.Command = getattr(import_module(module), name)
            return found
        return super().get_command(ctx, cmd_name)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; what a person can mend ends in a message."""
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # else numpy starts threads for matrices, and there are none
        try:
            with without_search_for_cycles():
                return super().invoke(ctx)
        except OutputError as error:
            raise Unreached(str(error)) from error
        except ForensicsError as error:
            raise Failure(str(error)) from error
        except KeyboardInterrupt as error:
            raise Stopped("stopped before the report was done") from error


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="forensics")
def main() -> None:
    """Find out, after the fact, what scheduled jobs really did.

    \b
    Exit codes, the highest that applies:
      0  done, nothing that a person must act on
      1  done, and there are blockers
      2  wrong usage, or a config that cannot be read
      3  a source was unreadable, truncated or missing; the report says which
      4  the report was made, but the tracker or an output could not be reached
    """  # noqa: D301 - click's sign for lines that stay as they are


@main.command(short_help="Read all traces, judge every run, show the report.")
@asking
@click.option("--format", "form", type=click.Choice(FORMATS), default="md", show_default=True, help="What stdout gets.")
@click.option(
    "--output",
    "outputs",
    metavar="PATH",
    multiple=True,
    help="Also write this file; the suffix tells the format. May be given again.",
)
@click.option("--archive", metavar="DIR", help="Also keep this night's report there, as .md and .json, and as latest.")
@click.option("--panel", is_flag=True, help="Show the heartbeat panel alone, as Markdown.")
@click.option(
    "--file-issues", is_flag=True, help="Also bring the tracker's issues up to date, and publish where [publish] says."
)
@click.option("--exit-zero", is_flag=True, help="Exit with 0 where it would be 1 or 3.")
@click.option("--dry-run", is_flag=True, help="Write nothing but the report; of issues, show the plan.")
@click.option("--no-ledger", is_flag=True, help="Neither read nor write the ledger.")
@click.option("--quiet", is_flag=True, help="Say nothing on stderr but errors.")
@click.option("--no-progress", is_flag=True, help="Show no progress on stderr.")
def report(
    asked: Asked,
    form: str,
    outputs: tuple[str, ...],
    archive: str | None,
    panel: bool,
    file_issues: bool,
    exit_zero: bool,
    dry_run: bool,
    no_ledger: bool,
    quiet: bool,
    no_progress: bool,
) -> None:
    """Read all traces, judge every run, and render the Night Watch report.

    \b
    Examples:
      forensics report
      forensics report --config forensics.toml --since yesterday --output night.md
      forensics report --triggers /var/log/cron.log --since "yesterday 18:00"
    """  # noqa: D301 - as above
    from forensics.cli_archive import archived, check_archive, remembered
    from forensics.cli_memory import Recollection
    from forensics.cli_outputs import check_outputs, deliver, say, tell
    from forensics.cli_plan import plan_text
    from forensics.cli_tracker import check_filing, file_issues_of, with_ledger

    ledger = Recollection(is_used=not no_ledger, is_dry=dry_run)
    config, window = settled(asked, is_quiet=quiet, last_end=ledger.last_end)
    check_outputs(form, panel, outputs, config)
    if archive is not None:
        check_archive(archive, config, asked.jobs)
    if file_issues:
        check_filing(config, no_ledger=no_ledger)
    memory = ledger.recalled(config, window)
    if archive is not None:
        memory = remembered(memory, archive, window, config.timezone)
    result = read(config, window, asked.jobs, memory, is_silent=quiet or no_progress)
    filing = with_ledger(result, no_ledger=no_ledger)
    if file_issues:
        filing = file_issues_of(filing.result, is_dry=dry_run)
    troubles = [*filing.troubles, *deliver(filing.result, form, panel, outputs)]
    if archive is not None:
        troubles += archived(filing.result, archive, is_dry=dry_run)
    forgotten = ledger.remembered(filing.result, is_about_all=not asked.jobs)
    notes = filing.notes
    if config.ledger is None:  # nobody asked for one
        notes, forgotten = (*notes, *forgotten), []
    troubles += forgotten
    code = UNREACHED if troubles else 0 if exit_zero and result.exit_code in (1, 3) else result.exit_code
    is_planned = file_issues and not quiet and (filing.result.filed.planned or not filing.troubles)
    plan = plan_text(filing.result).splitlines() if is_planned else []
    for line in [*plan, *troubles, *(() if quiet else notes)]:
        say(line)
    if not quiet:
        tell(result, code, troubles)
    sys.exit(code)


def read(
    config: Config, window: Window, jobs: tuple[str, ...], memory: Memory | None = None, *, is_silent: bool
) -> Result:
    """Return what all sources of a config come to, with progress on stderr.

    Raises:
        ForensicsError: a job that is asked for is not known, or a source cannot be read as such.
    """
    from forensics.cli_progress import shown_progress
    from forensics.cli_secrets import tokens_of
    from forensics.evidence.memory import FORGOTTEN
    from forensics.pipeline import Question
    from forensics.pipeline import report as make_report

    question = Question(window, jobs, memory or FORGOTTEN, tokens_of(config))
    with shown_progress(is_silent) as progress:
        result = make_report(config, question, progress)
    check_jobs(result, jobs)
    return result


@main.group()
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
    from forensics.cli_tracker import check_filing, file_issues_of

    config, window = settled(asked, is_quiet=quiet)
    check_filing(config, no_ledger=False)
    result = read(config, window, asked.jobs, is_silent=quiet or no_progress)
    filing = file_issues_of(result, is_dry=dry_run, publishes=False)
    if filing.result.filed.planned or not filing.troubles or form == "json":
        show_text(told_plan(filing, form))
    code = UNREACHED if filing.troubles else 0 if exit_zero and result.exit_code in (1, 3) else result.exit_code
    for line in [*filing.troubles, *(() if quiet else filing.notes)]:
        say(line)
    sys.exit(code)


def check_jobs(result: Result, globs: tuple[str, ...]) -> None:
    """Refuse globs that fit no job: a report without runs would look like a quiet night.

    Raises:
        ForensicsError: there are such.
    """
    from fnmatch import fnmatchcase

    from forensics.config_keys import nearest

    known = sorted({job.name for job in result.paired.jobs} | {beat.job for beat in result.heartbeats})
    strange = [glob for glob in globs if not any(fnmatchcase(name, glob) for name in known)]
    if strange and known:
        guess = nearest(strange[0], known)
        raise ForensicsError(
            f"--job {strange[0]}: none of the {len(known)} known jobs is called so - did you mean {guess}?"
        )
