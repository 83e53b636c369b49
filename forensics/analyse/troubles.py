"""What goes wrong with a job, run after run: the runs of one job and verdict, and since when without a break."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from forensics.evidence.columns import Columns
from forensics.evidence.paired import Flags, Ints
from forensics.timeline import NANOS
from forensics.verdicts import BLOCKING, Verdict

VERDICTS = tuple(Verdict)
PENDING = VERDICTS.index(Verdict.PENDING)
SKIPS_THAT_BLOCK = 3
# Further back the evidence of a run may have been left aside, and its verdict be too harsh; a skip is on record.
LOOK_BACK = 24 * 3600 * NANOS


@dataclass(frozen=True)
class Trouble:
    """Runs of one job with one verdict.

    ``runs`` are the rows of those in the window, ``streak`` those in a row up to the last of them; it
    may begin before the window.
    """

    verdict: Verdict
    runs: Ints
    streak: Ints


def troubles(columns: Columns, since: int) -> Iterator[Trouble]:
    """Yield every trouble in the window, which begins ``since``.

    Muted and pending runs neither count nor break a streak. The runs of one job stand in the frame in
    order of time.
    """
    known = np.flatnonzero(~columns.is_muted & (columns.verdict != PENDING))
    rows = known[np.argsort(columns.job[known], kind="stable")]
    is_near = columns.in_window | (columns.moment >= since - LOOK_BACK)
    for mine in np.split(rows, np.flatnonzero(np.diff(columns.job[rows])) + 1):
        inside = np.flatnonzero(columns.in_window[mine])
        if len(inside):
            upto = mine[: int(inside[-1]) + 1]
            yield from troubles_of(upto, columns.verdict[upto], columns.in_window[upto], is_near[upto])


def troubles_of(rows: Ints, verdict: Ints, in_window: Flags, is_near: Flags) -> Iterator[Trouble]:
    """Yield the troubles of one job from its runs in order of time."""
    for code in np.unique(verdict[in_window]).tolist():
        word = VERDICTS[code]
        if word not in BLOCKING and word is not Verdict.SKIPPED:
            continue
        is_skip = word is Verdict.SKIPPED
        nth = nth_in_a_row((verdict == code) & (is_near | is_skip))
        hits = np.flatnonzero(in_window & (nth > 0))
        telling = hits[nth[hits] >= (SKIPS_THAT_BLOCK if is_skip else 1)]
        if len(telling):
            last = int(telling[-1])
            yield Trouble(word, rows[hits], rows[last + 1 - int(nth[last]) : last + 1])


def nth_in_a_row(holds: Flags) -> Ints:
    """Return for each place how many true ones in a row end there, itself included; 0 where it is false."""
    place = np.arange(1, len(holds) + 1)
    last_break = np.maximum.accumulate(np.where(holds, 0, place))
    return np.asarray(place - last_break, dtype=np.int64)
