"""The command line: options in, pipeline called, text out, exit code chosen.

Only this room, ``cli_*`` included, reads the clock, the environment and the working directory.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import IO, TYPE_CHECKING, Any

import click

from forensics import __version__
from forensics.errors import ForensicsError, OutputError

if TYPE_CHECKING:
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


class Commands(click.Group):
    """A group whose errors are one clear message and an exit code, never a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; what a person can mend ends in a message."""
        try:
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
      4  the report was made, but an output could not be written
    """  # noqa: D301 - click's sign for lines that stay as they are


@main.command(short_help="Read all traces, judge every run, show the report.")
@click.option(
    "--config",
    "config_path",
    metavar="FILE",
    help="The config; else $FORENSICS_CONFIG, ./forensics.toml, the user's, the system's, unless a PATH is named.",
)
@click.option(
    "--since",
    metavar="TIME",
    help="Begin of the window: ISO 8601, or today, yesterday, each with a time. Default: 24 h back.",
)
@click.option("--until", metavar="TIME", help="End of the window. Default: now.")
@click.option("--now", "now_text", metavar="TIME", help="The instant of judging. Default: the clock.")
@click.option("--job", "jobs", metavar="GLOB", multiple=True, help="Only these jobs; may be given again.")
@click.option("--notifications", metavar="[KIND:]PATH", multiple=True, help="Messages to read.")
@click.option("--triggers", metavar="[KIND:]PATH", multiple=True, help="The scheduler's log to read.")
@click.option("--artifacts", metavar="[KIND:]PATH", multiple=True, help="Files or a listing to read.")
@click.option(
    "--timezone",
    "zone_name",
    metavar="ZONE",
    help="Zone of the report and of times that name none, such as Asia/Tokyo.",
)
@click.option("--format", "form", type=click.Choice(FORMATS), default="md", show_default=True, help="What stdout gets.")
@click.option(
    "--output",
    "outputs",
    metavar="PATH",
    multiple=True,
    help="Also write this file; the suffix tells the format. May be given again.",
)
@click.option("--panel", is_flag=True, help="Show the heartbeat panel alone, as Markdown.")
@click.option("--exit-zero", is_flag=True, help="Exit with 0 where it would be 1 or 3.")
@click.option("--dry-run", is_flag=True, help="Write nothing but the report.")
@click.option("--no-ledger", is_flag=True, help="Neither read nor write the ledger.")
@click.option("--quiet", is_flag=True, help="Say nothing on stderr but errors.")
@click.option("--no-progress", is_flag=True, help="Show no progress on stderr.")
def report(
    config_path: str | None,
    since: str | None,
    until: str | None,
    now_text: str | None,
    jobs: tuple[str, ...],
    notifications: tuple[str, ...],
    triggers: tuple[str, ...],
    artifacts: tuple[str, ...],
    zone_name: str | None,
    form: str,
    outputs: tuple[str, ...],
    panel: bool,
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
    from forensics.cli_inputs import load_config, named_sources, passed_over
    from forensics.cli_outputs import check_outputs, deliver, say, tell
    from forensics.cli_progress import shown_progress
    from forensics.cli_window import window_of, zone_of

    named = named_sources({"notifications": notifications, "triggers": triggers, "artifacts": artifacts})
    config = load_config(config_path, named)
    config = config if zone_name is None else replace(config, timezone=zone_of(zone_name))
    check_outputs(form, panel, outputs, config)
    window = window_of(since, until, now_text, config.timezone)
    if not quiet and (unread := passed_over(config_path, named)):
        say(f"{unread} was not read, as options name what to read; --config {unread} adds it")
    with without_search_for_cycles():
        from forensics.pipeline import Question
        from forensics.pipeline import report as make_report

        with shown_progress(quiet or no_progress) as progress:
            result = make_report(config, Question(window, jobs), progress)
        check_jobs(result, jobs)
        troubles = deliver(result, form, panel, outputs)
    code = UNREACHED if troubles else 0 if exit_zero and result.exit_code in (1, 3) else result.exit_code
    for trouble in troubles:
        say(trouble)
    if not quiet:
        tell(result, code, troubles)
    sys.exit(code)


@contextmanager
def without_search_for_cycles() -> Iterator[None]:
    """Switch off the search for cycles: a report makes very many values, none in cycles, and it takes an eighth."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()  # else the first search would go through all that the report has made
        gc.enable()


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
