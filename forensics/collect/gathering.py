"""Reads one source as a report would, packs what it read, and says how it is to be read out of the archive."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path, PurePosixPath
from typing import IO

from forensics.collect.archive import Archive
from forensics.collect.journals import NAME, take_down
from forensics.collect.lists import Lists, source_line
from forensics.collect.messages import day_files
from forensics.collect.moving import EPOCH, moved
from forensics.collect.openclaw import pack_openclaw
from forensics.collect.packing import (
    LISTED,
    OLD,
    WRITTEN,
    Store,
    names_inside,
    pack_beats,
    pack_database,
    pack_export,
    pack_file,
    pack_kept,
)
from forensics.collect.trees import Listing
from forensics.config import SourceConfig
from forensics.evidence.coverage import ALWAYS
from forensics.evidence.intake import Intake, SourceRead
from forensics.evidence.records import Batch, FileRead, Kept, Reject, Yielded
from forensics.match.reach import span_of
from forensics.pipeline import declared
from forensics.sources.base import ReadOptions
from forensics.sources.bodyfile import SUFFIX
from forensics.sources.far import told
from forensics.sources.lending import Lent, lendings, read_far
from forensics.sources.members import Abandoned
from forensics.sources.mirror import Mirror
from forensics.sources.paths import shown
from forensics.sources.reading import Opened
from forensics.sources.web import Unreached
from forensics.timeline import nanos_of

MARGIN = 2 * 86_400 * 10**9  # earlier runs compete for the same evidence
# What lies on this machine is said to be where it is.
NO_MIRROR = Mirror(Path("/dev/null/none"), "/dev/null/none", is_copy=False)
FOREIGN = "foreign"
TREE = "tree"


@dataclass(frozen=True)
class Gathered:
    """What became of a source: its config in the archive, what it came to, and whether it spoke for that moment."""

    config: SourceConfig
    account: SourceRead
    is_live: bool


@dataclass
class Gathering:
    """The reading and packing of one source; ``since`` in ns is from when on whole files are packed."""

    opened: Opened
    options: ReadOptions
    store: Store
    since: int | None
    reads: list[FileRead] = field(default_factory=list)
    said: list[Batch] = field(default_factory=list)
    inside: str = ""

    def go(self) -> Gathered:
        """Read and pack the source.

        Raises:
            OSError: the archive cannot be written.
        """
        config, source = self.opened.config, self.opened.source
        lanes = (config.lane,) if config.lane else source.lanes
        missing = [self.opened.missing] if self.opened.missing else []
        account = Intake().take(self.opened.name, source.kind, lanes, self.noted(), missing, declared(config))
        span = span_of(account, config, source.is_log, self.options.now)
        is_live = span is not None and span[1] == ALWAYS
        self.mark_live(is_live)
        left = [each for each in self.store.lists.left_out if each.source == self.store.source]
        since = None if self.since is None or not left else self.since - MARGIN
        packed = moved(config, f"{self.store.prefix}/{self.inside}", account, self.options.now, is_live, since)
        return Gathered(packed, account, is_live)

    def mark_live(self, is_live: bool) -> None:
        """Say of the packed files that they speak for the moment of collection."""
        lines = self.store.lists.files
        for at in self.store.packed if is_live else ():
            is_kept = self.opened.source.kind == "files" and lines[at].how != LISTED
            lines[at] = replace(lines[at], is_live=not is_kept)

    def noted(self) -> Iterator[Yielded]:
        """Yield what the source yields, and note what is needed of it."""
        for each in self.packed():
            if isinstance(each, FileRead):
                self.reads.append(each)
            elif isinstance(each, Batch) and each.table == "beats":
                pairs = zip(each.columns["path"], each.columns["fault"], strict=True)
                self.store.faults |= {path: fault for path, fault in pairs if fault and fault.startswith(FOREIGN)}
            yield each

    def packed(self) -> Iterator[Yielded]:
        """Yield what the source yields, and pack what it was read from."""
        match self.opened.source.kind:
            case "files":
                yield from self.trees()
            case "slack":
                yield from self.live_messages()
            case _ if not self.opened.config.path:
                yield from self.live_records()
            case _ if self.opened.is_far:
                yield from self.from_afar()
            case _:
                yield from self.own_files()

    def own_files(self) -> Iterator[Yielded]:
        """Yield what lies on this machine, file by file."""
        self.inside, names = names_inside(self.opened.config.path, self.opened.paths)
        for name, path in zip(names, self.opened.paths, strict=True):
            lent = Lent(NO_MIRROR, [path])
            yield from self.pack(name, path, shown(str(path)), lent, is_only=len(names) == 1)

    def from_afar(self) -> Iterator[Yielded]:
        """Yield what lies at an address or in an archive, copy by copy."""
        config, number = self.opened.config, 0
        self.inside = "*/*"
        try:
            for lent in lendings(config.kind, config.path, self.options):
                yield from lent.notes
                for path in lent.paths:
                    number += 1
                    original = lent.mirror.shown(shown(str(path)))
                    one = Lent(lent.mirror, [path])
                    yield from self.pack(f"{number:06d}/{path.name}", path, original, one, is_only=False)
        except (Unreached, Abandoned, OSError) as error:
            yield FileRead(told(config.path), 0, fault=str(error))
            self.store.miss("000000/nothing", told(config.path), str(error))

    def pack(self, name: str, path: Path, original: str, lent: Lent, *, is_only: bool) -> Iterator[Yielded]:
        """Yield what one path holds; then pack it, unless it ends long before the time that is asked for."""
        yielded = list[FileRead]()
        for each in lent.read(self.opened.source, self.options):
            if isinstance(each, FileRead):
                yielded.append(each)
            yield each
        if not is_only and self.is_over(yielded):
            self.store.leave(name, original, OLD)
            return
        self.pack_whole(name, path, original, yielded)

    def pack_whole(self, name: str, path: Path, original: str, reads: Sequence[FileRead]) -> None:
        """Pack what lies at one path; ``reads`` are the files that were read there."""
        match self.opened.source.kind:
            case "heartbeats":
                pack_beats(self.store, name, path, original)
            case "slack-export":
                channels = frozenset(each.removeprefix("#") for each in self.opened.config.channels)
                pack_export(self.store, name, path, original, channels, self.is_old_day)
            case "registry":
                pack_database(self.store, name, path, original)
            case "openclaw" if path.is_dir():
                pack_openclaw(self.store, name, path, original, reads)
            case _:
                pack_file(self.store, name, path, original)

    def is_over(self, reads: Sequence[FileRead]) -> bool:
        """Return whether what files speak for ends long before the time that is asked for."""
        ends = [read.covers[1] if read.covers else None for read in reads]
        start = None if self.since is None else self.since - MARGIN
        return start is not None and bool(ends) and all(end is not None and end < start for end in ends)

    def is_old_day(self, day: str) -> bool:
        """Return whether a day is over long before the time that is asked for."""
        if self.since is None:
            return False
        try:
            end = datetime.combine(date.fromisoformat(day) + timedelta(days=1), time(), self.options.timezone)
        except (ValueError, OverflowError):
            return False
        return nanos_of(end - EPOCH) < self.since - MARGIN

    def trees(self) -> Iterator[Yielded]:
        """Yield file trees; they are packed as listings, with the content of those few files that was read."""
        config = self.opened.config
        if self.opened.is_far:
            self.inside = f"{TREE}{SUFFIX}"
            yield from self.far_trees()
            return
        self.inside, names = names_inside(config.path, self.opened.paths)
        self.inside += SUFFIX
        for name, path in zip(names, self.opened.paths, strict=True):
            yield from self.tree(name, path, shown(str(path)))

    def tree(self, name: str, top: Path, original: str) -> Iterator[Yielded]:
        """Yield one tree, and pack its listing and those of its files that were opened."""
        kept, records = list[FileRead](), 0
        with tempfile.NamedTemporaryFile(prefix="forensics-") as file:
            listing = Listing(file)
            for each in Lent(NO_MIRROR, [top]).read(self.opened.source, self.options):
                is_inside = not isinstance(each, Kept) and each.file != original
                if isinstance(each, FileRead):
                    kept += [each] if is_inside else []
                    records += 0 if is_inside else each.records
                elif isinstance(each, Batch | Reject) and not is_inside:
                    listing.take(each)
                yield each
            listing.write_until(records)
            self.pack_listing(name, original, file)
        pack_kept(self.store, name, top, original, kept)

    def far_trees(self) -> Iterator[Yielded]:
        """Yield trees that lie elsewhere as one listing; the times inside of files stand in it as their rows."""
        inside = list[Batch]()
        with tempfile.NamedTemporaryFile(prefix="forensics-") as file:
            listing = Listing(file)
            for each in read_far(self.opened.source, self.opened.config.path, self.options):
                if isinstance(each, Batch):
                    is_inside = "time_text" in each.columns
                    inside += [each] if is_inside else []
                    listing.take(each) if not is_inside else None
                elif isinstance(each, FileRead):
                    listing.end(0 if inside else each.records)
                yield each
            for batch in inside:
                listing.add(batch)
            self.pack_listing(TREE, told(self.opened.config.path), file)

    def pack_listing(self, name: str, original: str, file: IO[bytes]) -> None:
        """Pack the listing of a tree."""
        file.flush()
        place, now = Path(file.name), self.options.now
        self.store.put(
            f"{name}{SUFFIX}",
            original,
            LISTED,
            lambda to: self.store.archive.add_path(to, place, modified=now),
        )

    def live_messages(self) -> Iterator[Yielded]:
        """Yield the messages of live channels; they are packed as an export."""
        said = list[Batch]()
        for each in self.opened.read(self.options):
            if isinstance(each, Batch):
                said.append(each)
            elif isinstance(each, FileRead) and each.fault:
                self.store.miss(f"slack/{PurePosixPath(each.file).name}", each.file, each.fault)
            if not isinstance(each, Kept):
                yield each
        self.inside = "slack"
        self.store.archive.add_folder(f"{self.store.prefix}/slack", self.options.now)
        for name, content in day_files(said, self.options.timezone).items():
            self.store.put(
                f"slack/{name}",
                name,
                WRITTEN,
                lambda to, content=content: self.store.archive.add_content(to, content, self.options.now),  # type: ignore[misc]
            )

    def live_records(self) -> Iterator[Yielded]:
        """Yield what a program of this machine tells; of these only the journal can be packed."""
        name, kind = NAME, self.opened.source.kind
        self.inside = name
        yield from self.opened.read(self.options)
        if kind != "journal":
            self.store.miss(name, kind, "it cannot be packed - export it, and name the file as the source's path")
            return
        with tempfile.NamedTemporaryFile(prefix="forensics-") as file:
            fault = take_down(self.options, file)
            file.flush()
            place, now = Path(file.name), self.options.now
            self.store.put(name, kind, WRITTEN, lambda to: self.store.archive.add_path(to, place, modified=now))
        if fault:
            self.store.miss(name, kind, fault)


def gather(
    opened: Opened, options: ReadOptions, archive: Archive, lists: Lists, number: int, since: int | None
) -> Gathered:
    """Read and pack one source, and list it.

    Raises:
        OSError: the archive cannot be written.
    """
    store = Store(archive, lists, number, f"sources/{number + 1:02d}")
    gathered = Gathering(opened, options, store, since).go()
    lists.sources.append(source_line(opened.name, opened.config, gathered.config, gathered.account, gathered.is_live))
    return gathered
