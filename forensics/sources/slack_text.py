"""Turns what Slack stores of a message into the text that a person read.

Text is mrkdwn: ``&``, ``<`` and ``>`` are escaped, links and mentions stand in angle brackets, and marks
stand around words (``*bold*``). Bots say the rest, or all of it, in attachments and blocks. Format:
https://docs.slack.dev/messaging/formatting-message-text and https://docs.slack.dev/reference/block-kit/blocks
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain, islice, zip_longest
from typing import Any

from forensics.sources.json_values import legible, mappings, words
from forensics.sources.memo import Memo

TEXT_LIMIT = 64 * 1024
SHORT = 1000
MEMORY = 20_000
PART_LIMIT = 1000
OCCURRENCE_LIMIT = 20
NO_PREVIEW = "[no preview available]"

SPECIAL = re.compile(r"```([\s\S]*?)```|`([^`\n]+)`|<([^<>]*)>")
ANGLED = re.compile(r"<([^<>]*)>")
SLOT = "\x00"
# A mark counts only at the edge of a word: job names hold underscores, paths and globs hold stars.
MARKS = (
    ("_", re.compile(r"(?<![\w/])_(?=[^\s_])((?:[^_\n]|(?<=\w)_(?=\w))+)(?<!\s)_(?![\w/])")),
    ("*", re.compile(r"(?<![\w*/\\])\*(?=[^\s*])([^*\n]+)(?<!\s)\*(?![\w*/])")),
    ("~", re.compile(r"(?<![\w~/])~(?=[^\s~/])([^~\n]+)(?<!\s)~(?![\w~/])")),
)


@dataclass(frozen=True)
class Names:
    """What the ids in messages stand for: people and channels by id."""

    people: Mapping[str, str] = field(default_factory=dict)
    channels: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def said(self) -> Memo[str, str]:
        """Return the memory of what short messages say that are text alone: bots repeat themselves."""
        return Memo(lambda raw: finished(plain(raw, self).strip()), MEMORY)


def message_text(message: Mapping[str, Any], names: Names, is_bot: bool) -> str:
    """Return all that a message says: its text, else its blocks; then what its attachments add.

    A person's blocks only repeat the text. A bot's text may be no more than a summary for the lock
    screen, so what its blocks say beyond it is added.
    """
    raw, blocks, attachments = words(message.get("text")), message.get("blocks"), message.get("attachments")
    if not blocks and not attachments and len(raw) <= SHORT:
        return names.said[raw]
    text = plain(raw, names).strip() if raw else ""
    if blocks and (is_bot or not text):
        text = extended(text, block_parts(blocks, names))
    if attachments:
        text = extended(text, chain.from_iterable(attachment_parts(each, names) for each in mappings(attachments)))
    return finished(text)


def finished(text: str) -> str:
    """Return a text as evidence: of bounded length, with one sort of line end, and fit to be written."""
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    return legible(text if len(text) <= TEXT_LIMIT else text[: TEXT_LIMIT - 1] + "…")


def extended(text: str, parts: Iterable[str]) -> str:
    """Return a text with those lines of the parts added that it does not say already."""
    stripped = filter(None, (part.strip() for part in islice(parts, PART_LIMIT)))
    if not text:
        return "\n".join(stripped)
    said = " ".join(text.split())
    lines = islice(chain.from_iterable(part.split("\n") for part in stripped), PART_LIMIT)
    return "\n".join([text, *(line for line in lines if line.strip() and not is_said(" ".join(line.split()), said))])


def is_said(line: str, text: str) -> bool:
    """Return whether a line stands in a text, and not only as a part of longer words."""
    at = -1
    for _ in range(OCCURRENCE_LIMIT):
        at = text.find(line, at + 1)
        if at < 0:
            return False
        if not (continues_name(text[at - 1 : at]) or continues_name(text[at + len(line) : at + len(line) + 1])):
            return True
    return False


def continues_name(character: str) -> bool:
    """Return whether a character next to a name makes it another name."""
    return character.isalnum() or character in ("-", "_")


def plain(text: str, names: Names) -> str:
    """Return mrkdwn as plain text: links, mentions and escapes resolved, marks around words gone."""
    if "<" not in text and "`" not in text:
        return unescaped(unmarked(text))
    kept: list[str] = []
    slotted = SPECIAL.sub(lambda found: keep(found, names, kept), text.replace(SLOT, "\N{REPLACEMENT CHARACTER}"))
    pieces = unmarked(slotted).split(SLOT)
    return unescaped("".join(chain.from_iterable(zip_longest(pieces, kept, fillvalue=""))))


def unmarked(text: str) -> str:
    """Return a text without the marks around words."""
    for mark, pattern in MARKS:
        if text.count(mark) > 1:
            text = pattern.sub(r"\1", text)
    return text


def keep(found: re.Match[str], names: Names, kept: list[str]) -> str:
    """Lay aside what a token stands for, out of reach of the marks, and return the slot for it."""
    block, code, token = found.groups()
    if token is not None:
        kept.append(resolved(token, names))
    else:
        kept.append(ANGLED.sub(lambda inner: resolved(inner.group(1), names), code if block is None else block))
    return SLOT


def resolved(token: str, names: Names) -> str:
    """Return what a reader sees in place of ``<token>``."""
    target, _, label = token.partition("|")
    kind, rest = target[:1], target[1:]
    if kind == "@":
        return "@" + (names.people.get(rest) or label.lstrip("@") or rest)
    if kind == "#":
        return "#" + (label.lstrip("#") or names.channels.get(rest, rest))
    if kind == "!":
        return f"@{rest}" if rest in ("channel", "here", "everyone") else label or f"@{rest}"
    return label or target if ":" in target else f"<{token}>"


def unescaped(text: str) -> str:
    """Return a text with Slack's three escapes undone."""
    if "&" not in text:
        return text
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def attachment_parts(attachment: Mapping[str, Any], names: Names) -> Iterator[str]:
    """Yield what an attachment says; one that Slack unfurled from a link says nothing of its own."""
    if any(attachment.get(sign) for sign in ("from_url", "original_url", "is_msg_unfurl")):
        return
    own = [plain(words(attachment.get(key)), names) for key in ("pretext", "author_name", "title", "text")]
    own.extend(field_line(each, names) for each in mappings(attachment.get("fields")))
    own.extend(block_parts(attachment.get("blocks"), names))
    spoken = [part for part in own if part]
    if not spoken and (fallback := words(attachment.get("fallback"))) != NO_PREVIEW:
        spoken.append(plain(fallback, names))
    yield from spoken


def field_line(attachment_field: Mapping[str, Any], names: Names) -> str:
    """Return a field of an attachment as one line."""
    both = (plain(words(attachment_field.get(key)), names) for key in ("title", "value"))
    return ": ".join(part for part in both if part)


def block_parts(blocks: object, names: Names) -> Iterator[str]:
    """Yield what the blocks say, one text for each part that stands apart from the others."""
    for block in mappings(blocks):
        reader = BLOCKS.get(words(block.get("type")))
        if reader is not None:
            yield from reader(block, names)


def section_parts(block: Mapping[str, Any], names: Names) -> Iterator[str]:
    """Yield the text of a section or header, then its fields."""
    yield text_object(block.get("text"), names)
    yield from (text_object(each, names) for each in mappings(block.get("fields")))


def context_parts(block: Mapping[str, Any], names: Names) -> Iterator[str]:
    """Yield the texts of a context block; its images say nothing."""
    return (text_object(each, names) for each in mappings(block.get("elements")))


def markdown_parts(block: Mapping[str, Any], names: Names) -> Iterator[str]:
    """Yield the text of a Markdown block, in which bold has two stars."""
    yield plain(words(block.get("text")).replace("**", "*"), names)


def table_parts(block: Mapping[str, Any], names: Names) -> Iterator[str]:
    """Yield the rows of a table as lines."""
    rows = block.get("rows")
    for row in rows if isinstance(rows, list) else []:
        yield " | ".join(cell_text(cell, names) for cell in mappings(row))


def cell_text(cell: Mapping[str, Any], names: Names) -> str:
    """Return a cell of a table on one line."""
    spoken = rich_parts(cell, names) if cell.get("type") == "rich_text" else [words(cell.get("text"))]
    return " ".join(" ".join(spoken).split())


def text_object(value: object, names: Names) -> str:
    """Return a text object's text; only mrkdwn has marks and links in it."""
    if not isinstance(value, dict):
        return ""
    text = words(value.get("text"))
    return plain(text, names) if value.get("type") == "mrkdwn" else unescaped(text)


def rich_parts(block: Mapping[str, Any], names: Names) -> Iterator[str]:
    """Yield the sections, quotes, preformatted texts and lines of lists of a rich text."""
    for element in mappings(block.get("elements")):
        sections = mappings(element.get("elements")) if element.get("type") == "rich_text_list" else [element]
        for section in sections:
            yield "".join(inline(each, names) for each in mappings(section.get("elements")))


def inline(element: Mapping[str, Any], names: Names) -> str:
    """Return one piece of a line of rich text, whose text is not escaped."""

    def said(key: str) -> str:
        return words(element.get(key))

    match element.get("type"):
        case "emoji":
            return f":{said('name')}:"
        case "link":
            return said("text") or said("url")
        case "user":
            return "@" + names.people.get(said("user_id"), said("user_id"))
        case "channel":
            return "#" + names.channels.get(said("channel_id"), said("channel_id"))
        case "usergroup":
            return "@" + said("usergroup_id")
        case "broadcast":
            return "@" + said("range")
        case "date":
            return said("fallback")
        case _:
            return said("text")


BLOCKS: dict[str, Callable[[Mapping[str, Any], Names], Iterator[str]]] = {
    "section": section_parts,
    "header": section_parts,
    "context": context_parts,
    "rich_text": rich_parts,
    "table": table_parts,
    "markdown": markdown_parts,
}
