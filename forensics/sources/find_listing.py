r"""Reads listings that GNU find wrote with ``-printf '%T@\t%s\t%p\n'``, or with ``%T+``, or with blanks for tabs.

Specified in find(1), "-printf". ``%T@`` is Unix seconds with ten digits of fraction, ``%T+`` is
local time such as ``2026-03-19+07:32:10.1234567890``. A time before 1970 is written as the whole
seconds below it followed by the fraction that is to be added, so -1.75 is a quarter second before.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import ClassVar
from zoneinfo import ZoneInfo

from forensics.evidence.records import Yielded
from forensics.sources.base import ReadOptions
from forensics.sources.instants import HIGHEST, LOWEST, NANOS, fraction_nanos, local_minute
from forensics.sources.listing import OUTSIDE, Columns, NoEvidence, Row, Unreadable, checked, first_lines, read_lines
from forensics.sources.opening import LINE_LIMIT
from forensics.sources.paths import HERE, relative_to

NAMES = ("at", "path", "size", "is_folder", "time_text")
UNIX = re.compile(rb"(-?\d{1,19})(?:\.(\d{1,12}))?([\t ])(\d{1,19})\3(.+)", re.DOTALL)
PLAIN = re.compile(rb"^(\d{1,10}\.\d{10})\t(\d{1,15})\t([^\n]{1,4096})$", re.MULTILINE)
LOCAL = re.compile(
    rb"((\d{4})-(\d\d)-(\d\d)\+(\d\d):(\d\d):([0-5]\d|60)(?:\.(\d{1,12}))?)([\t ])(\d{1,19})\9(.+)", re.DOTALL
)
MALFORMED = "no time, size and path as find -printf writes them"
NO_TIME = "its time cannot be read"


class FindListing:
    """A file tree as find listed it."""

    kind: ClassVar[str] = "find-listing"
    lanes: ClassVar[tuple[str, ...]] = ("artifacts",)
    blind_spot: ClassVar[str] = (
        "does not tell folders and links from files, nor when a file was created; "
        "a path with a line break in it comes in pieces; %T+ names no zone"
    )
    is_live: ClassVar[bool] = False
    is_log: ClassVar[bool] = False

    def detect(self, path: Path) -> bool:
        """Return whether the first line, and most of the next ones, are find's."""
        matching = [is_line(line) for line in first_lines(path)]
        return bool(matching) and matching[0] and 2 * sum(matching) > len(matching)

    def read(self, path: Path, options: ReadOptions) -> Iterator[Yielded]:
        """Yield one artifact for each line.

        Raises:
            OSError: the path itself cannot be opened.
        """
        return read_lines(path, options, NAMES, line_parser(options), plain_columns(options))


def is_line(line: bytes) -> bool:
    """Return whether a line is find's beyond doubt: a Unix time without a fraction could be anybody's number."""
    found = UNIX.fullmatch(line)
    return found[2] is not None if found else LOCAL.fullmatch(line) is not None


def line_parser(options: ReadOptions) -> Callable[[bytes], Row]:
    """Return a function that reads one line into the values of ``NAMES``."""
    relative, match = relative_to(options.root), UNIX.fullmatch

    def parse(line: bytes) -> Row:
        found = match(line)
        if found is None or len(line) >= LINE_LIMIT:
            at, written, size, name = local_line(checked(line), options.timezone)
        else:
            seconds, fraction, _, size, name = found.groups()
            at, written = unix_time(seconds, fraction or b""), line[: found.start(3)]
        path = relative(name.decode("utf-8", "backslashreplace"))
        if path is None:
            raise NoEvidence(OUTSIDE, at)
        return at, path, int(size), path == HERE or name[-1:] == b"/", written.decode("ascii")

    return parse


def plain_columns(options: ReadOptions) -> Callable[[list[bytes]], Columns | None]:
    """Return a function that reads many lines at once, as long as each is plain ``%T@`` and under the root.

    It gives None where one is not: these lines are then read one by one, to the same result.
    """
    relative = relative_to(options.root)

    def columns(lines: list[bytes]) -> Columns | None:
        found = PLAIN.findall(b"\n".join(lines))
        if len(found) != len(lines):
            return None
        times, sizes, names = zip(*found, strict=True)
        paths = [relative(name) for name in b"\n".join(names).decode("utf-8", "backslashreplace").split("\n")]
        if None in paths:
            return None
        return {
            "at": [int(time[:-11] + time[-10:-1]) for time in times],
            "path": paths,
            "size": [int(size) for size in sizes],
            "is_folder": [path == HERE or name[-1:] == b"/" for path, name in zip(paths, names, strict=True)],
            "time_text": b"\n".join(times).decode("ascii").split("\n"),
        }

    return columns


def unix_time(seconds: bytes, fraction: bytes) -> int:
    """Return the instant of a time that ``%T@`` wrote; the fraction is added below zero as well.

    Raises:
        Unreadable: it does not fit into 64 bits of ns.
    """
    at = int(seconds + fraction[:9].ljust(9, b"0"))
    if at < 0:
        at = int(seconds) * NANOS + fraction_nanos(fraction)
    if not LOWEST <= at <= HIGHEST:
        raise Unreadable(NO_TIME)
    return at


def local_line(line: bytes, zone: ZoneInfo) -> tuple[int, bytes, bytes, bytes]:
    """Return (instant, time as written, size, path) of a line with ``%T+``.

    Raises:
        Unreadable: it is no such line, or its time is none.
    """
    found = LOCAL.fullmatch(line)
    if found is None:
        raise Unreadable(MALFORMED)
    written, *date, second, fraction, _, size, name = found.groups()
    year, month, day, hour, minute = (int(part) for part in date)
    begin = local_minute(year, month, day, hour, minute, zone)
    if begin is None:
        raise Unreadable(NO_TIME)
    return begin + int(second) * NANOS + fraction_nanos(fraction), written, size, name
