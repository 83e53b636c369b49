"""``forensics heartbeat``: prevention and detection, so that no job falls silent unheard."""

from __future__ import annotations

import sys
import time
from datetime import datetime, timedelta
from datetime import time as clock
from pathlib import Path
from typing import TYPE_CHECKING

import click

from forensics.errors import ForensicsError

if TYPE_CHECKING:
    from forensics.config import Config

LIGHT = {"ignore_unknown_options": True, "help_option_names": []}
CONFIG = click.option(
    "--config",
    "config_file",
    metavar="FILE",
    help="The config; else $FORENSICS_CONFIG, ./forensics.toml, the user's, the system's, else none.",
)
DIRS = click.option(
    "--dir",
    "dirs",
    metavar="DIR",
    multiple=True,
    help="Read this folder alone; may be given again. Default: the config's, else all that are written to by default.",
)
NOW = click.option("--now", "now_text", metavar="TIME", help="The instant of judging. Default: the clock.")
EXIT_ZERO = click.option("--exit-zero", is_flag=True, help="Exit with 0 where it would be 1 or 3.")


@click.group()
def heartbeat() -> None:
    """Write heartbeats, and look for jobs that fell silent."""


@heartbeat.command(context_settings=LIGHT, short_help="Say that a job is well: JOB INTERVAL.")
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
def write(words: tuple[str, ...]) -> None:
    """Say that a job is well; `forensics heartbeat write --help` has the details."""
    from forensics.cli_recorder import heartbeat as recorded

    sys.exit(recorded("write", words))


@heartbeat.command(context_settings=LIGHT, short_help="Install the writer for shells.")
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
def script(words: tuple[str, ...]) -> None:
    """Install the writer for shells; `forensics heartbeat script --help` has the details."""
    from forensics.cli_recorder import heartbeat as recorded

    sys.exit(recorded("script", words))


@heartbeat.command(short_help="Look for silent jobs; raise alerts, tell the tracker. Every 15 minutes.")
@CONFIG
@DIRS
@NOW
@click.option("--interval", default="15m", show_default=True, metavar="INTERVAL", help="How often this check is made.")
@click.option(
    "--format", "form", type=click.Choice(("text", "json")), default="text", show_default=True, help="What stdout gets."
)
@click.option("--dry-run", is_flag=True, help="Write and send nothing; say what would be.")
@EXIT_ZERO
@click.option("--quiet", is_flag=True, help="Say nothing but a P1 line for each silent job, and errors.")
def check(
    config_file: str | None,
    dirs: tuple[str, ...],
    now_text: str | None,
    interval: str,
    form: str,
    dry_run: bool,
    exit_zero: bool,
    quiet: bool,
) -> None:
    """Look for jobs that gave no sign of life in time: the meta-heartbeat.

    For each that is stale or missing, or whose heartbeat cannot be believed, and for each whose last run was given
    up as it booted, it logs a line with P1 on stderr and writes alerts/JOB.alert; the alert goes once the job is
    well. Then the hook on_stale runs, once for each silence, and the tracker's issues are brought in line. Its own
    heartbeat is written last, and only when all of that was done. While all is well it says nothing.

    \b
    Examples:
      forensics heartbeat check --dry-run
      forensics heartbeat check --config forensics.toml --quiet
    """  # noqa: D301 - click's sign for lines that stay as they are
    from forensics.cli_check import BUSY, Order
    from forensics.cli_check import check as carry_out
    from forensics.cli_check_told import closing, told_json, told_text
    from forensics.cli_outputs import say, show_text
    from forensics.recorder.heartbeat import seconds_of

    config, now = setting(config_file, now_text)
    course = carry_out(Order(config, dirs, now, time.time_ns(), seconds_of(interval), dry_run))
    if course is None:
        say(BUSY)
        return
    if form == "json" or not quiet:
        show_text(told_json(course) if form == "json" else told_text(course))
    for line in [*course.troubles, *(() if quiet else course.notes)]:
        say(line)
    if not quiet and (course.code or sys.stderr.isatty()):
        say(closing(course))
    sys.exit(0 if exit_zero and course.code in (1, 3) else course.code)


@heartbeat.command(short_help="Show the heartbeat panel alone.")
@CONFIG
@DIRS
@NOW
@click.option(
    "--format", "form", type=click.Choice(("md", "json")), default="md", show_default=True, help="What stdout gets."
)
@EXIT_ZERO
def panel(config_file: str | None, dirs: tuple[str, ...], now_text: str | None, form: str, exit_zero: bool) -> None:
    """Show of every job the last sign of life, and whether it is overdue. Writes nothing.

    \b
    Examples:
      forensics heartbeat panel
      forensics heartbeat panel --dir /var/lib/forensics/heartbeats
    """  # noqa: D301 - as above
    from forensics.cli_beats import config_of_beats, of_others, read, unread_folders
    from forensics.cli_check import BLOCKED, INCOMPLETE, QUIET, UNREACHED
    from forensics.cli_check_told import panel_json
    from forensics.cli_outputs import deliver, say, show_text

    config, now = setting(config_file, now_text)
    result = read(config_of_beats(config, dirs), now)
    troubles: list[str] = []
    if form == "json":
        show_text(panel_json(result))
    else:
        troubles = deliver(result, "md", True, ())
    unread = [f"not read: {fault}" for fault in unread_folders(result)]
    for line in [*unread, *troubles]:
        say(line)
    code = INCOMPLETE if unread else BLOCKED if of_others(result).blockers else QUIET
    sys.exit(UNREACHED if troubles else QUIET if exit_zero else code)


@heartbeat.command(short_help="Print what starts the checks and the nightly report: systemd's units, a crontab.")
@CONFIG
@click.option("--user", "is_user", is_flag=True, help="For the user's own systemd, not the system's.")
@click.option("--nightly", "is_nightly", is_flag=True, help="The nightly report alone, without the checks.")
@click.option("--crontab", "is_crontab", is_flag=True, help="Print the lines of a crontab alone.")
@click.option("--check-every", default="15m", show_default=True, metavar="INTERVAL", help="Step of the checks.")
@click.option(
    "--nightly-at",
    default="06:00",
    show_default=True,
    metavar="HH:MM",
    help="When the report is made, in its zone.",
)
@click.option("--archive", metavar="DIR", help="Keep each night's report in this folder, too.")
@click.option("--output", metavar="DIR", help="Write the units and the crontab into this folder, as files.")
def units(
    config_file: str | None,
    is_user: bool,
    is_nightly: bool,
    is_crontab: bool,
    check_every: str,
    nightly_at: str,
    archive: str | None,
    output: str | None,
) -> None:
    """Print services and timers for the checks, for what is to be retried and for the nightly report.

    Below them stand the same as lines of a crontab. What fell due while the host was off, the timers make up for.
    Once the report was made, night-watch beats: the check then tells when a night went without one.

    \b
    Examples:
      forensics heartbeat units --nightly --crontab
      forensics heartbeat units --config /etc/forensics/forensics.toml --output /etc/systemd/system
      forensics heartbeat units --user --output ~/.config/systemd/user
    """  # noqa: D301 - as above
    from dataclasses import replace

    from forensics.cli_beats import config_for_check
    from forensics.cli_outputs import show_text
    from forensics.cli_units import printed, setup_of, written

    if is_crontab and output is not None:
        raise click.UsageError("--crontab prints, --output writes all as files: take one of them")
    made = setup_of(
        config_for_check(config_file), step_of(check_every), clock_time(nightly_at), datetime.now().astimezone()
    )
    setup = replace(
        made,
        archive=str(Path(archive).absolute()) if archive else None,
        hardens=not is_user,
        is_whole=not is_nightly,
    )
    if output is None:
        show_text(printed(setup, is_crontab=is_crontab))
    else:
        show_text(written(setup, Path(output), is_user=is_user))


def setting(config_file: str | None, now_text: str | None) -> tuple[Config, int]:
    """Return the config that applies, and the instant of judging in ns.

    Raises:
        ForensicsError: the config or the time cannot be read.
    """
    from forensics.cli_beats import config_for_check
    from forensics.cli_window import now_of, window_of

    config = config_for_check(config_file)
    return config, window_of(None, None, now_of(now_text, config.timezone), config.timezone).now


def step_of(text: str) -> timedelta:
    """Return the step of the checks.

    Raises:
        ForensicsError: it is no span of time.
    """
    from forensics.timeline import parse_duration

    try:
        return parse_duration(f"{text.removesuffix('min')}m" if text.endswith("min") else text)
    except ValueError as error:
        raise ForensicsError(f"--check-every: {error}") from error


def clock_time(text: str) -> clock:
    """Return a time of day.

    Raises:
        ForensicsError: it is none.
    """
    try:
        return datetime.strptime(text, "%H:%M").time()  # noqa: DTZ007 - a time of day, in whatever zone the host is
    except ValueError as error:
        raise ForensicsError(f"--nightly-at {text}: this is no time of day - write one such as 06:00") from error
