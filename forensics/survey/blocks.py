"""A config as its person wrote it, cut into blocks of lines, so that a change touches no other line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

HEADER = re.compile(r"\s*\[\[?\s*([A-Za-z_][\w-]*(?:\s*\.\s*[\w\"'-]+)*)\s*\]\]?\s*(?:#.*)?")


@dataclass(frozen=True)
class Block:
    """One table of a config: its name, and its lines, the comment right above it among them.

    The first block holds what stands above all tables, and has no name.
    """

    name: str
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """Return the lines as one text."""
        return "".join(f"{line}\n" for line in self.lines)

    def values(self) -> dict[str, Any]:
        """Return the keys and values of the table, none where it cannot be read by itself."""
        try:
            tables = tomllib.loads(self.text)
        except ValueError:
            return {}
        found = tables.get(self.name, tables if not self.name else {})
        found = found[0] if isinstance(found, list) and found else found
        return found if isinstance(found, dict) else {}


def blocks_of(text: str) -> list[Block]:
    """Return the blocks of a config, in order; their lines together are the whole of it.

    A table within another, such as ``[job.attributes]``, belongs to the block of that one.
    """
    lines = text.removesuffix("\n").split("\n") if text else []
    starts = [(0, "")]
    for at, name in headers(lines):
        begin = with_comment(lines, at)
        starts.append((max(begin, starts[-1][0]), name))
    ends = [start for start, _ in starts[1:]] + [len(lines)]
    return [Block(name, tuple(lines[start:end])) for (start, name), end in zip(starts, ends, strict=True)]


def headers(lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yield the line and the name of each table that is within no other."""
    quote = ""
    for at, line in enumerate(lines):
        match = None if quote else HEADER.fullmatch(line)
        if match and "." not in match[1]:
            yield at, match[1]
        quote = still_open(line, quote)


def still_open(line: str, quote: str) -> str:
    """Return the three quotes of a text over several lines that is open after a line, none where none is."""
    for each in re.findall(r'"""|\'\'\'', line):
        if not quote:
            quote = each
        elif each == quote:
            quote = ""
    return quote


def with_comment(lines: Sequence[str], at: int) -> int:
    """Return where the comment right above a line begins, the line itself where none is."""
    while at and lines[at - 1].lstrip().startswith("#"):
        at -= 1
    return at


def without_tail(block: Block) -> tuple[Block, tuple[str, ...]]:
    """Return a block without what follows its last value and the comment right behind that, and what follows."""
    is_value = [bool(line.strip()) and not line.lstrip().startswith("#") for line in block.lines]
    end = max((at + 1 for at, each in enumerate(is_value) if each), default=0)
    while end < len(block.lines) and block.lines[end].strip():
        end += 1
    return replace(block, lines=block.lines[:end]), block.lines[end:]


def with_value(block: Block, keys: Sequence[str], line: str | None, after: Sequence[str] = ()) -> Block:
    """Return a block with a line in place of that of one of the keys, behind one of ``after`` where none is there.

    Without a line the key is taken out. A comment behind the old value stays.
    """
    place = place_of(block, keys)
    if place is not None:
        new = () if line is None else (line + trailing_comment(block.lines[place]),)
        return replace(block, lines=(*block.lines[:place], *new, *block.lines[place + 1 :]))
    if line is None:
        return block
    behind = place_of(block, after)
    at = len(without_tail(block)[0].lines) if behind is None else behind + 1
    return replace(block, lines=(*block.lines[:at], line, *block.lines[at:]))


def place_of(block: Block, keys: Sequence[str]) -> int | None:
    """Return the line on which the first of the keys that is there has its value, all of it on that line."""
    for key in keys:
        for at, line in enumerate(block.lines):
            if re.match(rf"\s*{re.escape(key)}\s*=\s*(?:[^\s\[{{]|\[[^\]]*\]\s*(?:#.*)?$)", line):
                return at
    return None


def trailing_comment(line: str) -> str:
    """Return the comment behind a value, with the blanks before it."""
    match = re.fullmatch(r"[^=]*=\s*(?:\"(?:[^\"\\]|\\.)*\"|'[^']*'|\[[^\]]*\]|[^#\"'\[]*?)(\s*#.*)?", line)
    return match[1] or "" if match else ""
