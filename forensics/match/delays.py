"""How long after its start a job usually leaves its file, or speaks.

Where the runs of a job overlap, delays of L and of L plus or minus the interval fit a strictly
periodic job equally well, until one asks at which delay the events fall on the runs that were
triggered and not on those that were not. That count chooses; the smaller delay wins a tie.
"""

from __future__ import annotations

import numpy as np

from forensics.match.alignment import Candidates, Delays, Floats
from forensics.match.spans import SECOND, Flags, Ints, group_bounds

LEAST_SPREAD = 2.0 * SECOND
RELATIVE_SPREAD = 0.02
PEAKS = 8


def usual_delays(events: Candidates, starts: Ints, is_started: Ints, must_end: Ints, groups: int) -> Delays:
    """Return the usual delay of each of ``groups`` groups of events.

    ``is_started`` is +1 for a run that something started, -1 for one that nothing started although a
    lane covers it, 0 where nobody can tell. ``must_end`` is the instant up to which a started run's
    event should have been seen.
    """
    middle = np.zeros(groups)
    begins, ends = group_bounds(events.group)
    single = events.first == events.last
    counts = np.add.reduceat(single, begins) if len(begins) else np.empty(0, dtype=np.int64)
    assigned = events.last.copy()
    for begin, end, alone in zip(begins, ends, counts, strict=True):
        if alone * 2 >= end - begin:
            continue
        part = Candidates(events.group[begin:end], events.at[begin:end], events.first[begin:end], events.last[begin:end])
        middle[events.group[begin]], assigned[begin:end] = _best_delay(part, starts, is_started, must_end)
    clear = single | np.repeat(counts * 2 < ends - begins, ends - begins) if len(begins) else single
    return _spreads(events.group[clear], (events.at - starts[assigned])[clear].astype(np.float64), groups)


def _best_delay(events: Candidates, starts: Ints, is_started: Ints, must_end: Ints) -> tuple[float, Ints]:
    """Return the delay that explains most events of one group, and the run of each event at that delay."""
    best: tuple[float, float, Ints] | None = None
    for peak in _peaks(events, starts, is_started):
        rows = _nearest(events, starts, peak)
        score = _explained(events, rows, starts, is_started, must_end, peak)
        if best is None or score > best[0] or (score == best[0] and abs(peak) < abs(best[1])):
            best = score, peak, rows
    return (best[1], best[2]) if best else (0.0, events.last)


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
    for row in np.argsort(-mass, kind="stable"):
        if all(abs(delays[row] - peak) > reach for peak in found):
            found.append(float(delays[row]))
        if len(found) == PEAKS:
            break
    return [float(np.median(delays[(delays >= peak - reach) & (delays <= peak + reach)])) for peak in found]


def _typical_gap(starts: Ints) -> float:
    gaps = np.diff(starts)
    return float(np.median(gaps)) if len(gaps) else 60.0 * SECOND


def _nearest(events: Candidates, starts: Ints, delay: float) -> Ints:
    """Return for each event the one of its candidate runs whose start plus the delay lies nearest to it."""
    rows, best = events.first.copy(), np.full(len(events.at), np.inf)
    for offset in range(int((events.last - events.first).max()) + 1):
        run = np.minimum(events.first + offset, events.last)
        distance = np.abs(events.at - starts[run] - delay)
        is_nearer = distance < best
        rows, best = np.where(is_nearer, run, rows), np.where(is_nearer, distance, best)
    return rows


def _explained(events: Candidates, rows: Ints, starts: Ints, is_started: Ints, must_end: Ints, delay: float) -> float:
    """Return how well a delay explains the events: runs met, less runs that should have been met and were not."""
    span = slice(int(events.first.min()), int(events.last.max()) + 1)
    reach = 0.5 * _typical_gap(starts[span])
    is_near = np.abs(events.at - starts[rows] - delay) <= reach
    met = np.unique(rows[is_near])
    lonely: Flags = np.ones(span.stop - span.start, dtype=np.bool_)
    lonely[met - span.start] = False
    owed = lonely & (is_started[span] > 0) & (starts[span] + delay + reach <= must_end[span])
    return float(np.count_nonzero(is_started[met] > 0) + 0.9 * np.count_nonzero(is_started[met] == 0)) - float(
        np.count_nonzero(is_started[met] < 0) + np.count_nonzero(owed) + np.count_nonzero(~is_near)
    )


def _spreads(group: Ints, delays: Floats, groups: int) -> Delays:
    """Return median, and spreads to the 10th and 90th percentile in units of a normal's deviation, by group."""
    order = np.lexsort((delays, group))
    group, delays = group[order], delays[order]
    begins, ends = group_bounds(group)
    middle, early, late = np.zeros(groups), np.full(groups, 30.0 * SECOND), np.full(groups, 30.0 * SECOND)
    present, length = group[begins], ends - begins - 1
    low, half, high = (delays[begins + np.rint(share * length).astype(np.int64)] for share in (0.1, 0.5, 0.9))
    floor = LEAST_SPREAD + RELATIVE_SPREAD * np.abs(half)
    middle[present] = half
    early[present] = np.maximum((half - low) / 1.28, floor)
    late[present] = np.maximum((high - half) / 1.28, floor)
    return Delays(middle, early, late)
