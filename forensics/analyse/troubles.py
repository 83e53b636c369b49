"""What goes wrong with a job, run after run: the runs of one job and verdict, and since when without a break."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from forensics.analyse.columns import Columns
from forensics.evidence.paired import Flags, Ints
from forensics.verdicts import BLOCKING, Verdict

VERDICTS = tuple(Verdict)
PENDING = VERDICTS.index(Verdict.PENDING)
SKIPS_THAT_BLOCK = 3


@dataclass(frozen=True)
class Trouble:
    """Runs of one job with one verdict.

    ``runs`` are the rows of those in the window, ``streak`` those in a row up to the last of them; it
    may begin before the window.
    """

    verdict: Verdict
    runs: Ints
    streak: Ints


def troubles(columns: Columns) -> Iterator[Trouble]:
    """Yield every trouble in the window; muted and pending runs count for nothing and break no streak.

    The runs of one job stand in the frame in order of time.
    """
    known = np.flatnonzero(~columns.is_muted & (columns.verdict != PENDING))
    rows = known[np.argsort(columns.job[known], kind="stable")]
    for mine in np.split(rows, np.flatnonzero(np.diff(columns.job[rows])) + 1):
        inside = np.flatnonzero(columns.in_window[mine])
        if len(inside):
            upto = int(inside[-1]) + 1
            yield from troubles_of(mine[:upto], columns.verdict[mine[:upto]], columns.in_window[mine[:upto]])


def troubles_of(rows: Ints, verdict: Ints, in_window: Flags) -> Iterator[Trouble]:
    """Yield the troubles of one job from its runs in order of time."""
    for code in np.unique(verdict[in_window]).tolist():
        word = VERDICTS[code]
        if word not in BLOCKING and word is not Verdict.SKIPPED:
            continue
        nth = nth_in_a_row(verdict == code)
        least = SKIPS_THAT_BLOCK if word is Verdict.SKIPPED else 1
        hits = np.flatnonzero(in_window & (nth > 0))
        telling = hits[nth[hits] >= least]
        if len(telling):
            last = int(telling[-1])
            yield Trouble(word, rows[hits], rows[last + 1 - int(nth[last]) : last + 1])


def nth_in_a_row(holds: Flags) -> Ints:
    """Return for each place how many true ones in a row end there, itself included; 0 where it is false."""
    place = np.arange(1, len(holds) + 1)
    last_break = np.maximum.accumulate(np.where(holds, 0, place))
    return np.asarray(place - last_break, dtype=np.int64)
