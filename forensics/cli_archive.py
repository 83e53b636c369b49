"""The option ``--archive``: a folder that keeps every night's report, and what it remembers where no ledger does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from forensics.cli_outputs import inputs, is_same
from forensics.errors import ForensicsError

if TYPE_CHECKING:
    from forensics.config import Config
    from forensics.evidence.memory import Memory
    from forensics.evidence.paired import Window
    from forensics.evidence.result import Result


def check_archive(folder: str, config: Config, jobs: Sequence[str]) -> None:
    """Refuse an archive that cannot be one, before anything is read for it.

    Raises:
        ForensicsError: it is no folder, it is read as evidence, or the report is not about all jobs.
    """
    path = Path(folder)
    if path.exists() and not path.is_dir():
        raise ForensicsError(f"--archive {folder}: this is a file - name a folder, or use --output")
    if jobs:
        raise ForensicsError(
            "--archive keeps the reports of whole nights, and --job would put a part in their place"
            " - leave out --job, or use --output"
        )
    if any(is_same(path, read) for read in inputs(config)):
        raise ForensicsError(
            f"--archive {folder}: this folder is read as evidence, and nothing is written there - name another"
        )


def archived(result: Result, folder: str, *, is_dry: bool = False) -> list[str]:
    """Write the report into the archive, unless it is a dry run; return what could not be written."""
    from forensics.report.archive import write_archive

    return [] if is_dry else write_archive(result, Path(folder))


def remembered(memory: Memory, folder: str, window: Window, zone: ZoneInfo) -> Memory:
    """Return what is remembered; where no ledger knows a last report, the archive may."""
    from forensics.report.archive_last import last_archived

    return memory if memory.last is not None else replace(memory, last=last_archived(Path(folder), window, zone))
