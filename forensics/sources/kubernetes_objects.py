"""Takes what ``kubectl get -o json`` prints apart into objects: lists, single objects, several one after the other.

A watch prints an object again whenever it changes (``--output-watch-events`` wraps each of these); a raw list of the
API names the kind of its objects once, in its own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from forensics.evidence.records import clipped
from forensics.sources import generic_json
from forensics.sources.field_records import refuse_constant
from forensics.sources.instants import UTC_ZONE
from forensics.sources.json_documents import NoDocument, content_of, documents
from forensics.sources.json_values import JsonArray, bounded_integer, decoded, legible, mappings, words
from forensics.sources.opening import EvidenceFile
from forensics.timeline import NANOS, instant

# Half of a sign, as bytes that are no UTF-8 leave it, or as JSON can spell it.
SURROGATE = re.compile("[\ud800-\udfff]|" + r"\\u[dD][89a-fA-F]")
ITEMS = re.compile(r'"items"\s*:\s*(?=\[)')
DECODER = json.JSONDecoder(parse_int=bounded_integer, parse_constant=refuse_constant, strict=False)
WATCHED = frozenset({"ADDED", "MODIFIED", "DELETED"})
SECONDS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z")


@dataclass(frozen=True, slots=True)
class Thing:
    """An object of the cluster: the how manyth of its file it is, what it is, and all that it says."""

    number: int
    kind: str
    namespace: str
    name: str
    says: Mapping[str, Any]

    @property
    def identity(self) -> str:
        """Return what stays the same however often the object is printed."""
        return self.text("metadata", "uid") or f"{self.kind} {self.namespace}/{self.name}"

    def get(self, *keys: str) -> Any:
        """Return what stands at the end of a path of names, None where the path ends early."""
        return value_at(self.says, *keys)

    def text(self, *keys: str) -> str:
        """Return the text at the end of a path of names, empty where there is none."""
        return legible(words(self.get(*keys)))

    def at(self, *keys: str) -> int | None:
        """Return the instant at the end of a path of names, in ns since the epoch."""
        return moment(self.get(*keys))

    def each(self, *keys: str) -> Iterator[Mapping[str, Any]]:
        """Yield the objects of the list at the end of a path of names."""
        return mappings(self.get(*keys))


@dataclass(frozen=True, slots=True)
class Strange:
    """Something that is no object of a cluster: the how manyth it is, why, and how it begins."""

    number: int
    reason: str
    text: str


def value_at(value: Any, *keys: str) -> Any:
    """Return what stands at the end of a path of names, None where the path ends early."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def moment(value: object) -> int | None:
    """Return the instant that a time of the API names, None for anything else; its times are all UTC."""
    if not isinstance(value, str) or not SECONDS.fullmatch(value):
        return None
    try:
        found = instant(value, UTC_ZONE)
    except ValueError:
        return None
    return found if found >= NANOS else None


def things(evidence: EvidenceFile) -> Iterator[Thing | Strange]:
    """Yield the objects of a file, and what is none; ``fault`` is set where the file ends early.

    Raises:
        OSError: it cannot be opened, or is no regular file.
    """
    text = decoded(content_of(evidence))
    for number, each in enumerate(objects(text, evidence), 1):
        yield thing(number, each)


def objects(text: str, evidence: EvidenceFile) -> Iterator[object]:
    """Yield the objects of all documents in a text; a ``Strange`` for a document that is none."""
    is_clean = SURROGATE.search(text) is None
    for document in documents(text, DECODER):
        found = saved(document, evidence) if isinstance(document, NoDocument) else unpacked(document)
        yield from found if is_clean else map(all_legible, found)


def all_legible(each: object) -> object:
    """Return an object whose texts can all be written as UTF-8."""
    try:
        return each if isinstance(each, Strange) else generic_json.legible(each)
    except RecursionError:
        return Strange(0, "nested too deeply", "")


def saved(broken: NoDocument, evidence: EvidenceFile) -> Iterator[object]:
    """Yield the whole objects of a list that is cut off or damaged; of anything else that it is no JSON."""
    found = ITEMS.search(broken.text) if broken.text.startswith("{") else None
    array = JsonArray(broken.text[found.end() :].encode("utf-8", "surrogateescape")) if found else None
    count = 0
    for some in array.slices() if array else ():
        count += len(some)
        yield from some
    if count:
        evidence.fault = evidence.fault or "truncated: the list breaks off"
        return
    yield Strange(0, f"{broken.reason} - is it of kubectl get -o json?", clipped(legible(broken.text[:1024])))


def unpacked(document: object) -> Iterator[object]:
    """Yield the objects of a document: those of a list, the one that a watch wraps, or the document itself."""
    if isinstance(document, list):
        for each in document:
            yield from unpacked(each) if isinstance(each, dict) else [each]
    elif isinstance(document, dict) and isinstance(document.get("items"), list) and is_list(document):
        kind = words(document.get("kind")).removesuffix("List")
        yield from ({"kind": kind, **each} if isinstance(each, dict) else each for each in document["items"])
    elif isinstance(document, dict) and document.get("type") in WATCHED and isinstance(document.get("object"), dict):
        yield document["object"]
    else:
        yield document


def is_list(document: Mapping[str, Any]) -> bool:
    """Return whether a document is a list of the API."""
    kind = document.get("kind")
    return kind is None or words(kind).endswith("List")


def is_plain(value: object) -> bool:
    """Return whether a value holds no others."""
    return not isinstance(value, list | dict)


def thing(number: int, value: object) -> Thing | Strange:
    """Return a value as an object of a cluster."""
    if isinstance(value, Strange):
        return Strange(number, value.reason, value.text)
    kind, name = words(value_at(value, "kind")), words(value_at(value, "metadata", "name"))
    if not isinstance(value, dict) or not kind or not name:
        text = ", ".join(map(str, value)) if isinstance(value, dict) else str(value) if is_plain(value) else ""
        reason = "no object of Kubernetes: it has no kind, or no name in its metadata"
        return Strange(number, reason, clipped(legible(text[:1024])))
    return Thing(number, legible(kind), legible(words(value_at(value, "metadata", "namespace"))), legible(name), value)
