"""Builds small archives, honest and hostile ones, and reads what is in them as a report would."""

from __future__ import annotations

import io
import tarfile
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from forensics.config import SourceConfig
from forensics.evidence.records import Batch, FileRead, Reject
from forensics.sources.base import ReadOptions
from forensics.sources.reading import open_source
from tests.sources.tree_builders import NOW, Outcome

LINE = "Mar 19 07:30:01 web1 CRON[100]: (root) CMD (/opt/backup.sh)\n"
AT = 1_773_905_401
"""When the line was written, in Unix seconds."""


def member(name: str, content: bytes = LINE.encode(), mtime: str = f"{AT}", **header: Any) -> tuple[Any, bytes]:
    info = tarfile.TarInfo(name)
    info.size, info.mtime = len(content), int(float(mtime))
    if "." in mtime:
        info.pax_headers = {"mtime": mtime}
    for key, value in header.items():
        setattr(info, key, value)
    return info, content


def tarred(*members: tuple[Any, bytes], mode: str = "w:gz") -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode=mode, format=tarfile.PAX_FORMAT) as archive:
        for info, content in members:
            archive.addfile(info, io.BytesIO(content))
    return target.getvalue()


def zipped(*members: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return target.getvalue()


def read(kind: str, path: Path | str, now: int = NOW, **options: Any) -> Outcome:
    """Return what a source of that kind makes of a path that leads elsewhere."""
    opened = open_source(SourceConfig(kind, str(path)))
    yielded = list(opened.read(ReadOptions(now=now, **options)))
    rows = [
        dict(zip(batch.columns, values, strict=True)) | {"file": batch.file}
        for batch in yielded
        if isinstance(batch, Batch)
        for values in zip(*batch.columns.values(), strict=True)
    ]
    rejects = [each for each in yielded if isinstance(each, Reject)]
    return Outcome(rows, rejects, [each for each in yielded if isinstance(each, FileRead)])


def faults(found: Outcome) -> list[str]:
    return [read.fault for read in found.reads if read.fault]


def left_behind() -> set[str]:
    """Return the private folders that stand there still."""
    return {each.name for each in Path(tempfile.gettempdir()).glob("forensics-*")}
