"""Packs what was read of an OpenClaw's state folder, and nothing else of it: its settings hold secrets.

Of the settings only two values are written down anew: which version wrote them last, and when. A database is packed
with the journal beside it, as both stood at one moment; it is opened for reading only.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import Path

from forensics.collect.packing import COPY, WRITTEN, Store
from forensics.evidence.records import FileRead
from forensics.sources.openclaw_book import Page
from forensics.sources.openclaw_shelf import FOREIGN, SETTINGS
from forensics.sources.openclaw_stores import whole
from forensics.sources.openclaw_tables import LARGEST
from forensics.sources.openclaw_values import an_object
from forensics.sources.registry_copy import PARTS, copied

EVIDENCE = (
    "cron/jobs*.json*",
    "cron/runs/*.jsonl*",
    "state/openclaw.sqlite",
    "tasks/runs.sqlite",
    "agents/*.jsonl*",
    "agents/*/sessions/sessions.json",
    "agents/*/agent/openclaw-agent.sqlite",
    "logs/*.log",
    "openclaw-*.log",
)
DATABASE = ".sqlite"
KEPT = ("lastTouchedVersion", "lastTouchedAt")
NOT_EVIDENCE = "it is no file that runs leave: settings and keys are never packed"


def pack_openclaw(store: Store, name: str, folder: Path, original: str, reads: Iterable[FileRead]) -> None:
    """Pack those files of a state folder that were read; ``original`` is the folder as it is shown."""
    store.archive.add_folder(f"{store.prefix}/{name}", folder.stat().st_mtime_ns)
    faults = {inside_of(read.file, original): read.fault for read in reads if read.file != original}
    for inside, fault in faults.items():
        path, place, shown_as = folder / inside, f"{name}/{inside}", f"{original}/{inside}"
        if fault == FOREIGN:
            store.miss(place, shown_as, fault)
        elif inside == SETTINGS or inside.startswith(f"{SETTINGS}."):
            pack_version(store, place, path, shown_as)
        elif not any(fnmatchcase(inside, pattern) for pattern in EVIDENCE):
            store.miss(place, shown_as, NOT_EVIDENCE)
        elif inside.endswith(DATABASE):
            pack_with_journal(store, place, path, shown_as)
        else:
            store.copy(place, path, shown_as)


def inside_of(file: str, original: str) -> str:
    """Return the path inside of a state folder of what was read; of a table that of its database."""
    inside = file[len(original) + 1 :]
    database, found, _ = inside.partition(f"{DATABASE}#")
    return database + DATABASE if found else inside


def pack_version(store: Store, name: str, path: Path, original: str) -> None:
    """Pack settings that say nothing but which version wrote them last, and when."""
    meta = an_object(an_object(whole(path, Page(original))).get("meta"))
    kept = {key: meta[key] for key in KEPT if isinstance(meta.get(key), str | int)}
    written, modified = json.dumps({"meta": kept}).encode("ascii"), modified_at(path) or 0
    store.put(name, original, WRITTEN, lambda place: store.archive.add_content(place, written, modified))


def pack_with_journal(store: Store, name: str, path: Path, original: str) -> None:
    """Pack a database and its journals, as they stood at one moment."""
    try:
        if path.stat().st_size > LARGEST:
            store.miss(name, original, f"it is larger than {LARGEST >> 30} GiB, and was not read either")
            return
        with tempfile.TemporaryDirectory(prefix="forensics-") as folder:
            copy = copied(path, Path(folder))
            pack_part(store, name, copy.file, original, copy.modified)
            for part in PARTS:
                journal = Path(f"{copy.file}{part}")
                if journal.is_file():
                    pack_part(store, f"{name}{part}", journal, f"{original}{part}", modified_at(Path(f"{path}{part}")))
    except OSError as error:
        store.miss(name, original, error.strerror or str(error))
        return
    if copy.fault:
        store.miss(name, original, copy.fault)


def pack_part(store: Store, name: str, path: Path, original: str, modified: int | None) -> None:
    """Pack one file of a database's copy, with the mtime of what was copied."""
    store.put(name, original, COPY, lambda place: store.archive.add_path(place, path, modified=modified))


def modified_at(path: Path) -> int | None:
    """Return the mtime of a file in ns, None where it is gone."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return None
