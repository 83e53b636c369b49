"""``forensics collect``: the evidence of a config, packed so that it can be read elsewhere with the same result."""

from __future__ import annotations

import hashlib
import os
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from forensics import __version__
from forensics.cli_options import Asked, settled
from forensics.errors import ForensicsError

if TYPE_CHECKING:
    from forensics.collect.collecting import Collected
    from forensics.collect.lists import Occasion
    from forensics.config import Config
    from forensics.pipeline import Question

INCOMPLETE = 3
SHOWN_FAULTS = 10
SECRETS = (
    "logs and messages may hold secrets, names and addresses, and they are packed as they are"
    " - hand the archive only to those who may read them"
)
TOO_LARGE = (
    "it is larger than what is read in place, as an archive from elsewhere might be a trap"
    " - unpack it there, and name its forensics.toml"
)


@click.command(short_help="Pack the evidence into an archive, for another machine.")
@click.option(
    "--config",
    metavar="FILE",
    help="The config; else $FORENSICS_CONFIG, ./forensics.toml, the user's, the system's, unless a PATH is named.",
)
@click.option(
    "--since", metavar="TIME", help="Leave out whole files that end long before. Default: pack all that is read."
)
@click.option("--now", metavar="TIME", help="The instant of collection. Default: the clock.")
@click.option("--notifications", metavar="[KIND:]PATH", multiple=True, help="Messages to pack.")
@click.option("--triggers", metavar="[KIND:]PATH", multiple=True, help="The scheduler's log to pack.")
@click.option("--artifacts", metavar="[KIND:]PATH", multiple=True, help="Files to list, or a listing to pack.")
@click.option("--timezone", "zone", metavar="ZONE", help="Zone of times that name none, such as Asia/Tokyo.")
@click.option(
    "--output", metavar="PATH", default="evidence.tar.gz", show_default=True, help="The archive; never written over."
)
@click.option("--ledger", "with_ledger", is_flag=True, help="Also pack a copy of the ledger.")
@click.option("--exit-zero", is_flag=True, help="Exit with 0 where it would be 3.")
@click.option("--quiet", is_flag=True, help="Say nothing on stderr but errors.")
@click.option("--no-progress", is_flag=True, help="Show no progress on stderr.")
def collect(output: str, with_ledger: bool, exit_zero: bool, quiet: bool, no_progress: bool, **asked: Any) -> None:
    """Pack all that a config's sources read into one archive, with a manifest of where it came from.

    The archive holds the config too: `forensics report --config evidence.tar.gz` reads it in place, with the same
    result as here. Of file trees a listing is packed, not the content; of OpenClaw's state folder what its runs left,
    and no settings or keys. With --since, whole files that end long before that time are left out.

    \b
    Examples:
      forensics collect
      forensics collect --config forensics.toml --since 2026-03-18 --output night.tar.gz
    """  # noqa: D301 - click's sign for lines that stay as they are
    from forensics.cli_outputs import say, show_text
    from forensics.cli_progress import shown_progress
    from forensics.collect.archive import refuse_target
    from forensics.collect.collecting import collect as pack

    target = Path(output)
    refuse_target(target)
    config, text, question, occasion = prepared(Asked(**asked, until=None, jobs=()), is_quiet=quiet)
    ledger = ledger_of(config) if with_ledger else None
    with shown_progress(quiet or no_progress) as progress:
        collected = pack(config, text, question, occasion, target, ledger, progress)
    show_text(told(collected, target, occasion))
    for line in [] if quiet else warnings(collected, target):
        say(line)
    sys.exit(INCOMPLETE if is_incomplete(collected) and not exit_zero else 0)


def prepared(asked: Asked, *, is_quiet: bool) -> tuple[Config, str, Question, Occasion]:
    """Return the config that applies and its text, what is asked of it, and the occasion.

    Raises:
        ForensicsError: the config cannot be read, or a time, zone or path is none.
    """
    from forensics.cli_secrets import tokens_of
    from forensics.collect.lists import Occasion
    from forensics.pipeline import Question

    config, window = settled(asked, is_quiet=is_quiet)
    text = text_of(config)
    occasion = Occasion(
        now=window.now,
        host=os.uname().nodename,
        version=__version__,
        zone=str(config.timezone),
        since=None if asked.since is None else window.since,
        config=config.file,
        config_sha256=hashlib.sha256(text.encode()).hexdigest() if config.file else None,
    )
    return config, text, Question(window, tokens=tokens_of(config)), occasion


def text_of(config: Config) -> str:
    """Return a config as it was written, empty where there is no file.

    Raises:
        ForensicsError: it cannot be opened any more.
    """
    from forensics.cli_inputs import is_out_of_archive
    from forensics.sources.packed import packed_config

    if config.file is None:
        return ""
    path = Path(config.file)
    try:
        content = packed_config(path.parent) if is_out_of_archive(config) else path.read_bytes()
    except OSError as error:
        raise ForensicsError(f"{path}: the config cannot be opened: {error.strerror}") from error
    return content.decode("utf-8")


def ledger_of(config: Config) -> Path:
    """Return the ledger of a config.

    Raises:
        ForensicsError: there is none.
    """
    from forensics.cli_tracker import ledger_path

    path = ledger_path(config)
    if not path.is_file():
        raise ForensicsError(
            f"--ledger: there is no ledger at {path} - leave it out, or name it as ledger in the config"
        )
    return path


def told(collected: Collected, target: Path, occasion: Occasion) -> str:
    """Return what was written, and how to read it."""
    from forensics.timeline import utc_text

    lists = collected.lists
    with target.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    count, sources = len(lists.files), len(lists.sources)
    since = "" if occasion.since is None else f" --since {utc_text(occasion.since)}"
    return (
        f"{target}: {count} file{'s' if count != 1 else ''} of {sources} source{'s' if sources != 1 else ''},"
        f" {target.stat().st_size:,} bytes\n"
        f"sha256: {digest}\n"
        f"read it with: forensics report --config {target}{since} --now {utc_text(occasion.now)}\n"
    )


def warnings(collected: Collected, target: Path) -> list[str]:
    """Return what a person must know of an archive."""
    faults = [f"{name}: {fault}" for name, fault in collected.faults]
    unread = [f"not packed: {each.original}: {each.why}" for each in collected.lists.unread]
    lines = [*dict.fromkeys([*faults, *unread])]
    left = len(lines) - SHOWN_FAULTS
    more = [f"{left} more of the kind stand in the archive's MANIFEST.json"] if left > 0 else []
    out = len(collected.lists.left_out)
    old = (
        [f"{out} file{'s' if out != 1 else ''} left out that end{'s' if out == 1 else ''} long before --since"]
        if out
        else []
    )
    large = [TOO_LARGE] if is_too_large(collected, target) else []
    return [*lines[:SHOWN_FAULTS], *more, *old, *large, SECRETS]


def is_too_large(collected: Collected, target: Path) -> bool:
    """Return whether an archive goes beyond the limits within which one from elsewhere is read in place."""
    from forensics.sources.members import MEMBER_LIMIT, RATIO_FREE, RATIO_LIMIT
    from forensics.sources.slack_archive import TOTAL_LIMIT

    files = collected.lists.files
    sizes = Counter[int | None]()
    for each in files:
        sizes[each.source] += each.size
    flood = max(RATIO_FREE, RATIO_LIMIT * target.stat().st_size)
    return len(files) > MEMBER_LIMIT or max(sizes.values(), default=0) > TOTAL_LIMIT or sizes.total() > flood


def is_incomplete(collected: Collected) -> bool:
    """Return whether something that was to be read could not be, or not to its end."""
    return bool(collected.faults or collected.lists.unread)
