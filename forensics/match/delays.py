"""How long after its start a job usually leaves its file, or speaks.

Where the runs of a job overlap, delays of L and of L plus or minus the interval fit a strictly
periodic job equally well, until one asks at which delay the events fall on the runs that were
triggered and not on those that were not. That count chooses; the smaller delay wins a tie.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from forensics.match.alignment import Candidates, Floats
from forensics.match.spans import SECOND, Flags, Ints, group_bounds

LEAST_SPREAD = 2.0 * SECOND
RELATIVE_SPREAD, FEW = 0.02, 5.0
PEAKS = 8
TAKEN = -1.0
# Shares of the events, and how many deviations of a normal they lie from its middle; one message in ten comes late.
EARLY_SHARE, EARLY_SHARE_SPREAD = 0.1, 1.28
LATE_SHARE, LATE_SHARE_SPREAD = 0.8, 0.84
RUN_WEIGHT, MARGIN, INDISTINCT = 4.0, 1.5, 0.15
STRAINED_MARGIN = 0.3
# So few events can lie close together at a wrong delay, too.
ALIKE_BY_CHANCE = 3
# Both sides of a bell, and of the heavier tail of what comes late, hold 1.25 of their spread at full height.
AREA = 1.2533
EARLY_CAP, STEEP_CAP, KNEE = 12.0, 10.0, 2.0
FALL_SHORT, STEADY_FALL_SHORT, BEFORE_START = 0.3, 0.03, 0.1


Cells = Ints | int


@dataclass(frozen=True)
class Delays:
    """The usual delay of each group of events: its middle and its spread to either side, in ns.

    ``stray`` is the share of events that come any time late, half of them by more than ``stray_by`` (ns),
    as messages do; 0 where all follow their spread. ``short`` is the share of failures that come at any time
    before the usual one, by group.
    """

    middle: Floats
    early: Floats
    late: Floats
    stray: float = 0.0
    stray_by: float = 0.0
    short: Floats | None = None

    def area(self, group: Ints) -> Floats:
        """Return in how long a time (ns) all events of a group would come, were they as dense as at its middle."""
        return AREA * (self.early[group] + self.late[group])

    def cost(
        self, group: Ints, delay: Floats, blur: Cells = 0, lead: Cells = 0, may_fall_short: Flags | bool = False
    ) -> Floats:
        """Return how much less likely delays are than the usual one (a negative logarithm), a row an event.

        ``blur`` (ns) is how uncertain each run's start is, and ``lead`` how long after its begin delays are counted
        from; events that ``may_fall_short`` come any time before the usual one.
        """
        offset = delay - self.middle[group][:, None]
        early, late = np.hypot(self.early[group][:, None], blur), np.hypot(self.late[group][:, None], blur)
        area = AREA * (early + late)
        beyond = offset / np.where(offset < 0, early, late)
        lasting, is_after = np.maximum(self.middle[group][:, None] + lead, area), delay + lead > 0
        rarely = 0.0 if self.stray else np.where(is_after, STEADY_FALL_SHORT, 0.0)
        share = FALL_SHORT if self.short is None else self.short[group][:, None]
        failing = np.where(is_after, share, BEFORE_START * share)
        short = np.where(may_fall_short, failing, rarely) * area / lasting + np.exp(-EARLY_CAP)
        sooner = np.exp(-0.5 * np.square(beyond)) + short
        density = np.where(offset < 0, sooner, self._later(beyond, offset, area))
        return -np.log(density) + np.log(area / self.area(group)[:, None])

    def _later(self, beyond: Floats, offset: Floats, area: Floats) -> Floats:
        """Return the density of delays past the middle, as a share of that at the middle."""
        if not self.stray:
            steep = np.where(beyond < KNEE, 0.5 * np.square(beyond), KNEE * beyond - 0.5 * KNEE**2)
            return np.exp(-np.minimum(steep, STEEP_CAP))
        return (1.0 + np.square(beyond)) ** -1.2 + self.stray * area * self.stray_by / np.square(
            self.stray_by + np.abs(offset)
        )


def usual_delays(
    events: Candidates, starts: Ints, is_started: Ints, must_end: Ints, limits: Ints, groups: int
) -> Delays:
    """Return the usual delay of each of ``groups`` groups of events.

    ``is_started`` is +1 for a run that something started, -1 for one that nothing started although a
    lane covers it, 0 where nobody can tell. ``must_end`` is the instant up to which a started run's
    event should have been seen; ``limits`` are how long each run may last, in ns.
    """
    begins, ends = group_bounds(events.group)
    single = events.first == events.last
    known = spreads(events.group[single], (events.at - starts[events.last])[single].astype(np.float64), groups).middle
    assigned = nearest(events, starts, known[events.group])
    counts = np.add.reduceat(single, begins) if len(begins) else np.empty(0, dtype=np.int64)
    for begin, end, alone in zip(begins, ends, counts, strict=True):
        if alone * 2 < end - begin:
            part = events.taken(slice(begin, end))
            assigned[begin:end] = _best_rows(part, starts, is_started, must_end, limits)
    return spreads(events.group, (events.at - starts[assigned]).astype(np.float64), groups)


def _best_rows(events: Candidates, starts: Ints, is_started: Ints, must_end: Ints, limits: Ints) -> Ints:
    """Return the run of each event of one group at the delay that explains most of them."""
    best: Fit | None = None
    for peak in sorted(_peaks(events, starts, is_started), key=abs):
        rows = nearest(events, starts, np.full(len(events.at), peak))
        fit = _fit(events, rows, starts, is_started, must_end, peak)
        fit = replace(fit, is_strained=peak > float(np.median(limits[rows])))
        if best is None or fit.beats(best):
            best = fit
    return best.rows if best else events.last


@dataclass(frozen=True)
class Fit:
    """How well a delay explains events: by count of runs, and by how closely the events keep to it (ns).

    ``is_strained``: the delay is as long as a run may last, or fits only by the clocks' tolerance.
    """

    rows: Ints
    explained: float
    spread: float
    near: int
    is_strained: bool = False

    def beats(self, smaller: Fit) -> bool:
        """Return whether this explains the events clearly better than a smaller delay does."""
        closer = np.log(smaller.spread / self.spread)
        telling = max(0, min(self.near, smaller.near) - ALIKE_BY_CHANCE)
        closeness = np.sign(closer) * max(0.0, abs(closer) - INDISTINCT) * telling
        is_stretched = self.is_strained and not smaller.is_strained
        margin = max(MARGIN, STRAINED_MARGIN * self.near) if is_stretched else MARGIN
        return bool(RUN_WEIGHT * (self.explained - smaller.explained) + closeness > RUN_WEIGHT * margin)


def _peaks(events: Candidates, starts: Ints, is_started: Ints) -> list[float]:
    """Return the delays at which most (event, started run) pairs lie together, the fullest first."""
    widths = events.last - events.first + 1
    event = np.repeat(np.arange(len(widths)), widths)
    run = np.repeat(events.first - np.cumsum(widths) + widths, widths) + np.arange(len(event))
    delays = (events.at[event] - starts[run]).astype(np.float64)
    order = np.argsort(delays, kind="stable")
    delays, weights = delays[order], 1.0 + 0.5 * is_started[run][order]
    reach = 0.3 * _typical_gap(starts[events.first.min() : events.last.max() + 1])
    sums = np.concatenate([[0.0], np.cumsum(weights)])
    low, high = np.searchsorted(delays, delays - reach), np.searchsorted(delays, delays + reach, side="right")
    mass = sums[high] - sums[low]
    found: list[float] = []
    while len(found) < PEAKS and (mass > TAKEN).any():
        found.append(float(delays[np.argmax(mass)]))
        mass[np.abs(delays - found[-1]) <= reach] = TAKEN
    return [float(np.median(delays[(delays >= peak - reach) & (delays <= peak + reach)])) for peak in found]


def _typical_gap(starts: Ints) -> float:
    gaps = np.diff(np.sort(starts))
    return float(np.median(gaps)) if len(gaps) else 60.0 * SECOND


def nearest(
    events: Candidates, starts: Ints, delay: Floats, handicap: Floats | float = 0.0, is_behind: Flags | None = None
) -> Ints:
    """Return for each event the one of its candidate runs whose start plus the delay lies nearest to it.

    Runs that are ``is_behind`` are taken to lie farther by the event's ``handicap`` (ns).
    """
    rows, best = events.first.copy(), np.full(len(events.at), np.inf)
    for offset in range(int((events.last - events.first).max(initial=0)) + 1):
        run = np.minimum(events.first + offset, events.last)
        distance = np.abs(events.at - starts[run] - delay)
        distance = distance if is_behind is None else distance + handicap * is_behind[run]
        is_nearer = distance < best
        rows, best = np.where(is_nearer, run, rows), np.where(is_nearer, distance, best)
    return rows


def _fit(events: Candidates, rows: Ints, starts: Ints, is_started: Ints, must_end: Ints, delay: float) -> Fit:
    """Return how well a delay explains the events: runs met, less runs that should have been met and were not."""
    span = slice(int(events.first.min()), int(events.last.max()) + 1)
    reach = 0.5 * _typical_gap(starts[span])
    offset = np.abs(events.at - starts[rows] - delay)
    is_near = offset <= reach
    met = np.unique(rows[is_near])
    lonely: Flags = np.ones(span.stop - span.start, dtype=np.bool_)
    lonely[met - span.start] = False
    owed = lonely & (is_started[span] > 0) & (starts[span] + delay + reach <= must_end[span])
    explained = np.count_nonzero(is_started[met] > 0) + 0.9 * np.count_nonzero(is_started[met] == 0)
    missing = np.count_nonzero(is_started[met] < 0) + np.count_nonzero(owed) + np.count_nonzero(~is_near)
    spread = float(np.median(offset[is_near])) if is_near.any() else reach
    return Fit(rows, float(explained - missing), max(spread, 0.5 * SECOND), int(is_near.sum()))


def spreads(group: Ints, delays: Floats, groups: int) -> Delays:
    """Return the median, and the spread to either side as a normal's standard deviation, by group."""
    order = np.lexsort((delays, group))
    group, delays = group[order], delays[order]
    begins, ends = group_bounds(group)
    middle, early, late = np.zeros(groups), np.full(groups, 30.0 * SECOND), np.full(groups, 30.0 * SECOND)
    present, length = group[begins], ends - begins - 1
    low, half, high = (
        delays[begins + np.rint(share * length).astype(np.int64)] for share in (EARLY_SHARE, 0.5, LATE_SHARE)
    )
    floor = LEAST_SPREAD + RELATIVE_SPREAD * np.abs(half) * np.minimum(1.0, FEW / (length + 1))
    middle[present] = half
    early[present] = np.maximum((half - low) / EARLY_SHARE_SPREAD, floor)
    late[present] = np.maximum((high - half) / LATE_SHARE_SPREAD, floor)
    return Delays(middle, early, late)
