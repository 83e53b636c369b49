"""The readers: what each reads, which lanes it fills, how it is known, and what it cannot tell."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from forensics.sources.base import Source

SCHEMA = "night-watch-sources/1"
WIDTH = 96
NEVER_GUESSED = "never recognised; named by kind, with lane and columns"
ANY = 3  # a reader of more lanes than this reads whichever is named
# Beats are no lane of their own: a beat shows that work was done.
LANE_WORDS = {"beats": "heartbeats"}


@dataclass(frozen=True)
class Way:
    """What path a kind takes, and how what lies there is recognised."""

    path: str
    recognised: str


WAYS: dict[str, Way] = {
    "slack-export": Way("a folder or .zip", "by its channel/YYYY-MM-DD.json files"),
    "slack": Way("none: channels and token_env", "never recognised; named by kind, with channels and token_env"),
    "syslog": Way("a log; globs, .gz .xz .bz2 .zst", "by the time stamps of its first lines"),
    "journal": Way("a JSON export, or none: live", "by the fields of its first records"),
    "openclaw": Way("state folder, or a gateway's log", "by its stores, or by the first lines of the log"),
    "kubernetes": Way("the output of kubectl get -o json", "by the API version and kind of its objects"),
    "files": Way("a folder", "any folder that no narrower kind knows"),
    "find-listing": Way("find -printf '%T@\\t%s\\t%p\\n'", "by its first lines"),
    "ls-listing": Way("ls -l, ls -lR, ls -l --full-time", "by its first lines"),
    "bodyfile": Way("the Sleuth Kit's listing", "by its first lines"),
    "heartbeats": Way("a folder of .last files", "by these files"),
    "registry": Way("databases of forensics run; globs", "by the database's own mark"),
    "jsonl": Way("JSON lines, or a list in a document", NEVER_GUESSED),
    "csv": Way("a file with a head line", NEVER_GUESSED),
    "parquet": Way("a file", NEVER_GUESSED),
}
UNKNOWN = Way("a path", "by its content")


@click.command(short_help="List the readers, and what each cannot tell.")
@click.option(
    "--format", "form", type=click.Choice(("text", "json")), default="text", show_default=True, help="What stdout gets."
)
def sources(form: str) -> None:
    """List the kinds of sources: what each reads, which lanes it fills, and what it cannot tell.

    \b
    Examples:
      forensics sources
      forensics sources --format json
    """  # noqa: D301 - click's sign for lines that stay as they are
    from forensics.cli_outputs import show_text
    from forensics.sources import SOURCES
    from forensics.sources.plugins import foreign_sources

    foreign, unusable = foreign_sources()
    readers, unread = (*SOURCES, *foreign), unread_kinds(SOURCES)
    told = lines(readers, unread, unusable)
    show_text(numbers(readers, unread, unusable) if form == "json" else "".join(f"{line}\n" for line in told))


def origin_of(reader: Source) -> str | None:
    """Return the distribution and version of a reader from elsewhere, None for our own."""
    origin: str | None = getattr(reader, "origin", None)
    return origin


def way_of(reader: Source) -> Way:
    """Return what path a reader takes, and how what lies there is recognised."""
    origin = origin_of(reader)
    foreign = Way("a path", f"never recognised; named by kind, a reader of {origin}")
    return WAYS.get(reader.kind, UNKNOWN) if origin is None else foreign


def unread_kinds(readers: Sequence[Source]) -> list[str]:
    """Return the kinds that a config may name and that this version has no reader for."""
    from forensics.config import SOURCE_KINDS

    known = {reader.kind for reader in readers}
    return [kind for kind in SOURCE_KINDS if kind not in known]


def lanes_of(reader: Source) -> list[str]:
    """Return the lanes that a reader fills, as people call them."""
    return [LANE_WORDS.get(lane, lane) for lane in reader.lanes]


def lanes_text(reader: Source) -> str:
    """Return the lanes of a reader for a cell of the table."""
    return "any, named by lane" if len(reader.lanes) > ANY else ", ".join(lanes_of(reader))


def reach_of(reader: Source) -> str:
    """Return up to when a reader's silence tells something: ``now``, ``now, if fresh``, or ``newest record``."""
    return "now" if reader.is_live else "now, if fresh" if reader.is_log else "newest record"


def lines(readers: Sequence[Source], unread: Sequence[str], unusable: Sequence[str]) -> Iterator[str]:
    """Yield the readers for people."""
    yield f'{len(readers)} kinds can be read: kind = "…" of a [[source]], or KIND:PATH of an option.'
    yield ""
    cells = [(each.kind, lanes_text(each), reach_of(each), way_of(each).path) for each in readers]
    yield from table([("Kind", "Lanes", "Speaks up to", "Path"), *cells])
    yield ""
    yield "Known by, where only a PATH is given:"
    yield from row(told_alike([(each.kind, way_of(each).recognised) for each in readers]))
    yield ""
    yield "What each cannot tell:"
    yield from row(told_alike([(each.kind, sentence(each.blind_spot)) for each in readers]))
    if unread:
        yield ""
        yield "Not read by this version, though a config may name them:"
        yield from row([(kind, WAYS.get(kind, UNKNOWN).path) for kind in unread])
    if unusable:
        yield ""
        yield "Offered by packages, and not to be used:"
        yield from row([("", each) for each in unusable])


def table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield rows with their columns set to one width."""
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    for each in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(each, widths, strict=True)).rstrip()


def told_alike(told: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return kinds with a text each, those of one text together."""
    by_text: dict[str, list[str]] = {}
    for kind, text in told:
        by_text.setdefault(text, []).append(kind)
    return [(", ".join(kinds), text) for text, kinds in by_text.items()]


def row(told: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Yield texts behind their heads, wrapped beside them."""
    width = max(len(head) for head, _ in told)
    for head, text in told:
        first = f"  {head.ljust(width)}  "
        yield from textwrap.wrap(
            text, WIDTH, initial_indent=first, subsequent_indent=" " * len(first), break_on_hyphens=False
        )


def sentence(text: str) -> str:
    """Return a text that begins and ends as a sentence does."""
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."


def numbers(readers: Sequence[Source], unread: Sequence[str], unusable: Sequence[str]) -> str:
    """Return the readers for machines."""
    told = [
        {
            "kind": reader.kind,
            "readable": True,
            "lanes": lanes_of(reader),
            "path": way_of(reader).path,
            "recognised": way_of(reader).recognised,
            "live": reader.is_live,
            "log": reader.is_log,
            "blind_spot": sentence(reader.blind_spot),
            "origin": origin_of(reader),
        }
        for reader in readers
    ]
    missing = [{"kind": kind, "readable": False, "path": WAYS.get(kind, UNKNOWN).path} for kind in unread]
    content = {"schema": SCHEMA, "sources": [*told, *missing], "unusable": list(unusable)}
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"
