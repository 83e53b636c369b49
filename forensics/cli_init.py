"""``forensics init``: a config from what the machine has, or what has changed on the machine since there is one."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from forensics.errors import ForensicsError

if TYPE_CHECKING:
    from forensics.survey.crontab_lines import Table
    from forensics.survey.found import FoundSource, Survey
    from forensics.survey.machine import Beside
    from forensics.survey.tree import Tree

DEFAULT = "forensics.toml"
PATIENCE = 10  # seconds for `crontab -l`, which may ask a directory service who is who
NOTES = {
    "notifications": "messages, as asked",
    "triggers": "what the scheduler started, as asked",
    "artifacts": "files, as asked",
}


@dataclass(frozen=True)
class Wish:
    """What the options ask for, as it was written."""

    root: str
    zone: str | None
    now: str | None
    notifications: tuple[str, ...]
    triggers: tuple[str, ...]
    artifacts: tuple[str, ...]

    @property
    def named(self) -> dict[str, tuple[str, ...]]:
        """Return the evidence that the options name, by lane."""
        return {"notifications": self.notifications, "triggers": self.triggers, "artifacts": self.artifacts}


@click.command(short_help="Write a config from what the machine has, or show what has changed since.")
@click.option("--config", metavar="FILE", help=f"The config to write.  [default: $FORENSICS_CONFIG, else {DEFAULT}]")
@click.option("--root", metavar="DIR", default="/", show_default=True,
              help="Look at the machine below this folder, such as a mounted disk image.")  # fmt: skip
@click.option("--notifications", metavar="[KIND:]PATH", multiple=True, help="Messages at hand; may be given again.")
@click.option(
    "--triggers", metavar="[KIND:]PATH", multiple=True, help="A scheduler's log at hand, or a cluster's objects."
)
@click.option(
    "--artifacts", metavar="[KIND:]PATH", multiple=True, help="Files or a listing: learn which job writes what."
)
@click.option("--timezone", "zone", metavar="ZONE", help="The machine's zone, where its own files do not tell it.")
@click.option("--now", metavar="TIME", help="The instant of the evidence. Default: the clock.")
@click.option("--stdout", "is_shown", is_flag=True, help="Print what would be written, and write nothing.")
@click.option("--quiet", is_flag=True, help="Say nothing on stderr but errors.")
def init(
    config: str | None,
    root: str,
    notifications: tuple[str, ...],
    triggers: tuple[str, ...],
    artifacts: tuple[str, ...],
    zone: str | None,
    now: str | None,
    is_shown: bool,
    quiet: bool,
) -> None:
    """Write a config from what this machine has: crontabs, timers, OpenClaw's jobs, heartbeats, logs.

    Where there is a config already, it is never overwritten: what differs is shown as a diff, which `patch` can take
    over. Exits with 0 where a config was written or nothing differs, with 1 where something does.

    \b
    Examples:
      sudo forensics init --config /etc/forensics/forensics.toml
      forensics init --notifications slack-export.zip --artifacts /srv/data
      forensics init --root /mnt/image --stdout
      forensics init --triggers kubernetes:cluster.json
      forensics init | patch forensics.toml
    """  # noqa: D301 - click's sign for lines that stay as they are
    from forensics.cli_inputs import is_file

    place = Path(config or os.environ.get("FORENSICS_CONFIG") or DEFAULT)
    wish = Wish(root, zone, now, notifications, triggers, artifacts)
    survey = surveyed(wish, place.absolute(), is_quiet=quiet)
    if is_shown:
        shown(survey, place, is_quiet=quiet)
    elif is_file(place):
        sys.exit(compared(survey, place, root, is_quiet=quiet))
    else:
        written(survey, place, is_quiet=quiet)


def shown(survey: Survey, place: Path, *, is_quiet: bool) -> None:
    """Print the draft."""
    from forensics.cli_outputs import show_text
    from forensics.survey.draft import draft
    from forensics.survey.told import found_lines

    show_text(draft(survey, place.absolute().parent))
    told([] if is_quiet else [*found_lines(survey)])


def written(survey: Survey, place: Path, *, is_quiet: bool) -> None:
    """Write the config, and say what was found and what comes next.

    Raises:
        ForensicsError: a link without an end stands in its place.
        OutputError: it cannot be written.
    """
    from forensics.durable import write
    from forensics.survey.draft import draft
    from forensics.survey.told import found_lines

    if place.is_symlink():
        raise ForensicsError(f"{place}: a link that leads to no file, and nothing is put in its place - name the file")
    write(place, draft(survey, place.absolute().parent).encode("utf-8", "backslashreplace"))
    told([] if is_quiet else [*found_lines(survey), f"{place} was written", *next_steps(place)])


def compared(survey: Survey, place: Path, root: str, *, is_quiet: bool) -> int:
    """Show how the machine differs from a config; return the exit code.

    Raises:
        ForensicsError: the config cannot be read.
    """
    from forensics.cli_inputs import read_file
    from forensics.cli_outputs import show_text
    from forensics.survey.difference import difference
    from forensics.survey.draft import job_block
    from forensics.survey.told import difference_lines

    config, before = read_file(place), place.read_bytes().decode("utf-8")
    found = difference(config, before, survey, host_of(root))
    diff = found.unified(before, str(place))
    show_text(diff or "\n".join(map(job_block, found.new)))
    lines = [*difference_lines(found, survey)]
    lines.append(f"{place} is as the machine is" if found.is_none else f"{place} was left as it is; {how(place, diff)}")
    told([] if is_quiet else lines)
    return 0 if found.is_none else 1


def how(place: Path, diff: str) -> str:
    """Return how a difference is taken over."""
    if not diff:
        return "its jobs stand in a form that cannot be changed line by line: put in by hand what is new"
    return f"to take it all over, give the same command again with `| patch {shlex.quote(str(place))}` behind it"


def surveyed(wish: Wish, place: Path, *, is_quiet: bool) -> Survey:
    """Return what is found on the machine, with what its evidence shows.

    Raises:
        ForensicsError: the root is no folder, or an option names evidence that nobody can read.
    """
    from forensics.survey.machine import survey
    from forensics.survey.tree import Tree

    root = Path(wish.root)
    if not root.is_dir():
        raise ForensicsError(f"--root {wish.root}: no such folder - name the one in which etc/ and var/ lie")
    tree = Tree(str(root.absolute()))
    found = survey(tree, beside(tree, wish))
    return with_evidence(found, wish, place, is_quiet=is_quiet)


def with_evidence(found: Survey, wish: Wish, place: Path, *, is_quiet: bool) -> Survey:
    """Return a survey with what its evidence shows: OpenClaw's zone, and of what an option names files and names.

    Raises:
        ForensicsError: the evidence cannot be read as such.
    """
    from zoneinfo import ZoneInfo

    from forensics.cli_progress import shown_progress
    from forensics.cli_window import nanoseconds, now_of
    from forensics.survey.draft import draft
    from forensics.survey.planned_zones import with_planned_zones

    now = nanoseconds(now_of(wish.now, ZoneInfo(found.zone.name or "UTC")))
    with shown_progress(is_quiet) as progress:
        found = with_planned_zones(found, str(place), now, progress)
        if not (wish.notifications or wish.artifacts):
            return found
        from forensics.survey.learning import learnt

        return learnt(found, lambda each: draft(each), str(place), now, progress)


def beside(tree: Tree, wish: Wish) -> Beside:
    """Return what is known beside the machine's files; of another machine's next to nothing is."""
    from forensics.cli_window import zone_of
    from forensics.survey.machine import Beside

    zone = zone_of(wish.zone).key if wish.zone else None
    if tree.root != "/":
        return Beside(named_zone=zone, sources=named(wish))
    folders = tuple(filter(None, [os.environ.get("OPENCLAW_STATE_DIR")]))
    beats = tuple(filter(None, [os.environ.get("FORENSICS_HEARTBEAT_DIR")]))
    return Beside(own_crontab(), os.environ.get("TZ"), zone, folders, beats, named(wish))


def named(wish: Wish) -> tuple[FoundSource, ...]:
    """Return the evidence that options name.

    Raises:
        ForensicsError: nobody can read it.
    """
    from forensics.cli_inputs import named_sources
    from forensics.survey.found import FoundSource

    return tuple(
        FoundSource(source, NOTES[lane], is_asked=True)
        for lane, paths in wish.named.items()
        for source in named_sources({lane: paths})
    )


def own_crontab() -> Table | None:
    """Return the caller's crontab as cron itself shows it, None where there is none."""
    from getpass import getuser

    from forensics.survey.crontab_lines import Table

    try:
        user = getuser()
        asked = subprocess.run(
            ["crontab", "-l"], capture_output=True, timeout=PATIENCE, check=False, stdin=subprocess.DEVNULL
        )
    except (OSError, KeyError, subprocess.TimeoutExpired):
        return None
    if asked.returncode:
        return None
    return Table(f"crontab -l of {user}", asked.stdout.decode("utf-8", "replace"), user)


def host_of(root: str) -> str | None:
    """Return the name of the machine below a root, None where it is not told."""
    if Path(root).absolute() == Path("/"):
        return os.uname().nodename
    try:
        return (Path(root) / "etc/hostname").read_text(encoding="utf-8").strip() or None
    except (OSError, UnicodeDecodeError):
        return None


def next_steps(place: Path) -> list[str]:
    """Return what is to be done with a new config."""
    config = "" if place == Path(DEFAULT) else f" --config {shlex.quote(str(place))}"
    return [
        "next:",
        f"  read it through, and mend what is marked `perhaps`: {place}",
        f"  what can be proven, and what cannot:  forensics doctor{config}",
        f"  the last 24 hours:                    forensics report{config}",
        f"  every night, as a line of a crontab:  forensics heartbeat units --nightly --crontab{config}",
    ]


def told(lines: Sequence[str]) -> None:
    """Say some lines on stderr."""
    from forensics.cli_outputs import say

    for line in lines:
        say(line)
