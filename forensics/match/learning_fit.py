"""How well the files of a form follow the starts of a job: which run each belongs to, how long after, how steadily."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from forensics.match.learning_forms import Form
from forensics.match.spans import HOUR, MINUTE, SECOND, Flags, Ints, at

EARLY = 5 * SECOND
AGREEING = 0.97
LEFT_BEHIND = 0.4
SLACK = 30 * SECOND
LATEST_RUN = 6 * HOUR
SAMPLE = 100


@dataclass(frozen=True)
class Starts:
    """The starts of one job, ascending, in ns; ``step`` is the usual time between two, 0 where there are not two."""

    at: Ints
    zone: ZoneInfo
    step: int

    @cached_property
    def civil(self) -> Ints:
        """Return the same on the wall clock of the job's zone, as if that were UTC's."""
        return civil(self.at, self.zone)

    def __len__(self) -> int:
        return len(self.at)


def starts_of(moments: Ints, zone: ZoneInfo) -> Starts:
    """Return the starts of a job."""
    moments = np.unique(moments)
    return Starts(moments, zone, int(np.median(np.diff(moments))) if len(moments) > 1 else 0)


def civil(moments: Ints, zone: ZoneInfo) -> Ints:
    """Return instants as the wall clock of a zone shows them, in ns as if it were UTC's."""
    local = pd.DatetimeIndex(moments.view("datetime64[ns]")).tz_localize("UTC").tz_convert(zone).tz_localize(None)
    return local.to_numpy().astype("datetime64[ns]").astype(np.int64)


@dataclass(frozen=True)
class Fit:
    """What became of the starts of a job, by the files of one form.

    ``run`` is each file's start, -1 where it has none. ``met`` of ``expected`` occasions left a file. ``low``,
    ``middle`` and ``high`` are the delays that one of ten files stays under, half of them, and nine of ten, in ns.
    ``step`` is the job's usual interval. ``runs`` are the starts with a file, ``first`` and ``last`` those between
    which files were to be expected. ``is_own_path``: no two starts would write one path; ``is_exact``: the path
    writes the time of the start itself. ``is_stray``: a file that comes far later than is usual,
    ``is_usual``: one that clearly does not.
    """

    run: Ints
    met: int
    expected: int
    low: int
    middle: int
    high: int
    step: int
    runs: frozenset[int]
    first: int
    last: int
    is_own_path: bool
    is_exact: bool
    is_stray: Flags
    is_usual: Flags

    @property
    def share(self) -> float:
        """Return the share of the occasions that left a file."""
        return self.met / self.expected if self.expected else 0.0

    @property
    def strays(self) -> float:
        """Return the share of the files that come far later than is usual, or after no start."""
        return float(self.is_stray.mean())

    @property
    def width(self) -> float:
        """Return in what part of an interval nine of ten files come: how easily chance would do the same."""
        return (self.high - self.low + SLACK) / self.step if self.step else 1.0


def fit(starts: Starts, form: Form, moment: Ints, zone: ZoneInfo, now: int, widest: float = 1.0) -> Fit | None:
    """Return how a form's files follow a job's starts, None where they do not; ``moment`` are all files' mtimes.

    They do not either where most of them come within more than ``widest`` of an interval.
    """
    few = moment[form.rows[:: max(1, len(form.rows) // SAMPLE)]]
    if is_loose(starts, few, 1.5 * widest):
        return None
    written = moment[form.rows]
    run = np.searchsorted(starts.at, written + EARLY, side="right") - 1
    if float((run >= 0).mean()) < AGREEING:
        return None
    if form.civil is None:
        return fitted(starts, run, written, None, now)
    named = named_runs(starts, form, run)
    if float((named >= 0).mean()) >= AGREEING:
        if float((named < run).mean()) > LEFT_BEHIND:  # most likely its dates are in another zone than the job's
            return None
        return fitted(starts, named, written, starts.civil // form.resolution, now)
    is_own_clock = form.resolution <= MINUTE and stamped_share(starts, form, run, written, zone) >= AGREEING
    return fitted(starts, run, written, None, now) if is_own_clock else None


def is_loose(starts: Starts, written: Ints, widest: float) -> bool:
    """Return whether most files come at such odd times after the starts that nothing more need be looked at."""
    if widest >= 1 or not starts.step:
        return False
    run = np.searchsorted(starts.at, written + EARLY, side="right") - 1
    delay = np.sort(written - starts.at[np.maximum(run, 0)])
    return bool(delay[int(0.9 * (len(delay) - 1))] - delay[int(np.ceil(0.1 * (len(delay) - 1)))] > widest * starts.step)


def named_runs(starts: Starts, form: Form, run: Ints) -> Ints:
    """Return the start that each path names and that is not after its file, -1 for none."""
    floors = starts.civil // form.resolution
    wanted = (form.civil if form.civil is not None else np.zeros(0, dtype=np.int64)) // form.resolution
    last = np.minimum(np.searchsorted(floors, wanted, side="right") - 1, run)
    return np.where((last >= 0) & (at(floors, last) == wanted), last, -1)


def stamped_share(starts: Starts, form: Form, run: Ints, written: Ints, zone: ZoneInfo) -> float:
    """Return the share of files whose path shows a time between their run's start and their mtime."""
    if form.civil is None or not len(starts):
        return 0.0
    begin, end = at(starts.civil, run) - form.resolution - EARLY, civil(written, zone) + form.resolution
    return float(((run >= 0) & (form.civil >= begin) & (form.civil <= end)).mean())


def fitted(starts: Starts, run: Ints, written: Ints, floors: Ints | None, now: int) -> Fit | None:
    """Return the account of files that belong to starts; ``floors`` tell which starts would write one path."""
    has = run >= 0
    delay = written[has] - starts.at[run[has]]
    if not len(delay):
        return None
    low, middle, high = (int(each) for each in np.quantile(delay, (0.1, 0.5, 0.9)))
    if floors is not None and is_left_behind(floors, run[has]):
        return None
    first = int(run[has].min())
    ready = int(np.searchsorted(starts.at, now - 2 * high - MINUTE, side="right")) - 1
    last = max(ready, int(run[has].max()))
    met, expected = np.unique(run[has]), np.arange(first, last + 1)
    if floors is not None:
        met, expected = np.unique(floors[met]), np.unique(floors[expected])
    is_own_path = floors is None or len(np.unique(floors[first : last + 1])) == last + 1 - first
    runs = frozenset(np.unique(run[has]).tolist())
    all_delays = written - at(starts.at, run)
    return Fit(
        run=run,
        met=len(met),
        expected=len(expected),
        low=low,
        middle=middle,
        high=high,
        step=starts.step,
        runs=runs,
        first=first,
        last=last,
        is_own_path=is_own_path,
        is_exact=floors is not None,
        is_stray=~has | (all_delays > min(3 * high + MINUTE, LATEST_RUN)),
        is_usual=has & (all_delays <= high + high // 2 + SLACK),
    )


def is_left_behind(floors: Ints, run: Ints) -> bool:
    """Return whether most paths were left alone by later starts that would have written them again."""
    following = np.minimum(run + 1, len(floors) - 1)
    return float(((following > run) & (floors[following] == floors[run])).mean()) > LEFT_BEHIND


def silent_gaps(starts: Starts, found: Fit, written: Ints, others: Ints) -> tuple[int, int]:
    """Return how often the job was left out while others ran: without a file, and with one all the same.

    A gap counts that is much longer than the usual ones, as on days off, or after a missed start. ``written``
    are the mtimes of the files, ``others`` the starts of all jobs, both ascending.
    """
    part = starts.at[found.first : found.last + 1]
    gaps = np.diff(part)
    if not len(gaps):
        return 0, 0
    usual = float(np.quantile(gaps, 0.2))
    expected = part[:-1][gaps > usual * 1.25] + round(usual)
    reach = max(HOUR, round(usual / 4))
    is_awake = counts(others, expected - reach, expected + reach) > 0
    came = counts(written, expected + found.low - SLACK, expected + found.high + SLACK) > 0
    return int((is_awake & ~came).sum()), int(came.sum())


def counts(moments: Ints, begin: Ints, end: Ints) -> Ints:
    """Return how many of some ascending instants lie in each stretch."""
    return np.searchsorted(moments, end, side="right") - np.searchsorted(moments, begin)
