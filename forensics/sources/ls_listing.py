"""Reads what ``ls -l`` printed, of GNU, BSD and macOS: one folder, several, or a whole tree with ``-R``.

The long format is specified by POSIX ("ls", STDOUT); what is beyond it stands in ls(1) of GNU
coreutils and of the BSDs. A date without a year, and one without a time, is resolved as
``ls_dates`` says: the zone is the reader's, the year that of the listing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from forensics.evidence.records import Reject, Yielded
from forensics.sources.base import ReadOptions
from forensics.sources.instants import NANOS
from forensics.sources.listing import (
    OUTSIDE,
    Account,
    NoEvidence,
    Row,
    Unreadable,
    checked,
    cleaned,
    columns_of,
    excerpt,
    first_lines,
)
from forensics.sources.ls_dates import stamps
from forensics.sources.ls_lines import Entry, entry_of, heading_of, is_aside, plain_names
from forensics.sources.opening import EvidenceFile
from forensics.sources.paths import HERE, parent, relative_to, shown, tidied

UP = ".."
DAY = 86_400 * NANOS
NAMES = ("record", "at", "path", "size", "is_folder", "time_text")


@dataclass
class Tree:
    """What was read so far: the folder that the entries are in, and those not yet named."""

    folder: str = HERE
    may_head: bool = True
    unnamed: list[tuple[int, Entry]] = field(default_factory=list)
    named: list[tuple[int, str, str, Entry]] = field(default_factory=list)

    def take(self, record: int, line: bytes) -> None:
        """Take one line.

        Raises:
            NoEvidence: it is no entry, but a line that ls writes.
            Unreadable: it is no line of ``ls -l``.
        """
        may_head, self.may_head = self.may_head, not line.strip()
        entry = entry_of(checked(line))
        if entry is not None:
            self.unnamed.append((record, entry))
            return
        if is_aside(line):
            raise NoEvidence("total or attribute")
        heading = heading_of(line) if may_head else None
        if heading is None:
            raise Unreadable("no line that ls -l writes")
        self.close()
        self.folder = tidied(heading.decode("utf-8", "backslashreplace"))
        raise NoEvidence("heading")

    def close(self) -> None:
        """Name the entries of the folder that has ended."""
        names = plain_names([entry for _, entry in self.unnamed])
        for (record, entry), name in zip(self.unnamed, names, strict=True):
            path = joined(self.folder, name.decode("utf-8", "backslashreplace"))
            self.named.append((record, self.folder, path, entry))
        self.unnamed = []


class LsListing:
    """A file tree as ls listed it."""

    kind: ClassVar[str] = "ls-listing"
    lanes: ClassVar[tuple[str, ...]] = ("artifacts",)
    blind_spot: ClassVar[str] = (
        "names no zone unless it was made with --full-time; leaves out the year of a date of the last six months, "
        "and the time of an older one, which is taken as the begin of its day; does not tell when a file was created"
    )
    is_live: ClassVar[bool] = False
    is_log: ClassVar[bool] = False

    def detect(self, path: Path) -> bool:
        """Return whether the first lines are ls's and hold an entry."""
        lines = first_lines(path)
        entries = [entry_of(line) is not None for line in lines]
        others = (line for line, is_entry in zip(lines, entries, strict=True) if not is_entry)
        return any(entries) and all(is_aside(line) or heading_of(line) or line.startswith(b"ls: ") for line in others)

    def read(self, path: Path, options: ReadOptions) -> Iterator[Yielded]:
        """Yield one artifact for each entry.

        Raises:
            OSError: the path itself cannot be opened.
        """
        evidence, tree = EvidenceFile(path), Tree()
        account = Account(shown(str(path)), options)
        for first, lines in cleaned(evidence):
            for record, line in enumerate(lines, first):
                try:
                    tree.take(record, line)
                except NoEvidence as reason:
                    account.leave_out(reason)
                except Unreadable as reason:
                    readable = len(tree.named) + len(tree.unnamed)
                    yield from account.refuse(evidence, record, str(reason), line, readable)
        tree.close()
        yield from dated(tree, account, evidence)
        yield account.closed(evidence)


def dated(tree: Tree, account: Account, evidence: EvidenceFile) -> Iterator[Yielded]:
    """Yield the entries with their instants; the years that ls left out can only be told from all of them."""
    options = account.options
    made = min(options.now if evidence.modified is None else evidence.modified, options.now)
    instants = stamps({entry.date for *_, entry in tree.named}, options.timezone, options.year, made + DAY)
    relative = relative_to(options.root)
    rows: list[Row] = []
    for record, folder, path, entry in tree.named:
        at, inside = instants.get(entry.date), relative(path)
        if inside is None and path == parent(folder) and relative(folder) == HERE:
            inside = UP
        if at is None:
            yield Reject(account.file, record, "its date is in no calendar", excerpt(f"{entry.date} {path}".encode()))
        elif inside is None:
            account.leave_out(NoEvidence(OUTSIDE, at))
        else:
            rows.append((record, at, inside, entry.size, entry.letter == b"d", entry.date))
    if rows:
        yield account.batch(columns_of(NAMES, rows))


def joined(folder: str, name: str) -> str:
    """Return the path of an entry of a folder; ``.`` and ``..`` are the folder itself and the one above."""
    if name == HERE:
        return folder
    if name == UP:
        return parent(folder)
    if folder == HERE or name.startswith("/"):
        return name
    return f"/{name}" if folder == "/" else f"{folder}/{name}"
