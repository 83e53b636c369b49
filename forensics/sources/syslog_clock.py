"""From stamps as they are written to instants: the order of lines, zones, and the hour that comes twice.

``Clock`` follows a file line by line; ``Calendar`` turns its stamps into instants when all is read.
A local time that a zone skips is moved forward by what was skipped.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import NamedTuple
from zoneinfo import ZoneInfo

from forensics.sources.syslog_stamps import DAY, MINUTE, SECOND, Stamp, nanoseconds
from forensics.sources.syslog_years import WHOLE_YEAR, Years, YearsSeen, in_year

NAIVE_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - local times are counted from here before their offset is known
# Lines may be out of order by seconds; so much back is a clock that was set, or an hour that came again.
SETBACK = 5 * MINUTE
FOLD_MEMORY = 180 * MINUTE
# A board without a clock of its own boots with a made-up time, and is put right within so much of it.
LEAP, ASTRAY = DAY, 10 * MINUTE

Ranked = tuple[int, Stamp, bytes]
Extremes = dict[tuple[bool, bool], tuple[Ranked, Ranked]]
# Tells of a row, by its position, what it says and which process says it.
Speaker = Callable[[int], tuple[Hashable, Hashable]]


class Leap(NamedTuple):
    """A leap of the clock: from where, to where, and what was known before it."""

    left: Stamp
    landed: int
    extremes: Extremes
    years: YearsSeen


class Clock:
    """Follows the stamps of a file in the order of its lines."""

    def __init__(self) -> None:
        self.years = Years()
        self._before: Stamp | None = None
        self._naive: dict[bool, Stamp] = {}
        self._setback: tuple[int, int] | None = None
        self._extremes: Extremes = {}
        self._leap: Leap | None = None
        # Whether some lines have a made-up time, so that their rows tell nothing of what the file covers.
        self.has_strayed = False

    def follow(self, stamp: Stamp, seconds: bytes, left: bytes) -> Stamp:
        """Return the stamp of a line with its era and the setback before it.

        ``seconds`` are those of the line, ``left`` those of the line before it.
        """
        before = self._before
        if before is not None:
            self._stretch(before, left)
        if stamp.offset is None:
            stamp = self._placed(stamp)
        if before is not None and before.is_yearless != stamp.is_yearless:
            yearless, dated = (before, stamp) if before.is_yearless else (stamp, before)
            self.years.border(yearless, dated.local)
        self._stretch(stamp, seconds)
        self._before = stamp
        return stamp

    def extremes(self, left: bytes) -> list[tuple[Stamp, bytes]]:
        """Return the stamps and seconds among which the first and the last instant of the file are.

        ``left`` are the seconds of its last line.
        """
        if self._before is None:
            return []
        self._stretch(self._before, left)
        ends = [(stamp, seconds) for both in self._extremes.values() for _, stamp, seconds in both]
        return [*ends, (self._before, left)]

    def _placed(self, stamp: Stamp) -> Stamp:
        local, before = stamp.local, self._naive.get(stamp.is_yearless)
        if stamp.is_yearless and before is not None and abs(local - before.local) > LEAP:
            before = self._leapt(before, local)
        era = self.years.enter(local, None if before is None else before.local) if stamp.is_yearless else 0
        if before is not None and era == before.era and local < before.local - SETBACK:
            self._setback = (before.local, local)
        elif self._setback is not None and abs(local - self._setback[1]) > FOLD_MEMORY:
            self._setback = None
        if era or self._setback:
            stamp = stamp._replace(era=era, setback=self._setback)
        if self._leap is not None and not 0 <= local - self._leap.landed <= ASTRAY:
            self._leap = None
        self._naive[stamp.is_yearless] = stamp
        return stamp

    def _leapt(self, before: Stamp, local: int) -> Stamp:
        """Return the stamp after which a line comes: the one before the clock went astray, where it comes back."""
        leap, self._leap = self._leap, None
        if leap is not None and is_back(leap, local):
            self._extremes, self._setback = dict(leap.extremes), None
            self.has_strayed = True
            self.years.restore(leap.years)
            return leap.left
        self._leap = Leap(before, local, dict(self._extremes), self.years.seen())
        return before

    def _stretch(self, stamp: Stamp, seconds: bytes) -> None:
        rank = stamp.local + stamp.era * WHOLE_YEAR - (stamp.offset or 0) + nanoseconds(seconds)
        here = rank, stamp, seconds
        kind = stamp.is_yearless, stamp.offset is None
        first, last = self._extremes.get(kind, (here, here))
        self._extremes[kind] = here if rank < first[0] else first, here if rank > last[0] else last


def is_back(leap: Leap, local: int) -> bool:
    """Return whether a clock is nearer to where it left than where it went astray is, and not before it."""
    since = (local - leap.left.local + SETBACK) % WHOLE_YEAR - SETBACK
    astray = abs(leap.landed - leap.left.local)
    return since < min(astray, WHOLE_YEAR - astray)


class Calendar:
    """Turns stamps into instants, once it is known in which year a file begins."""

    def __init__(self, first_year: int, zone: ZoneInfo) -> None:
        self._first_year = first_year
        self._zone = zone
        self._offsets: dict[int, tuple[int, int]] = {}

    def instant(self, stamp: Stamp) -> int | None:
        """Return the instant of a stamp's minute, in ns since the epoch; None for 29 February in a year without."""
        if stamp.offset is not None:
            return stamp.local - stamp.offset
        local = self._dated(stamp.local, stamp)
        if local is None:
            return None
        first, second = self._both_offsets(local)
        return local - (second if first > second and self._is_second_pass(stamp) else first)

    def instants(self, stamps: Sequence[Stamp], speaker: Speaker) -> list[int | None]:
        """Return the instants of the whole minutes of rows in file order.

        Where a log is too quiet to show by its times that an hour came twice, the same words from
        another process show it.
        """
        instants: list[int | None] = []
        last = instant = None
        for stamp in stamps:
            if stamp is not last:
                last, instant = stamp, self.instant(stamp)
            instants.append(instant)
        if any(first > second for first, second in self._offsets.values()):
            for row in second_passes([(row, stamp) for row, stamp in enumerate(stamps) if self._fold(stamp)], speaker):
                instants[row] = (instants[row] or 0) + self._fold(stamps[row])
        return instants

    def _dated(self, local: int, stamp: Stamp) -> int | None:
        return in_year(local, self._first_year + stamp.era) if stamp.is_yearless else local

    def _fold(self, stamp: Stamp) -> int:
        """Return how much later a local time comes a second time, in ns; 0 where it comes once."""
        local = None if stamp.offset is not None else self._dated(stamp.local, stamp)
        if local is None:
            return 0
        first, second = self._both_offsets(local)
        return max(first - second, 0)

    def _is_second_pass(self, stamp: Stamp) -> bool:
        """Return whether the latest jump back before a line went from one time that comes twice to another."""
        ends = [self._dated(end, stamp) for end in stamp.setback or ()]
        offsets = [self._both_offsets(end) for end in ends if end is not None]
        return bool(offsets) and all(first > second for first, second in offsets)

    def _both_offsets(self, local: int) -> tuple[int, int]:
        """Return the zone's offsets at a local time, in ns: as it comes first, and as it comes again."""
        minute = local // MINUTE
        if minute not in self._offsets:
            moment = NAIVE_EPOCH + timedelta(minutes=minute)
            first, second = (self._zone.utcoffset(moment.replace(fold=fold)) or timedelta() for fold in (0, 1))
            self._offsets[minute] = round(first.total_seconds()) * SECOND, round(second.total_seconds()) * SECOND
        return self._offsets[minute]


def second_passes(rows: Sequence[tuple[int, Stamp]], speaker: Speaker) -> Iterator[int]:
    """Yield those of the rows, all of times that come twice, that belong to the second pass.

    Cron starts a line once in a minute at most: the same minute again, or an earlier one, has come again.
    """
    for _, night in groupby(rows, lambda each: (each[1].era, each[1].local // DAY)):
        of_night, seen, is_second = list(night), dict[Hashable, tuple[int, Hashable]](), False
        if any(stamp.setback for _, stamp in of_night):
            continue
        for row, stamp in of_night:
            words, process = speaker(row)
            local, earlier = seen.setdefault(words, (stamp.local, process))
            is_second = is_second or (process != earlier and stamp.local <= local)
            if is_second:
                yield row
