"""JSON that is one document with a list of objects inside, read as if each of these stood on a line of its own."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from forensics.evidence.records import Reject, clipped
from forensics.sources.generic_chunks import Account, CheckNames, Chunk, Objects
from forensics.sources.generic_json import json_chunks, json_value, legible
from forensics.sources.json_documents import NoDocument, content_of
from forensics.sources.listing import BOM, excerpt
from forensics.sources.opening import EvidenceFile, head

HEAD = 1 << 16
Cut = Callable[[EvidenceFile, Account, CheckNames], Iterator[Chunk | Reject]]


@dataclass(frozen=True)
class Told(Objects):
    """Objects out of a document: they have no lines."""

    def text(self, index: int) -> str:
        """Return how a record begins."""
        return excerpt(json.dumps(self.records[index]).encode())


def beginning(record: object) -> str:
    """Return how a record that could not be read begins."""
    text = record.text[:1024] if isinstance(record, NoDocument) else "" if isinstance(record, list) else str(record)
    return clipped(str(legible(text)))


def document_or_lines(evidence: EvidenceFile, account: Account, check: CheckNames) -> Iterator[Chunk | Reject]:
    """Yield the objects of a file: of the one list in it where it is one document over many lines, else of its lines.

    Raises:
        OSError: the file cannot be opened, or is no regular file.
    """
    listed = elements(evidence.path)
    if listed is None:
        yield from json_chunks(evidence, account, check)
        return
    for _ in evidence.blocks():
        pass  # only hashed
    told = Told()
    for number, record in enumerate(listed, 1):
        account.records += 1
        if isinstance(record, dict):
            told.numbers.append(number)
            told.records.append(record)
        else:
            yield Reject(account.file, number, "not a JSON object", beginning(record))
    yield told


def elements(path: Path) -> list[Any] | None:
    """Return the elements of a file that is one document: an array, or the one list of objects in it, or itself."""
    first = head(path, HEAD).removeprefix(BOM).lstrip()
    if first[:1] not in (b"[", b"{") or (first[:1] == b"{" and is_whole(first.partition(b"\n")[0])):
        return None
    try:
        document = json_value(content_of(EvidenceFile(path)).removeprefix(BOM))
    except (ValueError, RecursionError):
        return None
    if isinstance(document, list):
        return document
    lists = [
        held for held in document.values() if isinstance(held, list) and any(isinstance(each, dict) for each in held)
    ]
    return lists[0] if len(lists) == 1 else [document]


def is_whole(line: bytes) -> bool:
    """Return whether a line is a JSON object by itself."""
    try:
        return isinstance(json_value(line), dict)
    except (ValueError, RecursionError):
        return False
