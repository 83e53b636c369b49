"""Tiny Slack exports for the tests, and what comes out of reading them."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from forensics.evidence.records import Batch, FileRead, Kept, Reject, Yielded
from forensics.sources.base import ReadOptions
from forensics.sources.slack_export import SlackExport

EIGHT = 1773874800  # 2026-03-19 08:00 in Tokyo
TOKYO = ZoneInfo("Asia/Tokyo")


def message(text: Any = "❌ backup failed", ts: Any = f"{EIGHT}.000100", **more: Any) -> dict[str, Any]:
    return {"type": "message", "ts": ts, "text": text, **more}


def said_at(second: int, text: str = "❌ backup failed", **more: Any) -> dict[str, Any]:
    return message(text, f"{EIGHT + second}.000100", **more)


def export(root: Path, files: Mapping[str, Any]) -> Path:
    """Write files by their path in the export: bytes as they are, anything else as JSON."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return root


def day(tmp_path: Path, *messages: Any) -> Path:
    return export(tmp_path / "slack", {"metrics/2026-03-19.json": list(messages)})


def raw_day(tmp_path: Path, content: bytes) -> Path:
    return export(tmp_path / "slack", {"metrics/2026-03-19.json": content})


def zipped(folder: Path, target: Path, prefix: str = "") -> Path:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            archive.write(path, prefix + path.relative_to(folder).as_posix())
    return target


@dataclass
class Outcome:
    """All that reading an export or a workspace gave."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    reads: list[FileRead] = field(default_factory=list)
    kept: list[Kept] = field(default_factory=list)

    def read(self, name: str) -> FileRead:
        (found,) = [read for read in self.reads if read.file.endswith(name)]
        return found

    @property
    def faults(self) -> dict[str, str]:
        return {read.file.rpartition("slack")[2]: read.fault for read in self.reads if read.fault}

    def column(self, name: str) -> list[Any]:
        return [row[name] for row in self.rows]


def outcome(path: Path, **options: Any) -> Outcome:
    return gathered(SlackExport().read(path, ReadOptions(now=(EIGHT + 86_400) * 10**9, **options)))


def gathered(yielded: Iterable[Yielded]) -> Outcome:
    found = Outcome()
    for each in yielded:
        match each:
            case Batch():
                values = zip(*each.columns.values(), strict=True)
                found.rows += [dict(zip(each.columns, row, strict=True)) | {"file": each.file} for row in values]
            case Reject():
                found.rejects.append(each)
            case FileRead():
                found.reads.append(each)
            case Kept():
                found.kept.append(each)
    return found


def is_accounted_for(found: Outcome) -> bool:
    """Return whether every record of every file is a row, a reject or skipped."""
    return all(
        read.records
        == sum(row["file"] == read.file for row in found.rows)
        + sum(reject.file == read.file for reject in found.rejects)
        + sum(read.skipped.values())
        for read in found.reads
    )
