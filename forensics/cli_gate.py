"""The gate: are boots and runs slower than before an upgrade, by what the traces say, or by trial before it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

import click

from forensics.cli_options import Asked, asking, settled
from forensics.errors import ForensicsError

if TYPE_CHECKING:
    from forensics.analyse.gate import Sample, Terms
    from forensics.cli_gate_told import Answer
    from forensics.config import Config
    from forensics.evidence.paired import Window
    from forensics.evidence.result import Result

DAY = 86_400 * 10**9
LOOK_BACK = 28 * DAY
MEASURES = ("boot", "run")


@dataclass(frozen=True)
class Change:
    """What changed, and when; ``at`` in ns."""

    at: int
    name: str | None


@click.command(short_help="Compare boots and runs before and after a change; exit 1 on a regression.")
@asking
@click.option("--at", "at_text", metavar="TIME", help="When it changed: ISO 8601, or today, yesterday, with a time.")
@click.option("--event", metavar="NAME", help="The [[event]] of the config that changed it.")
@click.option("--by", metavar="NAME", multiple=True, help="Compare by an attribute, such as sessionTarget, not by job.")
@click.option("--measure", "measures", type=click.Choice(MEASURES), multiple=True, help="Only boots, or only runs.")
@click.option("--alpha", type=click.FloatRange(0, 1, min_open=True, max_open=True), default=0.01, show_default=True,
              help="How often at most a regression may be claimed where there is none.")  # fmt: skip
@click.option("--min-shift", metavar="PERCENT", default="10 %", show_default=True, help="Less is no regression.")
@click.option(
    "--command", metavar="CMD", help="Run and measure this instead; it touches $FORENSICS_READY_FILE when up."
)
@click.option("--times", type=click.IntRange(1, 1000), help="How often to run CMD.  [default: 10]")
@click.option("--against", metavar="FILE", type=click.Path(), help="Compare with what an earlier --output holds.")
@click.option("--boot-timeout", metavar="SPAN", help="End CMD if it is not up after this long.")
@click.option("--timeout", metavar="SPAN", help="End CMD after this long.")
@click.option("--boot-only", is_flag=True, help="End CMD once it is up.")
@click.option("--format", "form", type=click.Choice(("text", "json")), default="text", show_default=True,
              help="What stdout gets.")  # fmt: skip
@click.option("--output", metavar="FILE", type=click.Path(), help="Also write the numbers to this file, as JSON.")
@click.option("--quiet", is_flag=True, help="Say nothing on stderr but errors.")
@click.option("--no-progress", is_flag=True, help="Show no progress on stderr.")
def gate(
    asked: Asked,
    at_text: str | None,
    event: str | None,
    by: tuple[str, ...],
    measures: tuple[str, ...],
    alpha: float,
    min_shift: str,
    command: str | None,
    times: int | None,
    against: str | None,
    boot_timeout: str | None,
    timeout: str | None,
    boot_only: bool,
    form: str,
    output: str | None,
    quiet: bool,
    no_progress: bool,
) -> None:
    """Compare how long boots and runs took before and after a change, or measure a command before it is rolled out.

    Without --since it looks back to four weeks before the change. The change itself belongs to what is after.

    Exits with 1 on a regression, with 3 where evidence is incomplete or too thin to compare anything.

    \b
    Examples:
      forensics gate --event "gateway 2026.3.14" --by sessionTarget
      forensics gate --at 2026-03-15T11:00 --since 2026-03-01
      forensics gate --command "new/runner --once" --times 10 --output new.json
      forensics gate --command "new/runner --once" --times 10 --against old.json
    """  # noqa: D301 - click's sign for lines that stay as they are
    from forensics.analyse.gate import Terms
    from forensics.cli_candidate import candidate
    from forensics.cli_measure import Trial, span_of, split

    terms = Terms(alpha, share_of(min_shift))
    if command is None:
        refuse(["--times", "--against", "--boot-timeout", "--timeout", "--boot-only"],
               [times, against, boot_timeout, timeout, boot_only], "goes with --command")  # fmt: skip
        answer = before_and_after(asked, at_text, event, by, measures, terms, is_quiet=quiet, is_silent=no_progress)
    else:
        refuse(["--at", "--event", "--by"], [at_text, event, by], "does not go with --command")
        limits = span_of("--boot-timeout", boot_timeout), span_of("--timeout", timeout)
        trial = Trial(split(command), times or 10, *limits, stops_once_up=boot_only)
        answer = candidate(trial, against, measures, terms, is_quiet=quiet)
    told(answer, form, output, is_quiet=quiet)
    sys.exit(answer.code)


def refuse(names: Sequence[str], given: Sequence[object], why: str) -> None:
    """Refuse options that do not go together.

    Raises:
        ForensicsError: one of them is given.
    """
    strange = [name for name, value in zip(names, given, strict=True) if value]
    if strange:
        raise ForensicsError(f"{strange[0]} {why} - see forensics gate --help")


def share_of(text: str) -> float:
    """Return a percentage such as ``10 %``, ``10%`` or ``10`` as a share.

    Raises:
        ForensicsError: it is none.
    """
    try:
        number = float(text.replace("%", "").strip())
    except ValueError:
        number = -1.0
    if not 0 <= number < 10_000:
        raise ForensicsError(f'--min-shift {text[:60]!a}: this is no percentage - write it as "10 %"')
    return number / 100


def before_and_after(
    asked: Asked,
    at_text: str | None,
    event: str | None,
    by: Sequence[str],
    measures: Sequence[str],
    terms: Terms,
    *,
    is_quiet: bool,
    is_silent: bool,
) -> Answer:
    """Return the comparison of what the traces say, before and after a change.

    Raises:
        ForensicsError: the options name no change, or one outside the window.
    """
    from forensics.analyse.gate import compare
    from forensics.cli_gate_told import INCOMPLETE, Answer, closing, code_of, comparison_numbers, comparison_text
    from forensics.cli_progress import shown_progress
    from forensics.pipeline import Question
    from forensics.pipeline import report as make_report

    config, window = settled(asked, is_quiet=is_quiet)
    change = change_of(at_text, event, config, window.now)
    window = around(change, window, has_begin=asked.since is not None)
    with shown_progress(is_quiet or is_silent) as progress:
        result = make_report(config, Question(window, asked.jobs), progress)
    check_jobs(result, asked.jobs)
    check_attributes(result, by)
    found = compare(samples_of(result, change, by, measures), terms)
    is_incomplete = result.exit_code == INCOMPLETE
    code = code_of(found, is_incomplete=is_incomplete)
    return Answer(
        text=comparison_text(found, terms, change.at, change.name, window, config.timezone),
        numbers=comparison_numbers(found, terms, change.at, change.name, window, code),
        code=code,
        closing=closing(found, code, is_incomplete=is_incomplete),
    )


def change_of(at_text: str | None, event: str | None, config: Config, now: int) -> Change:
    """Return the change that the options name.

    Raises:
        ForensicsError: they name none, or two.
    """
    from datetime import UTC, datetime

    from forensics.cli_window import asked, nanoseconds

    if (at_text is None) == (event is None):
        raise ForensicsError("gate compares before and after one change - name it by --at TIME or by --event NAME")
    if event is not None:
        return event_of(event, config)
    at = asked("--at", at_text, datetime.fromtimestamp(now / 1e9, UTC), config.timezone)
    return Change(nanoseconds(at) if at else now, None)


def event_of(name: str, config: Config) -> Change:
    """Return an event of the config by its name.

    Raises:
        ForensicsError: the config has none, or several, of that name.
    """
    from forensics.analyse.wording import listed
    from forensics.cli_window import nanoseconds
    from forensics.config_keys import ALIKE, nearest

    if not config.events:
        raise ForensicsError(f"--event {name[:60]}: the config names no [[event]] - add it there, or use --at TIME")
    found = [event for event in config.events if event.name == name]
    if not found:
        known = [event.name for event in config.events]
        guess = nearest(name, known, ALIKE)
        hint = f"did you mean {guess}?" if guess else f"it has {listed(known)}"
        raise ForensicsError(f"--event {name[:60]}: the config has no such [[event]] - {hint}")
    if len(found) > 1:
        raise ForensicsError(f"--event {name[:60]}: the config has {len(found)} of that name - name one by --at TIME")
    return Change(nanoseconds(found[0].at), f"{found[0].kind} {name}")


def around(change: Change, window: Window, *, has_begin: bool) -> Window:
    """Return a window with the change inside; without ``--since`` it begins four weeks before the change.

    Raises:
        ForensicsError: the change lies outside.
    """
    window = window if has_begin else replace(window, since=change.at - LOOK_BACK)
    if not window.since < change.at < window.until:
        raise ForensicsError("the change lies outside the window - choose another --since, --until, --at or --event")
    return window


def check_jobs(result: Result, globs: Sequence[str]) -> None:
    """Refuse globs that fit no job.

    Raises:
        ForensicsError: there are such.
    """
    names = [job.name for job in result.paired.jobs]
    strange = [glob for glob in globs if not any(fnmatchcase(name, glob) for name in names)]
    if strange and names:
        raise ForensicsError(f"--job {strange[0]}: none of the {len(names)} known jobs is called so")


def check_attributes(result: Result, by: Sequence[str]) -> None:
    """Refuse attributes that no run has.

    Raises:
        ForensicsError: there are such.
    """
    from forensics.analyse.timings import attribute_names
    from forensics.analyse.wording import listed
    from forensics.config_keys import ALIKE, nearest

    known = attribute_names(result.paired, result.evidence)
    strange = [name for name in by if name not in known]
    if strange and len(result.paired.runs):
        guess = nearest(strange[0], known, ALIKE)
        there = f"there are {listed(known)}" if known else "no run has any"
        hint = f"did you mean {guess}?" if guess else f"{there}; a [[job]] names them as attributes = {{ ... }}"
        raise ForensicsError(f"--by {strange[0][:60]}: no run has that attribute - {hint}")


def samples_of(result: Result, change: Change, by: Sequence[str], measures: Sequence[str]) -> list[Sample]:
    """Return what is to be compared, of the kinds that are asked for."""
    from forensics.analyse.gate import samples_around
    from forensics.evidence.columns import Columns

    found = samples_around(change.at, by, Columns(result.runs), result.paired, result.evidence, result.window)
    return [sample for sample in found if not measures or sample.timings.measure in measures]


def told(answer: Answer, form: str, output: str | None, *, is_quiet: bool) -> None:
    """Write what a gate has to say to stdout, to a file, and its last word to stderr.

    Raises:
        OutputError: it cannot be written.
    """
    import json

    from forensics.cli_outputs import say, show_text
    from forensics.durable import write

    numbers = json.dumps(answer.numbers, indent=2, allow_nan=False) + "\n"
    show_text(numbers if form == "json" else answer.text)
    if output is not None:
        write(Path(output), numbers.encode())
    if not is_quiet:
        say(answer.closing)
