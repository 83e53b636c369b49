"""Reads the config that lies in an archive of evidence, held to the archive's manifest."""

from __future__ import annotations

from pathlib import Path

from forensics.errors import SourceError
from forensics.sources.base import ReadOptions
from forensics.sources.lending import passed, private_folder
from forensics.sources.manifest import CONFIG
from forensics.sources.mirror import Mirror
from forensics.sources.passage import Wanted
from forensics.sources.paths import shown
from forensics.sources.web import Unreached

LARGEST = 4 << 20


def packed_config(path: Path) -> bytes:
    """Return the config in an archive of evidence.

    Raises:
        SourceError: there is none, the archive cannot be read, or it was altered.
    """
    try:
        with private_folder() as folder:
            mirror = Mirror(folder, shown(str(path)), is_copy=True, left=LARGEST)
            passage = passed(path, Wanted(CONFIG, ""), mirror, ReadOptions(now=0))
            return content_of(passage.fault, mirror, passage.roots)
    except (Unreached, OSError) as error:
        raise SourceError(f"{path}: the archive cannot be read: {error}") from error


def content_of(fault: str | None, mirror: Mirror, roots: set[str]) -> bytes:
    """Return the config that was copied out of an archive.

    Raises:
        SourceError: there is none, or it was altered.
    """
    copy = mirror.place(CONFIG)
    if CONFIG not in roots or not copy.is_file():
        why = f" ({fault})" if fault else ""
        raise SourceError(
            f"{mirror.name}: there is no {CONFIG} in this archive{why} - name one that `forensics collect` wrote"
        )
    wrong = mirror.faults.get(shown(str(copy)))
    if wrong:
        raise SourceError(f"{mirror.name}/{CONFIG}: {wrong} - collect the evidence again, or unpack and check it")
    return copy.read_bytes()
