"""What the listings of a file tree share: clean lines, one account, batches of artifacts.

A listing speaks for all time up to its newest record: it was made no earlier. Records that lie
outside the root tell that as well; a time after ``now`` does not, as no listing can know it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from forensics.evidence.records import Batch, FileRead, Reject, Yielded, clipped
from forensics.sources.base import ReadOptions
from forensics.sources.opening import LINE_LIMIT, EvidenceFile, head
from forensics.sources.paths import shown

Row = tuple[Any, ...]
Columns = dict[str, Sequence[Any]]
BOM = b"\xef\xbb\xbf"
BLANK = "blank line"
OUTSIDE = "outside the root"
INCOMPLETE = "incomplete last line"
OVERLONG = "longer than 64 KiB"


class NoEvidence(Exception):
    """A line that was read and is no evidence: why, and the time that it names if it names one."""

    def __init__(self, reason: str, at: int | None = None) -> None:
        super().__init__(reason)
        self.at = at


class Unreadable(Exception):
    """A line that could not be read: why."""


@dataclass
class Account:
    """The running account of one listing."""

    file: str
    options: ReadOptions
    rows: int = 0
    newest: int | None = None
    skipped: Counter[str] = field(default_factory=Counter)

    def saw(self, instants: Iterable[int]) -> None:
        """Note the newest of some times, leaving out those after ``now``."""
        known = (instant for instant in instants if instant <= self.options.now)
        newest = max(known, default=None)
        if newest is not None and (self.newest is None or newest > self.newest):
            self.newest = newest

    def batch(self, columns: Columns) -> Batch:
        """Return a batch of artifacts."""
        self.rows += len(columns["record"])
        self.saw(columns["at"])
        return artifacts(self.file, columns, self.options)

    def leave_out(self, reason: NoEvidence) -> None:
        """Count a line that is no evidence."""
        self.skipped[str(reason)] += 1
        self.saw(() if reason.at is None else (reason.at,))

    def refuse(self, evidence: EvidenceFile, record: int, reason: str, line: bytes, rows: int) -> Iterator[Reject]:
        """Yield a line that could not be read as a reject; the half-written end of a listing that gave rows is none."""
        if evidence.ends_open and rows:
            self.skipped[INCOMPLETE] += 1
        else:
            yield Reject(self.file, record, reason, excerpt(line))

    def closed(self, evidence: EvidenceFile) -> FileRead:
        """Return the account of the file, read to its end."""
        speaks = self.rows > 0 and self.newest is not None
        return FileRead(
            self.file,
            evidence.records,
            sha256=evidence.sha256,
            covers=(None, self.newest) if speaks else None,
            newest=self.newest,
            modified=evidence.modified,
            fault=evidence.fault,
            skipped=dict(self.skipped),
            hosts=frozenset({self.options.host} if self.options.host else ()),
        )


def columns_of(names: Sequence[str], rows: Sequence[Row]) -> Columns:
    """Return rows, each a tuple in the order of ``names``, as columns."""
    return dict(zip(names, zip(*rows, strict=True), strict=True))


def artifacts(file: str, columns: Columns, options: ReadOptions) -> Batch:
    """Return a batch of artifacts; the host is the one that the options name."""
    if options.host:
        columns["host"] = [options.host] * len(columns["record"])
    return Batch("artifacts", file, columns)


def cleaned(evidence: EvidenceFile) -> Iterator[tuple[int, list[bytes]]]:
    """Yield (number of the first line, lines), without a byte order mark, and without CR where all begin so.

    Raises:
        OSError: the file cannot be opened, or is no regular file.
    """
    has_returns: bool | None = None
    for first, lines in evidence.chunks():
        if has_returns is None:
            lines[0] = lines[0].removeprefix(BOM)
            has_returns = all(line.endswith(b"\r") for line in lines)
        yield first, [line.removesuffix(b"\r") for line in lines] if has_returns else lines


def read_lines(
    path: Path,
    options: ReadOptions,
    names: Sequence[str],
    parse: Callable[[bytes], Row],
    parse_many: Callable[[list[bytes]], Columns | None] = lambda lines: None,
) -> Iterator[Yielded]:
    """Yield a listing whose lines each stand for themselves.

    ``parse`` returns a line's values in the order of ``names``, which begin with ``at``, or raises
    NoEvidence or Unreadable. ``parse_many`` may do the same for many lines at once, quicker.

    Raises:
        OSError: the file cannot be opened, or is no regular file.
    """
    evidence = EvidenceFile(path)
    account = Account(shown(str(path)), options)
    for first, lines in cleaned(evidence):
        columns = parse_many(lines)
        if columns is not None:
            yield account.batch({**columns, "record": range(first, first + len(lines))})
            continue
        rows: list[Row] = []
        for record, line in enumerate(lines, first):
            try:
                rows.append((record, *parse(line)))
            except NoEvidence as reason:
                account.leave_out(reason)
            except Unreadable as reason:
                yield from account.refuse(evidence, record, str(reason), line, account.rows)
        if rows:
            yield account.batch(columns_of(("record", *names), rows))
    yield account.closed(evidence)


def excerpt(line: bytes) -> str:
    """Return the beginning of a rejected line as text."""
    return clipped(line[:1024].decode("utf-8", "backslashreplace"))


def checked(line: bytes) -> bytes:
    """Return the line.

    Raises:
        NoEvidence: it is blank.
        Unreadable: it was cut at the limit, so that its path cannot be known.
    """
    if not line.strip():
        raise NoEvidence(BLANK)
    if len(line) >= LINE_LIMIT:
        raise Unreadable(OVERLONG)
    return line


def first_lines(path: Path, size: int = 4096) -> list[bytes]:
    """Return the whole lines at the beginning of a file that are not blank; empty where it cannot be read."""
    start = head(path, size)
    lines = start.removeprefix(BOM).split(b"\n")
    if len(start) >= size and len(lines) > 1:
        lines.pop()
    return [line.removesuffix(b"\r") for line in lines if line.strip()]
