"""The command line: options in, pipeline called, text out, exit code chosen.

Only this room, ``cli_*`` included, reads the clock, the environment and the working directory.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import IO, Any

import click
from click.exceptions import NoArgsIsHelpError

from forensics import __version__
from forensics.errors import ForensicsError, OutputError

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
    "investigate": "forensics.cli_investigate:investigate",
    "issues": "forensics.cli_issues:issues",
    "report": "forensics.cli_report:report",
    "run": "forensics.cli_recorded:run",
    "runs": "forensics.cli_runs:runs",
    "sources": "forensics.cli_sources:sources",
}


def in_a_line(error: click.UsageError) -> Failure:
    """Return a misuse of options as one line: what is wrong, what may have been meant, and where to read on."""
    guess = guessed(error)
    text = " ".join((error.message if guess else error.format_message()).split()).rstrip(".")
    hint = f"did you mean {guess}? See" if guess else "see"
    command = error.ctx.command_path if error.ctx else "forensics"
    return Failure(f"{text[:1].lower()}{text[1:]} - {hint} {command} --help")


def guessed(error: click.UsageError) -> str:
    """Return the option or command that was most likely meant, empty where none is near."""
    from forensics.config_keys import ALIKE, nearest

    if isinstance(error, click.NoSuchOption):
        return next(iter(error.possibilities or ()), "")
    word = getattr(error, "command_name", None)  # of an error that older versions of click do not tell apart
    if word is None or error.ctx is None or not isinstance(error.ctx.command, click.Group):
        return ""
    return nearest(word, error.ctx.command.list_commands(error.ctx), ALIKE)


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

    def make_context(self, info_name: str | None, args: list[str], *others: Any, **more: Any) -> click.Context:
        """Read the options that stand before a command; those that cannot be read end in a message."""
        try:
            return super().make_context(info_name, args, *others, **more)
        except NoArgsIsHelpError:  # it shows the help
            raise
        except click.UsageError as error:
            raise in_a_line(error) from error

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; what a person can mend ends in a message."""
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # else numpy starts threads for matrices, and there are none
        try:
            with without_search_for_cycles():
                return super().invoke(ctx)
        except NoArgsIsHelpError:  # it shows the help
            raise
        except click.UsageError as error:
            raise in_a_line(error) from error
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
