"""Tells what a line of ``ls -l`` is, and cuts an entry into its fields.

ls separates fields by blanks, and lets owners, groups and names hold blanks as well: an entry is
read up to its date, and all after that is its name. On a terminal GNU ls quotes the names that a
shell would not take as they are, and moves the other names of that folder one column to the right.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from forensics.sources.ls_dates import PATTERN
from forensics.sources.paths import without_target

MODE = rb"([-bcCdDlMnpPsw?])[-rwxsStTlL]{9}[.+@]?"
INODE_OR_BLOCKS = rb"(?: {0,20}[\d.]{1,20}[KMGTPEZY]? {1,20}){0,2}"
SIZE = rb"(?:(\d{1,19})|(\d{1,4}(?:\.\d)?[BKMGTPEZYk])|\d{1,10}, {1,10}\d{1,10}|0x[0-9a-f]{1,16})"
DATE = rb"(" + PATTERN.encode("ascii") + rb")"
ENTRY = re.compile(
    INODE_OR_BLOCKS + MODE + rb" {1,40}\d{1,10} (?:.{0,256}? )?" + SIZE + rb" {1,40}" + DATE + rb" (.+)",
    re.DOTALL,
)
TOTAL = re.compile(rb"total [\d.,]{1,20}[BKMGTPEZYk]?")
ATTRIBUTE = re.compile(rb"\t\S{1,128}\t {0,20}\d{1,20} {0,2}| \d{1,4}: .{1,1024}")
QUOTED = re.compile(rb"(?:'[^']*'|\"[^\"]*\"|\$'(?:[^'\\]|\\.)*'|\\')+", re.DOTALL)
PIECE = re.compile(rb"'([^']*)'|\"([^\"]*)\"|\$'((?:[^'\\]|\\.)*)'|\\(')", re.DOTALL)
NEEDS_NO_QUOTES = re.compile(rb"[\w@%+=:,./-]*")
UNITS = b"BKMGTPEZY"


class Entry(NamedTuple):
    """One entry: its type letter, size, date as written, and name as written, a link's target included."""

    letter: bytes
    size: int | None
    date: str
    name: bytes


def entry_of(line: bytes) -> Entry | None:
    """Return the entry that a line is; None where it is something else."""
    found = ENTRY.fullmatch(line)
    if found is None:
        return None
    letter, size, rounded, written, name = found.groups()
    bytes_in = int(size) if size else rounded_size(rounded) if rounded else None
    has_day_only = len(written) == len(b"2018-01-18") and written[4:5] == b"-"
    return Entry(letter, bytes_in, written.decode("ascii"), name[1:] if has_day_only else name)


def rounded_size(written: bytes) -> int:
    """Return the bytes of a size such as ``4.0K``, which ls -h has rounded."""
    factor: int = 1024 ** UNITS.index(written[-1:].upper())
    return round(float(written[:-1]) * factor)


def heading_of(line: bytes) -> bytes | None:
    """Return the folder that a line announces; None where it announces none."""
    if not line.endswith(b":") or line.startswith(b"ls: ") or len(line) == 1:
        return None
    return unquoted(line[:-1]) if QUOTED.fullmatch(line[:-1]) else line[:-1]


def is_aside(line: bytes) -> bool:
    """Return whether a line is a total, or one of the attributes that macOS lists under an entry."""
    return bool(TOTAL.fullmatch(line) or ATTRIBUTE.fullmatch(line))


def plain_names(entries: list[Entry]) -> list[bytes]:
    """Return the names of one folder's entries without quotes and link targets."""
    words = [QUOTED.match(entry.name) for entry in entries]
    are_moved = all(word or entry.name[:1] == b" " for word, entry in zip(words, entries, strict=True))
    if not are_moved or all(word is None or NEEDS_NO_QUOTES.fullmatch(unquoted(word[0])) for word in words):
        return [linkless(entry, entry.name) for entry in entries]
    return [
        unquoted(word[0]) if word else linkless(entry, entry.name[1:])
        for word, entry in zip(words, entries, strict=True)
    ]


def linkless(entry: Entry, name: bytes) -> bytes:
    """Return a name without the target, where the entry is a symbolic link."""
    return without_target(name, entry.size) if entry.letter == b"l" else name


def unquoted(word: bytes) -> bytes:
    """Return a word that was quoted for a shell; escapes in ``$'…'`` stay as they are."""
    return b"".join(b"".join(piece) for piece in PIECE.findall(word))
