"""Options that several commands share: what to read, of which time, judged when."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from forensics.config import Config
    from forensics.evidence.paired import Window

    LastEnd = Callable[[Config, int], int | None]

Command = TypeVar("Command", bound=Callable[..., Any])


@dataclass(frozen=True)
class Asked:
    """What the options say is to be read and judged, as it was written."""

    config: str | None
    since: str | None
    until: str | None
    now: str | None
    jobs: tuple[str, ...]
    notifications: tuple[str, ...]
    triggers: tuple[str, ...]
    artifacts: tuple[str, ...]
    zone: str | None


LAST_REPORT = "the end of the last report, else 24 h back"
DAY = timedelta(hours=24)
SINCE = "Begin of the window: ISO 8601, or today, yesterday, each with a time. Default: {}."
OPTIONS = (
    click.option(
        "--config",
        "config",
        metavar="FILE",
        help="The config; else $FORENSICS_CONFIG, ./forensics.toml, the user's, the system's, unless a PATH is named.",
    ),
    click.option("--until", metavar="TIME", help="End of the window. Default: now."),
    click.option("--now", metavar="TIME", help="The instant of judging. Default: the clock."),
    click.option("--job", "jobs", metavar="GLOB", multiple=True, help="Only these jobs; may be given again."),
    click.option("--notifications", metavar="[KIND:]PATH", multiple=True, help="Messages to read."),
    click.option("--triggers", metavar="[KIND:]PATH", multiple=True, help="The scheduler's log to read."),
    click.option("--artifacts", metavar="[KIND:]PATH", multiple=True, help="Files or a listing to read."),
    click.option(
        "--timezone",
        "zone",
        metavar="ZONE",
        help="Zone of the report and of times that name none, such as Asia/Tokyo.",
    ),
)
ENGINES = ("local", "processes", "dask")
with_engine = click.option(
    "--engine",
    type=click.Choice(ENGINES),
    default="local",
    show_default=True,
    help="Where large reports are worked out, by jobs: here, in a process a core, or on a Dask cluster.",
)
NAMES = tuple(Asked.__dataclass_fields__)


def asking(command: Command, default_since: str = LAST_REPORT) -> Command:
    """Give a command the options that say what to read; it gets them as its first argument."""

    @wraps(command)
    def asked(**options: Any) -> Any:
        return command(Asked(**{name: options.pop(name) for name in NAMES}), **options)

    told: Any = asked
    config, *others = OPTIONS
    for option in reversed(
        (config, click.option("--since", metavar="TIME", help=SINCE.format(default_since)), *others)
    ):
        told = option(told)
    return told  # type: ignore[no-any-return]


def settled(
    asked: Asked, *, is_quiet: bool, last_end: LastEnd = lambda _config, _now: None, back: timedelta = DAY
) -> tuple[Config, Window]:
    """Return the config that applies, and the stretch of time that is asked about.

    ``last_end`` tells where a window begins that no option names; None: so far ``back``.

    Raises:
        ForensicsError: the config cannot be read, or a time, zone or path is none.
    """
    from forensics.cli_inputs import load_config, named_sources, passed_over
    from forensics.cli_outputs import say
    from forensics.cli_window import nanoseconds, now_of, window_of, zone_of

    named = named_sources(
        {"notifications": asked.notifications, "triggers": asked.triggers, "artifacts": asked.artifacts}
    )
    config = load_config(asked.config, named)
    config = config if asked.zone is None else replace(config, timezone=zone_of(asked.zone))
    now = now_of(asked.now, config.timezone)
    end = last_end(config, nanoseconds(now)) if asked.since is None and asked.until is None else None
    window = window_of(asked.since, asked.until, now, config.timezone, end, back)
    if not is_quiet and (unread := passed_over(asked.config, named)):
        say(f"{unread} was not read, as options name what to read; --config {unread} adds it")
    return config, window
