"""Tells which paths lead elsewhere: to an address, or through an archive to its members.

``logs.tar.gz/syslog*`` leads through a file of that name (a folder called so is a folder); so does
``zip://syslog*::logs.zip``. Where a kind reads folders, an archive itself stands for all that is in it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from forensics.redaction import redact
from forensics.sources.local_paths import matching_paths
from forensics.sources.paths import shown

FOLDER_KINDS = frozenset({"files", "heartbeats", "openclaw", "slack-export"})
CHAINED = ("zip://", "tar://")
OWN_DISK = ("file://", "local://")
ADDRESS = "://"
WHOLE_ARCHIVE = re.compile(r"\.(?:tar(?:\.(?:gz|xz|bz2|zst))?|tgz|txz|tbz2?|zip)\Z", re.IGNORECASE)
INSIDE_ARCHIVE = re.compile(r"\.(?:tar(?:\.(?:gz|xz|bz2|zst))?|tgz|txz|tbz2?|zip)/", re.IGNORECASE)


@dataclass(frozen=True)
class Far:
    """A path that leads elsewhere: an address or archive, and what is meant inside of the archive.

    ``inside`` is None where the path leads through no archive, empty where all of one is meant.
    """

    place: str
    inside: str | None = None


def far_of(kind: str, pattern: str) -> Far | None:
    """Return where a source's path leads, None for a plain path of this machine."""
    if ADDRESS not in pattern and not INSIDE_ARCHIVE.search(pattern) and not WHOLE_ARCHIVE.search(pattern):
        return None
    if pattern.startswith(CHAINED):
        inside, _, place = pattern.partition(ADDRESS)[2].partition("::")
        return Far(place, inside.strip("/"))
    pattern = on_own_disk(pattern)
    through = next((at for at in map(_end, INSIDE_ARCHIVE.finditer(pattern)) if is_archive(pattern[:at])), None)
    if through is not None:
        return Far(pattern[:through], pattern[through:].strip("/"))
    is_whole = WHOLE_ARCHIVE.search(pattern) and kind in FOLDER_KINDS and is_archive(pattern)
    if is_whole and not (kind == "slack-export" and pattern.lower().endswith(".zip")):
        return Far(pattern, "")
    return Far(pattern) if ADDRESS in pattern else None


def _end(found: object) -> int:
    return found.end() - 1  # type: ignore[attr-defined, no-any-return]


def on_own_disk(pattern: str) -> str:
    """Return the plain path of an address that names one."""
    scheme = next((scheme for scheme in OWN_DISK if pattern.startswith(scheme)), "")
    return pattern[len(scheme) :]


def is_packed(path: Path) -> bool:
    """Return whether a path is to be taken for an archive with a config in it."""
    return WHOLE_ARCHIVE.search(path.name) is not None and not path.is_dir()


def is_archive(place: str) -> bool:
    """Return whether a path is to be taken for an archive: an address by its name, else what is no folder."""
    if ADDRESS in place:
        return True
    found = matching_paths(place)
    return not found or any(not is_folder(path) for path in found)


def is_folder(path: Path) -> bool:
    """Return whether a path is a folder, as far as one may look."""
    try:
        return path.is_dir()
    except OSError:
        return False


def told(place: str) -> str:
    """Return an address or a path as it may be shown: without its query, and without what could be a secret."""
    return shown(redact(place).partition("?")[0] if ADDRESS in place else place)


def unchained(pattern: str) -> str:
    """Return a path with its archive before what is meant inside of it, as in ``logs.zip/syslog*``."""
    if not pattern.startswith(CHAINED):
        return pattern
    inside, _, place = pattern.partition(ADDRESS)[2].partition("::")
    return f"{unchained(place)}/{inside}"
