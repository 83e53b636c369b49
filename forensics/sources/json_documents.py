"""JSON documents in one file, whether one to a line, printed over many lines, or several one after the other."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from forensics.sources.opening import EvidenceFile

LIMIT = 64 << 20
BLANKS = re.compile(r"\s*")
NEXT = re.compile(r"\n(?=[{\[])")
TOO_MUCH = f"abandoned: more than {LIMIT >> 20} MiB of JSON in one file - write it to several"


@dataclass(frozen=True, slots=True)
class NoDocument:
    """A stretch of text that is no JSON, up to where the next document may begin: why, and the text."""

    reason: str
    text: str


def content_of(evidence: EvidenceFile) -> bytes:
    """Return the whole of a file; of one that is too large nothing, its ``fault`` says so.

    Raises:
        OSError: it cannot be opened, or is no regular file.
    """
    blocks, size = list[bytes](), 0
    for block in evidence.blocks():
        size += len(block)
        if size > LIMIT:
            evidence.fault = TOO_MUCH
            return b""
        blocks.append(block)
    return b"".join(blocks)


def documents(text: str, decoder: json.JSONDecoder) -> Iterator[object]:
    """Yield what each document of a text holds; a ``NoDocument`` for what is none."""
    at = past_blanks(text, 0)
    while at < len(text):
        try:
            document, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError) as error:
            found = NEXT.search(text, at)
            end = found.end() if found else len(text)
            yield NoDocument(f"no JSON: {why(error)}", text[at:end])
            at = end
        else:
            yield document
        at = past_blanks(text, at)


def past_blanks(text: str, at: int) -> int:
    """Return where the next sign stands that is no blank."""
    found = BLANKS.match(text, at)
    return found.end() if found else at


def why(error: Exception) -> str:
    """Return what is wrong with a text that is no JSON."""
    if isinstance(error, json.JSONDecodeError):
        return error.msg[:1].lower() + error.msg[1:]
    return "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
