"""Finds in a text what a forge would act on: mentions, references, links, and whatever is not plain text.

The patterns are those of Gitea's own scanner, or a little wider; it reads the text outside code, with its markup
taken away, and titles as they are.
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.token import Token

BEFORE, AFTER = r"(?:^|[\s(\[\"'])", r"(?=\s|$|[)\]\"':;,.?!])"
ACTED_ON = {
    "mention": re.compile(rf"{BEFORE}@[-\w][-.\w]*(?:/[-.\w]+)?"),
    "number": re.compile(rf"{BEFORE}[#!][0-9]+{AFTER}"),
    "other repository": re.compile(rf"{BEFORE}[-\w.]+/[-\w.]+[#!][0-9]+{AFTER}"),
    "commit": re.compile(rf"{BEFORE}[-\w.]+/[-\w.]+@[0-9a-f]{{7,64}}{AFTER}"),
    "hash": re.compile(rf"{BEFORE}[0-9a-f]{{7,64}}{AFTER}"),
    "address": re.compile(r"(?i)[a-z][a-z0-9+.-]*://|(?:^|[\s(*_~])www\.|mailto:"),
    "mail": re.compile(r"[-\w.+]+@[-\w]+\.\w{2,}"),
    "emoji": re.compile(r":[-+\w]*[A-Za-z][-+\w]*:"),
    "wiki": re.compile(r"\[\[.*?\]\]"),
    "formula": re.compile(r"\$|\\[(\[]"),
    "entity": re.compile(r"&#?\w+;"),
}
COLOUR = re.compile(r"(?i)(?:#[0-9a-f]{3,8}|(?:rgb|hsl)a?\(.*\))\Z")
ALERT = re.compile(r"^\[!(?:NOTE|WARNING|CAUTION)\]")
BLOCKS = {"paragraph", "inline", "blockquote", "table", "thead", "tbody", "tr", "th", "td", "bullet_list", "list_item"}
LEAVES = {"text", "code_inline", "strong", "hardbreak", "softbreak"}
MARK = re.compile(r"^[ >-]*<!-- nightwatch", re.MULTILINE)


def tokens_of(markdown: str) -> list[Token]:
    """Return the blocks of a text as a forge reads them: raw HTML, tables and strikes count."""
    return MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(markdown)


def leaves_of(tokens: list[Token]) -> list[Token]:
    return [leaf for token in tokens for leaf in token.children or []]


def kind_of(token: Token) -> str:
    return token.type.removesuffix("_open").removesuffix("_close")


def plain_texts(tokens: list[Token]) -> list[str]:
    """Return the text of each paragraph or cell without its code."""
    return [
        "".join(leaf.content if leaf.type == "text" else "\n" if "break" in leaf.type else " \0 " for leaf in token.children)
        for token in tokens
        if token.children is not None
    ]  # fmt: skip


def sightings(text: str) -> list[str]:
    """Return what a scanner finds in plain text."""
    return [f"{what}: {found.group()!r}" for what, pattern in ACTED_ON.items() for found in pattern.finditer(text)]


def faults_of(markdown: str) -> list[str]:
    """Return everything in a text of ours that a forge would act on, or draw as anything but our own words and code."""
    tokens = tokens_of(markdown)
    leaves = leaves_of(tokens)
    return [
        *(f"block {token.type}" for token in tokens if kind_of(token) not in BLOCKS | {"fence"}),
        *(f"leaf {leaf.type}" for leaf in leaves if kind_of(leaf) not in LEAVES),
        *(found for text in plain_texts(tokens) for found in sightings(ALERT.sub("", text))),
        *(f"colour {leaf.content}" for leaf in leaves if leaf.type == "code_inline" and COLOUR.match(leaf.content)),
        *(f"mark {found.group()!r}" for found in MARK.finditer(markdown)),
        *(f"unseen {sign!r}" for sign in markdown if not sign.isprintable() and sign != "\n"),
    ]
