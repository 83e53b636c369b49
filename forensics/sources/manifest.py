"""What ``forensics collect`` writes beside the evidence that it packs, so that it can be held to it elsewhere.

``MANIFEST.json`` stands last in the archive. It lists every file with its original path, size, mtime and SHA-256,
and what could not be read when it was collected.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from forensics.sources.json_values import legible, mappings, words
from forensics.timeline import instant

NAME = "MANIFEST.json"
CONFIG = "forensics.toml"
LISTED = "listing"
SCHEMA = "night-watch-evidence/1"
LARGEST = 64 << 20
UTC = ZoneInfo("UTC")
ALTERED = "was altered after collection: its SHA-256 is not the one in the archive's manifest"
STRANGE = "was put in after collection: the archive's manifest does not know it"
GONE = "was taken out after collection: the archive's manifest lists it"


@dataclass(frozen=True)
class Packed:
    """A file of a collected archive. ``is_live`` holds where its source spoke for the moment of collection.

    ``is_tree`` holds for the listing of a tree that was live. ``fault`` is what was to be said of the file there and
    can no longer be seen, such as its owner.
    """

    sha256: str
    is_live: bool = False
    is_tree: bool = False
    fault: str | None = None


@dataclass(frozen=True)
class Manifest:
    """What a collected archive is said to hold: files by their paths in it, and what could not be read, and why.

    ``collected`` is the instant of collection in ns.
    """

    collected: int
    files: Mapping[str, Packed] = field(default_factory=dict)
    unread: Mapping[str, str] = field(default_factory=dict)


def manifest_of(content: bytes) -> Manifest | None:
    """Return the manifest that a file holds, None where it holds none of ours."""
    try:
        told = json.loads(content)
    except (ValueError, RecursionError):
        return None
    if not isinstance(told, dict) or told.get("schema") != SCHEMA:
        return None
    try:
        collected = instant(words(told.get("collected")), UTC)
    except ValueError:
        return None
    return Manifest(collected, packed_files(told), unread_files(told))


def packed_files(told: Mapping[str, Any]) -> dict[str, Packed]:
    """Return the files that a manifest lists."""
    return {
        words(each.get("path")): Packed(
            words(each.get("sha256")),
            each.get("live") is True,
            each.get("how") == LISTED,
            legible(words(each.get("fault"))) or None,
        )
        for each in mappings(told.get("files"))
    }


def unread_files(told: Mapping[str, Any]) -> dict[str, str]:
    """Return what could not be read when the archive was made, and why."""
    return {words(each.get("path")): legible(words(each.get("why"))) for each in mappings(told.get("unread"))}
