"""The year of lines that name none: New Years are counted while reading, then anchored by one known date.

A step back of more than half a year is a New Year; a smaller one is disorder, or a clock that was
set back. The anchor is, in this order: the year in the options; dates that the log tells of itself,
and neighbouring lines that name their year; the file's mtime where the newest line was written then; the mtime or
``now``, the earlier of the two.
"""

from __future__ import annotations

from calendar import isleap
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from forensics.sources.syslog_stamps import DAY, EPOCH, LEAP_YEAR, SECOND, YEARS, Stamp

HALF_A_YEAR = 183 * DAY
WHOLE_YEAR = 366 * DAY
LEAP_DAY = 31 + 28
# So little before a New Year that was already passed is a late line, not nearly a year of silence.
LATE_LINE = 2 * DAY
# A told date may differ from the line's by the zone.
TOLD_SLACK = 36 * 3600 * SECOND
FUTURE_SLACK = DAY
# Archives that keep no times stamp their files with the beginnings of file formats, in the 1980s.
BELIEVABLE_MTIME = (date(1990, 1, 1).toordinal() - EPOCH) * DAY
START_OF_REFERENCE = (date(LEAP_YEAR, 1, 1).toordinal() - EPOCH) * DAY


YearsSeen = tuple[int, frozenset[int], frozenset[int], tuple[int, int] | None]


@dataclass
class Years:
    """What is known so far of the years of yearless stamps; eras are counted from the first line's."""

    era: int = 0
    eras: set[int] = field(default_factory=set)
    leap_eras: set[int] = field(default_factory=set)
    newest: tuple[int, int] | None = None
    _votes: Counter[int] = field(default_factory=Counter)
    _last_day: date | None = None

    def enter(self, local: int, before: int | None) -> int:
        """Return the era of a stamp that follows another yearless one, or None."""
        step = 0 if before is None else local - before
        if step < -HALF_A_YEAR:
            self.era += 1
        elif step > WHOLE_YEAR - LATE_LINE:
            self.era -= 1
        self.eras.add(self.era)
        if (local - START_OF_REFERENCE) // DAY == LEAP_DAY:
            self.leap_eras.add(self.era)
        self.newest = max(self.newest or (self.era, local), (self.era, local))
        return self.era

    def seen(self) -> YearsSeen:
        """Return what is known now, for ``restore``."""
        return self.era, frozenset(self.eras), frozenset(self.leap_eras), self.newest

    def restore(self, seen: YearsSeen) -> None:
        """Forget what came since then; told dates stay."""
        self.era, self.newest = seen[0], seen[3]
        self.eras, self.leap_eras = set(seen[1]), set(seen[2])

    def hear(self, stamp: Stamp, day: date) -> None:
        """Take a date that a line tells of its own day."""
        noon = (day.toordinal() - EPOCH) * DAY + DAY // 2
        year, distance = nearest_year(stamp.local, noon) if stamp.is_yearless else (0, WHOLE_YEAR)
        if distance <= TOLD_SLACK:
            self._votes[year - stamp.era] += 1

    def end_by(self, day: date | None) -> None:
        """Take the day after which the file tells that it holds nothing."""
        self._last_day = day or self._last_day

    def border(self, stamp: Stamp, dated: int) -> None:
        """Take the time of a neighbouring line that names its year."""
        self._votes[nearest_year(stamp.local, dated)[0] - stamp.era] += 1

    def first_year(self, told: int | None, modified: int | None, now: int) -> int:
        """Return the year of era 0, by the best anchor there is."""
        if told is not None:
            years = [told - era for era in sorted(self.eras)] or [told]
            return next((year for year in years if not self._is_after(year, now)), years[-1])
        if self._votes:
            return self._votes.most_common(1)[0][0]
        if modified is not None and (written := self._year_written(modified)) is not None:
            return written
        limit = min(modified, now) if modified is not None and modified > BELIEVABLE_MTIME else now
        if self._last_day is not None:
            limit = min(limit, (self._last_day.toordinal() - EPOCH) * DAY + DAY)
        fitting = [year for year in self._years_back(limit) if not self._is_after(year, limit)]
        return next((year for year in fitting if all(isleap(year + era) for era in self.leap_eras)), fitting[0])

    def _year_written(self, modified: int) -> int | None:
        """Return the year in which the newest line was written when the file was, within a day; None where in none.

        Then the mtime is the log's own and no copy's, and holds even where a night from before is judged again.
        """
        if self.newest is None or modified <= BELIEVABLE_MTIME or self.leap_eras:
            return None
        year, distance = nearest_year(self.newest[1], modified)
        return year - self.newest[0] if distance <= FUTURE_SLACK else None

    def _years_back(self, limit: int) -> Iterator[int]:
        """Yield first years from the latest that could fit; sixteen hold a leap year even around 1900 or 2100."""
        newest = self.newest[0] if self.newest else 0
        last = datetime.fromtimestamp(limit // SECOND, UTC).year + 1 - newest
        yield from range(last, last - 16, -1)

    def _is_after(self, first_year: int, limit: int) -> bool:
        if self.newest is None:
            return False
        local = in_year(self.newest[1], first_year + self.newest[0])
        return local is not None and local > limit + FUTURE_SLACK


def in_year(local: int, year: int) -> int | None:
    """Return a time of the reference year in another year, in ns; None for 29 February where there is none."""
    if year not in YEARS:
        return None
    since_new_year = local - START_OF_REFERENCE
    day = since_new_year // DAY
    if day == LEAP_DAY and not isleap(year):
        return None
    lost = DAY if day > LEAP_DAY and not isleap(year) else 0
    return (date(year, 1, 1).toordinal() - EPOCH) * DAY + since_new_year - lost


def nearest_year(local: int, instant: int) -> tuple[int, int]:
    """Return the year in which a yearless time is nearest to an instant, and how far off it is, in ns."""
    year = datetime.fromtimestamp(instant // SECOND, UTC).year
    moved = [(in_year(local, candidate), candidate) for candidate in (year - 1, year, year + 1)]
    near = [(abs(time - instant), candidate) for time, candidate in moved if time is not None]
    distance, best = min(near, default=(WHOLE_YEAR, year))
    return best, distance
