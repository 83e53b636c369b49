"""Evidence together with what earlier reports saw of it: files that are gone or were written again since."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from forensics.evidence.frames import ARTIFACTS, FILES
from forensics.evidence.intake import Evidence, SourceRead
from forensics.evidence.memory import Memory, SeenFile
from forensics.evidence.paired import NAT, Ints
from forensics.evidence.schema import nanoseconds

LEDGER = "ledger"
COPIED = ("at", "host", "path", "changed_at", "born_at")
Version = tuple[int, str, int]


def source_key(kind: str, path: str, root: str | None = None) -> str:
    """Return by what the ledger knows a source: what it reads, not what it is called in a report."""
    return f"{kind} {path} {root}" if root else f"{kind} {path}"


def with_remembered(evidence: Evidence, memory: Memory, keys: Sequence[str]) -> Evidence:
    """Return the evidence with the versions of files that only earlier reports saw, as a source of their own.

    ``keys`` are the keys of the sources, in their order. Versions that still stand there are told since when
    they are known (``seen_at``).
    """
    places = {key: place for place, key in enumerate(keys)}
    mine = [each for each in memory.seen if each.source in places]
    showing = [key for key, source in zip(keys, evidence.sources, strict=True) if "artifacts" in source.lanes]
    evidence = replace(evidence, looks=common_looks(memory.looks, showing))
    if not mine:
        return evidence
    known = {(places[each.source], each.path, each.at): each for each in mine}
    frame, standing = with_first_seen(evidence.artifacts, known)
    gone = [each for version, each in known.items() if version not in standing]
    evidence = replace(evidence, artifacts=frame)
    return with_source(evidence, gone) if gone else evidence


def common_looks(looks: Mapping[str, Sequence[int]], keys: Sequence[str]) -> tuple[int, ...]:
    """Return the instants at which all of some sources were read, ascending."""
    if not keys:
        return ()
    common = set(looks.get(keys[0], ()))
    for key in keys[1:]:
        common &= set(looks.get(key, ()))
    return tuple(sorted(common))


def with_first_seen(frame: pd.DataFrame, known: Mapping[Version, SeenFile]) -> tuple[pd.DataFrame, set[Version]]:
    """Return the artifacts with ``seen_at`` where a version is known, and which known versions stand there."""
    paths = {path for _, path, _ in known}
    rows = np.flatnonzero(frame["path"].isin(sorted(paths)).to_numpy())
    part = frame.iloc[rows]
    versions: Iterator[Version] = zip(
        part["source"].tolist(), part["path"].tolist(), nanoseconds(part["at"]).tolist(), strict=True
    )
    seen: Ints = np.full(len(frame), NAT)
    standing: set[Version] = set()
    for row, version in zip(rows.tolist(), versions, strict=True):
        if version in known:
            standing.add(version)
            seen[row] = known[version].first_seen
    return frame.assign(seen_at=pd.DatetimeIndex(seen.view("datetime64[ns]")).tz_localize("UTC")), standing


def with_source(evidence: Evidence, gone: Sequence[SeenFile]) -> Evidence:
    """Return the evidence with a further source, the ledger, which remembers files that stand there no more."""
    source, file = len(evidence.sources), len(evidence.files)
    rows = ARTIFACTS.build(
        {
            **{
                name: [getattr(each, name) for each in gone] for name in ("at", "host", "path", "changed_at", "born_at")
            },
            "size": [np.nan if each.size is None else each.size for each in gone],
            "inode": [np.nan if each.inode is None else each.inode for each in gone],
            "is_folder": [False] * len(gone),
            "seen_at": [each.first_seen for each in gone],
            "source": [source] * len(gone),
            "file": [file] * len(gone),
            "record": [each.record for each in gone],
        },
        len(gone),
    )
    read = FILES.build(
        {"source": [source], "name": [LEDGER], "records": [len(gone)], "rejected": [0], "skipped": [0]}, 1
    )
    account = SourceRead(LEDGER, LEDGER, ("artifacts",), files=1, records=len(gone), rows={"artifacts": len(gone)})
    return replace(
        evidence,
        artifacts=pd.concat([evidence.artifacts, rows], ignore_index=True),
        files=pd.concat([evidence.files, read], ignore_index=True),
        sources=(*evidence.sources, account),
    )
