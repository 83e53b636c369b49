"""From stamps as they are written to instants: the order of lines, zones, and the hour that comes twice.

``Clock`` follows a file line by line; ``Calendar`` turns its stamps into instants when all is read.
A local time that a zone skips is moved forward by what was skipped.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Hashable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from forensics.sources.syslog_stamps import DAY, SECOND, Stamp
from forensics.sources.syslog_years import WHOLE_YEAR, Years, in_year

MINUTE = 60 * SECOND
# Cron starts a line once in a minute at most; seconds of delay aside.
HALF_A_MINUTE = 30 * SECOND
NAIVE_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - local times are counted from here before their offset is known
# Lines may be out of order by seconds; so much back is a clock that was set, or an hour that came again.
SETBACK = 5 * MINUTE
FOLD_MEMORY = 180 * MINUTE


class Clock:
    """Follows the stamps of a file in the order of its lines."""

    def __init__(self) -> None:
        self.years = Years()
        self._before: Stamp | None = None
        self._setback: tuple[int, int] | None = None
        self._extremes: dict[tuple[bool, bool], tuple[int, Stamp, int, Stamp]] = {}

    def follow(self, stamp: Stamp) -> Stamp:
        """Return the stamp of a line with its era and the setback before it."""
        before = self._before
        if before is not None and before.is_yearless != stamp.is_yearless:
            self._border(before, stamp)
            before = None
        if stamp.offset is None:
            stamp = self._placed(stamp, None if before is None or before.offset is not None else before)
        self._stretch(stamp)
        self._before = stamp
        return stamp

    def extremes(self) -> list[Stamp]:
        """Return the stamps among which the earliest and the latest instant of the file are."""
        ends = [stamp for _, low, _, high in self._extremes.values() for stamp in (low, high)]
        return ends if self._before is None else [*ends, self._before]

    def _placed(self, stamp: Stamp, before: Stamp | None) -> Stamp:
        local = stamp.local
        era = self.years.enter(local, None if before is None else before.local) if stamp.is_yearless else 0
        if before is not None and era == before.era and local < before.local - SETBACK:
            self._setback = (before.local, local)
        elif self._setback is not None and abs(local - self._setback[1]) > FOLD_MEMORY:
            self._setback = None
        if era or self._setback:
            return stamp._replace(era=era, setback=self._setback)
        return stamp

    def _border(self, before: Stamp, stamp: Stamp) -> None:
        yearless, dated = (before, stamp) if before.is_yearless else (stamp._replace(era=self.years.era), before)
        self.years.border(yearless, dated.local)

    def _stretch(self, stamp: Stamp) -> None:
        rank = stamp.local + stamp.era * WHOLE_YEAR - (stamp.offset or 0)
        kind = (stamp.is_yearless, stamp.offset is None)
        lowest, low, highest, high = self._extremes.get(kind) or (rank, stamp, rank - 1, stamp)
        if rank > highest:
            self._extremes[kind] = lowest, low, rank, stamp
        elif rank < lowest:
            self._extremes[kind] = rank, stamp, highest, high


class Calendar:
    """Turns stamps into instants, once it is known in which year a file begins."""

    def __init__(self, first_year: int, zone: ZoneInfo) -> None:
        self._first_year = first_year
        self._zone = zone
        self._offsets: dict[int, tuple[int, int]] = {}

    def instant(self, stamp: Stamp) -> int | None:
        """Return the instant of a stamp in ns since the epoch; None for a 29 February in a year without."""
        if stamp.offset is not None:
            return stamp.local - stamp.offset
        local = self._dated(stamp.local, stamp)
        if local is None:
            return None
        first, second = self._both_offsets(local)
        return local - (second if first > second and self._is_second_pass(stamp) else first)

    def instants(self, stamps: Sequence[Stamp], speaker: Callable[[int], tuple[Hashable, Hashable]]) -> list[int | None]:
        """Return the instants of rows in file order.

        ``speaker`` tells what a row says, and which process says it. Where a log is too quiet to show
        by its times that an hour came twice, the same words from another process show it.
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
        ends = [self._dated(end, stamp) for end in stamp.setback or ()]
        return bool(ends) and all(end is not None and operator.gt(*self._both_offsets(end)) for end in ends)

    def _both_offsets(self, local: int) -> tuple[int, int]:
        """Return the zone's offsets at a local time, in ns: as it comes first, and as it comes again."""
        minute = local // MINUTE
        if minute not in self._offsets:
            moment = NAIVE_EPOCH + timedelta(minutes=minute)
            first, second = (self._zone.utcoffset(moment.replace(fold=fold)) or timedelta() for fold in (0, 1))
            self._offsets[minute] = round(first.total_seconds()) * SECOND, round(second.total_seconds()) * SECOND
        return self._offsets[minute]


def second_passes(rows: Sequence[tuple[int, Stamp]], speaker: Callable[[int], tuple[Hashable, Hashable]]) -> Iterator[int]:
    """Yield those rows, of times that come twice, that the same words of another process show to be of the second pass."""
    for _, night in groupby(rows, lambda each: (each[1].era, each[1].local // DAY)):
        of_night, seen, is_second = list(night), dict[Hashable, tuple[int, Hashable]](), False
        if any(stamp.setback for _, stamp in of_night):
            continue
        for row, stamp in of_night:
            words, process = speaker(row)
            local, earlier = seen.setdefault(words, (stamp.local, process))
            is_second = is_second or (process != earlier and stamp.local - local < HALF_A_MINUTE)
            if is_second:
                yield row
