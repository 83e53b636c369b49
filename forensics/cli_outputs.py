"""Where a report goes: stdout, the files that were asked for, and a few closing words on stderr."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from forensics.errors import ForensicsError, OutputError

if TYPE_CHECKING:
    from forensics.config import Config
    from forensics.evidence.result import Result

BINARY = frozenset({"parquet"})


def check_outputs(form: str, panel: bool, outputs: Sequence[str], config: Config) -> None:
    """Refuse what cannot be written, before anything is read for it.

    Raises:
        ForensicsError: a suffix that stands for no format, or a path that is to be read.
    """
    from forensics.report.outputs import format_of

    if panel and form != "md":
        raise ForensicsError(f"--panel is Markdown only - leave out --format {form}, or --panel")
    if form in BINARY and is_terminal():
        raise ForensicsError(f"{form} is not for a terminal - use --output report.{form}, or send it to a file with >")
    for path in outputs:
        format_of(Path(path))
        if any(is_same(Path(path), read) for read in inputs(config)):
            raise ForensicsError(f"--output {path}: this file is read, and evidence is not overwritten - name another")


def inputs(config: Config) -> Iterable[Path]:
    """Yield the files that a config names to be read, itself among them."""
    from forensics.sources.reading import own_paths

    if config.file:
        yield Path(config.file)
    for source in config.sources:
        yield from own_paths(source)


def is_same(path: Path, other: Path) -> bool:
    """Return whether two paths are one file."""
    try:
        return path.samefile(other)
    except OSError:
        return False


def is_terminal() -> bool:
    """Return whether stdout is read by a person."""
    return sys.stdout is not None and sys.stdout.isatty()


def deliver(result: Result, form: str, panel: bool, outputs: Sequence[str]) -> list[str]:
    """Write the report to stdout and to every file; return what is wrong with those that could not be reached."""
    from forensics.durable import write
    from forensics.report.outputs import format_of, render

    troubles = []
    rendered = lru_cache(maxsize=1)(partial(render, result))
    try:
        show(result, form, panel, rendered)
    except OSError as error:
        troubles.append(f"standard output could not be written - {error.strerror}")
    for path in outputs:
        try:
            write(Path(path), rendered(format_of(Path(path))))
        except OutputError as error:
            troubles.append(str(error))
    return troubles


def show(result: Result, form: str, panel: bool, rendered: Callable[[str], bytes]) -> None:
    """Write the report to stdout: as bytes, or dressed where stdout is a terminal.

    Raises:
        OSError: it cannot be written; that nobody reads it any longer is no error.
    """
    from forensics.report.outputs import panel as panel_text

    if sys.stdout is None:
        return
    if is_terminal() and form == "md":
        show_dressed(result, panel)
        return
    content = panel_text(result).encode() if panel else rendered(form)
    try:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        drop(sys.stdout)
    except OSError:
        drop(sys.stdout)
        raise


def show_text(text: str) -> None:
    """Write a text to stdout, as far as somebody reads it.

    Raises:
        OutputError: it cannot be written.
    """
    show_content(text.encode("utf-8", "backslashreplace"))


def show_content(content: bytes) -> None:
    """Write bytes to stdout, as far as somebody reads them.

    Raises:
        OutputError: they cannot be written.
    """
    if sys.stdout is None:
        return
    try:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        drop(sys.stdout)
    except OSError as error:
        drop(sys.stdout)
        raise OutputError(f"standard output could not be written - {error.strerror}") from error


def drop(stream: IO[Any]) -> None:
    """Let a stream lead nowhere, so that what is left in its buffer does no harm at the end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def show_dressed(result: Result, panel: bool) -> None:
    """Show the report on a terminal, in the signs that it knows."""
    from rich.console import Console

    from forensics.report.markdown import panel_markdown, report_markdown
    from forensics.report.terminal import print_markdown

    ascii_only = not sys.stdout.encoding.lower().startswith("utf")
    if ascii_only and isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # names from evidence may hold any sign
    write = panel_markdown if panel else report_markdown
    print_markdown(Console(), write(result, ascii_only))


def tell(result: Result, code: int, troubles: Sequence[str]) -> None:
    """Say on stderr what came of it: the counts, who needs a person, the exit code and why."""
    from forensics.report.terminal import closing_lines

    *lines, last = closing_lines(result)
    for line in lines:
        say(line)
    if troubles:
        last = f"exit {code}, not everything could be written or sent"
    elif code != result.exit_code:
        last = f"exit {code} as --exit-zero asks, else {last.removeprefix('exit ')}"
    say(last)


def say(line: str) -> None:
    """Write a line to stderr, if anybody listens; secrets are masked, and signs that could steer a terminal shown."""
    from forensics.redaction import redact
    from forensics.untrusted import visible

    try:
        click.echo(f"night-watch: {visible(redact(line))}", err=True)
    except OSError:
        drop(sys.stderr)
