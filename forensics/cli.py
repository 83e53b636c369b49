"""The command line: options in, pipeline called, text out, exit code chosen.

Only this room reads the clock, the environment and the working directory.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from forensics import __version__
from forensics.errors import ForensicsError, OutputError

if TYPE_CHECKING:
    from forensics.config import Config, SourceConfig
    from forensics.evidence.paired import Window
    from forensics.evidence.result import Result

FORMATS = ("md", "html", "json", "csv", "parquet", "timesketch", "prometheus")
USAGE, UNREACHED = 2, 4
LANES = {"notifications": "slack-export", "triggers": "syslog", "artifacts": "find-listing"}


class Report(click.Group):
    """A group whose errors are one clear line and an exit code, never a traceback."""

    def invoke(self, ctx: click.Context) -> object:
        """Run a command; what a person can mend ends in a message."""
        try:
            return super().invoke(ctx)
        except OutputError as error:
            raise Failure(str(error), UNREACHED) from error
        except ForensicsError as error:
            raise Failure(str(error), USAGE) from error


class Failure(click.ClickException):
    """An error message with the exit code that the README lists."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.exit_code = code

    def show(self, file: object = None) -> None:
        """Print the message to stderr, signs that could steer a terminal made visible."""
        from forensics.report.text import visible

        click.echo(f"night-watch: {visible(self.format_message())}", err=True)


@click.group(cls=Report, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="forensics")
def main() -> None:
    """Find out, after the fact, what scheduled jobs really did.

    Exit codes: 0 nothing to act on, 1 blockers, 2 wrong usage or config, 3 evidence incomplete,
    4 an output could not be written. The highest that applies.
    """


@main.command()
@click.option(
    "--config",
    "config_path",
    metavar="FILE",
    help="The config; else $FORENSICS_CONFIG, ./forensics.toml, the user's, the system's.",
)
@click.option(
    "--since",
    metavar="TIME",
    help="Begin of the window: ISO 8601, or today, yesterday, each with a time. Default: 24 h back.",
)
@click.option("--until", metavar="TIME", help="End of the window. Default: now.")
@click.option("--now", "now_text", metavar="TIME", help="The instant of judging. Default: the clock.")
@click.option("--job", "jobs", metavar="GLOB", multiple=True, help="Only these jobs; may be given again.")
@click.option("--notifications", metavar="[KIND:]PATH", multiple=True, help="Messages to read, without a config.")
@click.option("--triggers", metavar="[KIND:]PATH", multiple=True, help="The scheduler's log to read, without a config.")
@click.option("--artifacts", metavar="[KIND:]PATH", multiple=True, help="Files or a listing to read, without a config.")
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
@click.option("--panel", is_flag=True, help="Show the heartbeat panel alone.")
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

    Example: forensics report --config forensics.toml --since yesterday --output night.md
    """
    # One report builds hundreds of thousands of values and drops none in cycles: looking for cycles costs an eighth of its time.
    gc.disable()
    from forensics.cli_progress import shown_progress
    from forensics.pipeline import Question
    from forensics.pipeline import report as make_report
    from forensics.report.outputs import format_of

    for path in outputs:
        format_of(Path(path))
    config = load_config(
        config_path, named_sources({"notifications": notifications, "triggers": triggers, "artifacts": artifacts})
    )
    config = config if zone_name is None else replace(config, timezone=zone_of(zone_name))
    window = window_of(since, until, now_text, config.timezone)
    with shown_progress(quiet or no_progress) as progress:
        result = make_report(config, Question(window, jobs), progress)
    show(result, form, panel)
    write_all(result, outputs, quiet)
    if not quiet:
        tell(result)
    sys.exit(0 if exit_zero and result.exit_code in (1, 3) else result.exit_code)


def show(result: Result, form: str, panel: bool) -> None:
    """Write the report to stdout: as bytes, or dressed where stdout is a terminal."""
    from forensics.report.outputs import panel as panel_text
    from forensics.report.outputs import render

    content = panel_text(result).encode() if panel else render(result, form)
    if sys.stdout.isatty() and (panel or form == "md"):
        from rich.console import Console

        from forensics.report.terminal import print_markdown

        print_markdown(Console(), content.decode())
        return
    try:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def write_all(result: Result, outputs: Sequence[str], quiet: bool) -> None:
    """Write every output file; one that cannot be written does not keep the others from it."""
    from forensics.report.outputs import format_of, render, write

    failed: list[str] = []
    for path in outputs:
        try:
            write(Path(path), render(result, format_of(Path(path))))
        except OutputError as error:
            failed.append(str(error))
    if failed:
        raise OutputError("\n".join(failed))


def tell(result: Result) -> None:
    """Say on stderr what came of it."""
    from forensics.report.terminal import closing_lines

    for line in closing_lines(result):
        click.echo(f"night-watch: {line}", err=True)


def load_config(path: str | None, sources: Sequence[SourceConfig]) -> Config:
    """Return the config that applies, with the sources of the command line in the place of its own where there are any.

    Raises:
        ForensicsError: there is nothing to read, or the config cannot be read.
    """
    from forensics.config import Config

    found = (
        Path(path) if path else None if sources else next((place for place in config_places() if place.is_file()), None)
    )
    if found is None and not sources:
        raise ForensicsError(
            "there is nothing to read: no config was found - write forensics.toml, name one with --config FILE, "
            "or name what to read with --triggers, --notifications, --artifacts"
        )
    config = read_file(found) if found else Config()
    return with_home(replace(config, sources=(*config.sources, *sources)))


def read_file(path: Path) -> Config:
    """Return the config in a file.

    Raises:
        ForensicsError: it cannot be opened or read.
    """
    from forensics.configfile import read_config

    try:
        text = path.read_bytes().decode("utf-8")
    except OSError as error:
        raise ForensicsError(f"{path}: the config cannot be opened: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ForensicsError(f"{path}: the config is not UTF-8 text: byte {error.start}") from error
    return read_config(text, str(path.absolute()))


def config_places() -> list[Path]:
    """Return where a config is looked for, in order."""
    named = os.environ.get("FORENSICS_CONFIG")
    home = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    places = [Path("forensics.toml"), home / "forensics" / "forensics.toml", Path("/etc/forensics/forensics.toml")]
    return [Path(named)] if named else places


def with_home(config: Config) -> Config:
    """Return a config with ``~`` at the head of its paths resolved."""
    sources = tuple(replace(source, path=expanded(source.path)) for source in config.sources)
    return replace(
        config,
        sources=sources,
        heartbeats=replace(config.heartbeats, dirs=tuple(map(expanded, config.heartbeats.dirs))),
    )


def expanded(path: str) -> str:
    """Return a path with a leading ``~`` resolved."""
    return str(Path(path).expanduser()) if path.startswith("~") else path


def named_sources(paths: dict[str, tuple[str, ...]]) -> list[SourceConfig]:
    """Return the sources that a command line names, each as PATH or KIND:PATH.

    Raises:
        ForensicsError: a path that no reader recognises, or that several claim.
    """
    from forensics.config import SourceConfig
    from forensics.sources.reading import by_kind, is_empty, recognise

    found = []
    for lane, named in paths.items():
        for text in named:
            kind, colon, path = text.partition(":")
            if not (colon and by_kind(kind)):
                path = text
                is_there = Path(path).exists() and not is_empty(Path(path))
                kind = recognise(Path(path)).kind if is_there else LANES[lane]
            is_generic = kind in {"jsonl", "csv", "parquet"}
            found.append(SourceConfig(kind, str(Path(path).absolute()), lane=lane if is_generic else None))
    return found


def zone_of(name: str) -> ZoneInfo:
    """Return a zone by its name.

    Raises:
        ForensicsError: there is none of that name.
    """
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ForensicsError(f"--timezone {name!r}: no such zone - write one such as Asia/Tokyo or UTC") from error


def window_of(since: str | None, until: str | None, now_text: str | None, zone: ZoneInfo) -> Window:
    """Return the window that the options name.

    Raises:
        ForensicsError: a time that cannot be read, or a window that is empty or lies in the future.
    """
    from forensics.evidence.paired import Window

    clock = datetime.now(UTC)
    now = asked("--now", now_text, clock, zone) or clock
    end = asked("--until", until, now, zone) or now
    begin = asked("--since", since, now, zone) or (end - timedelta(hours=24)).replace(second=0, microsecond=0)
    if begin >= end:
        raise ForensicsError(
            f"the window is empty: --since {begin.isoformat()} is not before --until {end.isoformat()}"
        )
    if begin >= now:
        raise ForensicsError(
            f"the window lies in the future: it begins at {begin.isoformat()}, and now is {now.isoformat()}"
        )
    return Window(*(nanoseconds(each) for each in (begin, end, now)))


def asked(option: str, text: str | None, now: datetime, zone: ZoneInfo) -> datetime | None:
    """Return the instant that an option names, None where it is not given.

    Raises:
        ForensicsError: it cannot be read.
    """
    from forensics.timeline import moment

    if text is None:
        return None
    try:
        return moment(text, now, zone)
    except ValueError as error:
        raise ForensicsError(f"{option} {text!r}: {error}") from error


def nanoseconds(moment: datetime) -> int:
    """Return an aware instant in ns since the epoch."""
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1) * 1000
