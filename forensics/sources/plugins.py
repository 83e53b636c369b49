"""Readers from elsewhere: distributions offer them in the entry-point group ``forensics.sources``, by their kind.

They are looked for only when a kind is named that is not ours, or all readers are listed: that reads the metadata of
every distribution. What one of them does wrong is told by its name, its distribution and its version.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from forensics.config import SOURCE_KINDS
from forensics.errors import SourceError
from forensics.sources.base import Source
from forensics.sources.plugins_guard import TABLES, Guarded
from forensics.timeline import shown

if TYPE_CHECKING:
    from importlib.metadata import Distribution, EntryPoint

GROUP = "forensics.sources"
KIND = re.compile(r"[a-z][a-z0-9-]{1,30}")
ATTRIBUTES: dict[str, tuple[type, str]] = {
    "blind_spot": (str, "a sentence on what the format cannot tell"),
    "is_live": (bool, "True or False"),
    "is_log": (bool, "True or False"),
}


@dataclass(frozen=True)
class Offer:
    """A reader that a distribution offers, not loaded yet; ``entry`` is None where its entry points cannot be read."""

    kind: str
    distribution: str
    version: str
    entry: EntryPoint | None

    @property
    def origin(self) -> str:
        """Return distribution and version, as a report names them."""
        return f"{self.distribution} {self.version}".strip()


def offers() -> list[Offer]:
    """Return the readers that all distributions offer, by kind."""
    from importlib.metadata import distributions

    found = dict[tuple[str, str], Offer]()
    for distribution in distributions():
        for offer in offers_of(distribution):
            found.setdefault((offer.kind, offer.distribution), offer)
    return [found[key] for key in sorted(found)]


def offers_of(distribution: Distribution) -> Iterator[Offer]:
    """Yield the readers that one distribution offers."""
    try:
        text = distribution.read_text("entry_points.txt") or ""
    except (OSError, ValueError):
        return
    if GROUP not in text:
        return
    name, version = called(distribution)
    try:
        entries = [entry for entry in distribution.entry_points if entry.group == GROUP]
    except (ValueError, TypeError, AttributeError, LookupError):  # what a malformed file comes to differs by version
        yield Offer("", name, version, None)
        return
    yield from (Offer(entry.name, name, version, entry) for entry in entries)


def called(distribution: Distribution) -> tuple[str, str]:
    """Return the name and version of a distribution, as far as its metadata can be read."""
    try:
        name, version = distribution.metadata["Name"], distribution.version
    except (TypeError, KeyError, ValueError, OSError):  # the last: where importlib_metadata has taken over the search
        return "a distribution without a name", ""
    return plain(name) or "a distribution without a name", plain(version)


def plain(text: object) -> str:
    """Return a name or version with nothing in it but what names and versions hold."""
    return re.sub(r"[^A-Za-z0-9._+!-]", "", str(text or ""))[:80]


def offered_kinds() -> list[str]:
    """Return the kinds that can be named beside our own."""
    return sorted({offer.kind for offer in offers() if KIND.fullmatch(offer.kind) and offer.kind not in SOURCE_KINDS})


def foreign_source(kind: str) -> Source | None:
    """Return the reader from elsewhere of a kind, None where nobody offers one.

    Raises:
        SourceError: several offer one, or the one is broken.
    """
    found = [offer for offer in offers() if offer.kind == kind]
    return opened(kind, found) if found and KIND.fullmatch(kind) and kind not in SOURCE_KINDS else None


def foreign_sources() -> tuple[list[Source], list[str]]:
    """Return all readers from elsewhere that can be used, and what is wrong with the others."""
    by_kind, usable, complaints = defaultdict[str, list[Offer]](list), list[Source](), list[str]()
    for offer in offers():
        by_kind[offer.kind].append(offer)
    for kind, found in by_kind.items():
        try:
            usable.append(opened(kind, found))
        except SourceError as error:
            complaints.append(str(error))
    return usable, complaints


def opened(kind: str, found: Sequence[Offer]) -> Source:
    """Return the reader of a kind, loaded and behind a guard.

    Raises:
        SourceError: several are offered, or the one is broken.
    """
    who = " and ".join(offer.origin for offer in found)
    if kind == "":
        raise SourceError(f"{who}: its entry_points.txt cannot be read - update it, or uninstall it")
    if kind in SOURCE_KINDS or not KIND.fullmatch(kind):
        why = "which is ours" if kind in SOURCE_KINDS else "which is no kind: a-z, 0-9 and `-`, as in acme-log"
        raise SourceError(f"{who} offers a reader for {shown(kind)}, {why} - it is left out")
    if len(found) > 1:
        raise SourceError(f"kind {kind}: {who} both offer a reader for it - uninstall all but one")
    source = loaded(found[0])
    faults = list(faults_in(source, kind))
    if faults:
        raise SourceError(f"kind {kind}: the reader of {who} is broken: {'; '.join(faults)} - update or uninstall it")
    return cast(Source, Guarded(cast(Source, source), who))


def loaded(offer: Offer) -> object:
    """Return what an entry point names; a class is called.

    Raises:
        SourceError: it cannot be loaded.
    """
    try:
        found: object = offer.entry.load() if offer.entry else None
        return found() if isinstance(found, type) else found
    except (Exception, SystemExit) as error:  # foreign code may raise anything while it is imported
        why = f"{type(error).__name__}: {shown(str(error), 200)}"
        raise SourceError(
            f"kind {offer.kind}: the reader of {offer.origin} cannot be loaded: {why} - update or uninstall it"
        ) from error


def faults_in(source: object, kind: str) -> Iterator[str]:
    """Yield what a reader lacks of the contract in ``sources.base``."""
    if getattr(source, "kind", None) != kind:
        yield f"its `kind` is {shown(str(getattr(source, 'kind', None)))}, not {shown(kind)}"
    lanes = getattr(source, "lanes", None)
    if not isinstance(lanes, tuple) or not lanes or not set(lanes) <= set(TABLES):
        yield f"its `lanes` are no tuple of {', '.join(TABLES)}"
    for name, (wanted, meaning) in ATTRIBUTES.items():
        if not isinstance(getattr(source, name, None), wanted) or getattr(source, name) == "":
            yield f"its `{name}` is not {meaning}"
    methods = (name for name in ("detect", "read") if not callable(getattr(source, name, None)))
    yield from (f"it has no method `{name}`" for name in methods)
