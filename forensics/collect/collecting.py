"""The story of a collection: each source is read as for a report, and what it was read from is packed."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from forensics.collect.archive import Archive, written
from forensics.collect.configuring import rewritten
from forensics.collect.databases import backup
from forensics.collect.gathering import Gathered, gather
from forensics.collect.lists import Absent, FileLine, Lists, Occasion, manifest_text
from forensics.config import Config
from forensics.pipeline import Question, options_for, with_heartbeats
from forensics.sources.manifest import CONFIG, NAME
from forensics.sources.reading import open_sources

LEDGER = "ledger.db"
Progress = Callable[[str, int], None]


@dataclass(frozen=True)
class Collected:
    """What came of a collection; ``faults`` are what could not be read, or not to its end, by source."""

    lists: Lists
    faults: tuple[tuple[str, str], ...]


def collect(
    config: Config,
    text: str,
    question: Question,
    occasion: Occasion,
    target: Path,
    ledger: Path | None = None,
    progress: Progress = lambda _name, _files: None,
) -> Collected:
    """Pack what all sources of a config read; ``text`` is the config as it was written.

    Raises:
        ForensicsError: a source has no reader, or there is something of the archive's name already.
        OutputError: the archive could not be written.
    """
    opened = open_sources(with_heartbeats(config))
    lists, gathered = Lists(), list[Gathered]()
    with written(target) as archive:
        for number, each in enumerate(opened):
            options = options_for(each.config, config, question)
            gathered.append(gather(each, options, archive, lists, number, occasion.since))
            progress(each.name, len(lists.files))
        if ledger is not None:
            pack_ledger(ledger, archive, lists)
        pack_config(config, text, gathered, archive, lists, question.window.now)
        archive.add_content(NAME, manifest_text(occasion, lists), question.window.now)
    faults = [(each.name, fault) for each, one in zip(opened, gathered, strict=True) for fault in one.account.faults]
    return Collected(lists, tuple(faults))


def pack_config(config: Config, text: str, gathered: list[Gathered], archive: Archive, lists: Lists, now: int) -> None:
    """Pack the config, its sources rewritten to what is in the archive."""
    own, beats = gathered[: len(config.sources)], gathered[len(config.sources) :]
    content = rewritten(text, config, [each.config for each in own], [each.config.path for each in beats])
    packed = archive.add_content(CONFIG, content.encode("utf-8"), now)
    lists.files.append(FileLine(CONFIG, config.file or "", None, "config", packed.size, now, packed.sha256))


def pack_ledger(path: Path, archive: Archive, lists: Lists) -> None:
    """Pack a whole copy of the ledger, for a person to look into; no config in the archive names it."""
    with tempfile.TemporaryDirectory(prefix="forensics-") as folder:
        try:
            copy, modified, is_sound = backup(path, Path(folder))
            packed = archive.add_path(LEDGER, copy, modified=modified)
        except (OSError, sqlite3.Error) as error:
            lists.unread.append(Absent(LEDGER, str(path), -1, str(error)))
            return
    how = "backup" if is_sound else "copy"
    lists.files.append(FileLine(LEDGER, str(path), None, how, packed.size, packed.modified, packed.sha256))
